// Package classify is the text classifier as a whole: texts and labels in,
// a fitted vectoriser with a linear model out; cross-validation, learning curves
// and searches for options that cannot leak, because vocabulary, document
// frequencies and weights are learned from each fold's training part only;
// probabilities, and the words behind a prediction. It joins packages data, text,
// linear, split, calibrate and metric.
package classify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"viva/mlkit/calibrate"
	"viva/mlkit/data"
	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/metric"
	"viva/mlkit/sparse"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// Options says how a classifier is made. The zero value is TF-IDF of single
// words with a linear support vector machine, C = 1.
type Options struct {
	// Text says what counts as a term and how terms are weighted.
	Text text.Options
	// Model is
	//
	//   - "svm" (the zero value means it), a linear support vector machine with
	//     squared hinge loss
	//   - "logistic", multinomial logistic regression, which also gives
	//     probabilities
	//   - "complement" or "multinomial", naive Bayes: the baseline
	//   - "blend", the vote of the support vector machine and of complement naive
	//     Bayes: see linear.Blend. Where words come first and characters after
	//     them, naive Bayes sees the words only: the characters of a word depend
	//     on each other too much for it
	Model string
	// C is the weight of errors against large weights; 0 means 1. Naive Bayes
	// has none.
	C float64
	// Alpha is what naive Bayes adds to the weights of each term in a class; 0
	// means 0.1.
	Alpha float64
	// Share is the share, in 0..1, that naive Bayes has in a blend; 0 means 0.5.
	Share float64
	// ClassWeight "balanced" makes errors count in inverse proportion to the
	// size of the class; "" makes all count the same. Naive Bayes has no class
	// weights.
	ClassWeight string
	// ClassWeights are the weights of classes one by one; those not named count
	// 1. It excludes ClassWeight.
	ClassWeights map[string]float64
	// Tol and MaxIter end the fitting; 0 means the model's default, see
	// linear.SVM and linear.Logistic.
	Tol     float64
	MaxIter int
	// Seed determines the order in which documents are visited while fitting.
	Seed int64
}

// Baseline returns the options of the baseline that a report shows beside
// others: complement naive Bayes on the same terms.
func Baseline(opt Options) Options {
	return Options{Text: opt.clone().Text, Model: "complement", Alpha: opt.Alpha, Seed: opt.Seed}
}

// full returns the options with zero values replaced by what they mean, as far
// as package linear does not do it.
func (o Options) full() (Options, error) {
	if o.Model == "" {
		o.Model = "svm"
	}
	if !slices.Contains([]string{"svm", "logistic", "complement", "multinomial", "blend"}, o.Model) {
		return o, fmt.Errorf(`classify: model %q: it must be "svm", "logistic", "complement", "multinomial" or "blend"`, o.Model)
	}
	if o.C == 0 {
		o.C = 1
	}
	if o.Alpha == 0 {
		o.Alpha = 0.1
	}
	if o.Share == 0 {
		o.Share = 0.5
	}
	if o.Share < 0 || o.Share > 1 {
		return o, fmt.Errorf("classify: naive Bayes has a share of %v in the blend: it must be in 0..1", o.Share)
	}
	if bayes := o.Model == "complement" || o.Model == "multinomial"; bayes && (o.ClassWeight != "" || o.ClassWeights != nil) {
		return o, fmt.Errorf("classify: model %q has no class weights", o.Model)
	}
	return o, nil
}

// clone is the options with lists of their own.
func (o Options) clone() Options {
	o.Text.StopWords = slices.Clone(o.Text.StopWords)
	o.Text.Also = slices.Clone(o.Text.Also)
	for i, also := range o.Text.Also {
		o.Text.Also[i].StopWords = slices.Clone(also.StopWords)
	}
	o.ClassWeights = maps.Clone(o.ClassWeights)
	return o
}

// String describes the options in words.
func (o Options) String() string { return fmt.Sprintf("TF-IDF (%s), %s", o.Text, o.model()) }

// model describes the model without the terms.
func (o Options) model() string {
	o, err := o.full()
	if err != nil {
		return err.Error()
	}
	s := ""
	switch o.Model {
	case "svm":
		s = fmt.Sprintf("linear SVM, C = %g", o.C)
	case "logistic":
		s = fmt.Sprintf("logistic regression, C = %g", o.C)
	case "blend":
		s = fmt.Sprintf("blend of linear SVM, C = %g, and %g of complement naive Bayes, alpha = %g", o.C, o.Share, o.Alpha)
	default:
		s = fmt.Sprintf("%s naive Bayes, alpha = %g", o.Model, o.Alpha)
	}
	if o.ClassWeight != "" {
		s += ", class weight " + o.ClassWeight
	}
	if len(o.ClassWeights) > 0 {
		s += fmt.Sprintf(", weights for %d classes", len(o.ClassWeights))
	}
	return s
}

// fit fits the model to rows whose first columns, wordFeatures of them, are
// terms of words.
func (o Options) fit(ctx context.Context, x *sparse.Matrix, wordFeatures int, labels []string) (*linear.Model, error) {
	o, err := o.full()
	if err != nil {
		return nil, err
	}
	switch o.Model {
	case "svm":
		return o.svm().Fit(ctx, x, labels)
	case "logistic":
		return o.logistic().Fit(ctx, x, labels)
	case "blend":
		svm, err := o.svm().Fit(ctx, x, labels)
		if err != nil {
			return nil, err
		}
		words, err := wordColumns(x, wordFeatures)
		if err != nil {
			return nil, err
		}
		bayes, err := o.bayes().Fit(ctx, words, labels)
		if err != nil {
			return nil, err
		}
		return linear.Blend([]*linear.Model{svm, bayes}, []float64{1 - o.Share, o.Share}, x)
	}
	return o.bayes().Fit(ctx, x, labels)
}

// wordColumns returns the columns that naive Bayes sees in a blend.
func wordColumns(x *sparse.Matrix, wordFeatures int) (*sparse.Matrix, error) {
	if wordFeatures == 0 {
		return x, nil
	}
	return x.FirstColumns(wordFeatures)
}

func (o Options) svm() linear.SVM {
	return linear.SVM{C: o.C, Tol: o.Tol, MaxIter: o.MaxIter, ClassWeight: o.ClassWeight, ClassWeights: o.ClassWeights, Seed: o.Seed}
}

func (o Options) logistic() linear.Logistic {
	return linear.Logistic{C: o.C, Tol: o.Tol, MaxIter: o.MaxIter, ClassWeight: o.ClassWeight, ClassWeights: o.ClassWeights, Seed: o.Seed}
}

func (o Options) bayes() linear.Bayes {
	if o.Model == "multinomial" {
		return linear.Bayes{Kind: o.Model, Alpha: o.Alpha}
	}
	return linear.Bayes{Alpha: o.Alpha}
}

// Model is a fitted text classifier.
type Model struct {
	// Options are those it was made with.
	Options Options
	// Warnings are those of the vectoriser and of the linear model.
	Warnings []string

	tfidf  *text.TFIDF
	linear *linear.Model
	// calibration turns scores into probabilities; nil without one.
	calibration *calibrate.Map
	print       *printed
}

// printed is a model's fingerprint once it has been asked for.
type printed struct {
	once sync.Once
	text string
}

// Train fits a classifier to texts and their labels.
func Train(ctx context.Context, texts, labels []string, opt Options) (*Model, error) {
	if err := check(texts, labels); err != nil {
		return nil, err
	}
	return trainAll(ctx, texts, labels, opt, func() (*text.Counts, error) { return text.Count(ctx, texts, opt.Text) })
}

// trainAll is Train with a function that counts the terms.
func trainAll(ctx context.Context, texts, labels []string, opt Options, count func() (*text.Counts, error)) (*Model, error) {
	key := memo.NewKey("training", 2).Texts(texts).Texts(labels).Options(opt)
	kept, err := memo.Do(ctx, key, func(ctx context.Context) (trained, error) {
		counts, err := count()
		if err != nil {
			return trained{}, err
		}
		m, err := train(ctx, counts, labels, nil, opt)
		if err != nil {
			return trained{}, err
		}
		return trained{m.tfidf, m.linear, m.Warnings}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Model{Options: opt.clone(), tfidf: kept.TFIDF, linear: kept.Linear, Warnings: kept.Warnings, print: &printed{}}, nil
}

// trained is a Model in the form in which it is kept.
type trained struct {
	TFIDF    *text.TFIDF
	Linear   *linear.Model
	Warnings []string
}

func check(texts, labels []string) error {
	if len(texts) != len(labels) {
		return fmt.Errorf("classify: %d texts for %d labels", len(texts), len(labels))
	}
	if len(texts) == 0 {
		return errors.New("classify: no texts to learn from")
	}
	for i, l := range labels {
		if l == "" {
			return fmt.Errorf("classify: the text in row %d (counted from 0) has no label: give it one or leave it out", i)
		}
	}
	return nil
}

// train fits a classifier to the given rows, nil for all.
func train(ctx context.Context, counts *text.Counts, labels []string, rows []int, opt Options) (*Model, error) {
	m, _, err := trainOn(ctx, counts, labels, rows, opt)
	return m, err
}

// trainOn is train, and returns the weights of the training rows too.
func trainOn(ctx context.Context, counts *text.Counts, labels []string, rows []int, opt Options) (*Model, *sparse.Matrix, error) {
	tfidf, err := counts.FitClasses(rows, labels)
	if err != nil {
		return nil, nil, err
	}
	x, err := tfidf.Transform(counts, rows)
	if err != nil {
		return nil, nil, err
	}
	if rows != nil {
		labels = pick(labels, rows)
	}
	fitted, err := opt.fit(ctx, x, tfidf.WordFeatures(), labels)
	if err != nil {
		return nil, nil, err
	}
	m := &Model{Options: opt, tfidf: tfidf, linear: fitted, print: &printed{}}
	m.Warnings = append(slices.Clone(tfidf.Warnings), fitted.Warnings...)
	return m, x, nil
}

func pick(values []string, rows []int) []string {
	picked := make([]string, len(rows))
	for i, r := range rows {
		picked[i] = values[r]
	}
	return picked
}

// Classes returns the labels that the classifier knows, in ascending order.
func (m *Model) Classes() []string { return m.linear.Classes() }

// Vocabulary returns the fitted vectoriser.
func (m *Model) Vocabulary() *text.TFIDF { return m.tfidf }

// Linear returns the fitted linear model.
func (m *Model) Linear() *linear.Model { return m.linear }

// Predict returns the class of each text. Like Decision and Probabilities, it
// reports an evaluation if the texts are those of test documents, see
// data.Evaluating.
func (m *Model) Predict(ctx context.Context, texts []string) ([]string, error) {
	x, err := m.weights(ctx, texts)
	if err != nil {
		return nil, err
	}
	return m.linear.Predict(x)
}

// Decision returns for each text a score for each class, in the order of
// Classes.
func (m *Model) Decision(ctx context.Context, texts []string) ([][]float64, error) {
	x, err := m.weights(ctx, texts)
	if err != nil {
		return nil, err
	}
	return m.linear.Decision(x)
}

// Probabilities returns for each text the probability of each class, in the
// order of Classes: calibrated ones, if the model has a calibration. It is an
// error for a support vector machine or a blend without one: see Calibrate.
func (m *Model) Probabilities(ctx context.Context, texts []string) ([][]float64, error) {
	x, err := m.weights(ctx, texts)
	if err != nil {
		return nil, err
	}
	return m.probabilities(x)
}

func (m *Model) probabilities(x *sparse.Matrix) ([][]float64, error) {
	if m.calibration == nil {
		return m.linear.Probabilities(x)
	}
	scores, err := m.linear.Decision(x)
	if err != nil {
		return nil, err
	}
	return m.calibration.Probabilities(scores)
}

func (m *Model) weights(ctx context.Context, texts []string) (*sparse.Matrix, error) {
	x, err := m.tfidf.TransformTexts(ctx, texts)
	if err == nil {
		data.Evaluating(ctx, texts, m.Fingerprint, "")
	}
	return x, err
}

// Evaluate has the model label the documents of a corpus and compares with
// their classes. If there are test documents among them, it reports an
// evaluation with the accuracy on those. Every document must have a class.
func (m *Model) Evaluate(ctx context.Context, c *data.Corpus) (*metric.Report, error) {
	texts, labels := c.Texts(), c.Labels()
	if err := check(texts, labels); err != nil {
		return nil, err
	}
	x, err := m.tfidf.TransformTexts(ctx, texts)
	if err != nil {
		return nil, err
	}
	predicted, err := m.linear.Predict(x)
	if err != nil {
		return nil, err
	}
	report, err := metric.Classify(labels, predicted)
	if err != nil {
		return nil, err
	}
	if rows := c.Indices(data.Test); len(rows) > 0 {
		on := report
		if len(rows) < len(texts) {
			if on, err = metric.Classify(pick(labels, rows), pick(predicted, rows)); err != nil {
				return nil, err
			}
		}
		data.Evaluating(ctx, pick(texts, rows), m.Fingerprint, "accuracy "+on.Accuracy().Text())
	}
	return report, nil
}

// Term is a term and its weight for a class.
type Term struct {
	Term   string
	Weight float64
}

// TopTerms returns the n terms that speak most for a class, the heaviest
// first. Runs of characters are quoted.
func (m *Model) TopTerms(class string, n int) ([]Term, error) {
	features, err := m.linear.TopFeatures(class, n)
	if err != nil {
		return nil, fmt.Errorf("classify: %w", err)
	}
	terms := make([]Term, len(features))
	for i, f := range features {
		terms[i] = Term{m.tfidf.Shown(f.Feature), f.Weight}
	}
	return terms, nil
}

// TopFeatures returns a table of the n terms that speak most for each class.
func (m *Model) TopFeatures(n int) *view.Table {
	t := view.NewTable("Terms that speak most for each class", "class", "terms, the heaviest first")
	for _, class := range m.Classes() {
		terms, err := m.TopTerms(class, n)
		if err != nil {
			continue // every class of Classes exists
		}
		line := ""
		for i, term := range terms {
			if i > 0 {
				line += ", "
			}
			line += term.Term
		}
		t.Add(class, line)
	}
	return t
}

// Fingerprint returns the hash of vocabulary and weights, as "sha256:" and 64
// hex digits for each, joined by a plus sign.
func (m *Model) Fingerprint() string {
	if m.print == nil {
		return m.tfidf.Fingerprint() + "+" + m.linear.Fingerprint()
	}
	m.print.once.Do(func() { m.print.text = m.tfidf.Fingerprint() + "+" + m.linear.Fingerprint() })
	return m.print.text
}

// Calibration returns the map from scores to probabilities; nil without one.
func (m *Model) Calibration() *calibrate.Map { return m.calibration }

// View implements view.Viewer: what the model is, and the warnings.
func (m *Model) View() []view.Item {
	t := view.NewTable("Text classifier: "+m.Options.String(), "training documents", "classes", "terms", "iterations")
	t.Add(m.tfidf.Documents(), len(m.Classes()), m.tfidf.Features(), m.linear.Iterations)
	items := t.View()
	if m.calibration != nil {
		items = append(items, m.calibration.View()...)
	}
	return append(items, warn(m.Warnings)...)
}

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

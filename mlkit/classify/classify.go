// Package classify is the text classifier as a whole: texts and labels in,
// a fitted vectoriser with a linear model out, and cross-validation and
// learning curves of it that cannot leak, because vocabulary, document
// frequencies and weights are learned from each fold's training part only. It
// joins packages data, text, linear, split and metric.
package classify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

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
	// Model is "svm" (the zero value means it), a linear support vector
	// machine with squared hinge loss, or "logistic", multinomial logistic
	// regression, which also gives probabilities.
	Model string
	// C is the weight of errors against large weights; 0 means 1.
	C float64
	// ClassWeight "balanced" makes errors count in inverse proportion to the
	// size of the class; "" makes all count the same.
	ClassWeight string
	// Tol and MaxIter end the fitting; 0 means the model's default, see
	// linear.SVM and linear.Logistic.
	Tol     float64
	MaxIter int
	// Seed determines the order in which documents are visited while fitting.
	Seed int64
}

// String describes the options in words.
func (o Options) String() string {
	model, c := "linear SVM", o.C
	if o.Model == "logistic" {
		model = "logistic regression"
	}
	if c == 0 {
		c = 1
	}
	s := fmt.Sprintf("TF-IDF (%s), %s, C = %g", o.Text, model, c)
	if o.ClassWeight != "" {
		s += ", class weight " + o.ClassWeight
	}
	return s
}

func (o Options) fit(ctx context.Context, x *sparse.Matrix, labels []string) (*linear.Model, error) {
	switch o.Model {
	case "", "svm":
		return linear.SVM{C: o.C, Tol: o.Tol, MaxIter: o.MaxIter, ClassWeight: o.ClassWeight, Seed: o.Seed}.Fit(ctx, x, labels)
	case "logistic":
		return linear.Logistic{C: o.C, Tol: o.Tol, MaxIter: o.MaxIter, ClassWeight: o.ClassWeight}.Fit(ctx, x, labels)
	}
	return nil, fmt.Errorf(`classify: model %q: it must be "svm" or "logistic"`, o.Model)
}

// Model is a fitted text classifier.
type Model struct {
	// Options are those it was made with.
	Options Options
	// Warnings are those of the vectoriser and of the linear model.
	Warnings []string

	tfidf  *text.TFIDF
	linear *linear.Model
	print  *printed
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
	key := memo.NewKey("training", 1).Texts(texts).Texts(labels).Options(opt)
	kept, err := memo.Do(ctx, key, func(ctx context.Context) (trained, error) {
		counts, err := text.Count(ctx, texts, opt.Text)
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
	opt.Text.StopWords = slices.Clone(opt.Text.StopWords)
	return &Model{Options: opt, tfidf: kept.TFIDF, linear: kept.Linear, Warnings: kept.Warnings, print: &printed{}}, nil
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
	tfidf, err := counts.Fit(rows)
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
	fitted, err := opt.fit(ctx, x, labels)
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
// order of Classes. It is an error for a support vector machine.
func (m *Model) Probabilities(ctx context.Context, texts []string) ([][]float64, error) {
	x, err := m.weights(ctx, texts)
	if err != nil {
		return nil, err
	}
	return m.linear.Probabilities(x)
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
// first.
func (m *Model) TopTerms(class string, n int) ([]Term, error) {
	features, err := m.linear.TopFeatures(class, n)
	if err != nil {
		return nil, fmt.Errorf("classify: %w", err)
	}
	terms := make([]Term, len(features))
	for i, f := range features {
		terms[i] = Term{m.tfidf.Term(f.Feature), f.Weight}
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

// View implements view.Viewer: what the model is, and the warnings.
func (m *Model) View() []view.Item {
	t := view.NewTable("Text classifier: "+m.Options.String(), "training documents", "classes", "terms", "iterations")
	t.Add(m.tfidf.Documents(), len(m.Classes()), m.tfidf.Features(), m.linear.Iterations)
	return append(t.View(), warn(m.Warnings)...)
}

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

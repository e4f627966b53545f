package relation

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/memo"
	"viva/mlkit/split"
	"viva/mlkit/trace"
	"viva/mlkit/validate"
	"viva/mlkit/view"
)

// CrossValidation is how well an extractor does on examples that it was not trained
// on, fold by fold.
type CrossValidation struct {
	Options Options
	// Method is how the folds were made.
	Method string
	Folds  []Fold
	// Rows are the tested examples, fold by fold, and Truth and Predictions what they
	// are and what was said of them by a model that had not seen them.
	Rows        []int
	Truth       []string
	Predictions []Prediction
	// Report judges the predictions of all folds together.
	Report   *Report
	Warnings []string
}

// Fold is the result of one fold; shares are in 0..1.
type Fold struct {
	TrainSize, TestSize, Features int
	// TrainF1 and TestF1 are the official macro F1 on the two parts.
	TrainF1, TestF1             float64
	TrainAccuracy, TestAccuracy float64
	// Test judges the predictions for the fold's test part.
	Test *Report
}

// CrossValidate trains on the training part of each fold and judges the predictions
// for both parts. Which features there are is learned from the training part too.
// Examples from one document belong into one fold: make folds by Set.Groups, stratified
// by Set.Relations. Folds run in parallel, each is kept when it is done, and the
// result does not depend on how many run at a time.
func CrossValidate(ctx context.Context, examples []Example, labels []string, folds *split.Folds, opt Options) (*CrossValidation, error) {
	f, err := newFolding(ctx, examples, labels, folds, opt)
	if err != nil {
		return nil, err
	}
	outcomes, err := f.all(ctx, "cross-validation", folds.Folds)
	if err != nil {
		return nil, err
	}
	cv := &CrossValidation{Options: f.opt, Method: folds.Method, Warnings: slices.Clone(folds.Warnings)}
	for i, o := range outcomes {
		cv.Folds = append(cv.Folds, o.fold)
		cv.Rows = append(cv.Rows, folds.Folds[i].Test...)
		cv.Truth = append(cv.Truth, pick(labels, folds.Folds[i].Test)...)
		cv.Predictions = append(cv.Predictions, o.predictions...)
		for _, w := range o.warnings {
			cv.Warnings = append(cv.Warnings, fmt.Sprintf("fold %d: %s", i+1, w))
		}
		trace.Logf(ctx, "fold %d of %d: %d training examples, %d features; F1 %s in training, %s in test", i+1, len(outcomes),
			o.fold.TrainSize, o.fold.Features, view.FormatUnit(o.fold.TrainF1, "%"), view.FormatUnit(o.fold.TestF1, "%"))
	}
	cv.Report, err = Score(cv.Truth, named(cv.Predictions))
	return cv, err
}

func pick(labels []string, rows []int) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = labels[r]
	}
	return out
}

func named(predictions []Prediction) []string {
	labels := make([]string, len(predictions))
	for i, p := range predictions {
		labels[i] = p.Label
	}
	return labels
}

// folding runs folds of one set of examples, whose features are found when the
// first of them needs them.
type folding struct {
	labels   []string
	opt      Options
	data     [32]byte
	analysed func() (*analysed, error)
}

func newFolding(ctx context.Context, examples []Example, labels []string, folds *split.Folds, opt Options) (*folding, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	if err := check(examples, labels); err != nil {
		return nil, err
	}
	switch {
	case folds == nil || len(folds.Folds) == 0:
		return nil, fmt.Errorf("relation: no folds: make them with package split")
	case folds.Documents != len(examples):
		return nil, fmt.Errorf("relation: folds of %d documents for %d examples", folds.Documents, len(examples))
	}
	for i, f := range folds.Folds {
		if len(f.Train) == 0 || len(f.Test) == 0 {
			return nil, fmt.Errorf("relation: fold %d has %d training and %d test examples: it needs both", i+1, len(f.Train), len(f.Test))
		}
	}
	return &folding{labels, opt, digest(examples, labels), sync.OnceValues(func() (*analysed, error) { return analyse(ctx, examples, opt.Vectors) })}, nil
}

// outcome is what a fold gave.
type outcome struct {
	fold        Fold
	predictions []Prediction
	warnings    []string
}

// kept is what is kept of a fold.
type kept struct {
	Features               int
	TrainF1, TrainAccuracy float64
	Predictions            []Prediction
	Warnings               []string
}

func (f *folding) all(ctx context.Context, what string, folds []split.Fold) ([]outcome, error) {
	outcomes := make([]outcome, len(folds))
	var mu sync.Mutex
	done := 0
	trace.Progress(ctx, what, 0, len(folds))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, fold := range folds {
		group.Go(func() error {
			o, err := f.run(inner, fold)
			if err != nil {
				return fmt.Errorf("%s, fold %d of %d: %w", what, i+1, len(folds), err)
			}
			outcomes[i] = o
			mu.Lock()
			defer mu.Unlock()
			done++
			trace.Progress(ctx, what, done, len(folds))
			return nil
		})
	}
	return outcomes, group.Wait()
}

// run trains and judges one fold.
func (f *folding) run(ctx context.Context, fold split.Fold) (outcome, error) {
	key := memo.NewKey("fold of relations", featuresVersion).Text(string(f.data[:])).Ints(fold.Train).Ints(fold.Test)
	f.opt.addTo(key)
	k, err := memo.Do(ctx, key, func(ctx context.Context) (kept, error) { return f.fit(ctx, fold) })
	if err != nil {
		return outcome{}, err
	}
	test, err := Score(pick(f.labels, fold.Test), named(k.Predictions))
	if err != nil {
		return outcome{}, err
	}
	return outcome{Fold{
		TrainSize: len(fold.Train), TestSize: len(fold.Test), Features: k.Features,
		TrainF1: k.TrainF1, TestF1: test.MacroF1, TrainAccuracy: k.TrainAccuracy, TestAccuracy: test.Accuracy, Test: test,
	}, k.Predictions, k.Warnings}, nil
}

// fit trains a fold's model and has it label both parts.
func (f *folding) fit(ctx context.Context, fold split.Fold) (kept, error) {
	a, err := f.analysed()
	if err != nil {
		return kept{}, err
	}
	m, x, err := a.train(ctx, fold.Train, f.labels, f.opt)
	if err != nil {
		return kept{}, err
	}
	fitted, err := m.scores(x)
	if err != nil {
		return kept{}, err
	}
	train, err := Score(pick(f.labels, fold.Train), named(m.decide(fitted)))
	if err != nil {
		return kept{}, err
	}
	column := make([]int32, len(a.names))
	for i, name := range a.names {
		column[i] = -1
		if c, ok := m.columns[name]; ok {
			column[i] = c
		}
	}
	held, err := a.matrix(fold.Test, column, m)
	if err != nil {
		return kept{}, err
	}
	scores, err := m.scores(held)
	if err != nil {
		return kept{}, err
	}
	return kept{m.Features(), train.MacroF1, train.Accuracy, m.decide(scores), m.Warnings}, nil
}

// Scores returns the official macro F1 of the folds, for package validate: its
// mean with an interval, the gap between training and validation, and comparisons.
func (cv *CrossValidation) Scores() *validate.Scores {
	var train, test []float64
	opt := validate.Options{Method: cv.Method}
	for _, f := range cv.Folds {
		train, test = append(train, f.TrainF1), append(test, f.TestF1)
		opt.TrainDocuments, opt.Documents = append(opt.TrainDocuments, f.TrainSize), append(opt.Documents, f.TestSize)
	}
	s, err := validate.New("macro F1, official", train, test, opt)
	if err != nil {
		// Only a value made by hand has no folds.
		return &validate.Scores{Measure: "macro F1, official", Warnings: []string{err.Error()}}
	}
	return s
}

// View implements view.Viewer: the folds with their mean and gap, all predictions
// judged relation by relation, and the warnings.
func (cv *CrossValidation) View() []view.Item {
	items := cv.Scores().View()
	items = append(items, cv.Report.View()...)
	return append(items, warn(cv.Warnings)...)
}

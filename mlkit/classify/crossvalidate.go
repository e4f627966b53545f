package classify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/memo"
	"viva/mlkit/metric"
	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// The gap is how much better a model is on the documents it was trained on
// than on others.
const (
	// GapWarning is the gap, in 0..1, above which a reader must be warned: 10
	// points.
	GapWarning = 0.10
	// GapLimit is the gap, in 0..1, above which a model overfits and has
	// failed: 15 points.
	GapLimit = 0.15
)

// CrossValidation is how well a classifier does on documents that it was not
// trained on, fold by fold.
type CrossValidation struct {
	Options Options
	// Method is how the folds were made.
	Method string
	Folds  []Fold
	// Rows are the tested documents, fold by fold, and Truth and Predicted
	// their labels: out-of-fold predictions.
	Rows      []int
	Truth     []string
	Predicted []string
	// Report measures the out-of-fold predictions of all folds together.
	Report *metric.Report
	// Warnings are those of the folds' making, of fitting and of measuring.
	Warnings []string
}

// Fold is the result of one fold; shares are in 0..1.
type Fold struct {
	TrainSize     int
	TestSize      int
	Features      int
	TrainAccuracy float64
	TestAccuracy  float64
	TrainMacroF1  float64
	TestMacroF1   float64
	// Test measures the predictions for the fold's test part.
	Test *metric.Report
}

// CrossValidate cuts the texts into terms once; then, in each fold, learns
// vocabulary, document frequencies and weights from the training part only,
// and predicts the test part. Folds run in parallel; the result does not
// depend on how many at a time. Progress is reported fold by fold.
func CrossValidate(ctx context.Context, texts, labels []string, folds *split.Folds, opt Options) (*CrossValidation, error) {
	if err := checkFolds(texts, labels, folds); err != nil {
		return nil, err
	}
	return newFolding(ctx, texts, labels, opt).crossValidate(ctx, folds)
}

// folding runs folds of one set of documents. What a fold gave is kept, so that
// work that was interrupted goes on with the folds that are left; terms are
// counted when the first of them needs it.
type folding struct {
	labels []string
	opt    Options
	data   [sha256.Size]byte
	counts func() (*text.Counts, error)
}

func newFolding(ctx context.Context, texts, labels []string, opt Options) *folding {
	return &folding{
		labels: labels, opt: opt, data: memo.Digest(texts, labels),
		counts: sync.OnceValues(func() (*text.Counts, error) { return text.Count(ctx, texts, opt.Text) }),
	}
}

func checkFolds(texts, labels []string, folds *split.Folds) error {
	if err := check(texts, labels); err != nil {
		return err
	}
	if folds == nil || len(folds.Folds) == 0 {
		return fmt.Errorf("classify: no folds: make them with package split")
	}
	if folds.Documents != len(texts) {
		return fmt.Errorf("classify: folds of %d documents for %d texts", folds.Documents, len(texts))
	}
	return nil
}

type outcome struct {
	fold      Fold
	predicted []string
	warnings  []string
}

func (f *folding) crossValidate(ctx context.Context, folds *split.Folds) (*CrossValidation, error) {
	// Folds that were made without labels cannot say which classes they lack.
	folds, err := folds.WithLabels(f.labels)
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(folds.Folds))
	var mu sync.Mutex
	done, logged := 0, 0
	trace.Progress(ctx, "cross-validation", 0, len(outcomes))
	group, foldCtx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, fold := range folds.Folds {
		group.Go(func() error {
			o, err := f.run(foldCtx, fold)
			if err != nil {
				return fmt.Errorf("classify: fold %d of %d: %w", i+1, len(outcomes), err)
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[i] = o
			// Folds end in any order; the log is the same in every run.
			for ; logged < len(outcomes) && outcomes[logged].predicted != nil; logged++ {
				f := outcomes[logged].fold
				trace.Logf(ctx, "fold %d of %d: %d training documents, %d terms; accuracy %s in training, %s in test", logged+1, len(outcomes),
					f.TrainSize, f.Features, view.FormatUnit(f.TrainAccuracy, "%"), view.FormatUnit(f.TestAccuracy, "%"))
			}
			done++
			trace.Progress(ctx, "cross-validation", done, len(outcomes))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return f.assemble(folds, outcomes)
}

// assemble puts together what the folds gave.
func (f *folding) assemble(folds *split.Folds, outcomes []outcome) (*CrossValidation, error) {
	cv := &CrossValidation{Options: f.opt.clone(), Method: folds.Method, Warnings: append([]string(nil), folds.Warnings...)}
	for i, o := range outcomes {
		cv.Folds = append(cv.Folds, o.fold)
		cv.Rows = append(cv.Rows, folds.Folds[i].Test...)
		cv.Truth = append(cv.Truth, pick(f.labels, folds.Folds[i].Test)...)
		cv.Predicted = append(cv.Predicted, o.predicted...)
		for _, w := range o.warnings {
			cv.Warnings = append(cv.Warnings, fmt.Sprintf("fold %d: %s", i+1, w))
		}
	}
	report, err := metric.Classify(cv.Truth, cv.Predicted)
	if err != nil {
		return nil, err
	}
	cv.Report = report
	cv.Warnings = append(cv.Warnings, report.Warnings...)
	return cv, nil
}

// kept is what a fold gave, in the form in which it is kept.
type kept struct {
	Features                    int
	TrainAccuracy, TrainMacroF1 float64
	Predicted                   []string
	Warnings                    []string
}

// run trains and measures one fold.
func (f *folding) run(ctx context.Context, fold split.Fold) (outcome, error) {
	key := memo.NewKey("fold", 2).Text(string(f.data[:])).Ints(fold.Train).Ints(fold.Test).Options(f.opt)
	k, err := memo.Do(ctx, key, func(ctx context.Context) (kept, error) { return f.fit(ctx, fold) })
	if err != nil {
		return outcome{}, err
	}
	test, err := metric.Classify(pick(f.labels, fold.Test), k.Predicted)
	if err != nil {
		return outcome{}, err
	}
	return outcome{
		fold: Fold{
			TrainSize: len(fold.Train), TestSize: len(fold.Test), Features: k.Features,
			TrainAccuracy: k.TrainAccuracy, TestAccuracy: test.Accuracy().Value,
			TrainMacroF1: k.TrainMacroF1, TestMacroF1: test.Macro.F1, Test: test,
		},
		predicted: k.Predicted,
		warnings:  k.Warnings,
	}, nil
}

// fit trains a fold's model and has it label both parts.
func (f *folding) fit(ctx context.Context, fold split.Fold) (kept, error) {
	counts, err := f.counts()
	if err != nil {
		return kept{}, err
	}
	m, x, err := trainOn(ctx, counts, f.labels, fold.Train, f.opt)
	if err != nil {
		return kept{}, err
	}
	fitted, err := m.linear.Predict(x)
	if err != nil {
		return kept{}, err
	}
	train, err := metric.Classify(pick(f.labels, fold.Train), fitted)
	if err != nil {
		return kept{}, err
	}
	held, err := m.tfidf.Transform(counts, fold.Test)
	if err != nil {
		return kept{}, err
	}
	predicted, err := m.linear.Predict(held)
	if err != nil {
		return kept{}, err
	}
	return kept{m.tfidf.Features(), train.Accuracy().Value, train.Macro.F1, predicted, m.Warnings}, nil
}

func (cv *CrossValidation) column(f func(Fold) float64) []float64 {
	values := make([]float64, len(cv.Folds))
	for i, fold := range cv.Folds {
		values[i] = f(fold)
	}
	return values
}

func testAccuracy(f Fold) float64 { return f.TestAccuracy }
func testMacroF1(f Fold) float64  { return f.TestMacroF1 }

// Accuracy returns the mean over folds of the accuracy on test parts, with its
// 95 % t-interval and, in the detail, the standard deviation over folds.
func (cv *CrossValidation) Accuracy() view.Metric {
	return overFolds("accuracy, cross-validation", cv.column(testAccuracy))
}

// MacroF1 returns the mean over folds of the macro F1 on test parts, with its
// 95 % t-interval and, in the detail, the standard deviation over folds.
func (cv *CrossValidation) MacroF1() view.Metric {
	return overFolds("macro F1, cross-validation", cv.column(testMacroF1))
}

// SD returns the standard deviation over folds of the accuracy on test parts,
// in 0..1; 0 for a single fold.
func (cv *CrossValidation) SD() float64 { return deviation(cv.column(testAccuracy)) }

// Gap returns by how much the mean accuracy on training parts is above that on
// test parts. Above 10 points (GapWarning) is a warning, above 15 (GapLimit)
// is overfitting and a failure.
func (cv *CrossValidation) Gap() view.Metric {
	gap := mean(cv.column(func(f Fold) float64 { return f.TrainAccuracy - f.TestAccuracy }))
	return view.Metric{
		Name: "train–validation gap", Value: gap, Unit: "points",
		Detail: fmt.Sprintf("accuracy %s in training, %s in validation; %s", view.FormatUnit(mean(cv.column(func(f Fold) float64 { return f.TrainAccuracy })), "%"),
			view.FormatUnit(mean(cv.column(testAccuracy)), "%"), GapVerdict(gap)),
	}
}

// GapVerdict says in a word what a gap in 0..1 means: "ok", "warning" (above
// 10 points) or "overfitting" (above 15 points).
func GapVerdict(gap float64) string {
	switch {
	case gap > GapLimit:
		return "overfitting"
	case gap > GapWarning:
		return "warning"
	}
	return "ok"
}

func gapTone(gap float64) string {
	return map[string]string{"ok": "good", "warning": "warn", "overfitting": "bad"}[GapVerdict(gap)]
}

// Table returns a row for each fold, and their mean and standard deviation.
func (cv *CrossValidation) Table() *view.Table {
	t := view.NewTable("Cross-validation: "+cv.Method, "fold", "training documents", "test documents", "terms",
		"training accuracy [%]", "test accuracy [%]", "gap [points]", "test macro F1 [%]")
	gap := func(f Fold) float64 { return f.TrainAccuracy - f.TestAccuracy }
	shown := func(g float64) view.Cell {
		return view.Cell{Text: view.FormatUnit(g, "points"), Number: &g, Tone: gapTone(g)}
	}
	for i, f := range cv.Folds {
		t.Add(i+1, f.TrainSize, f.TestSize, f.Features, f.TrainAccuracy, f.TestAccuracy, shown(gap(f)), f.TestMacroF1)
	}
	train := cv.column(func(f Fold) float64 { return f.TrainAccuracy })
	test, gaps, f1 := cv.column(testAccuracy), cv.column(gap), cv.column(testMacroF1)
	t.Add("mean", nil, nil, nil, mean(train), mean(test), shown(mean(gaps)), mean(f1))
	if len(cv.Folds) > 1 {
		t.Add("standard deviation", nil, nil, nil, deviation(train), deviation(test), deviation(gaps), deviation(f1))
	}
	t.Notes = append(t.Notes, cv.Options.String())
	return t
}

// View implements view.Viewer: the table of folds, the mean accuracy, the gap
// and the warnings.
func (cv *CrossValidation) View() []view.Item {
	items := append(cv.Table().View(), cv.Accuracy().View()...)
	items = append(items, cv.Gap().View()...)
	return append(items, warn(cv.Warnings)...)
}

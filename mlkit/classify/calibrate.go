package classify

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/calibrate"
	"viva/mlkit/memo"
	"viva/mlkit/metric"
	"viva/mlkit/split"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Calibrated is a classifier with probabilities, and how reliable these were on
// documents that neither the classifier nor the calibration was fitted on.
type Calibrated struct {
	Model *Model
	// Method is how the folds were made.
	Method string
	// Rows are the documents that were tested, fold by fold, Truth their classes
	// and Probabilities theirs. The calibration behind a fold's probabilities
	// was fitted on the scores of all other folds.
	Rows          []int
	Truth         []string
	Probabilities [][]float64
	// Reliability measures Probabilities.
	Reliability *metric.Reliability
	Warnings    []string
}

// Calibrate trains a classifier on all texts, and fits the map from its scores
// to probabilities on out-of-fold scores: those that classifiers trained on
// the other folds give to each fold. The method is calibrate.Temperature (""
// means it) or calibrate.Sigmoid. There must be at least two folds, which
// together test each document at most once.
func Calibrate(ctx context.Context, texts, labels []string, folds *split.Folds, opt Options, method string) (*Calibrated, error) {
	if err := checkFolds(texts, labels, folds); err != nil {
		return nil, err
	}
	if len(folds.Folds) < 2 {
		return nil, fmt.Errorf("classify: calibration needs at least 2 folds, of which one is measured by what is fitted on the others")
	}
	f := newFolding(ctx, texts, labels, opt)
	m, err := trainAll(ctx, texts, labels, opt, f.counts)
	if err != nil {
		return nil, err
	}
	scores, err := f.decisions(ctx, folds, m.Classes())
	if err != nil {
		return nil, err
	}
	c := &Calibrated{Method: folds.Method}
	var all [][]float64
	var truth []string
	seen := map[int]bool{}
	for i, fold := range folds.Folds {
		for _, row := range fold.Test {
			if seen[row] {
				return nil, fmt.Errorf("classify: the text in row %d is tested twice: calibration needs folds that test each text once", row)
			}
			seen[row] = true
		}
		c.Rows = append(c.Rows, fold.Test...)
		all = append(all, scores[i]...)
		truth = append(truth, pick(labels, fold.Test)...)
	}
	c.Truth = truth
	at := 0
	for i := range folds.Folds {
		from := at
		at += len(scores[i])
		others := append(append([][]float64(nil), all[:from]...), all[at:]...)
		othersTruth := append(append([]string(nil), truth[:from]...), truth[at:]...)
		fitted, err := calibrate.Fit(method, m.Classes(), others, othersTruth)
		if err != nil {
			return nil, fmt.Errorf("classify: fold %d: %w", i+1, err)
		}
		p, err := fitted.Probabilities(scores[i])
		if err != nil {
			return nil, err
		}
		c.Probabilities = append(c.Probabilities, p...)
	}
	calibration, err := calibrate.Fit(method, m.Classes(), all, truth)
	if err != nil {
		return nil, err
	}
	if c.Reliability, err = metric.Calibration(c.Truth, m.Classes(), c.Probabilities, 0); err != nil {
		return nil, err
	}
	m.calibration = calibration
	c.Model = m
	c.Warnings = append(append(c.Warnings, folds.Warnings...), calibration.Warnings...)
	return c, nil
}

// decisions returns for each fold the scores of its test part. Classes that a
// fold's training part lacks get the lowest score that there is in the row.
func (f *folding) decisions(ctx context.Context, folds *split.Folds, classes []string) ([][][]float64, error) {
	all := make([][][]float64, len(folds.Folds))
	group, foldCtx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	trace.Progress(ctx, "out-of-fold scores", 0, len(all))
	for i, fold := range folds.Folds {
		group.Go(func() error {
			key := memo.NewKey("fold scores", 1).Text(string(f.data[:])).Ints(fold.Train).Ints(fold.Test).Texts(classes).Options(f.opt)
			scores, err := memo.Do(foldCtx, key, func(ctx context.Context) ([][]float64, error) { return f.scores(ctx, fold, classes) })
			if err != nil {
				return fmt.Errorf("classify: fold %d of %d: %w", i+1, len(all), err)
			}
			all[i] = scores
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	trace.Progress(ctx, "out-of-fold scores", len(all), len(all))
	return all, nil
}

func (f *folding) scores(ctx context.Context, fold split.Fold, classes []string) ([][]float64, error) {
	counts, err := f.counts()
	if err != nil {
		return nil, err
	}
	m, err := train(ctx, counts, f.labels, fold.Train, f.opt)
	if err != nil {
		return nil, err
	}
	x, err := m.tfidf.Transform(counts, fold.Test)
	if err != nil {
		return nil, err
	}
	scores, err := m.linear.Decision(x)
	if err != nil {
		return nil, err
	}
	return aligned(scores, m.Classes(), classes), nil
}

// aligned puts scores for the classes a model knows into the order of all
// classes.
func aligned(scores [][]float64, known, classes []string) [][]float64 {
	if len(known) == len(classes) {
		return scores
	}
	rows := make([][]float64, len(scores))
	for i, row := range scores {
		lowest := row[0]
		for _, s := range row {
			lowest = min(lowest, s)
		}
		rows[i] = make([]float64, len(classes))
		at := 0
		for k, class := range classes {
			rows[i][k] = lowest
			if at < len(known) && known[at] == class {
				rows[i][k] = row[at]
				at++
			}
		}
	}
	return rows
}

// View implements view.Viewer: the reliability of the probabilities, and the
// warnings.
func (c *Calibrated) View() []view.Item {
	items := c.Reliability.View()
	if c.Model != nil {
		items = append(items, c.Model.calibration.View()...)
	}
	return append(items, warn(c.Warnings)...)
}

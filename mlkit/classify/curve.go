package classify

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/split"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Curve is a learning curve: how training and validation accuracy depend on
// the number of training documents.
type Curve struct {
	// Method is how the folds were made.
	Method string
	// Points are in ascending order of size.
	Points   []CurvePoint
	Warnings []string
}

// CurvePoint is one size of the training part. Accuracies are means over
// folds, in 0..1; the SDs are standard deviations over folds.
type CurvePoint struct {
	// Fraction is the share, in 0..1, of each fold's training documents that
	// was used, and Size their mean number over folds, rounded.
	Fraction     float64
	Size         int
	Train        float64
	TrainSD      float64
	Validation   float64
	ValidationSD float64
}

// LearningCurve measures accuracy in training and validation at growing sizes
// of the training part, over five folds: stratified, and grouped where groups
// are given (nil: none). fractions are shares of a fold's training documents,
// in 0..1; nil means 0.1, 0.25, 0.5, 0.75 and 1. A smaller part is contained in
// every larger one; parts keep groups whole, or else the shares of the classes.
// seed determines folds and parts.
func LearningCurve(ctx context.Context, texts, labels, groups []string, fractions []float64, opt Options, seed int64) (*Curve, error) {
	if err := check(texts, labels); err != nil {
		return nil, err
	}
	if fractions == nil {
		fractions = []float64{0.1, 0.25, 0.5, 0.75, 1}
	}
	fractions = slices.Clone(fractions)
	slices.Sort(fractions)
	fractions = slices.Compact(fractions)
	if len(fractions) == 0 || !(fractions[0] > 0) || fractions[len(fractions)-1] > 1 {
		return nil, fmt.Errorf("classify: learning curve at fractions %v: each must be above 0 and at most 1", fractions)
	}
	shuffled := split.Options{Shuffle: true, Seed: seed}
	var folds *split.Folds
	var err error
	if groups == nil {
		folds, err = split.StratifiedKFold(labels, shuffled)
	} else {
		folds, err = split.StratifiedGroupKFold(labels, groups, shuffled)
	}
	if err != nil {
		return nil, err
	}
	f := newFolding(ctx, texts, labels, opt)
	results := make([][]outcome, len(fractions)) // by fraction, then fold
	for i := range results {
		results[i] = make([]outcome, len(folds.Folds))
	}
	total := len(fractions) * len(folds.Folds)
	var done atomic.Int64
	trace.Progress(ctx, "learning curve", 0, total)
	group, runCtx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for n, fold := range folds.Folds {
		order := growing(fold.Train, labels, groups, seed+int64(n))
		for i, fraction := range slices.Backward(fractions) {
			part := split.Fold{Train: order.part(fraction), Test: fold.Test}
			group.Go(func() error {
				o, err := f.run(runCtx, part)
				if err != nil {
					return fmt.Errorf("classify: learning curve at fraction %g (%d training documents), fold %d: %w", fraction, len(part.Train), n+1, err)
				}
				results[i][n] = o
				trace.Progress(ctx, "learning curve", int(done.Add(1)), total)
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	c := &Curve{Method: folds.Method, Warnings: slices.Clone(folds.Warnings)}
	for i, fraction := range fractions {
		var size, train, validation []float64
		unfinished := 0
		for _, o := range results[i] {
			size = append(size, float64(o.fold.TrainSize))
			train = append(train, o.fold.TrainAccuracy)
			validation = append(validation, o.fold.TestAccuracy)
			if len(o.warnings) > 0 {
				unfinished++
			}
		}
		if unfinished > 0 {
			c.Warnings = append(c.Warnings, fmt.Sprintf("fraction %g: %d of %d folds with warnings, the first: %s", fraction, unfinished, len(results[i]), firstWarning(results[i])))
		}
		c.Points = append(c.Points, CurvePoint{
			Fraction: fraction, Size: int(math.Round(mean(size))),
			Train: mean(train), TrainSD: deviation(train),
			Validation: mean(validation), ValidationSD: deviation(validation),
		})
	}
	return c, nil
}

func firstWarning(outcomes []outcome) string {
	for _, o := range outcomes {
		if len(o.warnings) > 0 {
			return o.warnings[0]
		}
	}
	return ""
}

// growth is the order in which training documents join. A unit is a document,
// or a group of them; its place is the share of what comes before it, so a
// unit belongs to the part of a fraction if its place is below the fraction.
type growth struct {
	units  [][]int
	places []float64
}

// growing orders training documents at random: whole groups where there are
// groups, else so that every class grows at the same rate.
func growing(train []int, labels, groups []string, seed int64) growth {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x6375727665))
	var g growth
	if groups != nil {
		at := map[string]int{}
		for _, row := range train {
			i, ok := at[groups[row]]
			if !ok {
				i = len(g.units)
				at[groups[row]] = i
				g.units = append(g.units, nil)
			}
			g.units[i] = append(g.units[i], row)
		}
		rng.Shuffle(len(g.units), func(i, j int) { g.units[i], g.units[j] = g.units[j], g.units[i] })
		sum := 0
		for _, unit := range g.units {
			g.places = append(g.places, float64(sum)/float64(len(train)))
			sum += len(unit)
		}
		return g
	}
	order := slices.Clone(train)
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	size, seen := map[string]int{}, map[string]int{}
	for _, row := range order {
		size[labels[row]]++
	}
	for _, row := range order {
		l := labels[row]
		g.units = append(g.units, []int{row})
		g.places = append(g.places, float64(seen[l])/float64(size[l]))
		seen[l]++
	}
	return g
}

// part returns the rows of a fraction, ascending.
func (g growth) part(fraction float64) []int {
	var rows []int
	for i, unit := range g.units {
		if g.places[i] < fraction {
			rows = append(rows, unit...)
		}
	}
	slices.Sort(rows)
	return rows
}

// Table returns a row for each size.
func (c *Curve) Table() *view.Table {
	t := view.NewTable("Learning curve: "+c.Method, "training documents", "training accuracy [%]", "SD [points]", "validation accuracy [%]", "SD [points]", "gap [points]")
	for _, p := range c.Points {
		gap := p.Train - p.Validation
		t.Add(p.Size, p.Train, p.TrainSD, p.Validation, p.ValidationSD, view.Cell{Text: view.FormatUnit(gap, "points"), Number: &gap, Tone: gapTone(gap)})
	}
	return t
}

// View implements view.Viewer: the table and the warnings.
func (c *Curve) View() []view.Item { return append(c.Table().View(), warn(c.Warnings)...) }

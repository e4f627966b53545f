package prepare

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"viva/internal/own"
	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/sparse"
	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/trace"
)

// judge gives each of the rows a score for each of its classes.
type judge func(rows []int) (scores [][]float64, classes []string, err error)

// verdicts are what a classifier says of documents that it was not trained on.
type verdicts struct {
	// Own is what each row's own label got, -1 where nothing was asked. It is a
	// probability for certainty, the lead over the best other label for
	// belonging.
	Own []float64
	// Best is the label that got most.
	Best     []string
	Warnings []string
}

const folds = 5

// crossFit has every labelled document judged by a classifier that was not
// trained on it: those of train by cross-validation that keeps groups whole, the
// others by one that was trained on all of train.
func crossFit(ctx context.Context, task string, labels, groups []string, train []int, seed int64, fit func(context.Context, []int) (judge, error), score func([]float64, int) float64) (verdicts, error) {
	var v verdicts
	v.Own, v.Best = make([]float64, len(labels)), make([]string, len(labels))
	train = slices.DeleteFunc(slices.Clone(train), func(row int) bool { return labels[row] == "" })
	pick := func(values []string) []string {
		out := make([]string, len(train))
		for i, row := range train {
			out[i] = values[row]
		}
		return out
	}
	parts, err := split.StratifiedGroupKFold(pick(labels), pick(groups), split.Options{K: folds, Shuffle: true, Seed: seed})
	if err != nil {
		return v, fmt.Errorf("prepare: %s needs folds: %w", task, err)
	}
	v.Warnings = parts.Warnings
	at := func(rows []int) []int {
		out := make([]int, len(rows))
		for i, r := range rows {
			out[i] = train[r]
		}
		return out
	}
	type job struct{ train, held []int }
	var jobs []job
	judged := make([]bool, len(labels))
	for _, f := range parts.Folds {
		jobs = append(jobs, job{at(f.Train), at(f.Test)})
		for _, row := range at(f.Test) {
			judged[row] = true
		}
	}
	var rest []int
	for row, l := range labels {
		v.Own[row] = -1
		if l != "" && !judged[row] {
			rest = append(rest, row)
		}
	}
	if len(rest) > 0 {
		jobs = append(jobs, job{train, rest})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, j := range jobs {
		group.Go(func() error {
			trace.Progress(ctx, task, i, len(jobs))
			ask, err := fit(ctx, j.train)
			if err != nil {
				return fmt.Errorf("prepare: %s: %w", task, err)
			}
			scores, classes, err := ask(j.held)
			if err != nil {
				return fmt.Errorf("prepare: %s: %w", task, err)
			}
			for k, row := range j.held {
				best := 0
				for c, s := range scores[k] {
					if s > scores[k][best] {
						best = c
					}
				}
				v.Best[row] = classes[best]
				if own, ok := slices.BinarySearch(classes, labels[row]); ok {
					v.Own[row] = score(scores[k], own)
				}
			}
			return nil
		})
	}
	return v, group.Wait()
}

// certainty returns the probability that a trivial classifier gives every
// document's class.
func certainty(ctx context.Context, c *data.Corpus, seed int64) (verdicts, error) {
	key := memo.NewKey("certainty of a trivial classifier", 1).Text(c.Fingerprint()).Int(int(seed))
	return memo.Do(ctx, key, func(ctx context.Context) (verdicts, error) {
		labels, train := c.Labels(), trainingRows(c)
		counts, err := text.Count(ctx, c.Texts(), text.Options{Binary: true, NoIDF: true, Norm: "none", MinDF: 3})
		if err != nil {
			return verdicts{}, fmt.Errorf("prepare: %w", err)
		}
		terms, err := counts.Fit(train)
		if errors.Is(err, text.ErrNoTerms) {
			return verdicts{}, fmt.Errorf("prepare: no word is in three training documents of %s: there is nothing to be certain by", c.Name())
		}
		if err != nil {
			return verdicts{}, fmt.Errorf("prepare: %w", err)
		}
		x, err := terms.Transform(counts, nil)
		if err != nil {
			return verdicts{}, fmt.Errorf("prepare: %w", err)
		}
		_, groups := byGroup(c)
		return crossFit(ctx, "asking a trivial classifier", labels, groups, train, seed, func(ctx context.Context, rows []int) (judge, error) {
			return trivial(ctx, x, labels, rows)
		}, func(scores []float64, own int) float64 { return scores[own] })
	})
}

// trivial fits logistic regression on a few telling words.
func trivial(ctx context.Context, x *sparse.Matrix, labels []string, rows []int) (judge, error) {
	const words = 10
	columns := telling(x, labels, rows, words)
	few, err := withColumns(x, rows, columns)
	if err != nil {
		return nil, err
	}
	own := make([]string, len(rows))
	for i, row := range rows {
		own[i] = labels[row]
	}
	m, err := linear.Logistic{}.Fit(ctx, few, own)
	if err != nil {
		return nil, err
	}
	return func(rows []int) ([][]float64, []string, error) {
		few, err := withColumns(x, rows, columns)
		if err != nil {
			return nil, nil, err
		}
		p, err := m.Probabilities(few)
		return p, m.Classes(), err
	}, nil
}

// telling returns for each class the n columns that documents of the class have
// more often than others and with the largest chi-squared statistic, ascending.
func telling(x *sparse.Matrix, labels []string, rows []int, n int) []int32 {
	code, size := map[string]int{}, []float64{}
	for _, row := range rows {
		k, ok := code[labels[row]]
		if !ok {
			k = len(size)
			code[labels[row]] = k
			size = append(size, 0)
		}
		size[k]++
	}
	classes := len(size)
	have := make([]float64, x.Cols()*classes)
	for _, row := range rows {
		columns, _ := x.Own(own.Permit{}, row)
		k := code[labels[row]]
		for _, col := range columns {
			have[int(col)*classes+k]++
		}
	}
	type scored struct {
		column int32
		chi    float64
	}
	chosen := map[int32]bool{}
	all := float64(len(rows))
	for k := range classes {
		var list []scored
		for col := range x.Cols() {
			with := 0.0
			for _, m := range have[col*classes : (col+1)*classes] {
				with += m
			}
			in := have[col*classes+k]
			if in*all <= with*size[k] {
				continue
			}
			// The 2×2 table of the word and the class.
			out, lack, neither := with-in, size[k]-in, all-size[k]-with+in
			d := in*neither - out*lack
			list = append(list, scored{int32(col), all * d * d / (with * (all - with) * size[k] * (all - size[k]))})
		}
		slices.SortFunc(list, func(a, b scored) int {
			if a.chi != b.chi {
				if a.chi > b.chi {
					return -1
				}
				return 1
			}
			return int(a.column) - int(b.column)
		})
		for _, s := range list[:min(n, len(list))] {
			chosen[s.column] = true
		}
	}
	columns := make([]int32, 0, len(chosen))
	for col := range chosen {
		columns = append(columns, col)
	}
	slices.Sort(columns)
	return columns
}

// withColumns returns the given rows and columns, which ascend, of a matrix.
func withColumns(x *sparse.Matrix, rows []int, columns []int32) (*sparse.Matrix, error) {
	place := make([]int32, x.Cols())
	for i := range place {
		place[i] = -1
	}
	for i, col := range columns {
		place[col] = int32(i)
	}
	start := []int{0}
	var cols []int32
	var values []float64
	for _, row := range rows {
		c, v := x.Own(own.Permit{}, row)
		for i, col := range c {
			if p := place[col]; p >= 0 {
				cols, values = append(cols, p), append(values, v[i])
			}
		}
		start = append(start, len(cols))
	}
	return sparse.Adopt(own.Permit{}, len(columns), start, cols, values)
}

// copiesOfTraining returns the documents that copy a training document of the
// same class that itself stays, by row.
func copiesOfTraining(ctx context.Context, c *data.Corpus, threshold float64) ([]leak.Redundant, error) {
	train := trainingRows(c)
	inTrain := make([]bool, c.Len())
	for _, row := range train {
		inTrain[row] = true
	}
	// Of copies the earliest stays, so training documents come first.
	order := slices.Clone(train)
	for row, in := range inTrain {
		if !in {
			order = append(order, row)
		}
	}
	copies, err := leak.Find(ctx, c.Select(order), leak.Options{Threshold: threshold})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	var out []leak.Redundant
	for _, r := range copies.Redundant() {
		r.Row, r.Kept = order[r.Row], order[r.Kept]
		if inTrain[r.Kept] && r.SameLabel {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b leak.Redundant) int { return a.Row - b.Row })
	return out, nil
}

package boost

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/trace"
)

// Part says which rows of a table a model is fitted to.
type Part struct {
	// Learn are the rows that are learned from, in the order in which they are
	// sampled; nil means all. Watch are others whose decisions are followed while
	// trees are added: nothing is learned from them.
	Learn, Watch []int
	// Every says after how many trees the losses are measured each time; 0 means
	// never.
	Every int
}

// Fitted is a model with what became of the rows in training.
type Fitted struct {
	Model *Model
	// Decisions are Model.Decision of every row that was learned from or watched,
	// and 0 of others.
	Decisions []float64
	// Losses begin with that before the first tree and end with that after the
	// last one. There are none if Part.Every is 0.
	Losses []Loss
}

// Loss is the mean logistic loss of rows by their weights, in nats, after a number
// of trees.
type Loss struct {
	Trees int
	// Learn is of the rows that were learned from, Watch of those watched: 0 if
	// there are none, or none with a weight.
	Learn, Watch float64
}

// FitParts is Fit for several parts of the rows of one table at the same time,
// each of which gives a model: what is done once for each feature is not done
// again for each part, and what a model says of the other rows comes at little
// cost. Each model is that which Fit gives for the part's rows alone.
func FitParts(ctx context.Context, columns [][]float64, positive []bool, weights []float64, parts []Part, opt Options) ([]*Fitted, error) {
	opt, err := opt.Check()
	if err != nil {
		return nil, err
	}
	weights, err = checkTable(columns, positive, weights)
	if err != nil {
		return nil, err
	}
	learn, watch := make([][]int32, len(parts)), make([][]int32, len(parts))
	for i, p := range parts {
		if p.Every < 0 {
			return nil, fmt.Errorf("boost: losses after every %d trees: give at least 1, or 0 for none", p.Every)
		}
		if learn[i], watch[i], err = p.rows(len(positive)); err != nil {
			return nil, err
		}
	}
	bins := cutParts(columns, learn)
	fits := make([]*Fitted, len(parts))
	progress := &progress{total: opt.Trees * len(parts)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	// The largest first, so that processors are not left waiting for it.
	for _, i := range bySize(learn) {
		group.Go(func() error {
			b := booster{positive: positive, weights: weights, learn: learn[i], watch: watch[i], every: parts[i].Every}
			var err error
			fits[i], err = b.fit(ctx, bins[i], opt, progress)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return fits, nil
}

// checkTable returns the weights with their default written out.
func checkTable(columns [][]float64, positive []bool, weights []float64) ([]float64, error) {
	rows := len(positive)
	switch {
	case len(columns) == 0:
		return nil, errors.New("boost: there are no features")
	case rows == 0:
		return nil, errors.New("boost: there are no rows")
	case rows > math.MaxInt32:
		return nil, fmt.Errorf("boost: %d rows: %d are possible", rows, math.MaxInt32)
	case weights != nil && len(weights) != rows:
		return nil, fmt.Errorf("boost: %d weights for %d rows", len(weights), rows)
	}
	for j, c := range columns {
		if len(c) != rows {
			return nil, fmt.Errorf("boost: feature %d has %d values for %d rows", j, len(c), rows)
		}
		for i, x := range c {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("boost: feature %d of row %d is %v: values must be finite", j, i, x)
			}
		}
	}
	if weights == nil {
		weights = make([]float64, rows)
		for i := range weights {
			weights[i] = 1
		}
	}
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("boost: the weight of row %d is %v: weights are at least 0", i, w)
		}
	}
	return weights, nil
}

// rows returns the part's rows, which are different ones of n.
func (p Part) rows(n int) (learn, watch []int32, err error) {
	seen := make([]bool, n)
	list := func(rows []int) []int32 {
		all := make([]int32, len(rows))
		for k, i := range rows {
			switch {
			case i < 0 || i >= n:
				err = fmt.Errorf("boost: a part has row %d of %d", i, n)
				return nil
			case seen[i]:
				err = fmt.Errorf("boost: a part has row %d twice", i)
				return nil
			}
			seen[i] = true
			all[k] = int32(i)
		}
		return all
	}
	if p.Learn == nil {
		learn = make([]int32, n)
		for i := range learn {
			learn[i], seen[i] = int32(i), true
		}
	} else {
		learn = list(p.Learn)
	}
	watch = list(p.Watch)
	if err == nil && len(learn) == 0 {
		err = errors.New("boost: there are no rows")
	}
	return learn, watch, err
}

func bySize(learn [][]int32) []int {
	order := make([]int, len(learn))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(learn[b]) - len(learn[a]) })
	return order
}

// progress counts the trees of all parts.
type progress struct {
	mu          sync.Mutex
	done, total int
}

func (p *progress) add(ctx context.Context, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	trace.Progress(ctx, "boosting", p.done, p.total)
}

// booster fits one part.
type booster struct {
	positive     []bool
	weights      []float64
	learn, watch []int32
	every        int
	// score are the decisions of the rows so far.
	score []float64
}

func (b *booster) fit(ctx context.Context, binned *binned, opt Options, progress *progress) (*Fitted, error) {
	sum, total := 0.0, 0.0
	for _, i := range b.learn {
		w := b.weights[i]
		total += w
		if b.positive[i] {
			sum += w
		}
	}
	if !(sum > 0 && sum < total) {
		return nil, errors.New("boost: all rows with a weight are of one class: there is nothing to tell apart")
	}
	m := &Model{features: len(binned.bins), intercept: math.Log(sum / (total - sum)), gain: make([]float64, len(binned.bins))}
	b.score = make([]float64, len(b.positive))
	for _, rows := range [][]int32{b.learn, b.watch} {
		for _, i := range rows {
			b.score[i] = m.intercept
		}
	}
	f := &Fitted{Model: m, Decisions: b.score}
	if b.every > 0 {
		f.Losses = append(f.Losses, b.loss(0))
	}
	g := newGrower(binned, b.learn, opt)
	told := 0
	for n := range opt.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g.sample(uint64(n))
		g.parallel(len(g.rows), func(from, to int) {
			for _, i := range g.rows[from:to] {
				p := 1 / (1 + math.Exp(-b.score[i]))
				y := 0.0
				if b.positive[i] {
					y = 1
				}
				w := b.weights[i]
				g.slopes[i] = sums{grad: w * (y - p), hess: w * p * (1 - p), weight: w}
			}
		})
		t, gains := g.grow()
		for j, x := range gains {
			m.gain[j] += x
		}
		add := t.adder(binned.bins, b.score)
		for _, rows := range [][]int32{b.learn, b.watch} {
			g.parallel(len(rows), func(from, to int) { add(rows[from:to]) })
		}
		m.trees = append(m.trees, t)
		if b.every > 0 && ((n+1)%b.every == 0 || n+1 == opt.Trees) {
			f.Losses = append(f.Losses, b.loss(n+1))
		}
		if (n+1)%20 == 0 || n+1 == opt.Trees {
			progress.add(ctx, n+1-told)
			told = n + 1
		}
	}
	return f, nil
}

func (b *booster) loss(trees int) Loss {
	mean := func(rows []int32) float64 {
		sum, total := 0.0, 0.0
		// The logarithm of 1 + exp(-s) is -s, if that is positive, and that of 1 +
		// exp(-|s|), a number of 1 to 2. Such numbers of rows of one weight are
		// multiplied, since logarithms take time.
		product, weight, factors := 1.0, 0.0, 0
		take := func() {
			sum += weight * math.Log(product)
			product, factors = 1, 0
		}
		for _, i := range rows {
			s, w := b.score[i], b.weights[i]
			if !b.positive[i] {
				s = -s
			}
			if w != weight || factors == 1000 {
				take()
				weight = w
			}
			product *= 1 + math.Exp(-math.Abs(s))
			factors++
			sum += w * max(-s, 0)
			total += w
		}
		take()
		if total == 0 {
			return 0
		}
		return sum / total
	}
	return Loss{trees, mean(b.learn), mean(b.watch)}
}

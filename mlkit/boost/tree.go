package boost

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// tree is a binary tree in arrays: node 0 is the root; the children of a node
// stand beside each other. A leaf has no left child, which is written as 0.
// Every node has a value, the correction that it would make as a leaf.
type tree struct {
	feature   []int32
	bin       []uint8
	threshold []float64
	left      []int32
	value     []float64
}

func (t *tree) leafOf(row []float64) int32 {
	at := int32(0)
	for t.left[at] != 0 {
		if row[t.feature[at]] <= t.threshold[at] {
			at = t.left[at]
		} else {
			at = t.left[at] + 1
		}
	}
	return at
}

func (t *tree) leafOfBins(bins [][]uint8, row int) int32 {
	at := int32(0)
	for t.left[at] != 0 {
		if bins[t.feature[at]][row] <= t.bin[at] {
			at = t.left[at]
		} else {
			at = t.left[at] + 1
		}
	}
	return at
}

func (t *tree) add(value float64) int32 {
	t.feature = append(t.feature, 0)
	t.bin = append(t.bin, 0)
	t.threshold = append(t.threshold, 0)
	t.left = append(t.left, 0)
	t.value = append(t.value, value)
	return int32(len(t.value) - 1)
}

// maxBins is the number of bins of a feature. Few, so that the histograms stay
// in the processor's nearest memory.
const maxBins = 64

// sums are those of the rows in a bin.
type sums struct{ grad, hess, weight float64 }

type histogram [maxBins]sums

// node is a leaf that may be split.
type node struct {
	at       int32
	rows     []int32
	hist     []histogram
	total    sums
	gain     float64
	feature  int
	bin      uint8
	leftSums sums
}

// grower grows trees over binned features.
type grower struct {
	opt                Options
	bins               [][]uint8
	edges              [][]float64
	grad, hess, weight []float64
	workers            int
	// used are the features that the current tree may split on.
	used []int
	// free are histograms to use again.
	free [][]histogram
	rows []int32
	// gathered are the gradients of a node's rows, in their order.
	gathered []sums
	spare    []int32
}

func newGrower(columns [][]float64, opt Options) *grower {
	rows := len(columns[0])
	g := &grower{
		opt: opt, bins: make([][]uint8, len(columns)), edges: make([][]float64, len(columns)), workers: runtime.GOMAXPROCS(0),
		grad: make([]float64, rows), hess: make([]float64, rows), gathered: make([]sums, rows), spare: make([]int32, rows),
	}
	g.each(len(columns), func(j int) { g.edges[j], g.bins[j] = cut(columns[j]) })
	return g
}

// cut returns the upper edges of a feature's bins and the bin of each value. Bins
// hold about the same number of values; one of few values has a bin for each.
func cut(values []float64) (edges []float64, bins []uint8) {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n := len(sorted)
	distinct := 1
	for i := 1; i < n && distinct <= maxBins; i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	between := func(low, high float64) float64 {
		m := low + (high-low)/2
		if m >= high || math.IsInf(m, 0) {
			return low
		}
		return m
	}
	if distinct <= maxBins {
		for i := 1; i < n; i++ {
			if sorted[i] != sorted[i-1] {
				edges = append(edges, between(sorted[i-1], sorted[i]))
			}
		}
	} else {
		at := 0
		for b := 1; b < maxBins && at < n; b++ {
			// What is left is shared among the bins that are left, since a value
			// that is frequent takes more than its share.
			at += max(1, (n-at)/(maxBins-b+1))
			for at < n && sorted[at] == sorted[at-1] {
				at++
			}
			if at < n {
				edges = append(edges, between(sorted[at-1], sorted[at]))
			}
		}
	}
	bins = make([]uint8, n)
	for i, x := range values {
		low, high := 0, len(edges)
		for low < high {
			if m := (low + high) / 2; x <= edges[m] {
				high = m
			} else {
				low = m + 1
			}
		}
		bins[i] = uint8(low)
	}
	return edges, bins
}

// each calls f for 0..n-1 from several goroutines.
func (g *grower) each(n int, f func(int)) {
	workers := min(g.workers, n)
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range workers {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	wg.Wait()
}

// parallel calls f for consecutive parts of 0..n-1.
func (g *grower) parallel(n int, f func(from, to int)) {
	parts := g.workers
	if n < 10_000 {
		parts = 1
	}
	g.each(parts, func(i int) { f(n*i/parts, n*(i+1)/parts) })
}

func (g *grower) sample(n uint64) {
	random := rand.New(rand.NewPCG(uint64(g.opt.Seed), 0x626f6f73<<32|n))
	if g.rows == nil || g.opt.Sample < 1 {
		g.rows = g.rows[:0]
		for i := range g.grad {
			if g.opt.Sample == 1 || random.Float64() < g.opt.Sample {
				g.rows = append(g.rows, int32(i))
			}
		}
	} else {
		// The last tree has put them into another order.
		for i := range g.rows {
			g.rows[i] = int32(i)
		}
	}
	g.used = g.used[:0]
	if g.opt.Features == 1 {
		for j := range g.bins {
			g.used = append(g.used, j)
		}
		return
	}
	k := max(1, int(math.Ceil(g.opt.Features*float64(len(g.bins)))))
	g.used = append(g.used, random.Perm(len(g.bins))[:k]...)
	slices.Sort(g.used)
}

// grow grows one tree to the current gradients, and returns what each feature
// gained.
func (g *grower) grow(n uint64) (tree, []float64) {
	g.sample(n)
	var t tree
	gains := make([]float64, len(g.bins))
	root := &node{rows: g.rows, hist: g.histograms()}
	g.fill(root)
	for _, i := range root.rows {
		root.total.grad += g.grad[i]
		root.total.hess += g.hess[i]
		root.total.weight += g.weight[i]
	}
	root.at = t.add(g.value(root.total))
	g.look(root)
	open := []*node{root}
	for leaves := 1; leaves < g.opt.Leaves; leaves++ {
		best := -1
		for i, o := range open {
			if o.gain > 0 && (best < 0 || o.gain > open[best].gain) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		o := open[best]
		gains[o.feature] += o.gain
		left, right := g.split(&t, o)
		open[best] = left
		open = append(open, right)
	}
	for _, o := range open {
		g.free = append(g.free, o.hist)
	}
	return t, gains
}

func (g *grower) value(s sums) float64 {
	return g.opt.LearningRate * s.grad / (s.hess + g.opt.L2)
}

func (g *grower) histograms() []histogram {
	if n := len(g.free); n > 0 {
		h := g.free[n-1]
		g.free = g.free[:n-1]
		return h
	}
	return make([]histogram, len(g.bins))
}

// fill sums the gradients of a node's rows by bin. Each feature's sums are made
// by one goroutine in the order of the rows, so that they are the same whatever
// the number of goroutines.
func (g *grower) fill(o *node) {
	gathered := g.gathered[:len(o.rows)]
	for k, i := range o.rows {
		gathered[k] = sums{g.grad[i], g.hess[i], g.weight[i]}
	}
	work := func(u int) {
		j := g.used[u]
		h := &o.hist[j]
		*h = histogram{}
		bins := g.bins[j]
		for k, i := range o.rows {
			s := &h[bins[i]&(maxBins-1)]
			r := &gathered[k]
			s.grad += r.grad
			s.hess += r.hess
			s.weight += r.weight
		}
	}
	if len(o.rows)*len(g.used) < 100_000 {
		for u := range g.used {
			work(u)
		}
		return
	}
	g.each(len(g.used), work)
}

// look finds the best split of a node.
func (g *grower) look(o *node) {
	o.gain = 0
	if o.total.weight < 2*g.opt.MinLeaf {
		return
	}
	l2 := g.opt.L2
	base := o.total.grad * o.total.grad / (o.total.hess + l2)
	for _, j := range g.used {
		var left sums
		h := &o.hist[j]
		for b := range len(g.edges[j]) {
			left.grad += h[b].grad
			left.hess += h[b].hess
			left.weight += h[b].weight
			if left.weight < g.opt.MinLeaf {
				continue
			}
			if o.total.weight-left.weight < g.opt.MinLeaf {
				break
			}
			rg, rh := o.total.grad-left.grad, o.total.hess-left.hess
			gain := left.grad*left.grad/(left.hess+l2) + rg*rg/(rh+l2) - base
			if gain > o.gain+1e-9 {
				o.gain, o.feature, o.bin, o.leftSums = gain, j, uint8(b), left
			}
		}
	}
}

// split makes two nodes of one. The smaller one's histograms are summed, the
// other's are what is left.
func (g *grower) split(t *tree, o *node) (left, right *node) {
	bins := g.bins[o.feature]
	l, r := 0, 0
	for _, i := range o.rows {
		if bins[i] <= o.bin {
			o.rows[l] = i
			l++
		} else {
			g.spare[r] = i
			r++
		}
	}
	copy(o.rows[l:], g.spare[:r])
	left = &node{rows: o.rows[:l], total: o.leftSums}
	right = &node{rows: o.rows[l:], total: sums{o.total.grad - o.leftSums.grad, o.total.hess - o.leftSums.hess, o.total.weight - o.leftSums.weight}}
	small, large := left, right
	if len(right.rows) < len(left.rows) {
		small, large = right, left
	}
	small.hist, large.hist = g.histograms(), o.hist
	g.fill(small)
	for _, j := range g.used {
		a, b := &large.hist[j], &small.hist[j]
		for k := range len(g.edges[j]) + 1 {
			a[k].grad -= b[k].grad
			a[k].hess -= b[k].hess
			a[k].weight -= b[k].weight
		}
	}
	at := o.at
	t.feature[at], t.bin[at], t.threshold[at] = int32(o.feature), o.bin, g.edges[o.feature][o.bin]
	left.at = t.add(g.value(left.total))
	right.at = t.add(g.value(right.total))
	t.left[at] = left.at
	g.look(left)
	g.look(right)
	return left, right
}

package boost

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
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

// adder returns a function that adds the tree's value to the scores of rows. In a
// tree of up to 64 leaves the leaf of a row is found without walking: each node
// where the row goes right takes away the leaves on the left of it, and of those
// that are left the first one is the row's (QuickScorer, Lucchese et al. 2015).
// So rows are gone through feature by feature, with nothing to be guessed.
func (t *tree) adder(bins [][]uint8, score []float64) func(rows []int32) {
	leaves := (len(t.left) + 1) / 2
	if leaves > 64 {
		return func(rows []int32) {
			for _, i := range rows {
				score[i] += t.value[t.leafOfBins(bins, int(i))]
			}
		}
	}
	values := make([]float64, 0, leaves)
	var features []int32
	var masks []*[maxBins]uint64
	var visit func(at int32) uint64
	visit = func(at int32) uint64 {
		if t.left[at] == 0 {
			values = append(values, t.value[at])
			return 1 << (len(values) - 1)
		}
		left := visit(t.left[at])
		right := visit(t.left[at] + 1)
		k := slices.Index(features, t.feature[at])
		if k < 0 {
			k = len(features)
			m := new([maxBins]uint64)
			for b := range m {
				m[b] = math.MaxUint64
			}
			features, masks = append(features, t.feature[at]), append(masks, m)
		}
		for b := int(t.bin[at]) + 1; b < maxBins; b++ {
			masks[k][b] &^= left
		}
		return left | right
	}
	visit(0)
	// Features are gone through three at a time: what is left over is done twice,
	// which changes nothing.
	for len(features)%3 != 0 {
		features, masks = append(features, features[0]), append(masks, masks[0])
	}
	return func(rows []int32) {
		var possible [512]uint64
		for len(rows) > 0 {
			some := rows[:min(len(possible), len(rows))]
			rows = rows[len(some):]
			p := possible[:len(some)]
			for k := range p {
				p[k] = math.MaxUint64
			}
			for f := 0; f < len(features); f += 3 {
				a, b, c := bins[features[f]], bins[features[f+1]], bins[features[f+2]]
				ma, mb, mc := masks[f], masks[f+1], masks[f+2]
				for k, i := range some {
					p[k] &= ma[a[i]&(maxBins-1)] & mb[b[i]&(maxBins-1)] & mc[c[i]&(maxBins-1)]
				}
			}
			for k, i := range some {
				score[i] += values[bits.TrailingZeros64(p[k])]
			}
		}
	}
}

// sums are those of the rows in a bin.
type sums struct{ grad, hess, weight float64 }

type histogram [maxBins]sums

// node is a leaf that may be split.
type node struct {
	at    int32
	rows  []int32
	total sums
	// hist has a histogram for each feature in use.
	hist     []histogram
	gain     float64
	feature  int
	bin      uint8
	leftSums sums
}

// grower grows trees over binned features.
type grower struct {
	opt Options
	*binned
	workers int
	random  *rand.PCG
	// learn are all rows that trees may grow on, rows those of the current tree in
	// the order in which its nodes have them, slopes their gradients.
	learn, rows []int32
	slopes      []sums
	// used are the features that the current tree may split on, without those
	// that have one value only.
	used []int
	// free are histograms to use again.
	free [][]histogram
	// gathered are the slopes of a node's rows, in their order.
	gathered []sums
	spare    []int32
}

func newGrower(b *binned, learn []int32, opt Options) *grower {
	return &grower{
		opt: opt, binned: b, workers: runtime.GOMAXPROCS(0), random: &rand.PCG{}, learn: learn, rows: make([]int32, len(learn)),
		slopes: make([]sums, len(b.bins[0])), gathered: make([]sums, len(learn)), spare: make([]int32, len(learn)),
	}
}

// parallel calls f for consecutive parts of 0..n-1.
func (g *grower) parallel(n int, f func(from, to int)) {
	parts := g.workers
	if n < 20_000 {
		parts = 1
	}
	each(parts, parts, func(i int) { f(n*i/parts, n*(i+1)/parts) })
}

// sample draws the rows and the features of a tree.
func (g *grower) sample(n uint64) {
	g.random.Seed(uint64(g.opt.Seed), 0x626f6f73<<32|n)
	g.rows = g.rows[:len(g.learn)]
	if g.opt.Sample == 1 {
		copy(g.rows, g.learn)
	} else {
		kept := 0
		for _, i := range g.learn {
			g.rows[kept] = i
			// That is rand.Rand's Float64.
			if float64(g.random.Uint64()<<11>>11)/(1<<53) < g.opt.Sample {
				kept++
			}
		}
		g.rows = g.rows[:kept]
	}
	g.used = g.used[:0]
	if g.opt.Features == 1 {
		for j := range g.bins {
			g.used = append(g.used, j)
		}
	} else {
		k := max(1, int(math.Ceil(g.opt.Features*float64(len(g.bins)))))
		g.used = append(g.used, rand.New(g.random).Perm(len(g.bins))[:k]...)
		slices.Sort(g.used)
	}
	g.used = slices.DeleteFunc(g.used, func(j int) bool { return len(g.edges[j]) == 0 })
}

// grow grows one tree to the current slopes of its rows, and returns what each
// feature gained.
func (g *grower) grow() (tree, []float64) {
	var t tree
	gains := make([]float64, len(g.bins))
	root := &node{rows: g.rows, hist: g.histograms()}
	g.fill(root)
	for _, s := range g.gathered[:len(root.rows)] {
		root.total.grad += s.grad
		root.total.hess += s.hess
		root.total.weight += s.weight
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
		left, right := g.split(&t, o, leaves+1 == g.opt.Leaves)
		open[best] = left
		open = append(open, right)
	}
	for _, o := range open {
		if o.hist != nil {
			g.free = append(g.free, o.hist)
		}
	}
	return t, gains
}

func (g *grower) value(s sums) float64 {
	return g.opt.LearningRate * s.grad / (s.hess + g.opt.L2)
}

// histograms returns one for each feature in use.
func (g *grower) histograms() []histogram {
	if n := len(g.free); n > 0 {
		h := g.free[n-1]
		g.free = g.free[:n-1]
		if len(g.used) <= cap(h) {
			return h[:len(g.used)]
		}
	}
	return make([]histogram, len(g.used))
}

// together is how many features are summed in one pass over the rows: the sums
// of one bin wait for each other, those of different features do not.
const together = 4

// fill sums the slopes of a node's rows by bin. Each feature's sums are made by
// one goroutine in the order of the rows, so that they are the same whatever the
// number of goroutines.
func (g *grower) fill(o *node) {
	gathered := g.gathered[:len(o.rows)]
	for k, i := range o.rows {
		gathered[k] = g.slopes[i]
	}
	passes := (len(g.used) + together - 1) / together
	work := func(pass int) {
		from := pass * together
		to := min(from+together, len(g.used))
		for u := from; u < to; u++ {
			clear(o.hist[u][:len(g.edges[g.used[u]])+1])
		}
		if to-from < together {
			for u := from; u < to; u++ {
				fillOne(&o.hist[u], g.bins[g.used[u]], o.rows, gathered)
			}
			return
		}
		fillFour(o.hist[from:to], g.bins[g.used[from]], g.bins[g.used[from+1]], g.bins[g.used[from+2]], g.bins[g.used[from+3]], o.rows, gathered)
	}
	workers := g.workers
	if len(o.rows)*len(g.used) < 200_000 {
		workers = 1
	}
	each(workers, passes, work)
}

func fillOne(h *histogram, bins []uint8, rows []int32, slopes []sums) {
	for k, i := range rows {
		h[bins[i]&(maxBins-1)].add(&slopes[k])
	}
}

func fillFour(h []histogram, a, b, c, d []uint8, rows []int32, slopes []sums) {
	ha, hb, hc, hd := &h[0], &h[1], &h[2], &h[3]
	slopes = slopes[:len(rows)]
	for k, i := range rows {
		s := &slopes[k]
		grad, hess, weight := s.grad, s.hess, s.weight
		x := &ha[a[i]&(maxBins-1)]
		x.grad += grad
		x.hess += hess
		x.weight += weight
		x = &hb[b[i]&(maxBins-1)]
		x.grad += grad
		x.hess += hess
		x.weight += weight
		x = &hc[c[i]&(maxBins-1)]
		x.grad += grad
		x.hess += hess
		x.weight += weight
		x = &hd[d[i]&(maxBins-1)]
		x.grad += grad
		x.hess += hess
		x.weight += weight
	}
}

func (s *sums) add(o *sums) {
	s.grad += o.grad
	s.hess += o.hess
	s.weight += o.weight
}

func (s *sums) take(o *sums) {
	s.grad -= o.grad
	s.hess -= o.hess
	s.weight -= o.weight
}

// look finds the best split of a node.
func (g *grower) look(o *node) {
	o.gain = 0
	if o.total.weight < 2*g.opt.MinLeaf {
		return
	}
	l2 := g.opt.L2
	base := o.total.grad * o.total.grad / (o.total.hess + l2)
	for u, j := range g.used {
		var left sums
		h := o.hist[u][:len(g.edges[j])]
		for b := range h {
			left.add(&h[b])
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
// other's are what is left. After the last split there is nothing to look for.
func (g *grower) split(t *tree, o *node, last bool) (left, right *node) {
	bins := g.bins[o.feature]
	l, r := 0, 0
	for _, i := range o.rows {
		// Both are written, and one is kept, so that nothing is guessed.
		o.rows[l], g.spare[r] = i, i
		goes := 0
		if bins[i] > o.bin {
			goes = 1
		}
		l, r = l+1-goes, r+goes
	}
	copy(o.rows[l:], g.spare[:r])
	left = &node{rows: o.rows[:l], total: o.leftSums}
	right = &node{rows: o.rows[l:], total: o.total}
	right.total.take(&o.leftSums)
	at := o.at
	t.feature[at], t.bin[at], t.threshold[at] = int32(o.feature), o.bin, g.edges[o.feature][o.bin]
	left.at = t.add(g.value(left.total))
	right.at = t.add(g.value(right.total))
	t.left[at] = left.at
	small, large := left, right
	if len(right.rows) < len(left.rows) {
		small, large = right, left
	}
	large.hist = o.hist
	if last || max(left.total.weight, right.total.weight) < 2*g.opt.MinLeaf {
		return left, right
	}
	small.hist = g.histograms()
	g.fill(small)
	for u, j := range g.used {
		n := len(g.edges[j]) + 1
		a, b := large.hist[u][:n], small.hist[u][:n]
		for k := range a {
			a[k].take(&b[k])
		}
	}
	g.look(left)
	g.look(right)
	return left, right
}

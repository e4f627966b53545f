package metric

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/view"
)

// ROCOptions say how far an area under a curve is taken to be off.
type ROCOptions struct {
	// Groups, where given, are the groups of the documents, one for each:
	// documents of one group are not taken as independent.
	Groups []string
	// Level is the confidence of the interval, in 0..1; 0 means 0.95.
	Level float64
}

// ROC is the receiver operating characteristic: how scores rank documents of
// one class against all others.
type ROC struct {
	Positives, Negatives int
	// Thresholds descend; the first is +Inf, above every score. FPR and TPR are
	// the shares of negatives and of positives whose score is at least the
	// threshold, in 0..1. There is a point for every distinct score.
	Thresholds, FPR, TPR []float64
	// Warnings tell where the interval cannot be had.
	Warnings []string

	area     float64
	interval *view.Interval
}

// NewROC ranks documents by their scores; positive says which are of the
// class. It is an error if there are no positives or no negatives, or if a
// score is not a number.
//
// The area under the curve is the probability that a positive scores higher
// than a negative, ties counting half (Mann and Whitney 1947). Its interval is
// that of DeLong, DeLong and Clarke-Pearson (1988); with groups, that of
// Obuchowski (1997), which is the same where every document is a group of its
// own.
func NewROC(positive []bool, scores []float64, opt ROCOptions) (*ROC, error) {
	if opt.Level == 0 {
		opt.Level = 0.95
	}
	switch {
	case len(positive) != len(scores):
		return nil, fmt.Errorf("metric: %d labels for %d scores", len(positive), len(scores))
	case opt.Groups != nil && len(opt.Groups) != len(scores):
		return nil, fmt.Errorf("metric: %d groups for %d scores", len(opt.Groups), len(scores))
	case !(opt.Level > 0 && opt.Level < 1):
		return nil, fmt.Errorf("metric: ROCOptions.Level is %v: it must be within 0..1", opt.Level)
	}
	for i, s := range scores {
		if math.IsNaN(s) {
			return nil, fmt.Errorf("metric: the score in row %d (counted from 0) is not a number", i)
		}
	}
	r := &ROC{}
	for _, p := range positive {
		if p {
			r.Positives++
		} else {
			r.Negatives++
		}
	}
	if r.Positives == 0 || r.Negatives == 0 {
		return nil, fmt.Errorf("metric: %d positives and %d negatives: a curve needs some of both", r.Positives, r.Negatives)
	}
	r.estimate(positive, r.rank(positive, scores), opt)
	return r, nil
}

// rank fills in the curve and returns for every document the share of those of
// the other kind that it is ranked right against, ties counting half.
func (r *ROC) rank(positive []bool, scores []float64) (right []float64) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return a - b
	})
	right = make([]float64, len(scores))
	m, n := float64(r.Positives), float64(r.Negatives)
	r.Thresholds, r.FPR, r.TPR = []float64{math.Inf(1)}, []float64{0}, []float64{0}
	above, below := 0, 0 // positives and negatives that score higher
	for from := 0; from < len(order); {
		to, tiedP, tiedN := from, 0, 0
		for ; to < len(order) && scores[order[to]] == scores[order[from]]; to++ {
			if positive[order[to]] {
				tiedP++
			} else {
				tiedN++
			}
		}
		for _, i := range order[from:to] {
			if positive[i] {
				right[i] = (n - float64(below) - float64(tiedN)/2) / n
			} else {
				right[i] = (float64(above) + float64(tiedP)/2) / m
			}
		}
		above, below = above+tiedP, below+tiedN
		r.Thresholds = append(r.Thresholds, scores[order[from]])
		r.FPR, r.TPR = append(r.FPR, float64(below)/n), append(r.TPR, float64(above)/m)
		from = to
	}
	return right
}

// estimate computes the area and its interval.
func (r *ROC) estimate(positive []bool, right []float64, opt ROCOptions) {
	m, n := float64(r.Positives), float64(r.Negatives)
	for i, p := range positive {
		if p {
			r.area += right[i]
		}
	}
	r.area /= m
	// sums holds for every group how far its positives and its negatives are
	// ranked better than the average, added up.
	sums := map[string]*[2]float64{}
	var names []string // maps have no order, and sums depend on it
	with := [2]map[string]bool{{}, {}}
	for i, p := range positive {
		group := fmt.Sprint(i)
		if opt.Groups != nil {
			group = opt.Groups[i]
		}
		s := sums[group]
		if s == nil {
			s = &[2]float64{}
			sums[group] = s
			names = append(names, group)
		}
		kind := 1
		if p {
			kind = 0
		}
		s[kind] += right[i] - r.area
		with[kind][group] = true
	}
	i10, i01, all := float64(len(with[0])), float64(len(with[1])), float64(len(sums))
	if i10 < 2 || i01 < 2 {
		r.Warnings = append(r.Warnings, "The area has no interval: that takes at least two independent positives and two negatives.")
		return
	}
	var s10, s01, s11 float64
	for _, g := range names {
		s := sums[g]
		s10 += s[0] * s[0]
		s01 += s[1] * s[1]
		s11 += s[0] * s[1]
	}
	variance := i10/(i10-1)*s10/(m*m) + i01/(i01-1)*s01/(n*n) + 2*all/(all-1)*s11/(m*n)
	half := distuv.UnitNormal.Quantile(0.5+opt.Level/2) * math.Sqrt(max(0, variance))
	method := "DeLong"
	if opt.Groups != nil {
		method = "DeLong, over groups"
	}
	r.interval = &view.Interval{Low: max(0, r.area-half), High: min(1, r.area+half), Level: opt.Level, Method: method}
	if half == 0 {
		r.Warnings = append(r.Warnings, "The interval has no width: the ranking is perfect, or all scores are the same.")
	}
}

// AUC returns the area under the curve, in 0..1, with its interval: 0.5 is what
// scores give that know nothing.
func (r *ROC) AUC() view.Metric {
	m := view.Metric{Name: "AUC", Value: r.area, Detail: fmt.Sprintf("%s positives, %s negatives", whole(r.Positives), whole(r.Negatives))}
	if r.interval != nil {
		interval := *r.interval
		m.Interval = &interval
	}
	return m
}

// View implements view.Viewer: the area, and the warnings.
func (r *ROC) View() []view.Item {
	items := r.AUC().View()
	for _, w := range r.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

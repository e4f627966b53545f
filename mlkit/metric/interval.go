package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/view"
)

// Wilson returns the score interval of Wilson (1927) for a share: successes of
// n independent trials, at a confidence in 0..1; level 0 means 0.95.
func Wilson(successes, n int, level float64) (view.Interval, error) {
	if level == 0 {
		level = 0.95
	}
	if n <= 0 || successes < 0 || successes > n || level <= 0 || level >= 1 {
		return view.Interval{}, fmt.Errorf("metric: Wilson interval of %d of %d at level %v: successes must be in 0..n, n positive and the level within 0..1", successes, n, level)
	}
	return wilson(successes, n, level), nil
}

func wilson(successes, n int, level float64) view.Interval {
	z := distuv.UnitNormal.Quantile(0.5 + level/2)
	p, m := float64(successes)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	low, high := max(0, centre-half), min(1, centre+half)
	// At the ends of the range one bound is the share itself; rounding must
	// not leave it out.
	if successes == 0 {
		low = 0
	}
	if successes == n {
		high = 1
	}
	return view.Interval{Low: low, High: high, Level: level, Method: "Wilson"}
}

// Bootstrap estimates how far a score may be off by drawing documents, or
// whole groups of them, again and again with replacement (the percentile
// interval of Efron). The zero value draws documents 2,000 times for the
// accuracy at 95 %.
type Bootstrap struct {
	// Score is "accuracy" (the zero value means it), "macro-f1" or
	// "weighted-f1".
	Score string
	// Groups, where given, are the groups of the documents: whole groups are
	// drawn, since documents of one group are not independent.
	Groups []string
	// Resamples is the number of draws; 0 means 2000.
	Resamples int
	// Level is the confidence, in 0..1; 0 means 0.95.
	Level float64
	// Seed determines the draws: the same seed, the same interval.
	Seed int64
}

// Interval returns the interval of the score of predicted labels.
func (b Bootstrap) Interval(truth, predicted []string) (view.Interval, error) {
	report, err := Classify(truth, predicted)
	if err != nil {
		return view.Interval{}, err
	}
	score, err := scoreOf(b.Score)
	if err != nil {
		return view.Interval{}, err
	}
	number := make(map[string]int)
	labels := report.Labels()
	for i, l := range labels {
		number[l] = i
	}
	// Documents with the same true and predicted label cannot be told apart,
	// so a draw only counts pairs.
	pair := make([]int, len(truth))
	for i := range truth {
		pair[i] = number[truth[i]]*len(labels) + number[predicted[i]]
	}
	counts := make([]int, len(labels)*len(labels))
	return b.draw(len(truth), func(rows []int) float64 {
		clear(counts)
		for _, r := range rows {
			counts[pair[r]]++
		}
		return score(counts, len(labels))
	})
}

// Statistic returns the interval of any statistic of n documents: f gets the
// rows that were drawn, some of them several times, and must not keep them.
func (b Bootstrap) Statistic(n int, f func(rows []int) float64) (view.Interval, error) {
	return b.draw(n, f)
}

func (b Bootstrap) draw(n int, f func(rows []int) float64) (view.Interval, error) {
	if b.Resamples == 0 {
		b.Resamples = 2000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	switch {
	case n <= 0:
		return view.Interval{}, fmt.Errorf("metric: bootstrap of %d documents", n)
	case b.Resamples < 10 || b.Level <= 0 || b.Level >= 1:
		return view.Interval{}, fmt.Errorf("metric: bootstrap with %d resamples at level %v: at least 10 resamples and a level within 0..1 are needed", b.Resamples, b.Level)
	case b.Groups != nil && len(b.Groups) != n:
		return view.Interval{}, fmt.Errorf("metric: %d groups for %d documents", len(b.Groups), n)
	}
	method := fmt.Sprintf("bootstrap, %s resamples of documents", whole(b.Resamples))
	units := make([][]int, 0, n)
	if b.Groups == nil {
		for i := range n {
			units = append(units, []int{i})
		}
	} else {
		at := map[string]int{}
		for i, g := range b.Groups {
			if _, ok := at[g]; !ok {
				at[g] = len(units)
				units = append(units, nil)
			}
			units[at[g]] = append(units[at[g]], i)
		}
		method = fmt.Sprintf("bootstrap, %s resamples of %s groups", whole(b.Resamples), whole(len(units)))
	}
	rng := rand.New(rand.NewPCG(uint64(b.Seed), 0x626f6f74))
	values := make([]float64, b.Resamples)
	var rows []int
	for i := range values {
		rows = rows[:0]
		for range units {
			rows = append(rows, units[rng.IntN(len(units))]...)
		}
		values[i] = f(rows)
	}
	slices.Sort(values)
	tail := (1 - b.Level) / 2
	return view.Interval{Low: quantile(values, tail), High: quantile(values, 1-tail), Level: b.Level, Method: method}, nil
}

// quantile interpolates linearly between the two nearest of sorted values
// (definition 7 of Hyndman and Fan 1996, numpy's default).
func quantile(sorted []float64, q float64) float64 {
	x := q * float64(len(sorted)-1)
	i := int(x)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (x-float64(i))*(sorted[i+1]-sorted[i])
}

// scoreOf returns the function that computes a score from counts of pairs of
// true and predicted class.
func scoreOf(name string) (func(counts []int, classes int) float64, error) {
	switch name {
	case "", "accuracy":
		return func(counts []int, classes int) float64 {
			correct, total := 0, 0
			for i, n := range counts {
				total += n
				if i/classes == i%classes {
					correct += n
				}
			}
			return quotient(correct, total)
		}, nil
	case "macro-f1":
		return func(counts []int, classes int) float64 { return meanF1(counts, classes, false) }, nil
	case "weighted-f1":
		return func(counts []int, classes int) float64 { return meanF1(counts, classes, true) }, nil
	}
	return nil, fmt.Errorf(`metric: score %q: it must be "accuracy", "macro-f1" or "weighted-f1"`, name)
}

func meanF1(counts []int, classes int, weighted bool) float64 {
	sum, weights := 0.0, 0.0
	for c := range classes {
		support, predicted := 0, 0
		for o := range classes {
			support += counts[c*classes+o]
			predicted += counts[o*classes+c]
		}
		if support+predicted == 0 {
			continue // not drawn
		}
		weight := 1.0
		if weighted {
			weight = float64(support)
		}
		sum += weight * quotient(2*counts[c*classes+c], support+predicted)
		weights += weight
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

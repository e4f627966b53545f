package split

import (
	"fmt"
	"sort"
	"time"
)

// TimeSeriesOptions says how documents that are in order of time are cut into
// folds. The zero value is scikit-learn's default.
type TimeSeriesOptions struct {
	// Splits is the number of folds; 0 means 5.
	Splits int
	// TestSize is the number of documents to test on in each fold; 0 means
	// n/(Splits+1), rounded down.
	TestSize int
	// Gap is the number of documents left out between training and test.
	Gap int
	// MaxTrain is the largest number of documents to train on, the latest; 0
	// means no limit.
	MaxTrain int
}

// TimeSeriesSplit cuts n documents, which are in order of time, into folds that
// test on one stretch each and train on what comes before it. The documents of
// the first stretch are never tested.
func TimeSeriesSplit(n int, opt TimeSeriesOptions) (*Folds, error) {
	cuts, err := opt.cuts(n)
	if err != nil {
		return nil, err
	}
	f := &Folds{Method: opt.method(len(cuts)), Recipe: recipe("TimeSeriesSplit", opt.resolved(len(cuts))), Documents: n}
	for _, c := range cuts {
		f.Folds = append(f.Folds, Fold{Train: span(c.from, c.until), Test: span(c.test, c.end)})
	}
	return f, nil
}

// TimeSeriesSplitByTime is TimeSeriesSplit for documents in any order: they are
// taken in the order of their times, one for each row, and a cut that would
// separate documents of the same time is moved to before the first of them. It
// is an error if a time is missing (zero), or if that leaves a part empty.
func TimeSeriesSplitByTime(times []time.Time, opt TimeSeriesOptions) (*Folds, error) {
	order, err := byTime(times)
	if err != nil {
		return nil, err
	}
	cuts, err := opt.cuts(len(times))
	if err != nil {
		return nil, err
	}
	settle := func(at int) int {
		for at > 0 && at < len(order) && times[order[at-1]].Equal(times[order[at]]) {
			at--
		}
		return at
	}
	f := &Folds{Method: opt.method(len(cuts)) + ", by time", Recipe: recipe("TimeSeriesSplitByTime", opt.resolved(len(cuts))), Documents: len(times)}
	for i, c := range cuts {
		fold := sorted(order[settle(c.from):settle(c.until)], order[settle(c.test):settle(c.end)])
		if len(fold.Train) == 0 || len(fold.Test) == 0 {
			return nil, fmt.Errorf("split: fold %d has %d documents to train and %d to test on: too many documents are of the same time; make fewer folds", i+1, len(fold.Train), len(fold.Test))
		}
		f.Folds = append(f.Folds, fold)
	}
	return f, nil
}

// cut is a fold of consecutive positions: from..until to train, test..end to
// test on, ends excluded.
type cut struct{ from, until, test, end int }

func (o TimeSeriesOptions) cuts(n int) ([]cut, error) {
	if o.Splits == 0 {
		o.Splits = 5
	}
	if o.Splits < 1 || o.TestSize < 0 || o.Gap < 0 || o.MaxTrain < 0 {
		return nil, fmt.Errorf("split: %d folds, test size %d, gap %d, at most %d to train on: none may be negative", o.Splits, o.TestSize, o.Gap, o.MaxTrain)
	}
	size := o.TestSize
	if size == 0 {
		size = n / (o.Splits + 1)
	}
	// Compared by division, since a product may overflow.
	if size < 1 || o.Gap >= n || size > (n-o.Gap-1)/o.Splits {
		return nil, fmt.Errorf("split: %d documents are too few for %d folds in time with %d to test on and a gap of %d: make fewer or smaller ones", n, o.Splits, size, o.Gap)
	}
	var cuts []cut
	for test := n - o.Splits*size; test < n; test += size {
		c := cut{until: test - o.Gap, test: test, end: test + size}
		if o.MaxTrain > 0 && o.MaxTrain < c.until {
			c.from = c.until - o.MaxTrain
		}
		cuts = append(cuts, c)
	}
	return cuts, nil
}

func (o TimeSeriesOptions) resolved(splits int) TimeSeriesOptions {
	o.Splits = splits
	return o
}

func (o TimeSeriesOptions) method(splits int) string {
	m := fmt.Sprintf("time series, %d folds", splits)
	if o.Gap > 0 {
		m += fmt.Sprintf(", a gap of %d", o.Gap)
	}
	if o.MaxTrain > 0 {
		m += fmt.Sprintf(", trained on at most %d", o.MaxTrain)
	}
	return m
}

func span(from, to int) []int {
	rows := make([]int, to-from)
	for i := range rows {
		rows[i] = from + i
	}
	return rows
}

// byTime returns the rows in the order of their times, those of one time in
// the order of the rows.
func byTime(times []time.Time) ([]int, error) {
	for row, t := range times {
		if t.IsZero() {
			return nil, fmt.Errorf("split: the document in row %d (counted from 0) has no time: give it one or leave it out", row)
		}
	}
	order := span(0, len(times))
	sort.SliceStable(order, func(i, j int) bool { return times[order[i]].Before(times[order[j]]) })
	return order, nil
}

// ByTime divides documents by their times, one for each row: the earliest are
// for training, the latest for test, and those between for validation. Two
// cuts are made where the shares of the parts come closest to those wanted;
// documents of the same time stay together. Shares.Seed is not used: nothing is
// random.
//
// With groups, which may be nil, a group goes where its latest document
// belongs, so that it is in one part and no training document is later than
// what the model is tested for. Documents of validation and test that are
// earlier than the end of training are then counted in a warning. With labels,
// which may be nil, the imbalance is stated, and a class that is missing in a
// part is a warning.
//
// It is an error if a time is missing (zero), or if there are fewer than three
// different ones.
func ByTime(times []time.Time, labels, groups []string, shares Shares) (*Holdout, error) {
	want, err := shares.parts()
	if err != nil {
		return nil, err
	}
	if labels != nil && len(labels) != len(times) {
		return nil, fmt.Errorf("split: %d labels for %d times", len(labels), len(times))
	}
	if _, err := byTime(times); err != nil {
		return nil, err
	}
	due, method := times, "by time"
	if groups != nil {
		if len(groups) != len(times) {
			return nil, fmt.Errorf("split: %d groups for %d times", len(groups), len(times))
		}
		codes, names, _, err := encode("group", groups)
		if err != nil {
			return nil, err
		}
		last := make([]time.Time, len(names))
		for row, g := range codes {
			if last[g].IsZero() || times[row].After(last[g]) {
				last[g] = times[row]
			}
		}
		due = make([]time.Time, len(times))
		for row, g := range codes {
			due[row] = last[g]
		}
		method = "by time, grouped"
	}
	order, err := byTime(due)
	if err != nil {
		return nil, err
	}
	// starts are the positions at which a part may begin.
	var starts []int
	for i := 1; i < len(order); i++ {
		if !due[order[i]].Equal(due[order[i-1]]) {
			starts = append(starts, i)
		}
	}
	if len(starts) < 2 {
		return nil, fmt.Errorf("split: %d different times of documents or groups for 3 parts: every part needs one of its own", len(starts)+1)
	}
	n := float64(len(order))
	first := nearest(starts[:len(starts)-1], want[0]*n)
	second := nearest(starts[first+1:], (want[0]+want[1])*n) + first + 1
	a, b := starts[first], starts[second]
	h := &Holdout{Recipe: recipe("ByTime", shares.resolved(want)), Documents: len(order)}
	whole := sorted(order[:a], order[b:])
	h.Train, h.Test, h.Validation = whole.Train, whole.Test, sorted(nil, order[a:b]).Test
	h.Method = fmt.Sprintf("%s; validation from %s, test from %s", method, due[order[a]].UTC().Format(time.DateTime), due[order[b]].UTC().Format(time.DateTime))
	h.compare(want, "documents of the same time, and groups, cannot be cut")
	for p, rows := range h.parts()[1:] {
		early := 0
		for _, row := range rows {
			if !times[row].After(due[order[a-1]]) {
				early++
			}
		}
		if early > 0 {
			h.warnf("%s of the %s part not later than the last of training: their groups reach past the cut and stay whole", counted(early, "document is", "documents are"), partNames[p+1])
		}
	}
	h.state(labels)
	return h, nil
}

// nearest returns the index of the value that is nearest to x, of two the
// first.
func nearest(values []int, x float64) int {
	best := 0
	for i, v := range values {
		if abs(float64(v)-x) < abs(float64(values[best])-x) {
			best = i
		}
	}
	return best
}

func abs(x float64) float64 { return max(x, -x) }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

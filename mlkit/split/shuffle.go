package split

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// ShuffleOptions says how often documents are divided at random, and into
// which shares. The zero value is scikit-learn's default.
type ShuffleOptions struct {
	// Splits is how often; 0 means 10, and 5 for groups.
	Splits int
	// Test is the share to test on, in 0..1; 0 means 0.1, and 0.2 for groups.
	Test float64
	// Train is the share to train on; 0 means what Test leaves.
	Train float64
	// Seed determines the division.
	Seed int64
}

// ShuffleSplit draws documents to test on and documents to train on, again and
// again: test parts may overlap from one fold to the next, which those of
// KFold do not. The number of test documents is rounded up, that of training
// documents down.
func ShuffleSplit(n int, opt ShuffleOptions) (*Folds, error) {
	opt.defaults(10, 0.1)
	train, test, err := opt.sizes(n, "documents")
	if err != nil {
		return nil, err
	}
	rng := random(opt.Seed)
	f := opt.folds("ShuffleSplit", "random", n)
	for range opt.Splits {
		order := rng.Perm(n)
		f.Folds = append(f.Folds, sorted(order[test:test+train], order[:test]))
	}
	return f, nil
}

// StratifiedShuffleSplit is ShuffleSplit with every class in proportion: its
// numbers in the two parts are those of scikit-learn, the mode of the
// multivariate hypergeometric distribution, ties at random.
//
// It is an error if a label is empty or occurs once only, or if a part has
// fewer documents than there are classes. A class that is missing in a part is
// a warning.
func StratifiedShuffleSplit(labels []string, opt ShuffleOptions) (*Folds, error) {
	opt.defaults(10, 0.1)
	classes, names, counts, err := encode("label", labels)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(names, counts, 0); err != nil {
		return nil, err
	}
	train, test, err := opt.sizes(len(labels), "documents")
	if err != nil {
		return nil, err
	}
	if train < len(names) || test < len(names) {
		return nil, fmt.Errorf("split: %d documents to train and %d to test on for %d classes: every class needs one in either; choose other shares", train, test, len(names))
	}
	members := make([][]int, len(names))
	for row, c := range classes {
		members[c] = append(members[c], row)
	}
	rng := random(opt.Seed)
	f := opt.folds("StratifiedShuffleSplit", "stratified random", len(labels))
	for range opt.Splits {
		inTrain := proportional(counts, train, rng)
		left := make([]int, len(counts))
		for c := range left {
			left[c] = counts[c] - inTrain[c]
		}
		inTest := proportional(left, test, rng)
		var trainRows, testRows []int
		for c, rows := range members {
			order := rng.Perm(len(rows))
			for i, at := range order[:inTrain[c]+inTest[c]] {
				if i < inTrain[c] {
					trainRows = append(trainRows, rows[at])
				} else {
					testRows = append(testRows, rows[at])
				}
			}
		}
		f.Folds = append(f.Folds, sorted(trainRows, testRows))
	}
	f.state(labels, nil)
	return f, nil
}

// GroupShuffleSplit is ShuffleSplit over groups: shares are shares of groups,
// and no group is in both parts.
func GroupShuffleSplit(groups []string, opt ShuffleOptions) (*Folds, error) {
	opt.defaults(5, 0.2)
	codes, names, _, err := encode("group", groups)
	if err != nil {
		return nil, err
	}
	train, test, err := opt.sizes(len(names), "groups")
	if err != nil {
		return nil, err
	}
	rng := random(opt.Seed)
	f := opt.folds("GroupShuffleSplit", "grouped random", len(groups))
	for range opt.Splits {
		part := make([]int, len(names))
		for i, g := range rng.Perm(len(names))[:test+train] {
			part[g] = 1
			if i < test {
				part[g] = 2
			}
		}
		var fold Fold
		for row, g := range codes {
			switch part[g] {
			case 1:
				fold.Train = append(fold.Train, row)
			case 2:
				fold.Test = append(fold.Test, row)
			}
		}
		f.Folds = append(f.Folds, fold)
	}
	return f, nil
}

func (o *ShuffleOptions) defaults(splits int, test float64) {
	if o.Splits == 0 {
		o.Splits = splits
	}
	if o.Test == 0 {
		o.Test = test
		if o.Train > 0 {
			o.Test = math.Max(1-o.Train, 0)
		}
	}
}

// sizes returns how many of n documents or groups to train and to test on.
func (o ShuffleOptions) sizes(n int, what string) (train, test int, err error) {
	if o.Splits < 1 {
		return 0, 0, fmt.Errorf("split: %d random divisions: at least 1 is needed", o.Splits)
	}
	if !(o.Test > 0 && o.Test < 1) || !(o.Train >= 0 && o.Train < 1) || o.Train+o.Test > 1+1e-12 {
		return 0, 0, fmt.Errorf("split: shares of %v for training and %v for test: both must be above 0 and below 1, and together at most 1", o.Train, o.Test)
	}
	test = int(math.Ceil(o.Test * float64(n)))
	train = n - test
	if o.Train > 0 {
		train = min(train, int(o.Train*float64(n)))
	}
	if train < 1 || test < 1 {
		return 0, 0, fmt.Errorf("split: %d %s leave %d to train and %d to test on: both need some", n, what, train, test)
	}
	return train, test, nil
}

func (o ShuffleOptions) folds(function, method string, n int) *Folds {
	return &Folds{Method: fmt.Sprintf("%s, %d times (seed %d)", method, o.Splits, o.Seed), Recipe: recipe(function, o), Documents: n}
}

func sorted(train, test []int) Fold {
	return Fold{Train: slices.Sorted(slices.Values(train)), Test: slices.Sorted(slices.Values(test))}
}

// proportional returns how many of each class to draw for n in all: its
// proportional number rounded down, and one more for those with the largest
// remainders, of equal ones at random.
func proportional(counts []int, n int, rng *rand.Rand) []int {
	total := 0
	for _, c := range counts {
		total += c
	}
	drawn, remainder, missing := make([]int, len(counts)), make([]float64, len(counts)), n
	for c, count := range counts {
		exact := float64(count) / float64(total) * float64(n)
		drawn[c] = int(exact)
		remainder[c] = exact - float64(drawn[c])
		missing -= drawn[c]
	}
	order := rng.Perm(len(counts))
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case remainder[a] > remainder[b]:
			return -1
		case remainder[a] < remainder[b]:
			return 1
		}
		return 0
	})
	for _, c := range order[:missing] {
		drawn[c]++
	}
	return drawn
}

package split

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// GroupKFold divides documents so that no group is in two folds, and folds
// have about the same number of documents: the largest group first, each goes
// to the fold that is smallest so far. Options.Shuffle changes which of equally
// large groups comes first.
//
// It is an error if a group is empty or there are fewer groups than folds.
func GroupKFold(groups []string, opt Options) (*Folds, error) {
	k, err := opt.folds()
	if err != nil {
		return nil, err
	}
	codes, _, counts, err := encodeGroups(groups, k)
	if err != nil {
		return nil, err
	}
	var order []int
	if opt.Shuffle {
		order = random(opt.Seed).Perm(len(counts))
		sort.SliceStable(order, func(i, j int) bool { return counts[order[i]] > counts[order[j]] })
	} else {
		order = argsort(counts)
		slices.Reverse(order)
	}
	foldOf := make([]int, len(counts))
	size := make([]int, k)
	for _, g := range order {
		lightest := 0
		for f := range size {
			if size[f] < size[lightest] {
				lightest = f
			}
		}
		size[lightest] += counts[g]
		foldOf[g] = lightest
	}
	of := make([]int, len(groups))
	for i, g := range codes {
		of[i] = foldOf[g]
	}
	f := fromAssignment(opt.method("grouped %d-fold", k), k, of)
	f.Recipe = recipe("GroupKFold", opt.resolved(k))
	return f, nil
}

// StratifiedGroupKFold divides documents so that no group is in two folds and
// the classes are spread over the folds as evenly as whole groups allow:
// greedily, the groups with the most uneven classes first, each goes to the
// fold that leaves the spread of the classes smallest. Options.Shuffle changes
// the order of groups that are equally uneven.
//
// Folds.Imbalance states how evenly. Errors and warnings are those of
// StratifiedKFold and GroupKFold; a class that lies within one group only is
// also a warning, since the fold that tests it cannot train on it.
func StratifiedGroupKFold(labels, groups []string, opt Options) (*Folds, error) {
	k, err := opt.folds()
	if err != nil {
		return nil, err
	}
	if len(labels) != len(groups) {
		return nil, fmt.Errorf("split: %d labels for %d groups: every document needs both", len(labels), len(groups))
	}
	classes, names, counts, err := encode("label", labels)
	if err != nil {
		return nil, err
	}
	codes, _, groupCounts, err := encodeGroups(groups, k)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(names, counts, k); err != nil {
		return nil, err
	}

	perGroup := make([][]float64, len(groupCounts))
	for g := range perGroup {
		perGroup[g] = make([]float64, len(names))
	}
	for i, g := range codes {
		perGroup[g][classes[i]]++
	}

	order := make([]int, len(perGroup))
	if opt.Shuffle {
		order = random(opt.Seed).Perm(len(perGroup))
	} else {
		for g := range order {
			order[g] = g
		}
	}
	uneven := make([]float64, len(perGroup))
	for g := range perGroup {
		uneven[g] = deviation(perGroup[g])
	}
	sort.SliceStable(order, func(i, j int) bool { return uneven[order[i]] > uneven[order[j]] })

	perFold := make([][]float64, k)
	for f := range perFold {
		perFold[f] = make([]float64, len(names))
	}
	foldOf := make([]int, len(perGroup))
	for _, g := range order {
		f := bestFold(perFold, perGroup[g], counts)
		for c, n := range perGroup[g] {
			perFold[f][c] += n
		}
		foldOf[g] = f
	}
	of := make([]int, len(labels))
	for i, g := range codes {
		of[i] = foldOf[g]
	}
	f := fromAssignment(opt.method("stratified grouped %d-fold", k), k, of)
	for i, fold := range f.Folds {
		if len(fold.Test) == 0 {
			return nil, fmt.Errorf("split: fold %d of %d stays empty: the groups are too few or too large; make fewer folds", i+1, k)
		}
	}
	f.Recipe = recipe("StratifiedGroupKFold", opt.resolved(k))
	f.state(labels, groups)
	return f, nil
}

// bestFold returns the fold that should get a group with the given documents
// of each class: that for which the standard deviation over folds of each
// class's share, averaged over classes, becomes smallest, and of equal ones
// that with the fewest documents.
func bestFold(perFold [][]float64, group []float64, counts []int) int {
	best, least, smallest := 0, math.Inf(1), math.Inf(1)
	k := float64(len(perFold))
	spread := make([]float64, len(group))
	for f := range perFold {
		for c := range group {
			share := func(i int) float64 {
				n := perFold[i][c]
				if i == f {
					n += group[c]
				}
				return n / float64(counts[c])
			}
			mean := 0.0
			for i := range perFold {
				mean += share(i)
			}
			mean /= k
			sum := 0.0
			for i := range perFold {
				d := share(i) - mean
				sum += d * d
			}
			spread[c] = math.Sqrt(sum / k)
		}
		size := pairwiseSum(perFold[f])
		value := pairwiseSum(spread) / float64(len(spread))
		close := math.Abs(value-least) <= 1e-8+1e-5*math.Abs(least)
		if value < least || close && size < smallest {
			best, least, smallest = f, value, size
		}
	}
	return best
}

func encodeGroups(groups []string, k int) (codes []int, names []string, counts []int, err error) {
	codes, names, counts, err = encode("group", groups)
	if err == nil && len(names) < k {
		err = fmt.Errorf("split: %d groups for %d folds: a group cannot be cut, so every fold needs one; make fewer folds", len(names), k)
	}
	return codes, names, counts, err
}

package split

import (
	"fmt"
)

// KFold divides n documents into folds of equal size, each a run of
// neighbours unless shuffled. The first n mod K folds have one document more.
// It is an error if there are fewer documents than folds.
func KFold(n int, opt Options) (*Folds, error) {
	k, err := opt.folds()
	if err != nil {
		return nil, err
	}
	if err := enough(n, k); err != nil {
		return nil, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if opt.Shuffle {
		random(opt.Seed).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	of := make([]int, n)
	next := 0
	for fold := range k {
		size := n / k
		if fold < n%k {
			size++
		}
		for range size {
			of[order[next]] = fold
			next++
		}
	}
	f := fromAssignment(opt.method("%d-fold", k), k, of)
	f.Recipe = recipe("KFold", opt.resolved(k))
	return f, nil
}

// StratifiedKFold divides documents so that every fold has the same share of
// each class, as far as numbers allow; folds differ by at most one document in
// size. Each class keeps its order unless shuffled.
//
// It is an error if a label is empty, if a label occurs once only, if there
// are fewer documents than folds, or if every class has fewer documents than
// there are folds. A class with fewer documents than folds is not tested in
// every fold: the warning names both.
func StratifiedKFold(labels []string, opt Options) (*Folds, error) {
	k, err := opt.folds()
	if err != nil {
		return nil, err
	}
	classes, names, counts, err := encode("label", labels)
	if err != nil {
		return nil, err
	}
	if err := enough(len(labels), k); err != nil {
		return nil, err
	}
	if err := checkClasses(names, counts, k); err != nil {
		return nil, err
	}

	// Dealing out the documents sorted by class in turns tells how many of a
	// class each fold gets. Classes count in the order of their appearance.
	rank := make([]int, len(names))
	for i := range rank {
		rank[i] = -1
	}
	var appearance []int
	for _, c := range classes {
		if rank[c] < 0 {
			rank[c] = len(appearance)
			appearance = append(appearance, c)
		}
	}
	rng := random(opt.Seed)
	dealt := make([][]int, len(names))
	position := 0
	for _, c := range appearance {
		share := make([]int, k)
		for range counts[c] {
			share[position%k]++
			position++
		}
		for fold, n := range share {
			for range n {
				dealt[c] = append(dealt[c], fold)
			}
		}
		if opt.Shuffle {
			rng.Shuffle(len(dealt[c]), func(i, j int) { dealt[c][i], dealt[c][j] = dealt[c][j], dealt[c][i] })
		}
	}
	of := make([]int, len(labels))
	for i, c := range classes {
		of[i], dealt[c] = dealt[c][0], dealt[c][1:]
	}
	f := fromAssignment(opt.method("stratified %d-fold", k), k, of)
	f.Recipe = recipe("StratifiedKFold", opt.resolved(k))
	f.state(labels, nil)
	return f, nil
}

// resolved returns the options with the number of folds that they mean.
func (o Options) resolved(k int) Options {
	o.K = k
	return o
}

func (o Options) method(format string, k int) string {
	m := fmt.Sprintf(format, k)
	if o.Shuffle {
		m += fmt.Sprintf(", shuffled (seed %d)", o.Seed)
	}
	return m
}

func enough(documents, k int) error {
	if documents < k {
		return fmt.Errorf("split: %d documents for %d folds: every fold needs at least one; make fewer folds", documents, k)
	}
	return nil
}

func checkClasses(names []string, counts []int, k int) error {
	largest := 0
	for i, n := range counts {
		largest = max(largest, n)
		if n == 1 {
			return fmt.Errorf("split: label %q occurs once: it cannot be both trained and tested on; add documents of this class or leave it out", names[i])
		}
	}
	if largest < k {
		return fmt.Errorf("split: %d folds, but the largest class has only %d documents; make fewer folds", k, largest)
	}
	return nil
}

package split

import (
	"fmt"
	"strings"
)

// RepeatedOptions says how many folds to make and how often. The zero value
// makes five folds ten times, as scikit-learn does.
type RepeatedOptions struct {
	// K is the number of folds, at least 2; 0 means 5.
	K int
	// Repeats is how often; 0 means 10.
	Repeats int
	// Seed determines the shuffling: repeat r, counted from 0, is shuffled with
	// the seed Seed+r.
	Seed int64
}

// RepeatedKFold is KFold, shuffled, several times: every document is tested
// once in each repeat.
func RepeatedKFold(n int, opt RepeatedOptions) (*Folds, error) {
	return repeat("RepeatedKFold", nil, nil, opt, func(o Options) (*Folds, error) { return KFold(n, o) })
}

// RepeatedStratifiedKFold is StratifiedKFold, shuffled, several times. Errors
// and warnings are those of StratifiedKFold.
func RepeatedStratifiedKFold(labels []string, opt RepeatedOptions) (*Folds, error) {
	return repeat("RepeatedStratifiedKFold", labels, nil, opt, func(o Options) (*Folds, error) { return StratifiedKFold(labels, o) })
}

// RepeatedGroupKFold is GroupKFold, shuffled, several times. Only groups of
// equal size change places, so repeats may be alike: that is a warning.
func RepeatedGroupKFold(groups []string, opt RepeatedOptions) (*Folds, error) {
	return repeat("RepeatedGroupKFold", nil, groups, opt, func(o Options) (*Folds, error) { return GroupKFold(groups, o) })
}

// RepeatedStratifiedGroupKFold is StratifiedGroupKFold, shuffled, several
// times. Only groups whose classes are equally uneven change places, so
// repeats may be alike: that is a warning, as are those of
// StratifiedGroupKFold.
func RepeatedStratifiedGroupKFold(labels, groups []string, opt RepeatedOptions) (*Folds, error) {
	return repeat("RepeatedStratifiedGroupKFold", labels, groups, opt, func(o Options) (*Folds, error) { return StratifiedGroupKFold(labels, groups, o) })
}

func repeat(name string, labels, groups []string, opt RepeatedOptions, once func(Options) (*Folds, error)) (*Folds, error) {
	if opt.Repeats == 0 {
		opt.Repeats = 10
	}
	if opt.Repeats < 0 {
		return nil, fmt.Errorf("split: %d repeats: at least 1 is needed", opt.Repeats)
	}
	all := &Folds{}
	seen := map[string]bool{}
	alike := 0
	for r := range opt.Repeats {
		f, err := once(Options{K: opt.K, Shuffle: true, Seed: opt.Seed + int64(r)})
		if err != nil {
			return nil, err
		}
		opt.K = len(f.Folds)
		if r == 0 {
			method, _, _ := strings.Cut(f.Method, ", shuffled")
			all.Method, all.Documents = fmt.Sprintf("%s, %d times (seed %d)", method, opt.Repeats, opt.Seed), f.Documents
		}
		if p := f.partition(); seen[p] {
			alike++
		} else {
			seen[p] = true
		}
		for i, fold := range f.Folds {
			fold.Name = fmt.Sprintf("repeat %d, fold %d", r+1, i+1)
			all.Folds = append(all.Folds, fold)
		}
	}
	all.Recipe = recipe(name, opt)
	if alike > 0 {
		all.Warnings = append(all.Warnings, fmt.Sprintf("%d of %d repeats divide the documents as an earlier one does: they add nothing; make fewer", alike, opt.Repeats))
	}
	if labels != nil {
		all.state(labels, groups)
	}
	return all, nil
}

// partition names which documents are tested together, whatever the order of
// the folds.
func (f *Folds) partition() string {
	of := make([]int, f.Documents)
	for i, fold := range f.Folds {
		for _, row := range fold.Test {
			of[row] = i
		}
	}
	number := map[int]int{}
	text := make([]byte, 0, 2*len(of))
	for _, fold := range of {
		n, ok := number[fold]
		if !ok {
			n = len(number)
			number[fold] = n
		}
		text = append(text, byte(n), byte(n>>8))
	}
	return string(text)
}

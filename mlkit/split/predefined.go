package split

import (
	"fmt"
	"slices"
)

// mostRows bounds the memory of folds, in row numbers.
const mostRows = 200_000_000

// LeaveOneGroupOut makes a fold for each group, in alphabetical order, in which
// it is tested and all others are trained on. Groups may be domains or data
// sets: it then tells how well a model does on one that it has never seen. It
// is an error if a group is empty, if there is one only, or if there are so
// many that the folds do not fit in memory.
func LeaveOneGroupOut(groups []string) (*Folds, error) {
	codes, names, _, err := encode("group", groups)
	if err != nil {
		return nil, err
	}
	if len(names) < 2 {
		return nil, fmt.Errorf("split: %d groups: to leave one out at least 2 are needed", len(names))
	}
	if len(names) > mostRows/len(groups) {
		return nil, fmt.Errorf("split: leaving out each of %d groups trains on %d documents as many times: use GroupKFold", len(names), len(groups))
	}
	f := fromAssignment(fmt.Sprintf("leave one of %d groups out", len(names)), len(names), codes)
	f.Recipe = "LeaveOneGroupOut"
	for i, name := range names {
		f.Folds[i].Name = name
	}
	return f, nil
}

// PredefinedSplit makes a fold for each name, in alphabetical order, in which
// the documents with the name are tested and all others are trained on.
// Documents whose name is empty are never tested. Names are those of folds, one
// for each row; for the splits train, validation and test use FromSplits,
// which never trains on test documents.
func PredefinedSplit(names []string) (*Folds, error) {
	for row, name := range names {
		if name == "train" || name == "validation" || name == "test" {
			return nil, fmt.Errorf("split: row %d (counted from 0) has the fold %q, which is the name of a split: use FromSplits", row, name)
		}
	}
	folds := slices.Sorted(slices.Values(names))
	folds = slices.DeleteFunc(slices.Compact(folds), func(name string) bool { return name == "" })
	if len(folds) == 0 {
		return nil, fmt.Errorf("split: none of %d documents has the name of a fold", len(names))
	}
	if len(folds) > mostRows/len(names) {
		return nil, fmt.Errorf("split: %d folds of %d documents are too many: make fewer", len(folds), len(names))
	}
	of := make([]int, len(names))
	for row, name := range names {
		at, found := slices.BinarySearch(folds, name)
		if !found {
			at = -1
		}
		of[row] = at
	}
	f := &Folds{Method: fmt.Sprintf("%d predefined folds", len(folds)), Recipe: "PredefinedSplit", Documents: len(names)}
	for i, name := range folds {
		fold := Fold{Name: name}
		for row, fo := range of {
			if fo == i {
				fold.Test = append(fold.Test, row)
			} else {
				fold.Train = append(fold.Train, row)
			}
		}
		if len(fold.Train) == 0 {
			return nil, fmt.Errorf("split: all documents are in the fold %q: none is left to train on", name)
		}
		f.Folds = append(f.Folds, fold)
	}
	return f, nil
}

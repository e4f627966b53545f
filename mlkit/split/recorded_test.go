package split_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"viva/mlkit/split"
)

// Without shuffling the folds are exactly scikit-learn's, ties included;
// testdata/recorded.py recorded them.
func TestFoldsAreScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Method         string
		K              int
		Labels, Groups []string
		Fold           []int
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s of %d into %d", c.Method, len(c.Labels), c.K), func(t *testing.T) {
			var folds *split.Folds
			var err error
			opt := split.Options{K: c.K}
			switch c.Method {
			case "KFold":
				folds, err = split.KFold(len(c.Labels), opt)
			case "StratifiedKFold":
				folds, err = split.StratifiedKFold(c.Labels, opt)
			case "GroupKFold":
				folds, err = split.GroupKFold(c.Groups, opt)
			case "StratifiedGroupKFold":
				folds, err = split.StratifiedGroupKFold(c.Labels, c.Groups, opt)
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, fold := range folds.Folds {
				for _, row := range fold.Test {
					if c.Fold[row] != i {
						t.Fatalf("row %d is in fold %d, want %d", row, i, c.Fold[row])
					}
				}
			}
		})
	}
}

// What does not depend on a random generator is scikit-learn's for the other
// methods too; testdata/recorded_others.py recorded it.
func TestOtherDivisionsAreScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded_others.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Method                             string
		N, Splits, TestSize, Gap, MaxTrain int
		Test, Train                        float64
		Labels, Groups                     []string
		Folds                              []split.Fold
		Sizes                              []int
		PerClass                           [][2]int
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s", i, c.Method), func(t *testing.T) {
			random := split.ShuffleOptions{Splits: 3, Test: c.Test, Train: c.Train, Seed: int64(i)}
			var folds *split.Folds
			var err error
			switch c.Method {
			case "TimeSeriesSplit":
				folds, err = split.TimeSeriesSplit(c.N, split.TimeSeriesOptions{Splits: c.Splits, TestSize: c.TestSize, Gap: c.Gap, MaxTrain: c.MaxTrain})
				if c.Folds == nil {
					if err == nil {
						t.Error("no error, but scikit-learn has one")
					}
					return
				}
			case "LeaveOneGroupOut":
				folds, err = split.LeaveOneGroupOut(c.Groups)
			case "PredefinedSplit":
				folds, err = split.PredefinedSplit(c.Groups)
			case "ShuffleSplit":
				folds, err = split.ShuffleSplit(c.N, random)
			case "GroupShuffleSplit":
				folds, err = split.GroupShuffleSplit(c.Groups, random)
			case "StratifiedShuffleSplit":
				folds, err = split.StratifiedShuffleSplit(c.Labels, random)
			default:
				t.Fatal("unknown method")
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Folds != nil && len(folds.Folds) != len(c.Folds) {
				t.Fatalf("%d folds, want %d", len(folds.Folds), len(c.Folds))
			}
			for i, fold := range folds.Folds {
				switch {
				case c.Folds != nil:
					if !slices.Equal(fold.Train, c.Folds[i].Train) || !slices.Equal(fold.Test, c.Folds[i].Test) {
						t.Errorf("fold %d is %v, want %v", i, fold, c.Folds[i])
					}
				case c.PerClass != nil:
					train, test := classCounts(c.Labels, fold.Train), classCounts(c.Labels, fold.Test)
					for k, class := range slices.Compact(slices.Sorted(slices.Values(c.Labels))) {
						if got := [2]int{train[class], test[class]}; got != c.PerClass[k] {
							t.Errorf("%s: %d to train and test on, want %d", class, got, c.PerClass[k])
						}
					}
				default:
					sizes := []int{len(fold.Train), len(fold.Test)}
					if c.Groups != nil {
						sizes = []int{len(classCounts(c.Groups, fold.Train)), len(classCounts(c.Groups, fold.Test))}
						whole(t, folds, c.Groups)
					}
					if !slices.Equal(sizes, c.Sizes) {
						t.Errorf("%d to train and test on, want %d", sizes, c.Sizes)
					}
				}
			}
		})
	}
}

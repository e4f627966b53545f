package split_test

import (
	"encoding/json"
	"fmt"
	"os"
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

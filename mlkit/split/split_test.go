package split_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/split"
)

// corpus draws labels, each at least twice, and groups.
func corpus(t *rapid.T, minimum int) (labels, groups []string) {
	n := rapid.IntRange(minimum, 200).Draw(t, "documents")
	classes := rapid.IntRange(1, min(6, n/2)).Draw(t, "classes")
	names := rapid.IntRange(minimum, n).Draw(t, "groups")
	for i := range n {
		class, group := i/2, i
		if i >= 2*classes {
			class = rapid.IntRange(0, classes-1).Draw(t, "class")
		}
		if i >= names {
			group = rapid.IntRange(0, names-1).Draw(t, "group")
		}
		labels = append(labels, fmt.Sprintf("class %d", class))
		groups = append(groups, fmt.Sprintf("group %d", group))
	}
	return labels, groups
}

func drawOptions(t *rapid.T) split.Options {
	return split.Options{K: rapid.IntRange(2, 6).Draw(t, "folds"), Shuffle: rapid.Bool().Draw(t, "shuffle"), Seed: rapid.Int64().Draw(t, "seed")}
}

// partition fails unless every row is tested once and trained on in all other
// folds.
func partition(t *rapid.T, folds *split.Folds, n int) {
	tested := make([]int, n)
	for _, fold := range folds.Folds {
		in := make([]int, n)
		for _, row := range fold.Test {
			tested[row]++
			in[row]++
		}
		for _, row := range fold.Train {
			in[row]++
		}
		for row, times := range in {
			if times != 1 {
				t.Fatalf("row %d is %d times in a fold", row, times)
			}
		}
	}
	for row, times := range tested {
		if times != 1 {
			t.Fatalf("row %d is tested %d times", row, times)
		}
	}
}

// fataler is a test, or a try of a property.
type fataler interface {
	Fatalf(format string, args ...any)
}

// whole fails if a group is both trained and tested on.
func whole(t fataler, folds *split.Folds, groups []string) {
	for i, fold := range folds.Folds {
		trained := map[string]bool{}
		for _, row := range fold.Train {
			trained[groups[row]] = true
		}
		for _, row := range fold.Test {
			if trained[groups[row]] {
				t.Fatalf("fold %d both trains and tests on %s", i, groups[row])
			}
		}
	}
}

func classCounts(labels []string, rows []int) map[string]int {
	counts := map[string]int{}
	for _, row := range rows {
		counts[labels[row]]++
	}
	return counts
}

func TestEveryDocumentIsTestedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 14)
		opt := drawOptions(t)
		folds, err := split.KFold(len(labels), opt)
		if err != nil {
			t.Fatal(err)
		}
		partition(t, folds, len(labels))
		if folds, err = split.GroupKFold(groups, opt); err != nil {
			t.Fatal(err)
		}
		partition(t, folds, len(labels))
		whole(t, folds, groups)
		if folds, err = split.StratifiedGroupKFold(labels, groups, opt); err == nil {
			partition(t, folds, len(labels))
			whole(t, folds, groups)
		}
		if folds, err = split.StratifiedKFold(labels, opt); err == nil {
			partition(t, folds, len(labels))
			for _, label := range labels {
				least, most := len(labels), 0
				for _, fold := range folds.Folds {
					n := classCounts(labels, fold.Test)[label]
					least, most = min(least, n), max(most, n)
				}
				if most-least > 1 {
					t.Fatalf("%s has %d to %d documents in the folds", label, least, most)
				}
			}
		}
	})
}

func TestSeedDecidesTheFolds(t *testing.T) {
	labels, groups := make([]string, 100), make([]string, 100)
	for i := range labels {
		labels[i], groups[i] = fmt.Sprint("class ", i%3), fmt.Sprint("group ", i/2)
	}
	for name, make := range map[string]func(seed int64) (*split.Folds, error){
		"KFold": func(seed int64) (*split.Folds, error) {
			return split.KFold(100, split.Options{Shuffle: true, Seed: seed})
		},
		"StratifiedKFold": func(seed int64) (*split.Folds, error) {
			return split.StratifiedKFold(labels, split.Options{Shuffle: true, Seed: seed})
		},
		"GroupKFold": func(seed int64) (*split.Folds, error) {
			return split.GroupKFold(groups, split.Options{Shuffle: true, Seed: seed})
		},
		"StratifiedGroupKFold": func(seed int64) (*split.Folds, error) {
			return split.StratifiedGroupKFold(labels, groups, split.Options{Shuffle: true, Seed: seed})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var folds [3][]split.Fold
			for i, seed := range []int64{1, 1, 2} {
				f, err := make(seed)
				if err != nil {
					t.Fatal(err)
				}
				folds[i] = f.Folds
			}
			if !reflect.DeepEqual(folds[0], folds[1]) {
				t.Error("the same seed gives other folds")
			}
			if reflect.DeepEqual(folds[0], folds[2]) {
				t.Error("another seed gives the same folds")
			}
		})
	}
}

func TestHoldoutKeepsGroupsAndShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 30)
		seed := rapid.Int64().Draw(t, "seed")
		h, err := split.TrainValidationTest(len(labels), labels, nil, split.Shares{Seed: seed})
		if err != nil {
			return // a class too small for three parts leaves one empty
		}
		for label, n := range classCounts(labels, append(append(append([]int(nil), h.Train...), h.Validation...), h.Test...)) {
			if n != classCounts(labels, allRows(len(labels)))[label] {
				t.Fatalf("%s lost documents", label)
			}
			if got, want := float64(classCounts(labels, h.Train)[label]), 0.7*float64(n); got < want-1 || got > want+1 {
				t.Fatalf("%s: %v of %d documents in training, want %v", label, got, n, want)
			}
		}
		h, err = split.TrainValidationTest(len(labels), labels, groups, split.Shares{Seed: seed})
		if err != nil {
			return
		}
		part := map[string]string{}
		for row, p := range h.Splits() {
			if was, ok := part[groups[row]]; ok && was != p {
				t.Fatalf("%s is in %s and in %s", groups[row], was, p)
			}
			part[groups[row]] = p
		}
	})
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func TestHoldoutOfABalancedCorpus(t *testing.T) {
	labels, groups := make([]string, 300), make([]string, 300)
	for i := range labels {
		labels[i], groups[i] = fmt.Sprint("class ", i%5), fmt.Sprint("group ", i/3)
	}
	for _, g := range [][]string{nil, groups} {
		h, err := split.TrainValidationTest(300, labels, g, split.Shares{Validation: 0.1, Test: 0.2, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Warnings) > 0 {
			t.Errorf("%s: warnings %q", h.Method, h.Warnings)
		}
		if v, test := len(h.Validation), len(h.Test); v < 27 || v > 33 || test < 56 || test > 64 {
			t.Errorf("%s: %d in validation and %d in test, want about 30 and 60", h.Method, v, test)
		}
	}
}

func TestWarnings(t *testing.T) {
	labels := strings.Fields("a a a a a a b b b a a a")
	groups := strings.Fields("1 2 3 4 5 6 7 7 7 8 9 10")
	folds, err := split.StratifiedGroupKFold(labels, groups, split.Options{K: 4})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`label "b" (3 documents) is not tested in fold 2, fold 3 and fold 4`, `label "b" (3 documents) is not trained on in fold 1: it occurs in group "7" only`}
	if len(folds.Warnings) != len(want) {
		t.Fatalf("warnings %q", folds.Warnings)
	}
	for i, w := range want {
		if !strings.Contains(folds.Warnings[i], w) {
			t.Errorf("warning %q, want one with %q", folds.Warnings[i], w)
		}
	}
	if items := folds.View(); len(items) != 3 || items[0].Table == nil || items[1].Note == nil {
		t.Errorf("the view has %d items, want the table and both warnings", len(items))
	}
}

func TestBadInputIsExplained(t *testing.T) {
	ab := strings.Fields("a a a b b b")
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"one fold", func() error { _, err := split.KFold(5, split.Options{K: 1}); return err }, "1 folds: at least 2"},
		{"fewer documents than folds", func() error { _, err := split.KFold(3, split.Options{}); return err }, "3 documents for 5 folds"},
		{"the same, stratified", func() error { _, err := split.StratifiedKFold([]string{"a", "a"}, split.Options{}); return err }, "2 documents for 5 folds"},
		{"empty label", func() error { _, err := split.StratifiedKFold([]string{"a", ""}, split.Options{}); return err }, "row 1 (counted from 0) has no label"},
		{"a label that occurs once", func() error {
			_, err := split.StratifiedKFold(append([]string{"c"}, ab...), split.Options{})
			return err
		}, `label "c" occurs once`},
		{"classes smaller than folds", func() error { _, err := split.StratifiedKFold(ab, split.Options{}); return err }, "largest class has only 3"},
		{"fewer groups than folds", func() error { _, err := split.GroupKFold(ab, split.Options{K: 3}); return err }, "2 groups for 3 folds"},
		{"labels without groups", func() error {
			_, err := split.StratifiedGroupKFold(ab, ab[:2], split.Options{K: 2})
			return err
		}, "6 labels for 2 groups"},
		{"shares above 1", func() error {
			_, err := split.TrainValidationTest(6, nil, nil, split.Shares{Validation: 0.5, Test: 0.5})
			return err
		}, "together below 1"},
		{"too few groups", func() error {
			_, err := split.TrainValidationTest(6, nil, ab, split.Shares{})
			return err
		}, "every part needs at least one"},
		{"own folds that leak", func() error {
			_, err := split.New("mine", 3, []split.Fold{{Train: []int{0, 1}, Test: []int{1, 2}}})
			return err
		}, "row 1 is both trained and tested on"},
		{"own folds out of range", func() error {
			_, err := split.New("mine", 3, []split.Fold{{Train: []int{0, 3}, Test: []int{1, 2}}})
			return err
		}, "row 3 of 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

package split_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"viva/mlkit/split"
)

// drawTimes draws a time for each document, some of them equal.
func drawTimes(t *rapid.T, n int) []time.Time {
	days := rapid.IntRange(3, 2*n).Draw(t, "days")
	times := make([]time.Time, n)
	for i := range times {
		day := rapid.IntRange(1, days).Draw(t, "day")
		if i < 3 {
			day = i + 1
		}
		times[i] = time.Date(1993, 4, day, 0, 0, 0, 0, time.UTC)
	}
	return times
}

func latest(times []time.Time, rows []int) time.Time {
	var last time.Time
	for _, row := range rows {
		if times[row].After(last) {
			last = times[row]
		}
	}
	return last
}

func TestPartsByTimeFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 20)
		times := drawTimes(t, len(labels))
		h, err := split.ByTime(times, labels, nil, split.Shares{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(h.Train) + len(h.Validation) + len(h.Test); n != len(times) {
			t.Fatalf("%d of %d documents are in a part", n, len(times))
		}
		for _, x := range []struct {
			before []int
			after  []int
		}{{h.Train, h.Validation}, {h.Validation, h.Test}} {
			for _, row := range x.after {
				if !times[row].After(latest(times, x.before)) {
					t.Fatalf("row %d is as early as a part before its own", row)
				}
			}
		}
		h, err = split.ByTime(times, nil, groups, split.Shares{})
		if err != nil {
			return // all groups end at one of two times
		}
		part := map[string]string{}
		early := 0
		for row, p := range h.Splits() {
			if was, ok := part[groups[row]]; ok && was != p {
				t.Fatalf("%s is in %s and in %s", groups[row], was, p)
			}
			part[groups[row]] = p
			if p != "train" && !times[row].After(latest(times, h.Train)) {
				early++
			}
		}
		stated := 0
		for _, w := range h.Warnings {
			var n int
			if _, err := fmt.Sscanf(w, "%d document", &n); err == nil && strings.Contains(w, "not later than") {
				stated += n
			}
		}
		if stated != early {
			t.Fatalf("%d documents are earlier than the end of training, but the warnings speak of %d: %q", early, stated, h.Warnings)
		}
	})
}

func TestFoldsByTimeNeverTrainOnLaterDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(12, 80).Draw(t, "documents")
		times := drawTimes(t, n)
		opt := split.TimeSeriesOptions{Splits: rapid.IntRange(1, 4).Draw(t, "folds"), Gap: rapid.IntRange(0, 3).Draw(t, "gap"), MaxTrain: rapid.IntRange(0, 10).Draw(t, "most")}
		folds, err := split.TimeSeriesSplitByTime(times, opt)
		if err != nil {
			return // many documents of one time
		}
		tested := map[int]bool{}
		for _, fold := range folds.Folds {
			end := latest(times, fold.Train)
			for _, row := range fold.Test {
				if !times[row].After(end) {
					t.Fatalf("row %d is not later than what is trained on", row)
				}
				if tested[row] {
					t.Fatalf("row %d is tested twice", row)
				}
				tested[row] = true
			}
		}
	})
}

func TestInnerFoldsNeverSeeOuterTestDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 40)
		outer, err := split.StratifiedGroupKFold(labels, groups, split.Options{K: 3, Shuffle: true, Seed: rapid.Int64().Draw(t, "seed")})
		if err != nil {
			return
		}
		for _, with := range []struct{ labels, groups []string }{{nil, nil}, {labels, nil}, {nil, groups}, {labels, groups}} {
			nested, err := split.Nest(outer, with.labels, with.groups, drawOptions(t))
			if err != nil {
				continue // too few of a class or of the groups are left
			}
			for i, inner := range nested.Inner {
				train := outer.Folds[i].Train
				tested := map[int]int{}
				for _, fold := range inner.Folds {
					rows := slices.Sorted(slices.Values(slices.Concat(fold.Train, fold.Test)))
					if !slices.Equal(rows, train) {
						t.Fatalf("an inner fold of fold %d does not consist of its training documents", i)
					}
					for _, row := range fold.Test {
						tested[row]++
					}
				}
				for _, row := range train {
					if tested[row] != 1 {
						t.Fatalf("row %d is tested %d times in the inner folds", row, tested[row])
					}
				}
				if with.groups != nil {
					whole(t, inner, groups)
				}
				if (inner.Imbalance != nil) != (with.labels != nil) {
					t.Fatal("the imbalance is stated without labels, or not with them")
				}
			}
		}
	})
}

func TestEveryRepeatTestsEveryDocumentOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 30)
		opt := split.RepeatedOptions{K: rapid.IntRange(2, 4).Draw(t, "folds"), Repeats: rapid.IntRange(1, 4).Draw(t, "repeats"), Seed: rapid.Int64().Draw(t, "seed")}
		for name, f := range map[string]func() (*split.Folds, error){
			"plain":              func() (*split.Folds, error) { return split.RepeatedKFold(len(labels), opt) },
			"stratified":         func() (*split.Folds, error) { return split.RepeatedStratifiedKFold(labels, opt) },
			"grouped":            func() (*split.Folds, error) { return split.RepeatedGroupKFold(groups, opt) },
			"stratified grouped": func() (*split.Folds, error) { return split.RepeatedStratifiedGroupKFold(labels, groups, opt) },
		} {
			folds, err := f()
			if err != nil {
				continue
			}
			if len(folds.Folds) != opt.K*opt.Repeats {
				t.Fatalf("%s: %d folds", name, len(folds.Folds))
			}
			for r := range opt.Repeats {
				one := *folds
				one.Folds = folds.Folds[r*opt.K : (r+1)*opt.K]
				partition(t, &one, len(labels))
				if strings.Contains(name, "grouped") {
					whole(t, &one, groups)
				}
			}
			again, err := f()
			if err != nil || !reflect.DeepEqual(folds, again) {
				t.Fatalf("%s: the same seed gives other folds (%v)", name, err)
			}
		}
	})
}

// The first repeat is the method itself, shuffled with the seed; later ones
// are shuffled with the next seeds.
func TestRepeatsAreTheMethodWithTheNextSeeds(t *testing.T) {
	labels := strings.Fields(strings.Repeat("a b a c b a ", 10))
	repeated, err := split.RepeatedStratifiedKFold(labels, split.RepeatedOptions{K: 3, Repeats: 2, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	for r := range 2 {
		once, err := split.StratifiedKFold(labels, split.Options{K: 3, Shuffle: true, Seed: 5 + int64(r)})
		if err != nil {
			t.Fatal(err)
		}
		for i, fold := range once.Folds {
			if !slices.Equal(fold.Test, repeated.Folds[3*r+i].Test) {
				t.Errorf("fold %d of repeat %d differs", i, r)
			}
		}
	}
	alike, err := split.RepeatedGroupKFold(strings.Fields("a a a b b c"), split.RepeatedOptions{K: 3, Repeats: 4})
	if err != nil {
		t.Fatal(err)
	}
	if len(alike.Warnings) != 1 || !strings.HasPrefix(alike.Warnings[0], "3 of 4 repeats") {
		t.Errorf("warnings %q of repeats that cannot differ", alike.Warnings)
	}
}

func TestRandomDivisionsKeepGroupsAndSeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 30)
		opt := split.ShuffleOptions{Splits: 3, Test: rapid.Float64Range(0.1, 0.6).Draw(t, "test"), Seed: rapid.Int64().Draw(t, "seed")}
		for name, f := range map[string]func() (*split.Folds, error){
			"plain":      func() (*split.Folds, error) { return split.ShuffleSplit(len(labels), opt) },
			"stratified": func() (*split.Folds, error) { return split.StratifiedShuffleSplit(labels, opt) },
			"grouped":    func() (*split.Folds, error) { return split.GroupShuffleSplit(groups, opt) },
		} {
			folds, err := f()
			if err != nil {
				continue
			}
			for _, fold := range folds.Folds {
				rows := slices.Sorted(slices.Values(slices.Concat(fold.Train, fold.Test)))
				if !slices.Equal(rows, allRows(len(labels))) {
					t.Fatalf("%s: a division leaves rows out or has some twice", name)
				}
			}
			switch name {
			case "grouped":
				whole(t, folds, groups)
			case "stratified":
				all := classCounts(labels, allRows(len(labels)))
				for _, fold := range folds.Folds {
					for class, n := range classCounts(labels, fold.Test) {
						if want := float64(all[class]) * float64(len(fold.Test)) / float64(len(labels)); math.Abs(float64(n)-want) > 2 {
							t.Fatalf("%d of %s are tested, want about %v", n, class, want)
						}
					}
				}
			}
			again, err := f()
			if err != nil || !reflect.DeepEqual(folds, again) {
				t.Fatalf("%s: the same seed gives another division (%v)", name, err)
			}
		}
	})
}

// Whatever the method, the imbalance counts what is there, and a class that a
// part lacks is in a warning that names both.
func TestImbalanceIsStatedAndNoClassIsMissingSilently(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels, groups := corpus(t, 20)
		var folds *split.Folds
		var err error
		switch rapid.IntRange(0, 4).Draw(t, "method") {
		case 0:
			folds, err = split.KFold(len(labels), drawOptions(t))
		case 1:
			folds, err = split.GroupKFold(groups, drawOptions(t))
		case 2:
			folds, err = split.StratifiedGroupKFold(labels, groups, drawOptions(t))
		case 3:
			folds, err = split.TimeSeriesSplit(len(labels), split.TimeSeriesOptions{})
		case 4:
			folds, err = split.ShuffleSplit(len(labels), split.ShuffleOptions{Splits: 4})
		}
		if err != nil {
			return
		}
		if folds, err = folds.WithLabels(labels); err != nil {
			t.Fatal(err)
		}
		m := folds.Imbalance
		all := classCounts(labels, allRows(len(labels)))
		largest := 0.0
		for i, fold := range folds.Folds {
			for part, rows := range map[string][]int{"tested": fold.Test, "trained on": fold.Train} {
				n := classCounts(labels, rows)
				for c, class := range m.Classes {
					if part == "tested" {
						share := float64(n[class])/float64(len(rows)) - float64(all[class])/float64(len(labels))
						if m.Documents[i][c] != n[class] || math.Abs(m.Deviation[i][c]-share) > 1e-12 {
							t.Fatalf("fold %d, %s: %d documents and a deviation of %v are stated, want %d and %v", i, class, m.Documents[i][c], m.Deviation[i][c], n[class], share)
						}
						largest = max(largest, math.Abs(share))
					}
					named := slices.ContainsFunc(folds.Warnings, func(w string) bool {
						return strings.HasPrefix(w, fmt.Sprintf("label %q ", class)) && strings.Contains(w, "is not "+part+" in ") && strings.Contains(w, fmt.Sprintf("fold %d", i+1))
					})
					if named != (n[class] == 0) {
						t.Fatalf("%d documents of %s are %s in fold %d, and the warnings are %q", n[class], class, part, i+1, folds.Warnings)
					}
				}
			}
		}
		if math.Abs(math.Abs(m.Largest.Points)-largest) > 1e-12 {
			t.Fatalf("the largest deviation is %v, want %v", m.Largest.Points, largest)
		}
	})
}

func TestImbalanceIsShown(t *testing.T) {
	labels := strings.Fields("a a a a b b b b a a c c")
	folds, err := split.KFold(12, split.Options{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	if folds, err = folds.WithLabels(labels); err != nil {
		t.Fatal(err)
	}
	largest := split.Deviation{Part: "fold 2", Class: "b", Documents: 4, Ideal: 4.0 / 3, Share: 1, Points: 1 - 1.0/3}
	if got := folds.Imbalance.Largest; got.Part != largest.Part || got.Class != largest.Class || got.Documents != 4 || math.Abs(got.Ideal-largest.Ideal)+math.Abs(got.Points-largest.Points) > 1e-12 {
		t.Errorf("the largest deviation is %+v", got)
	}
	want := `The largest: "b" has a share of 100.0 % in fold 2 instead of 33.3 % (4 documents instead of 1.3).`
	if got := folds.View()[0].Table.Notes; len(got) != 1 || !strings.HasSuffix(got[0], want) {
		t.Errorf("notes %q", got)
	}
	if row := folds.Imbalance.Table(1).Rows[0]; row[0].Text != "b" || row[3].Text != "-33.3 (none)" || row[3].Tone != "warn" || row[4].Text != "66.7" {
		t.Errorf("row %v", row)
	}
}

func TestPartsThatAreGiven(t *testing.T) {
	labels := strings.Fields("a b a b a b")
	splits := []string{"train", "train", "validation", "", "test", "test"}
	h, err := split.FromSplits(splits, labels)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h.Splits(), splits) {
		t.Errorf("the splits are %q now", h.Splits())
	}
	if want := []string{`label "b" has no document in the validation part`}; !slices.Equal(h.Warnings, want) {
		t.Errorf("warnings %q", h.Warnings)
	}
	f, err := h.Fold("test")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Folds[0]; !slices.Equal(got.Train, []int{0, 1, 2}) || !slices.Equal(got.Test, []int{4, 5}) {
		t.Errorf("the fold that tests is %v", got)
	}
}

func TestBadDivisionsAreExplained(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2020, 1, d, 0, 0, 0, 0, time.UTC) }
	six, _ := split.KFold(6, split.Options{K: 2})
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a document without time", func() error {
			_, err := split.ByTime([]time.Time{day(1), {}}, nil, nil, split.Shares{})
			return err
		}, "row 1 (counted from 0) has no time"},
		{"two times", func() error {
			_, err := split.ByTime([]time.Time{day(1), day(1), day(2)}, nil, nil, split.Shares{})
			return err
		}, "2 different times"},
		{"folds of one time", func() error {
			_, err := split.TimeSeriesSplitByTime(slices.Repeat([]time.Time{day(1)}, 12), split.TimeSeriesOptions{})
			return err
		}, "too many documents are of the same time"},
		{"too many folds in time", func() error { _, err := split.TimeSeriesSplit(5, split.TimeSeriesOptions{}); return err }, "too few for 5 folds"},
		{"one group to leave out", func() error { _, err := split.LeaveOneGroupOut([]string{"a", "a"}); return err }, "at least 2"},
		{"groups beyond memory", func() error {
			groups := make([]string, 20000)
			for i := range groups {
				groups[i] = fmt.Sprint(i)
			}
			_, err := split.LeaveOneGroupOut(groups)
			return err
		}, "use GroupKFold"},
		{"splits as folds", func() error { _, err := split.PredefinedSplit([]string{"train", "test"}); return err }, "use FromSplits"},
		{"one predefined fold", func() error { _, err := split.PredefinedSplit([]string{"a", "a"}); return err }, "none is left to train on"},
		{"an unknown split", func() error { _, err := split.FromSplits([]string{"train", "dev"}, nil); return err }, `in the split "dev"`},
		{"nothing to test on", func() error { _, err := split.FromSplits([]string{"train", ""}, nil); return err }, "some to test on"},
		{"a part that cannot be tested on", func() error {
			h, _ := split.FromSplits([]string{"train", "test"}, nil)
			_, err := h.Fold("train")
			return err
		}, "must be validation or test"},
		{"shares above 1", func() error {
			_, err := split.ShuffleSplit(10, split.ShuffleOptions{Train: 0.6, Test: 0.6})
			return err
		}, "together at most 1"},
		{"classes without room", func() error {
			_, err := split.StratifiedShuffleSplit(strings.Fields("a a b b c c"), split.ShuffleOptions{})
			return err
		}, "every class needs one in either"},
		{"negative repeats", func() error { _, err := split.RepeatedKFold(9, split.RepeatedOptions{Repeats: -1}); return err }, "-1 repeats"},
		{"labels of others", func() error { _, err := six.WithLabels([]string{"a"}); return err }, "1 labels for folds of 6"},
		{"nothing to nest in", func() error { _, err := split.Nest(nil, nil, nil, split.Options{}); return err }, "no outer folds"},
		{"inner folds that are too many", func() error { _, err := split.Nest(six, nil, nil, split.Options{}); return err }, "outer fold 1: split: 3 documents for 5 folds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

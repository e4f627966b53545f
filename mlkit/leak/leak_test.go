package leak_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/leak"
)

func corpus(t rapid.TB, docs ...data.Document) *data.Corpus {
	t.Helper()
	c, err := data.New("test", docs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func check(t rapid.TB, c *data.Corpus, opt leak.Options) *leak.Report {
	t.Helper()
	r, err := leak.Check(context.Background(), c, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func doc(id, split, text string) data.Document {
	return data.Document{ID: id, Split: split, Text: text, Label: "x"}
}

// words returns n different words, from the given one on.
func words(from, n int) string {
	var w []string
	for i := range n {
		w = append(w, fmt.Sprintf("w%d", from+i))
	}
	return strings.Join(w, " ")
}

func TestNormalise(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"  Hello,\tWORLD! ":          "hello world",
		"ﬁne Straße № ２":             "fine strasse no 2",
		"naïve":                      "naïve",
		"a_b-c":                      "a b c",
		"--- ... ---":                "",
		"ΣΊΣΥΦΟΣ":                    "σίσυφοσ",
		"don't":                      "don t",
		"x² ½":                       "x2 1 2",
		"中文。字":                       "中文 字",
		"one\u00a0two\u2003three":    "one two three",
		"cafe\u0301":                 "café",
		"ends with a sign and tail!": "ends with a sign and tail",
	} {
		if got := leak.Normalise(text); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestNormaliseIsItsOwnNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := leak.Normalise(rapid.StringOf(rapid.RuneFrom([]rune("aZ9 .-éßſﬁΣςʰ½①㎏\u0301İ中"))).Draw(t, "text"))
		if again := leak.Normalise(s); again != s {
			t.Fatalf("%q becomes %q", s, again)
		}
	})
}

func TestKindsOfCopies(t *testing.T) {
	long := words(0, 64) // 60 5-grams
	for _, tc := range []struct {
		name, a, b string
		kind       string
		jaccard    float64
	}{
		{"the same but for space at the ends", long, "\n" + long + " ", leak.Exact, 1},
		{"other case and punctuation", long, strings.ToUpper(strings.ReplaceAll(long, " ", ", ")), leak.Normalised, 1},
		{"a word changed in the middle", long, strings.Replace(long, "w30 ", "other ", 1), leak.Near, 55.0 / 65},
		{"a word changed at the end", long, strings.Replace(long, "w63", "other", 1), leak.Near, 59.0 / 61},
		{"a third appended", long, long + " " + words(100, 30), "", 0},
		{"short texts have no near copies", "one two three four", "one two three five", "", 0},
		{"short texts have exact copies", "test", " test", leak.Exact, 1},
		{"empty texts are nobody's copies", " ", "", "", 0},
		{"texts of signs alone", "---", "***", "", 0},
		{"the same signs", "---", "--- ", leak.Exact, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := check(t, corpus(t, doc("a", data.Train, tc.a), doc("b", data.Test, tc.b)), leak.Options{})
			var want []leak.Pair
			if tc.kind != "" {
				want = []leak.Pair{{RowA: 0, RowB: 1, SplitA: "train", IDA: "a", SplitB: "test", IDB: "b", LabelA: "x", LabelB: "x", Kind: tc.kind, Jaccard: tc.jaccard, SameLabel: true}}
			}
			if diff := cmp.Diff(want, r.Pairs, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("pairs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestThresholdIsReachedByEquality(t *testing.T) {
	// 10 and 8 5-grams, all 8 in common.
	c := corpus(t, doc("a", data.Train, words(0, 14)), doc("b", data.Test, words(0, 12)))
	if r := check(t, c, leak.Options{Threshold: 0.8}); r.Near != 1 {
		t.Errorf("a pair of Jaccard 0.8 is not found at 0.8")
	}
	if r := check(t, c, leak.Options{Threshold: 0.81}); r.Near != 0 {
		t.Errorf("a pair of Jaccard 0.8 is found at 0.81")
	}
}

func TestMessagesAreComparedWithoutHeaders(t *testing.T) {
	a, b := doc("a", data.Train, "Date: 1\n\nthe body"), doc("b", data.Test, "Date: 2\n\nthe body")
	a.Message, b.Message = true, true
	c := corpus(t, a, b)
	if r := check(t, c, leak.Options{}); r.Exact != 1 {
		t.Errorf("%d exact copies of bodies, want 1", r.Exact)
	}
	if r := check(t, c, leak.Options{WholeText: true}); r.Exact != 0 {
		t.Errorf("%d exact copies of messages, want 0", r.Exact)
	}
}

// The join finds what comparing every two documents finds.
func TestNearCopiesAreComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.SampledFrom([]string{"a", "b", "c"})
		texts := rapid.SliceOfN(rapid.SliceOfN(alphabet, 1, 14), 2, 12).Draw(t, "texts")
		threshold := rapid.SampledFrom([]float64{0.3, 0.5, 0.8, 1}).Draw(t, "threshold")
		n := rapid.IntRange(1, 3).Draw(t, "words")
		var docs []data.Document
		for i, w := range texts {
			docs = append(docs, doc(fmt.Sprint(i), "", strings.Join(w, " ")))
		}
		copies, err := leak.Find(context.Background(), corpus(t, docs...), leak.Options{Threshold: threshold, Words: n})
		if err != nil {
			t.Fatal(err)
		}
		got := map[[2]int]bool{}
		for _, p := range copies.Pairs() {
			got[[2]int{p.RowA, p.RowB}] = true
		}
		for b := range docs {
			for a := range b {
				x, y := grams(texts[a], n), grams(texts[b], n)
				want := docs[a].Text == docs[b].Text || len(x) > 0 && len(y) > 0 && overlap(x, y) >= threshold-1e-9
				if got[[2]int{a, b}] != want {
					t.Fatalf("%q and %q: found %v, want %v", docs[a].Text, docs[b].Text, !want, want)
				}
			}
		}
	})
}

func grams(words []string, n int) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+n <= len(words); i++ {
		set[strings.Join(words[i:i+n], " ")] = true
	}
	return set
}

func overlap(x, y map[string]bool) float64 {
	both := 0
	for g := range x {
		if y[g] {
			both++
		}
	}
	return float64(both) / float64(len(x)+len(y)-both)
}

func TestCountsOfLeakedDocuments(t *testing.T) {
	long := words(0, 40)
	c := corpus(t,
		doc("1", data.Train, long), doc("2", data.Train, long),
		doc("3", data.Validation, long), doc("4", data.Test, strings.ToUpper(long)), doc("5", data.Test, long+" more"),
		doc("6", data.Validation, "only here"), doc("7", data.Test, "only here"), doc("8", data.Test, "alone"),
		doc("9", "", long))
	r := check(t, c, leak.Options{})
	want := []leak.Count{
		{From: "train", To: "validation", Exact: 1, Normalised: 1, Near: 1},
		{From: "train", To: "test", Exact: 0, Normalised: 1, Near: 2},
		{From: "validation", To: "test", Exact: 1, Normalised: 2, Near: 3},
	}
	if diff := cmp.Diff(want, r.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if got, want := [3]int{r.Exact, r.Normalised, r.Near}, [3]int{2, 3, 4}; got != want {
		t.Errorf("exact, normalised, near: %v, want %v", got, want)
	}
	for _, p := range r.Pairs {
		if p.SplitA == p.SplitB || p.SplitA == "" || p.SplitB == "" {
			t.Errorf("the pair %s, %s is not across splits", p.IDA, p.IDB)
		}
	}
}

func TestFindings(t *testing.T) {
	inGroup := func(d data.Document, group, label string) data.Document {
		d.Group, d.Label = group, label
		return d
	}
	clean := []data.Document{
		inGroup(doc("a", data.Train, "one"), "g", "x"), inGroup(doc("b", data.Train, "two"), "g", "y"),
		inGroup(doc("c", data.Test, "three"), "h", "x"),
	}
	for _, tc := range []struct {
		name string
		more []data.Document
		want map[string]int
	}{
		{"nothing", nil, nil},
		{"a copy", []data.Document{inGroup(doc("d", data.Test, "two"), "h", "y")}, map[string]int{"exact copies": 1, "normalised copies": 1, "near copies": 1, "fine groups": 2}},
		{"a copy of another class in the same split", []data.Document{inGroup(doc("d", data.Test, "Three"), "h", "y")}, map[string]int{"conflicting labels": 2}},
		{"a document in two splits", []data.Document{inGroup(doc("a", data.Test, "four"), "h", "x")}, map[string]int{"documents in two splits": 1}},
		{"a group in two splits", []data.Document{inGroup(doc("d", data.Validation, "four"), "g", "x")}, map[string]int{"groups in two splits": 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := check(t, corpus(t, slices.Concat(clean, tc.more)...), leak.Options{})
			got := map[string]int{}
			errors := 0
			for _, f := range r.Findings {
				if f.Count == 0 {
					continue
				}
				got[f.Rule.Name] = f.Count
				if f.Rule.Severity == leak.Error {
					errors++
				}
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			failed := 0
			for _, g := range r.Gates() {
				if !g.Passed {
					failed++
					if g.Repair == "" {
						t.Errorf("the gate %q does not say how to repair", g.Text)
					}
				}
			}
			if failed != errors || r.Passed() != (errors == 0) {
				t.Errorf("%d gates failed, passed is %v, with %d findings of severity error", failed, r.Passed(), errors)
			}
		})
	}
}

func TestEvidenceShowsWhereCopiesDiffer(t *testing.T) {
	long := words(0, 60)
	r := check(t, corpus(t, doc("a", data.Train, long), doc("b", data.Test, strings.Replace(long, "w30 ", "other ", 1))), leak.Options{})
	row := r.Findings[2].Evidence.Rows[0]
	if got, want := row[1].Text, "… w26 w27 w28 w29 w30 w31"; !strings.HasPrefix(got, want) {
		t.Errorf("first text %q, want %q…", got, want)
	}
	if got, want := row[3].Text, "… w26 w27 w28 w29 other w31"; !strings.HasPrefix(got, want) {
		t.Errorf("second text %q, want %q…", got, want)
	}
	if row[0].Text != "train: a" || row[2].Text != "test: b" {
		t.Errorf("documents %q and %q", row[0].Text, row[2].Text)
	}
}

func TestCorpusWithoutSplitsIsNotCalledClean(t *testing.T) {
	r := check(t, corpus(t, doc("a", "", "one"), doc("b", "", "one")), leak.Options{})
	if len(r.Gates()) != 0 {
		t.Errorf("%d gates were judged without splits", len(r.Gates()))
	}
	if w := strings.Join(r.Warnings, "\n"); !strings.Contains(w, "no splits") || !strings.Contains(w, "Not checked: exact copies") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestBadOptions(t *testing.T) {
	c := corpus(t, doc("a", "", "one"))
	for _, opt := range []leak.Options{{Threshold: 1.5}, {Threshold: -1}, {Words: -1}} {
		if _, err := leak.Check(context.Background(), c, opt); err == nil {
			t.Errorf("%+v was accepted", opt)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := leak.Check(ctx, c, leak.Options{}); err == nil {
		t.Error("an ended context gave a report")
	}
}

func TestNothingRedundantRemains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[ab]( [ab]){0,7}`), 1, 12).Draw(t, "texts")
		var docs []data.Document
		for i, text := range texts {
			docs = append(docs, doc(fmt.Sprint(i), "", text))
		}
		opt := leak.Options{Words: 2, Threshold: 0.6}
		c := corpus(t, docs...)
		copies, err := leak.Find(context.Background(), c, opt)
		if err != nil {
			t.Fatal(err)
		}
		gone := map[int]bool{}
		for _, r := range copies.Redundant() {
			gone[r.Row] = true
		}
		for _, r := range copies.Redundant() {
			if gone[r.Kept] {
				t.Fatalf("row %d is redundant for row %d, which is redundant too", r.Row, r.Kept)
			}
		}
		var rest []data.Document
		for i, d := range docs {
			if !gone[i] {
				rest = append(rest, d)
			}
		}
		again, err := leak.Find(context.Background(), corpus(t, rest...), opt)
		if err != nil {
			t.Fatal(err)
		}
		if left := again.Pairs(); len(left) > 0 {
			t.Fatalf("copies remain: %+v", left)
		}
	})
}

func TestWorkersDoNotMatter(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var reports []*leak.Report
	for _, workers := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(workers)
		c, err := data.Open(context.Background(), "sample", data.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := check(t, c, leak.Options{Threshold: 0.2, Words: 2})
		if r.Near < 30 {
			t.Fatalf("only %d near copies: there is nothing to compare", r.Near)
		}
		reports = append(reports, r)
	}
	for _, r := range reports[1:] {
		if diff := cmp.Diff(reports[0], r, cmpopts.IgnoreUnexported(leak.Rule{})); diff != "" {
			t.Errorf("other workers, other report:\n%s", diff)
		}
	}
}

// The counts are those of the sample's datasheet.
func TestSampleLeaksWhatWasPlanted(t *testing.T) {
	c, err := data.Open(context.Background(), "sample", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range check(t, c, leak.Options{}).Findings {
		got[f.Rule.Name] = f.Count
	}
	want := map[string]int{
		"exact copies": 12, "normalised copies": 12, "near copies": 30,
		"documents in two splits": 0, "groups in two splits": 83, "conflicting labels": 4,
		// A word for each class; and the copies, which have groups of their own and
		// the titles of what they are copied from.
		"give-away words": 6, "fine groups": 98,
		"give-away properties": 0, "identifiers in texts": 0, "shared identifiers": 0, "later training documents": 0,
		"shifted splits": 0, "coarse groups": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-planted +found):\n%s", diff)
	}
}

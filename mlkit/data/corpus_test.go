package data_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/mlkit/data"
)

func documents(t *rapid.T) []data.Document {
	word := rapid.StringMatching(`[a-c|]{0,3}`)
	n := rapid.IntRange(1, 6).Draw(t, "n")
	docs := make([]data.Document, n)
	for i := range docs {
		docs[i] = data.Document{
			ID: string(rune('a' + i)), Text: word.Draw(t, "text"), Title: word.Draw(t, "title"), Label: word.Draw(t, "label"),
			Group: word.Draw(t, "group"), Domain: word.Draw(t, "domain"),
			Split:      rapid.SampledFrom([]string{"", "train", "validation", "test"}).Draw(t, "split"),
			Keyphrases: rapid.SliceOfN(word, 0, 2).Draw(t, "keyphrases"),
		}
	}
	return docs
}

func corpus(t rapid.TB, docs []data.Document) *data.Corpus {
	t.Helper()
	c, err := data.New("c", docs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFingerprintTellsContentsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := documents(t)
		c := corpus(t, docs)
		if c.Fingerprint() != corpus(t, docs).Fingerprint() {
			t.Fatal("equal documents have different fingerprints")
		}
		other := slices.Clone(docs)
		d := &other[rapid.IntRange(0, len(other)-1).Draw(t, "changed")]
		switch rapid.IntRange(0, 4).Draw(t, "property") {
		case 0:
			// The same characters, cut elsewhere.
			d.Text, d.Title = d.Text+d.Title+"x", ""
		case 1:
			d.Label += "x"
		case 2:
			d.Keyphrases = append(slices.Clone(d.Keyphrases), "")
		case 3:
			d.Relations = []data.Relation{{Type: "is-a"}}
		case 4:
			d.Message = true
		}
		if c.Fingerprint() == corpus(t, other).Fingerprint() {
			t.Fatalf("%+v and %+v have the same fingerprint", docs, other)
		}
	})
}

func TestSelectingKeepsDocumentsAndFingerprints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := corpus(t, documents(t))
		perm := rapid.Permutation(rows(c.Len())).Draw(t, "rows")
		s := c.Select(perm)
		for i, r := range perm {
			if s.At(i).ID != c.At(r).ID {
				t.Fatalf("row %d is %s, want %s", i, s.At(i).ID, c.At(r).ID)
			}
		}
		if s.Fingerprint() != corpus(t, s.Documents()).Fingerprint() {
			t.Fatal("a selection has another fingerprint than its documents")
		}
		total := len(c.Indices(""))
		for _, name := range c.SplitNames() {
			total += c.InSplit(name).Len()
		}
		if total != c.Len() {
			t.Fatalf("the splits have %d documents of %d", total, c.Len())
		}
	})
}

func rows(n int) []int {
	r := make([]int, n)
	for i := range r {
		r[i] = i
	}
	return r
}

func TestCorpusDoesNotChange(t *testing.T) {
	docs := []data.Document{{ID: "a", Text: "one", Label: "x", Keyphrases: []string{"one"}}}
	c := corpus(t, docs)
	before := c.Fingerprint()
	docs[0].Keyphrases[0] = "changed"
	c.At(0).Keyphrases[0] = "changed"
	c.Documents()[0].Keyphrases[0] = "changed"
	c.Texts()[0] = "changed"
	c.Filter(func(d data.Document) bool { d.Keyphrases[0] = "changed"; return true })
	must(t, second(c.Map(func(d data.Document) data.Document { d.Keyphrases[0] = "changed"; return d })))
	if got := c.At(0).Keyphrases[0]; got != "one" || c.Fingerprint() != before || corpus(t, c.Documents()).Fingerprint() != before {
		t.Errorf("the corpus has changed: %q", got)
	}
}

func second(_ *data.Corpus, err error) error { return err }

func TestNewRefusesBadDocuments(t *testing.T) {
	for _, tc := range []struct {
		docs []data.Document
		want string
		is   error
	}{
		{nil, "there are no documents", data.ErrEmpty},
		{[]data.Document{{ID: "a"}, {ID: "b"}, {ID: "a"}}, "documents 1 and 3", data.ErrDuplicateID},
		{[]data.Document{{ID: "a", Split: "holdout"}}, `unknown split "holdout"`, nil},
	} {
		_, err := data.New("c", tc.docs)
		if err == nil || !strings.Contains(err.Error(), tc.want) || tc.is != nil && !errors.Is(err, tc.is) {
			t.Errorf("error %v, want %q", err, tc.want)
		}
	}
	if _, err := corpus(t, []data.Document{{ID: "a"}}).WithSplits([]string{"train", "test"}); err == nil {
		t.Error("two splits for one document were accepted")
	}
}

func TestStatistics(t *testing.T) {
	c := corpus(t, []data.Document{
		{ID: "1", Text: "one two  three", Label: "x", Domain: "p", Group: "g", Split: "train"},
		{ID: "2", Text: "one", Label: "x", Domain: "q", Group: "g", Split: "test"},
		{ID: "3", Text: "one two", Label: "y", Domain: "p", Split: "train"},
		{ID: "4", Text: "", Label: "", Domain: ""},
	})
	classes, counts := c.ClassCounts()
	if !slices.Equal(classes, []string{"x", "y"}) || !slices.Equal(counts, []float64{2, 1}) {
		t.Errorf("classes %v %v", classes, counts)
	}
	if got := c.Cross(); !slices.Equal(got[0], []int{1, 1}) || !slices.Equal(got[1], []int{1, 0}) {
		t.Errorf("classes by domains %v", got)
	}
	if got := c.Lengths(); !slices.Equal(got, []float64{3, 1, 2, 0}) {
		t.Errorf("lengths %v", got)
	}
	if got := c.GroupSizes(); !slices.Equal(got, []float64{2}) {
		t.Errorf("sizes of groups %v", got)
	}
	if names, n := c.SplitCounts(); !slices.Equal(names, []string{"train", "test"}) || !slices.Equal(n, []float64{2, 1}) {
		t.Errorf("splits %v %v", names, n)
	}
	table := c.PreparationTable()
	var incomplete []string
	for _, row := range table.Rows {
		if *row[2].Number > 0 {
			incomplete = append(incomplete, row[0].Text+" "+row[2].Text)
		}
	}
	if want := []string{"text 1", "class 1", "domain 1", "group 2", "split 1"}; !slices.Equal(incomplete, want) {
		t.Errorf("incomplete %q, want %q", incomplete, want)
	}
	if got := c.LengthTable().Rows[2]; got[0].Text != "all" || *got[4].Number != 1.5 || *got[7].Number != 1.5 {
		t.Errorf("lengths of all documents: %v", got)
	}
}

// A corpus that a cell writes as JSON Lines is the same when it is read again.
func TestDocumentsSurviveJSONLines(t *testing.T) {
	docs := []data.Document{{
		ID: "a", Text: "a rift makes quakes", Title: "Rifts", Labels: []string{"x", "y; z"}, Group: "g", Domain: "d", Split: data.Train,
		Author: "Ann", Time: time.Date(1993, 4, 22, 15, 31, 49, 500, time.UTC), Keyphrases: []string{"rift", "quake; shock"},
		Alternatives: [][]string{nil, {"shock", "tremor"}}, Stemmed: true,
		Entities:  []data.Entity{{Type: "Thing", Span: data.Span{Text: "rift", Start: 2, End: 6}}},
		Relations: []data.Relation{{Type: "makes", Head: data.Span{Text: "rift", Start: 2, End: 6}, Tail: data.Span{Text: "quakes", Start: 13, End: 19}}},
	}, {ID: "b", Text: "another", Label: "x", Author: "Bob"}}
	var lines strings.Builder
	for _, d := range docs {
		must(t, json.NewEncoder(&lines).Encode(d))
	}
	want, err := data.New("c", docs)
	must(t, err)
	got := open(t, filepath.Join(folder(t, map[string]string{"c.jsonl": lines.String()}), "c.jsonl"), data.Options{})
	if got.Fingerprint() != want.Fingerprint() {
		t.Errorf("documents (-want +got):\n%s", cmp.Diff(want.Documents(), got.Documents()))
	}
}

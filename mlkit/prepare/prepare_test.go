package prepare_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/prepare"
)

var background = context.Background()

func corpus(t rapid.TB, docs []data.Document) *data.Corpus {
	t.Helper()
	c, err := data.New("test", docs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must(t rapid.TB) func(*prepare.Step, error) *prepare.Step {
	return func(s *prepare.Step, err error) *prepare.Step {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func removed(s *prepare.Step) []string {
	var ids []string
	for _, r := range s.Removed {
		ids = append(ids, r.ID+": "+r.Reason)
	}
	return ids
}

// words returns n different words.
func words(n int) string {
	var w []string
	for i := range n {
		w = append(w, fmt.Sprintf("w%d", i))
	}
	return strings.Join(w, " ")
}

func copies(t *testing.T) *data.Corpus {
	long := words(64)
	return corpus(t, []data.Document{
		{ID: "a", Label: "x", Text: long},
		{ID: "b", Label: "x", Text: long},
		{ID: "c", Label: "y", Text: strings.ToUpper(long)},
		{ID: "d", Label: "x", Text: strings.Replace(long, "w30 ", "other ", 1)},
		{ID: "e", Label: "y", Text: "alone"},
	})
}

func TestDeduplicateKeepsTheFirstAndSaysWhy(t *testing.T) {
	c := copies(t)
	s := must(t)(prepare.Deduplicate(background, c, prepare.DuplicateOptions{}))
	want := []string{
		"b: exact copy of a",
		`c: normalised copy of a, which has the class "x"`,
		"d: near copy of a (Jaccard 0.85)",
	}
	if got := removed(s); !slices.Equal(got, want) {
		t.Errorf("removed\n%q, want\n%q", got, want)
	}
	if got := s.Corpus.IDs(); !slices.Equal(got, []string{"a", "e"}) || s.Before != 5 || s.After != 2 || c.Len() != 5 {
		t.Errorf("kept %q, %d of %d", got, s.After, s.Before)
	}
	if len(s.Warnings) != 1 {
		t.Errorf("warnings %q, want one on the class of c", s.Warnings)
	}
}

func TestDeduplicateOptions(t *testing.T) {
	c := copies(t)
	s := must(t)(prepare.Deduplicate(background, c, prepare.DuplicateOptions{KeepNear: true}))
	if got := s.Corpus.IDs(); !slices.Equal(got, []string{"a", "d", "e"}) {
		t.Errorf("without near copies kept %q", got)
	}
	s = must(t)(prepare.Deduplicate(background, c, prepare.DuplicateOptions{Conflicts: "remove"}))
	if got := s.Corpus.IDs(); !slices.Equal(got, []string{"e"}) {
		t.Errorf("without conflicting classes kept %q", got)
	}
	if _, err := prepare.Deduplicate(background, c, prepare.DuplicateOptions{Conflicts: "vote"}); err == nil {
		t.Error("an unknown option was accepted")
	}
}

// cueCorpus has 30 documents of each of two classes, on three subjects. The
// word "whereas" is in ten documents of class x, "only" in two, "often" in ten
// documents of each, and "thread" in ten of class y that are one group.
func cueCorpus(t *testing.T) *data.Corpus {
	var docs []data.Document
	for _, class := range []string{"x", "y"} {
		for i := range 30 {
			id := fmt.Sprintf("%s%02d", class, i)
			text := fmt.Sprintf("A text on subject%d.", i%3)
			group := id
			if i < 10 {
				text += " Often so."
				if class == "x" {
					text += " Whereas others."
				} else {
					text += " Thread."
					group = "one"
				}
			}
			if class == "x" && i < 2 {
				text += " Only here."
			}
			docs = append(docs, data.Document{ID: id, Text: text, Label: class, Group: group, Domain: fmt.Sprint(i % 3), Split: "train"})
		}
	}
	docs = append(docs,
		data.Document{ID: "t1", Text: "Whereas this is tested.", Label: "y", Group: "t1", Split: "test"},
		data.Document{ID: "t2", Text: "Nothing here.", Label: "x", Group: "t2", Split: "test"})
	return corpus(t, docs)
}

func TestCuesAreWordsOfOneClassInManyGroups(t *testing.T) {
	cues, err := prepare.Cues(background, cueCorpus(t), prepare.EasyOptions{MaxChance: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if len(cues) != 2 || cues[0].Word != "others" || cues[1].Word != "whereas" {
		t.Fatalf("cues %+v, want others and whereas", cues)
	}
	c := cues[1]
	if c.Class != "x" || c.Documents != 10 || c.Groups != 10 || c.Purity != 1 || c.Share != 10.0/30 {
		t.Errorf("cue %+v", c)
	}
	// 10 of 10 groups in a class of half of all documents, and 2 classes times
	// the 10 words a, text, on, subject0 to subject2, often, so, whereas,
	// others, thread, only, here.
	if want := 26.0 / 1024; c.Chance < want*0.999 || c.Chance > want*1.001 {
		t.Errorf("chance %v, want %v", c.Chance, want)
	}
}

func TestRemoveEasy(t *testing.T) {
	c := cueCorpus(t)
	s := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MaxChance: 0.05}))
	for _, d := range s.Corpus.Documents() {
		if strings.Contains(d.Text, "Whereas") && d.Label == "x" {
			t.Errorf("%s still has the cue", d.ID)
		}
	}
	if len(s.Removed) != 10 || s.After != c.Len()-10 {
		t.Errorf("removed %d of %d documents, want 10", len(s.Removed), s.Before)
	}
	if s.Corpus.Find("t1") < 0 {
		t.Error("t1 is of class y, which the cue would have misled a model about: it is hard, and was removed")
	}
	if got := captions(s); !slices.Contains(got, "Documents that a cue would have misled, which stay") {
		t.Errorf("shown %q, without the documents that stay", got)
	}
	if r := s.Removed[0]; !strings.Contains(r.Reason, `has the word "others"`) {
		t.Errorf("reason %q", r.Reason)
	}
}

// captions are those of a step's tables.
func captions(s *prepare.Step) []string {
	var list []string
	for _, item := range s.View() {
		if item.Table != nil {
			list = append(list, item.Table.Caption)
		}
	}
	return list
}

func TestRemoveEasySparesClasses(t *testing.T) {
	c := cueCorpus(t)
	s := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MaxChance: 0.05, MaxRemoved: 0.2}))
	if s.After != c.Len() || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "whereas") {
		t.Errorf("removed %d, warnings %q", len(s.Removed), s.Warnings)
	}
}

func TestMaskedCuesKeepOffsets(t *testing.T) {
	c, err := cueCorpus(t).Map(func(d data.Document) data.Document {
		if i := strings.Index(d.Text, "subject"); i >= 0 && strings.Contains(d.Text, "Whereas") {
			j := strings.Index(d.Text, "Whereas")
			here, cue := data.Span{Text: "subject", Start: i, End: i + 7}, data.Span{Text: "Whereas", Start: j, End: j + 7}
			d.Relations = []data.Relation{{Type: "stays", Head: here, Tail: here}, {Type: "goes", Head: here, Tail: cue}}
		}
		return d
	})
	if err != nil {
		t.Fatal(err)
	}
	s := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MaxChance: 0.05, Mask: true}))
	if s.After != s.Before || len(s.Changed) != 11 {
		t.Errorf("%d documents of %d, %d changed", s.After, s.Before, len(s.Changed))
	}
	if got, want := s.Corpus.At(9).Text, "A text on subject0. Often so."+strings.Repeat(" ", 15)+"."; got != want {
		t.Errorf("masked text %q, want %q", got, want)
	}
	for _, d := range s.Corpus.Documents() {
		for _, r := range d.Relations {
			if r.Type != "stays" || d.Text[r.Head.Start:r.Head.End] != r.Head.Text {
				t.Errorf("%s has the relation %+v", d.ID, r)
			}
		}
	}
}

func TestBalanceDomains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		ratio := rapid.SampledFrom([]float64{1, 1.5, 2, 3}).Draw(t, "ratio")
		grouped := rapid.Bool().Draw(t, "grouped")
		docs := make([]data.Document, n)
		for i := range docs {
			docs[i] = data.Document{
				ID: fmt.Sprint(i), Text: "text", Label: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "class"),
				Domain: rapid.SampledFrom([]string{"p", "p", "p", "q", "r"}).Draw(t, "domain"),
			}
			if grouped {
				docs[i].Group = fmt.Sprint(i / 3)
			}
		}
		c := corpus(t, docs)
		opt := prepare.BalanceOptions{MaxRatio: ratio, Seed: rapid.Int64().Draw(t, "seed")}
		s := must(t)(prepare.BalanceDomains(c, opt))
		if s.After+len(s.Removed) != s.Before {
			t.Fatalf("%d + %d documents of %d", s.After, len(s.Removed), s.Before)
		}
		if again := must(t)(prepare.BalanceDomains(c, opt)); again.Corpus.Fingerprint() != s.Corpus.Fingerprint() {
			t.Fatal("the same seed gives other documents")
		}
		before := c.Cross()
		cells := map[[3]string]int{}
		for _, d := range c.Documents() {
			cells[[3]string{d.Label, d.Domain, d.Group}]++
		}
		left := map[[3]string]int{}
		inCell := map[[2]string]int{}
		for _, d := range s.Corpus.Documents() {
			left[[3]string{d.Label, d.Domain, d.Group}]++
			inCell[[2]string{d.Label, d.Domain}]++
		}
		for i, class := range c.Classes() {
			smallest := n
			for _, k := range before[i] {
				if k > 0 {
					smallest = min(smallest, k)
				}
			}
			for j, domain := range c.DomainNames() {
				got := inCell[[2]string{class, domain}]
				// A group is never cut, so one that is too large alone may stay.
				if limit := max(int(ratio*float64(smallest)), 3); got > limit || got == 0 && before[i][j] > 0 {
					t.Fatalf("class %s, domain %s: %d of %d documents left, limit %d", class, domain, got, before[i][j], limit)
				}
			}
		}
		if grouped {
			for cell, k := range left {
				if k != cells[cell] {
					t.Fatalf("the group %s was cut", cell[2])
				}
			}
		}
	})
}

func TestBalanceDomainsSaysWhatItCannotDo(t *testing.T) {
	c := corpus(t, []data.Document{{ID: "1", Label: "x", Domain: "p"}, {ID: "2", Label: "y", Domain: "q"}})
	s := must(t)(prepare.BalanceDomains(c, prepare.BalanceOptions{}))
	if s.After != 2 || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "2 of 2 classes") {
		t.Errorf("%d documents left, warnings %q", s.After, s.Warnings)
	}
	if _, err := prepare.BalanceDomains(corpus(t, []data.Document{{ID: "1", Label: "x"}}), prepare.BalanceOptions{}); err == nil {
		t.Error("a corpus without domains was balanced")
	}
	if _, err := prepare.BalanceDomains(c, prepare.BalanceOptions{MaxRatio: 0.5}); err == nil {
		t.Error("a ratio below 1 was accepted")
	}
}

func TestSplitKeepsGroupsWhole(t *testing.T) {
	var docs []data.Document
	for i := range 120 {
		docs = append(docs, data.Document{ID: fmt.Sprint(i), Text: fmt.Sprintf("text %d", i), Label: string("xyz"[i%3]), Group: fmt.Sprint(i / 4), Split: "train"})
	}
	c := corpus(t, docs)
	s := must(t)(prepare.Split(c, prepare.SplitOptions{}))
	r, err := leak.Check(background, s.Corpus, leak.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed() {
		t.Errorf("the new split leaks: %+v", r.Findings)
	}
	names, counts := s.Corpus.SplitCounts()
	if !slices.Equal(names, []string{"train", "validation", "test"}) || counts[0] < 78 || counts[0] > 90 {
		t.Errorf("sizes %v %v", names, counts)
	}
	if moved := int(counts[1] + counts[2]); len(s.Changed) != moved {
		t.Errorf("%d documents changed, want %d", len(s.Changed), moved)
	}
	careless := must(t)(prepare.Split(c, prepare.SplitOptions{IgnoreGroups: true}))
	r, err = leak.Check(background, careless.Corpus, leak.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Passed() {
		t.Error("a split by documents kept all groups whole")
	}
}

func TestStepsAreShown(t *testing.T) {
	s := must(t)(prepare.Deduplicate(background, copies(t), prepare.DuplicateOptions{}))
	var captions []string
	warnings := 0
	for _, item := range s.View() {
		switch {
		case item.Table != nil:
			captions = append(captions, item.Table.Caption)
		case item.Note != nil:
			warnings++
		}
	}
	want := []string{"Step: remove copies", "Classes before and after: remove copies", "Examples of what was removed: remove copies"}
	if !slices.Equal(captions, want) || warnings != 1 {
		t.Errorf("shown %q and %d warnings", captions, warnings)
	}
	if got := len(s.ExampleTable(2).Rows); got != 2 {
		t.Errorf("%d examples, want 2", got)
	}
}

// The sample's faults are what the steps are for.
func TestSampleIsRepaired(t *testing.T) {
	c, err := data.Open(background, "sample", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := must(t)(prepare.Deduplicate(background, c, prepare.DuplicateOptions{}))
	if len(whole.Removed) != 30 {
		t.Errorf("%d copies were removed, want 30", len(whole.Removed))
	}
	easy := must(t)(prepare.RemoveEasy(background, whole.Corpus, prepare.EasyOptions{}))
	kinds := map[string]bool{}
	for _, r := range easy.Removed {
		kinds[r.Kind] = true
	}
	want := []string{"cue categories", "cue century", "cue consequently", "cue defined", "cue steps", "cue whereas"}
	if got := slices.Sorted(maps.Keys(kinds)); !slices.Equal(got, want) {
		t.Errorf("cues %q, want the planted %q", got, want)
	}
	balanced := must(t)(prepare.BalanceDomains(easy.Corpus, prepare.BalanceOptions{}))
	split := must(t)(prepare.Split(balanced.Corpus, prepare.SplitOptions{}))
	r, err := leak.Check(background, split.Corpus, leak.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed() {
		t.Errorf("the prepared sample leaks: %+v", r.Findings)
	}
	if split.After < 150 {
		t.Errorf("only %d documents are left", split.After)
	}
}

package prepare_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"viva/mlkit/data"
	"viva/mlkit/prepare"
)

// certain has 200 documents of each of two classes. Of class x, the first 100
// have three of five telling words, and of class y the first 100 three of five
// others; the rest have words that say nothing. No word is pure: one document of
// either class has the other's words.
func certainCorpus(t *testing.T) *data.Corpus {
	r := rand.New(rand.NewPCG(1, 2))
	var docs []data.Document
	for _, class := range []string{"x", "y"} {
		for i := range 200 {
			var w []string
			for range 8 {
				w = append(w, fmt.Sprintf("noise%d", r.IntN(40)))
			}
			own := class
			if i >= 190 {
				own = map[string]string{"x": "y", "y": "x"}[class]
			}
			if i < 100 || i >= 190 {
				for _, k := range r.Perm(5)[:3] {
					w = append(w, fmt.Sprintf("%s%d", own, k))
				}
			}
			part := "train"
			if i%5 == 0 {
				part = "test"
			}
			docs = append(docs, data.Document{ID: fmt.Sprintf("%s%03d", class, i), Text: strings.Join(w, " "), Label: class, Split: part})
		}
	}
	return corpus(t, docs)
}

func TestCertainDocumentsAreEasy(t *testing.T) {
	c := certainCorpus(t)
	s := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MinCertainty: 0.7, MaxRemoved: 0.6}))
	telling := 0
	for _, r := range s.Removed {
		var i int
		if _, err := fmt.Sscanf(r.ID[1:], "%d", &i); err != nil {
			t.Fatal(err)
		}
		if r.Kind != "certain" || i >= 190 {
			t.Errorf("removed %s: %s", r.ID, r.Reason)
		}
		if i < 100 {
			telling++
		}
	}
	if telling < 180 || len(s.Removed)-telling > 20 {
		t.Errorf("removed %d of 200 documents with telling words and %d without", telling, len(s.Removed)-telling)
	}
	// The most certain go first where the class cannot spare all.
	few := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MinCertainty: 0.7, MaxRemoved: 0.1}))
	if len(few.Removed) != 40 || len(few.Warnings) != 2 || !strings.Contains(few.Warnings[0], "easy documents were left") {
		t.Errorf("removed %d documents, warnings %q", len(few.Removed), few.Warnings)
	}
	only := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{MinCertainty: 0.7, MaxRemoved: 0.6, Only: data.Train}))
	if len(only.Corpus.Indices(data.Test)) != len(c.Indices(data.Test)) || len(only.Removed) == 0 {
		t.Error("test documents were removed, or nothing")
	}
}

// A classifier that was trained on what it judges would be certain of words
// that occur in one document's group alone.
func TestCertaintyIsOutOfFold(t *testing.T) {
	var docs []data.Document
	for i := range 120 {
		class := string("xy"[i/3%2])
		docs = append(docs, data.Document{ID: fmt.Sprint(i), Text: strings.Repeat(fmt.Sprintf("group%dword other ", i/3), 3), Label: class, Group: fmt.Sprint(i / 3)})
	}
	s := must(t)(prepare.RemoveEasy(background, corpus(t, docs), prepare.EasyOptions{MinCertainty: 0.6, MaxRemoved: 1}))
	if len(s.Removed) != 0 {
		t.Errorf("%d documents were removed as certain by words of their own group: %+v", len(s.Removed), s.Removed[0])
	}
}

func TestNearCopiesOfTrainingTextAreEasy(t *testing.T) {
	long := words(60)
	half := strings.Join(strings.Fields(long)[:40], " ") + " with an ending of its own"
	c := corpus(t, []data.Document{
		{ID: "test copy", Text: half, Label: "x", Split: "test"},
		{ID: "hard copy", Text: half + " too", Label: "y", Split: "test"},
		{ID: "original", Text: long, Label: "x", Split: "train"},
		{ID: "train copy", Text: long + " more", Label: "x", Split: "train"},
		{ID: "alone", Text: "another text", Label: "y", Split: "train"},
		{ID: "test only", Text: words(20) + " a b c d e f g h", Label: "y", Split: "test"},
	})
	s := must(t)(prepare.RemoveEasy(background, c, prepare.EasyOptions{Near: 0.5, MaxRemoved: 1}))
	if got := s.Corpus.IDs(); !slices.Equal(got, []string{"hard copy", "original", "alone", "test only"}) {
		t.Errorf("kept %q", got)
	}
}

func TestEasyOptionsAreChecked(t *testing.T) {
	c := cueCorpus(t)
	for want, opt := range map[string]prepare.EasyOptions{
		"MinCertainty": {MinCertainty: 0.3}, "MinWeight": {MinWeight: -1}, "Near": {Near: 2}, "Only": {Only: "dev"}, "Mask masks": {Mask: true, Near: 0.5},
	} {
		if _, err := prepare.RemoveEasy(background, c, opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", opt, err, want)
		}
	}
}

// The weight of "whereas", by hand: 10 of 30 documents of x, none of 30 of y.
func TestCuesHaveTheirWeight(t *testing.T) {
	cues, err := prepare.Cues(background, cueCorpus(t), prepare.EasyOptions{MaxChance: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	// ln((10.5/31) / (0.5/31))
	if w := cues[1].Weight; w < 3.0445 || w > 3.0446 {
		t.Errorf("weight %v, want ln 21", w)
	}
	if cues, err = prepare.Cues(background, cueCorpus(t), prepare.EasyOptions{MaxChance: 0.05, MinWeight: 3.1}); err != nil || len(cues) != 0 {
		t.Errorf("%d cues above a weight that none has, %v", len(cues), err)
	}
}

func TestMaskingNamedWords(t *testing.T) {
	c := corpus(t, []data.Document{{ID: "1", Text: "Whereas it is, whereas."}, {ID: "2", Text: "None."}})
	s := must(t)(prepare.Mask(c, prepare.MaskOptions{Words: []string{"WHEREAS"}}))
	if got := s.Corpus.At(0).Text; got != "        it is,        ." || len(s.Changed) != 1 {
		t.Errorf("masked %q, %d changed", got, len(s.Changed))
	}
	for _, words := range [][]string{nil, {"two words"}, {""}} {
		if _, err := prepare.Mask(c, prepare.MaskOptions{Words: words}); err == nil {
			t.Errorf("%q was accepted", words)
		}
	}
}

func TestDropEmpty(t *testing.T) {
	c := corpus(t, []data.Document{
		{ID: "1", Text: "a word", Label: "x"}, {ID: "2", Text: " --- ", Label: "x"},
		{ID: "3", Text: "From: a\nSubject: many words here\n\n\n", Message: true, Label: "x"}, {ID: "4", Text: "", Label: "gone"},
	})
	s := must(t)(prepare.DropEmpty(c, prepare.EmptyOptions{}))
	if got := s.Corpus.IDs(); !slices.Equal(got, []string{"1"}) {
		t.Errorf("kept %q", got)
	}
	if len(s.Warnings) != 1 || s.Warnings[0] != `The class "gone" has no document left.` {
		t.Errorf("warnings %q", s.Warnings)
	}
	if _, err := prepare.DropEmpty(c, prepare.EmptyOptions{MinWords: 3}); err == nil || !strings.Contains(err.Error(), "none of the 4 documents") {
		t.Errorf("a corpus was emptied: %v", err)
	}
	if _, err := prepare.DropEmpty(c, prepare.EmptyOptions{MinWords: -1}); err == nil {
		t.Error("a negative number was accepted")
	}
}

func TestSmallDomainsDoNotSetTheMeasure(t *testing.T) {
	var docs []data.Document
	for domain, n := range map[string]int{"p": 30, "q": 20, "r": 1} {
		for i := range n {
			docs = append(docs, data.Document{ID: fmt.Sprint(domain, i), Label: "x", Domain: domain})
		}
	}
	slices.SortFunc(docs, func(a, b data.Document) int { return strings.Compare(a.ID, b.ID) })
	c := corpus(t, docs)
	s := must(t)(prepare.BalanceDomains(c, prepare.BalanceOptions{MaxRatio: 1}))
	if s.After != 3 || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "more than half") {
		t.Errorf("%d documents left, warnings %q", s.After, s.Warnings)
	}
	s = must(t)(prepare.BalanceDomains(c, prepare.BalanceOptions{MaxRatio: 1, MinDocuments: 10}))
	if s.After != 41 || len(s.Warnings) != 0 {
		t.Errorf("%d documents left, want 20 + 20 + 1; warnings %q", s.After, s.Warnings)
	}
}

// Of three subjects with words of their own, one is small; four documents stand
// under the wrong one.
func TestSeparateDomains(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var docs []data.Document
	for _, d := range []struct {
		name string
		n    int
	}{{"sea", 60}, {"sky", 50}, {"sand", 5}, {"", 2}} {
		for i := range d.n {
			about := d.name
			if d.name == "sea" && i < 4 {
				about = "sky"
			}
			var w []string
			for range 12 {
				w = append(w, fmt.Sprintf("%s%d", about, r.IntN(15)), fmt.Sprintf("common%d", r.IntN(15)))
			}
			docs = append(docs, data.Document{ID: fmt.Sprint(d.name, "-", i), Text: strings.Join(w, " "), Domain: d.name})
		}
	}
	c := corpus(t, docs)
	s, err := prepare.SeparateDomains(background, c, prepare.SeparateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Domains, []string{"sea", "sky"}) || s.Of("sea").Len() != 56 || s.Of("sky").Len() != 50 || s.Of("sand") != nil {
		t.Errorf("domains %q, sizes %d and %d", s.Domains, s.Corpora[0].Len(), s.Corpora[1].Len())
	}
	kinds := map[string]int{}
	for _, r := range s.Step.Removed {
		kinds[r.Kind]++
		if r.Kind == "uncertain domain" && !strings.Contains(r.Reason, `reads like "sky"`) {
			t.Errorf("%s: %s", r.ID, r.Reason)
		}
	}
	if kinds["uncertain domain"] != 4 || kinds["domain too small"] != 5 || kinds["no domain"] != 2 || len(kinds) != 3 {
		t.Errorf("set aside %v", kinds)
	}
	if s, err = prepare.SeparateDomains(background, c, prepare.SeparateOptions{KeepUncertain: true, MinDocuments: 5}); err != nil || len(s.Domains) != 3 || s.Of("sea").Len() != 60 {
		t.Errorf("with uncertain documents: %+v, %v", s, err)
	}
	if _, err := prepare.SeparateDomains(background, c, prepare.SeparateOptions{MinDocuments: 100}); err == nil {
		t.Error("no domain is large enough, and there was no error")
	}
}

package keyphrase

import (
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/data"
)

func public(t *testing.T, name string) *data.Corpus {
	t.Helper()
	c, err := data.Open(t.Context(), publicdata.Path(t, "keyphrase/"+name), data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Of the keyphrases that were published some are the same after stemming, and
// some are not in the text. Sequences of up to five words hold nearly all others.
func TestPublishedKeyphrases(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads two data sets")
	}
	for _, set := range []struct {
		name                   string
		phrases, present, held int
	}{{"inspec", 4903, 3862, 3766}, {"scienceie2017", 1646, 1639, 1416}} {
		phrases, present, held := 0, 0, 0
		for _, doc := range public(t, set.name).InSplit(data.Test).Documents() {
			e := newExample(doc, set.name)
			candidates := make([]string, len(e.doc.candidates))
			for i := range candidates {
				candidates[i] = e.doc.key(&e.doc.candidates[i])
			}
			all := make([]string, len(e.doc.words))
			for i := range all {
				all[i] = e.doc.words[i].stem
			}
			phrases += len(e.phrases)
			present += countPresent(e.phrases, all)
			held += matchExact(candidates, e.phrases).hits
		}
		if phrases != set.phrases || present != set.present || held < set.held {
			t.Errorf("%s: %d keyphrases, %d in the text, %d among the candidates; want %d, %d, %d", set.name, phrases, present, held, set.phrases, set.present, set.held)
		}
	}
}

func countPresent(phrases [][]string, stems []string) int {
	text := " "
	for _, s := range stems {
		text += s + " "
	}
	n := 0
	for _, spellings := range phrases {
		if kind, _ := missedKind(spellings, text, nil, nil); kind != MissedAbsent {
			n++
		}
	}
	return n
}

// A tenth of the training abstracts is enough to be better than what needs none.
func TestInspec(t *testing.T) {
	if testing.Short() {
		t.Skip("it trains on abstracts")
	}
	c := public(t, "inspec")
	some := func(split string, n int) *data.Corpus {
		c := c.InSplit(split)
		list := make([]int, n)
		for i := range list {
			list[i] = i * c.Len() / n
		}
		return c.Select(list)
	}
	held := some(data.Validation, 80)
	m, err := Train(t.Context(), []*data.Corpus{some(data.Train, 150)}, Options{Trees: 60})
	if err != nil {
		t.Fatal(err)
	}
	score := func(x Extractor) float64 {
		f, err := f1At10(t.Context(), x, held)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	ours := score(m)
	if ours < 0.33 {
		t.Errorf("F1 at 10 is %.4f", ours)
	}
	for _, x := range []*Method{FirstPhrases(), YAKE(), MultipartiteRank()} {
		if theirs := score(x); theirs >= ours {
			t.Errorf("%s has an F1 at 10 of %.4f, the model %.4f", x.Name(), theirs, ours)
		}
	}
}

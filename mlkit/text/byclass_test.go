package text_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/text"
)

// The factor of a term is computed here as the documentation says it, from what
// each document's words are, and from the rows learned from only.
func TestTermsAreWeightedByWhatTheyTellOfTheClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := drawTexts(t)
		labels := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), len(texts), len(texts)).Draw(t, "labels")
		rows := rapid.SliceOfNDistinct(rapid.IntRange(0, len(texts)-1), 1, len(texts), rapid.ID[int]).Draw(t, "rows")
		plain, err := text.Count(context.Background(), texts, text.Options{})
		if err != nil {
			t.Fatal(err)
		}
		without, err := plain.Fit(rows)
		if err != nil {
			return // no term is left
		}
		counts, err := text.Join(text.Options{ByClass: true}, []*text.Counts{plain})
		if err != nil {
			t.Fatal(err)
		}
		weighted, err := counts.FitClasses(rows, labels)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(without.Terms(), weighted.Terms()) {
			t.Fatal("the vocabulary depends on the weighting")
		}
		for _, term := range without.Terms() {
			df, all := map[string]float64{}, map[string]float64{}
			for _, r := range rows {
				all[labels[r]]++
				if plain.Of(r, term) > 0 {
					df[labels[r]]++
				}
			}
			divergence, n := 0.0, float64(without.DocumentFrequency(term))
			for class, documents := range all {
				share := documents / float64(len(rows))
				q := (df[class] + 2*share) / (n + 2)
				divergence += q * math.Log(q/share)
			}
			idf, _ := without.IDF(term)
			got, _ := weighted.IDF(term)
			if want := idf * (0.3 + math.Sqrt(max(0, divergence))); math.Abs(got-want) > 1e-6*want {
				t.Errorf("%q has the weight %v, want %v", term, got, want)
			}
		}
	})
}

// Neither the texts nor the labels of other rows may be learned from, and a block
// that is not weighted by class is learned as without labels.
func TestFitClassesSeesItsRowsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := drawTexts(t)
		cut := rapid.IntRange(1, len(texts)-1).Draw(t, "training texts")
		labels := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), len(texts), len(texts)).Draw(t, "labels")
		other := slices.Clone(labels)
		for i := cut; i < len(other); i++ {
			other[i] = "unseen"
		}
		rows := make([]int, cut)
		for i := range rows {
			rows[i] = i
		}
		opt := text.Options{Sublinear: true, Also: []text.Options{{Analyzer: "char_wb", MinN: 2, MaxN: 3, ByClass: true}}}
		all, err := text.Count(context.Background(), texts, opt)
		if err != nil {
			t.Fatal(err)
		}
		within, err := all.FitClasses(rows, other)
		if err != nil {
			return // no term is left
		}
		few, err := text.Count(context.Background(), texts[:cut], opt)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := few.FitClasses(nil, labels[:cut])
		if err != nil {
			t.Fatal(err)
		}
		if within.Fingerprint() != alone.Fingerprint() {
			t.Fatal("the weights depend on other texts or their labels")
		}
		words, err := text.Vectorizer{Options: text.Options{Sublinear: true}}.Fit(context.Background(), texts[:cut])
		if err != nil {
			t.Fatal(err)
		}
		if got := within.Blocks()[0].Fingerprint(); got != words.Fingerprint() {
			t.Fatal("a block that is not weighted by class depends on the classes")
		}
	})
}

func TestAFittedWeightingByClassIsReadAsItWasWritten(t *testing.T) {
	texts := []string{"cat dog", "cat bird", "fish dog", "fish whale"}
	counts, err := text.Count(t.Context(), texts, text.Options{ByClass: true})
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := counts.FitClasses(nil, []string{"land", "land", "sea", "sea"})
	if err != nil {
		t.Fatal(err)
	}
	cat, _ := fitted.IDF("cat")
	dog, _ := fitted.IDF("dog")
	if cat <= dog {
		t.Errorf("%v for a term of one class, %v for one of both", cat, dog)
	}
	b, err := fitted.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read text.TFIDF
	if err := read.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	want, err := fitted.TransformTexts(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read.TransformTexts(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint() != want.Fingerprint() || !strings.Contains(read.Options().String(), "weighted by class") {
		t.Errorf("what is read, %s, is not what was written", read.Options())
	}
}

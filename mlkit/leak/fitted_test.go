package leak_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

func TestFittingOnTestTextsIsFound(t *testing.T) {
	ctx := context.Background()
	docs := fair(4, 200)
	for i := range docs {
		if docs[i].Split == data.Test {
			docs[i].Text += fmt.Sprintf(" onlytested%d onlytested", i%7)
		}
	}
	// These letters are a word of one document, and in all others a run of
	// characters.
	docs[slices.IndexFunc(docs, func(d data.Document) bool { return d.Split == data.Train })].Text += " ord"
	c := corpus(t, docs...)
	train := c.InSplit(data.Train)
	withCharacters := text.Options{MinDF: 2, Also: []text.Options{{Analyzer: "char_wb", MinN: 3, MaxN: 5}}}
	for _, tc := range []struct {
		name   string
		texts  []string
		opt    text.Options
		passes bool
	}{
		{"training texts", train.Texts(), text.Options{}, true},
		{"training texts, few terms", train.Texts(), text.Options{MinDF: 3, MaxDF: 0.5, MaxFeatures: 50, MinN: 1, MaxN: 2, Sublinear: true}, true},
		{"training texts, words of two documents and characters", train.Texts(), withCharacters, true},
		{"all texts, words of two documents and characters", c.Texts(), withCharacters, false},
		{"some training texts", train.Texts()[:20], text.Options{}, true},
		{"all texts", c.Texts(), text.Options{}, false},
		{"all texts, only the frequent terms", c.Texts(), text.Options{MaxFeatures: 5}, false},
		{"all texts, no IDF", c.Texts(), text.Options{NoIDF: true}, false},
		{"test texts", c.InSplit(data.Test).Texts(), text.Options{}, false},
		{"other texts", []string{"what is this"}, text.Options{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := text.Vectorizer{Options: tc.opt}.Fit(ctx, tc.texts)
			if err != nil {
				t.Fatal(err)
			}
			f, err := leak.CheckFitted(ctx, v, c, leak.FittedOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if g := f.Gate(); f.Passed() != tc.passes || g.Passed != tc.passes || f.Rule.Severity != leak.Error {
				t.Errorf("found %d (%s), want passed %v", f.Count, f.Detail, tc.passes)
			}
			if tc.name == "all texts" {
				if first := f.Evidence.Rows[0]; !strings.HasPrefix(first[0].Text, "onlytested") || first[2].Text != "0" {
					t.Errorf("the first evidence is %v, not a term that training does not have", first)
				}
			}
		})
	}
}

// What classify fits, in a whole and in folds, rests on what it was given.
func TestClassifiersAreFittedOnTrainingDocuments(t *testing.T) {
	ctx := context.Background()
	c := corpus(t, fair(5, 120)...)
	train := c.InSplit(data.Train)
	for _, byClass := range []bool{false, true} {
		m, err := classify.Train(ctx, train.Texts(), train.Labels(), classify.Options{Text: text.Options{MinDF: 2, ByClass: byClass}})
		if err != nil {
			t.Fatal(err)
		}
		if f, err := leak.CheckModel(ctx, m, c, leak.FittedOptions{}); err != nil || !f.Passed() {
			t.Errorf("a model of training texts, weighted by class %v: %v, %+v", byClass, err, f)
		}
	}
	counts, err := text.Count(ctx, c.Texts(), text.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folds, err := split.GroupKFold(c.Groups(), split.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, fold := range folds.Folds {
		v, err := counts.Fit(fold.Train)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := leak.CheckFitted(ctx, v, c, leak.FittedOptions{Rows: fold.Train}); err != nil || !f.Passed() {
			t.Errorf("fold %d: %v, %+v", i, err, f)
		}
		if f, err := leak.CheckFitted(ctx, v, c, leak.FittedOptions{Rows: folds.Folds[(i+1)%5].Train}); err != nil || f.Passed() {
			t.Errorf("fold %d passes for the rows of another: %v", i, err)
		}
	}
}

// Whoever fits on one document outside of training is found, and who fits on
// training rows never, whatever the texts.
func TestEveryForeignDocumentShows(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[abc]{2}( [abc]{2}){0,4}`), 3, 10).Draw(t, "texts")
		var docs []data.Document
		for i, s := range texts {
			d := doc(fmt.Sprint(i), data.Train, s)
			if i%3 == 2 {
				d.Split = data.Test
			}
			docs = append(docs, d)
		}
		c := corpus(t, docs...)
		counts, err := text.Count(ctx, c.Texts(), text.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows := c.Indices(data.Train)
		foreign := rapid.Bool().Draw(t, "foreign")
		if foreign {
			rows = append(rows, c.Indices(data.Test)[0])
		}
		v, err := counts.Fit(rows)
		if err != nil {
			t.Fatal(err)
		}
		f, err := leak.CheckFitted(ctx, v, c, leak.FittedOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if f.Passed() == foreign {
			t.Fatalf("fitted on a test document: %v; passed: %v", foreign, f.Passed())
		}
	})
}

func TestFittedOptionsAreChecked(t *testing.T) {
	ctx := context.Background()
	c := corpus(t, doc("a", data.Train, "one two"), doc("b", data.Test, "three"))
	v, err := text.Vectorizer{}.Fit(ctx, []string{"one two"})
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []leak.FittedOptions{{Splits: []string{"dev"}}, {Splits: []string{data.Validation}}, {Rows: []int{2}}, {Rows: []int{0, 0}}} {
		if _, err := leak.CheckFitted(ctx, v, c, opt); err == nil {
			t.Errorf("%+v was accepted", opt)
		}
	}
	if _, err := leak.CheckFitted(ctx, nil, c, leak.FittedOptions{}); err == nil {
		t.Error("no vocabulary was accepted")
	}
	if _, err := leak.CheckModel(ctx, nil, c, leak.FittedOptions{}); err == nil {
		t.Error("no model was accepted")
	}
}

package classify_test

import (
	"reflect"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

// What is kept of folds is, to the last bit, what was computed.
func TestKeptFoldsAreThoseComputed(t *testing.T) {
	texts, labels, groups := corpus(180, 3)
	f := folds(t, labels, groups)
	for _, model := range []string{"svm", "logistic", "complement", "blend"} {
		opt := classify.Options{Model: model, Text: text.Options{Sublinear: true, MaxN: 2}, Seed: 3}
		var s memotest.Shelf
		var all []*classify.CrossValidation
		var curves []*classify.Curve
		for _, ctx := range []bool{false, true, true} {
			where := t.Context()
			if ctx {
				where = s.In(where)
			}
			cv, err := classify.CrossValidate(where, texts, labels, f, opt)
			if err != nil {
				t.Fatal(err)
			}
			curve, err := classify.LearningCurve(where, texts, labels, groups, []float64{0.5, 1}, opt, 5)
			if err != nil {
				t.Fatal(err)
			}
			all, curves = append(all, cv), append(curves, curve)
		}
		for i := range 2 {
			if !reflect.DeepEqual(all[i], all[i+1]) || !reflect.DeepEqual(curves[i], curves[i+1]) {
				t.Errorf("%s: what is kept is not what was computed", model)
			}
		}
		if s.Computed == 0 || s.Kept < s.Computed {
			t.Errorf("%s: %d computed, %d kept", model, s.Computed, s.Kept)
		}
	}
}

func TestKeptModelsAreThoseTrained(t *testing.T) {
	texts, labels, _ := corpus(120, 3)
	for _, model := range []string{"svm", "logistic", "complement", "blend"} {
		opt := classify.Options{Model: model, Text: text.Options{Sublinear: true, StopWords: []string{"filler1"}}}
		var s memotest.Shelf
		var models []*classify.Model
		for range 2 {
			m, err := classify.Train(s.In(t.Context()), texts, labels, opt)
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, m)
		}
		plain, err := classify.Train(t.Context(), texts, labels, opt)
		if err != nil {
			t.Fatal(err)
		}
		say := func(m *classify.Model) []any {
			decision, err := m.Decision(t.Context(), texts[:20])
			if err != nil {
				t.Fatal(err)
			}
			predicted, err := m.Predict(t.Context(), texts)
			if err != nil {
				t.Fatal(err)
			}
			terms, err := m.TopTerms("class1", 9)
			if err != nil {
				t.Fatal(err)
			}
			return []any{decision, predicted, terms, m.Classes(), m.Warnings, m.Options, m.View()}
		}
		for _, m := range models {
			if !reflect.DeepEqual(say(m), say(plain)) {
				t.Errorf("%s: the model that is kept says something else", model)
			}
		}
		if s.Computed != 1 || s.Kept != 1 {
			t.Errorf("%s: %d computed, %d kept", model, s.Computed, s.Kept)
		}
	}
}

// Whatever a fold depends on is in its key.
func TestOtherInputIsComputedAnew(t *testing.T) {
	texts, labels, _ := corpus(90, 3)
	var s memotest.Shelf
	opt := classify.Options{Text: text.Options{Sublinear: true}}
	base := folds(t, labels, nil)
	run := func(name string, computed int, texts, labels []string, f *split.Folds, opt classify.Options) {
		t.Helper()
		before := s.Computed
		if _, err := classify.CrossValidate(s.In(t.Context()), texts, labels, f, opt); err != nil {
			t.Fatal(err)
		}
		if n := s.Computed - before; n != computed {
			t.Errorf("%s: %d folds computed, want %d", name, n, computed)
		}
	}
	other := func(list []string, i int, value string) []string {
		out := append([]string(nil), list...)
		out[i] = value
		return out
	}
	run("first", 5, texts, labels, base, opt)
	run("again", 0, texts, labels, base, opt)
	run("a text", 5, other(texts, 3, "else"), labels, base, opt)
	run("a label", 5, texts, other(labels, 3, labels[4]), base, opt)
	swapped := folds(t, labels, nil)
	swapped.Folds[0], swapped.Folds[1] = swapped.Folds[1], swapped.Folds[0]
	run("the order of the folds", 0, texts, labels, swapped, opt)
	for name, change := range map[string]func(o *classify.Options){
		"the model": func(o *classify.Options) { o.Model = "logistic" }, "n-grams": func(o *classify.Options) { o.Text.MaxN = 2 },
		"stop words": func(o *classify.Options) { o.Text.StopWords = []string{"filler1"} }, "counts": func(o *classify.Options) { o.Text.Sublinear = false },
		"a further block": func(o *classify.Options) { o.Text.Also = []text.Options{{MaxN: 2}} },
		"class weights":   func(o *classify.Options) { o.ClassWeights = map[string]float64{"class1": 2} },
		"the seed":        func(o *classify.Options) { o.Seed = 9 }, "the strength": func(o *classify.Options) { o.C = 0.5 },
	} {
		o := opt
		change(&o)
		run(name, 5, texts, labels, base, o)
	}
}

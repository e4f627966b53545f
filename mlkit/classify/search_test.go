package classify_test

import (
	"bytes"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

var smallGrid = classify.Grid{
	Texts: []text.Options{
		{Sublinear: true},
		{MaxN: 2, Sublinear: true, ByClass: true, Also: []text.Options{{Analyzer: "char_wb", MinN: 2, MaxN: 3, ByClass: true}}},
	},
	Models: []string{"svm", "logistic", "blend", "multinomial"},
	C:      []float64{1, 0.01},
	Share:  []float64{0.25, 0.75},
	K:      3, Seed: 4,
}

// What a search says of options is what cross-validation on the same folds
// says.
func TestSearchScoresAsCrossValidation(t *testing.T) {
	texts, labels, groups := corpus(180, 1)
	found, err := classify.Search(t.Context(), texts, labels, groups, smallGrid)
	if err != nil {
		t.Fatal(err)
	}
	f, err := split.StratifiedGroupKFold(labels, groups, split.Options{K: 3, Shuffle: true, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	// The baseline; for each kind of terms 2 machines, 2 regressions, 2 × 2
	// blends and 1 naive Bayes.
	if len(found.Points) != 1+2*9 || found.Points[0].Options.Model != "complement" {
		t.Fatalf("%d points, the first a %s, want 19 and the baseline", len(found.Points), found.Points[0].Options.Model)
	}
	best := 0.0
	for _, p := range found.Points {
		cv, err := classify.CrossValidate(t.Context(), texts, labels, f, p.Options)
		if err != nil {
			t.Fatal(err)
		}
		// Models on a path differ from those fitted alone by the tolerance, which
		// may move a text or two.
		if math.Abs(cv.Accuracy().Value-p.Mean) > 2.5/180 {
			t.Errorf("%s: the search says %.4f, cross-validation %.4f", p.Options, p.Mean, cv.Accuracy().Value)
		}
		best = max(best, p.Mean)
	}
	if chosen := found.Points[found.Chosen]; chosen.Mean != best || !reflect.DeepEqual(chosen.Options, found.Options) || found.Chosen != found.Best {
		t.Errorf("chosen: %s with %v, the best has %v", chosen.Options, chosen.Mean, best)
	}
	alone, err := classify.Train(t.Context(), texts, labels, found.Options)
	if err != nil {
		t.Fatal(err)
	}
	if alone.Fingerprint() != found.Model.Fingerprint() {
		t.Error("the model is not the one that the chosen options give on all texts")
	}
}

func TestOneStandardErrorRuleTakesTheFirstThatIsNearlyBest(t *testing.T) {
	texts, labels, _ := corpus(180, 1)
	g := smallGrid
	g.Rule = "one standard error"
	found, err := classify.Search(t.Context(), texts, labels, nil, g)
	if err != nil {
		t.Fatal(err)
	}
	best := found.Points[found.Best]
	for i, p := range found.Points {
		if p.Mean > best.Mean {
			t.Errorf("%s has %v, more than the best", p.Options, p.Mean)
		}
		near := p.Mean >= best.Mean-best.SE
		if i < found.Chosen && near || i == found.Chosen && !near {
			t.Errorf("place %d with %.4f ± %.4f was passed over or chosen wrongly; the best has %.4f, chosen is place %d", i, p.Mean, p.SE, best.Mean, found.Chosen)
		}
	}
}

// What is chosen within an outer fold does not depend on its test part.
func TestNestedSearchDoesNotSeeTheTest(t *testing.T) {
	texts, labels, groups := corpus(180, 1)
	outer := folds(t, labels, groups)
	outer.Folds = outer.Folds[:2]
	g := smallGrid
	g.Models = []string{"svm", "complement"}
	nested := func(texts, labels []string) *classify.Nested {
		n, err := classify.NestedCrossValidate(t.Context(), texts, labels, groups, outer, g)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := nested(texts, labels)
	changed, changedLabels := slices.Clone(texts), slices.Clone(labels)
	for i, row := range outer.Folds[0].Test {
		changed[row] = "something else altogether"
		changedLabels[row] = labels[outer.Folds[0].Test[(i+1)%len(outer.Folds[0].Test)]]
	}
	after := nested(changed, changedLabels)
	if !reflect.DeepEqual(before.Searches[0].Points, after.Searches[0].Points) {
		t.Error("the search in the first fold depends on the texts that the fold tests")
	}
	if before.Folds[0].TrainAccuracy != after.Folds[0].TrainAccuracy {
		t.Error("training in the first fold depends on the texts that the fold tests")
	}
	if got, want := len(before.Truth), len(outer.Folds[0].Test)+len(outer.Folds[1].Test); got != want {
		t.Errorf("%d texts tested, want %d", got, want)
	}
}

func TestSearchIsKeptAndTheSameForAnyNumberOfWorkers(t *testing.T) {
	texts, labels, groups := corpus(90, 2)
	search := func(workers int, s *memotest.Shelf) *classify.Found {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		ctx := t.Context()
		if s != nil {
			ctx = s.In(ctx)
		}
		f, err := classify.Search(ctx, texts, labels, groups, smallGrid)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one, two := search(1, nil), search(2, nil)
	if one.Model.Fingerprint() != two.Model.Fingerprint() || !reflect.DeepEqual(one.Points, two.Points) {
		t.Error("one worker finds something else than two")
	}
	var s memotest.Shelf
	first, again := search(2, &s), search(1, &s)
	if !reflect.DeepEqual(first.Points, again.Points) || first.Model.Fingerprint() != one.Model.Fingerprint() || again.Model.Fingerprint() != one.Model.Fingerprint() {
		t.Error("what is kept is not what was found")
	}
	if s.Computed != 7 || s.Kept != 7 { // 2 kinds of terms on 3 folds, and the training
		t.Errorf("%d computed, %d kept, want 7 and 7", s.Computed, s.Kept)
	}
}

// Every model, with words and characters, with weights for its classes and with
// probabilities, is the same to the last byte of its file for any number of workers.
func TestModelsAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	texts, labels, _ := corpus(180, 2)
	for i := range labels { // more classes than one block of lanes holds
		labels[i] += string(rune('a' + i/3%6))
	}
	opt := classify.Options{Text: text.Options{MaxN: 2, Hash: 500, ByClass: true, Also: []text.Options{{Analyzer: "char_wb", MinN: 2, MaxN: 4, Sublinear: true}}}}
	weights := map[string]float64{}
	for i, label := range labels {
		weights[label] = 1 + float64(i%7)/10
	}
	f := folds(t, labels, nil)
	for _, model := range []string{"svm", "logistic", "complement", "multinomial", "blend"} {
		opt.Model, opt.ClassWeights = model, weights
		if model == "complement" || model == "multinomial" {
			opt.ClassWeights = nil // they have none
		}
		for opt.Seed = range int64(3) {
			train := func(workers int) []byte {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
				m, err := classify.Train(t.Context(), texts, labels, opt)
				if err != nil {
					t.Fatal(err)
				}
				b, err := m.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			if !bytes.Equal(train(1), train(2)) {
				t.Errorf("%s, seed %d: one worker trains another model than two", model, opt.Seed)
			}
		}
	}
	opt.Model, opt.ClassWeights = "svm", weights
	calibrate := func(workers int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		c, err := classify.Calibrate(t.Context(), texts, labels, f, opt, "sigmoid")
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Model.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !bytes.Equal(calibrate(1), calibrate(2)) {
		t.Error("one worker calibrates another model than two")
	}
}

func TestBadGridsAreExplained(t *testing.T) {
	texts, labels, _ := corpus(90, 2)
	for _, c := range []struct {
		grid classify.Grid
		want string
	}{
		{classify.Grid{Rule: "least"}, `rule "least"`},
		{classify.Grid{Score: "f1"}, `score "f1"`},
		{classify.Grid{Models: []string{"forest"}}, `model "forest"`},
		{classify.Grid{C: []float64{-1}}, "C -1"},
		{classify.Grid{Models: []string{"blend"}, Share: []float64{2}}, "share of 2"},
		{classify.Grid{Texts: []text.Options{{Analyzer: "words"}}}, `analyzer "words"`},
	} {
		if _, err := classify.Search(t.Context(), texts, labels, nil, c.grid); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

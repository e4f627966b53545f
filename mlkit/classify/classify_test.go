package classify_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/trace"
)

// corpus makes texts of three classes, a few from each of many groups. A text
// has some words of its class, some of its group and some of neither; strong is
// how many of its class.
func corpus(n, strong int) (texts, labels, groups []string) {
	rng := rand.New(rand.NewPCG(1, uint64(strong)))
	for i := range n {
		class, group := i%3, i/3%(n/9)
		label := fmt.Sprint("class", class)
		var words []string
		for range strong {
			words = append(words, fmt.Sprintf("topic%d_%d", class, rng.IntN(12)))
		}
		for range 4 {
			words = append(words, fmt.Sprintf("author%d_%d_%d", class, group, rng.IntN(3)), fmt.Sprint("filler", rng.IntN(60)), fmt.Sprintf("topic%d_%d", rng.IntN(3), rng.IntN(12)))
		}
		texts = append(texts, strings.Join(words, " "))
		labels = append(labels, label)
		groups = append(groups, fmt.Sprintf("author %d of %s", group, label))
	}
	return texts, labels, groups
}

func folds(t *testing.T, labels, groups []string) *split.Folds {
	t.Helper()
	var f *split.Folds
	var err error
	if groups == nil {
		f, err = split.StratifiedKFold(labels, split.Options{Shuffle: true, Seed: 1})
	} else {
		f, err = split.StratifiedGroupKFold(labels, groups, split.Options{Shuffle: true, Seed: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTrainedModelPredicts(t *testing.T) {
	texts, labels, _ := corpus(180, 4)
	for _, model := range []string{"svm", "logistic"} {
		m, err := classify.Train(t.Context(), texts, labels, classify.Options{Model: model, Text: text.Options{Sublinear: true}})
		if err != nil {
			t.Fatal(err)
		}
		predicted, err := m.Predict(t.Context(), []string{"topic0_1 topic0_2 filler3", "topic2_5 topic2_0 unheard"})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"class0", "class2"}; !reflect.DeepEqual(predicted, want) {
			t.Errorf("%s: predicted %q, want %q", model, predicted, want)
		}
		terms, err := m.TopTerms("class1", 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, term := range terms {
			if !strings.Contains(term.Term, "1_") {
				t.Errorf("%s: %q speaks for class1", model, term.Term)
			}
		}
		p, err := m.Probabilities(t.Context(), texts[:1])
		if model == "svm" {
			if err == nil {
				t.Error("a support vector machine gave probabilities")
			}
		} else if err != nil || len(p[0]) != 3 {
			t.Errorf("probabilities %v (%v)", p, err)
		}
	}
}

// Nothing of a fold's test part may reach its training: with the texts of one
// fold's test part exchanged for noise, that fold learns the same.
func TestFoldsDoNotSeeTheirTestPart(t *testing.T) {
	texts, labels, _ := corpus(180, 3)
	f := folds(t, labels, nil)
	before, err := classify.CrossValidate(t.Context(), texts, labels, f, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range f.Folds[2].Test {
		texts[row] = fmt.Sprint("noise", row, " topic0_1 topic1_1")
	}
	after, err := classify.CrossValidate(t.Context(), texts, labels, f, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := before.Folds[2], after.Folds[2]
	if a.Features != b.Features || a.TrainAccuracy != b.TrainAccuracy || a.TrainMacroF1 != b.TrainMacroF1 {
		t.Errorf("the fold learned %v terms with training accuracy %v before and %v, %v after", a.Features, a.TrainAccuracy, b.Features, b.TrainAccuracy)
	}
	if a.TestAccuracy == b.TestAccuracy {
		t.Errorf("test accuracy stayed %v though the test texts became noise", a.TestAccuracy)
	}
}

// Random folds let authors be recognised; grouped folds do not.
func TestGroupedFoldsRevealTheLeak(t *testing.T) {
	texts, labels, groups := corpus(360, 1)
	random, err := classify.CrossValidate(t.Context(), texts, labels, folds(t, labels, nil), classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	grouped, err := classify.CrossValidate(t.Context(), texts, labels, folds(t, labels, groups), classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if random.Accuracy().Value < grouped.Accuracy().Value+0.1 {
		t.Errorf("accuracy %v over random folds and %v over grouped ones: the leak does not show", random.Accuracy().Value, grouped.Accuracy().Value)
	}
	if gap := grouped.Gap(); classify.GapVerdict(gap.Value) != "overfitting" || !strings.Contains(gap.Detail, "overfitting") {
		t.Errorf("gap %v, detail %q: want overfitting", gap.Value, gap.Detail)
	}
}

func TestGapRules(t *testing.T) {
	for gap, want := range map[float64]string{-0.02: "ok", 0.1: "ok", 0.101: "warning", 0.15: "warning", 0.151: "overfitting"} {
		if got := classify.GapVerdict(gap); got != want {
			t.Errorf("a gap of %v is %s, want %s", gap, got, want)
		}
	}
}

func TestOutOfFoldPredictionsCoverEveryDocument(t *testing.T) {
	texts, labels, _ := corpus(90, 3)
	cv, err := classify.CrossValidate(t.Context(), texts, labels, folds(t, labels, nil), classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	right := 0
	for i, row := range cv.Rows {
		seen[row] = true
		if cv.Truth[i] != labels[row] {
			t.Errorf("row %d: truth %s, want %s", row, cv.Truth[i], labels[row])
		}
		if cv.Predicted[i] == labels[row] {
			right++
		}
	}
	if len(seen) != len(texts) || cv.Report.Correct != right || cv.Report.Documents != len(texts) {
		t.Errorf("%d rows, report of %d with %d right, want %d and %d", len(seen), cv.Report.Documents, cv.Report.Correct, len(texts), right)
	}
	mean, interval := 0.0, cv.Accuracy().Interval
	for _, f := range cv.Folds {
		mean += f.TestAccuracy / float64(len(cv.Folds))
	}
	if got := cv.Accuracy().Value; got < mean-1e-12 || got > mean+1e-12 || interval.Low > got || interval.High < got {
		t.Errorf("accuracy %v in %v to %v, want the mean %v", got, interval.Low, interval.High, mean)
	}
}

func TestResultsDoNotDependOnWorkers(t *testing.T) {
	texts, labels, groups := corpus(180, 2)
	f := folds(t, labels, nil)
	type results struct {
		cv    *classify.CrossValidation
		curve *classify.Curve
	}
	get := func(workers int) results {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		cv, err := classify.CrossValidate(t.Context(), texts, labels, f, classify.Options{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		curve, err := classify.LearningCurve(t.Context(), texts, labels, groups, nil, classify.Options{}, 4)
		if err != nil {
			t.Fatal(err)
		}
		return results{cv, curve}
	}
	one := get(1)
	for _, workers := range []int{2, 5} {
		if !reflect.DeepEqual(get(workers), one) {
			t.Errorf("%d workers give other results than one", workers)
		}
	}
}

func TestLearningCurveGrows(t *testing.T) {
	texts, labels, groups := corpus(360, 2)
	for _, g := range [][]string{nil, groups} {
		c, err := classify.LearningCurve(t.Context(), texts, labels, g, []float64{1, 0.2, 0.5}, classify.Options{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Points) != 3 {
			t.Fatalf("%d points, want 3", len(c.Points))
		}
		full := 288.0 // four fifths
		for i, p := range c.Points {
			if want := []float64{0.2, 0.5, 1}[i]; p.Fraction != want || float64(p.Size) < full*want-8 || float64(p.Size) > full*want+8 {
				t.Errorf("%s: point %d is %v of %d documents, want %v of about %v", c.Method, i, p.Fraction, p.Size, want, full*want)
			}
		}
		if first, last := c.Points[0], c.Points[2]; last.Validation <= first.Validation {
			t.Errorf("%s: validation accuracy goes from %v to %v", c.Method, first.Validation, last.Validation)
		}
	}
}

func TestProgressIsToldFoldByFold(t *testing.T) {
	texts, labels, _ := corpus(90, 3)
	var mu sync.Mutex
	var logged, last int
	ctx := trace.With(t.Context(), trace.Tracer{
		Progress: func(label string, done, total int) {
			mu.Lock()
			defer mu.Unlock()
			if label == "cross-validation" {
				last = max(last, done)
				if total != 5 {
					t.Errorf("%d of %d folds", done, total)
				}
			}
		},
		Log: func(line string) {
			mu.Lock()
			defer mu.Unlock()
			logged++
		},
	})
	if _, err := classify.CrossValidate(ctx, texts, labels, folds(t, labels, nil), classify.Options{}); err != nil {
		t.Fatal(err)
	}
	if logged != 5 || last != 5 {
		t.Errorf("%d lines logged and %d folds told, want 5", logged, last)
	}
}

func TestBadInputIsExplained(t *testing.T) {
	texts, labels, _ := corpus(90, 3)
	f := folds(t, labels, nil)
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"labels missing", func() error { _, err := classify.Train(t.Context(), texts, labels[:2], classify.Options{}); return err }, "90 texts for 2 labels"},
		{"no texts", func() error { _, err := classify.Train(t.Context(), nil, nil, classify.Options{}); return err }, "no texts"},
		{"empty label", func() error {
			_, err := classify.Train(t.Context(), []string{"a", "b"}, []string{"x", ""}, classify.Options{})
			return err
		}, "row 1 (counted from 0) has no label"},
		{"unknown model", func() error {
			_, err := classify.Train(t.Context(), texts, labels, classify.Options{Model: "tree"})
			return err
		}, `model "tree"`},
		{"no folds", func() error {
			_, err := classify.CrossValidate(t.Context(), texts, labels, nil, classify.Options{})
			return err
		}, "no folds"},
		{"folds of other texts", func() error {
			_, err := classify.CrossValidate(t.Context(), texts[:9], labels[:9], f, classify.Options{})
			return err
		}, "folds of 90 documents for 9 texts"},
		{"no terms in a fold", func() error {
			_, err := classify.CrossValidate(t.Context(), texts, labels, f, classify.Options{Text: text.Options{MinDF: 1000}})
			return err
		}, "fold "},
		{"fraction above 1", func() error {
			_, err := classify.LearningCurve(t.Context(), texts, labels, nil, []float64{2}, classify.Options{}, 0)
			return err
		}, "fractions [2]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestCrossValidationEndsWithItsContext(t *testing.T) {
	texts, labels, _ := corpus(90, 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := classify.CrossValidate(ctx, texts, labels, folds(t, labels, nil), classify.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
}

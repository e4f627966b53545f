package relation_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"viva/mlkit/relation"
	"viva/mlkit/split"
)

// A fold is trained on its training part and on nothing else: its predictions are
// those of a model trained on that part, and what is only in the test part has no
// feature.
func TestFoldsSeeOnlyTheirTrainingPart(t *testing.T) {
	examples, labels := sentences(t, 90, 8)
	// Some labels are wrong, so that there are mistakes to be found.
	for i := 0; i < len(labels); i += 9 {
		labels[i] = relation.Other
	}
	folds, err := split.StratifiedKFold(labels, split.Options{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	cv, err := relation.CrossValidate(t.Context(), examples, labels, folds, relation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for i, f := range folds.Folds {
		var trainExamples, testExamples []relation.Example
		var trainLabels, testLabels []string
		for _, r := range f.Train {
			trainExamples, trainLabels = append(trainExamples, examples[r]), append(trainLabels, labels[r])
		}
		for _, r := range f.Test {
			testExamples, testLabels = append(testExamples, examples[r]), append(testLabels, labels[r])
		}
		m := train(t, trainExamples, trainLabels, relation.Options{})
		predictions, err := m.Predict(t.Context(), testExamples)
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range predictions {
			got := cv.Predictions[at]
			if got.Label != p.Label || math.Abs(got.Score-p.Score) > 0.05 || cv.Rows[at] != f.Test[k] || cv.Truth[at] != testLabels[k] {
				t.Errorf("fold %d, example %d: %+v, alone %+v", i, k, got, p)
			}
			at++
		}
		test, err := relation.Score(testLabels, labelsOf(predictions))
		if err != nil {
			t.Fatal(err)
		}
		fitted, err := m.Predict(t.Context(), trainExamples)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := relation.Score(trainLabels, labelsOf(fitted))
		if err != nil {
			t.Fatal(err)
		}
		if g := cv.Folds[i]; !near(g.TestF1, test.MacroF1) || !near(g.TrainF1, fit.MacroF1) || g.Features != m.Features() || g.TrainSize != len(f.Train) || g.TestSize != len(f.Test) {
			t.Errorf("fold %d: %+v; alone F1 %v in training, %v in test, %d features", i, g, fit.MacroF1, test.MacroF1, m.Features())
		}
	}
	if at != len(cv.Predictions) {
		t.Errorf("%d predictions", len(cv.Predictions))
	}

	s := cv.Scores()
	mean := 0.0
	for _, f := range cv.Folds {
		mean += f.TestF1 / 3
	}
	if len(s.Train) != 3 || !near(s.Mean().Value, mean) || s.Mean().Interval == nil {
		t.Errorf("scores for validation: %+v", s)
	}
	c, err := cv.Confusion()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, row := range c.Counts {
		for _, n := range row {
			sum += n
		}
	}
	b, err := cv.RelationConfusion()
	if err != nil {
		t.Fatal(err)
	}
	if sum != 90 || strings.Join(b.Labels, " ") != "Cause-Effect Component-Whole Other" {
		t.Errorf("%d examples in the confusion of %v", sum, b.Labels)
	}
	wrong := 0
	for i, p := range cv.Predictions {
		if p.Label != cv.Truth[i] {
			wrong++
		}
	}
	mistakes, err := cv.Mistakes(examples, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if wrong == 0 || len(mistakes.Rows) != wrong {
		t.Errorf("%d mistakes in the table, of %d", len(mistakes.Rows), wrong)
	}
	if samples, err := cv.Samples(examples, 7); err != nil || len(samples.Rows) != 7 {
		t.Errorf("samples: %v", err)
	}
	if _, err := cv.Samples(examples[:3], 7); err == nil {
		t.Error("samples of other examples: no error")
	}
	bands := cv.Confidence(6)
	examplesIn, right := 0, 0
	for i, band := range bands.Bands {
		examplesIn, right = examplesIn+band.Examples, right+band.Right
		if band.From > band.To || i > 0 && band.From < bands.Bands[i-1].To {
			t.Errorf("bands %+v", bands.Bands)
		}
	}
	if len(bands.Bands) != 6 || examplesIn != 90 || right != 90-wrong {
		t.Errorf("bands %+v", bands.Bands)
	}
	if last := bands.Bands[5]; bands.Share(1e9) != float64(last.Right)/float64(last.Examples) {
		t.Errorf("a sure prediction is right with %v", bands.Share(1e9))
	}
	if len(cv.View()) == 0 {
		t.Error("nothing is shown")
	}
}

func TestCrossValidationErrors(t *testing.T) {
	examples, labels := sentences(t, 30, 8)
	folds, err := split.KFold(30, split.Options{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	other, err := split.KFold(31, split.Options{K: 3})
	if err != nil {
		t.Fatal(err)
	}
	one := append([]string(nil), labels...)
	for i := range 20 {
		one[i+10] = "A"
	}
	for name, c := range map[string]struct {
		folds  *split.Folds
		labels []string
		says   string
	}{
		"none": {nil, labels, "no folds"}, "empty": {&split.Folds{}, labels, "no folds"}, "others": {other, labels, "31 documents for 30 examples"},
		"without a test part": {&split.Folds{Documents: 30, Folds: []split.Fold{{Train: []int{1, 2}}}}, labels, "fold 1"},
		"one label in a fold": {folds, one, "fold 1 of 3"},
	} {
		if _, err := relation.CrossValidate(t.Context(), examples, c.labels, c.folds, relation.Options{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", name, err, c.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := relation.CrossValidate(ctx, examples, labels, folds, relation.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

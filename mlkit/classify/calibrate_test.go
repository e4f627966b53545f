package classify_test

import (
	"math"
	"reflect"
	"testing"

	"viva/mlkit/calibrate"
	"viva/mlkit/classify"
	"viva/mlkit/metric"
	"viva/mlkit/text"
)

// Probabilities of a blend mean what they say, also on texts that nothing was
// fitted on, and survive being written.
func TestCalibratedProbabilitiesAreReliable(t *testing.T) {
	all, allLabels, groups := corpus(900, 1)
	// Texts of an author that is known would be easier than those of the folds.
	var train, labels, authors, test, testLabels []string
	for i, text := range all {
		if i/3%100 < 50 {
			train, labels, authors = append(train, text), append(labels, allLabels[i]), append(authors, groups[i])
		} else {
			test, testLabels = append(test, text), append(testLabels, allLabels[i])
		}
	}
	f := folds(t, labels, authors)
	for _, method := range []string{calibrate.Temperature, calibrate.Sigmoid} {
		opt := classify.Options{Model: "blend", Text: text.Options{Sublinear: true}}
		c, err := classify.Calibrate(t.Context(), train, labels, f, opt, method)
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Model.Probabilities(t.Context(), test)
		if err != nil {
			t.Fatal(err)
		}
		r, err := metric.Calibration(testLabels, c.Model.Classes(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		if r.ECE > 0.08 || c.Reliability.ECE > 0.08 {
			t.Errorf("%s: the calibration error is %.3f on other texts and %.3f out of folds", method, r.ECE, c.Reliability.ECE)
		}
		b, err := c.Model.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read classify.Model
		if err := read.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		again, err := read.Probabilities(t.Context(), test)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p, again) || read.Fingerprint() != c.Model.Fingerprint() {
			t.Errorf("%s: the model that was read says something else", method)
		}
		for _, damaged := range [][]byte{nil, b[:len(b)/2], b[1:], []byte("viva text classifier 0\n")} {
			if err := new(classify.Model).UnmarshalBinary(damaged); err == nil {
				t.Errorf("%s: %d damaged bytes are read without an error", method, len(damaged))
			}
		}
	}
}

// What a text's terms add is all that makes the scores differ, but for the
// intercepts.
func TestTermsAddUpToTheMargin(t *testing.T) {
	texts, labels, _ := corpus(180, 2)
	for _, model := range []string{"svm", "logistic", "complement", "blend"} {
		opt := classify.Options{Model: model, Text: text.Options{MaxN: 2, Sublinear: true, Also: []text.Options{{Analyzer: "char_wb", MinN: 3}}}}
		m, err := classify.Train(t.Context(), texts, labels, opt)
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Explain(t.Context(), texts[:20], labels[:20], 1000)
		if err != nil {
			t.Fatal(err)
		}
		predicted, err := m.Predict(t.Context(), texts[:20])
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range e.Predictions {
			if p.Predicted != predicted[i] || p.Truth != labels[i] || p.Second == p.Predicted || p.Margin < 0 {
				t.Errorf("%s, text %d: %+v", model, i, p)
			}
			sum, err := m.Linear().Intercept(p.Predicted)
			if err != nil {
				t.Fatal(err)
			}
			other, err := m.Linear().Intercept(p.Second)
			if err != nil {
				t.Fatal(err)
			}
			sum -= other
			for _, term := range append(p.For, p.Against...) {
				sum += term.Weight
			}
			if math.Abs(sum-p.Margin) > 1e-9 {
				t.Errorf("%s, text %d: terms add up to %v, the margin is %v", model, i, sum, p.Margin)
			}
		}
	}
}

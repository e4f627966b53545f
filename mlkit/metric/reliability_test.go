package metric_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"viva/mlkit/metric"
)

// testdata/probabilities.py recorded what scikit-learn says.
func TestReliabilityIsScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/probabilities.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Truth, Classes       []string
		Probabilities        [][]float64
		LogLoss, Brier       float64
		Accuracy, Confidence []float64
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		r, err := metric.Calibration(c.Truth, c.Classes, c.Probabilities, 10)
		if err != nil {
			t.Fatal(err)
		}
		equal := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%d classes: %s is %v, want %v", len(c.Classes), what, got, want)
			}
		}
		equal("log loss", r.LogLoss, c.LogLoss)
		equal("Brier score", r.Brier, c.Brier)
		if len(r.Bins) != len(c.Accuracy) {
			t.Fatalf("%d bins, want %d", len(r.Bins), len(c.Accuracy))
		}
		ece := 0.0
		for i, b := range r.Bins {
			equal("accuracy of a bin", b.Accuracy, c.Accuracy[i])
			equal("confidence of a bin", b.Confidence, c.Confidence[i])
			ece += math.Abs(b.Accuracy-b.Confidence) * float64(b.Documents) / float64(len(c.Truth))
			if b.Interval.Low > b.Accuracy || b.Interval.High < b.Accuracy {
				t.Errorf("the interval %v leaves out the accuracy %v", b.Interval, b.Accuracy)
			}
		}
		equal("calibration error", r.ECE, ece)
	}
}

func TestReliabilityOfTheExtremes(t *testing.T) {
	sure, err := metric.Calibration([]string{"a", "b"}, []string{"a", "b"}, [][]float64{{1, 0}, {0, 1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if sure.ECE != 0 || sure.Brier != 0 || sure.LogLoss != 0 {
		t.Errorf("what is right and sure has errors: %+v", sure)
	}
	wrong, err := metric.Calibration([]string{"b", "a", "unknown"}, []string{"a", "b"}, [][]float64{{1, 0}, {0, 1}, {1, 0}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if wrong.ECE != 1 || wrong.MCE != 1 || wrong.Brier != 2 || math.IsInf(wrong.LogLoss, 0) {
		t.Errorf("what is wrong and sure: %+v", wrong)
	}
	for _, c := range []struct {
		rows [][]float64
		bins int
		want string
	}{
		{nil, 0, "0 rows"},
		{[][]float64{{0.5, 0.5}}, -1, "-1 bins"},
		{[][]float64{{1}}, 0, "1 probabilities for 2 classes"},
		{[][]float64{{2, -1}}, 0, "probability 2"},
		{[][]float64{{0.2, 0.2}}, 0, "sum to 0.4"},
	} {
		if _, err := metric.Calibration([]string{"a"}, []string{"a", "b"}, c.rows, c.bins); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

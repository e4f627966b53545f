package chart_test

import (
	"strings"
	"testing"

	"viva/mlkit/chart"
)

func TestReliabilityDrawsBinsBesideTheDiagonal(t *testing.T) {
	f, err := chart.Reliability([]float64{0.25, 0.75}, []float64{0.2, 0.9}, []float64{0.1, 0.8}, []float64{0.3, 0.95}, chart.ReliabilityOptions{Title: "Blend"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Blend", "confidence", "accuracy", "perfectly calibrated"} {
		if !strings.Contains(f.SVG, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	if len(f.Data.Rows) == 0 || f.Alt == "" {
		t.Errorf("%d rows of data, alternative text %q", len(f.Data.Rows), f.Alt)
	}
	for _, c := range []struct {
		confidence, accuracy []float64
		want                 string
	}{
		{[]float64{0.5}, []float64{0.5, 0.6}, "1 confidences but 2 accuracies"},
		{[]float64{0.5, 1.5}, []float64{0.5, 0.6}, "bin 2 has 1.5"},
		{[]float64{0.5}, []float64{-0.5}, "bin 1 has -0.5"},
	} {
		if _, err := chart.Reliability(c.confidence, c.accuracy, nil, nil, chart.ReliabilityOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

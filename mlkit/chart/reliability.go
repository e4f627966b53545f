package chart

import (
	"fmt"

	"viva/mlkit/view"
)

// ReliabilityOptions says how a reliability diagram looks.
type ReliabilityOptions struct {
	Title, Caption, Alt string
	// XLabel and YLabel name the axes; "" means "confidence" and "accuracy".
	XLabel, YLabel string
}

// Reliability draws, for each bin of predictions, their accuracy against their
// mean confidence, with a band from low to high, beside the diagonal on which
// probabilities mean what they say. All numbers are shares in 0..1. low and
// high may both be nil; all else must have the same length.
func Reliability(confidence, accuracy, low, high []float64, o ReliabilityOptions) (view.Figure, error) {
	if len(confidence) != len(accuracy) {
		return view.Figure{}, fmt.Errorf("chart.Reliability: %d confidences but %d accuracies", len(confidence), len(accuracy))
	}
	for i := range confidence {
		for _, v := range []float64{confidence[i], accuracy[i]} {
			if v < 0 || v > 1 {
				return view.Figure{}, fmt.Errorf("chart.Reliability: bin %d has %g; shares must be in 0..1", i+1, v)
			}
		}
	}
	series := []Series{
		{Name: "predictions", X: confidence, Y: accuracy, Low: low, High: high},
		{Name: "perfectly calibrated", X: []float64{0, 1}, Y: []float64{0, 1}},
	}
	return Line(series, LineOptions{
		Title: o.Title, Caption: o.Caption, Alt: o.Alt, XLabel: orElse(o.XLabel, "confidence"), YLabel: orElse(o.YLabel, "accuracy"),
		Unit: "%", XUnit: "%", Zero: true,
	})
}

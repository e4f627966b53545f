package chart

import (
	"fmt"
	"math"

	"viva/mlkit/view"
)

// LearningCurveOptions says how a learning curve looks.
type LearningCurveOptions struct {
	Title, Caption, Alt string
	// XLabel names the sizes; "" means "training documents". YLabel names the
	// score.
	XLabel, YLabel string
	// Unit is that of the score, as in view.Metric.
	Unit string
	// LogX spaces sizes by their ratio.
	LogX bool
	// Train and Validation name the curves; "" means "train" and "validation".
	Train, Validation string
	// Bound is drawn as a line at each end: what a claim demands.
	Bound view.Bound
	// Marks are further reference lines.
	Marks []Mark
}

// LearningCurve draws the scores on the training and the validation data
// against the number of training documents, each with a band of one standard
// deviation to both sides, and states the gap between them at the largest
// size. trainSD and validationSD may be nil; all else must have the length of
// sizes. Sizes must be positive.
func LearningCurve(sizes []int, train, trainSD, validation, validationSD []float64, o LearningCurveOptions) (view.Figure, error) {
	xs := make([]float64, len(sizes))
	for i, n := range sizes {
		if n <= 0 {
			return view.Figure{}, fmt.Errorf("chart.LearningCurve: size %d is %d; sizes must be positive", i+1, n)
		}
		xs[i] = float64(n)
	}
	series := []Series{{Name: orElse(o.Train, "train"), X: xs, Y: train}, {Name: orElse(o.Validation, "validation"), X: xs, Y: validation}}
	for k, sd := range [][]float64{trainSD, validationSD} {
		s := &series[k]
		if len(s.Y) != len(xs) {
			return view.Figure{}, fmt.Errorf("chart.LearningCurve: %d sizes but %d %s scores", len(xs), len(s.Y), s.Name)
		}
		if sd == nil {
			continue
		}
		if len(sd) != len(xs) {
			return view.Figure{}, fmt.Errorf("chart.LearningCurve: %d sizes but %d %s standard deviations", len(xs), len(sd), s.Name)
		}
		for i, d := range sd {
			if d < 0 {
				return view.Figure{}, fmt.Errorf("chart.LearningCurve: standard deviation %d of %s is negative: %g", i+1, s.Name, d)
			}
			s.Low, s.High = append(s.Low, s.Y[i]-d), append(s.High, s.Y[i]+d)
		}
	}
	if err := checkXY("LearningCurve", series, o.LogX, false); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf("LearningCurve", o.Marks, o.Bound, o.Unit, false)
	if err != nil {
		return view.Figure{}, err
	}

	x, y := numbersOf("count", xs), numbersOf(o.Unit, train, validation)
	p := pointPlot{series: series, x: x, y: y, joined: true}
	gap := ""
	if last, ok := largestScored(xs, train, validation); ok {
		t, v := train[last], validation[last]
		difference := y
		if o.Unit == "%" {
			difference.unit = "points"
		}
		gap = difference.text(t - v)
		p.ends = []endLabel{
			{series[0].Name, t, seriesPaint(0)},
			{"gap " + gap, (t + v) / 2, ink},
			{series[1].Name, v, seriesPaint(1)},
		}
		p.bracket = &[2]float64{t, v}
		gap = " At " + x.text(xs[last]) + " the gap is " + gap + "."
	}
	alt := o.Alt
	if alt == "" {
		alt = about("Learning curve", o.Title, o.YLabel) + by(orElse(o.XLabel, "training documents")) + "." + courses(series, x, y) + gap
		for _, m := range reference {
			alt += m.said(o.Unit) + "."
		}
	}
	l := pointLayout{title: o.Title, xname: orElse(o.XLabel, "training documents"), yname: o.YLabel, logX: o.LogX, reference: reference}
	picture, err := p.draw(l, alt)
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: pointTable(series, orElse(o.XLabel, "training documents"), o.YLabel, x, y)}, nil
}

// largestScored returns the index of the largest size, if both scores are
// known there.
func largestScored(xs, train, validation []float64) (int, bool) {
	at := 0
	for i, x := range xs {
		if x >= xs[at] {
			at = i
		}
	}
	return at, !math.IsNaN(train[at]) && !math.IsNaN(validation[at])
}

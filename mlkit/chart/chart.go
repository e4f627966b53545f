// Package chart draws the plots of a report as SVG: bars, lines, histograms,
// box plots, confusion matrices, learning curves, scatter plots, maps of circles
// and heat maps. Each function takes plain slices and returns a view.Figure whose
// SVG, alternative text and table of plotted numbers belong together.
//
// It is not for exploring data interactively, nor for raster pictures, and it
// does not compute what it draws, save for histogram bins, the quantiles of box
// plots and the shares written at the rims of a confusion matrix.
//
// # Look
//
// Axes, scales and transforms are gonum.org/v1/plot's; the canvas beneath them
// is this package's own, because gonum's SVG canvas writes fixed colours,
// sizes in points and text positioned for one particular font. Here a colour
// is a CSS custom property with a fallback, text is anchored text in the
// page's font, and elements carry their value as a tooltip.
//
// A page sets these properties; the fallbacks suit a white page. The values in
// brackets suit a dark one (paper #16181d):
//
//	--fig-ink    text, axes         #1a1a1a  (#e8e8e8)
//	--fig-paper  background         #ffffff  (#16181d)
//	--fig-grid   grid lines         #e0e0e0  (#34373d)
//	--fig-1 … 8  series             #0072b2 #b84c00 #00785a #a3457f
//	                                #7a6600 #18768c #5b55b5 #666666
//	                               (#56b4e9 #f0883e #2bc59a #e08fc0
//	                                #e3c940 #7fd1e0 #a9a4f0 #a8a8a8)
//	--fig-font   font family        the system's sans serif
//
// The series colours follow Okabe and Ito's set for colour-blind readers
// (https://jfly.uni-koeln.de/color/), darkened or lightened until each has a
// contrast of at least 4.5 with the paper. Lines differ in marker and dash
// too, so that colour is never the only sign.
//
// # Options
//
// The zero value of every options struct draws a good picture. Title stands
// inside the picture, Caption below it. Alt replaces the automatic
// alternative text. Unit is as in view.Metric: with "%" and "points" the
// numbers are shares in 0..1.
//
// The same input gives the same bytes.
package chart

import (
	"fmt"
	"math"
)

// Series is a named sequence of numbers. NaN marks a missing number.
type Series struct {
	// Name is used in the key, tooltips, alternative text and data.
	Name string
	// X holds the positions; nil means 1, 2, 3 and so on. Bars and Histograms
	// do not use it.
	X []float64
	// Y holds the values.
	Y []float64
	// Low and High bound each value, for example a confidence interval. Either
	// both are nil or both are as long as Y.
	Low, High []float64
}

// Mark is a reference line at a value, such as a baseline.
type Mark struct {
	Value float64
	// Label is written beside the line; empty means the value.
	Label string
}

// checkSeries returns the error of the first series that cannot be drawn.
func checkSeries(chart string, series []Series, labels int) error {
	if len(series) == 0 {
		return fmt.Errorf("chart.%s: no series to draw", chart)
	}
	drawable := 0
	for i, s := range series {
		name := fmt.Sprintf("series %d", i+1)
		if s.Name != "" {
			name += fmt.Sprintf(" (%q)", s.Name)
		}
		if labels >= 0 && len(s.Y) != labels {
			return fmt.Errorf("chart.%s: %s has %d values for %d labels", chart, name, len(s.Y), labels)
		}
		if s.X != nil && labels < 0 && len(s.X) != len(s.Y) {
			return fmt.Errorf("chart.%s: %s has %d X values and %d Y values", chart, name, len(s.X), len(s.Y))
		}
		if err := checkBounds(s.Low, s.High, len(s.Y)); err != nil {
			return fmt.Errorf("chart.%s: %s: %w", chart, name, err)
		}
		for j, y := range s.Y {
			if math.Abs(y) > largest {
				return fmt.Errorf("chart.%s: value %d of %s is %g, which is infinite or too large to draw", chart, j+1, name, y)
			}
			if s.X != nil && labels < 0 && math.Abs(s.X[j]) > largest {
				return fmt.Errorf("chart.%s: X value %d of %s is %g, which is infinite or too large to draw", chart, j+1, name, s.X[j])
			}
			if !math.IsNaN(y) && (s.X == nil || labels >= 0 || !math.IsNaN(s.X[j])) {
				drawable++
			}
		}
	}
	if drawable == 0 {
		return fmt.Errorf("chart.%s: nothing to draw: every value is missing (NaN) or there are none", chart)
	}
	return nil
}

func checkBounds(low, high []float64, n int) error {
	if low == nil && high == nil {
		return nil
	}
	if len(low) != n || len(high) != n {
		return fmt.Errorf("%d values need as many Low and High, have %d and %d", n, len(low), len(high))
	}
	for i := range low {
		switch {
		case math.Abs(low[i]) > largest || math.Abs(high[i]) > largest:
			return fmt.Errorf("bounds of value %d are infinite or too large to draw: %g and %g", i+1, low[i], high[i])
		case low[i] > high[i]:
			return fmt.Errorf("the range of value %d is upside down: Low %g is above High %g", i+1, low[i], high[i])
		}
	}
	return nil
}

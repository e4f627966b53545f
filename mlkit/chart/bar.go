package chart

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"viva/mlkit/view"
)

// BarOptions says how a bar chart looks. The zero value draws the bars in the
// given order, upright where their labels fit and lying where not.
type BarOptions struct {
	Title, Caption, Alt string
	// XLabel names what the labels are, YLabel what the values are, whichever
	// way the bars run.
	XLabel, YLabel string
	// Unit is as in view.Metric.
	Unit string
	// Low and High draw a whisker on each bar, for example a confidence
	// interval. Only for Bar; series bring their own.
	Low, High []float64
	// Orientation is "vertical", "horizontal", or "" for whichever suits the
	// labels: horizontal for more than 12, or long ones.
	Orientation string
	// Sort is "" for the given order, "descending" or "ascending" by value (of
	// the first series, or of the sum if Stacked), or "label". Missing values
	// come last.
	Sort string
	// Stacked puts the series on top of each other instead of side by side.
	// Values must not be negative, and are drawn without whiskers.
	Stacked bool
	// Bound is drawn as a line at each end: what a claim demands.
	Bound view.Bound
	// Marks are further reference lines.
	Marks []Mark
}

// Bar draws a bar for each label. It returns an error if the lengths differ,
// a value is infinite, or there is nothing to draw. NaN is a missing value.
func Bar(labels []string, values []float64, o BarOptions) (view.Figure, error) {
	s := Series{Y: values, Low: o.Low, High: o.High}
	return bars("Bar", labels, []Series{s}, o)
}

// Bars draws a group of bars for each label, one for each series, or a stack
// with o.Stacked. Errors are as for Bar.
func Bars(labels []string, series []Series, o BarOptions) (view.Figure, error) {
	if o.Low != nil || o.High != nil {
		return view.Figure{}, fmt.Errorf("chart.Bars: Low and High belong into each series, not into the options")
	}
	return bars("Bars", labels, series, o)
}

func bars(chart string, labels []string, series []Series, o BarOptions) (view.Figure, error) {
	if err := checkSeries(chart, series, len(labels)); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf(chart, o.Marks, o.Bound, o.Unit, false)
	if err != nil {
		return view.Figure{}, err
	}
	for _, s := range series {
		if lo, _, _ := span(s.Y); o.Stacked && lo < 0 {
			return view.Figure{}, fmt.Errorf("chart.%s: stacked values must not be negative, %q has %g", chart, s.Name, lo)
		}
	}
	labels, series, err = sortBars(chart, oneLines(labels), series, o)
	if err != nil {
		return view.Figure{}, err
	}
	b := barPlot{labels: labels, series: series, stacked: o.Stacked && len(series) > 1}
	switch o.Orientation {
	case "horizontal":
		b.lying = true
	case "vertical":
	case "":
		b.lying = !b.fitsUpright()
	default:
		return view.Figure{}, fmt.Errorf("chart.%s: Orientation %q is none of \"vertical\", \"horizontal\" and \"\"", chart, o.Orientation)
	}
	b.numbers = numbersOf(o.Unit, b.numbersShown()...)
	alt := o.Alt
	if alt == "" {
		alt = b.alt(o, reference)
	}
	picture, err := b.draw(o, reference, alt)
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: seriesTable(orElse(o.XLabel, "label"), orElse(o.YLabel, "value"), labels, series, b.numbers)}, nil
}

// sortBars returns the labels and series in the order to draw them.
func sortBars(chart string, labels []string, series []Series, o BarOptions) ([]string, []Series, error) {
	rank := make([]float64, len(labels))
	for i := range labels {
		rank[i] = series[0].Y[i]
		if o.Stacked {
			rank[i] = total(series, i)
		}
	}
	order := make([]int, len(labels))
	for i := range order {
		order[i] = i
	}
	var before func(i, j int) bool
	switch o.Sort {
	case "":
		return labels, series, nil
	case "descending":
		before = func(i, j int) bool { return rank[i] > rank[j] }
	case "ascending":
		before = func(i, j int) bool { return rank[i] < rank[j] }
	case "label":
		before = func(i, j int) bool { return labels[i] < labels[j] }
	default:
		return nil, nil, fmt.Errorf("chart.%s: Sort %q is none of \"descending\", \"ascending\", \"label\" and \"\"", chart, o.Sort)
	}
	sort.SliceStable(order, func(a, b int) bool {
		i, j := order[a], order[b]
		if o.Sort != "label" && math.IsNaN(rank[i]) != math.IsNaN(rank[j]) {
			return math.IsNaN(rank[j])
		}
		return before(i, j)
	})
	pick := func(v []float64) []float64 {
		if v == nil {
			return nil
		}
		out := make([]float64, len(v))
		for a, i := range order {
			out[a] = v[i]
		}
		return out
	}
	sorted := make([]string, len(labels))
	for a, i := range order {
		sorted[a] = labels[i]
	}
	out := make([]Series, len(series))
	for k, s := range series {
		out[k] = Series{Name: s.Name, Y: pick(s.Y), Low: pick(s.Low), High: pick(s.High)}
	}
	return sorted, out, nil
}

// total returns the sum of the values of a label that are not missing.
func total(series []Series, label int) float64 {
	sum, found := 0.0, false
	for _, s := range series {
		if v := s.Y[label]; !math.IsNaN(v) {
			sum, found = sum+v, true
		}
	}
	if !found {
		return math.NaN()
	}
	return sum
}

func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

func orElse(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

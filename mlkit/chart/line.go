package chart

import "viva/mlkit/view"

// LineOptions says how a line chart looks. The zero value draws lines with
// markers on a vertical axis that need not begin at zero.
type LineOptions struct {
	Title, Caption, Alt string
	// XLabel and YLabel name the horizontal and the vertical axis.
	XLabel, YLabel string
	// Unit is that of the values, XUnit that of the positions, as in
	// view.Metric.
	Unit, XUnit string
	// LogX spaces positions by their ratio; they must be positive.
	LogX bool
	// Zero makes the vertical axis include zero.
	Zero bool
	// Bound is drawn as a line at each end: what a claim demands.
	Bound view.Bound
	// Marks are further reference lines, at values.
	Marks []Mark
}

// Line draws a line for each series, joining its points in order of X, with a
// band from Low to High where it has them. A missing value interrupts the
// line. It returns an error if lengths differ, a number is infinite, or there
// is nothing to draw.
func Line(series []Series, o LineOptions) (view.Figure, error) {
	if err := checkXY("Line", series, o.LogX, false); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf("Line", o.Marks, o.Bound, o.Unit, false)
	if err != nil {
		return view.Figure{}, err
	}
	x, y := numbersOf(o.XUnit, positions(series)...), numbersOf(o.Unit, heights(series)...)
	p := pointPlot{series: series, x: x, y: y, joined: true}
	alt := o.Alt
	if alt == "" {
		alt = about("Line chart", o.Title, o.YLabel) + by(o.XLabel) + ", " + count(len(series), "line") + "." + courses(series, x, y)
		for _, m := range reference {
			alt += m.said(o.Unit) + "."
		}
	}
	l := pointLayout{title: o.Title, xname: o.XLabel, yname: o.YLabel, logX: o.LogX, zero: o.Zero, reference: reference}
	picture, err := p.draw(l, alt)
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: pointTable(series, o.XLabel, o.YLabel, x, y)}, nil
}

// ScatterOptions says how a scatter plot looks.
type ScatterOptions struct {
	Title, Caption, Alt string
	// XLabel and YLabel name the horizontal and the vertical axis.
	XLabel, YLabel string
	// Unit is that of the values, XUnit that of the positions, as in
	// view.Metric.
	Unit, XUnit string
	// LogX and LogY space numbers by their ratio; they must be positive.
	LogX, LogY bool
	// Marks are reference lines, at values.
	Marks []Mark
}

// Scatter draws a dot for each point of each series; Low and High are not
// drawn. Points with a missing coordinate are left out. A series of more than 1500 points gets small
// dots without tooltips. Errors are as for
// Line.
func Scatter(series []Series, o ScatterOptions) (view.Figure, error) {
	if err := checkXY("Scatter", series, o.LogX, o.LogY); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf("Scatter", o.Marks, view.Bound{}, o.Unit, o.LogY)
	if err != nil {
		return view.Figure{}, err
	}
	bare := make([]Series, len(series))
	for i, s := range series {
		bare[i] = Series{Name: s.Name, X: s.X, Y: s.Y}
	}
	x, y := numbersOf(o.XUnit, positions(bare)...), numbersOf(o.Unit, heights(bare)...)
	p := pointPlot{series: bare, x: x, y: y}
	alt := o.Alt
	if alt == "" {
		alt = about("Scatter plot", o.Title, o.YLabel) + by(o.XLabel) + "." + clouds(bare, x, y)
		for _, m := range reference {
			alt += m.said(o.Unit) + "."
		}
	}
	l := pointLayout{title: o.Title, xname: o.XLabel, yname: o.YLabel, logX: o.LogX, logY: o.LogY, reference: reference}
	picture, err := p.draw(l, alt)
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: pointTable(bare, o.XLabel, o.YLabel, x, y)}, nil
}

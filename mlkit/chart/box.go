package chart

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"viva/mlkit/view"
)

// BoxOptions says how a box plot looks.
type BoxOptions struct {
	Title, Caption, Alt string
	// XLabel names the values, YLabel what the groups are.
	XLabel, YLabel string
	// Unit is that of the values, as in view.Metric.
	Unit string
	// LogX spaces values by their ratio; they must be positive. It suits
	// lengths and frequencies.
	LogX bool
	// Marks are reference lines at values.
	Marks []Mark
}

// BoxPlot draws a lying box for the values of each group, those in Y: the box
// reaches from the lower to the upper quartile, with a line at the median, and
// the whiskers from the 5 % to the 95 % quantile; what lies beyond is not
// drawn, so that a few extreme values do not squeeze the rest. Quantiles are
// those of numpy's default. Missing values (NaN) are left out, and a group
// without values has no box. Errors are as for Histogram.
func BoxPlot(groups []Series, o BoxOptions) (view.Figure, error) {
	bare := make([]Series, len(groups))
	for i, g := range groups {
		bare[i] = Series{Name: g.Name, Y: g.Y}
	}
	if err := checkXY("BoxPlot", bare, false, o.LogX); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf("BoxPlot", o.Marks, view.Bound{}, o.Unit, o.LogX)
	if err != nil {
		return view.Figure{}, err
	}
	b := boxPlot{labels: names(bare)}
	var all []float64
	for _, g := range bare {
		b.boxes = append(b.boxes, boxOf(g.Y))
		all = append(all, g.Y...)
	}
	b.numbers = numbersOf(o.Unit, all)
	alt := o.Alt
	if alt == "" {
		alt = b.alt(o, reference)
	}
	picture, err := b.draw(o, reference, alt)
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: b.table(o)}, nil
}

// boxPlot is a plot.Plotter.
type boxPlot struct {
	labels  []string
	boxes   []box
	numbers numbers
}

// box holds the quantiles of n values, from 5 % to 95 %.
type box struct {
	n                               int
	low, lower, median, upper, high float64
}

func boxOf(values []float64) box {
	var v []float64
	for _, x := range values {
		if !math.IsNaN(x) {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		nan := math.NaN()
		return box{0, nan, nan, nan, nan, nan}
	}
	sort.Float64s(v)
	return box{len(v), quantile(v, 0.05), quantile(v, 0.25), quantile(v, 0.5), quantile(v, 0.75), quantile(v, 0.95)}
}

func (b boxPlot) draw(o BoxOptions, reference []Mark, alt string) (string, error) {
	n := float64(len(b.labels))
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range b.boxes {
		if x.n > 0 {
			lo, hi = math.Min(lo, x.low), math.Max(hi, x.high)
		}
	}
	for _, m := range reference {
		lo, hi = math.Min(lo, m.Value), math.Max(hi, m.Value)
	}
	unit := o.Unit
	if unit == "" && b.numbers.digits == 0 {
		unit = "count"
	}
	f := frame{title: o.Title, width: nominalWidth, yname: o.YLabel, xname: b.numbers.onAxis(o.XLabel), xgrid: true, right: 16}
	if o.LogX {
		f.x = logScale(lo, hi, unit)
		pad := math.Pow(f.x.max/f.x.min, 0.02)
		f.x.min, f.x.max = f.x.min/pad, f.x.max*pad
	} else {
		f.x = niceScale(lo, hi, 6, false, unit)
		pad := (f.x.max - f.x.min) * 0.02
		f.x.min, f.x.max = f.x.min-pad, f.x.max+pad
	}
	f.y = scale{min: -0.5, max: n - 0.5, classes: true}
	for i, label := range b.labels {
		f.y.ticks = append(f.y.ticks, plot.Tick{Value: n - 1 - float64(i), Label: fit(label, tickSize, nominalWidth*0.42)})
	}
	row := 23.0
	if n > 40 {
		row = math.Max(row*40/n, 15)
	}
	f.height = n*row + 26
	if f.xname != "" {
		f.height += 20
	}
	if len(reference) > 0 {
		f.top = 18
	}
	return f.render(alt, b, marks{marks: reference, upright: true})
}

// Plot implements plot.Plotter.
func (b boxPlot) Plot(c draw.Canvas, p *plot.Plot) {
	s := surface(c)
	tx, ty := p.Transforms(&c)
	for i, x := range b.boxes {
		if x.n == 0 {
			continue
		}
		y := float64(len(b.labels) - 1 - i)
		top, bottom := ty(y+0.33), ty(y-0.33)
		line := func(width float64, paint paint, from, to vg.Point) {
			var l vg.Path
			l.Move(from)
			l.Line(to)
			s.SetColor(paint)
			s.SetLineDash(nil, 0)
			s.SetLineWidth(vg.Points(width))
			s.Stroke(l)
		}
		s.titled(b.labels[i]+": "+b.said(x), func() {
			for _, w := range [][2]float64{{x.low, x.lower}, {x.upper, x.high}} {
				line(1.4, seriesPaint(0), vg.Point{X: tx(w[0]), Y: ty(y)}, vg.Point{X: tx(w[1]), Y: ty(y)})
			}
			for _, end := range []float64{x.low, x.high} {
				line(1.4, seriesPaint(0), vg.Point{X: tx(end), Y: ty(y + 0.14)}, vg.Point{X: tx(end), Y: ty(y - 0.14)})
			}
			s.box(vg.Rectangle{Min: vg.Point{X: tx(x.lower), Y: bottom}, Max: vg.Point{X: tx(x.upper), Y: top}}, seriesPaint(0).faded(0.45))
			line(2.2, ink, vg.Point{X: tx(x.median), Y: bottom}, vg.Point{X: tx(x.median), Y: top})
		})
	}
}

// said describes a box in words.
func (b boxPlot) said(x box) string {
	if x.n == 0 {
		return "no values"
	}
	n := numbersOf(b.numbers.unit, []float64{x.low, x.lower, x.median, x.upper, x.high})
	return fmt.Sprintf("%s, median %s, half of them from %s to %s, nine in ten from %s to %s", count(x.n, "value"), n.text(x.median),
		n.bare(x.lower), n.text(x.upper), n.bare(x.low), n.text(x.high))
}

func (b boxPlot) alt(o BoxOptions, reference []Mark) string {
	text := about("Box plot", o.Title, o.XLabel) + by(o.YLabel) + ", " + count(len(b.boxes), "group")
	if len(b.boxes) == 1 {
		text += ". " + capital(b.said(b.boxes[0])) + "."
	} else {
		medians := make([]float64, len(b.boxes))
		for i, x := range b.boxes {
			medians[i] = x.median
		}
		text += ". Medians " + extremes(b.labels, medians, numbersOf(o.Unit, medians)) + "."
	}
	for _, m := range reference {
		text += m.said(o.Unit) + "."
	}
	return text
}

func (b boxPlot) table(o BoxOptions) *view.Table {
	t := view.NewTable("")
	t.Columns = append(t.Columns, view.Column{Name: orElse(o.YLabel, "group")}, view.Column{Name: "values", Unit: "count"})
	var quantiles []float64
	for _, x := range b.boxes {
		quantiles = append(quantiles, x.low, x.lower, x.median, x.upper, x.high)
	}
	n := numbersOf(o.Unit, quantiles)
	for _, name := range []string{"5 % quantile", "lower quartile", "median", "upper quartile", "95 % quantile"} {
		t.Columns = append(t.Columns, n.column(name))
	}
	for i, x := range b.boxes {
		t.Add(b.labels[i], x.n, n.cell(x.low), n.cell(x.lower), n.cell(x.median), n.cell(x.upper), n.cell(x.high))
	}
	return t
}

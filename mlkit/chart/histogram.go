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

// HistogramOptions says how a histogram looks. The zero value counts values in
// bins of the Freedman–Diaconis width.
type HistogramOptions struct {
	Title, Caption, Alt string
	// XLabel names the values. YLabel names the heights; "" means "number of
	// values", or "share of values" with Shares.
	XLabel, YLabel string
	// Unit is that of the values, as in view.Metric.
	Unit string
	// Bins is their number, at most 200; 0 means a width of 2·IQR/n^(1/3)
	// (Freedman and Diaconis, 1981, https://doi.org/10.1007/BF01025868), or of
	// Sturges' rule, log2(n)+1 bins, where the quartiles coincide; at most 60
	// bins. Bins of whole numbers are whole numbers wide, and several
	// histograms in one picture share their bins.
	Bins int
	// LogX makes bins of equal ratio; values must be positive. It suits
	// lengths and frequencies. There is no logarithmic height: a bar's length
	// would have no meaning.
	LogX bool
	// Shares draws each bin as a share of its group instead of a count, so
	// that groups of different sizes can be compared.
	Shares bool
	// Marks are reference lines at values, for example a limit of length.
	Marks []Mark
}

// Histogram draws how often values fall into each bin. Missing values (NaN)
// are left out. It returns an error if a value is infinite, or if there is
// nothing to draw.
func Histogram(values []float64, o HistogramOptions) (view.Figure, error) {
	return histograms("Histogram", []Series{{Y: values}}, o)
}

// Histograms draws the histograms of several groups, the values in Y, over
// each other as outlines. Errors are as for Histogram.
func Histograms(groups []Series, o HistogramOptions) (view.Figure, error) {
	bare := make([]Series, len(groups))
	for i, g := range groups {
		bare[i] = Series{Name: g.Name, Y: g.Y}
	}
	return histograms("Histograms", bare, o)
}

func histograms(chart string, groups []Series, o HistogramOptions) (view.Figure, error) {
	if err := checkXY(chart, groups, false, o.LogX); err != nil {
		return view.Figure{}, err
	}
	reference, err := marksOf(chart, o.Marks, view.Bound{}, o.Unit, o.LogX)
	if err != nil {
		return view.Figure{}, err
	}
	if o.Bins < 0 || o.Bins > 200 {
		return view.Figure{}, fmt.Errorf("chart.%s: %d bins; choose 1 to 200, or 0 for a number that suits the data", chart, o.Bins)
	}
	var pooled []float64
	for _, g := range groups {
		for _, v := range g.Y {
			if !math.IsNaN(v) {
				pooled = append(pooled, v)
			}
		}
	}
	sort.Float64s(pooled)
	h := histogram{groups: groups, x: numbersOf(o.Unit, pooled), y: numbers{unit: "count"}}
	h.edges, h.whole = binEdges(pooled, o)
	h.edge = h.x
	if !h.whole {
		h.edge = numbersOf(o.Unit, h.edges)
	}
	h.count(o.Shares)
	if o.Shares {
		h.y = numbersOf("%", h.heights...)
	}

	alt := o.Alt
	if alt == "" {
		alt = h.alt(o, reference)
	}
	f := frame{title: o.Title, width: nominalWidth, height: plotHeight, xname: h.x.onAxis(o.XLabel), yname: orElse(o.YLabel, "number of values"), ygrid: true, xline: true, right: 14}
	if o.Shares {
		f.yname = orElse(o.YLabel, "share of values")
	}
	_, top, _ := span(h.heights...)
	f.y = niceScale(0, top, 5, true, h.y.unit)
	at := []float64{h.edges[0], h.edges[len(h.edges)-1]}
	for _, m := range reference {
		at = append(at, m.Value)
	}
	lo, hi, _ := span(at)
	unit := o.Unit
	if h.whole && unit == "" {
		unit = "count"
	}
	if o.LogX {
		f.x = logScale(lo, hi, unit)
	} else {
		f.x = niceScale(lo, hi, 6, false, unit)
	}
	if len(groups) > 1 {
		for k, name := range names(groups) {
			f.keys = append(f.keys, h.sample(name, k))
		}
	}
	if len(reference) > 0 {
		f.top = 18
	}
	picture, err := f.render(alt, h, marks{marks: reference, upright: true})
	if err != nil {
		return view.Figure{}, err
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: h.table(o)}, nil
}

// binEdges returns the ends of the bins of sorted values, and whether the
// values are whole numbers, whose bins begin and end halfway between them.
func binEdges(sorted []float64, o HistogramOptions) (edges []float64, whole bool) {
	values := sorted
	if o.LogX {
		values = make([]float64, len(sorted))
		for i, v := range sorted {
			values[i] = math.Log(v)
		}
	} else {
		whole = o.Unit != "%" && o.Unit != "points"
		for _, v := range sorted {
			whole = whole && v == math.Trunc(v) && math.Abs(v) < 1e15
		}
	}
	lo, hi := values[0], values[len(values)-1]
	n := float64(len(values))
	extent := hi - lo
	if extent < 1e-9*math.Max(math.Abs(lo), math.Abs(hi)) || extent < smallest {
		extent = 0 // too close for an axis to tell apart
	}
	if whole {
		extent++
	}
	if extent == 0 {
		pad := math.Max(math.Abs(lo)*0.05, 0.05)
		lo, extent, o.Bins = lo-pad, 2*pad, 1
	}
	width := extent / math.Max(float64(o.Bins), 1)
	if o.Bins == 0 {
		quartiles := quantile(values, 0.75) - quantile(values, 0.25)
		width = 2 * quartiles / math.Cbrt(n)
		if width <= 0 {
			width = extent / math.Ceil(math.Log2(n)+1)
		}
		width = math.Max(width, extent/60)
	}
	if whole {
		width = math.Max(1, math.Ceil(width-1e-9))
		for e := lo - 0.5; ; e += width {
			edges = append(edges, e)
			if e > hi {
				return edges, true
			}
		}
	}
	bins := int(math.Ceil(extent/width - 1e-9))
	for i := range bins + 1 {
		e := lo + extent*float64(i)/float64(bins)
		if o.LogX {
			e = math.Exp(e)
		}
		edges = append(edges, e)
	}
	if o.LogX {
		// Rounding must not put the outermost values outside.
		edges[0] = math.Min(edges[0], sorted[0])
		edges[bins] = math.Max(edges[bins], sorted[len(sorted)-1])
	}
	return edges, false
}

// histogram is a plot.Plotter.
type histogram struct {
	groups  []Series
	edges   []float64
	whole   bool
	counts  [][]float64 // by group and bin
	heights [][]float64 // what is drawn: counts or shares
	x, y    numbers
	edge    numbers
}

// count puts each value into its bin: from the lower edge to below the upper,
// the last bin including its upper edge.
func (h *histogram) count(shares bool) {
	bins := len(h.edges) - 1
	for _, g := range h.groups {
		counts, n := make([]float64, bins), 0.0
		for _, v := range g.Y {
			if math.IsNaN(v) {
				continue
			}
			i := sort.SearchFloat64s(h.edges, v)
			if i == len(h.edges) || h.edges[i] != v {
				i--
			}
			counts[min(max(i, 0), bins-1)]++
			n++
		}
		h.counts = append(h.counts, counts)
		drawn := counts
		if shares {
			drawn = make([]float64, bins)
			for i, c := range counts {
				if n > 0 {
					drawn[i] = c / n
				}
			}
		}
		h.heights = append(h.heights, drawn)
	}
}

// bin names a bin.
func (h histogram) bin(i int) string {
	lo, hi := h.edges[i], h.edges[i+1]
	if !h.whole {
		return h.edge.bare(lo) + " to " + h.edge.text(hi)
	}
	lo, hi = lo+0.5, hi-0.5
	if lo == hi {
		return h.x.text(lo)
	}
	return h.x.bare(lo) + " to " + h.x.text(hi)
}

// Plot implements plot.Plotter.
func (h histogram) Plot(c draw.Canvas, p *plot.Plot) {
	s := surface(c)
	tx, ty := p.Transforms(&c)
	several := len(h.groups) > 1
	for k, g := range h.groups {
		shade := seriesPaint(k)
		if several {
			shade = shade.faded(0.16)
		}
		for i, v := range h.heights[k] {
			if v == 0 {
				continue
			}
			tip := h.bin(i) + ": " + h.y.text(v)
			if g.Name != "" {
				tip = oneLine(g.Name) + ", " + tip
			}
			gap := vg.Points(0.5)
			if several {
				gap = 0
			}
			left, right := tx(h.edges[i]), tx(h.edges[i+1])
			gap = min(gap, (right-left)/8)
			s.titled(tip, func() {
				s.box(vg.Rectangle{Min: vg.Point{X: left + gap, Y: ty(0)}, Max: vg.Point{X: right - gap, Y: ty(v)}}, shade)
			})
		}
	}
	if !several {
		return
	}
	for k := range h.groups {
		var outline vg.Path
		outline.Move(vg.Point{X: tx(h.edges[0]), Y: ty(0)})
		for i, v := range h.heights[k] {
			outline.Line(vg.Point{X: tx(h.edges[i]), Y: ty(v)})
			outline.Line(vg.Point{X: tx(h.edges[i+1]), Y: ty(v)})
		}
		outline.Line(vg.Point{X: tx(h.edges[len(h.edges)-1]), Y: ty(0)})
		s.SetColor(seriesPaint(k))
		s.SetLineWidth(vg.Points(1.8))
		s.SetLineDash(dashes(k), 0)
		s.Stroke(outline)
		s.SetLineDash(nil, 0)
	}
}

func (h histogram) sample(name string, k int) key {
	return key{name: name, draw: func(s *svg, at vg.Point) {
		r := vg.Rectangle{Min: at.Sub(vg.Point{Y: 5}), Max: at.Add(vg.Point{X: 17, Y: 5})}
		s.box(r, seriesPaint(k).faded(0.16))
		s.SetColor(seriesPaint(k))
		s.SetLineWidth(vg.Points(1.8))
		s.SetLineDash(dashes(k), 0)
		s.Stroke(r.Path())
		s.SetLineDash(nil, 0)
	}}
}

func (h histogram) table(o HistogramOptions) *view.Table {
	t := view.NewTable("")
	t.Columns = append(t.Columns, view.Column{Name: orElse(oneLine(o.XLabel), "values")})
	drawn := h.counts
	n := numbers{unit: "count"}
	name := orElse(o.YLabel, "number of values")
	if o.Shares {
		drawn, n, name = h.heights, h.y, orElse(o.YLabel, "share of values")
	}
	for k := range h.groups {
		column := name
		if len(h.groups) > 1 {
			column = names(h.groups)[k]
		}
		t.Columns = append(t.Columns, n.column(column))
	}
	for i := range len(h.edges) - 1 {
		row := []any{h.bin(i)}
		for k := range h.groups {
			row = append(row, drawn[k][i])
		}
		t.Add(row...)
	}
	return t
}

func (h histogram) alt(o HistogramOptions, reference []Mark) string {
	text := about("Histogram", o.Title, o.XLabel) + ", " + count(len(h.edges)-1, "bin") + "."
	for k, g := range h.groups {
		var values []float64
		for _, v := range g.Y {
			if !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		text += " "
		if len(h.groups) > 1 {
			text += names(h.groups)[k] + ": "
		}
		text += count(len(values), "value")
		if len(values) > 0 {
			sort.Float64s(values)
			fullest := 0
			for i, c := range h.counts[k] {
				if c > h.counts[k][fullest] {
					fullest = i
				}
			}
			middle := numbersOf(o.Unit, []float64{quantile(values, 0.5)})
			text += " from " + h.x.text(values[0]) + " to " + h.x.text(values[len(values)-1]) +
				", median " + middle.text(quantile(values, 0.5)) + ", most (" + h.y.text(h.heights[k][fullest]) + ") in " + h.bin(fullest)
		}
		text += "."
	}
	for _, m := range reference {
		text += m.said(o.Unit) + "."
	}
	return text
}

// quantile of sorted values, between neighbours in proportion (type 7 of
// Hyndman and Fan, 1996, which is numpy's default).
func quantile(values []float64, q float64) float64 {
	at := q * float64(len(values)-1)
	i := int(at)
	if i >= len(values)-1 {
		return values[len(values)-1]
	}
	return values[i] + (at-float64(i))*(values[i+1]-values[i])
}

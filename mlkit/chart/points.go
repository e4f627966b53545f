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

// at returns the position of value i.
func (s Series) at(i int) float64 {
	if s.X == nil {
		return float64(i + 1)
	}
	return s.X[i]
}

// inOrder returns the series without missing points, in order of X.
func (s Series) inOrder() Series {
	out := Series{Name: s.Name, X: []float64{}}
	var keep []int
	for i, y := range s.Y {
		if !math.IsNaN(y) && !math.IsNaN(s.at(i)) {
			keep = append(keep, i)
		}
	}
	sort.SliceStable(keep, func(a, b int) bool { return s.at(keep[a]) < s.at(keep[b]) })
	for _, i := range keep {
		out.X = append(out.X, s.at(i))
		out.Y = append(out.Y, s.Y[i])
	}
	return out
}

func positions(series []Series) [][]float64 {
	var all [][]float64
	for _, s := range series {
		xs := make([]float64, len(s.Y))
		for i := range xs {
			xs[i] = s.at(i)
		}
		all = append(all, xs)
	}
	return all
}

func heights(series []Series) [][]float64 {
	var all [][]float64
	for _, s := range series {
		all = append(all, s.Y)
	}
	return all
}

func checkXY(chart string, series []Series, logX, logY bool) error {
	if err := checkSeries(chart, series, -1); err != nil {
		return err
	}
	for i, s := range series {
		for j, y := range s.Y {
			if x := s.at(j); logX && x < smallest {
				return fmt.Errorf("chart.%s: X value %d of series %d is %g, which has no place on a logarithmic axis", chart, j+1, i+1, x)
			}
			if logY && y < smallest {
				return fmt.Errorf("chart.%s: value %d of series %d is %g, which has no place on a logarithmic axis", chart, j+1, i+1, y)
			}
		}
	}
	return nil
}

// pointPlot draws series of points, joined or not. It is a plot.Plotter.
type pointPlot struct {
	series []Series
	x, y   numbers
	joined bool
	// ends are labels to the right of the data.
	ends []endLabel
	// bracket, if set, spans two values behind the last point.
	bracket *[2]float64
}

// endLabel is text beside the right end of a line.
type endLabel struct {
	text  string
	value float64
	paint paint
}

// pointLayout is what line charts, scatter plots and learning curves choose.
type pointLayout struct {
	title, xname, yname string
	logX, logY, zero    bool
	reference           []Mark
}

const endRoom = 140

func (p pointPlot) draw(l pointLayout, alt string) (string, error) {
	f := frame{title: l.title, width: nominalWidth, height: plotHeight, xname: p.x.onAxis(l.xname), yname: p.y.onAxis(l.yname), ygrid: true, xline: true}
	at := make([]float64, len(l.reference))
	for i, m := range l.reference {
		at[i] = m.Value
	}
	all := append(heights(p.series), at)
	for _, s := range p.series {
		all = append(all, s.Low, s.High)
	}
	if l.zero {
		all = append(all, []float64{0})
	}
	lo, hi, _ := span(all...)
	if l.logY {
		f.y = logScale(lo, hi, p.y.unit)
		pad := math.Pow(f.y.max/f.y.min, 0.03)
		f.y.min, f.y.max = f.y.min/pad, f.y.max*pad
	} else {
		f.y = niceScale(lo, hi, 5, true, p.y.unit)
	}
	lo, hi, _ = span(positions(p.series)...)
	unit := p.x.unit
	if p.x.digits == 0 && unit == "" {
		unit = "count"
	}
	if l.logX {
		f.x = logScale(lo, hi, unit)
		pad := math.Pow(f.x.max/f.x.min, 0.02)
		f.x.min, f.x.max = f.x.min/pad, f.x.max*pad
	} else {
		f.x = niceScale(lo, hi, 6, false, unit)
		pad := (f.x.max - f.x.min) * 0.02
		f.x.min, f.x.max = f.x.min-pad, f.x.max+pad
	}

	aside := marks{marks: l.reference}
	f.right = math.Max(aside.room(), 12)
	f.keys = aside.keys()
	if p.ends == nil && len(p.series) > 1 {
		p.ends = p.endLabels()
		if p.ends == nil {
			for k, s := range p.series {
				f.keys = append(f.keys, p.sample(names(p.series)[k], k, len(s.Y)))
			}
		}
	}
	if p.ends != nil {
		aside.elsewhere = true
		for _, m := range l.reference {
			if isShort(m) {
				p.ends = append(p.ends, endLabel{oneLine(m.Label), m.Value, ink})
			}
		}
	}
	for _, e := range p.ends {
		f.right = math.Max(f.right, measure(e.text, tickSize)+8)
	}
	if p.bracket != nil {
		f.right += 10
	}
	return f.render(alt, aside, p)
}

// endLabels returns the names to write at the ends of lines, or nil where a
// key serves better.
func (p pointPlot) endLabels() []endLabel {
	if !p.joined || len(p.series) > 6 {
		return nil
	}
	left, right, _ := span(positions(p.series)...)
	var ends []endLabel
	for k, name := range names(p.series) {
		s := p.series[k].inOrder()
		if len(s.Y) == 0 || measure(name, tickSize) > endRoom || s.X[len(s.X)-1] < right-(right-left)*0.1 {
			return nil
		}
		ends = append(ends, endLabel{name, s.Y[len(s.Y)-1], seriesPaint(k)})
	}
	return ends
}

// Plot implements plot.Plotter.
func (p pointPlot) Plot(c draw.Canvas, q *plot.Plot) {
	s := surface(c)
	tx, ty := q.Transforms(&c)
	for k, sr := range p.series {
		p.band(s, sr, k, tx, ty)
	}
	for k, sr := range p.series {
		if p.joined {
			p.line(s, sr, k, tx, ty)
		}
	}
	for k, sr := range p.series {
		if p.joined && len(sr.Y) > 60 {
			continue
		}
		if len(sr.Y) > 1500 {
			var at []vg.Point
			for i, v := range sr.Y {
				if !math.IsNaN(v) && !math.IsNaN(sr.at(i)) {
					at = append(at, vg.Point{X: tx(sr.at(i)), Y: ty(v)})
				}
			}
			s.dots(at, 2, seriesPaint(k).faded(0.5))
			continue
		}
		for i, v := range sr.Y {
			if math.IsNaN(v) || math.IsNaN(sr.at(i)) {
				continue
			}
			tip := p.x.text(sr.at(i)) + ": " + p.y.text(v)
			if sr.Name != "" {
				tip = oneLine(sr.Name) + ", " + tip
			}
			if sr.Low != nil && !math.IsNaN(sr.Low[i]) && !math.IsNaN(sr.High[i]) {
				tip += " (" + p.y.bare(sr.Low[i]) + " to " + p.y.bare(sr.High[i]) + ")"
			}
			s.titled(tip, func() { p.marker(s, vg.Point{X: tx(sr.at(i)), Y: ty(v)}, k) })
		}
	}
	hs := make([]float64, len(p.ends))
	for i, e := range p.ends {
		hs[i] = ty(e.value).Points()
	}
	hs = spread(hs, tickSize+1.5)
	x := c.Max.X + vg.Points(4)
	if p.bracket != nil {
		from, to := ty(p.bracket[0]), ty(p.bracket[1])
		var b vg.Path
		b.Move(vg.Point{X: x, Y: from})
		b.Line(vg.Point{X: x + 4, Y: from})
		b.Line(vg.Point{X: x + 4, Y: to})
		b.Line(vg.Point{X: x, Y: to})
		s.SetColor(ink)
		s.SetLineDash(nil, 0)
		s.SetLineWidth(vg.Points(1))
		s.Stroke(b)
		x += 10
	}
	for i, e := range p.ends {
		s.write(words{text: e.text, x: x, y: vg.Points(hs[i] - 4.4), size: tickSize, paint: e.paint})
	}
}

// band fills the area between the bounds, interrupted where they are missing.
func (p pointPlot) band(s *svg, sr Series, k int, tx, ty func(float64) vg.Length) {
	if sr.Low == nil || !p.joined {
		return
	}
	var upper, lower []vg.Point
	flush := func() {
		if len(upper) > 1 {
			var b vg.Path
			b.Move(upper[0])
			for _, pt := range upper[1:] {
				b.Line(pt)
			}
			for i := len(lower) - 1; i >= 0; i-- {
				b.Line(lower[i])
			}
			b.Close()
			s.SetColor(seriesPaint(k).faded(0.16))
			s.Fill(b)
		}
		upper, lower = nil, nil
	}
	for _, i := range byX(sr) {
		if math.IsNaN(sr.Low[i]) || math.IsNaN(sr.High[i]) || math.IsNaN(sr.Y[i]) {
			flush()
			continue
		}
		x := tx(sr.at(i))
		upper = append(upper, vg.Point{X: x, Y: ty(sr.High[i])})
		lower = append(lower, vg.Point{X: x, Y: ty(sr.Low[i])})
	}
	flush()
}

func (p pointPlot) line(s *svg, sr Series, k int, tx, ty func(float64) vg.Length) {
	var path vg.Path
	broken := true
	for _, i := range byX(sr) {
		if math.IsNaN(sr.Y[i]) {
			broken = true
			continue
		}
		pt := vg.Point{X: tx(sr.at(i)), Y: ty(sr.Y[i])}
		if broken {
			path.Move(pt)
		} else {
			path.Line(pt)
		}
		broken = false
	}
	s.SetColor(seriesPaint(k))
	s.SetLineWidth(vg.Points(2))
	s.SetLineDash(dashes(k), 0)
	s.Stroke(path)
	s.SetLineDash(nil, 0)
}

// byX returns the indices of the points with a position, in its order.
func byX(s Series) []int {
	var order []int
	for i := range s.Y {
		if !math.IsNaN(s.at(i)) {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return s.at(order[a]) < s.at(order[b]) })
	return order
}

// dashes tells lines apart without colour.
func dashes(k int) []vg.Length {
	switch k % 4 {
	case 1:
		return []vg.Length{vg.Points(7), vg.Points(3)}
	case 2:
		return []vg.Length{vg.Points(2), vg.Points(3)}
	case 3:
		return []vg.Length{vg.Points(9), vg.Points(3), vg.Points(2), vg.Points(3)}
	}
	return nil
}

// marker draws a disc, square, triangle or diamond.
func (p pointPlot) marker(s *svg, at vg.Point, k int) {
	colour := seriesPaint(k)
	if !p.joined {
		colour = colour.faded(0.65)
	}
	if k%4 == 0 {
		s.disc(at, 3.4, colour)
		return
	}
	var m vg.Path
	corner := func(dx, dy float64) {
		pt := at.Add(vg.Point{X: vg.Points(dx), Y: vg.Points(dy)})
		if len(m) == 0 {
			m.Move(pt)
		} else {
			m.Line(pt)
		}
	}
	switch k % 4 {
	case 1:
		corner(-3.1, -3.1)
		corner(3.1, -3.1)
		corner(3.1, 3.1)
		corner(-3.1, 3.1)
	case 2:
		corner(-3.9, -2.8)
		corner(3.9, -2.8)
		corner(0, 4.2)
	case 3:
		corner(-4.3, 0)
		corner(0, -4.3)
		corner(4.3, 0)
		corner(0, 4.3)
	}
	m.Close()
	s.SetColor(colour)
	s.Fill(m)
}

// sample is the key of a series: a piece of its line with its marker.
func (p pointPlot) sample(name string, k, points int) key {
	return key{name: name, draw: func(s *svg, at vg.Point) {
		if p.joined {
			var l vg.Path
			l.Move(at)
			l.Line(at.Add(vg.Point{X: 17}))
			s.SetColor(seriesPaint(k))
			s.SetLineWidth(vg.Points(2))
			s.SetLineDash(dashes(k), 0)
			s.Stroke(l)
			s.SetLineDash(nil, 0)
		}
		if !p.joined || points <= 60 {
			p.marker(s, at.Add(vg.Point{X: 8.5}), k)
		}
	}}
}

// pointTable holds a row for each point.
func pointTable(series []Series, xname, yname string, x, y numbers) *view.Table {
	t := view.NewTable("")
	named, bounded := len(series) > 1 || series[0].Name != "", false
	for _, s := range series {
		bounded = bounded || s.Low != nil
	}
	if named {
		t.Columns = append(t.Columns, view.Column{Name: "series"})
	}
	t.Columns = append(t.Columns, x.column(orElse(oneLine(xname), "x")), y.column(orElse(oneLine(yname), "y")))
	if bounded {
		t.Columns = append(t.Columns, y.column("low"), y.column("high"))
	}
	for k, s := range series {
		for i, v := range s.Y {
			var row []any
			if named {
				row = append(row, names(series)[k])
			}
			row = append(row, x.cell(s.at(i)), y.cell(v))
			if s.Low != nil {
				row = append(row, y.cell(s.Low[i]), y.cell(s.High[i]))
			}
			t.Add(row...)
		}
	}
	return t
}

package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// nominalWidth is the width of a picture in user units, and plotHeight that of
// a plot with its axes. A page shows it up to enlarge times as wide.
const (
	nominalWidth = 480
	plotHeight   = 250
)

// frame is what surrounds the data: title, names of the axes, key, axes and
// grid. Titles and the name of the vertical axis stand at the top left and are
// read without turning the head.
type frame struct {
	title        string
	xname, yname string
	width        float64
	// height is that of the plot with its axes, without title and key.
	height float64
	x, y   scale
	xgrid  bool
	ygrid  bool
	// xline draws the horizontal axis line, yline the vertical one.
	xline, yline bool
	keys         []key
	// right is room for labels to the right of the data, top above it.
	right, top float64
}

// key explains a colour.
type key struct {
	name  string
	draw  func(s *svg, at vg.Point)
	width float64
}

const keyHeight = 19

// render draws the frame and in it the data.
func (f frame) render(alt string, data ...plot.Plotter) (string, error) {
	keyRows := f.layKeys()
	top := f.top + 3
	if f.title != "" {
		top += 22
	}
	top += keyHeight * float64(len(keyRows))
	if f.yname != "" {
		top += 21
	}
	s := newSVG(f.width, f.height+top)
	y := s.h
	if f.title != "" {
		y -= titleSize + 1
		s.write(words{text: fit(oneLine(f.title), titleSize, f.width), x: 0, y: vg.Points(y), size: titleSize, bold: true, paint: ink})
		y -= 6.5
	}
	for _, row := range keyRows {
		x := 0.0
		for _, k := range row {
			k.draw(s, vg.Point{X: vg.Points(x), Y: vg.Points(y - 10)})
			s.write(words{text: k.name, x: vg.Points(x + 22), y: vg.Points(y - 14), size: tickSize, paint: ink})
			x += k.width
		}
		y -= keyHeight
	}
	if f.yname != "" {
		s.write(words{text: fit(oneLine(f.yname), tickSize, f.width), x: 0, y: vg.Points(y - 13), size: tickSize, paint: quiet})
	}

	p := plot.New()
	p.BackgroundColor = nil
	p.TextHandler = letters
	setAxis(&p.X, f.x, f.xline)
	setAxis(&p.Y, f.y, f.yline)
	p.X.Tick.Label = letters.style(tickSize, f.x.paint(), text.XCenter, text.YTop-0.12)
	// A little lower than text.YCenter, so that digits, which have no
	// descenders, look centred on their tick.
	p.Y.Tick.Label = letters.style(tickSize, f.y.paint(), text.XRight, text.YCenter-0.09)
	p.X.Label.Text = fit(oneLine(f.xname), tickSize, f.width*0.8)
	p.X.Label.Padding = vg.Points(3)
	p.X.Label.TextStyle = letters.style(tickSize, quiet, text.XCenter, text.YBottom)
	p.Y.Label.TextStyle = p.X.Label.TextStyle
	if f.xgrid || f.ygrid {
		p.Add(gridLines{x: f.xgrid, y: f.ygrid})
	}
	p.Add(data...)

	c := draw.NewCanvas(s, vg.Points(f.width), vg.Points(f.height))
	p.Draw(draw.Crop(c, vg.Points(2), -vg.Points(f.right), 0, 0))
	return s.finish(alt)
}

func (sc scale) paint() paint {
	if sc.classes {
		return ink
	}
	return quiet
}

func setAxis(a *plot.Axis, sc scale, line bool) {
	a.Min, a.Max = sc.min, sc.max
	a.Tick.Marker = plot.ConstantTicks(sc.ticks)
	a.Tick.Length = vg.Points(4)
	a.Tick.LineStyle = draw.LineStyle{Color: quiet, Width: vg.Points(0.8)}
	a.LineStyle = draw.LineStyle{Color: quiet, Width: vg.Points(0.8)}
	a.Padding = 0
	if !line {
		a.LineStyle.Width = 0
		a.Tick.LineStyle.Width = 0
		a.Padding = vg.Points(3)
	}
	if sc.log {
		a.Scale = plot.LogScale{}
	}
}

// layKeys breaks the key into rows that fit the width.
func (f frame) layKeys() [][]key {
	var rows [][]key
	x := math.Inf(1)
	for _, k := range f.keys {
		k.name = fit(oneLine(k.name), tickSize, f.width-24)
		k.width = 22 + measure(k.name, tickSize) + 16
		if x+k.width-16 > f.width {
			rows = append(rows, nil)
			x = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		x += k.width
	}
	return rows
}

// surface returns the canvas below gonum's wrappers.
func surface(c vg.Canvas) *svg {
	for {
		switch d := c.(type) {
		case *svg:
			return d
		case draw.Canvas:
			c = d.Canvas
		case *draw.Canvas:
			c = d.Canvas
		default:
			return newSVG(1, 1) // nobody sees it; gonum hands on only the above
		}
	}
}

// gridLines draws a line at each tick.
type gridLines struct{ x, y bool }

// Plot implements plot.Plotter.
func (g gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	sty := draw.LineStyle{Color: grid, Width: vg.Points(0.8)}
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			c.StrokeLine2(sty, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
		}
	}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			c.StrokeLine2(sty, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
		}
	}
}

package chart

import (
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// barPlot is a plot.Plotter.
type barPlot struct {
	labels  []string
	series  []Series
	stacked bool
	lying   bool
	valued  bool // values are written at the bars
	numbers numbers
}

// slot is the width of a label's place in an upright chart.
func (b barPlot) slot() float64 { return (nominalWidth - 50) / float64(len(b.labels)) }

func (b barPlot) fitsUpright() bool {
	if len(b.labels) > 12 || len(b.labels)*len(b.series) > 36 && !b.stacked {
		return false
	}
	for _, l := range b.labels {
		if _, ok := wrap(l, tickSize, b.slot()-6); !ok {
			return false
		}
	}
	return true
}

// numbersShown returns the values, with the totals of a stack.
func (b barPlot) numbersShown() [][]float64 {
	var all [][]float64
	for _, s := range b.series {
		all = append(all, s.Y)
	}
	if b.stacked {
		sums := make([]float64, len(b.labels))
		for i := range sums {
			sums[i] = total(b.series, i)
		}
		all = append(all, sums)
	}
	return all
}

// written returns the text at the end of a bar of series k.
func (b barPlot) written(k, i int) string {
	v := b.series[k].Y[i]
	if b.stacked {
		v = total(b.series, i)
	}
	if b.numbers.unit == "%" && !b.bareShares() {
		return b.numbers.text(v)
	}
	return b.numbers.bare(v)
}

// bareShares reports whether percentages are written without their sign, for
// want of room.
func (b barPlot) bareShares() bool {
	return b.numbers.unit == "%" && len(b.series) > 1 && !b.stacked
}

func (b barPlot) widestWritten() float64 {
	w := 0.0
	for k := range b.series {
		for i := range b.labels {
			w = math.Max(w, measure(b.written(k, i), tickSize))
		}
	}
	return w
}

func (b barPlot) draw(o BarOptions, reference []Mark, alt string) (string, error) {
	n, side := float64(len(b.labels)), float64(len(b.series))
	if b.stacked {
		side = 1
	}
	within := b.slot() * 0.8 / side
	b.valued = b.lying && n*side <= 40 || !b.lying && b.widestWritten()+2 <= math.Max(within, b.slot()/side*0.92)

	bounds := b.numbersShown()
	lo, hi := 0.0, 0.0
	for _, s := range b.series {
		if !b.stacked {
			bounds = append(bounds, s.Low, s.High)
		}
	}
	at := make([]float64, len(reference))
	for i, m := range reference {
		at[i] = m.Value
	}
	l, h, _ := span(append(bounds, at)...)
	lo, hi = math.Min(lo, l), math.Max(hi, h)
	if lo == hi {
		hi = 1
	}
	values := niceScale(lo, hi, 5, !b.valued, o.Unit)
	if b.valued {
		values.ticks = nil
	}
	if b.valued && lo < 0 {
		// Room for the numbers below, or left of, the negative bars.
		room := 16.0 / (plotHeight - 20)
		if b.lying {
			room = (b.widestWritten() + 8) / 260
		}
		values.min -= (values.max - values.min) * room
	}
	classes := scale{min: -0.5, max: n - 0.5, classes: true}

	f := frame{title: o.Title, width: nominalWidth}
	for k, s := range b.series {
		if len(b.series) > 1 {
			f.keys = append(f.keys, swatch(s.Name, k))
		}
	}
	valueName := b.numbers.onAxis(o.YLabel)
	if b.valued && b.bareShares() {
		valueName = strings.TrimSpace(valueName + " [%]")
	}
	if b.lying {
		room := nominalWidth * 0.42
		for i, label := range b.labels {
			classes.ticks = append(classes.ticks, plot.Tick{Value: n - 1 - float64(i), Label: fit(label, tickSize, room)})
		}
		row := 23.0
		if side > 1 {
			row = 14*side + 9
		}
		if n > 40 {
			row = math.Max(row*40/n, 15)
		}
		f.x, f.y, f.xgrid = values, classes, !b.valued
		f.yname, f.xname = o.XLabel, valueName
		f.height = n*row + 6
		if !b.valued {
			f.height += 20
		}
		if valueName != "" {
			f.height += 20
		}
		if len(reference) > 0 {
			f.top = 18
		}
		if b.valued {
			f.right = b.widestWritten() + 8
		} else {
			f.right = 16
		}
		return f.render(alt, b, marks{marks: reference, upright: true}, barNumbers{b})
	}
	for i, label := range b.labels {
		if short, ok := wrap(label, tickSize, b.slot()-6); ok {
			label = short
		} else {
			label = fit(label, tickSize, b.slot()-6)
		}
		classes.ticks = append(classes.ticks, plot.Tick{Value: float64(i), Label: label})
	}
	f.x, f.y, f.ygrid = classes, values, !b.valued
	f.xname, f.yname = o.XLabel, valueName
	f.height = plotHeight
	if b.valued {
		f.top = 14
	}
	aside := marks{marks: reference}
	f.right = aside.room()
	f.keys = append(f.keys, aside.keys()...)
	return f.render(alt, b, aside, barNumbers{b})
}

// bar is where a bar lies: along the labels from..to, in values base..end.
type bar struct{ from, to, base, end float64 }

// share of a label's place that its bars take. Few upright bars stay slim.
func (b barPlot) share() float64 {
	share, side := 0.72, 1.0
	if len(b.series) > 1 && !b.stacked {
		share, side = 0.8, float64(len(b.series))
	}
	if !b.lying {
		share = math.Min(share, 72*side/b.slot())
	}
	return share
}

func (b barPlot) bar(k, i int) bar {
	share := b.share()
	left := float64(i) - share/2
	if b.stacked {
		base := 0.0
		for _, s := range b.series[:k] {
			base += orZero(s.Y[i])
		}
		return bar{left, left + share, base, base + orZero(b.series[k].Y[i])}
	}
	one := share / float64(len(b.series))
	left += one * float64(k)
	if len(b.series) > 1 {
		one *= 0.97
	}
	return bar{left, left + one, 0, orZero(b.series[k].Y[i])}
}

// place returns the map of (position along the labels, value) to the canvas.
func (b barPlot) place(c *draw.Canvas, p *plot.Plot) func(at, v float64) vg.Point {
	tx, ty := p.Transforms(c)
	return func(at, v float64) vg.Point {
		if b.lying {
			return vg.Point{X: tx(v), Y: ty(float64(len(b.labels)-1) - at)}
		}
		return vg.Point{X: tx(at), Y: ty(v)}
	}
}

// bounds returns the ends of a whisker, if there is one.
func (b barPlot) bounds(k, i int) (lo, hi float64, ok bool) {
	s := b.series[k]
	if b.stacked || s.Low == nil || math.IsNaN(s.Low[i]) || math.IsNaN(s.High[i]) {
		return 0, 0, false
	}
	return s.Low[i], s.High[i], true
}

// Plot implements plot.Plotter.
func (b barPlot) Plot(c draw.Canvas, p *plot.Plot) {
	s, place := surface(c), b.place(&c, p)
	for i, label := range b.labels {
		for k, sr := range b.series {
			tip := label
			if sr.Name != "" {
				tip += ", " + oneLine(sr.Name)
			}
			tip += ": " + b.numbers.text(sr.Y[i])
			lo, hi, ranged := b.bounds(k, i)
			if ranged {
				tip += " (" + b.numbers.bare(lo) + " to " + b.numbers.bare(hi) + ")"
			}
			r := b.bar(k, i)
			s.titled(tip, func() {
				if !math.IsNaN(sr.Y[i]) {
					box := vg.Rectangle{Min: place(r.from, r.base), Max: place(r.to, r.end)}
					if b.stacked && k > 0 && r.end > r.base {
						// A seam of paper keeps the parts of a stack apart.
						if b.lying {
							box.Min.X = min(box.Min.X+0.8, box.Max.X)
						} else {
							box.Min.Y = min(box.Min.Y+0.8, box.Max.Y)
						}
					}
					s.box(box, seriesPaint(k))
				}
				if ranged {
					whisker(s, place((r.from+r.to)/2, lo), place((r.from+r.to)/2, hi))
				}
			})
		}
	}
	s.SetColor(quiet)
	s.SetLineDash(nil, 0)
	s.SetLineWidth(vg.Points(0.8))
	var zero vg.Path
	zero.Move(place(-0.5, 0))
	zero.Line(place(float64(len(b.labels))-0.5, 0))
	s.Stroke(zero)
}

// barNumbers writes the values at the ends of the bars, above reference lines.
type barNumbers struct{ barPlot }

// Plot implements plot.Plotter.
func (b barNumbers) Plot(c draw.Canvas, p *plot.Plot) {
	if !b.valued {
		return
	}
	s, place := surface(c), b.place(&c, p)
	for i := range b.labels {
		for k, sr := range b.series {
			if b.stacked && k < len(b.series)-1 {
				continue
			}
			r := b.bar(k, i)
			end, negative := r.end, sr.Y[i] < 0 && !b.stacked
			if lo, hi, ok := b.bounds(k, i); ok && negative {
				end = math.Min(end, lo)
			} else if ok {
				end = math.Max(end, hi)
			}
			at := place((r.from+r.to)/2, end)
			w := words{text: b.written(k, i), x: at.X, y: at.Y, size: tickSize, paint: ink, anchor: "middle", halo: true}
			switch {
			case b.lying && negative:
				w.x, w.y, w.anchor = w.x-4, w.y-4.4, "end"
			case b.lying:
				w.x, w.y, w.anchor = w.x+4, w.y-4.4, ""
			case negative:
				w.y -= 13
			default:
				w.y += 4
			}
			s.write(w)
		}
	}
}

func whisker(s *svg, from, to vg.Point) {
	var p vg.Path
	p.Move(from)
	p.Line(to)
	s.SetLineDash(nil, 0)
	// A rim of paper keeps the whisker visible on the bar.
	s.SetColor(paper)
	s.SetLineWidth(vg.Points(3.6))
	s.Stroke(p)
	s.SetColor(ink)
	s.SetLineWidth(vg.Points(1.4))
	s.Stroke(p)
}

func swatch(name string, k int) key {
	return key{name: name, draw: func(s *svg, at vg.Point) {
		s.box(vg.Rectangle{Min: at.Sub(vg.Point{Y: 5}), Max: at.Add(vg.Point{X: 16, Y: 5})}, seriesPaint(k))
	}}
}

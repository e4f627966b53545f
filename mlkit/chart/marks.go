package chart

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"viva/mlkit/view"
)

// marksOf joins reference lines with the ends of a bound, and labels those
// that have no label. It refuses lines that have no place on their axis.
func marksOf(chart string, given []Mark, b view.Bound, unit string, log bool) ([]Mark, error) {
	var all []Mark
	for _, m := range given {
		m.Label = orElse(oneLine(m.Label), exact(unit, m.Value))
		all = append(all, m)
	}
	if b.Low != nil {
		all = append(all, Mark{*b.Low, "at least " + exact(unit, *b.Low)})
	}
	if b.High != nil {
		all = append(all, Mark{*b.High, "at most " + exact(unit, *b.High)})
	}
	for _, m := range all {
		if !(math.Abs(m.Value) <= largest) {
			return nil, fmt.Errorf("chart.%s: reference line %q is at %g, which is no place on an axis", chart, m.Label, m.Value)
		}
		if log && m.Value < smallest {
			return nil, fmt.Errorf("chart.%s: reference line %q is at %g, which has no place on a logarithmic axis", chart, m.Label, m.Value)
		}
	}
	return all, nil
}

// said describes a reference line in words.
func (m Mark) said(unit string) string {
	if at := exact(unit, m.Value); !strings.Contains(m.Label, at) {
		return " Reference line “" + m.Label + "” at " + at
	}
	return " Reference line: " + m.Label
}

// marks draws reference lines across the data: level ones at values of the
// vertical axis, or upright ones at values of the horizontal axis. A level
// line's label stands at its right end if it is short, else in the key.
type marks struct {
	marks   []Mark
	upright bool
	// elsewhere leaves short labels of level lines to somebody else.
	elsewhere bool
}

// isShort reports whether a mark's label fits beside the plot.
func isShort(m Mark) bool { return measure(oneLine(m.Label), tickSize) <= 95 }

// room returns the width that labels beside level lines take.
func (m marks) room() float64 {
	w := 0.0
	for _, k := range m.marks {
		if isShort(k) {
			w = math.Max(w, measure(k.Label, tickSize)+8)
		}
	}
	return w
}

var markLine = draw.LineStyle{Color: ink, Width: vg.Points(1.1), Dashes: []vg.Length{vg.Points(5), vg.Points(3)}}

// keys explains the level lines whose labels are too long to stand beside.
func (m marks) keys() []key {
	var keys []key
	for _, k := range m.marks {
		if isShort(k) {
			continue
		}
		keys = append(keys, key{name: k.Label, draw: func(s *svg, at vg.Point) {
			c := draw.Canvas{Canvas: s}
			c.StrokeLine2(markLine, at.X, at.Y, at.X+17, at.Y)
		}})
	}
	return keys
}

// Plot implements plot.Plotter.
func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	s := surface(c)
	tx, ty := p.Transforms(&c)
	var labelled []int
	var at []float64
	distance := tickSize + 1
	for i, k := range m.marks {
		x, y := tx(k.Value), ty(k.Value)
		s.titled(k.Label, func() {
			if m.upright {
				c.StrokeLine2(markLine, x, c.Min.Y, x, c.Max.Y)
			} else {
				c.StrokeLine2(markLine, c.Min.X, y, c.Max.X, y)
			}
		})
		switch {
		case m.upright:
			labelled, at = append(labelled, i), append(at, x.Points())
			distance = math.Max(distance, measure(k.Label, tickSize)+6)
		case isShort(k) && !m.elsewhere:
			labelled, at = append(labelled, i), append(at, y.Points())
		}
	}
	for n, place := range spread(at, distance) {
		w := words{text: m.marks[labelled[n]].Label, size: tickSize, paint: ink}
		if m.upright {
			half := measure(w.text, tickSize)/2 + 3
			w.x, w.y, w.anchor = vg.Points(math.Max(half, math.Min(place, s.w-half))), c.Max.Y+vg.Points(5), "middle"
		} else {
			w.x, w.y = c.Max.X+vg.Points(5), vg.Points(place-4.4)
		}
		s.write(w)
	}
}

// spread moves heights apart, as little as it takes for neighbours to keep a
// distance, and returns them in the given order.
func spread(heights []float64, distance float64) []float64 {
	order := make([]int, len(heights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return heights[order[a]] < heights[order[b]] })
	// Overlapping labels merge into blocks that are centred on their members.
	type block struct {
		center float64
		ids    []int
	}
	var blocks []block
	for _, i := range order {
		blocks = append(blocks, block{heights[i], []int{i}})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			need := distance * float64(len(a.ids)+len(b.ids)) / 2
			if b.center-a.center >= need {
				break
			}
			ids := append(append([]int(nil), a.ids...), b.ids...)
			sum := 0.0
			for _, id := range ids {
				sum += heights[id]
			}
			blocks = append(blocks[:len(blocks)-2], block{sum / float64(len(ids)), ids})
		}
	}
	out := make([]float64, len(heights))
	for _, b := range blocks {
		for k, id := range b.ids {
			out[id] = b.center + distance*(float64(k)-float64(len(b.ids)-1)/2)
		}
	}
	return out
}

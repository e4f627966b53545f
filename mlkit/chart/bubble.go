package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"

	"viva/mlkit/view"
)

// Bubble is a circle on a map.
type Bubble struct {
	X, Y float64
	// Size determines the circle's area; it must not be negative.
	Size float64
	// Label stands in the middle of the circle, Tip is added to its tooltip.
	Label, Tip string
}

// BubblesOptions says how a map of circles looks.
type BubblesOptions struct {
	Title, Caption, Alt string
	// Name says what sizes are, Unit is as in view.Metric.
	Name, Unit string
}

// The largest circle has a radius of maxRadius, and none one below minRadius, so
// that its label can be read.
const maxRadius, minRadius = 34, 5

// Bubbles draws circles where they lie in a plane, with the same scale in both
// directions and without axes: for maps on which only distances mean something.
// It returns an error if a number is infinite or missing, a size is negative, or
// there is nothing to draw.
func Bubbles(bubbles []Bubble, o BubblesOptions) (view.Figure, error) {
	if len(bubbles) == 0 {
		return view.Figure{}, fmt.Errorf("chart.Bubbles: nothing to draw")
	}
	var xs, ys, sizes []float64
	var labels []string
	most := 0.0
	for i, b := range bubbles {
		if !(math.Abs(b.X) <= largest && math.Abs(b.Y) <= largest && b.Size >= 0 && b.Size <= largest) {
			return view.Figure{}, fmt.Errorf("chart.Bubbles: bubble %d (%q) is at %g, %g with the size %g: all must be finite, and sizes not negative", i+1, b.Label, b.X, b.Y, b.Size)
		}
		xs, ys, sizes = append(xs, b.X), append(ys, b.Y), append(sizes, b.Size)
		labels = append(labels, orElse(oneLine(b.Label), fmt.Sprintf("bubble %d", i+1)))
		most = max(most, b.Size)
	}
	n := numbersOf(o.Unit, sizes)
	alt := o.Alt
	if alt == "" {
		alt = about("Map", o.Title, "") + ", " + count(len(bubbles), "circle") + ". " + capital(orElse(oneLine(o.Name), "size")) + " " + extremes(labels, sizes, n) + "."
	}
	picture, err := drawBubbles(bubbles, labels, most, o, n, alt)
	if err != nil {
		return view.Figure{}, err
	}
	place := numbersOf("", xs, ys)
	t := view.NewTable("", "label")
	t.Columns = append(t.Columns, place.column("x"), place.column("y"), n.column(orElse(oneLine(o.Name), "size")), view.Column{Name: "about"})
	for i, b := range bubbles {
		t.Add(labels[i], place.cell(b.X), place.cell(b.Y), n.cell(b.Size), b.Tip)
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: t}, nil
}

func drawBubbles(bubbles []Bubble, labels []string, most float64, o BubblesOptions, n numbers, alt string) (string, error) {
	const rim, tallest, least = maxRadius + 4, 260, 120
	x0, x1, _ := span(column(bubbles, func(b Bubble) float64 { return b.X }))
	y0, y1, _ := span(column(bubbles, func(b Bubble) float64 { return b.Y }))
	width := nominalWidth - 2.0*rim
	scale := math.Inf(1)
	if x1 > x0 {
		scale = width / (x1 - x0)
	}
	if y1 > y0 {
		scale = min(scale, tallest/(y1-y0))
	}
	if math.IsInf(scale, 1) {
		scale = 0
	}
	height := max(least, scale*(y1-y0)+2*rim)
	top := 0.0
	if o.Title != "" {
		top = 22
	}
	s := newSVG(nominalWidth, height+top)
	if o.Title != "" {
		s.write(words{text: fit(oneLine(o.Title), titleSize, nominalWidth), y: vg.Points(s.h - titleSize - 1), size: titleSize, bold: true, paint: ink})
	}
	at := func(b Bubble) vg.Point {
		return vg.Point{
			X: vg.Points(nominalWidth/2 + scale*(b.X-(x0+x1)/2)),
			Y: vg.Points(height/2 + scale*(b.Y-(y0+y1)/2)),
		}
	}
	for i, b := range bubbles {
		radius := 0.0
		if most > 0 {
			radius = maxRadius * math.Sqrt(b.Size/most)
		}
		tip := labels[i] + ": " + n.text(b.Size)
		if b.Tip != "" {
			tip += ", " + oneLine(b.Tip)
		}
		s.titled(tip, func() { s.disc(at(b), max(minRadius, radius), seriesPaint(0).faded(0.3)) })
	}
	// Labels come last, so that no circle lies on one.
	for _, b := range bubbles {
		p := at(b)
		s.write(words{text: fit(oneLine(b.Label), tickSize, 2*rim-2), x: p.X, y: p.Y - vg.Points(tickSize*0.36), anchor: "middle", size: tickSize, paint: ink, halo: true})
	}
	return s.finish(alt)
}

func column(bubbles []Bubble, f func(Bubble) float64) []float64 {
	values := make([]float64, len(bubbles))
	for i, b := range bubbles {
		values[i] = f(b)
	}
	return values
}

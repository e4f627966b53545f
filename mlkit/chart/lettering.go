package chart

import (
	"math"
	"strings"
	"sync"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Sizes of text, in user units. A picture is 480 wide, so that on a phone of
// 360 the smallest text still measures 9 pixels.
const (
	titleSize = 14.5
	labelSize = 13
	tickSize  = 12.5
)

// lettering is gonum's plain text, save that the canvas gets the anchor
// instead of a position computed from one font's widths: the page's font is
// not known here.
type lettering struct{ text.Plain }

var letters = lettering{text.Plain{Fonts: font.DefaultCache}}

// sans is only measured. Liberation Sans has the widths of Arial and
// Helvetica.
func sans(size float64) font.Font {
	return font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size))
}

func (l lettering) style(size float64, p paint, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{Color: p, Font: sans(size), XAlign: x, YAlign: y, Handler: l}
}

// widePage is how much wider than Arial a page's font may be without text
// being cut off: DejaVu Sans and Verdana are.
const widePage = 1.18

// Box implements text.Handler.
func (l lettering) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	e := l.Extents(f)
	return vg.Points(measure(txt, f.Size.Points())), e.Ascent, e.Descent
}

// Draw implements text.Handler; vertical placement is text.Plain's.
func (l lettering) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	lines := l.Lines(txt)
	y := pt.Y + vg.Length(sty.YAlign)*sty.Height(txt) - sty.FontExtents().Ascent
	anchor := ""
	switch {
	case sty.XAlign <= -0.75:
		anchor = "end"
	case sty.XAlign <= -0.25:
		anchor = "middle"
	}
	for i, line := range lines {
		surface(c).write(words{
			text: line, x: pt.X, y: y + vg.Length(len(lines)-i)*sty.Font.Size,
			anchor: anchor, size: sty.Font.Size.Points(), paint: sty.Color.(paint),
			turn: -sty.Rotation * 180 / math.Pi,
		})
	}
}

// measure returns the width of one line of text.
func measure(txt string, size float64) float64 {
	w := 0.0
	for _, r := range txt {
		switch {
		case r >= 0x2E80: // the measuring font lacks CJK, which is square
			w += 1
		case r >= 0x80:
			w += advance(r)
		default:
			w += ascii()[r]
		}
	}
	return w * size
}

// advance returns a character's width in ems, on a page with a wide font.
func advance(r rune) float64 {
	const size = 100
	w, _, _ := letters.Plain.Box(string(r), sans(size))
	em := w.Points() / size * widePage
	if strings.ContainsRune("<>=+−&\"", r) { // wider still there
		em += 0.15
	}
	return em
}

// ascii holds the advances that nearly all text consists of.
var ascii = sync.OnceValue(func() (table [0x80]float64) {
	for r := range table {
		table[r] = advance(rune(r))
	}
	return table
})

func widest(labels []string, size float64) float64 {
	w := 0.0
	for _, l := range labels {
		w = math.Max(w, measure(l, size))
	}
	return w
}

// fit shortens text to a width, ending it in an ellipsis.
func fit(txt string, size, width float64) string {
	if measure(txt, size) <= width {
		return txt
	}
	r := []rune(txt)
	for len(r) > 1 && measure(string(r)+"…", size) > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + "…"
}

// wrap breaks text at spaces into at most two lines of a width. It reports
// whether that was enough.
func wrap(txt string, size, width float64) (string, bool) {
	if measure(txt, size) <= width {
		return txt, true
	}
	best, at := math.Inf(1), -1
	for i, r := range txt {
		if r != ' ' {
			continue
		}
		if w := math.Max(measure(txt[:i], size), measure(txt[i+1:], size)); w < best {
			best, at = w, i
		}
	}
	if best > width {
		return txt, false
	}
	return txt[:at] + "\n" + txt[at+1:], true
}

// oneLine replaces line breaks, which SVG text does not know.
func oneLine(t string) string { return strings.Join(strings.Fields(t), " ") }

func oneLines(labels []string) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = oneLine(l)
	}
	return out
}

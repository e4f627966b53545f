package chart

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// svg is a vg.Canvas that writes SVG for a themed page. It keeps transforms to
// itself and writes absolute coordinates, one user unit a point, with the
// origin at the top.
type svg struct {
	w, h  float64
	body  strings.Builder
	state svgState
	stack []svgState
	err   error
}

type svgState struct {
	paint  paint
	width  float64
	dash   []vg.Length
	offset vg.Length
	m      matrix
}

// matrix maps (x, y) to (ax + cy + e, bx + dy + f), as in SVG.
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) apply(p vg.Point) (x, y float64) {
	px, py := p.X.Points(), p.Y.Points()
	return m.a*px + m.c*py + m.e, m.b*px + m.d*py + m.f
}

// then returns the matrix that applies n first and m after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func newSVG(w, h float64) *svg {
	s := &svg{w: w, h: h}
	s.state = svgState{paint: ink, width: 1, m: matrix{1, 0, 0, -1, 0, h}}
	return s
}

// finish returns the finished element, labelled for screen readers.
func (s *svg) finish(alt string) (string, error) {
	if s.err != nil {
		return "", s.err
	}
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="100%%" style="max-width:%spx;height:auto" role="img" aria-label="%s" font-family="var(--fig-font,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',sans-serif)" fill="none">`,
		s.num(s.w), s.num(s.h), s.num(math.Round(s.w*enlarge)), escape(alt))
	return head + "\n" + s.body.String() + "</svg>\n", s.err
}

// enlarge is how far a picture grows beyond its nominal size on a wide page.
const enlarge = 1.3

// titled puts what draw draws into a group with a tooltip.
func (s *svg) titled(tip string, draw func()) {
	s.body.WriteString("<g><title>" + escape(tip) + "</title>")
	draw()
	s.body.WriteString("</g>\n")
}

// words is a piece of text on one line.
type words struct {
	text string
	// x and y place the anchor on the baseline, from the lower left.
	x, y   vg.Length
	anchor string // "" start, "middle" or "end"
	size   float64
	bold   bool
	paint  paint
	// turn is the clockwise rotation about the anchor, in degrees.
	turn float64
	// halo draws a rim of paper behind the letters.
	halo bool
}

func (s *svg) write(w words) {
	if w.text == "" {
		return
	}
	x, y := s.state.m.apply(vg.Point{X: w.x, Y: w.y})
	fmt.Fprintf(&s.body, `<text x="%s" y="%s" font-size="%s"%s`, s.num(x), s.num(y), s.num(w.size), s.fill(w.paint))
	if w.anchor != "" {
		fmt.Fprintf(&s.body, ` text-anchor="%s"`, w.anchor)
	}
	if w.bold {
		s.body.WriteString(` font-weight="600"`)
	}
	if w.turn != 0 {
		fmt.Fprintf(&s.body, ` transform="rotate(%s %s %s)"`, s.num(w.turn), s.num(x), s.num(y))
	}
	if w.halo {
		fmt.Fprintf(&s.body, ` stroke="%s" stroke-width="5" stroke-linejoin="round" paint-order="stroke"`, paper.css())
	}
	s.body.WriteString(">" + escape(w.text) + "</text>\n")
}

func (s *svg) fill(p paint) string {
	return ` fill="` + p.css() + `"` + s.opacity("fill-opacity", p.alpha)
}

func (s *svg) opacity(name string, a float64) string {
	if a == 1 {
		return ""
	}
	return fmt.Sprintf(` %s="%s"`, name, s.num(a))
}

// num prints a coordinate with two decimals at most.
func (s *svg) num(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		s.fail(fmt.Errorf("chart: internal: a coordinate is %g", x))
		return "0"
	}
	t := strconv.FormatFloat(x, 'f', 2, 64)
	t = strings.TrimRight(strings.TrimRight(t, "0"), ".")
	if t == "-0" {
		return "0"
	}
	return t
}

func (s *svg) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// escape makes text safe in XML content and double-quoted attributes.
// Characters that XML 1.0 cannot hold become U+FFFD.
func escape(t string) string {
	var b strings.Builder
	for _, r := range t {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case r < 0x20 || r == 0xFFFE || r == 0xFFFF:
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Size implements vg.CanvasSizer.
func (s *svg) Size() (x, y vg.Length) { return vg.Points(s.w), vg.Points(s.h) }

// SetLineWidth implements vg.Canvas.
func (s *svg) SetLineWidth(w vg.Length) { s.state.width = w.Points() }

// SetLineDash implements vg.Canvas.
func (s *svg) SetLineDash(pattern []vg.Length, offset vg.Length) {
	s.state.dash, s.state.offset = pattern, offset
}

// SetColor implements vg.Canvas. A colour that is not a paint would not follow
// the page, so it is refused.
func (s *svg) SetColor(c color.Color) {
	p, ok := c.(paint)
	if !ok {
		s.fail(fmt.Errorf("chart: internal: colour %v is not one of the page's", c))
		p = ink
	}
	s.state.paint = p
}

// Rotate implements vg.Canvas.
func (s *svg) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	s.state.m = s.state.m.then(matrix{cos, sin, -sin, cos, 0, 0})
}

// Translate implements vg.Canvas.
func (s *svg) Translate(p vg.Point) {
	s.state.m = s.state.m.then(matrix{1, 0, 0, 1, p.X.Points(), p.Y.Points()})
}

// Scale implements vg.Canvas.
func (s *svg) Scale(x, y float64) { s.state.m = s.state.m.then(matrix{x, 0, 0, y, 0, 0}) }

// Push implements vg.Canvas.
func (s *svg) Push() { s.stack = append(s.stack, s.state) }

// Pop implements vg.Canvas.
func (s *svg) Pop() {
	s.state = s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
}

// Stroke implements vg.Canvas.
func (s *svg) Stroke(p vg.Path) {
	if s.state.width <= 0 || len(p) == 0 {
		return
	}
	attr := fmt.Sprintf(` stroke="%s"%s stroke-width="%s"`, s.state.paint.css(),
		s.opacity("stroke-opacity", s.state.paint.alpha), s.num(s.state.width))
	if len(s.state.dash) > 0 {
		d := make([]string, len(s.state.dash))
		for i, l := range s.state.dash {
			d[i] = s.num(l.Points())
		}
		attr += ` stroke-dasharray="` + strings.Join(d, " ") + `"`
		if s.state.offset != 0 {
			attr += ` stroke-dashoffset="` + s.num(s.state.offset.Points()) + `"`
		}
	}
	fmt.Fprintf(&s.body, `<path d="%s"%s stroke-linejoin="round"/>`+"\n", s.path(p), attr)
}

// Fill implements vg.Canvas.
func (s *svg) Fill(p vg.Path) {
	if len(p) == 0 {
		return
	}
	fmt.Fprintf(&s.body, `<path d="%s"%s/>`+"\n", s.path(p), s.fill(s.state.paint))
}

// box fills a rectangle.
func (s *svg) box(r vg.Rectangle, p paint) {
	x0, y0 := s.state.m.apply(r.Min)
	x1, y1 := s.state.m.apply(r.Max)
	fmt.Fprintf(&s.body, `<rect x="%s" y="%s" width="%s" height="%s"%s/>`+"\n", s.num(math.Min(x0, x1)),
		s.num(math.Min(y0, y1)), s.num(math.Abs(x1-x0)), s.num(math.Abs(y1-y0)), s.fill(p))
}

// disc fills a circle.
func (s *svg) disc(at vg.Point, radius float64, p paint) {
	x, y := s.state.m.apply(at)
	fmt.Fprintf(&s.body, `<circle cx="%s" cy="%s" r="%s"%s/>`+"\n", s.num(x), s.num(y), s.num(radius), s.fill(p))
}

// dots fills many circles as one path: the round caps of lines without length.
func (s *svg) dots(at []vg.Point, radius float64, p paint) {
	s.body.WriteString(`<path d="`)
	for _, a := range at {
		x, y := s.state.m.apply(a)
		s.body.WriteString("M" + s.num(x) + " " + s.num(y) + "h0")
	}
	fmt.Fprintf(&s.body, `" stroke="%s"%s stroke-width="%s" stroke-linecap="round"/>`+"\n", p.css(), s.opacity("stroke-opacity", p.alpha), s.num(2*radius))
}

func (s *svg) path(p vg.Path) string {
	var b strings.Builder
	at := func(op string, p vg.Point) {
		x, y := s.state.m.apply(p)
		b.WriteString(op + s.num(x) + " " + s.num(y))
	}
	for i, c := range p {
		switch c.Type {
		case vg.MoveComp:
			at("M", c.Pos)
		case vg.LineComp:
			at("L", c.Pos)
		case vg.CurveComp:
			op := "Q"
			if len(c.Control) == 2 {
				op = "C"
			}
			for _, q := range c.Control {
				at(op, q)
				op = " "
			}
			at(" ", c.Pos)
		case vg.ArcComp:
			s.arc(at, c, i == 0)
		case vg.CloseComp:
			b.WriteString("Z")
		}
	}
	return b.String()
}

// arc approximates an arc by cubic curves of at most a quarter turn, which
// stay right under any transform. The control points lie 4/3·tan(θ/4) radii
// along the tangents; the largest error is 0.03 % of the radius.
func (s *svg) arc(at func(string, vg.Point), c vg.PathComp, first bool) {
	on := func(angle, along float64) vg.Point {
		sin, cos := math.Sincos(angle)
		r := c.Radius.Points()
		return vg.Point{
			X: c.Pos.X + vg.Points(r*(cos-along*sin)),
			Y: c.Pos.Y + vg.Points(r*(sin+along*cos)),
		}
	}
	op := "L"
	if first {
		op = "M"
	}
	at(op, on(c.Start, 0))
	n := int(math.Ceil(math.Abs(c.Angle)/(math.Pi/2) - 1e-9))
	for i := range n {
		step := c.Angle / float64(n)
		from := c.Start + float64(i)*step
		k := 4.0 / 3 * math.Tan(step/4)
		at("C", on(from, k))
		at(" ", on(from+step, -k))
		at(" ", on(from+step, 0))
	}
}

// FillString implements vg.Canvas.
func (s *svg) FillString(f font.Face, p vg.Point, text string) {
	s.write(words{text: text, x: p.X, y: p.Y, size: f.Font.Size.Points(), paint: s.state.paint})
}

// DrawImage implements vg.Canvas. A raster cannot follow the page's colours.
func (s *svg) DrawImage(vg.Rectangle, image.Image) {
	s.fail(errors.New("chart: internal: raster pictures are not drawn"))
}

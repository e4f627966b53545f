package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"viva/mlkit/view"
)

// drawing is what a parser sees of an SVG.
type drawing struct {
	width, height float64
	texts         []placed
	titles        []string
}

type placed struct {
	text, anchor, turn string
	x, y, size         float64
}

// parse reads an SVG strictly and checks the form that reports rely on.
func parse(t testingT, svg string) drawing {
	t.Helper()
	var d drawing
	dec := xml.NewDecoder(strings.NewReader(svg))
	var inside string
	first := true
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return d
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			inside = e.Name.Local
			at := map[string]string{}
			for _, a := range e.Attr {
				if _, double := at[a.Name.Local]; double {
					t.Errorf("<%s> has two attributes %s", inside, a.Name.Local)
				}
				at[a.Name.Local] = a.Value
				checkValue(t, inside, a)
			}
			if first {
				first = false
				var x, y float64
				if n, _ := fmt.Sscan(at["viewBox"], &x, &y, &d.width, &d.height); inside != "svg" || n != 4 || x != 0 || y != 0 {
					t.Errorf("root is <%s viewBox=%q>", inside, at["viewBox"])
				}
				if at["width"] != "100%" || at["height"] != "" {
					t.Errorf("width %q height %q, want a picture that follows the page", at["width"], at["height"])
				}
			}
			if inside == "text" {
				p := placed{anchor: at["text-anchor"], turn: at["transform"]}
				p.x, _ = strconv.ParseFloat(at["x"], 64)
				p.y, _ = strconv.ParseFloat(at["y"], 64)
				p.size, _ = strconv.ParseFloat(at["font-size"], 64)
				d.texts = append(d.texts, p)
			}
		case xml.CharData:
			switch inside {
			case "text":
				d.texts[len(d.texts)-1].text += string(e)
			case "title":
				d.titles = append(d.titles, string(e))
			}
		case xml.EndElement:
			inside = ""
		}
	}
}

type testingT interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

var (
	themed  = regexp.MustCompile(`var\(--fig-(ink|paper|grid|[1-8]),#[0-9a-f]{6}\)`)
	colours = regexp.MustCompile(`#[0-9A-Fa-f]{3,8}\b|rgba?\(|hsla?\(`)
)

// checkForm checks what holds for every picture.
func checkForm(t testingT, f view.Figure) drawing {
	t.Helper()
	return parse(t, f.SVG)
}

// checkValue refuses fixed colours and coordinates that are no numbers.
func checkValue(t testingT, element string, a xml.Attr) {
	t.Helper()
	if a.Name.Local == "aria-label" {
		return
	}
	if strings.ContainsAny(a.Value, "#(") {
		if c := colours.FindString(themed.ReplaceAllString(a.Value, "")); c != "" {
			t.Errorf("<%s %s=%q> has the fixed colour %s", element, a.Name.Local, a.Value, c)
		}
	}
	if (a.Name.Local == "fill" || a.Name.Local == "stroke") && a.Value != "none" && !themed.MatchString(a.Value) {
		t.Errorf("<%s %s=%q> does not follow the page", element, a.Name.Local, a.Value)
	}
	if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
		t.Errorf("<%s %s=%q> is no number", element, a.Name.Local, a.Value)
	}
}

func TestEveryPictureIsThemedAndWellFormed(t *testing.T) {
	for _, e := range gallery() {
		t.Run(e.name, func(t *testing.T) {
			f, err := e.draw()
			if err != nil {
				t.Fatal(err)
			}
			d := checkForm(t, f)
			found := map[string]bool{}
			for _, p := range d.texts {
				found[p.text] = true
			}
			all := strings.Join(d.titles, "\n")
			for _, w := range e.words {
				// A label that was cut or broken is whole in a tooltip.
				if !found[w] && !strings.Contains(all, w) {
					t.Errorf("%q is neither written nor in a tooltip", w)
				}
			}
		})
	}
}

// Text must stay inside the picture even where the page's font is as wide as
// DejaVu Sans.
func TestNoTextIsCutOff(t *testing.T) {
	for _, e := range gallery() {
		f, err := e.draw()
		if err != nil {
			t.Fatal(err)
		}
		d := checkForm(t, f)
		for _, p := range d.texts {
			if strings.IndexFunc(p.text, func(r rune) bool { return r > 0x2000 && r != '→' && r != '↓' && r != '…' && r != '−' }) >= 0 {
				continue // other scripts have other widths
			}
			w := 0.0
			for _, r := range p.text {
				w += p.size * dejaVu(r)
			}
			left := p.x
			switch p.anchor {
			case "middle":
				left -= w / 2
			case "end":
				left -= w
			}
			right := left + w
			if p.turn != "" {
				right, w = p.x+w/math.Sqrt2, w/math.Sqrt2
				if p.y-w < 0 {
					t.Errorf("%s: %q rises out of the picture: %.0f", e.name, p.text, p.y-w)
				}
			}
			if left < 0 || right > d.width || p.y < p.size*0.7 || p.y > d.height {
				t.Errorf("%s: %q spans %.0f to %.0f at height %.0f, outside of %g × %g", e.name, p.text, left, right, p.y, d.width, d.height)
			}
		}
	}
}

// dejaVu returns a letter's width in DejaVu Sans, in ems.
func dejaVu(r rune) float64 {
	switch {
	case strings.ContainsRune("ijl'|", r):
		return 0.28
	case strings.ContainsRune(" .,:-fI", r):
		return 0.36
	case strings.ContainsRune("tr()[]", r):
		return 0.41
	case strings.ContainsRune("csz\"", r):
		return 0.55
	case strings.ContainsRune("vxyk", r):
		return 0.6
	case strings.ContainsRune("mMW%…", r):
		return 0.99
	case strings.ContainsRune("wOQ→↓−<>", r):
		return 0.84
	case r >= 'A' && r <= 'Z':
		return 0.7
	}
	return 0.64
}

func TestSameInputSameBytes(t *testing.T) {
	want := map[string]string{}
	for _, e := range gallery() {
		f, _ := e.draw()
		want[e.name] = f.SVG + f.Alt
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, e := range gallery() {
				if f, err := e.draw(); err != nil || f.SVG+f.Alt != want[e.name] {
					t.Errorf("%s differs when drawn again", e.name)
				}
			}
		})
	}
	wg.Wait()
}

// documented reads the colours out of the package comment, so that what it
// promises is what is tested.
func documented(t testingT) (light, dark map[string]string) {
	t.Helper()
	source, err := os.ReadFile("chart.go")
	if err != nil {
		t.Fatalf("%v", err)
	}
	text := string(source)
	start, end := strings.Index(text, "--fig-ink"), strings.Index(text, "--fig-font")
	hex := regexp.MustCompile(`(\(?)(#[0-9a-f]{6})`)
	light, dark = map[string]string{}, map[string]string{}
	var series [2]int
	in := 0
	for line := range strings.SplitSeq(text[start:end], "\n") {
		name := regexp.MustCompile(`--fig-(ink|paper|grid)`).FindString(line)
		if name == "" {
			for _, m := range hex.FindAllStringSubmatch(line, -1) {
				if m[1] == "(" {
					in = 1
				}
				series[in]++
				[]map[string]string{light, dark}[in][fmt.Sprintf("--fig-%d", series[in])] = m[2]
			}
			continue
		}
		m := hex.FindAllStringSubmatch(line, -1)
		light[name], dark[name] = m[0][2], m[1][2]
	}
	if len(light) != 11 || len(dark) != 11 {
		t.Fatalf("the package comment documents %d light and %d dark colours, want 11 each", len(light), len(dark))
	}
	return light, dark
}

func darkTheme() string {
	var b strings.Builder
	b.WriteString(":root{")
	_, dark := documented(panicT{})
	for k, v := range dark {
		b.WriteString(k + ":" + v + ";")
	}
	return b.String() + "}"
}

type panicT struct{}

func (panicT) Helper()                   {}
func (panicT) Errorf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (panicT) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

type rgb [3]float64

func hexRGB(h string) (c rgb) {
	for i := range c {
		v, _ := strconv.ParseUint(h[1+2*i:3+2*i], 16, 8)
		c[i] = float64(v)
	}
	return c
}

func (c rgb) over(below rgb, alpha float64) (out rgb) {
	for i := range c {
		out[i] = alpha*c[i] + (1-alpha)*below[i]
	}
	return out
}

// luminance and contrast are those of WCAG 2.2.
func (c rgb) luminance() float64 {
	l := 0.0
	for i, w := range []float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += w * v
	}
	return l
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestColoursAreLegible(t *testing.T) {
	light, dark := documented(t)
	for theme, colour := range map[string]map[string]string{"light": light, "dark": dark} {
		paper, ink := hexRGB(colour["--fig-paper"]), hexRGB(colour["--fig-ink"])
		for name, h := range colour {
			if name == "--fig-paper" || name == "--fig-grid" {
				continue
			}
			if c := contrast(hexRGB(h), paper); c < 4.5 {
				t.Errorf("%s: %s %s has contrast %.2f with the paper, want 4.5", theme, name, h, c)
			}
		}
		if c := contrast(ink.over(paper, 0.75), paper); c < 4.5 {
			t.Errorf("%s: quiet text has contrast %.2f, want 4.5", theme, c)
		}
		// The fullest cells of a matrix: series colours at an opacity of 0.5
		// over the grid's colour at 0.35, with ink upon them.
		ground := hexRGB(colour["--fig-grid"]).over(paper, 0.35)
		for _, name := range []string{"--fig-1", "--fig-2"} {
			if c := contrast(ink, hexRGB(colour[name]).over(ground, 0.5)); c < 4.5 {
				t.Errorf("%s: numbers on the fullest %s cell have contrast %.2f, want 4.5", theme, name, c)
			}
		}
	}
}

func TestFallbacksAreTheDocumentedLightColours(t *testing.T) {
	light, _ := documented(t)
	used := regexp.MustCompile(`var\((--fig-[a-z0-9]+),(#[0-9a-f]{6})\)`)
	seen := map[string]bool{}
	for _, e := range gallery() {
		f, _ := e.draw()
		for _, m := range used.FindAllStringSubmatch(f.SVG, -1) {
			seen[m[1]] = true
			if light[m[1]] != m[2] {
				t.Errorf("%s: %s falls back to %s, documented is %s", e.name, m[1], m[2], light[m[1]])
			}
		}
	}
	if len(seen) != len(light) {
		t.Errorf("the gallery uses %d of %d colours", len(seen), len(light))
	}
}

func TestMatrixShadesStayBelowTheTestedOpacity(t *testing.T) {
	opacity := regexp.MustCompile(`<rect[^>]*var\(--fig-[12],[^>]*fill-opacity="([0-9.]+)"`)
	for _, e := range gallery() {
		if !strings.HasPrefix(e.name, "confusion") && e.name != "heatmap" {
			continue
		}
		f, _ := e.draw()
		m := opacity.FindAllStringSubmatch(f.SVG, -1)
		if len(m) == 0 {
			t.Errorf("%s: no shaded cells", e.name)
		}
		for _, x := range m {
			if v, _ := strconv.ParseFloat(x[1], 64); v > 0.5 {
				t.Errorf("%s: a cell has opacity %g, above 0.5", e.name, v)
			}
		}
	}
}

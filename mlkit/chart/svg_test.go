package chart

import (
	"image"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// coordinates returns the numbers of the d attributes, in pairs.
func coordinates(t *testing.T, svg string) (points [][2]float64) {
	t.Helper()
	for _, d := range regexp.MustCompile(` d="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
		n := regexp.MustCompile(`-?[0-9.]+`).FindAllString(d[1], -1)
		for i := 0; i+1 < len(n); i += 2 {
			x, _ := strconv.ParseFloat(n[i], 64)
			y, _ := strconv.ParseFloat(n[i+1], 64)
			points = append(points, [2]float64{x, y})
		}
	}
	return points
}

func TestCanvasAppliesTransforms(t *testing.T) {
	s := newSVG(100, 80)
	var line vg.Path
	line.Move(vg.Point{})
	line.Line(vg.Point{X: 10})
	s.SetColor(ink)
	s.Push()
	s.Translate(vg.Point{X: 20, Y: 30})
	s.Rotate(math.Pi / 2)
	s.Scale(2, 1)
	s.Stroke(line)
	s.Pop()
	s.Stroke(line)
	picture, err := s.finish("")
	if err != nil {
		t.Fatal(err)
	}
	// The page's origin is at the top, the canvas's at the bottom.
	want := [][2]float64{{20, 50}, {20, 30}, {0, 80}, {10, 80}}
	got := coordinates(t, picture)
	if len(got) != len(want) {
		t.Fatalf("points %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("point %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestCanvasDrawsArcsAndCurves(t *testing.T) {
	s := newSVG(100, 100)
	s.SetColor(ink)
	var circle vg.Path
	circle.Arc(vg.Point{X: 50, Y: 50}, 40, 0, 2*math.Pi)
	s.Fill(circle)
	picture, err := s.finish("")
	if err != nil {
		t.Fatal(err)
	}
	points := coordinates(t, picture)
	if len(points) != 1+4*3 {
		t.Fatalf("a circle has %d points, want a start and four cubic curves", len(points))
	}
	for q := range 4 {
		a, b, c, d := points[3*q], points[3*q+1], points[3*q+2], points[3*q+3]
		for _, u := range []float64{0, 0.25, 0.5, 0.75, 1} {
			v := 1 - u
			x := v*v*v*a[0] + 3*v*v*u*b[0] + 3*v*u*u*c[0] + u*u*u*d[0]
			y := v*v*v*a[1] + 3*v*v*u*b[1] + 3*v*u*u*c[1] + u*u*u*d[1]
			if r := math.Hypot(x-50, y-50); math.Abs(r-40) > 0.03 {
				t.Errorf("quarter %d at %g lies %g from the centre, want 40", q, u, r)
			}
		}
	}

	s = newSVG(10, 10)
	var curves vg.Path
	curves.Move(vg.Point{})
	curves.QuadTo(vg.Point{X: 1, Y: 1}, vg.Point{X: 2})
	curves.CubeTo(vg.Point{X: 3}, vg.Point{X: 4}, vg.Point{X: 5})
	curves.Close()
	s.Stroke(curves)
	if want := `d="M0 10Q1 9 2 10C3 10 4 10 5 10Z"`; !strings.Contains(s.body.String(), want) {
		t.Errorf("curves became %s, want %s", s.body.String(), want)
	}
}

func TestCanvasRefusesWhatCannotFollowThePage(t *testing.T) {
	for want, draw := range map[string]func(*svg){
		"not one of the page's": func(s *svg) { s.SetColor(color.Black) },
		"raster pictures":       func(s *svg) { s.DrawImage(vg.Rectangle{}, image.NewGray(image.Rect(0, 0, 1, 1))) },
		"a coordinate is NaN":   func(s *svg) { s.disc(vg.Point{X: vg.Length(math.NaN())}, 1, ink) },
	} {
		s := newSVG(10, 10)
		draw(s)
		if _, err := s.finish(""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func TestCanvasTextStaysText(t *testing.T) {
	s := newSVG(10, 10)
	s.SetColor(quiet)
	s.FillString(font.Face{Font: sans(9)}, vg.Point{X: 1, Y: 2}, "a < b")
	want := `<text x="1" y="8" font-size="9" fill="var(--fig-ink,#1a1a1a)" fill-opacity="0.75">a &lt; b</text>`
	if got := strings.TrimSpace(s.body.String()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r, g, b, a := (paint{fallback: "#0072b2", alpha: 1}).RGBA(); r>>8 != 0 || g>>8 != 0x72 || b>>8 != 0xb2 || a>>8 != 255 {
		t.Errorf("a paint seen by others is %x %x %x %x, want its fallback", r, g, b, a)
	}
}

func TestSpreadKeepsDistanceAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heights := rapid.SliceOfN(rapid.Float64Range(0, 100), 1, 12).Draw(t, "heights")
		out := spread(heights, 13)
		sum := 0.0
		for i := range heights {
			sum += out[i] - heights[i]
			for j := range heights {
				if heights[i] < heights[j] && out[j]-out[i] < 13-1e-9 {
					t.Fatalf("%v became %v", heights, out)
				}
			}
		}
		if math.Abs(sum) > 1e-6 {
			t.Fatalf("%v became %v, which drifted by %g", heights, out, sum)
		}
	})
}

func TestScalesCoverTheirRangeWithDistinctTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		magnitude := math.Pow(10, float64(rapid.IntRange(-8, 12).Draw(t, "magnitude")))
		lo := rapid.Float64Range(-1, 1).Draw(t, "lo") * magnitude
		hi := lo + rapid.Float64Range(0.01, 2).Draw(t, "extent")*magnitude
		unit := rapid.SampledFrom([]string{"", "%", "points", "s", "count"}).Draw(t, "unit")
		out := rapid.Bool().Draw(t, "out")
		for _, sc := range []scale{niceScale(lo, hi, 5, out, unit), logScale(magnitude, magnitude*(1+hi-lo), unit)} {
			if !sc.log && (sc.min > lo || sc.max < hi) {
				t.Fatalf("%g to %g does not cover %g to %g", sc.min, sc.max, lo, hi)
			}
			if len(sc.ticks) > 16 || len(sc.ticks) == 0 {
				t.Fatalf("%d ticks from %g to %g", len(sc.ticks), sc.min, sc.max)
			}
			seen := map[string]bool{}
			for i, k := range sc.ticks {
				slack := 1e-6 * (sc.max - sc.min)
				if k.Value < sc.min-slack || k.Value > sc.max+slack || i > 0 && k.Value <= sc.ticks[i-1].Value {
					t.Fatalf("tick %g out of place in %g to %g", k.Value, sc.min, sc.max)
				}
				if seen[k.Label] && (unit != "count" || !sc.log) && magnitude < 1e10 {
					t.Fatalf("two ticks are labelled %s: %v", k.Label, sc.ticks)
				}
				seen[k.Label] = true
			}
		}
	})
}

func TestNumbersArePrintedAsPeopleReadThem(t *testing.T) {
	for _, c := range []struct {
		unit   string
		values []float64
		x      float64
		want   string
	}{
		{"", []float64{1, 12345}, 12345, "12,345"},
		{"", []float64{0.5, 0.25}, 0.5, "0.500"},
		{"", []float64{12.5}, 12.5, "12.50"},
		{"", []float64{0.00123}, 0.00123, "0.00123"},
		{"", []float64{1500.4}, -1500.4, "−1,500"},
		{"", []float64{2e15}, 2e15, "2e+15"},
		{"%", []float64{0.5, 0.25}, 0.25, "25 %"},
		{"%", []float64{0.853}, 0.853, "85.3 %"},
		{"points", []float64{-0.125}, -0.125, "−12.5 points"},
		{"s", []float64{1.25}, 1.25, "1.250 s"},
		{"count", []float64{1e6}, 1e6, "1,000,000"},
		{"", []float64{0.4}, -0.0001, "0.000"},
		{"", []float64{1}, math.NaN(), "–"},
	} {
		if got := numbersOf(c.unit, c.values).text(c.x); got != c.want {
			t.Errorf("%g %q is printed %q, want %q", c.x, c.unit, got, c.want)
		}
	}
	for want, got := range map[string]string{"0.8": exact("", 0.8), "80 %": exact("%", 0.8), "100": exact("", 100), "0.8625": exact("", 0.8625), "86.25 %": exact("%", 0.8625), "512": exact("count", 512)} {
		if got != want {
			t.Errorf("a chosen number is printed %q, want %q", got, want)
		}
	}
}

func TestLongTextIsCutOrWrapped(t *testing.T) {
	if got := fit("a rather long label", 12, 60); !strings.HasSuffix(got, "…") || measure(got, 12) > 60 {
		t.Errorf("cut to %q, %g wide", got, measure(got, 12))
	}
	if got, ok := wrap("cause and effect", 12, 70); !ok || got != "cause\nand effect" && got != "cause and\neffect" {
		t.Errorf("wrapped to %q, %v", got, ok)
	}
	if _, ok := wrap("indivisible", 12, 20); ok {
		t.Error("a long word was said to fit")
	}
}

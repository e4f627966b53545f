package chart

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// This file writes alternative text: what a reader who cannot see the picture
// needs, namely what is drawn, how much of it, and what stands out.

// alt describes a bar chart.
func (b barPlot) alt(o BarOptions, reference []Mark) string {
	var t strings.Builder
	kind := "Bar chart"
	if b.stacked {
		kind = "Stacked bar chart"
	} else if len(b.series) > 1 {
		kind = "Grouped bar chart"
	}
	t.WriteString(about(kind, o.Title, o.YLabel) + by(o.XLabel) + ", " + count(len(b.labels), "label") + ".")
	if b.stacked {
		fmt.Fprintf(&t, " Stacked: %s.", list(names(b.series)))
		sums := make([]float64, len(b.labels))
		for i := range sums {
			sums[i] = total(b.series, i)
		}
		t.WriteString(" Totals " + extremes(b.labels, sums, b.numbers) + ".")
	} else {
		for _, s := range b.series {
			t.WriteString(" ")
			if s.Name != "" {
				t.WriteString(oneLine(s.Name) + ": ")
			}
			e := extremes(b.labels, s.Y, b.numbers)
			if s.Name == "" {
				e = capital(e)
			}
			t.WriteString(e + ".")
		}
	}
	for _, m := range reference {
		t.WriteString(m.said(o.Unit))
		if !b.stacked {
			below, all := 0, 0
			for _, s := range b.series {
				for _, v := range s.Y {
					if !math.IsNaN(v) {
						all++
						if v < m.Value {
							below++
						}
					}
				}
			}
			fmt.Fprintf(&t, ": %d of %d bars are below it", below, all)
		}
		t.WriteString(".")
	}
	return t.String()
}

// extremes names the largest and smallest value and their labels.
func extremes(labels []string, values []float64, n numbers) string {
	lo, hi, missing := -1, -1, 0
	for i, v := range values {
		if math.IsNaN(v) {
			missing++
			continue
		}
		if lo < 0 || v < values[lo] {
			lo = i
		}
		if hi < 0 || v > values[hi] {
			hi = i
		}
	}
	var text string
	switch {
	case lo < 0:
		return "no values"
	case len(values)-missing == 1:
		text = n.text(values[lo]) + " for " + labels[lo]
	case values[lo] == values[hi]:
		text = "all " + n.text(values[lo])
	default:
		text = "from " + n.text(values[lo]) + " (" + labels[lo] + ") to " + n.text(values[hi]) + " (" + labels[hi] + ")"
	}
	if missing > 0 {
		text += fmt.Sprintf(", %d missing", missing)
	}
	return text
}

// about says what a picture is and what it is about.
func about(kind, title, quantity string) string {
	title, quantity = oneLine(title), oneLine(quantity)
	if title != "" && !strings.EqualFold(title, kind) {
		kind += " “" + title + "”"
		if quantity != "" {
			return kind + ": " + quantity
		}
	} else if quantity != "" {
		return kind + " of " + quantity
	}
	return kind
}

// by names what a quantity is shown by.
func by(name string) string {
	if strings.TrimSpace(name) == "" {
		return ""
	}
	return " by " + oneLine(name)
}

// count prints a number of things, in the plural where it is not one.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	plural := thing + "s"
	switch {
	case strings.HasSuffix(thing, "series"):
		plural = thing
	case strings.HasSuffix(thing, "ss"):
		plural = thing + "es"
	}
	return numbers{}.bare(float64(n)) + " " + plural
}

func names(series []Series) []string {
	out := make([]string, len(series))
	for i, s := range series {
		out[i] = orElse(oneLine(s.Name), fmt.Sprintf("series %d", i+1))
	}
	return out
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func capital(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// courses describes each series from its first to its last point.
func courses(series []Series, x, y numbers) string {
	var t strings.Builder
	for i, s := range series {
		s = s.inOrder()
		if len(s.Y) == 0 {
			continue
		}
		last := len(s.Y) - 1
		t.WriteString(" ")
		if s.Name != "" || len(series) > 1 {
			t.WriteString(names(series)[i] + ": ")
		}
		if last == 0 {
			fmt.Fprintf(&t, "%s at %s.", y.text(s.Y[0]), x.text(s.X[0]))
			continue
		}
		lo, hi := 0, 0
		for j, v := range s.Y {
			if v < s.Y[lo] {
				lo = j
			}
			if v > s.Y[hi] {
				hi = j
			}
		}
		verb := "goes"
		switch {
		case s.Y[0] == s.Y[hi] && s.Y[0] == s.Y[lo]:
			verb = "stays level,"
		case lo == 0 && hi == last:
			verb = "rises"
		case hi == 0 && lo == last:
			verb = "falls"
		}
		if s.Name == "" && len(series) == 1 {
			verb = capital(verb)
		}
		fmt.Fprintf(&t, "%s from %s at %s to %s at %s", verb, y.text(s.Y[0]), x.text(s.X[0]), y.text(s.Y[last]), x.text(s.X[last]))
		if hi != 0 && hi != last {
			fmt.Fprintf(&t, ", highest %s at %s", y.text(s.Y[hi]), x.text(s.X[hi]))
		}
		if lo != 0 && lo != last {
			fmt.Fprintf(&t, ", lowest %s at %s", y.text(s.Y[lo]), x.text(s.X[lo]))
		}
		t.WriteString(".")
	}
	return t.String()
}

// clouds describes each series of a scatter plot by its number of points,
// ranges and correlation.
func clouds(series []Series, x, y numbers) string {
	var t strings.Builder
	for i, s := range series {
		s = s.inOrder()
		t.WriteString(" ")
		if s.Name != "" || len(series) > 1 {
			t.WriteString(names(series)[i] + ": ")
		}
		t.WriteString(count(len(s.Y), "point"))
		if len(s.Y) > 0 {
			x0, x1, _ := span(s.X)
			y0, y1, _ := span(s.Y)
			fmt.Fprintf(&t, ", x from %s to %s, y from %s to %s", x.text(x0), x.text(x1), y.text(y0), y.text(y1))
			if x0 < x1 && y0 < y1 && len(s.Y) > 2 {
				fmt.Fprintf(&t, ", correlation %s", numbers{digits: 2}.bare(stat.Correlation(s.X, s.Y, nil)))
			}
		}
		t.WriteString(".")
	}
	return t.String()
}

package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestContrast computes WCAG 2.2's contrast ratio of every pair of colours
// that the page puts on one another, in both themes: 4.5 for text (1.4.3),
// 3 for the marks of a figure and the focus ring (1.4.11).
func TestContrast(t *testing.T) {
	colours := map[string]colour{}
	for _, c := range palette() {
		colours[c.name] = c
	}
	check := func(least float64, papers string, inks ...string) {
		for _, paper := range strings.Fields(papers) {
			for _, ink := range inks {
				p, okP := colours["--"+paper]
				i, okI := colours["--"+ink]
				if !okP || !okI {
					t.Fatalf("--%s or --%s is not in the style sheet", paper, ink)
				}
				if r := contrast(i.light, p.light); r < least {
					t.Errorf("light: --%s on --%s has a contrast of %.2f, less than %g", ink, paper, r, least)
				}
				if r := contrast(i.dark, p.dark); r < least {
					t.Errorf("dark: --%s on --%s has a contrast of %.2f, less than %g", ink, paper, r, least)
				}
			}
		}
	}
	check(4.5, "paper soft hover", "ink", "muted", "link", "good", "warn", "bad")
	check(4.5, "good-soft", "good", "ink", "muted")
	check(4.5, "warn-soft", "warn", "ink", "muted", "link")
	check(4.5, "bad-soft", "bad", "ink", "muted", "link")
	check(4.5, "soft paper", "code-keyword", "code-string", "code-number", "code-comment", "code-type", "code-function")
	for i := range 8 {
		check(3, "fig-paper", fmt.Sprintf("fig-%d", i+1))
	}
	check(4.5, "fig-paper", "fig-ink")
	if colours["--fig-paper"] != (colour{"--fig-paper", colours["--paper"].light, colours["--paper"].dark}) {
		t.Error("figures have another paper than the page")
	}
}

// contrast is WCAG's ratio of relative luminances.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	v, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	channel := func(shift int) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

package verify

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// numeral is a number as people and programs print it: with thousands
// separated by commas or not, with decimals and an exponent or without.
var numeral = regexp.MustCompile(`[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?`)

// text compares text line by line and number by number. Rounded says that the
// text prints a number that is within tolerance: then its numbers may differ
// by one unit of their last digit.
func (c *comparison) text(place, a, b string, rounded bool) closeness {
	if a == b {
		return same
	}
	before, now := strings.Split(a, "\n"), strings.Split(b, "\n")
	at := func(i int) string {
		if len(before) == 1 && len(now) == 1 {
			return place
		}
		return fmt.Sprintf("%s, line %d", place, i+1)
	}
	if len(before) != len(now) {
		i := 0
		for i < len(before) && i < len(now) && before[i] == now[i] {
			i++
		}
		line := func(all []string) string {
			if i < len(all) {
				return all[i]
			}
			return ""
		}
		x, y := excerpts(line(before), line(now))
		return c.differ(Difference{
			Place:    at(i),
			Recorded: fmt.Sprintf("%s (of %d lines)", x, len(before)), Verified: fmt.Sprintf("%s (of %d lines)", y, len(now)),
		})
	}
	worst := same
	for i := range before {
		if before[i] != now[i] {
			worst = max(worst, c.line(at(i), before[i], now[i], rounded))
		}
	}
	return worst
}

// line compares two lines that are not the same.
func (c *comparison) line(place, a, b string, rounded bool) closeness {
	x, y := excerpts(a, b)
	d := Difference{Place: place, Recorded: x, Verified: y}
	before, now := split(a), split(b)
	if len(before) != len(now) {
		return c.differ(d)
	}
	within := true
	var largest Difference
	for i := range before {
		p, q := before[i], now[i]
		switch {
		case p == q:
		case !p.isNumber || !q.isNumber || math.IsNaN(p.value) || math.IsNaN(q.value):
			return c.differ(d)
		default:
			absolute, rel := distance(p.value, q.value)
			number := Difference{Place: place, Recorded: p.text, Verified: q.text, Absolute: &absolute, Relative: &rel}
			inside := rel <= c.tolerance && !(p.whole && q.whole && p.value != q.value)
			if p.whole && q.whole && strings.Trim(p.text, "+,") != strings.Trim(q.text, "+,") && p.value == q.value {
				// More digits than a float64 holds: an identifier, not a measurement.
				inside = false
			}
			if rounded && absolute <= 1.000001*math.Max(p.unit, q.unit) {
				inside = true
			}
			within = within && inside
			if largest.Relative == nil || rel > *largest.Relative {
				largest = number
			}
		}
	}
	if within {
		return c.near(largest)
	}
	if len(before) == 1 || only(before, now) {
		d.Absolute, d.Relative = largest.Absolute, largest.Relative
	}
	return c.differ(d)
}

// only reports whether a single number differs.
func only(a, b []piece) bool {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n == 1
}

// piece is a number in a text, or what stands between two.
type piece struct {
	text     string
	isNumber bool
	value    float64
	// whole is true of digits without decimals and exponent.
	whole bool
	// unit is what one more in the last digit is worth.
	unit float64
}

func split(s string) []piece {
	var all []piece
	end := 0
	for _, m := range numeral.FindAllStringIndex(s, -1) {
		text := s[m[0]:m[1]]
		letter, _ := utf8.DecodeLastRuneInString(s[:m[0]])
		inWord := unicode.IsLetter(letter) || letter == '_'
		if inWord && !strings.Contains(text, ".") && strings.ContainsAny(text, "eE") {
			continue // part of a hash, such as a7e12
		}
		x, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			continue
		}
		if m[0] > end {
			all = append(all, piece{text: s[end:m[0]]})
		}
		all = append(all, piece{text: text, isNumber: true, value: x, whole: !strings.ContainsAny(text, ".eE"), unit: lastDigit(text)})
		end = m[1]
	}
	if end < len(s) {
		all = append(all, piece{text: s[end:]})
	}
	return all
}

func lastDigit(text string) float64 {
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		exponent, _ = strconv.Atoi(text[i+1:]) // ParseFloat has accepted it
	}
	if i := strings.IndexByte(mantissa, '.'); i >= 0 {
		exponent -= len(mantissa) - i - 1
	}
	return math.Pow10(exponent)
}

// excerpts cuts two lines to what surrounds their first difference.
func excerpts(a, b string) (string, string) {
	const before, after = 30, 60
	p, q := []rune(a), []rune(b)
	at := 0
	for at < len(p) && at < len(q) && p[at] == q[at] {
		at++
	}
	start := max(0, at-before)
	cut := func(s []rune) string {
		text := string(s[min(start, len(s)):min(at+after, len(s))])
		if start > 0 {
			text = "…" + text
		}
		if at+after < len(s) {
			text += "…"
		}
		return text
	}
	return cut(p), cut(q)
}

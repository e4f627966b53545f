package chart

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"

	"viva/mlkit/view"
)

// numbers says how the numbers of a picture are printed: all alike.
type numbers struct {
	unit string
	// digits is the number of decimals, or powers.
	digits int
	// significant is the number of digits before a power; 0 means 3.
	significant int
}

// powers prints numbers too large or small for decimals as 1.23e+15.
const powers = -1

// numbersOf chooses the decimals for values of a unit: none where all are
// whole, else about three significant digits of the largest.
func numbersOf(unit string, values ...[]float64) numbers {
	scale := 1.0
	if unit == "%" || unit == "points" {
		scale = 100
	}
	top, whole := 0.0, true
	for _, vs := range values {
		for _, v := range vs {
			v *= scale
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			top = math.Max(top, math.Abs(v))
			whole = whole && math.Abs(v-math.Round(v)) < 1e-9
		}
	}
	n := numbers{unit: unit}
	switch {
	case top >= 1e12 || top > 0 && top < 1e-6:
		n.digits = powers
	case whole || unit == "count":
	case scale == 100:
		n.digits = 1
	case top >= 1000:
	case top >= 100:
		n.digits = 1
	case top >= 10:
		n.digits = 2
	case top >= 0.1:
		n.digits = 3
	default:
		n.digits = min(9, 2-int(math.Floor(math.Log10(top))))
	}
	return n
}

// text prints a number with its unit.
func (n numbers) text(x float64) string {
	switch n.unit {
	case "", "count":
		return n.bare(x)
	case "points":
		return n.bare(x) + " points"
	}
	return n.bare(x) + " " + n.unit
}

// bare prints a number without its unit, thousands separated by commas.
func (n numbers) bare(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	if n.unit == "%" || n.unit == "points" {
		x *= 100
	}
	if n.digits == powers {
		return strings.Replace(strconv.FormatFloat(x, 'g', max(3, n.significant), 64), "-", "−", 1)
	}
	s := strconv.FormatFloat(x, 'f', n.digits, 64)
	whole, rest, _ := strings.Cut(s, ".")
	if rest != "" {
		rest = "." + rest
	}
	sign := ""
	if whole[0] == '-' {
		sign, whole = "−", whole[1:]
		if strings.Trim(s, "-0.") == "" {
			sign = ""
		}
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}

// onAxis names a quantity with the unit that its ticks do not carry.
func (n numbers) onAxis(name string) string {
	unit := n.unit
	switch unit {
	case "", "%", "count":
		return name
	case "points":
		unit = "percentage points"
	}
	if name == "" {
		return unit
	}
	return name + " [" + unit + "]"
}

// column is the table column of a quantity.
func (n numbers) column(name string) view.Column {
	c := view.Column{Name: name, Unit: n.unit, Digits: n.digits}
	if n.digits == 0 {
		c.Digits = -1
	}
	return c
}

// Numbers beyond these magnitudes have no place on an axis.
const (
	largest  = 1e100
	smallest = 1e-100
)

// exact prints a number that was chosen rather than measured, without zeros at
// its end.
func exact(unit string, x float64) string {
	n := numbersOf(unit, []float64{x})
	if n.digits != powers {
		n.digits = 6
	}
	return trimZeros(n.text(x))
}

// scale is a range with its ticks.
type scale struct {
	min, max float64
	ticks    []plot.Tick
	log      bool
	// classes marks ticks that name classes rather than numbers.
	classes bool
}

// niceScale covers lo..hi with ticks at multiples of 1, 2, 2.5 or 5 times a
// power of ten, about count of them, and reaches the ticks around the range if
// out is set.
func niceScale(lo, hi float64, count int, out bool, unit string) scale {
	if hi-lo < 1e-9*math.Max(math.Abs(lo), math.Abs(hi)) || hi-lo < smallest {
		pad := math.Max(math.Abs(lo)*0.1, 0.5)
		if unit == "%" || unit == "points" {
			pad = 0.05
		}
		lo, hi = lo-pad, hi+pad
	}
	counted := unit == "count" && hi-lo >= 1
	raw := (hi - lo) / float64(count)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, f := range []float64{1, 2, 2.5, 5} {
		// Counts have no halves.
		if f*power >= raw*0.999 && (!counted || f*power == math.Trunc(f*power)) {
			step = f * power
			break
		}
	}
	if counted && step < 1 {
		step = 1
	}
	first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
	if out {
		first, last = math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	}
	s := scale{min: lo, max: hi}
	if out {
		s.min, s.max = math.Min(lo, first*step), math.Max(hi, last*step)
	}
	var at []float64
	for i := first; i <= last; i++ {
		at = append(at, i*step+0) // no negative zero
	}
	n := numbersOf(unit, []float64{step}, []float64{lo, hi})
	if n.digits != powers {
		n.digits = 0
	}
	shown := step
	if unit == "%" || unit == "points" {
		shown *= 100
	}
	whole := func(x float64) bool { return x > 0.5 && math.Abs(x-math.Round(x)) < 1e-6*x }
	for n.digits >= 0 && n.digits < 12 && !whole(shown*math.Pow10(n.digits)) {
		n.digits++
	}
	n.significant = 2 + int(math.Max(1, math.Ceil(math.Log10(math.Max(math.Abs(lo), math.Abs(hi))/step))))
	for _, v := range at {
		s.ticks = append(s.ticks, plot.Tick{Value: v, Label: n.tick(v)})
	}
	return s
}

// tick prints a number for an axis, where only a percentage carries its unit.
func (n numbers) tick(x float64) string {
	if n.unit == "%" {
		return n.bare(x) + " %"
	}
	return n.bare(x)
}

// logScale covers lo..hi, both positive, with ticks at 1, 2 and 5 times powers
// of ten, or at the powers alone where the range is wide.
func logScale(lo, hi float64, unit string) scale {
	if !(hi > lo) {
		lo, hi = lo/2, hi*2
	}
	s := scale{min: lo, max: hi, log: true}
	factors := []float64{1, 2, 5}
	decades := math.Log10(hi / lo)
	every := 1
	if decades > 3 {
		factors = []float64{1}
		every = int(math.Ceil(decades / 8))
	}
	for e := int(math.Floor(math.Log10(lo))); e <= int(math.Ceil(math.Log10(hi))); e++ {
		if e%every != 0 {
			continue
		}
		for _, f := range factors {
			v := f * math.Pow(10, float64(e))
			if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			n := numbersOf(unit, []float64{v})
			s.ticks = append(s.ticks, plot.Tick{Value: v, Label: trimZeros(n.tick(v))})
		}
	}
	if len(s.ticks) == 0 {
		n := numbersOf(unit, []float64{lo, hi})
		s.ticks = []plot.Tick{{Value: lo, Label: n.tick(lo)}, {Value: hi, Label: n.tick(hi)}}
	}
	return s
}

func trimZeros(s string) string {
	num, unit, _ := strings.Cut(s, " ")
	if strings.Contains(num, ".") {
		num = strings.TrimRight(strings.TrimRight(num, "0"), ".")
	}
	if unit != "" {
		return num + " " + unit
	}
	return num
}

// span returns the smallest and largest of the numbers that are not missing,
// and how many there are.
func span(values ...[]float64) (lo, hi float64, n int) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, vs := range values {
		for _, v := range vs {
			if math.IsNaN(v) {
				continue
			}
			lo, hi = math.Min(lo, v), math.Max(hi, v)
			n++
		}
	}
	return lo, hi, n
}

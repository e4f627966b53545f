package child

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"viva/mlkit/view"
)

// Print passes text on in whole characters. A writer with a buffer cuts them
// anywhere, and JSON would replace the halves.
func (c *Child) Print(stream, text string) {
	if c.silenced() {
		return
	}
	c.texts.Lock()
	defer c.texts.Unlock()
	text = c.tails[stream] + text
	n := wholeCharacters(text)
	c.tails[stream] = text[n:]
	if n > 0 {
		c.Send(Event{Stream: stream, Text: text[:n]})
	}
}

// wholeCharacters is the length of the text without a character at its end
// that is not complete.
func wholeCharacters(text string) int {
	for n := len(text) - 1; n >= 0 && n > len(text)-utf8.UTFMax; n-- {
		if utf8.RuneStart(text[n]) {
			if !utf8.FullRuneInString(text[n:]) {
				return n
			}
			break
		}
	}
	return len(text)
}

// flushTails prints what never became a character.
func (c *Child) flushTails() {
	c.texts.Lock()
	defer c.texts.Unlock()
	for _, stream := range slices.Sorted(maps.Keys(c.tails)) {
		if tail := c.tails[stream]; tail != "" {
			c.Send(Event{Stream: stream, Text: tail})
		}
	}
	clear(c.tails)
}

// inlineText is how a value reads in the middle of a sentence: a metric with
// its unit, a whole number with its thousands apart, another number with up to
// four significant digits after its whole part.
func inlineText(v any) string {
	if m, ok := v.(view.Metric); ok {
		return m.Text()
	}
	rv := reflect.ValueOf(v)
	switch {
	case !rv.IsValid():
		return ""
	case rv.Type().PkgPath() != "":
	case rv.CanInt(), rv.CanUint():
		x := 0.0
		if rv.CanInt() {
			x = float64(rv.Int())
		} else {
			x = float64(rv.Uint())
		}
		if math.Abs(x) < 1<<53 {
			return view.FormatUnit(x, "count")
		}
	case rv.CanFloat():
		x := rv.Float()
		if math.Abs(x) >= 1e-4 && math.Abs(x) < 1e15 {
			digits := max(0, 3-int(math.Floor(math.Log10(math.Abs(x)))))
			text := strconv.FormatFloat(x, 'f', min(digits, 4), 64)
			if strings.Contains(text, ".") {
				text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
			}
			return text
		}
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return fmt.Sprint(v)
}

// words is an interface value for print and println, which show its two words.
type words struct{ value any }

// Words keeps print and println from taking an interface value for what it
// holds.
func Words(v any) any { return words{v} }

func (w words) String() string {
	if w.value == nil {
		return "(0x0,0x0)"
	}
	data := uintptr(0)
	switch rv := reflect.ValueOf(w.value); rv.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		data = rv.Pointer()
	}
	return fmt.Sprintf("(0x%x,0x%x)", reflect.ValueOf(reflect.TypeOf(w.value)).Pointer(), data)
}

// PlainText is how Go's print and println write values.
func PlainText(between, end string, values []any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(between)
		}
		switch rv := reflect.ValueOf(v); {
		case !rv.IsValid():
			b.WriteString("nil")
		case rv.Type() == reflect.TypeFor[words]():
			b.WriteString(v.(words).String())
		case rv.CanFloat():
			b.WriteString(plainFloat(rv.Float(), rv.Type().Bits()))
		case rv.CanComplex():
			b.WriteString(strconv.FormatComplex(rv.Complex(), 'g', -1, rv.Type().Bits()))
		case rv.Kind() == reflect.String, rv.Kind() == reflect.Bool, rv.CanInt(), rv.CanUint():
			fmt.Fprint(&b, v)
		case rv.Kind() == reflect.Slice:
			fmt.Fprintf(&b, "[%d/%d]0x%x", rv.Len(), rv.Cap(), rv.Pointer())
		case rv.Kind() == reflect.Pointer, rv.Kind() == reflect.Map, rv.Kind() == reflect.Chan, rv.Kind() == reflect.Func:
			fmt.Fprintf(&b, "0x%x", rv.Pointer())
		default:
			fmt.Fprint(&b, v)
		}
	}
	return b.String() + end
}

// plainFloat is the shortest form that tells the value.
func plainFloat(f float64, bits int) string { return strconv.FormatFloat(f, 'g', -1, bits) }

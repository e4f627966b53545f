package kernel

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rune is a character of a string and the offset of its first byte.
type Rune struct {
	Offset int
	Rune   rune
}

// Runes lists what a loop over a string goes through. The interpreter counts
// characters where Go counts bytes.
func Runes(s string) []Rune {
	all := make([]Rune, 0, utf8.RuneCountInString(s))
	for i, r := range s {
		all = append(all, Rune{i, r})
	}
	return all
}

// plainText is how Go's print and println write values.
func plainText(between, end string, values []any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(between)
		}
		switch rv := reflect.ValueOf(v); {
		case !rv.IsValid():
			b.WriteString("nil")
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

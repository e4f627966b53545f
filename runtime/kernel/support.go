package kernel

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"viva/mlkit/view"
	"viva/runtime/cell"
	"viva/runtime/symbols"
)

// failure is the panic by which must and os.Exit end a cell.
type failure struct {
	line    int
	message string
	hint    string
}

// support is the package that lowered code calls.
func (c *child) support(ctx context.Context) map[string]map[string]reflect.Value {
	shown := reflect.ValueOf(c.show)
	checked := reflect.ValueOf(func(values ...any) {
		last := len(values) - 1
		if err, ok := values[last].(error); ok && err != nil {
			panic(failure{line: int(c.line.Load()), message: err.Error()})
		}
		c.show(values[:last]...)
	})
	inline := reflect.ValueOf(func(v any) {
		text := inlineText(v)
		c.send(message{Event: Event{Value: &text}})
	})
	return map[string]map[string]reflect.Value{
		cell.Support + "/support": {
			"Ctx": reflect.ValueOf(&ctx).Elem(),
			"Line": reflect.ValueOf(func(line int) {
				c.line.Store(int64(line))
				c.send(message{Event: Event{Line: line}})
			}),
			"Fail":        reflect.ValueOf(func(line int, err error) { panic(failure{line: line, message: err.Error()}) }),
			"Show":        shown,
			"ShowChecked": checked,
			"Inline":      inline,
			"Defers":      reflect.ValueOf((*Defers)(nil)),
			"WithDefers":  reflect.ValueOf(WithDefers),
			"Bare":        reflect.ValueOf(bare),
			"Equal":       reflect.ValueOf(equal),
			"Chain":       reflect.ValueOf(chain),
			"ErrorIs":     reflect.ValueOf(errorIs),
			"Recover":     reflect.ValueOf(recoverRunning),
			"Rune":        reflect.ValueOf((*Rune)(nil)),
			"Runes":       reflect.ValueOf(Runes),
			"Print":       reflect.ValueOf(func(values ...any) { c.print("stdout", plainText("", "", values)) }),
			"Println":     reflect.ValueOf(func(values ...any) { c.print("stdout", plainText(" ", "\n", values)) }),
		},
		".": symbols.MapTypes(map[reflect.Value][]reflect.Type{
			shown: symbols.Viewable, checked: symbols.Viewable, inline: symbols.Printable,
		}),
	}
}

func (c *child) show(values ...any) {
	for _, v := range values {
		for _, item := range view.Of(v) {
			c.send(message{Event: Event{Item: &item}})
		}
	}
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

package kernel

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"

	"viva/runtime/dynamic"
	"viva/runtime/kernel/child"
	"viva/runtime/lower"
)

// support is the package that lowered code calls.
func (c *interpreter) support(ctx context.Context) map[string]map[string]reflect.Value {
	functions := map[string]any{
		// What a cell tells and shows.
		"Track":       func(line *int) { c.at, path.now = line, line },
		"Line":        c.line,
		"Fail":        func(line int, err any) { child.Stop(line, dynamic.PanicText(err), "") },
		"Show":        func(values []any) { c.Show(viewables(values)...) },
		"ShowChecked": func(values []any) { c.ShowChecked(viewables(values)...) },
		"Inline":      func(v any) { c.Inline(viewable(v)) },
		"Print":       func(static []string, values []any) { c.Print("stdout", dynamic.PrintText("", "", static, values)) },
		"Println":     func(static []string, values []any) { c.Print("stdout", dynamic.PrintText(" ", "\n", static, values)) },

		// Control flow.
		"WithDefers": WithDefers,
		"Caller":     caller,
		"Panic":      func(v any) { panic(v) },
		"Go":         c.Go,
		"Select":     Select,
		"Yield":      yield,
		"Yielded":    yielded,
		"Coroutine":  coroutine,

		// Operators and predeclared functions.
		"Runes":    Runes,
		"Keys":     sortedKeys,
		"Entries":  entries,
		"Equal":    dynamic.Equal,
		"Same":     dynamic.Equal,
		"Hashable": dynamic.Hashable,
		"NilReceiver": func(typ, method string) {
			panic(runtimeText("value method " + typ + "." + method + " called using nil *" + typ[strings.LastIndex(typ, ".")+1:] + " pointer"))
		},
		"Index":       checkedIndex,
		"NotNil":      notNil,
		"Count":       shiftCount,
		"RuneString":  runeString,
		"ArrayLength": arrayLength,
		"Min":         func(a, b float64) float64 { return min(a, b) },
		"Max":         func(a, b float64) float64 { return max(a, b) },
		"Clear":       clearValue,

		// Interfaces.
		"TypeOf":            dynamic.TypeOf,
		"NewBox":            func(t *dynamic.Type, v any) any { return dynamic.Box{T: t, V: v} },
		"Methods":           dynamic.Methods,
		"Implements":        dynamic.Implements,
		"AssertFailed":      dynamic.AssertFailed,
		"Call":              dynamic.Call,
		"Out":               dynamic.Out,
		"In":                dynamic.In,
		"Raw":               dynamic.Raw,
		"JSONMarshal":       dynamic.Marshal,
		"JSONMarshalIndent": dynamic.MarshalIndent,
		"JSONUnmarshal":     dynamic.Unmarshal,
		"EncodeTo":          dynamic.EncodeTo,
		"DecodeFrom":        dynamic.DecodeFrom,
		"ErrorsAs":          dynamic.ErrorsAs,
		"Viewable":          viewable,
		"ViewableAll":       viewables,
	}
	table := map[string]reflect.Value{
		"Ctx":    reflect.ValueOf(&ctx).Elem(),
		"Box":    reflect.ValueOf((*dynamic.Box)(nil)),
		"Type":   reflect.ValueOf((*dynamic.Type)(nil)),
		"Defers": reflect.ValueOf((*Defers)(nil)),
		"Case":   reflect.ValueOf((*Case)(nil)),
		"Rune":   reflect.ValueOf((*Rune)(nil)),
	}
	for name, f := range functions {
		table[name] = reflect.ValueOf(f)
	}
	return map[string]map[string]reflect.Value{lower.Support + "/support": table}
}

// viewable is a value in the form in which package view looks at it: a cell's
// own Viewer and error as such, anything else as what prints like it.
func viewable(v any) any {
	b, ok := v.(dynamic.Box)
	switch {
	case !ok:
		return v
	case dynamic.HasMethod(b, "View", "func() []viva/mlkit/view.Item"):
		return dynamic.Out(b, "viva/mlkit/view.Viewer")
	case dynamic.HasMethod(b, "Error", "func() string"):
		return dynamic.Out(b, "error")
	}
	return v
}

func viewables(values []any) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = viewable(v)
	}
	return all
}

// line announces a top-level statement.
func (c *interpreter) line(line int) {
	*c.at = line
	path.clear()
	c.Line(line)
}

// shiftCount is the right side of a shift, which must not be negative.
func shiftCount(n int64) uint64 {
	if n < 0 {
		panic(runtimeError("negative shift amount"))
	}
	return uint64(n)
}

func runeString(n int64) string {
	if n < 0 || n > math.MaxInt32 {
		return "\uFFFD"
	}
	return string(rune(n))
}

func clearValue(v any) {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Map, reflect.Slice:
		rv.Clear()
	}
}

func notNil(v any) any {
	if v == nil {
		panic(runtimeError("invalid memory address or nil pointer dereference"))
	}
	return v
}

func checkedIndex(i, n int) int {
	switch {
	case i < 0:
		panic(runtimeError(fmt.Sprintf("index out of range [%d]", i)))
	case i >= n:
		panic(runtimeError(fmt.Sprintf("index out of range [%d] with length %d", i, n)))
	}
	return i
}

// runtimeText is a runtime error whose text begins otherwise than the others'.
type runtimeText string

func (e runtimeText) Error() string { return string(e) }
func (runtimeText) RuntimeError()   {}

package dynamic

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// PanicText is a panic value as Go's runtime prints it: errors and Stringers
// by their methods, values of basic types with their type where that is
// defined. Where the runtime prints an address, structs, lists and maps are
// spelled out instead.
func PanicText(v any) string {
	indented := func(s string) string { return strings.ReplaceAll(s, "\n", "\n\t") }
	o := unpack(v)
	if o.t == nil {
		return "nil"
	}
	switch x := In(v).(type) {
	case Box:
		if x.T.has("Error", sigText) {
			return indented(x.text("Error"))
		}
		if x.T.has("String", sigText) {
			return indented(x.text("String"))
		}
	case error:
		return indented(x.Error())
	case fmt.Stringer:
		return indented(x.String())
	case string:
		return indented(x)
	}
	switch o.t.kind {
	case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		var p printer
		p.plusV = true
		p.printValue(o, 'v', 1, guard{})
		return "(" + o.t.name + ") " + string(p.buf)
	}
	text := plainText(o)
	switch {
	case !o.t.named || o.t.compiled != nil && o.t.compiled.PkgPath() == "":
		return text
	case o.t.kind == reflect.String:
		return o.t.name + `("` + indented(text) + `")`
	case o.t.kind == reflect.Complex64 || o.t.kind == reflect.Complex128:
		return o.t.name + text
	}
	return o.t.name + "(" + text + ")"
}

// PrintText is what Go's print and println write: the operands, sep between
// them and end after them. An operand whose entry in static is "interface" is
// printed as an interface value; static may be nil.
func PrintText(sep, end string, static []string, values []any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(sep)
		}
		if i < len(static) && static[i] == "interface" {
			b.WriteString(interfaceText(v))
			continue
		}
		o := unpack(v)
		if o.t == nil {
			b.WriteString("nil")
			continue
		}
		b.WriteString(plainText(o))
	}
	return b.String() + end
}

// interfaceText is the address of a type and that of a value.
func interfaceText(v any) string {
	o := unpack(v)
	if o.t == nil {
		return "(0x0,0x0)"
	}
	data := uintptr(0)
	switch o.t.kind {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		data = o.address()
	default:
		p := reflect.New(o.v.Type())
		data = p.Pointer()
	}
	return fmt.Sprintf("(%p,0x%x)", o.t, data)
}

func plainText(o operand) string {
	v := o.v
	switch o.t.kind {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		return strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits())
	case reflect.String:
		return v.String()
	case reflect.Slice:
		if o.nilled() {
			return "[0/0]0x0"
		}
		return fmt.Sprintf("[%d/%d]0x%x", v.Len(), v.Cap(), o.address())
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return fmt.Sprintf("0x%x", o.address())
	}
	return Sprint(o.pack())
}

package dynamic

import (
	"fmt"
	"io"
	"reflect"
)

// Raw is the value of a box without its type, for compiled code that takes any
// value and looks at its form with reflection (sort.Slice, encoding/binary,
// the Scan functions). Other values are themselves.
func Raw(x any) any {
	b, ok := In(x).(Box)
	if !ok {
		return x
	}
	if o := b.operand(); o.t.kind == reflect.Func {
		return o.v.Interface()
	}
	return b.V
}

// Scan returns the functions of package fmt that scan, for operands that may
// be boxes of pointers.
func Scan() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Scan":    reflect.ValueOf(func(a ...any) (int, error) { return fmt.Scan(scanned(a)...) }),
		"Scanln":  reflect.ValueOf(func(a ...any) (int, error) { return fmt.Scanln(scanned(a)...) }),
		"Scanf":   reflect.ValueOf(func(f string, a ...any) (int, error) { return fmt.Scanf(f, scanned(a)...) }),
		"Sscan":   reflect.ValueOf(func(s string, a ...any) (int, error) { return fmt.Sscan(s, scanned(a)...) }),
		"Sscanln": reflect.ValueOf(func(s string, a ...any) (int, error) { return fmt.Sscanln(s, scanned(a)...) }),
		"Sscanf":  reflect.ValueOf(func(s, f string, a ...any) (int, error) { return fmt.Sscanf(s, f, scanned(a)...) }),
		"Fscan":   reflect.ValueOf(func(r io.Reader, a ...any) (int, error) { return fmt.Fscan(r, scanned(a)...) }),
		"Fscanln": reflect.ValueOf(func(r io.Reader, a ...any) (int, error) { return fmt.Fscanln(r, scanned(a)...) }),
		"Fscanf":  reflect.ValueOf(func(r io.Reader, f string, a ...any) (int, error) { return fmt.Fscanf(r, f, scanned(a)...) }),
	}
}

const sigScan = "func(fmt.ScanState, int32) error"

// scanned are operands as fmt can scan into them.
func scanned(args []any) []any {
	all := make([]any, len(args))
	for i, a := range args {
		if b, ok := a.(Box); ok && b.T.has("Scan", sigScan) {
			all[i] = Out(b, "fmt.Scanner")
		} else {
			all[i] = Raw(a)
		}
	}
	return all
}

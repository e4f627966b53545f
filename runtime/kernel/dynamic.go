package kernel

import (
	"reflect"
)

// bare is a value without the wrapper in which the interpreter hands a cell's
// value to compiled code as an error, a fmt.Stringer and so on. Its first
// field, IValue, holds the value.
func bare(v any) any {
	for {
		rv := reflect.ValueOf(v)
		if rv.Kind() == reflect.Pointer && !rv.IsNil() && wrapper(rv.Type().Elem()) {
			rv = rv.Elem()
		}
		if !rv.IsValid() || !wrapper(rv.Type()) {
			return v
		}
		v = rv.Field(0).Interface()
	}
}

func wrapper(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Name == "IValue"
}

// equal compares interface values by what they hold. It panics as Go does
// where that cannot be compared.
func equal(a, b any) bool { return bare(a) == bare(b) }

// chain lists an error and what it wraps, in the order in which errors.Is and
// errors.As look at them, without wrappers.
func chain(err error) []any {
	var all []any
	for e := range unwrapped(err) {
		all = append(all, bare(e))
	}
	return all
}

func unwrapped(err error) func(func(error) bool) {
	return func(yield func(error) bool) {
		var walk func(error) bool
		walk = func(err error) bool {
			if err == nil {
				return true
			}
			if !yield(err) {
				return false
			}
			switch x := err.(type) {
			case interface{ Unwrap() error }:
				return walk(x.Unwrap())
			case interface{ Unwrap() []error }:
				for _, e := range x.Unwrap() {
					if !walk(e) {
						return false
					}
				}
			}
			return true
		}
		walk(err)
	}
}

// errorIs is errors.Is, which compares wrappers instead of what they hold.
func errorIs(err, target error) bool {
	if err == nil || target == nil {
		return err == target
	}
	want := bare(target)
	comparable := reflect.TypeOf(want).Comparable()
	for e := range unwrapped(err) {
		if comparable && bare(e) == want {
			return true
		}
		if x, ok := e.(interface{ Is(error) bool }); ok && x.Is(target) {
			return true
		}
	}
	return false
}

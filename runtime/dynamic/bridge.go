package dynamic

import (
	"fmt"
	"reflect"
)

// erased is the target form of a compiled type: interfaces without methods in
// the place of all interfaces, inside of types that have no name.
func erased(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Interface {
		return anyType
	}
	if t.Name() != "" {
		return t
	}
	switch t.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(erased(t.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(erased(t.Elem()))
	case reflect.Array:
		return reflect.ArrayOf(t.Len(), erased(t.Elem()))
	case reflect.Map:
		return reflect.MapOf(erased(t.Key()), erased(t.Elem()))
	case reflect.Func:
		in := make([]reflect.Type, t.NumIn())
		for i := range in {
			in[i] = erased(t.In(i))
		}
		out := make([]reflect.Type, t.NumOut())
		for i := range out {
			out[i] = erased(t.Out(i))
		}
		return reflect.FuncOf(in, out, t.IsVariadic())
	}
	return t
}

// toCompiled is a value in the target form as compiled code wants it. Boxes
// become what implements the interface that is wanted; slices, arrays and maps
// of interfaces become new ones.
func toCompiled(v reflect.Value, want reflect.Type) reflect.Value {
	return convert(v, want, func(x any) any { return Out(x, qualified(want)) }, toCompiled, toCell)
}

// toCell is a value of compiled code in the target form.
func toCell(v reflect.Value, want reflect.Type) reflect.Value {
	return convert(v, want, In, toCell, toCompiled)
}

type conversion func(reflect.Value, reflect.Type) reflect.Value

// convert goes through a value: whole converts what interfaces hold, there
// parts of the value, and back what goes the other way, a function's arguments.
func convert(v reflect.Value, want reflect.Type, whole func(any) any, there, back conversion) reflect.Value {
	if want.Kind() == reflect.Interface {
		if !v.IsValid() || v.Kind() == reflect.Interface && v.IsNil() {
			return reflect.Zero(want)
		}
		x := reflect.ValueOf(whole(v.Interface()))
		if !x.Type().AssignableTo(want) {
			panic(runtimeError(fmt.Sprintf("interface conversion: %s cannot be handed to compiled code as %v", unpack(x.Interface()).t, want)))
		}
		i := reflect.New(want).Elem()
		i.Set(x)
		return i
	}
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return reflect.Zero(want)
	}
	if v.Type() == want {
		return v
	}
	if v.Kind() == want.Kind() {
		switch v.Kind() {
		case reflect.Func:
			if v.IsNil() {
				return reflect.Zero(want)
			}
			return convertFunc(v, want, there, back)
		case reflect.Slice:
			if v.IsNil() {
				return reflect.Zero(want)
			}
			if v.Type().Elem() == want.Elem() {
				return v.Convert(want)
			}
			s := reflect.MakeSlice(want, v.Len(), v.Len())
			for i := range v.Len() {
				s.Index(i).Set(there(v.Index(i), want.Elem()))
			}
			return s
		case reflect.Array:
			a := reflect.New(want).Elem()
			for i := range v.Len() {
				a.Index(i).Set(there(v.Index(i), want.Elem()))
			}
			return a
		case reflect.Map:
			if v.IsNil() {
				return reflect.Zero(want)
			}
			if v.CanConvert(want) {
				return v.Convert(want)
			}
			m := reflect.MakeMapWithSize(want, v.Len())
			for it := v.MapRange(); it.Next(); {
				m.SetMapIndex(there(it.Key(), want.Key()), there(it.Value(), want.Elem()))
			}
			return m
		}
	}
	if v.CanConvert(want) {
		return v.Convert(want)
	}
	panic(runtimeError(fmt.Sprintf("a value of type %v cannot be handed over as %v", v.Type(), want)))
}

func convertFunc(f reflect.Value, want reflect.Type, there, back conversion) reflect.Value {
	if f.CanConvert(want) {
		return f.Convert(want)
	}
	t := f.Type()
	return reflect.MakeFunc(want, func(args []reflect.Value) []reflect.Value {
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			in[i] = back(a, t.In(i))
		}
		out := invoke(f, in)
		for i := range out {
			out[i] = there(out[i], want.Out(i))
		}
		return out
	})
}

package dynamic

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

var natives sync.Map // reflect.Type → *Type

// nativeType is the type of a value that is not in a box.
func nativeType(rt reflect.Type) *Type {
	if t, ok := natives.Load(rt); ok {
		return t.(*Type)
	}
	t := &Type{name: nativeName(rt), kind: rt.Kind(), named: rt.Name() != "", native: true, compiled: rt}
	if known, loaded := natives.LoadOrStore(rt, t); loaded {
		return known.(*Type)
	}
	return t
}

// nativeName is a compiled type's name. Types of this package that stand for
// ones of the standard library have the names of those.
func nativeName(rt reflect.Type) string {
	switch rt {
	case reflect.TypeFor[*wrapError]():
		return "*fmt.wrapError"
	case reflect.TypeFor[wrapError]():
		return "fmt.wrapError"
	case reflect.TypeFor[*wrapErrors]():
		return "*fmt.wrapErrors"
	case reflect.TypeFor[wrapErrors]():
		return "fmt.wrapErrors"
	case reflect.TypeFor[runtimeError]():
		return "runtime.Error"
	}
	return rt.String()
}

// The parts of a type: a native type's are made when they are asked for.

func (t *Type) element() *Type {
	if t.elem == nil && t.compiled != nil {
		return nativeType(t.compiled.Elem())
	}
	return t.elem
}

func (t *Type) keys() *Type {
	if t.mapKey == nil && t.compiled != nil {
		return nativeType(t.compiled.Key())
	}
	return t.mapKey
}

func (t *Type) numField() int {
	if t.compiled != nil {
		return t.compiled.NumField()
	}
	return len(t.fields)
}

func (t *Type) field(i int) field {
	if t.compiled == nil {
		return t.fields[i]
	}
	f := t.compiled.Field(i)
	return field{f.Name, f.Tag, nativeType(f.Type), f.Anonymous, f.IsExported()}
}

// operand is a value and its type. The value is never one that reflect
// guards because it came from an unexported field; it is invalid for nil.
type operand struct {
	t *Type
	v reflect.Value
}

// unpack gives what an interface value holds; t is nil for a nil interface.
func unpack(x any) operand {
	switch x := x.(type) {
	case nil:
		return operand{}
	case Box:
		return x.operand()
	case boxed:
		return x.box().operand()
	}
	rt := reflect.TypeOf(x)
	if rt.Kind() == reflect.Pointer && isWrapper(rt) {
		return unpack(In(x))
	}
	return operand{nativeType(rt), reflect.ValueOf(x)}
}

func (b Box) operand() operand {
	v := reflect.ValueOf(b.V)
	if b.T.kind == reflect.Func && v.Kind() == reflect.Struct {
		v = v.Field(0)
	}
	return settle(b.T, v)
}

// settle takes a value of a recursive type out of the interface that stands
// for it, and a native type from the value that it describes.
func settle(t *Type, v reflect.Value) operand {
	if t.kind == reflect.Interface {
		return operand{t, v}
	}
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if t.native && t.compiled == nil && v.IsValid() {
		t = nativeType(v.Type())
	}
	return operand{t, v}
}

// inner is what an operand of an interface type holds; its type is nil for nil.
func (o operand) inner() operand {
	v := o.v
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return operand{}
	}
	return unpack(v.Interface())
}

// pack is the operand as an interface value: the opposite of unpack.
func (o operand) pack() any {
	if o.t == nil {
		return nil
	}
	if o.t.compiled != nil {
		return o.v.Interface()
	}
	return Box{o.t, o.raw()}
}

// raw is the operand's value as a Box holds it.
func (o operand) raw() any {
	if !o.v.IsValid() {
		return nil
	}
	if o.t.kind == reflect.Func && o.v.Kind() == reflect.Func {
		s := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "F", Type: o.v.Type()}})).Elem()
		s.Field(0).Set(o.v)
		return s.Interface()
	}
	return o.v.Interface()
}

// nilled reports whether a pointer, slice, map, channel or function is nil.
func (o operand) nilled() bool {
	if !o.v.IsValid() {
		return true
	}
	switch o.v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Interface:
		return o.v.IsNil()
	}
	return false
}

func (o operand) address() uintptr {
	if o.nilled() {
		return 0
	}
	return uintptr(o.v.UnsafePointer())
}

func (o operand) length() int {
	if !o.v.IsValid() {
		return 0
	}
	return o.v.Len()
}

func (o operand) index(i int) operand { return settle(o.t.element(), o.v.Index(i)) }

func (o operand) deref() operand { return settle(o.t.element(), o.v.Elem()) }

// addressable is a struct whose unexported fields can be read.
func (o operand) addressable() operand {
	if o.v.CanAddr() {
		return o
	}
	for i := range o.v.NumField() {
		if !o.v.Type().Field(i).IsExported() {
			c := reflect.New(o.v.Type()).Elem()
			c.Set(o.v)
			return operand{o.t, c}
		}
	}
	return o
}

// at is the i-th field of a struct that is addressable.
func (o operand) at(i int) operand {
	return settle(o.t.field(i).typ, open(o.v.Field(i)))
}

// open is a field of an addressable struct, also of an unexported one, as a
// value that can be read and set.
func open(f reflect.Value) reflect.Value {
	if f.CanInterface() {
		return f
	}
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

// signature is a compiled function type as Method.Sig writes it.
func signature(rt reflect.Type, skip int) string {
	var b strings.Builder
	b.WriteString("func(")
	for i := skip; i < rt.NumIn(); i++ {
		if i > skip {
			b.WriteString(", ")
		}
		if rt.IsVariadic() && i == rt.NumIn()-1 {
			b.WriteString("..." + qualified(rt.In(i).Elem()))
		} else {
			b.WriteString(qualified(rt.In(i)))
		}
	}
	b.WriteString(")")
	switch rt.NumOut() {
	case 0:
	case 1:
		b.WriteString(" " + qualified(rt.Out(0)))
	default:
		b.WriteString(" (")
		for i := range rt.NumOut() {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(qualified(rt.Out(i)))
		}
		b.WriteString(")")
	}
	return b.String()
}

// qualified is a compiled type's name with package paths, as types.TypeString
// writes it.
func qualified(rt reflect.Type) string {
	if rt.Name() != "" {
		if rt.PkgPath() == "" {
			return rt.Name()
		}
		return rt.PkgPath() + "." + rt.Name()
	}
	switch rt.Kind() {
	case reflect.Pointer:
		return "*" + qualified(rt.Elem())
	case reflect.Slice:
		return "[]" + qualified(rt.Elem())
	case reflect.Array:
		return "[" + strconv.Itoa(rt.Len()) + "]" + qualified(rt.Elem())
	case reflect.Map:
		return "map[" + qualified(rt.Key()) + "]" + qualified(rt.Elem())
	case reflect.Func:
		return signature(rt, 0)
	case reflect.Chan:
		elem := qualified(rt.Elem())
		switch {
		case rt.ChanDir() == reflect.RecvDir:
			return "<-chan " + elem
		case rt.ChanDir() == reflect.SendDir:
			return "chan<- " + elem
		case rt.Elem().Kind() == reflect.Chan && rt.Elem().Name() == "" && rt.Elem().ChanDir() == reflect.RecvDir:
			return "chan (" + elem + ")"
		}
		return "chan " + elem
	case reflect.Interface:
		var parts []string
		for i := range rt.NumMethod() {
			m := rt.Method(i)
			parts = append(parts, m.Name+strings.TrimPrefix(signature(m.Type, 0), "func"))
		}
		return "interface{" + strings.Join(parts, "; ") + "}"
	case reflect.Struct:
		var parts []string
		for i := range rt.NumField() {
			f := rt.Field(i)
			part := qualified(f.Type)
			if !f.Anonymous {
				part = f.Name + " " + part
			}
			if f.Tag != "" {
				part += " " + strconv.Quote(string(f.Tag))
			}
			parts = append(parts, part)
		}
		return "struct{" + strings.Join(parts, "; ") + "}"
	}
	return rt.String()
}

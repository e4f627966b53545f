package dynamic

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

const (
	sigMarshal   = "func() ([]uint8, error)"
	sigUnmarshal = "func([]uint8) error"
	sigIsZero    = "func() bool"
)

// MarshalJSON implements json.Marshaler.
func (b Box) MarshalJSON() ([]byte, error) { return Marshal(b) }

// Encode is an interface value as package encoding/json can encode it without
// knowing of boxes: structs are of types with the real names and tags, methods
// MarshalJSON and MarshalText have been called. It returns an error where
// encoding/json would.
func Encode(x any) (any, error) {
	e := encoder{}
	return e.value(unpack(x), false)
}

type encoder struct{ depth int }

// deepest is where a value is taken for one that contains itself.
const deepest = 1000

// unsupported is json.UnsupportedTypeError and json.UnsupportedValueError for
// types that have no reflect.Type.
type unsupported string

func (e unsupported) Error() string { return "json: unsupported " + string(e) }

// marshalError is json.MarshalerError for such types.
type marshalError struct {
	t      *Type
	method string
	err    error
}

func (e *marshalError) Error() string {
	return "json: error calling " + e.method + " for type " + e.t.name + ": " + e.err.Error()
}

func (e *marshalError) Unwrap() error { return e.err }

// coder is the receiver and the name of the method by which a value is
// encoded; the name is empty for none. An addressable value may have a method
// of its pointer.
func coder(o operand, addressable bool, names ...string) (Box, string) {
	for _, name := range names {
		sig := sigMarshal
		if name == "IsZero" {
			sig = sigIsZero
		}
		if addressable && o.t.kind != reflect.Pointer && o.v.CanAddr() {
			if p := o.t.pointerType(); p != nil && p.has(name, sig) {
				return Box{p, o.v.Addr().Interface()}, name
			}
		}
		if o.t.has(name, sig) {
			return Box{o.t, o.raw()}, name
		}
	}
	return Box{}, ""
}

// value encodes one operand. Addressable says that Go could take its address.
func (e *encoder) value(o operand, addressable bool) (any, error) {
	if o.t == nil {
		return nil, nil
	}
	if e.depth++; e.depth > deepest {
		return nil, unsupported("value: encountered a cycle via " + o.t.name)
	}
	defer func() { e.depth-- }()
	if o.t.compiled != nil {
		switch x := o.v.Interface().(type) {
		case json.Marshaler, encoding.TextMarshaler:
			return x, nil
		}
		if !holdsBoxes(o.t.compiled) {
			if addressable && o.v.CanAddr() {
				return o.v.Addr().Interface(), nil
			}
			return o.v.Interface(), nil
		}
	} else if o.t.kind != reflect.Pointer && o.t.kind != reflect.Interface || !o.nilled() {
		if b, name := coder(o, addressable, "MarshalJSON", "MarshalText"); name != "" {
			return b.marshal(name)
		}
	}
	switch o.t.kind {
	case reflect.Interface:
		return e.value(o.inner(), false)
	case reflect.Pointer:
		if o.nilled() {
			return nil, nil
		}
		return e.value(o.deref(), true)
	case reflect.Struct:
		return e.structure(o, addressable)
	case reflect.Map:
		return e.mapping(o)
	case reflect.Slice:
		if o.nilled() {
			return nil, nil
		}
		if elem := o.t.element(); elem.kind == reflect.Uint8 && !elem.marshals() {
			return o.v.Bytes(), nil
		}
		return e.list(o, true)
	case reflect.Array:
		return e.list(o, addressable)
	case reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return nil, unsupported("type: " + o.t.name)
	}
	return o.v.Interface(), nil
}

// marshals reports whether values of the type, or pointers to them, encode
// themselves.
func (t *Type) marshals() bool {
	if t.compiled != nil {
		for _, rt := range []reflect.Type{t.compiled, reflect.PointerTo(t.compiled)} {
			if rt.Implements(reflect.TypeFor[json.Marshaler]()) || rt.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
				return true
			}
		}
		return false
	}
	p := t.pointerType()
	return t.has("MarshalJSON", sigMarshal) || t.has("MarshalText", sigMarshal) ||
		p != nil && (p.has("MarshalJSON", sigMarshal) || p.has("MarshalText", sigMarshal))
}

// marshal calls MarshalJSON or MarshalText.
func (b Box) marshal(name string) (any, error) {
	out := b.call(name)
	data, _ := out[0].([]byte)
	if err := outError(out[1]); err != nil {
		return nil, &marshalError{b.T, name, err}
	}
	if name == "MarshalText" {
		return string(data), nil
	}
	if !json.Valid(data) {
		var x any
		return nil, &marshalError{b.T, name, json.Unmarshal(data, &x)}
	}
	return json.RawMessage(data), nil
}

func (e *encoder) list(o operand, addressable bool) (any, error) {
	all := make([]any, o.length())
	for i := range all {
		x, err := e.value(o.index(i), addressable)
		if err != nil {
			return nil, err
		}
		all[i] = x
	}
	return all, nil
}

func (e *encoder) mapping(o operand) (any, error) {
	if key := o.t.keys(); !keyed(key) {
		return nil, unsupported("type: " + o.t.name)
	}
	if o.nilled() {
		return nil, nil
	}
	m := make(map[string]any, o.length())
	for _, entry := range o.entries() {
		key, err := keyText(entry.key)
		if err != nil {
			return nil, fmt.Errorf("json: encoding error for type %q: %q", o.t.name, err.Error())
		}
		if m[key], err = e.value(entry.value, false); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// keyed reports whether values of the type can be keys of an object.
func keyed(t *Type) bool {
	switch t.kind {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	if t.compiled != nil {
		return t.compiled.Implements(reflect.TypeFor[encoding.TextMarshaler]())
	}
	return t.native || t.has("MarshalText", sigMarshal)
}

func keyText(o operand) (string, error) {
	if o.t.kind == reflect.String {
		return o.v.String(), nil
	}
	if o.t.kind == reflect.Pointer && o.nilled() {
		return "", nil
	}
	if o.t.compiled == nil && o.t.has("MarshalText", sigMarshal) {
		out := Box{o.t, o.raw()}.call("MarshalText")
		data, _ := out[0].([]byte)
		return string(data), outError(out[1])
	}
	if m, ok := o.v.Interface().(encoding.TextMarshaler); ok {
		data, err := m.MarshalText()
		return string(data), err
	}
	if o.v.CanInt() {
		return strconv.FormatInt(o.v.Int(), 10), nil
	}
	return strconv.FormatUint(o.v.Uint(), 10), nil
}

// empty and zero are the conditions of the options omitempty and omitzero.
func (o operand) empty() bool {
	switch o.t.kind {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return o.length() == 0
	case reflect.Struct:
		return false
	case reflect.Interface, reflect.Pointer:
		return o.nilled()
	}
	return o.v.IsValid() && o.v.IsZero()
}

func (o operand) zero(addressable bool) bool {
	if o.nilled() && (o.t.kind == reflect.Pointer || o.t.kind == reflect.Interface) {
		return true
	}
	if o.t.compiled != nil {
		if z, ok := o.v.Interface().(interface{ IsZero() bool }); ok {
			return z.IsZero()
		}
	} else if b, name := coder(o, addressable, "IsZero"); name != "" {
		return b.call(name)[0].(bool)
	}
	return !o.v.IsValid() || o.v.IsZero()
}

// hasZero reports whether values of the type, or pointers to them, have a
// method IsZero.
func (t *Type) hasZero() bool {
	p := t.pointerType()
	return t.has("IsZero", sigIsZero) || p != nil && p.has("IsZero", sigIsZero)
}

// structure encodes a struct as a value of its mirror type.
func (e *encoder) structure(o operand, addressable bool) (any, error) {
	m, err := encodingMirror(o.t)
	if err != nil {
		return nil, err
	}
	v := reflect.New(m.typ).Elem()
	return v.Addr().Interface(), e.fill(v, m, o, addressable)
}

// fill sets the fields of a mirror from those of a struct.
func (e *encoder) fill(v reflect.Value, m *mirror, o operand, addressable bool) error {
	o = o.addressable()
	for i, f := range m.fields {
		x := o.at(f.index)
		to := v.Field(i)
		switch {
		case f.embedded != nil:
			if x.t.kind == reflect.Pointer {
				if x.nilled() {
					continue
				}
				to.Set(reflect.New(to.Type().Elem()))
				to, x = to.Elem(), x.deref()
			}
			if err := e.fill(to, f.embedded, x, addressable || x.v.CanAddr()); err != nil {
				return err
			}
		case f.omitempty && x.empty() || f.omitzero && x.zero(addressable):
			to.SetZero()
		case f.basic && x.t.kind == reflect.Pointer:
			if !x.nilled() {
				p := reflect.New(to.Type().Elem())
				p.Elem().Set(x.v.Elem())
				to.Set(p)
			}
		case f.basic:
			to.Set(x.v)
		default:
			y, err := e.value(x, addressable)
			if err != nil {
				return err
			}
			if y == nil {
				y = json.RawMessage("null")
			}
			to.Set(reflect.ValueOf(y))
		}
	}
	return nil
}

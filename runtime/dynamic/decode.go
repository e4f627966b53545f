package dynamic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
)

// Unmarshal is json.Unmarshal.
func Unmarshal(data []byte, v any) error {
	return Decode(v, func(x any) error { return json.Unmarshal(data, x) })
}

// DecodeFrom is dec.Decode(v).
func DecodeFrom(dec *json.Decoder, v any) error { return Decode(v, dec.Decode) }

// Decode decodes JSON into what v points to. Unmarshal is given a pointer to
// what encoding/json can fill: v itself where it is native, else a value of a
// mirror type, which is copied to *v afterwards. Errors name the cell's types.
func Decode(v any, unmarshal func(any) error) error {
	o := unpack(v)
	switch {
	case o.t == nil || o.t.compiled != nil:
		return unmarshal(v)
	case o.t.kind != reflect.Pointer:
		return invalidTarget("json: Unmarshal(non-pointer " + o.t.name + ")")
	case o.nilled():
		return invalidTarget("json: Unmarshal(nil " + o.t.name + ")")
	}
	return decodeInto(o.t.elem, o.v.Elem(), unmarshal)
}

// invalidTarget is json.InvalidUnmarshalError for types without reflect.Type.
type invalidTarget string

func (e invalidTarget) Error() string { return string(e) }

func decodeInto(t *Type, dst reflect.Value, unmarshal func(any) error) error {
	s, err := shapeOf(t, dst.Type())
	if err != nil {
		return err
	}
	m := reflect.New(s.typ)
	s.fill(m.Elem(), dst)
	err = unmarshal(m.Interface())
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, new(*json.SyntaxError)) {
		return err
	}
	d := decoder{}
	if e := d.back(s, m.Elem(), dst); e != nil && err == nil {
		return e
	}
	return located(err, t)
}

// shape says how a type is decoded: into a value of the type typ, of which
// fill sets what stands in the target before, and which back copies to it.
type shape struct {
	t    *Type
	form form
	typ  reflect.Type
	elem *shape // of pointers, slices, arrays and maps

	key    *shape
	fields []shapeField
}

type shapeField struct {
	index int // in the real type
	name  string
	*shape
}

type form int

const (
	direct form = iota // encoding/json decodes the target's type itself
	raw                // the text is kept and decoded afterwards
	free               // an interface without methods
	held               // an interface with methods
	nested             // pointer, slice, array or map
	object             // a struct
)

var rawType = reflect.TypeFor[json.RawMessage]()

type shapeFact struct{ rt reflect.Type }

func shapeOf(t *Type, rt reflect.Type) (*shape, error) {
	if s, ok := t.facts.Load(shapeFact{rt}); ok {
		return s.(*shape), nil
	}
	s, err := makeShape(t, rt, map[*Type]bool{})
	if err == nil {
		t.facts.Store(shapeFact{rt}, s)
	}
	return s, err
}

type targetFact struct{}

// Target makes known the target form of a type by a value of it. Decoding
// needs it to make values of types that contain themselves.
func Target(id int, sample any) {
	if t := TypeOf(id); t != nil && sample != nil {
		t.facts.Store(targetFact{}, reflect.TypeOf(sample))
	}
}

// unmarshals is the method of *T by which values of T decode themselves.
func (t *Type) unmarshals() string {
	if p := t.pointerType(); p != nil {
		for _, name := range []string{"UnmarshalJSON", "UnmarshalText"} {
			if p.has(name, sigUnmarshal) {
				return name
			}
		}
	}
	return ""
}

func makeShape(t *Type, rt reflect.Type, outer map[*Type]bool) (s *shape, err error) {
	s = &shape{t: t, typ: rt}
	if rt.Kind() != reflect.Interface {
		t.facts.LoadOrStore(targetFact{}, rt)
	}
	switch {
	case t.kind == reflect.Interface && len(t.methods) == 0:
		s.form, s.typ = free, anyType
		return s, nil
	case t.kind == reflect.Interface:
		s.form, s.typ = held, rawType
		return s, nil
	case t.native:
		return s, nil
	case outer[t], rt.Kind() == reflect.Interface, t.unmarshals() != "":
		s.form, s.typ = raw, rawType
		return s, nil
	}
	outer[t] = true
	defer delete(outer, t)
	part := func(t *Type, rt reflect.Type) (p *shape) {
		if err == nil {
			p, err = makeShape(t, rt, outer)
		}
		return p
	}
	switch t.kind {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		s.form = nested
		s.elem = part(t.elem, rt.Elem())
		if t.kind == reflect.Map {
			s.key = part(t.mapKey, rt.Key())
		}
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case reflect.Pointer:
			s.typ = reflect.PointerTo(s.elem.typ)
		case reflect.Slice:
			s.typ = reflect.SliceOf(s.elem.typ)
		case reflect.Array:
			s.typ = reflect.ArrayOf(rt.Len(), s.elem.typ)
		case reflect.Map:
			if s.key.form == raw {
				s.key.typ = reflect.TypeFor[string]()
			}
			s.typ = reflect.MapOf(s.key.typ, s.elem.typ)
		}
	case reflect.Struct:
		s.form = object
		return s, s.makeObject(rt, part, &err)
	}
	return s, nil
}

func (s *shape) makeObject(rt reflect.Type, part func(*Type, reflect.Type) *shape, err *error) (failed error) {
	defer func() {
		if r := recover(); r != nil {
			failed = fmt.Errorf("json: type %s has no form that can be decoded: %v", s.t.name, r)
		}
	}()
	var fields []reflect.StructField
	for i, f := range s.t.fields {
		seen, inlined := visible(f)
		if !seen {
			continue
		}
		p := part(f.typ, rt.Field(i).Type)
		if *err != nil {
			return *err
		}
		sf := reflect.StructField{Name: mirrorName(f), Tag: f.tag, Type: p.typ, Anonymous: inlined && p.form != raw}
		fields = append(fields, sf)
		s.fields = append(s.fields, shapeField{i, fieldName(f), p})
	}
	s.typ = reflect.StructOf(fields)
	return nil
}

// fieldName is the name under which encoding/json reports a field.
func fieldName(f field) string {
	if name, _ := jsonTag(f); name != "" {
		return name
	}
	return f.name
}

// untouched stands in an interface until something is decoded into it.
type untouched struct{}

func (s *shape) fill(m, from reflect.Value) {
	switch s.form {
	case direct:
		m.Set(from)
	case free:
		m.Set(reflect.ValueOf(untouched{}))
		if x := In(from.Interface()); x != nil {
			if o := unpack(x); o.t.kind == reflect.Pointer && !o.nilled() {
				m.Set(reflect.ValueOf(new(json.RawMessage)))
			}
		}
	case object:
		from = operand{s.t, from}.addressable().v
		for i, f := range s.fields {
			f.fill(m.Field(i), open(from.Field(f.index)))
		}
	case nested:
		if s.t.kind != reflect.Array && from.IsNil() {
			return
		}
		switch s.t.kind {
		case reflect.Pointer:
			m.Set(reflect.New(s.elem.typ))
			s.elem.fill(m.Elem(), from.Elem())
		case reflect.Slice:
			m.Set(reflect.MakeSlice(s.typ, from.Len(), from.Len()))
			fallthrough
		case reflect.Array:
			for i := range from.Len() {
				s.elem.fill(m.Index(i), from.Index(i))
			}
		case reflect.Map:
			m.Set(reflect.MakeMap(s.typ))
		}
	}
}

// decoder copies what was decoded; it knows the way to where it is.
type decoder struct {
	path  []string
	outer *Type // the struct that holds the field at the end of the path
}

func (d *decoder) back(s *shape, m, dst reflect.Value) error {
	switch s.form {
	case direct:
		dst.Set(m)
	case free:
		switch x := m.Interface().(type) {
		case untouched:
		case *json.RawMessage:
			if len(*x) > 0 {
				return d.within(Unmarshal(*x, dst.Interface()))
			}
		default:
			dst.Set(m)
		}
	case held:
		return d.interfaceFrom(s.t, m.Bytes(), dst)
	case raw:
		if text := m.Bytes(); len(text) > 0 {
			return d.within(decodeText(s.t, dst, text))
		}
	case object:
		outer := d.outer
		defer func() { d.outer = outer }()
		var first error
		for i, f := range s.fields {
			d.path, d.outer = append(d.path, f.name), s.t
			if err := d.back(f.shape, m.Field(i), open(dst.Field(f.index))); err != nil && first == nil {
				first = err
			}
			d.path = d.path[:len(d.path)-1]
		}
		return first
	case nested:
		return d.backNested(s, m, dst)
	}
	return nil
}

func (d *decoder) backNested(s *shape, m, dst reflect.Value) (first error) {
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if s.t.kind != reflect.Array && m.IsNil() {
		dst.SetZero()
		return nil
	}
	switch s.t.kind {
	case reflect.Pointer:
		if dst.IsNil() {
			dst.Set(reflect.New(dst.Type().Elem()))
		}
		return d.back(s.elem, m.Elem(), dst.Elem())
	case reflect.Slice:
		all := reflect.MakeSlice(dst.Type(), m.Len(), m.Len())
		reflect.Copy(all, dst)
		for i := range m.Len() {
			keep(d.back(s.elem, m.Index(i), all.Index(i)))
		}
		dst.Set(all)
	case reflect.Array:
		for i := range m.Len() {
			keep(d.back(s.elem, m.Index(i), dst.Index(i)))
		}
	case reflect.Map:
		if dst.IsNil() {
			dst.Set(reflect.MakeMapWithSize(dst.Type(), m.Len()))
		}
		for it := m.MapRange(); it.Next(); {
			key := reflect.New(dst.Type().Key()).Elem()
			if s.key.form == raw {
				if err := callUnmarshal(s.key.t, key, "UnmarshalText", []byte(it.Key().String())); err != nil {
					keep(err)
					continue
				}
			} else {
				key.Set(it.Key().Convert(key.Type()))
			}
			value := reflect.New(dst.Type().Elem()).Elem()
			err := d.back(s.elem, it.Value(), value)
			if err != nil {
				keep(err)
				if _, goesOn := err.(*decodeError); !goesOn {
					continue
				}
			}
			dst.SetMapIndex(key, value)
		}
	}
	return first
}

// interfaceFrom decodes into an interface with methods, which encoding/json
// fills only where it holds a pointer.
func (d *decoder) interfaceFrom(t *Type, text []byte, dst reflect.Value) error {
	switch {
	case len(text) == 0:
		return nil
	case string(text) == "null":
		dst.SetZero()
		return nil
	}
	if o := (operand{t, dst}).inner(); o.t != nil && o.t.kind == reflect.Pointer && !o.nilled() {
		return d.within(Unmarshal(text, o.pack()))
	}
	return d.within(&decodeError{value: described(text), typ: t.name})
}

// decodeText decodes the text that was kept for a type that decodes itself or
// that contains itself.
func decodeText(t *Type, dst reflect.Value, text []byte) error {
	null := string(text) == "null"
	if method := t.unmarshals(); method != "" && dst.Kind() != reflect.Interface {
		if method == "UnmarshalJSON" {
			return callUnmarshal(t, dst, method, text)
		}
		if null {
			return nil
		}
		var s string
		if json.Unmarshal(text, &s) != nil {
			return &decodeError{value: described(text), typ: t.name}
		}
		return callUnmarshal(t, dst, method, []byte(s))
	}
	if dst.Kind() == reflect.Interface {
		return decodeBehind(t, dst, text, null)
	}
	return decodeInto(t, dst, func(x any) error { return json.Unmarshal(text, x) })
}

// decodeBehind decodes where an interface stands for a type that contains
// itself.
func decodeBehind(t *Type, dst reflect.Value, text []byte, null bool) error {
	if null && t.kind != reflect.Struct && t.kind != reflect.Array {
		dst.SetZero()
		return nil
	}
	var v reflect.Value
	switch rt, known := t.target(); {
	case !dst.IsNil():
		v = reflect.New(dst.Elem().Type()).Elem()
		v.Set(dst.Elem())
	case known:
		v = reflect.New(rt).Elem()
	default:
		return fmt.Errorf("json: the form of type %s is not known", t.name)
	}
	err := decodeInto(t, v, func(x any) error { return json.Unmarshal(text, x) })
	dst.Set(v)
	return err
}

// target is the target form of a type as far as it was seen.
func (t *Type) target() (reflect.Type, bool) {
	if rt, ok := t.facts.Load(targetFact{}); ok {
		return rt.(reflect.Type), true
	}
	if t.kind == reflect.Pointer {
		if rt, ok := t.elem.target(); ok {
			return reflect.PointerTo(rt), true
		}
	}
	return nil, false
}

func callUnmarshal(t *Type, dst reflect.Value, method string, text []byte) error {
	return outError(Box{t.pointerType(), dst.Addr().Interface()}.call(method, slices.Clone(text))[0])
}

package dynamic

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// decodeError is json.UnmarshalTypeError for a cell's types; where
// encoding/json found it, it wraps that one's error.
type decodeError struct {
	value string   // what the text holds: "number 5"
	in    string   // the name of the struct that has the field, or empty
	path  []string // to the field
	typ   string
	err   error
}

func (e *decodeError) Error() string {
	if e.in != "" || len(e.path) > 0 {
		return "json: cannot unmarshal " + e.value + " into Go struct field " + e.in + "." + strings.Join(e.path, ".") + " of type " + e.typ
	}
	return "json: cannot unmarshal " + e.value + " into Go value of type " + e.typ
}

func (e *decodeError) Unwrap() error { return e.err }

// within puts the way to where the decoder is before an error's own.
func (d *decoder) within(err error) error {
	if len(d.path) == 0 {
		return err
	}
	if te, ok := err.(*json.UnmarshalTypeError); ok {
		// A method's own error: encoding/json adds to it as well.
		outer := *te
		outer.Struct = bare(d.outer.name)
		outer.Field = strings.Join(d.path, ".")
		if te.Field != "" {
			outer.Field += "." + te.Field
		}
		return &outer
	}
	e, ok := err.(*decodeError)
	if !ok {
		return err
	}
	outer := *e
	outer.path = append(append([]string(nil), d.path...), e.path...)
	if e.in == "" && d.outer != nil {
		outer.in = bare(d.outer.name)
	}
	return &outer
}

// bare is a type's name without its package.
func bare(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// located is an error of encoding/json about a mirror, in terms of the type
// that was mirrored.
func located(err error, t *Type) error {
	var te *json.UnmarshalTypeError
	if !errors.As(err, &te) || te != err {
		return err
	}
	e := &decodeError{value: te.Value, err: te}
	if te.Field != "" {
		e.path = strings.Split(te.Field, ".")
	}
	embedded := false
	for i, name := range e.path {
		t = structOf(t)
		if t == nil {
			e.typ = te.Type.String()
			return e
		}
		f, inlined := fieldNamed(t, name)
		if f == nil {
			e.typ = te.Type.String()
			return e
		}
		e.path[i] = f.name
		if !inlined {
			e.path[i] = name
		}
		// Fields of embedded structs are reported as the outer struct's.
		if !embedded {
			e.in = bare(t.name)
		}
		embedded = inlined
		t = f.typ
	}
	e.typ = leafType(t, te.Type).name
	return e
}

// structOf is the struct type that a type holds, nil if it holds none.
func structOf(t *Type) *Type {
	for t != nil {
		switch t.kind {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.element()
		case reflect.Struct:
			return t
		default:
			return nil
		}
	}
	return nil
}

// fieldNamed finds a field by the name in an error's path.
func fieldNamed(t *Type, name string) (f *field, inlined bool) {
	for i := range t.numField() {
		f := t.field(i)
		seen, inlined := visible(f)
		if seen && (inlined && mirrorName(f) == name || !inlined && fieldName(f) == name) {
			return &f, inlined
		}
	}
	return nil, false
}

// leafType goes into a type to where encoding/json met a mirror's type.
func leafType(t *Type, met reflect.Type) *Type {
	for {
		switch {
		case t.kind == met.Kind() && t.kind != reflect.Pointer:
			return t
		case t.kind == reflect.Pointer || t.kind == reflect.Slice || t.kind == reflect.Array || t.kind == reflect.Map:
			t = t.element()
		default:
			return t
		}
	}
}

// described is what encoding/json calls a value in its errors.
func described(text []byte) string {
	switch text[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "bool"
	}
	return "number"
}

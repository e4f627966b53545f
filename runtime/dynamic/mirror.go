package dynamic

import (
	"fmt"
	"reflect"
	"strings"
)

// mirror is a struct type that encoding/json encodes as it would the real one.
type mirror struct {
	typ    reflect.Type
	fields []mirrorField // as many as typ has
}

type mirrorField struct {
	index               int  // in the real type
	basic               bool // the field has the type itself, for the option string
	embedded            *mirror
	omitempty, omitzero bool
}

type mirrorFact struct{}

func encodingMirror(t *Type) (*mirror, error) {
	if m, ok := t.facts.Load(mirrorFact{}); ok {
		return m.(*mirror), nil
	}
	m, err := makeMirror(t, map[*Type]bool{})
	if err == nil {
		t.facts.Store(mirrorFact{}, m)
	}
	return m, err
}

// jsonTag is a field's name and options in its tag.
func jsonTag(f field) (name, options string) {
	name, options, _ = strings.Cut(f.tag.Get("json"), ",")
	return name, "," + options + ","
}

// visible is how encoding/json sees a field: not at all, as a part whose
// fields are the outer struct's, or as a field of a name of its own.
func visible(f field) (seen, inlined bool) {
	if f.tag.Get("json") == "-" {
		return false, false
	}
	name, _ := jsonTag(f)
	t := f.typ
	if f.embedded && t.kind == reflect.Pointer && !t.named {
		t = t.element()
	}
	isStruct := t != nil && t.kind == reflect.Struct
	if !f.exported && !(f.embedded && isStruct) {
		return false, false
	}
	return true, f.embedded && isStruct && name == ""
}

func makeMirror(t *Type, outer map[*Type]bool) (m *mirror, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("json: type %s has no form that can be encoded: %v", t.name, r)
		}
	}()
	outer[t] = true
	defer delete(outer, t)
	m = &mirror{}
	var fields []reflect.StructField
	for i := range t.numField() {
		f := t.field(i)
		seen, inlined := visible(f)
		if !seen {
			continue
		}
		_, options := jsonTag(f)
		mf := mirrorField{index: i, omitempty: strings.Contains(options, ",omitempty,"), omitzero: strings.Contains(options, ",omitzero,")}
		sf := reflect.StructField{Name: mirrorName(f), Tag: f.tag, Type: anyType}
		if inlined {
			inner := f.typ
			if inner.kind == reflect.Pointer {
				inner = inner.element()
			}
			if outer[inner] {
				continue
			}
			if mf.embedded, err = makeMirror(inner, outer); err != nil {
				return nil, err
			}
			sf.Anonymous, sf.Type = true, mf.embedded.typ
			if f.typ.kind == reflect.Pointer {
				sf.Type = reflect.PointerTo(sf.Type)
			}
		} else if mf.omitzero && f.typ.hasZero() {
			// The method decides, and a mirror's field has none.
		} else if rt := basicType(f.typ); rt != nil && !f.typ.marshals() {
			sf.Type, mf.basic = rt, true
		} else if p := f.typ; p.kind == reflect.Pointer && !p.native && p.element() != nil && basicType(p.element()) != nil && !p.element().marshals() && !p.marshals() {
			sf.Type, mf.basic = reflect.PointerTo(basicType(p.element())), true
		}
		fields = append(fields, sf)
		m.fields = append(m.fields, mf)
	}
	m.typ = reflect.StructOf(fields)
	return m, nil
}

// mirrorName is a field's name in a mirror, where all are exported.
func mirrorName(f field) string {
	if f.exported {
		return f.name
	}
	return "X" + f.name
}

// basicType is the predeclared type that a type erases to, nil for others.
// Named native types stay what they are, because they may have methods.
func basicType(t *Type) reflect.Type {
	if t.native && (t.compiled == nil || t.named && t.compiled.PkgPath() != "") {
		return nil
	}
	return basics[t.kind]
}

var basics = map[reflect.Kind]reflect.Type{
	reflect.Bool: reflect.TypeFor[bool](), reflect.String: reflect.TypeFor[string](),
	reflect.Int: reflect.TypeFor[int](), reflect.Int8: reflect.TypeFor[int8](), reflect.Int16: reflect.TypeFor[int16](),
	reflect.Int32: reflect.TypeFor[int32](), reflect.Int64: reflect.TypeFor[int64](),
	reflect.Uint: reflect.TypeFor[uint](), reflect.Uint8: reflect.TypeFor[uint8](), reflect.Uint16: reflect.TypeFor[uint16](),
	reflect.Uint32: reflect.TypeFor[uint32](), reflect.Uint64: reflect.TypeFor[uint64](), reflect.Uintptr: reflect.TypeFor[uintptr](),
	reflect.Float32: reflect.TypeFor[float32](), reflect.Float64: reflect.TypeFor[float64](),
}

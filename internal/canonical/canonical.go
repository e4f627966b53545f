// Package canonical writes plain Go values as bytes that depend on the value
// alone. Package gob numbers types in the order in which a process first meets
// them, so that the same model would have other bytes, and another hash, in an
// interpreted and in a compiled run.
//
// What is written does not describe itself: it is read into the type that it was
// written from. Whoever keeps it writes the version of its form before it, and
// changes the version with the type. It detects input that is cut off or too long,
// and no other damage: a hash does that.
package canonical

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
)

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// Marshal writes v: booleans, numbers, texts, and arrays, slices, maps, pointers
// and structs of these. Fields of structs must be exported. An empty slice or map
// is written as a nil one. A type that writes itself (encoding.BinaryMarshaler)
// does so.
func Marshal(v any) ([]byte, error) {
	if v == nil {
		return nil, errors.New("canonical: nothing to write")
	}
	b, err := appendValue(nil, reflect.ValueOf(v))
	if err != nil {
		return nil, fmt.Errorf("canonical: %w", err)
	}
	return b, nil
}

// Unmarshal reads what Marshal wrote of a value of the type that v points to.
func Unmarshal(b []byte, v any) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("canonical: %T is no pointer to read into", v)
	}
	r := reader{b}
	if err := r.value(p.Elem()); err != nil {
		return fmt.Errorf("canonical: %w", err)
	}
	if len(r.rest) > 0 {
		return fmt.Errorf("canonical: %d bytes are left over", len(r.rest))
	}
	return nil
}

// writesItself reports whether values of a type are written and read by methods of
// their own.
func writesItself(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(marshaler) && reflect.PointerTo(t).Implements(unmarshaler)
}

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	t := v.Type()
	if writesItself(t) {
		p := reflect.New(t)
		p.Elem().Set(v)
		content, err := p.Interface().(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return nil, err
		}
		return append(binary.AppendUvarint(b, uint64(len(content))), content...), nil
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int()), nil
	case reflect.Uint8:
		return append(b, uint8(v.Uint())), nil
	case reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(b, v.Uint()), nil
	case reflect.Float32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v.Float()))), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float())), nil
	case reflect.String:
		return append(binary.AppendUvarint(b, uint64(v.Len())), v.String()...), nil
	case reflect.Slice:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		fallthrough
	case reflect.Array:
		if v.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
			return append(b, v.Bytes()...), nil
		}
		var err error
		for i := range v.Len() {
			if b, err = appendValue(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0), nil
		}
		return appendValue(append(b, 1), v.Elem())
	case reflect.Map:
		return appendMap(b, v)
	case reflect.Struct:
		var err error
		for i := range v.NumField() {
			if !t.Field(i).IsExported() {
				return nil, fmt.Errorf("field %s of %s is not exported", t.Field(i).Name, t)
			}
			if b, err = appendValue(b, v.Field(i)); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	return nil, fmt.Errorf("a value of type %s cannot be written", t)
}

// appendMap writes the entries in the order of their written keys.
func appendMap(b []byte, v reflect.Value) ([]byte, error) {
	var entries [][2][]byte
	for _, key := range v.MapKeys() {
		k, err := appendValue(nil, key)
		if err != nil {
			return nil, err
		}
		e, err := appendValue(nil, v.MapIndex(key))
		if err != nil {
			return nil, err
		}
		entries = append(entries, [2][]byte{k, e})
	}
	slices.SortFunc(entries, func(x, y [2][]byte) int { return bytes.Compare(x[0], y[0]) })
	b = binary.AppendUvarint(b, uint64(len(entries)))
	for _, e := range entries {
		b = append(append(b, e[0]...), e[1]...)
	}
	return b, nil
}

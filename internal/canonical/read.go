package canonical

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

var errCutOff = errors.New("it is cut off")

// reader holds what is still to be read.
type reader struct{ rest []byte }

func (r *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.rest)) {
		return nil, errCutOff
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b, nil
}

func (r *reader) unsigned() (uint64, error) {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		return 0, errCutOff
	}
	r.rest = r.rest[n:]
	return x, nil
}

// length reads a number of elements. None takes less than a byte, so that there
// are no more of them than bytes.
func (r *reader) length() (int, error) {
	n, err := r.unsigned()
	if err == nil && n > uint64(len(r.rest)) {
		err = errCutOff
	}
	return int(n), err
}

func (r *reader) value(v reflect.Value) error {
	t := v.Type()
	if writesItself(t) {
		n, err := r.unsigned()
		if err != nil {
			return err
		}
		content, err := r.take(n)
		if err != nil {
			return err
		}
		return v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(content)
	}
	switch v.Kind() {
	case reflect.Bool:
		b, err := r.take(1)
		if err != nil {
			return err
		}
		if b[0] > 1 {
			return fmt.Errorf("%d is no truth value", b[0])
		}
		v.SetBool(b[0] == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x, n := binary.Varint(r.rest)
		if n <= 0 {
			return errCutOff
		}
		r.rest = r.rest[n:]
		if v.OverflowInt(x) {
			return fmt.Errorf("%d is too large for %s", x, t)
		}
		v.SetInt(x)
	case reflect.Uint8:
		b, err := r.take(1)
		if err != nil {
			return err
		}
		v.SetUint(uint64(b[0]))
	case reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x, err := r.unsigned()
		if err != nil {
			return err
		}
		if v.OverflowUint(x) {
			return fmt.Errorf("%d is too large for %s", x, t)
		}
		v.SetUint(x)
	case reflect.Float32:
		b, err := r.take(4)
		if err != nil {
			return err
		}
		v.SetFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case reflect.Float64:
		b, err := r.take(8)
		if err != nil {
			return err
		}
		v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case reflect.String:
		n, err := r.length()
		if err != nil {
			return err
		}
		b, err := r.take(uint64(n))
		v.SetString(string(b))
		return err
	case reflect.Slice:
		return r.slice(v)
	case reflect.Array:
		for i := range v.Len() {
			if err := r.value(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Pointer:
		b, err := r.take(1)
		if err != nil {
			return err
		}
		v.SetZero()
		if b[0] == 0 {
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return r.value(v.Elem())
	case reflect.Map:
		return r.entries(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if !t.Field(i).IsExported() {
				return fmt.Errorf("field %s of %s is not exported", t.Field(i).Name, t)
			}
			if err := r.value(v.Field(i)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a value of type %s cannot be read", t)
	}
	return nil
}

func (r *reader) slice(v reflect.Value) error {
	n, err := r.length()
	if err != nil {
		return err
	}
	v.SetZero()
	if n == 0 {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		b, err := r.take(uint64(n))
		v.SetBytes(append([]byte(nil), b...))
		return err
	}
	// It grows with what is there: elements may be larger than what is written of
	// them, and the length may lie.
	for i := range n {
		if i == v.Len() {
			more := reflect.MakeSlice(v.Type(), min(n, max(64, 2*i)), min(n, max(64, 2*i)))
			reflect.Copy(more, v)
			v.Set(more)
		}
		if err := r.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) entries(v reflect.Value) error {
	n, err := r.length()
	if err != nil {
		return err
	}
	v.SetZero()
	if n == 0 {
		return nil
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := r.value(key); err != nil {
			return err
		}
		if err := r.value(value); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

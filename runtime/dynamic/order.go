package dynamic

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

type entry struct{ key, value operand }

// entries lists a map in the order in which fmt prints it. Keys of different
// types in interfaces, whose order Go leaves open, are ordered by the types'
// names.
func (o operand) entries() []entry {
	if o.nilled() {
		return nil
	}
	all := make([]entry, 0, o.v.Len())
	for it := o.v.MapRange(); it.Next(); {
		all = append(all, entry{settle(o.t.keys(), it.Key()), settle(o.t.element(), it.Value())})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return order(a.key, b.key) })
	return all
}

// order is the order of package internal/fmtsort.
func order(a, b operand) int {
	switch a.t.kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cmp.Compare(a.v.Int(), b.v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return cmp.Compare(a.v.Uint(), b.v.Uint())
	case reflect.String:
		return cmp.Compare(a.v.String(), b.v.String())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.v.Float(), b.v.Float())
	case reflect.Complex64, reflect.Complex128:
		x, y := a.v.Complex(), b.v.Complex()
		return cmp.Or(cmp.Compare(real(x), real(y)), cmp.Compare(imag(x), imag(y)))
	case reflect.Bool:
		x, y := a.v.Bool(), b.v.Bool()
		switch {
		case x == y:
			return 0
		case x:
			return 1
		}
		return -1
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan:
		return cmp.Compare(a.address(), b.address())
	case reflect.Struct:
		a, b = a.addressable(), b.addressable()
		for i := range a.t.numField() {
			if c := order(a.at(i), b.at(i)); c != 0 {
				return c
			}
		}
	case reflect.Array:
		for i := range a.length() {
			if c := order(a.index(i), b.index(i)); c != 0 {
				return c
			}
		}
	case reflect.Interface:
		x, y := a.inner(), b.inner()
		switch {
		case x.t == nil && y.t == nil:
			return 0
		case x.t == nil:
			return -1
		case y.t == nil:
			return 1
		case x.t != y.t:
			return strings.Compare(x.t.name, y.t.name)
		}
		return order(x, y)
	}
	return 0
}

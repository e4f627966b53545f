package child

import (
	"cmp"
	"iter"
	"reflect"
	"slices"
)

// InOrder goes through a map in the order of its keys, where they are numbers
// or texts; else in the order that Go gives. As in Go, an element that is
// deleted before its turn does not come, and one that is added does not come
// either.
func InOrder[M ~map[K]V, K comparable, V any](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		less := order[K]()
		if less == nil {
			for k, v := range m {
				if !yield(k, v) {
					return
				}
			}
			return
		}
		type element struct {
			key   K
			value V
		}
		elements := make([]element, 0, len(m))
		for k, v := range m {
			elements = append(elements, element{k, v})
		}
		slices.SortStableFunc(elements, func(a, b element) int { return less(a.key, b.key) })
		for _, e := range elements {
			v, ok := m[e.key]
			if e.key != e.key { // NaN cannot be looked up
				v, ok = e.value, true
			}
			if ok && !yield(e.key, v) {
				return
			}
		}
	}
}

// order compares keys, nil if their type has no order.
func order[K comparable]() func(a, b K) int {
	var zero K
	switch any(zero).(type) {
	case string:
		return any(cmp.Compare[string]).(func(a, b K) int)
	case int:
		return any(cmp.Compare[int]).(func(a, b K) int)
	}
	t := reflect.TypeFor[K]()
	switch t.Kind() {
	case reflect.String:
		return func(a, b K) int { return cmp.Compare(reflect.ValueOf(a).String(), reflect.ValueOf(b).String()) }
	case reflect.Float32, reflect.Float64:
		return func(a, b K) int { return cmp.Compare(reflect.ValueOf(a).Float(), reflect.ValueOf(b).Float()) }
	}
	switch v := reflect.ValueOf(&zero).Elem(); {
	case v.CanInt():
		return func(a, b K) int { return cmp.Compare(reflect.ValueOf(a).Int(), reflect.ValueOf(b).Int()) }
	case v.CanUint():
		return func(a, b K) int { return cmp.Compare(reflect.ValueOf(a).Uint(), reflect.ValueOf(b).Uint()) }
	}
	return nil
}

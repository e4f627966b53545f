package kernel

import (
	"cmp"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"unicode/utf8"
)

// Rune is a character of a string and the offset of its first byte.
type Rune struct {
	Offset int
	Rune   rune
}

// Runes lists what a loop over a string goes through. The interpreter counts
// characters where Go counts bytes.
func Runes(s string) []Rune {
	all := make([]Rune, 0, utf8.RuneCountInString(s))
	for i, r := range s {
		all = append(all, Rune{i, r})
	}
	return all
}

// sortedKeys lists the keys of a map as a slice, in their order where they are
// numbers or texts.
func sortedKeys(m any) any {
	switch m := m.(type) {
	case map[string]int:
		return orderedKeys(m)
	case map[string]string:
		return orderedKeys(m)
	case map[string]bool:
		return orderedKeys(m)
	case map[int]int:
		return orderedKeys(m)
	}
	v := reflect.ValueOf(m)
	keys := reflect.MakeSlice(reflect.SliceOf(v.Type().Key()), 0, v.Len())
	keys = reflect.Append(keys, v.MapKeys()...)
	zero := reflect.Zero(v.Type().Key())
	var compare func(a, b int) int
	at := func(i int) reflect.Value { return keys.Index(i) }
	switch {
	case zero.Kind() == reflect.String:
		compare = func(a, b int) int { return cmp.Compare(at(a).String(), at(b).String()) }
	case zero.CanInt():
		compare = func(a, b int) int { return cmp.Compare(at(a).Int(), at(b).Int()) }
	case zero.CanUint():
		compare = func(a, b int) int { return cmp.Compare(at(a).Uint(), at(b).Uint()) }
	case zero.CanFloat():
		compare = func(a, b int) int { return cmp.Compare(at(a).Float(), at(b).Float()) }
	default:
		return keys.Interface()
	}
	order := make([]int, keys.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	sorted := reflect.MakeSlice(keys.Type(), 0, keys.Len())
	for _, i := range order {
		sorted = reflect.Append(sorted, at(i))
	}
	return sorted.Interface()
}

// entries lists the keys of a map and its values, in the order of sortedKeys;
// unlike there, values of keys that are not equal to themselves can be had.
func entries(m any) [2]any {
	v := reflect.ValueOf(m)
	keys := reflect.MakeSlice(reflect.SliceOf(v.Type().Key()), 0, v.Len())
	values := reflect.MakeSlice(reflect.SliceOf(v.Type().Elem()), 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		keys, values = reflect.Append(keys, it.Key()), reflect.Append(values, it.Value())
	}
	if !reflect.Zero(v.Type().Key()).CanFloat() {
		return [2]any{keys.Interface(), values.Interface()}
	}
	order := make([]int, keys.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(keys.Index(a).Float(), keys.Index(b).Float()) })
	sorted, theirs := reflect.MakeSlice(keys.Type(), 0, keys.Len()), reflect.MakeSlice(values.Type(), 0, keys.Len())
	for _, i := range order {
		sorted, theirs = reflect.Append(sorted, keys.Index(i)), reflect.Append(theirs, values.Index(i))
	}
	return [2]any{sorted.Interface(), theirs.Interface()}
}

func orderedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Case is a case of a select statement: a send of *Value, or a receive into
// *Value and *OK, or the default, which has no channel.
type Case struct {
	Send, Receive any
	Value, OK     any
}

// Select waits until one of the cases can go on, does it and returns its
// number. Without blocking the default is among the cases.
func Select(blocking bool, cases []Case) int {
	list := make([]reflect.SelectCase, len(cases))
	for i, c := range cases {
		switch {
		case c.Send != nil:
			list[i] = reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c.Send), Send: reflect.ValueOf(c.Value).Elem()}
		case c.Receive != nil:
			list[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.Receive)}
		default:
			list[i] = reflect.SelectCase{Dir: reflect.SelectDefault}
		}
	}
	if len(list) == 0 && blocking {
		select {}
	}
	chosen, v, ok := reflect.Select(list)
	if c := cases[chosen]; c.Receive != nil {
		reflect.ValueOf(c.Value).Elem().Set(v)
		*c.OK.(*bool) = ok
	}
	return chosen
}

// coroutine runs body while next is called; yield in it ends the call. Stop
// makes yield return false.
func coroutine(body func(yield func() bool)) (next func() bool, stop func()) {
	pull, stop := iter.Pull(func(yield func(struct{}) bool) {
		body(func() bool { return yield(struct{}{}) })
	})
	return func() bool { _, ok := pull(); return ok }, stop
}

// yield marks the beginning of an iteration of a loop over a function. The
// state is 0 between iterations, 1 in one, 2 after the loop was left and 3
// after the function returned.
func yield(state *int) {
	switch *state {
	case 1:
		panic(runtimeError("range function continued iteration after loop body panic"))
	case 2:
		panic(runtimeError("range function continued iteration after function for loop body returned false"))
	case 3:
		panic(runtimeError("range function continued iteration after whole loop exit"))
	}
	*state = 1
}

// yielded marks the end of a loop over a function.
func yielded(state *int) {
	if *state == 1 {
		*state = 3
		panic(runtimeError("range function recovered a loop body panic and did not resume panicking"))
	}
	*state = 3
}

func arrayLength(have, want int) {
	if have < want {
		panic(runtimeError(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", have, want)))
	}
}

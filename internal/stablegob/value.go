package stablegob

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// form is what a type is, in the order of gob's wireType; all from own on have an
// encoding of their own.
type form int

const (
	arrayForm form = iota
	sliceForm
	structForm
	mapForm
	own
)

// The types that gob has built in, and writes by these numbers.
const (
	boolType int64 = iota + 1
	intType
	uintType
	floatType
	bytesType
	stringType
	complexType
	interfaceType
)

// wire is a type that a stream defines: parts are the types of the fields, of the
// elements, or of key and element, by their old numbers.
type wire struct {
	form  form
	parts []int64
}

type types map[int64]wire

// define writes the definition of a type with the new numbers and returns what it
// defines.
func (w *writer) define(r *reader) wire {
	first := &reader{rest: r.rest} // the only field of wireType that is there
	defined := wire{form: form(first.unsigned()) - 1}
	w.mentioned = nil
	w.copy(r, definition)
	if len(w.mentioned) > 0 { // the type itself comes first
		defined.parts = w.mentioned[1:]
	}
	want := map[form]int{arrayForm: 1, sliceForm: 1, mapForm: 2}
	if n, ok := want[defined.form]; r.err == nil && (defined.form < 0 || ok && len(defined.parts) != n) {
		r.err = errors.New("not a gob: the definition of a type is incomplete")
	}
	return defined
}

// holdsMap reports whether there may be a map in values of a type.
func (t types) holdsMap(id int64, seen map[int64]bool) bool {
	if seen[id] {
		return false
	}
	seen[id] = true
	return t[id].form == mapForm && id >= firstID || slices.ContainsFunc(t[id].parts, func(id int64) bool { return t.holdsMap(id, seen) })
}

// single writes a value that is a message of its own.
func (w *writer) single(r *reader, known types, id int64) {
	if known[id].form != structForm {
		w.unsigned(r.unsigned()) // 0, in the place of a field
	}
	w.value(r, known, id)
}

// value writes a value with the elements of its maps in the order of their bytes.
func (w *writer) value(r *reader, known types, id int64) {
	switch id {
	case boolType, intType, uintType, floatType:
		w.unsigned(r.unsigned())
		return
	case complexType:
		w.unsigned(r.unsigned())
		w.unsigned(r.unsigned())
		return
	case bytesType, stringType:
		w.text(r)
		return
	case interfaceType:
		r.err = errors.New("a value with a map holds an interface too")
		return
	}
	t, ok := known[id]
	if !ok {
		r.err = fmt.Errorf("not a gob: the type %d is not defined", id)
		return
	}
	switch t.form {
	case arrayForm, sliceForm:
		n := r.unsigned()
		w.unsigned(n)
		for i := uint64(0); i < n && r.err == nil; i++ {
			w.value(r, known, t.parts[0])
		}
	case structForm:
		for at := -1; r.err == nil; {
			step := r.unsigned()
			w.unsigned(step)
			if step == 0 {
				return
			}
			if step > uint64(len(t.parts)-1-at) {
				r.err = errors.New("not a gob: a value has a field that its type has not")
				return
			}
			at += int(step)
			w.value(r, known, t.parts[at])
		}
	case mapForm:
		n := r.unsigned()
		w.unsigned(n)
		var elements [][2][]byte
		for i := uint64(0); i < n && r.err == nil; i++ {
			var both [2][]byte
			for k := range both {
				part := writer{numbers: w.numbers}
				part.value(r, known, t.parts[k])
				both[k] = part.out
			}
			elements = append(elements, both)
		}
		slices.SortFunc(elements, func(a, b [2][]byte) int {
			// NaN is a key any number of times.
			if c := bytes.Compare(a[0], b[0]); c != 0 {
				return c
			}
			return bytes.Compare(a[1], b[1])
		})
		for _, both := range elements {
			w.out = append(append(w.out, both[0]...), both[1]...)
		}
	default:
		w.text(r)
	}
}

// text writes bytes after their number.
func (w *writer) text(r *reader) {
	b := r.take(r.unsigned())
	w.unsigned(uint64(len(b)))
	w.out = append(w.out, b...)
}

// Package stablegob encodes values as encoding/gob does, but the same value always
// becomes the same bytes. Gob numbers types in the order in which a process first
// meets them, so that its bytes depend on what was encoded or decoded before; here
// they are numbered in the order of the stream. It writes maps in the order in which
// it happens to go through them; here they are in the order of the bytes of their
// keys. What is written is a gob, and gob.Decoder reads it.
//
// Values must not hold interfaces, whose types are named among the values. What has
// an encoding of its own is taken as it is.
package stablegob

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
)

// firstID is the lowest number that gob gives to a type that is not built in. Its
// encoder begins one above it, and its decoder takes any.
const firstID = 64

// shape is how a part of a type's definition is laid out in a gob.
type shape struct {
	kind   kind
	fields []shape // of a structure; of a list the one of its elements
}

type kind int

const (
	number kind = iota
	typeID
	name
	structure
	list
)

// definition is gob's wireType, see the documentation of encoding/gob.
var definition = func() shape {
	common := shape{structure, []shape{{kind: name}, {kind: typeID}}}
	of := func(more ...shape) shape { return shape{structure, append([]shape{common}, more...)} }
	id := shape{kind: typeID}
	field := shape{structure, []shape{{kind: name}, id}}
	return shape{structure, []shape{
		of(id, shape{kind: number}),     // array
		of(id),                          // slice
		of(shape{list, []shape{field}}), // struct
		of(id, id),                      // map
		of(), of(), of(),                // gob.GobEncoder and its kin
	}}
}()

// Encode returns the gob of a value. Errors are those of gob.Encoder, and that there
// is a map beside an interface.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		return nil, err
	}
	out, err := renumber(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("stablegob: %w", err)
	}
	return out, nil
}

// renumber gives new numbers to the types of a stream of messages, and an order to
// its maps. Each message is its length, the number of a type, negative where it is
// defined, and then the definition or a value.
func renumber(stream []byte) ([]byte, error) {
	out := make([]byte, 0, len(stream))
	numbers := map[int64]int64{}
	known := types{}
	for in := (&reader{rest: stream}); len(in.rest) > 0; {
		message := &reader{rest: in.take(in.unsigned())}
		w := writer{numbers: numbers}
		id := message.signed()
		if id < 0 {
			w.signed(-w.number(-id))
			known[-id] = w.define(message)
		} else {
			w.signed(w.number(id))
			if known.holdsMap(id, map[int64]bool{}) {
				w.single(message, known, id)
			}
		}
		if in.err != nil || message.err != nil {
			return nil, errors.Join(in.err, message.err)
		}
		length := writer{}
		length.unsigned(uint64(len(w.out) + len(message.rest)))
		out = append(append(append(out, length.out...), w.out...), message.rest...)
	}
	return out, nil
}

type reader struct {
	rest []byte
	err  error
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.err, r.rest = errors.New("not a gob: it is cut off"), nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// unsigned reads a number below 128 from one byte, and else the negated count of its
// bytes and these, the highest first.
func (r *reader) unsigned() (n uint64) {
	b := r.take(1)
	switch {
	case len(b) == 0:
		return 0
	case b[0] < 128:
		return uint64(b[0])
	}
	for _, x := range r.take(uint64(-int8(b[0]))) {
		n = n<<8 | uint64(x)
	}
	return n
}

// signed reads a number whose lowest bit says that the others are complemented.
func (r *reader) signed() int64 {
	u := r.unsigned()
	if u&1 == 1 {
		return ^int64(u >> 1)
	}
	return int64(u >> 1)
}

type writer struct {
	out     []byte
	numbers map[int64]int64
	// mentioned are the types that a definition names, by their old numbers.
	mentioned []int64
}

// number returns the new number of a type; those of built-in types stay.
func (w *writer) number(id int64) int64 {
	if id < firstID {
		return id
	}
	if _, ok := w.numbers[id]; !ok {
		w.numbers[id] = firstID + 1 + int64(len(w.numbers))
	}
	return w.numbers[id]
}

func (w *writer) unsigned(n uint64) {
	if n < 128 {
		w.out = append(w.out, byte(n))
		return
	}
	count := 0
	for x := n; x > 0; x >>= 8 {
		count++
	}
	w.out = append(w.out, byte(-count))
	for i := count - 1; i >= 0; i-- {
		w.out = append(w.out, byte(n>>(8*i)))
	}
}

func (w *writer) signed(n int64) {
	if n < 0 {
		w.unsigned(uint64(^n)<<1 | 1)
		return
	}
	w.unsigned(uint64(n) << 1)
}

// copy writes a part of a definition with the new numbers.
func (w *writer) copy(r *reader, s shape) {
	switch s.kind {
	case number:
		w.signed(r.signed())
	case typeID:
		id := r.signed()
		w.mentioned = append(w.mentioned, id)
		w.signed(w.number(id))
	case name:
		w.text(r)
	case list:
		n := r.unsigned()
		w.unsigned(n)
		for range n {
			if r.err != nil {
				return
			}
			w.copy(r, s.fields[0])
		}
	case structure:
		// Fields that are zero are left out: each says how many places it is
		// after the last, and 0 ends them.
		at := -1
		for r.err == nil {
			step := r.unsigned()
			w.unsigned(step)
			if step == 0 {
				return
			}
			if step > uint64(len(s.fields)-1-at) {
				r.err = errors.New("not a gob: the definition of a type has an unknown field")
				return
			}
			at += int(step)
			w.copy(r, s.fields[at])
		}
	}
}

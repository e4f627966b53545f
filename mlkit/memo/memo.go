// Package memo keeps the results of long work, so that equal work is not done
// twice: not after a crash, not in the next run. It knows how results are named
// and written; where they are kept is said by the context.
//
// A result's key is a hash of everything that it depends on: the operation and
// its version, options, seed and the content of the data, and the program
// itself. What the work told on the way (log lines, data sources, evaluations on
// test documents, leakage checks, its last progress) is kept with the result and
// told again.
package memo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"hash"
	"math"
	"sync"

	"viva/mlkit/trace"
)

// Cache keeps results. It is used from several goroutines at once. What Get
// returns is what was Put under the key, whole, or nothing.
type Cache interface {
	Get(key [sha256.Size]byte) ([]byte, bool)
	Put(key [sha256.Size]byte, content []byte)
}

type contextKey struct{}

type memory struct {
	cache Cache
	salt  string
}

// With returns a context whose work keeps its results in the cache. The salt
// becomes a part of every key: it names the program, since another one may
// compute something else.
func With(ctx context.Context, c Cache, salt string) context.Context {
	return context.WithValue(ctx, contextKey{}, memory{c, salt})
}

// Key is the hash of what a result depends on, while it grows. Every part is
// written with its kind and its length, so that different parts never give the
// same bytes.
type Key struct {
	operation string
	h         hash.Hash
	buf       []byte
}

// NewKey begins the key of an operation's result. The version is raised when
// the same input gives another result or the result has another form.
func NewKey(operation string, version int) *Key {
	k := &Key{operation: operation, h: sha256.New()}
	return k.Text(operation).Int(version)
}

// Text adds a text.
func (k *Key) Text(s string) *Key {
	k.buf = binary.AppendUvarint(append(k.buf[:0], 't'), uint64(len(s)))
	k.buf = append(k.buf, s...)
	k.h.Write(k.buf)
	return k
}

// Texts adds a list of texts.
func (k *Key) Texts(list []string) *Key {
	k.Int(len(list))
	for _, s := range list {
		k.Text(s)
	}
	return k
}

// Int adds a number.
func (k *Key) Int(n int) *Key {
	k.buf = binary.AppendVarint(append(k.buf[:0], 'i'), int64(n))
	k.h.Write(k.buf)
	return k
}

// Ints adds a list of numbers, nil apart from an empty one.
func (k *Key) Ints(list []int) *Key {
	if list == nil {
		return k.Int(-1)
	}
	k.Int(len(list))
	k.buf = append(k.buf[:0], 'n')
	for _, n := range list {
		k.buf = binary.AppendVarint(k.buf, int64(n))
	}
	k.h.Write(k.buf)
	return k
}

// Float adds a number by its bits.
func (k *Key) Float(x float64) *Key {
	k.buf = binary.LittleEndian.AppendUint64(append(k.buf[:0], 'f'), math.Float64bits(x))
	k.h.Write(k.buf)
	return k
}

// Digest hashes lists of texts, for keys that have the same data in common.
func Digest(lists ...[]string) [sha256.Size]byte {
	k := NewKey("", 0)
	for _, list := range lists {
		k.Texts(list)
	}
	var sum [sha256.Size]byte
	k.h.Sum(sum[:0])
	return sum
}

// Options adds a struct of plain values and lists.
func (k *Key) Options(v any) *Key { return k.Text(fmt.Sprintf("%#v", v)) }

// entry is what is kept for one result.
type entry struct {
	Logs     []string
	Sources  []trace.Source
	Tested   []trace.Evaluation
	Checked  []trace.LeakCheck
	Progress *progress
	Value    []byte
}

type progress struct {
	Label       string
	Done, Total int
}

// Do returns the result that is kept under the key, else computes it and keeps
// it. T is a type that package gob writes whole: exported fields only, no pointers
// to numbers or texts, and no difference between a nil and an empty slice that
// matters. An error is
// returned and not kept.
func Do[T any](ctx context.Context, key *Key, compute func(context.Context) (T, error)) (T, error) {
	m, ok := ctx.Value(contextKey{}).(memory)
	if !ok {
		return compute(ctx)
	}
	var id [sha256.Size]byte
	key.Text(m.salt).h.Sum(id[:0])
	if b, ok := m.cache.Get(id); ok {
		var e entry
		var v T
		if decode(b, &e) == nil && decode(e.Value, &v) == nil {
			e.tell(ctx)
			trace.Memo(ctx, key.operation, true)
			return v, nil
		}
	}
	e := &entry{}
	v, err := compute(e.listen(ctx))
	if err != nil || ctx.Err() != nil {
		return v, err
	}
	if e.Value, err = encode(v); err == nil {
		if b, err := encode(e); err == nil {
			m.cache.Put(id, b)
		}
	}
	trace.Memo(ctx, key.operation, false)
	return v, nil
}

// listen returns a context whose tracer also notes what it is told.
func (e *entry) listen(ctx context.Context) context.Context {
	t := trace.From(ctx)
	var mu sync.Mutex
	note := func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		f()
	}
	return trace.With(ctx, trace.Tracer{
		Log: func(line string) {
			note(func() { e.Logs = append(e.Logs, line) })
			if t.Log != nil {
				t.Log(line)
			}
		},
		Progress: func(label string, done, total int) {
			note(func() { e.Progress = &progress{label, done, total} })
			if t.Progress != nil {
				t.Progress(label, done, total)
			}
		},
		Source:     func(s trace.Source) { note(func() { e.Sources = append(e.Sources, s) }) },
		Evaluation: func(v trace.Evaluation) { note(func() { e.Tested = append(e.Tested, v) }) },
		Checked:    func(c trace.LeakCheck) { note(func() { e.Checked = append(e.Checked, c) }) },
	})
}

// tell tells what the work told when it was done.
func (e *entry) tell(ctx context.Context) {
	for _, s := range e.Sources {
		trace.Read(ctx, s)
	}
	for _, v := range e.Tested {
		trace.Evaluated(ctx, v)
	}
	for _, c := range e.Checked {
		trace.Checked(ctx, c)
	}
	for _, line := range e.Logs {
		trace.Logf(ctx, "%s", line)
	}
	if p := e.Progress; p != nil {
		trace.Progress(ctx, p.Label, p.Done, p.Total)
	}
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

func decode(b []byte, v any) error { return gob.NewDecoder(bytes.NewReader(b)).Decode(v) }

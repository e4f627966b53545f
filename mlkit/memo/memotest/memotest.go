// Package memotest has a memo.Cache in memory, for tests of what is kept. It is
// not for programs: what is on a shelf ends with the test.
package memotest

import (
	"bytes"
	"context"
	"sync"

	"viva/mlkit/memo"
	"viva/mlkit/trace"
)

// Shelf keeps results, and counts those that were computed and those that were
// at hand.
type Shelf struct {
	mu sync.Mutex
	// Entries are what is kept, by its key's hash.
	Entries        map[[32]byte][]byte
	Computed, Kept int
}

// Get implements memo.Cache.
func (s *Shelf) Get(id [32]byte) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.Entries[id]
	return b, ok
}

// Put implements memo.Cache.
func (s *Shelf) Put(id [32]byte, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Entries == nil {
		s.Entries = map[[32]byte][]byte{}
	}
	s.Entries[id] = bytes.Clone(b)
}

// In is a context whose results are kept on the shelf. It replaces the tracer of
// ctx.
func (s *Shelf) In(ctx context.Context) context.Context {
	return memo.With(trace.With(ctx, trace.Tracer{Memo: func(_ string, hit bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if hit {
			s.Kept++
		} else {
			s.Computed++
		}
	}}), s, "test")
}

package child

import (
	"context"
	"crypto/sha256"

	"viva/mlkit/memo"
	"viva/runtime/store"
)

// withResults has work keep its results in the store that the session names. A
// store that cannot be opened is none: the work is done all the same.
func withResults(ctx context.Context, s Start) context.Context {
	if s.Store == "" {
		return ctx
	}
	kept, err := store.Open(s.Store, store.Options{})
	if err != nil {
		return ctx
	}
	return memo.With(ctx, results{kept, s.Fresh}, s.Program)
}

// results is a store as memo sees it.
type results struct {
	*store.Store
	fresh bool
}

// Get implements memo.Cache.
func (r results) Get(key [sha256.Size]byte) ([]byte, bool) {
	if r.fresh {
		return nil, false
	}
	return r.Store.Get(key)
}

// Put implements memo.Cache.
func (r results) Put(key [sha256.Size]byte, content []byte) { _ = r.Store.Put(key, content) }

package child

import (
	"math/rand"
	randv2 "math/rand/v2"
	"sync"
)

// Generators returns generators for the global functions of math/rand and
// math/rand/v2, which draw from a source that nobody can seed. They are safe
// for the goroutines of a cell, as the global ones are.
func Generators(seed int64) (*rand.Rand, *randv2.Rand) {
	return rand.New(&lockedSource{Source64: rand.NewSource(seed).(rand.Source64)}),
		randv2.New(&lockedSource2{Source: randv2.NewPCG(uint64(seed), 0)})
}

type lockedSource struct {
	mu sync.Mutex
	rand.Source64
}

func (s *lockedSource) Int63() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Source64.Int63()
}

func (s *lockedSource) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Source64.Uint64()
}

func (s *lockedSource) Seed(seed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Source64.Seed(seed)
}

type lockedSource2 struct {
	mu sync.Mutex
	randv2.Source
}

func (s *lockedSource2) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Source.Uint64()
}

package kernel

import (
	"math/rand"
	randv2 "math/rand/v2"
	"reflect"
	"sync"
)

// seedTables binds the global functions of math/rand and math/rand/v2, which
// draw from a source that nobody can seed, to generators seeded with the
// notebook's seed.
func seedTables(tables map[string]map[string]reflect.Value, seed int64) {
	bind := func(table map[string]reflect.Value, generator reflect.Value) {
		for i := range generator.NumMethod() {
			name := generator.Type().Method(i).Name
			if f, ok := table[name]; ok && f.Kind() == reflect.Func {
				table[name] = generator.Method(i)
			}
		}
	}
	bind(tables["math/rand/rand"], reflect.ValueOf(rand.New(&lockedSource{Source64: rand.NewSource(seed).(rand.Source64)})))
	bind(tables["math/rand/v2/rand"], reflect.ValueOf(randv2.New(&lockedSource2{Source: randv2.NewPCG(uint64(seed), 0)})))
}

// lockedSource makes a source safe for the goroutines of a cell, as the global
// one is.
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

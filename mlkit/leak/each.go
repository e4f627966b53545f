package leak

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"viva/mlkit/trace"
)

// nearPair is two sets whose Jaccard index reaches the threshold; a < b.
type nearPair struct {
	a, b    int
	jaccard float64
}

func sortedSet(v []uint64) []uint64 {
	slices.Sort(v)
	return slices.Compact(v)
}

// shards is the number of parts that n-grams are counted in, by their highest
// bits.
const shards = 256

// join finds all pairs of sets whose Jaccard index is at least t, in the order
// of (b, a). Two sets of n elements that reach t share an element among the
// n - ceil(t n) + 1 rarest of each (Chaudhuri, Ganti, Kaushik 2006; Bayardo,
// Ma, Srikant 2007), so only sets that share one of those are compared; an
// element that no other set has needs no entry.
func join(ctx context.Context, sets [][]uint64, t float64) ([]nearPair, error) {
	frequency := repeated(sets)
	prefixes := make([][]uint64, len(sets))
	if err := eachOf(ctx, len(sets), "", func(i int) { prefixes[i] = prefix(sets[i], t, frequency) }); err != nil {
		return nil, err
	}
	postings := map[uint64][]int32{}
	for i, p := range prefixes {
		for _, h := range p {
			postings[h] = append(postings[h], int32(i))
		}
	}
	found := make([][]nearPair, len(sets))
	err := eachOf(ctx, len(sets), "comparing texts", func(b int) {
		var candidates []int32
		for _, h := range prefixes[b] {
			for _, a := range postings[h] {
				if int(a) >= b {
					break
				}
				na, nb := float64(len(sets[a])), float64(len(sets[b]))
				if min(na, nb) >= t*max(na, nb)-1e-9 {
					candidates = append(candidates, a)
				}
			}
		}
		slices.Sort(candidates)
		for _, a := range slices.Compact(candidates) {
			if j := jaccard(sets[a], sets[b]); j >= t-1e-12 {
				found[b] = append(found[b], nearPair{int(a), b, j})
			}
		}
	})
	return slices.Concat(found...), err
}

// repeated counts in how many sets an element is, for elements that are in
// two or more, by shard.
func repeated(sets [][]uint64) []map[uint64]int32 {
	frequency := make([]map[uint64]int32, shards)
	_ = eachOf(context.Background(), shards, "", func(s int) {
		low := uint64(s) << 56
		var all []uint64
		for _, set := range sets {
			from, _ := slices.BinarySearch(set, low)
			to := len(set)
			if s+1 < shards {
				to, _ = slices.BinarySearch(set, low+1<<56)
			}
			all = append(all, set[from:to]...)
		}
		slices.Sort(all)
		frequency[s] = map[uint64]int32{}
		for i := 0; i < len(all); {
			j := i + 1
			for j < len(all) && all[j] == all[i] {
				j++
			}
			if j-i > 1 {
				frequency[s][all[i]] = int32(j - i)
			}
			i = j
		}
	})
	return frequency
}

// prefix returns those of the rarest elements of a set that other sets have
// too.
func prefix(set []uint64, t float64, frequency []map[uint64]int32) []uint64 {
	type counted struct {
		element uint64
		sets    int32
	}
	var shared []counted
	for _, h := range set {
		if n := frequency[h>>56][h]; n > 0 {
			shared = append(shared, counted{h, n})
		}
	}
	alone := len(set) - len(shared)
	n := len(set) - int(math.Ceil(t*float64(len(set))-1e-9)) + 1 - alone
	if len(set) == 0 || n <= 0 {
		return nil
	}
	slices.SortFunc(shared, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.sets, b.sets), cmp.Compare(a.element, b.element))
	})
	p := make([]uint64, min(n, len(shared)))
	for i := range p {
		p[i] = shared[i].element
	}
	return p
}

// jaccard returns the share of the elements of both sorted sets that are in
// each of them.
func jaccard(a, b []uint64) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	if union := len(a) + len(b) - both; union > 0 {
		return float64(both) / float64(union)
	}
	return 0
}

// eachOf calls f for 0 to n-1 on all processors, telling progress under the
// label if there is one. The calls must not depend on each other.
func eachOf(ctx context.Context, n int, label string, f func(i int)) error {
	const step = 256
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for {
				from := int(next.Add(step)) - step
				if from >= n || ctx.Err() != nil {
					return
				}
				to := min(from+step, n)
				for i := from; i < to; i++ {
					f(i)
				}
				if label != "" {
					trace.Progress(ctx, label, int(done.Add(int64(to-from))), n)
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

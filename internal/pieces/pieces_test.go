package pieces

import (
	"runtime"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// Every number is in one piece, pieces are cut at multiples of the size, and no two
// calls of one worker overlap.
func TestPiecesAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(0, 300).Draw(t, "n"), rapid.IntRange(1, 40).Draw(t, "size")
		workers := rapid.IntRange(1, 4).Draw(t, "workers")
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		seen := make([]atomic.Int32, n)
		busy := make([]atomic.Bool, workers)
		var wrong atomic.Int32
		Each(n, size, func(worker, from, to int) {
			if busy[worker].Swap(true) || from%size != 0 || to != min(from+size, n) {
				wrong.Add(1)
			}
			for i := from; i < to; i++ {
				seen[i].Add(1)
			}
			busy[worker].Store(false)
		})
		for i := range seen {
			if seen[i].Load() != 1 {
				t.Fatalf("%d was in %d pieces", i, seen[i].Load())
			}
		}
		if wrong.Load() > 0 {
			t.Fatalf("%d pieces were cut elsewhere, or came to a busy worker", wrong.Load())
		}
	})
}

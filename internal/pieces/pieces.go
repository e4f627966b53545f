// Package pieces spreads loops over the processors in pieces that do not depend on
// how many there are: what is summed piece by piece is the same to the last bit.
package pieces

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f for pieces of 0..n of the given size, the last of which may be
// shorter, and returns when all calls have. It uses at most GOMAXPROCS goroutines;
// worker numbers the one that calls, from 0. Which worker gets which piece, and in
// which order pieces are taken, is left open.
func Each(n, size int, f func(worker, from, to int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for worker := range min(runtime.GOMAXPROCS(0), (n+size-1)/size) {
		wg.Go(func() {
			for {
				from := (int(next.Add(1)) - 1) * size
				if from >= n {
					return
				}
				f(worker, from, min(from+size, n))
			}
		})
	}
	wg.Wait()
}

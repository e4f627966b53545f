package neardup

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"viva/mlkit/trace"
)

// spread has workers, one for each processor, go through 0 to n-1 in pieces of
// step, and tells progress under the label if there is one. Every worker's
// function is made by start; it is called with from = to = n at its end, unless
// something failed.
func spread(ctx context.Context, n, step int, label string, start func() func(from, to int) error) error {
	pieces := (n + step - 1) / step
	workers := min(runtime.GOMAXPROCS(0), pieces)
	var next, done atomic.Int64
	var failed atomic.Bool
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			work := start()
			for !failed.Load() && ctx.Err() == nil {
				from := (int(next.Add(1)) - 1) * step
				last := from >= n
				if last {
					from = n
				}
				if errs[w] = work(from, min(from+step, n)); errs[w] != nil {
					failed.Store(true)
				}
				if last || errs[w] != nil {
					return
				}
				if label != "" {
					trace.Progress(ctx, label, int(done.Add(int64(min(from+step, n)-from))), n)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

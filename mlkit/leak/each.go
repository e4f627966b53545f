package leak

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"viva/mlkit/trace"
)

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

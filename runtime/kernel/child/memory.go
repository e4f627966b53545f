package child

import (
	"os"
	"runtime"
	"runtime/metrics"
	"time"
)

// guardMemory ends the process when its heap and stacks hold more than limit
// bytes, with a message that says so; the system would end it without one.
//
// What the heap holds includes what nothing refers to any more but has not been
// collected yet. On a busy machine the collector may fall behind the code, so
// that alone must not end a cell that needs little at once: above the limit the
// memory is collected, and what remains counts. Only where the limit is
// exceeded by an eighth meanwhile is it not waited for.
//
// The code goes on while its memory is measured, so the figure in the message
// is what was found, at least the limit and by chance more: between two looks a
// cell may take gigabytes, and on a busy machine looks may come late.
func (c *Child) guardMemory(limit uint64) {
	end := func(used uint64) {
		c.message(Message{Done: &Done{Ending: true, Memory: used}})
		os.Exit(3)
	}
	collected := make(chan uint64, 1)
	collecting := false
	for range time.Tick(20 * time.Millisecond) {
		select {
		case used := <-collected:
			collecting = false
			if used > limit {
				end(used)
			}
		default:
		}
		used := memoryInUse()
		if used > limit+limit/8 {
			end(used)
		}
		if used > limit && !collecting {
			collecting = true
			go func() {
				runtime.GC()
				collected <- memoryInUse()
			}()
		}
	}
}

func memoryInUse() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() + sample[1].Value.Uint64()
}

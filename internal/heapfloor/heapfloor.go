// Package heapfloor keeps the garbage collector from running while the heap is
// small. By itself the runtime collects whenever a heap of a few megabytes has
// doubled, which a process that starts, or draws a page after every save, pays
// for with a good part of its time.
package heapfloor

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Heaps below the floor are not collected; larger ones as usual, when they have
// grown by usual percent.
const (
	floor = 32 << 20
	usual = 100
	// first is the percentage at which the runtime, which never collects below
	// 4 MiB times GOGC/100, first collects at the floor.
	first = floor / (4 << 20) * 100
)

// variable tells a process that its parent has set GOGC.
const variable = "VIVA_HEAP_FLOOR"

// Set sets the floor for this process. It changes nothing if the user has set
// GOGC.
func Set() {
	if os.Getenv(variable) != "" {
		os.Unsetenv(variable)
		os.Unsetenv("GOGC")
	} else if _, set := os.LookupEnv("GOGC"); set {
		return
	}
	debug.SetGCPercent(first)
	watch()
}

// Environ are variables that set the floor in a process, which must call Set,
// before its own code runs.
func Environ() []string {
	if _, set := os.LookupEnv("GOGC"); set {
		return nil
	}
	return []string{fmt.Sprint("GOGC=", first), variable + "=1"}
}

// watch adjusts the percentage after every collection, when what was last
// allocated here is found to be dead.
func watch() {
	runtime.SetFinalizer(&struct{ _ [16]byte }{}, func(any) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		percent := usual
		if n := live[0].Value.Uint64(); n > 0 && n < floor/2 {
			percent = int((floor - n) * 100 / n)
		}
		debug.SetGCPercent(percent)
		watch()
	})
}

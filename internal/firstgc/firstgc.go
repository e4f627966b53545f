// Package firstgc puts off a process's first garbage collection. A heap of a few
// megabytes is not worth collecting, and a process that starts, does its work
// and ends may never need to.
package firstgc

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// size is how large the heap may grow, in MiB, before it is first collected, and
// percent is what makes the runtime wait for that: at 100 it waits for 4 MiB.
const (
	size    = 64
	percent = 100 * size / 4
)

// variable tells a process that GOGC was set by its parent, for the start only.
const variable = "VIVA_FIRST_GC"

// Delay puts off the first collection; from then on the collector works as
// usual. It changes nothing if the user has set GOGC.
func Delay() {
	usual := 100
	if os.Getenv(variable) != "" {
		os.Unsetenv(variable)
		os.Unsetenv("GOGC")
	} else if _, set := os.LookupEnv("GOGC"); set {
		return
	} else {
		usual = debug.SetGCPercent(percent)
	}
	runtime.SetFinalizer(&struct{ _ [16]byte }{}, func(any) { debug.SetGCPercent(usual) })
}

// Environ are variables that put off the first collection of a process, which
// must call Delay, before its own code runs.
func Environ() []string {
	if _, set := os.LookupEnv("GOGC"); set {
		return nil
	}
	return []string{fmt.Sprint("GOGC=", percent), variable + "=1"}
}

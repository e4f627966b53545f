//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreFileSizeSignal makes a write beyond the user's limit on the size of
// files an error like any other, where the signal would end the program with
// a dump of its stacks.
func ignoreFileSizeSignal() { signal.Ignore(syscall.SIGXFSZ) }

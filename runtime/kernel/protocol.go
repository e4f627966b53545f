// Package kernel runs a notebook's code in a child process: the same binary,
// started again, with the interpreter and mlkit in it. Whatever a cell does to
// its process (an endless loop, a stack that overflows, memory that runs out)
// ends that process, and the parent, its results and its other notebooks stay.
//
// It runs the code it is given, in the order it is given, and knows nothing of
// notebooks or reports. Every program that starts kernels calls Main first
// thing.
package kernel

import "viva/runtime/kernel/child"

// What travels between parent and child is package child's.
type (
	// Event is something the child tells while code runs.
	Event = child.Event
	// Progress is how far long work has come.
	Progress = child.Progress
	// Failure is why code did not run to its end.
	Failure = child.Failure
)

// Refusal begins the message of a failure in which the interpreter's compiler
// refused code, before any of that code ran.
const Refusal = "the interpreter cannot run this: "

// Fault begins the message of a failure in which the interpreter itself failed
// while it ran code.
const Fault = "the interpreter failed: "

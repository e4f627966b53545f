// Package kernel runs a notebook's code in a child process: the same binary,
// started again, with the interpreter and mlkit in it. Whatever a cell does to
// its process (an endless loop, a stack that overflows, memory that runs out)
// ends that process, and the parent, its results and its other notebooks stay.
//
// It runs the code it is given, in the order it is given, and knows nothing of
// notebooks or reports. Every program that starts kernels calls Main first
// thing.
package kernel

import (
	"time"

	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/cell"
)

// Parent and child exchange JSON, one value to a line: requests on the
// child's standard input, events on its standard output. What a cell prints
// travels as events, so nothing else may write there. The end of the input
// ends the child, so no child outlives its parent.

// request is what the parent asks of the child. One field is set.
type request struct {
	Start *start     `json:"start,omitempty"`
	Run   *cell.Code `json:"run,omitempty"`
	// Interrupt cancels the context of the running code.
	Interrupt bool `json:"interrupt,omitempty"`
}

type start struct {
	Prelude []cell.Unit `json:"prelude"`
	Seed    int64       `json:"seed"`
	// Memory is the limit in bytes; 0 is none.
	Memory uint64 `json:"memory"`
}

// Event is something the child tells while code runs. One field is set,
// besides Stream with Text.
type Event struct {
	// Line is the notebook's line of the statement that begins now.
	Line int `json:"line,omitempty"`
	// Text was printed to Stream, "stdout" or "stderr", or is a line of the
	// training "log".
	Text     string        `json:"text,omitempty"`
	Stream   string        `json:"stream,omitempty"`
	Item     *view.Item    `json:"item,omitempty"`
	Progress *Progress     `json:"progress,omitempty"`
	Source   *trace.Source `json:"source,omitempty"`
	// Value is what an inline expression came to.
	Value *string `json:"value,omitempty"`
}

// Progress is how far long work has come. Total 0 means unknown.
type Progress struct {
	Label string `json:"label"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// message is what stands on a line of the child's output: an event, or the
// end of a request.
type message struct {
	Event
	// Interrupted is the notebook's line at which an interrupt found the code.
	Interrupted int   `json:"interrupted,omitempty"`
	Done        *done `json:"ended,omitempty"`
}

type done struct {
	Failure *Failure      `json:"failure,omitempty"`
	Took    time.Duration `json:"took"`
	// Memory says that the memory limit was reached, and how much was in use.
	Memory uint64 `json:"memory,omitempty"`
}

// Refusal begins the message of a failure in which the interpreter's compiler
// refused code, before any of that code ran.
const Refusal = "the interpreter cannot run this: "

// Fault begins the message of a failure in which the interpreter itself failed
// while it ran code.
const Fault = "the interpreter failed: "

// Failure is why code did not run to its end.
type Failure struct {
	Message string `json:"message"`
	// Line is the notebook's line, 0 where it is not known.
	Line int    `json:"line,omitempty"`
	Hint string `json:"hint,omitempty"`
}

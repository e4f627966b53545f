// Package child is the part of a kernel's process that both engines share: it
// answers the parent's requests, captures what cells print, guards the memory
// and passes on what cells show. What runs the code is a Runner: the
// interpreter (package kernel), or a compiled notebook, which calls Program.
//
// Compiled notebooks import it, so it must stay small: it may import neither
// the interpreter nor the symbol tables, or each build would link them.
package child

import (
	"encoding/json"
	"time"

	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/record"
)

// Parent and child exchange JSON, one value to a line: requests on the
// child's standard input, events on its standard output. What a cell prints
// travels as events, so nothing else may write there. The end of the input
// ends the child, so no child outlives its parent.

// Request is what the parent asks of the child. One field is set. What
// requests to load and to run hold is between the parent and the Runner.
type Request struct {
	Start *Start          `json:"start,omitempty"`
	Load  json.RawMessage `json:"load,omitempty"`
	Run   json.RawMessage `json:"run,omitempty"`
	// Interrupt cancels the context of the running code.
	Interrupt bool `json:"interrupt,omitempty"`
}

// Start begins a session.
type Start struct {
	Prelude json.RawMessage `json:"prelude"`
	Seed    int64           `json:"seed"`
	// Memory is the limit in bytes; 0 is none.
	Memory uint64 `json:"memory"`
	// Store is the folder in which the results of long work are kept, empty for
	// none; Program names the code that computes them, which is a part of what
	// they are kept under.
	Store   string `json:"store,omitempty"`
	Program string `json:"program,omitempty"`
	// Fresh says that what is kept there already is not to be used.
	Fresh bool `json:"fresh,omitempty"`
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
	// File is a file or folder that is about to be read; or that was read, with
	// Content, what was found in it.
	File    string `json:"file,omitempty"`
	Content string `json:"content,omitempty"`
	// Left says that File was written, or found written, and is its signature.
	Left *string `json:"left,omitempty"`
	Memo *Memo   `json:"memo,omitempty"`
	// Evaluation is a model that labels test documents, Checked a corpus that was
	// checked for leaks.
	Evaluation *trace.Evaluation `json:"evaluation,omitempty"`
	Checked    *trace.LeakCheck  `json:"checked,omitempty"`
	// Value is what an inline expression came to.
	Value *string `json:"value,omitempty"`
	// Warning is a remark on the running code, which goes on or has ended well.
	Warning *Failure `json:"warning,omitempty"`
}

// Progress is how far long work has come. Total 0 means unknown.
type Progress struct {
	Label string `json:"label"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// Memo tells whether the result of long work was at hand.
type Memo struct {
	Operation string `json:"operation"`
	Hit       bool   `json:"hit"`
}

// Message is what stands on a line of the child's output: an event, or the
// end of a request.
type Message struct {
	Event
	// Interrupted is the notebook's line at which an interrupt found the code.
	Interrupted int `json:"interrupted,omitempty"`
	// Asleep says that all goroutines of the code slept at that moment.
	Asleep bool  `json:"asleep,omitempty"`
	Done   *Done `json:"ended,omitempty"`
}

// Done is how a request ended.
type Done struct {
	Failure *Failure      `json:"failure,omitempty"`
	Took    time.Duration `json:"took"`
	// Ending says that the process ends with this message.
	Ending bool `json:"ending,omitempty"`
	// Memory says that the memory limit was reached, and how much was in use.
	Memory uint64 `json:"memory,omitempty"`
}

// Failure is why code did not run to its end.
type Failure struct {
	Message string `json:"message"`
	// Line is the notebook's line, 0 where it is not known.
	Line int `json:"line,omitempty"`
	// Column counts bytes from 1, 0 where it is not known.
	Column int    `json:"column,omitempty"`
	Hint   string `json:"hint,omitempty"`
	// Frames is the call path within the notebook, innermost first.
	Frames []record.Frame `json:"frames,omitempty"`
	// Started are the lines of which the message of StillRun was made.
	Started []int `json:"started,omitempty"`
}

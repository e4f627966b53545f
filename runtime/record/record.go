// Package record is a run of a notebook as plain data: what every cell gave,
// what went wrong and where, and what the run rested on. It is what NAME.json
// holds and what a report is made from. It has no logic beyond counting what
// it holds and reading it back, and knows nothing of how a run comes about or is drawn.
package record

import (
	"fmt"
	"time"

	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Format is the version of the JSON form. A reader refuses a higher one.
const Format = 1

// Status says how a cell or a run ended.
type Status string

const (
	// OK: it ran to its end.
	OK Status = "ok"
	// Failed: a panic, an error given to must, or a program that does not
	// type-check.
	Failed Status = "failed"
	// Expected: it failed, and its option error: true expects that.
	Expected Status = "expected"
	// TimedOut: it took longer than its timeout.
	TimedOut Status = "timed out"
	// Interrupted: the user stopped the run while it ran.
	Interrupted Status = "interrupted"
	// Killed: the kernel process ended while it ran.
	Killed Status = "killed"
	// NotRun: an earlier cell did not end well, or the run was stopped.
	NotRun Status = "not run"
	// Off: its option eval: false keeps it from running.
	Off Status = "off"
)

// Bad reports whether the status fails a run.
func (s Status) Bad() bool {
	switch s {
	case OK, Expected, Off, NotRun:
		return false
	}
	return true
}

// Run is one run of one notebook.
type Run struct {
	Format int `json:"format"`
	// Notebook is the path as given, with forward slashes.
	Notebook string `json:"notebook"`
	Title    string `json:"title"`
	// SHA256 is the hash of the notebook's bytes, in hex.
	SHA256  string    `json:"sha256"`
	Started time.Time `json:"started"`
	// Duration covers everything from the check to the last cell.
	Duration time.Duration `json:"duration_ns"`
	// Status is OK, or the worst of its cells' and of the check.
	Status Status  `json:"status"`
	Params []Param `json:"params,omitempty"`
	Seed   int64   `json:"seed"`
	// Engine is what ran the cells: "yaegi", the interpreter, or "go", which
	// compiled them. Empty if the notebook could not be read.
	Engine     string         `json:"engine,omitempty"`
	Provenance Provenance     `json:"provenance"`
	Sources    []trace.Source `json:"sources,omitempty"`
	// Evaluations are the models that labelled test documents, and Checks the
	// corpora that were checked for leaks.
	Evaluations []trace.Evaluation `json:"evaluations,omitempty"`
	Checks      []trace.LeakCheck  `json:"checks,omitempty"`
	// Tests say, for each test split that was evaluated on, how often it has
	// been, in this run and before; Entry is the run's place in the ledger. Both
	// are of the folder that the report was written to, and come from outside of
	// the run.
	Tests   []TestUse `json:"tests,omitempty"`
	Entry   *Entry    `json:"ledger,omitempty"`
	Cells   []Cell    `json:"cells"`
	Inlines []Inline  `json:"inlines,omitempty"`
	// Diagnostics are those of the notebook as a whole and those of its cells,
	// in the order of their lines.
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
}

// TestUse is how often a test split has been evaluated on.
type TestUse struct {
	// Data, Test and Documents are those of trace.Evaluation.
	Data      string `json:"data"`
	Test      string `json:"test"`
	Documents int    `json:"documents"`
	// Runs is the number of runs that did, this one among them; Models that of
	// the different models, and Earlier that of those that this run does not have.
	Runs    int `json:"runs"`
	Models  int `json:"models"`
	Earlier int `json:"earlier"`
}

// Entry is a line of the ledger: its number, from 1, and the SHA-256 of its
// text, in hex.
type Entry struct {
	Line   int    `json:"line"`
	SHA256 string `json:"sha256"`
}

// Param is a parameter's value in the run.
type Param struct {
	Name string `json:"name"`
	// Type is "string", "int", "float", "bool", or a list of one of them such
	// as "[]string".
	Type string `json:"type"`
	// Value is what it was, printed; strings without quotes.
	Value string `json:"value"`
	// Items are the items of a list, each printed.
	Items []string `json:"items,omitempty"`
	// Set is true where the command line overrode the notebook's default.
	Set bool `json:"set,omitempty"`
}

// Provenance is what a run rested on besides its notebook and data.
type Provenance struct {
	// Commit is the git commit of the folder that holds the notebook, empty
	// outside a repository; Dirty says that files differed from it.
	Commit string `json:"commit,omitempty"`
	Dirty  bool   `json:"dirty,omitempty"`
	Tool   string `json:"tool"`
	Go     string `json:"go"`
	Engine string `json:"engine"`
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPU    string `json:"cpu,omitempty"`
	Cores  int    `json:"cores"`
	// Memory is the machine's, in bytes; 0 where it is not known.
	Memory uint64 `json:"memory,omitempty"`
}

// Cell is what one cell gave. Cells stand in the order of the notebook.
type Cell struct {
	// Index is the cell's place, from 0.
	Index int    `json:"index"`
	Label string `json:"label,omitempty"`
	// Line is the line of the cell's opening fence in the notebook, from 1.
	Line     int           `json:"line"`
	Status   Status        `json:"status"`
	Duration time.Duration `json:"duration_ns"`
	Outputs  []Output      `json:"outputs,omitempty"`
	// Volatile names what keeps the cell from being the same in every run,
	// such as "reads the clock".
	Volatile []string `json:"volatile,omitempty"`
}

// Output is one thing a cell gave, in order.
type Output struct {
	// Stream is "stdout" or "stderr" for what the cell printed, "log" for
	// lines of long work, empty for what it showed.
	Stream string `json:"stream,omitempty"`
	view.Item
}

// Inline is the value of an inline expression. Inlines stand in the order of
// the notebook.
type Inline struct {
	Line   int    `json:"line"`
	Expr   string `json:"expr"`
	Text   string `json:"text"`
	Status Status `json:"status"`
}

// Diagnostic is one thing that is wrong, said to a person.
type Diagnostic struct {
	// Severity is "error" or "warning".
	Severity string `json:"severity"`
	// File is the notebook's path; Line and Column count from 1 and are 0
	// where there is none. Column counts bytes.
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Cell is the index of the cell it belongs to, -1 for none.
	Cell int `json:"cell"`
	// Message says what is wrong, Hint what to do about it.
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Frames is the call path within the notebook, innermost first.
	Frames []Frame `json:"frames,omitempty"`
}

// Frame is one call in a notebook's own code.
type Frame struct {
	Func string `json:"func"`
	// Line is the notebook's, 0 where it is not known.
	Line int `json:"line"`
}

// String is the frame as a reader is told of it.
func (f Frame) String() string {
	if f.Line == 0 {
		return f.Func
	}
	return fmt.Sprintf("%s, line %d", f.Func, f.Line)
}

// Tally is how many of a run's gates and claims held.
type Tally struct {
	Gates, GatesPassed int
	Claims, ClaimsMet  int
}

// Tally counts the gates and claims that the cells showed.
func (r *Run) Tally() Tally {
	var t Tally
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			switch {
			case o.Gate != nil:
				t.Gates++
				if o.Gate.Passed {
					t.GatesPassed++
				}
			case o.Claim != nil:
				t.Claims++
				if o.Claim.Met {
					t.ClaimsMet++
				}
			}
		}
	}
	return t
}

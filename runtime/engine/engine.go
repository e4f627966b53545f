// Package engine runs a notebook: check, then cell after cell, into a record. A
// Session does so again and again and runs only what the edits concern. It
// writes no reports and draws no pages.
package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"viva/runtime/kernel"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// DefaultTimeout is how long a cell may run when it does not say so itself.
const DefaultTimeout = 30 * time.Minute

// Options say how notebooks are run.
type Options struct {
	// Timeout for each cell without its own; 0 means DefaultTimeout.
	Timeout time.Duration
	// Memory limits the kernel, in bytes; 0 means three quarters of the
	// machine's.
	Memory uint64
	// Engine is Auto, Yaegi or Go, and overrides the notebook's own; empty
	// leaves the choice to it.
	Engine string
	// Store is the folder in which results are kept from run to run; empty for
	// none. Fresh has none used that are there already.
	Store string
	Fresh bool
	// Tool is the name and version of the program.
	Tool string
	// Observe is told what happens while it happens; nil drops it. It is
	// called from one goroutine.
	Observe func(Event)
	// Records says that Observe wants the record so far in each event that can
	// have it.
	Records bool

	// kernel is the program with the interpreter in it; empty is this one.
	kernel string
}

// Event is one thing that happens during a run.
type Event struct {
	// Kind is "start" (of a notebook), "checked" (with what the check found),
	// "plan" (in a Session: Stale will run, the other cells are kept), "cell" (a
	// cell begins), "progress", "text", "computed" or "kept" (long work, named in
	// Text, is done, or its result was at hand), "ended" (a cell), "restart" (the
	// kernel is started again, for the reason in Text) or "done" (a notebook).
	Kind     string           `json:"event"`
	Notebook string           `json:"notebook"`
	Cell     int              `json:"cell"`
	Cells    int              `json:"cells"`
	Label    string           `json:"label,omitempty"`
	Line     int              `json:"line,omitempty"`
	Status   record.Status    `json:"status,omitempty"`
	Took     time.Duration    `json:"took_ns,omitempty"`
	Progress *kernel.Progress `json:"progress,omitempty"`
	Stream   string           `json:"stream,omitempty"`
	Text     string           `json:"text,omitempty"`
	// Stale are the indices of the cells that will run, in a plan.
	Stale []int `json:"stale,omitempty"`
	// Diagnostics are those that a checked or a finished notebook has.
	Diagnostics []record.Diagnostic `json:"diagnostics,omitempty"`
	// Record is the run, in "done", and so far, in "ended" and "checked" if
	// Options.Records asks for it. It is not changed afterwards.
	Record *record.Run `json:"-"`
}

// Check type-checks a notebook for an engine, as in Options, and runs nothing.
func Check(ctx context.Context, nb *notebook.Notebook, engine string) []record.Diagnostic {
	return choose(ctx, nb, engine).diagnostics
}

// Run runs a notebook to its end, to its first failing cell, or until ctx
// ends. The record is complete in each case.
func Run(ctx context.Context, nb *notebook.Notebook, opt Options) *record.Run {
	s := NewSession(opt)
	defer s.Close()
	return s.Run(ctx, nb)
}

// NewRecord is the record of a run that has not begun.
func NewRecord(path string, source []byte, tool string) *record.Run {
	r := newRecord(path, source, tool)
	state := askGit(filepath.Dir(path))()
	r.Provenance.Commit, r.Provenance.Dirty = state.commit, state.dirty
	return r
}

func newRecord(path string, source []byte, tool string) *record.Run {
	sum := sha256.Sum256(source)
	return &record.Run{
		Format: record.Format, Notebook: path, SHA256: hex.EncodeToString(sum[:]),
		Started: time.Now(), Status: record.OK, Provenance: provenance(tool),
	}
}

// run is one run of a notebook.
type run struct {
	opt    Options
	nb     *notebook.Notebook
	record *record.Run
	began  time.Time
	// line translates lines that the kernel tells into the notebook's.
	line func(int) int
	// checkout waits for what git says of the notebook's folder.
	checkout func() checkout
	// files are the paths of what the cells read or tried to read.
	files []string
}

// NotRun is the record of a notebook that has not run. It does not say from
// which commit it is.
func NotRun(nb *notebook.Notebook, tool string) *record.Run {
	r := newRecord(nb.Path, nb.Source, tool)
	r.Title, r.Seed = nb.Meta.Title, nb.Meta.Seed
	for _, p := range nb.Meta.Params {
		r.Params = append(r.Params, param(p))
	}
	r.Cells, r.Inlines = notRun(nb)
	return r
}

func newRun(nb *notebook.Notebook, opt Options) *run {
	return &run{
		opt: opt, nb: nb, record: NotRun(nb, opt.Tool), began: time.Now(), line: func(n int) int { return n },
		checkout: askGit(filepath.Dir(nb.Path)),
	}
}

// notRun are the records of a notebook's cells and inline values before a run.
func notRun(nb *notebook.Notebook) (cells []record.Cell, inlines []record.Inline) {
	for _, c := range nb.Cells {
		status := record.NotRun
		if !c.Options.Eval {
			status = record.Off
		}
		cells = append(cells, record.Cell{Index: c.Index, Label: c.Options.Label, Line: c.Line, Status: status})
	}
	for _, in := range nb.Inlines {
		inlines = append(inlines, record.Inline{Line: in.Line, Expr: in.Expr, Status: record.NotRun})
	}
	return cells, inlines
}

func param(p notebook.Param) record.Param {
	q := record.Param{Name: p.Name, Type: p.Type, Value: fmt.Sprint(p.Value), Set: p.Set}
	if list := reflect.ValueOf(p.Value); list.Kind() == reflect.Slice {
		for i := range list.Len() {
			q.Items = append(q.Items, fmt.Sprint(list.Index(i)))
		}
	}
	return q
}

func (r *run) observe(e Event) {
	if r.opt.Observe == nil {
		return
	}
	e.Notebook, e.Cells = r.nb.Path, len(r.nb.Cells)
	r.opt.Observe(e)
}

// restart makes the record what it was when nothing had run.
func (r *run) restart(before record.Run) {
	before.Cells, before.Inlines = notRun(r.nb)
	before.Sources, before.Diagnostics = nil, slices.Clone(before.Diagnostics)
	before.Evaluations, before.Checks = nil, nil
	*r.record = before
}

// snapshot is the record so far, which later cells do not change.
func (r *run) snapshot() *record.Run {
	if !r.opt.Records {
		return nil
	}
	c := *r.record
	c.Sources, c.Cells = slices.Clone(c.Sources), slices.Clone(c.Cells)
	c.Evaluations, c.Checks = slices.Clone(c.Evaluations), slices.Clone(c.Checks)
	c.Inlines, c.Diagnostics = slices.Clone(c.Inlines), slices.Clone(c.Diagnostics)
	return &c
}

// describe records what runs the notebook.
func (r *run) describe(c choice) {
	r.record.Engine = c.engine
	r.record.Provenance.Engine = engineText(c)
}

func (r *run) fail(status record.Status, d record.Diagnostic) {
	d.Severity, d.File = "error", r.nb.Path
	r.record.Diagnostics = append(r.record.Diagnostics, d)
	r.record.Status = status
}

// settle enters what git says.
func (r *run) settle() {
	state := r.checkout()
	r.record.Provenance.Commit, r.record.Provenance.Dirty = state.commit, state.dirty
}

// end completes the record.
func (r *run) end() *record.Run {
	r.record.Duration = time.Since(r.began)
	r.settle()
	slices.SortStableFunc(r.record.Diagnostics, func(a, b record.Diagnostic) int { return a.Line - b.Line })
	r.observe(Event{Kind: "done", Cell: len(r.nb.Cells), Status: r.record.Status, Took: r.record.Duration, Diagnostics: r.record.Diagnostics, Record: r.record})
	return r.record
}

// Skip is the record of a notebook that is not run, with the reasons.
func Skip(nb *notebook.Notebook, opt Options, reasons []record.Diagnostic) *record.Run {
	r := newRun(nb, opt)
	r.record.Status, r.record.Diagnostics = record.Failed, reasons
	r.settle()
	r.observe(Event{Kind: "start"})
	r.observe(Event{Kind: "done", Status: r.record.Status, Diagnostics: reasons, Record: r.record})
	return r.record
}

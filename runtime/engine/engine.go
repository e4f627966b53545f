// Package engine runs a notebook: check, then cell after cell in a clean
// kernel, into a record. It writes no files and draws no pages.
package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"viva/runtime/cell"
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
	// Tool is the name and version of the program.
	Tool string
	// Observe is told what happens while it happens; nil drops it. It is
	// called from one goroutine.
	Observe func(Event)
}

// Event is one thing that happens during a run.
type Event struct {
	// Kind is "start" (of a notebook), "checked" (with what the check found),
	// "plan" (in a Session: Stale will run, the other cells are kept), "cell" (a
	// cell begins), "progress", "text", "ended" (a cell), "restart" (the kernel
	// is started again, for the reason in Text) or "done" (a notebook).
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
	// Record is the run so far, in "ended", "checked" and "done". It is not
	// changed afterwards.
	Record *record.Run `json:"-"`
}

// Check type-checks a notebook for an engine, as in Options, and runs nothing.
func Check(ctx context.Context, nb *notebook.Notebook, engine string) []record.Diagnostic {
	return choose(ctx, nb, engine).diagnostics
}

// Run runs a notebook to its end, to its first failing cell, or until ctx
// ends. The record is complete in each case.
func Run(ctx context.Context, nb *notebook.Notebook, opt Options) *record.Run {
	r := newRun(nb, opt)
	r.observe(Event{Kind: "start"})
	r.all(ctx)
	r.record.Duration = time.Since(r.began)
	slices.SortStableFunc(r.record.Diagnostics, func(a, b record.Diagnostic) int { return a.Line - b.Line })
	r.observe(Event{Kind: "done", Cell: len(nb.Cells), Status: r.record.Status, Took: r.record.Duration, Diagnostics: r.record.Diagnostics, Record: r.record})
	return r.record
}

// NewRecord is the record of a run that has not begun.
func NewRecord(path string, source []byte, tool string) *record.Run {
	sum := sha256.Sum256(source)
	return &record.Run{
		Format: record.Format, Notebook: path, SHA256: hex.EncodeToString(sum[:]),
		Started: time.Now(), Status: record.OK, Provenance: provenance(path, tool),
	}
}

type run struct {
	opt    Options
	nb     *notebook.Notebook
	record *record.Run
	began  time.Time
	kernel *kernel.Kernel
}

func newRun(nb *notebook.Notebook, opt Options) *run {
	r := &run{opt: opt, nb: nb, record: NewRecord(nb.Path, nb.Source, opt.Tool), began: time.Now()}
	r.record.Title, r.record.Seed = nb.Meta.Title, nb.Meta.Seed
	for _, p := range nb.Meta.Params {
		r.record.Params = append(r.record.Params, param(p))
	}
	for _, c := range nb.Cells {
		status := record.NotRun
		if !c.Options.Eval {
			status = record.Off
		}
		r.record.Cells = append(r.record.Cells, record.Cell{Index: c.Index, Label: c.Options.Label, Line: c.Line, Status: status})
	}
	for _, in := range nb.Inlines {
		r.record.Inlines = append(r.record.Inlines, record.Inline{Line: in.Line, Expr: in.Expr, Status: record.NotRun})
	}
	return r
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

// snapshot is the record so far, which later cells do not change.
func (r *run) snapshot() *record.Run {
	if r.opt.Observe == nil {
		return nil
	}
	c := *r.record
	c.Sources, c.Cells = slices.Clone(c.Sources), slices.Clone(c.Cells)
	c.Inlines, c.Diagnostics = slices.Clone(c.Inlines), slices.Clone(c.Diagnostics)
	return &c
}

func (r *run) all(ctx context.Context) {
	c := choose(ctx, r.nb, r.opt.Engine)
	program := c.program
	r.record.Diagnostics = append(r.record.Diagnostics, c.diagnostics...)
	r.describe(c)
	r.observe(Event{Kind: "checked", Diagnostics: c.diagnostics, Record: r.snapshot()})
	if program == nil {
		r.record.Status = record.Failed
		return
	}
	if len(r.nb.Cells) == 0 && len(r.nb.Inlines) == 0 {
		return
	}
	if !r.start(ctx, &c) {
		return
	}
	defer r.kernel.Close()
	if c.engine == Go {
		for _, all := range [][]cell.Code{program.Cells, program.Inlines} {
			for i := range all {
				all[i] = all[i].Native()
			}
		}
	}
	inline := 0
	values := func(after int) bool {
		for ; inline < len(r.nb.Inlines) && r.nb.Inlines[inline].After == after; inline++ {
			if !r.inline(ctx, inline, program.Inlines[inline]) {
				return false
			}
		}
		return true
	}
	if !values(-1) {
		return
	}
	for i, c := range r.nb.Cells {
		r.record.Cells[i].Volatile = program.Cells[i].Volatile
		if c.Options.Eval && !r.cell(ctx, c, program.Cells[i]) || !values(i) {
			return
		}
	}
}

// describe records what runs the notebook.
func (r *run) describe(c choice) {
	r.record.Engine = c.engine
	r.record.Provenance.Engine = engineText(c)
}

// start starts the kernel and has it load the notebook. If the interpreter
// refuses it, the notebook is compiled instead, unless that was not asked for.
func (r *run) start(ctx context.Context, c *choice) bool {
	exe, wrong := c.compile(ctx)
	if wrong != nil && ctx.Err() == nil {
		r.fail(record.Failed, *wrong)
		return false
	}
	k, err := kernel.Start(ctx, kernel.Options{Program: exe, Prelude: c.program.Prelude, Seed: r.nb.Meta.Seed, Memory: r.opt.Memory})
	interrupted := record.Diagnostic{Line: 1, Cell: -1, Message: "interrupted before the first cell"}
	switch {
	case err != nil && ctx.Err() != nil:
		r.fail(record.Interrupted, interrupted)
		return false
	case err != nil:
		r.fail(record.Killed, record.Diagnostic{Line: 1, Cell: -1, Message: err.Error()})
		return false
	}
	r.kernel = k
	if c.engine == Go {
		return true
	}
	end := k.Load(ctx, c.program.InOrder(r.nb)...)
	if end.Status == record.OK {
		return true
	}
	k.Close()
	switch {
	case ctx.Err() != nil:
		r.fail(record.Interrupted, interrupted)
	case !strings.HasPrefix(end.Failure.Message, kernel.Refusal):
		r.fail(end.Status, record.Diagnostic{Line: max(end.Failure.Line, 1), Cell: c.cellAt(end.Failure.Line), Message: end.Failure.Message, Hint: end.Failure.Hint})
	default:
		known := len(c.diagnostics)
		c.loadRefused(end.Failure)
		r.record.Diagnostics = append(r.record.Diagnostics, c.diagnostics[known:]...)
		r.describe(*c)
		if c.program != nil {
			return r.start(ctx, c)
		}
		r.record.Status = record.Failed
	}
	return false
}

func (r *run) fail(status record.Status, d record.Diagnostic) {
	d.Severity, d.File = "error", r.nb.Path
	r.record.Diagnostics = append(r.record.Diagnostics, d)
	r.record.Status = status
}

// warn keeps a remark of the kernel; line is where it belongs if it does not say.
func (r *run) warn(w kernel.Failure, cell, line int) {
	if w.Line > 0 {
		line = w.Line
	}
	r.record.Diagnostics = append(r.record.Diagnostics, record.Diagnostic{
		Severity: "warning", File: r.nb.Path, Line: line, Cell: cell, Message: w.Message, Hint: w.Hint,
	})
}

// cell runs one cell and reports whether the next may run.
func (r *run) cell(ctx context.Context, c *notebook.Cell, code cell.Code) bool {
	result := &r.record.Cells[c.Index]
	r.observe(Event{Kind: "cell", Cell: c.Index, Label: c.Options.Label, Line: c.Line})
	timeout := c.Options.Timeout
	if timeout == 0 {
		timeout = r.opt.Timeout
	}
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	out := &outputs{cell: result, run: r.record}
	end := r.kernel.Run(ctx, code, timeout, func(e kernel.Event) {
		out.add(e)
		switch {
		case e.Warning != nil:
			r.warn(*e.Warning, c.Index, c.Line)
		case e.Progress != nil:
			r.observe(Event{Kind: "progress", Cell: c.Index, Label: c.Options.Label, Progress: e.Progress})
		case e.Text != "":
			r.observe(Event{Kind: "text", Cell: c.Index, Label: c.Options.Label, Stream: e.Stream, Text: e.Text})
		}
	})
	result.Status, result.Duration = end.Status, end.Took
	defer func() {
		r.observe(Event{Kind: "ended", Cell: c.Index, Label: c.Options.Label, Line: c.Line, Status: result.Status, Took: result.Duration, Record: r.snapshot()})
	}()
	if end.Status == record.OK {
		if c.Options.Error {
			r.record.Diagnostics = append(r.record.Diagnostics, record.Diagnostic{
				Severity: "warning", File: r.nb.Path, Line: c.Line, Cell: c.Index,
				Message: "this cell has the option error: true, but it did not fail", Hint: "delete the option",
			})
		}
		return true
	}
	d := record.Diagnostic{
		Line: end.Failure.Line, Column: end.Failure.Column, Cell: c.Index,
		Message: end.Failure.Message, Hint: end.Failure.Hint, Frames: end.Failure.Frames,
	}
	if d.Line == 0 {
		d.Line = c.Line
	}
	if end.Status == record.Failed && c.Options.Error {
		result.Status = record.Expected
		d.Severity, d.File = "warning", r.nb.Path
		r.record.Diagnostics = append(r.record.Diagnostics, d)
		return true
	}
	r.fail(end.Status, d)
	return false
}

func (r *run) inline(ctx context.Context, i int, code cell.Code) bool {
	in, result := r.nb.Inlines[i], &r.record.Inlines[i]
	end := r.kernel.Run(ctx, code, DefaultTimeout, func(e kernel.Event) {
		switch {
		case e.Value != nil:
			result.Text = *e.Value
		case e.Warning != nil:
			r.warn(*e.Warning, -1, in.Line)
		}
	})
	result.Status = end.Status
	if end.Status == record.OK {
		return true
	}
	r.fail(end.Status, record.Diagnostic{
		Line: in.Line, Column: in.Column, Cell: -1,
		Message: fmt.Sprintf("the value of `%s`: %s", in.Expr, end.Failure.Message), Hint: end.Failure.Hint,
	})
	return false
}

// Skip is the record of a notebook that is not run, with the reasons.
func Skip(nb *notebook.Notebook, opt Options, reasons []record.Diagnostic) *record.Run {
	r := newRun(nb, opt)
	r.record.Status, r.record.Diagnostics = record.Failed, reasons
	r.observe(Event{Kind: "start"})
	r.observe(Event{Kind: "done", Status: r.record.Status, Diagnostics: reasons})
	return r.record
}

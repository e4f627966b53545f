package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"viva/internal/signature"
	"viva/mlkit/trace"
	"viva/runtime/cell"
	"viva/runtime/kernel"
	"viva/runtime/kernel/child"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// unit is a cell or an inline expression.
type unit struct {
	cell   *notebook.Cell
	inline *notebook.Inline
	code   cell.Code
}

// off reports whether it is a cell that is not to run.
func (u unit) off() bool { return u.cell != nil && !u.cell.Options.Eval }

// units are the notebook's in the order in which they run, with their code.
func units(nb *notebook.Notebook, p *cell.Program) []unit {
	var all []unit
	inline := 0
	take := func(after int) {
		for ; inline < len(nb.Inlines) && nb.Inlines[inline].After == after; inline++ {
			all = append(all, unit{inline: nb.Inlines[inline], code: p.Inlines[inline]})
		}
	}
	take(-1)
	for i, c := range nb.Cells {
		all = append(all, unit{cell: c, code: p.Cells[i]})
		take(c.Index)
	}
	return all
}

// outcome is what a unit gave.
type outcome struct {
	status  record.Status
	took    time.Duration
	failure *kernel.Failure
	outputs []record.Output
	sources []trace.Source
	// evaluations on test documents, and corpora that were checked for leaks.
	evaluations []trace.Evaluation
	checks      []trace.LeakCheck
	// files are the paths of what it read or tried to read.
	files []string
	// contents are what was found in files that are no data sets.
	contents []content
	// left is what it wrote, or found written.
	left []leftFile
	// warnings are remarks of the kernel.
	warnings []kernel.Failure
	// value is that of an inline expression.
	value string
}

// content is what was found in a file, as package trace tells it.
type content struct{ path, found string }

// read reports whether the file could be read.
func (c content) read() bool { return c.found != trace.Unread }

// leftFile is a file or folder as a unit left it, with its signature then, or ""
// if the unit failed to write it.
type leftFile struct{ Path, Signature string }

// still reports whether the unit would leave it alone now.
func (l leftFile) still() bool {
	sum, _, err := signature.Of(l.Path)
	return err == nil && sum == l.Signature
}

// untouched reports whether all that a unit wrote is as the unit left it.
func (o outcome) untouched() bool {
	return !slices.ContainsFunc(o.left, func(l leftFile) bool { return !l.still() })
}

// execute runs a unit in a kernel.
func (r *run) execute(ctx context.Context, k *kernel.Kernel, u unit) outcome {
	out := &outputs{}
	o := &out.outcome
	timeout := DefaultTimeout
	if r.opt.Timeout > 0 && u.cell != nil {
		timeout = r.opt.Timeout
	}
	if u.cell != nil {
		if u.cell.Options.Timeout > 0 {
			timeout = u.cell.Options.Timeout
		}
		r.observe(Event{Kind: "cell", Cell: u.cell.Index, Label: u.cell.Options.Label, Line: u.cell.Line})
	}
	end := k.Run(ctx, u.code, timeout, func(e kernel.Event) {
		out.add(e)
		if u.cell == nil {
			return
		}
		switch {
		case e.Progress != nil:
			r.observe(Event{Kind: "progress", Cell: u.cell.Index, Label: u.cell.Options.Label, Progress: e.Progress})
		case e.Memo != nil:
			kind := "computed"
			if e.Memo.Hit {
				kind = "kept"
			}
			r.observe(Event{Kind: kind, Cell: u.cell.Index, Label: u.cell.Options.Label, Text: e.Memo.Operation})
		case e.Text != "":
			r.observe(Event{Kind: "text", Cell: u.cell.Index, Label: u.cell.Options.Label, Stream: e.Stream, Text: e.Text})
		}
	})
	o.status, o.took, o.failure = end.Status, end.Took, end.Failure
	return *o
}

// enter enters what a unit gave into the record, and reports whether the next
// one may run.
func (r *run) enter(u unit, o outcome) bool {
	r.files = append(r.files, o.files...)
	for _, s := range o.sources {
		if !slices.Contains(r.record.Sources, s) {
			r.record.Sources = append(r.record.Sources, s)
		}
	}
	for _, e := range o.evaluations {
		if !slices.Contains(r.record.Evaluations, e) {
			r.record.Evaluations = append(r.record.Evaluations, e)
		}
	}
	for _, c := range o.checks {
		if !slices.Contains(r.record.Checks, c) {
			r.record.Checks = append(r.record.Checks, c)
		}
	}
	if u.inline != nil {
		return r.enterInline(u.inline, o)
	}
	c, result := u.cell, &r.record.Cells[u.cell.Index]
	result.Volatile = u.code.Volatile
	if u.off() {
		return true
	}
	result.Status, result.Duration, result.Outputs = o.status, o.took, o.outputs
	for _, w := range o.warnings {
		r.warn(w, c.Index, c.Line)
	}
	if o.status == record.OK {
		if c.Options.Error {
			r.record.Diagnostics = append(r.record.Diagnostics, record.Diagnostic{
				Severity: "warning", File: r.nb.Path, Line: c.Line, Cell: c.Index,
				Message: "this cell has the option error: true, but it did not fail", Hint: "delete the option",
			})
		}
		return true
	}
	d := record.Diagnostic{
		Line: r.line(o.failure.Line), Column: o.failure.Column, Cell: c.Index,
		Message: o.failure.Message, Hint: o.failure.Hint,
	}
	for _, f := range o.failure.Frames {
		d.Frames = append(d.Frames, record.Frame{Func: f.Func, Line: r.line(f.Line)})
	}
	if d.Line == 0 {
		d.Line = c.Line
	}
	if o.status == record.Failed && c.Options.Error {
		result.Status = record.Expected
		d.Severity, d.File = "warning", r.nb.Path
		r.record.Diagnostics = append(r.record.Diagnostics, d)
		return true
	}
	r.fail(o.status, d)
	return false
}

func (r *run) enterInline(in *notebook.Inline, o outcome) bool {
	result := &r.record.Inlines[in.Index]
	result.Status, result.Text = o.status, o.value
	for _, w := range o.warnings {
		r.warn(w, -1, in.Line)
	}
	if o.status == record.OK {
		return true
	}
	r.fail(o.status, record.Diagnostic{
		Line: in.Line, Column: in.Column, Cell: -1,
		Message: fmt.Sprintf("the value of `%s`: %s", in.Expr, o.failure.Message), Hint: o.failure.Hint,
	})
	return false
}

// ended tells that a cell has been entered.
func (r *run) ended(u unit) {
	if u.cell == nil {
		return
	}
	result := r.record.Cells[u.cell.Index]
	r.observe(Event{Kind: "ended", Cell: u.cell.Index, Label: u.cell.Options.Label, Line: u.cell.Line, Status: result.Status, Took: result.Duration, Record: r.snapshot()})
}

// warn keeps a remark of the kernel; line is where it belongs if it does not say.
func (r *run) warn(w kernel.Failure, cell, line int) {
	if w.Line > 0 {
		line = r.line(w.Line)
	}
	if len(w.Started) > 0 {
		var lines []int
		for _, n := range w.Started {
			lines = append(lines, r.line(n))
		}
		w.Message = child.StillRun(lines)
	}
	r.record.Diagnostics = append(r.record.Diagnostics, record.Diagnostic{
		Severity: "warning", File: r.nb.Path, Line: line, Cell: cell, Message: w.Message, Hint: w.Hint,
	})
}

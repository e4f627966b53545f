package engine

import (
	"context"

	"viva/runtime/kernel"
	"viva/runtime/record"
)

// compiled runs a notebook that is to be compiled, or cannot be run, cleanly
// from its beginning to its end.
func (r *run) compiled(ctx context.Context, c choice) {
	r.record.Diagnostics = append(r.record.Diagnostics, c.diagnostics...)
	r.describe(c)
	r.observe(Event{Kind: "checked", Diagnostics: c.diagnostics, Record: r.snapshot()})
	program := c.program
	if program == nil {
		r.record.Status = record.Failed
		return
	}
	all := units(r.nb, program)
	if len(all) == 0 {
		return
	}
	exe, wrong := c.compile(ctx)
	if wrong != nil && ctx.Err() == nil {
		r.fail(record.Failed, *wrong)
		return
	}
	k, err := kernel.Start(ctx, kernel.Options{Program: exe, Prelude: program.Prelude, Seed: r.nb.Meta.Seed, Memory: r.opt.Memory})
	if err != nil {
		r.notStarted(ctx, err)
		return
	}
	defer k.Close()
	for _, u := range all {
		u.code = u.code.Native()
		if u.off() {
			r.enter(u, outcome{})
			continue
		}
		on := r.enter(u, r.execute(ctx, k, u))
		r.ended(u)
		if !on {
			return
		}
	}
}

// notStarted records why there is no kernel.
func (r *run) notStarted(ctx context.Context, err error) {
	if ctx.Err() != nil {
		r.fail(record.Interrupted, record.Diagnostic{Line: 1, Cell: -1, Message: "interrupted before the first cell"})
		return
	}
	r.fail(record.Killed, record.Diagnostic{Line: 1, Cell: -1, Message: err.Error()})
}

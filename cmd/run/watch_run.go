package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"viva/runtime/engine"
	"viva/runtime/record"
	"viva/runtime/report"
)

// start starts what is to run: a notebook that was edited at once, others as
// many at a time as -j says, and each after those that it requires or comes after.
func (w *watching) start(ctx context.Context) {
	running := 0
	for _, l := range w.live {
		switch {
		case l.renewing && len(w.queue) > 0:
			l.cancel() // somebody waits
		case l.running && !l.renewing:
			running++
		}
	}
	var waiting []*live
	for _, l := range w.queue {
		switch {
		case w.live[l.path] != l || l.running:
		case running >= w.s.jobs && !l.again || w.waits(l):
			waiting = append(waiting, l)
		default:
			running++
			w.launch(ctx, l)
		}
	}
	w.queue = waiting
}

// waits reports whether a notebook that comes before this one is still to run.
func (w *watching) waits(l *live) bool {
	for _, path := range l.requires {
		other := w.live[path]
		if other != nil && other != l && (other.running && !other.renewing || slices.Contains(w.queue, other) && !w.waits(other)) {
			return true
		}
	}
	return false
}

// launch reads a notebook and runs it.
func (w *watching) launch(ctx context.Context, l *live) {
	l.running, l.again, l.stopped, l.began, l.ran, l.reasons = true, false, false, time.Now(), 0, nil
	j := &job{path: l.path, name: l.name, done: make(chan struct{})}
	l.next = j
	var others []*job
	for _, other := range w.live {
		if other != l && other.job != nil && !other.running {
			others = append(others, other.job)
		}
	}
	runCtx, cancel := context.WithCancel(ctx)
	l.cancel = cancel
	go func() {
		defer func() {
			close(j.done)
			cancel()
			w.finished <- l
		}()
		if err := load([]*job{j}, w.s.params); err != nil {
			var usage usageError
			if !errors.As(err, &usage) || errors.Is(err, os.ErrNotExist) {
				j.outcome.err = err
				return
			}
			j.nb, j.errs = nil, []record.Diagnostic{{Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1, Message: err.Error()}}
		}
		if j.nb == nil {
			w.server.Broken(l.name, j.source, slices.Clone(j.errs))
		} else {
			w.server.Notebook(l.name, j.nb, report.Options{ReadFile: j.picture, Name: filepath.Base(l.name)})
		}
		for _, other := range others {
			if j.nb != nil && slices.ContainsFunc(j.nb.Meta.Requires, func(r string) bool { return requiredPath(j, r) == filepath.Clean(other.path) }) {
				j.requires = append(j.requires, other)
			}
		}
		j.outcome.err = j.execute(runCtx, w.s.settings, engine.Options{Tool: toolVersion(), Observe: func(e engine.Event) {
			w.server.Event(l.name, e)
			w.show.observe(e)
		}}, l.session.Run)
	}()
}

// renew has another interpreter made ready for a notebook whose own holds the
// code of many edits. Nobody is to notice.
func (w *watching) renew(ctx context.Context) {
	for _, l := range w.live {
		if l.running {
			return
		}
	}
	for _, l := range w.live {
		if l.job == nil || l.job.nb == nil || !l.session.Worn() {
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		l.running, l.renewing, l.again, l.cancel = true, true, false, cancel
		nb := l.job.nb
		go func() {
			l.renewed = l.session.Renew(ctx, nb)
			cancel()
			w.finished <- l
		}()
		return
	}
}

// done takes over a finished run.
func (w *watching) done(l *live) {
	j, renewing := l.next, l.renewing
	l.running, l.renewing, l.next = false, false, nil
	if w.live[l.path] != l {
		l.session.Close()
		return
	}
	if renewing {
		if l.renewed {
			w.say(func() {
				fmt.Fprintf(w.env.stderr, "%s  %s  has a new interpreter: the old one held the code of many edits\n", clock(), l.path)
			})
			w.show.happened(happening{Kind: "renewed", Notebook: l.path})
		}
		if l.again {
			w.queue = slices.Insert(w.queue, 0, l)
		}
		return
	}
	superseded := l.again && !l.stopped && (j.outcome.run == nil || j.outcome.run.Status == record.Interrupted)
	if superseded {
		w.queue = slices.Insert(w.queue, 0, l)
		return
	}
	took := time.Since(l.began)
	before := l.job
	l.job = j
	l.required(j)
	w.tell(l, j, took)
	if j.outcome.run != nil && j.outcome.err == nil {
		w.later(l, j)
	} else if w.s.json && j.outcome.run != nil {
		w.show.finished(j)
	}
	if l.again {
		w.queue = slices.Insert(w.queue, 0, l)
	} else if different(before, j) {
		for _, other := range w.live {
			if other != l && slices.Contains(other.requires, filepath.ToSlash(filepath.Clean(l.path))) {
				w.enqueue(other, false)
			}
		}
	}
	w.observe()
}

// different reports whether notebooks that require this one may rely on
// something else now.
func different(before, now *job) bool {
	if before == nil || before.outcome.run == nil || now.outcome.run == nil {
		return false
	}
	a, b := before.outcome, now.outcome
	return a.passed != b.passed || !slices.Equal(a.run.Sources, b.run.Sources) || !slices.Equal(a.run.Checks, b.run.Checks)
}

// enqueue has a notebook run again; edited says that it must not wait.
func (w *watching) enqueue(l *live, edited bool) {
	if edited {
		w.show.happened(happening{Kind: "changed", Notebook: l.path})
	}
	if l.running {
		l.again = true
		if edited || l.renewing {
			l.cancel()
		}
		return
	}
	l.again = l.again || edited
	if !slices.Contains(w.queue, l) {
		w.queue = slices.Insert(w.queue, 0, l)
	}
}

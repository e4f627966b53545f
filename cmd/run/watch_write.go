package main

import (
	"fmt"
	"time"
)

// writeAfter is how long after a run its report is written: whoever saves looks
// at the page first, and the disk and the browser want the same processors.
const writeAfter = 150 * time.Millisecond

// unwritten is what is still to be written of a notebook. The zero value is
// nothing.
type unwritten struct {
	job *job
	// due says that the time for it will come, busy that one is being written.
	due, busy bool
}

// written is how the writing of a report ended.
type written struct {
	l   *live
	job *job
}

// later has a report written in a while, in the place of an older one that is
// not.
func (w *watching) later(l *live, j *job) {
	l.unwritten.job = j
	if l.unwritten.due || l.unwritten.busy {
		return
	}
	l.unwritten.due = true
	time.AfterFunc(writeAfter, func() {
		select {
		case w.due <- l:
		case <-w.closed:
		}
	})
}

// write begins to write the report whose time has come.
func (w *watching) write(l *live) {
	j := l.unwritten.job
	l.unwritten = unwritten{}
	if j == nil || w.live[l.path] != l {
		return
	}
	l.unwritten.busy = true
	go func() {
		j.outcome.err = j.write(w.s.out)
		w.written <- written{l, j}
	}()
}

// wrote tells how that ended, and goes on to a report that came meanwhile.
func (w *watching) wrote(done written) {
	l, j := done.l, done.job
	if w.s.json {
		w.show.finished(j)
	} else if j.outcome.err != nil {
		w.say(func() { fmt.Fprintf(w.env.stderr, "run: %v\n", j.outcome.err) })
	}
	l.unwritten.busy = false
	if next := l.unwritten.job; next != nil {
		w.later(l, next)
	}
}

// writeAll writes what is left.
func (w *watching) writeAll() {
	for _, l := range w.live {
		if l.unwritten.busy {
			w.wrote(<-w.written)
		}
	}
	for _, l := range w.live {
		if j := l.unwritten.job; j != nil {
			l.unwritten = unwritten{}
			j.outcome.err = j.write(w.s.out)
			w.wrote(written{l, j})
		}
	}
}

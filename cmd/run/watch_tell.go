package main

import (
	"fmt"
	"time"

	"viva/runtime/record"
)

// say prints something between the lines that show what runs.
func (w *watching) say(f func()) {
	if w.s.json || w.s.quiet && f == nil {
		return
	}
	w.show.mu.Lock()
	defer w.show.mu.Unlock()
	w.show.erase()
	f()
}

// tell prints how a run went.
func (w *watching) tell(l *live, j *job, took time.Duration) {
	if w.s.json {
		return
	}
	w.say(func() {
		for _, why := range l.reasons {
			fmt.Fprintf(w.env.stderr, "%s  %s  the interpreter was started again: %s\n", clock(), l.path, why)
		}
		if j.outcome.err != nil {
			fmt.Fprintf(w.env.stderr, "run: %v\n", j.outcome.err)
		}
		r := j.outcome.run
		if r == nil {
			return
		}
		if !w.s.quiet {
			how := fmt.Sprintf("%d of %d cells ran, %s", min(l.ran, len(r.Cells)), len(r.Cells), short(took))
			switch {
			case r.Status == record.Interrupted:
				how += ", interrupted"
			case r.Status.Bad():
				how += ", failed"
			case !j.outcome.passed:
				t := r.Tally()
				how += fmt.Sprintf(", %d of %d gates passed", t.GatesPassed, t.Gates)
			}
			fmt.Fprintf(w.env.stderr, "%s  %s  %s\n", clock(), l.path, how)
		}
		printDiagnostics(w.env, r.Diagnostics)
	})
}

func clock() string { return time.Now().Format("15:04:05") }

// short is a time for people who wait for it.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return seconds(d)
}

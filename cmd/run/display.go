package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"viva/runtime/engine"
	"viva/runtime/kernel"
	"viva/runtime/record"
)

// display tells on the way what is happening: on a terminal by a line for
// each running notebook that is redrawn, elsewhere by plain lines, or as JSON
// events.
type display struct {
	env environment
	s   settings

	mu      sync.Mutex
	running []*line
	drawn   int
	stop    chan struct{}
	stopped sync.WaitGroup
}

// line is what is known of a running notebook.
type line struct {
	notebook string
	cell     int
	cells    int
	label    string
	at       int
	began    time.Time
	cellAt   time.Time
	progress *kernel.Progress
	// told is when a plain display last said that the cell still runs.
	told time.Time
}

// quietFor is how long a cell runs before a plain display says so.
const quietFor = 10 * time.Second

func terminal(f *os.File) (bool, func() int) {
	if !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return false, nil
	}
	return true, func() int {
		w, _, err := term.GetSize(int(f.Fd()))
		if err != nil || w < 20 {
			return 80
		}
		return w
	}
}

func newDisplay(env environment, s settings) *display {
	d := &display{env: env, s: s, stop: make(chan struct{})}
	if s.quiet || s.json {
		return d
	}
	d.stopped.Add(1)
	go func() {
		defer d.stopped.Done()
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-d.stop:
				return
			case <-tick.C:
				d.mu.Lock()
				d.redraw()
				d.mu.Unlock()
			}
		}
	}()
	return d
}

// close ends the redrawing.
func (d *display) close() {
	close(d.stop)
	d.stopped.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
}

func (d *display) observe(e engine.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.s.json {
		d.event(timed{time.Now(), e})
		return
	}
	now := time.Now()
	var l *line
	for _, r := range d.running {
		if r.notebook == e.Notebook {
			l = r
		}
	}
	switch e.Kind {
	case "start":
		d.running = append(d.running, &line{notebook: e.Notebook, cells: e.Cells, cell: -1, began: now})
	case "cell":
		l.cell, l.label, l.at, l.cellAt, l.told, l.progress = e.Cell, e.Label, e.Line, now, now, nil
	case "progress":
		l.progress = e.Progress
	case "done":
		for i, r := range d.running {
			if r == l {
				d.erase()
				d.running = append(d.running[:i], d.running[i+1:]...)
				break
			}
		}
	}
}

// finished prints how a notebook ended, and what is wrong with it.
func (d *display) finished(j *job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	r := j.outcome.run
	if d.s.json {
		written := struct {
			Time        time.Time           `json:"time"`
			Kind        string              `json:"event"`
			Notebook    string              `json:"notebook"`
			Status      record.Status       `json:"status"`
			Passed      bool                `json:"passed"`
			Report      string              `json:"report,omitempty"`
			Error       string              `json:"error,omitempty"`
			Diagnostics []record.Diagnostic `json:"diagnostics,omitempty"`
		}{time.Now(), "written", j.path, r.Status, j.outcome.passed, j.outcome.report, "", slices.Concat(r.Diagnostics, j.outcome.remarks)}
		if j.outcome.err != nil {
			written.Error = j.outcome.err.Error()
		}
		if j.outcome.report == "" {
			written.Kind = "not written"
		}
		d.event(written)
		return
	}
	printDiagnostics(d.env, slices.Concat(r.Diagnostics, j.outcome.remarks))
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			if o.Gate != nil && !o.Gate.Passed {
				fmt.Fprintf(d.env.stderr, "%s:%d:1: gate not passed: %s (%s; must be %s)\n",
					j.path, c.Line, o.Gate.Text, o.Gate.Metric.TextBeside(o.Gate.Bound), o.Gate.Bound.Text(o.Gate.Metric.Unit))
			}
			if d.s.strict && o.Claim != nil && !o.Claim.Met {
				fmt.Fprintf(d.env.stderr, "%s:%d:1: claim not met: %s (%s; must be %s)\n",
					j.path, c.Line, o.Claim.Text, o.Claim.Metric.TextBeside(o.Claim.Bound), o.Claim.Bound.Text(o.Claim.Metric.Unit))
			}
		}
	}
	if d.s.quiet {
		return
	}
	switch {
	case j.outcome.skipped:
		fmt.Fprintf(d.env.stderr, "– %s  not run\n", j.path)
	case j.outcome.passed && j.outcome.err == nil:
		fmt.Fprintf(d.env.stderr, "✓ %s  %s\n", j.path, seconds(r.Duration))
	default:
		fmt.Fprintf(d.env.stderr, "✗ %s  %s\n", j.path, seconds(r.Duration))
	}
}

// redraw shows the running notebooks, or in a plain display says of long
// cells that they still run.
func (d *display) redraw() {
	if !d.env.terminal {
		now := time.Now()
		for _, l := range d.running {
			if l.cell >= 0 && now.Sub(l.told) >= quietFor {
				l.told = now
				fmt.Fprintln(d.env.stderr, l.text(now))
			}
		}
		return
	}
	d.erase()
	width := d.env.width()
	now := time.Now()
	for _, l := range d.running {
		io.WriteString(d.env.stderr, fit(l.text(now), width-1)+"\n")
		d.drawn++
	}
}

// erase takes back what redraw drew.
func (d *display) erase() {
	if d.drawn > 0 {
		fmt.Fprintf(d.env.stderr, "\r\x1b[%dA\x1b[J", d.drawn)
		d.drawn = 0
	}
}

func (l *line) text(now time.Time) string {
	if l.cell < 0 {
		return fmt.Sprintf("· %s  %s  starting", l.notebook, seconds(now.Sub(l.began)))
	}
	s := fmt.Sprintf("· %s  %s  cell %d of %d (line %d", l.notebook, seconds(now.Sub(l.began)), l.cell+1, l.cells, l.at)
	if l.label != "" {
		s += ", " + l.label
	}
	s += ", " + seconds(now.Sub(l.cellAt)) + ")"
	if p := l.progress; p != nil {
		s += "  " + p.Label
		if p.Total > 0 {
			s += fmt.Sprintf(" %d/%d", p.Done, p.Total)
		}
	}
	return s
}

// fit cuts a line to the width of the terminal.
func fit(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(0, width-1)]) + "…"
}

func seconds(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d h", int(d.Hours()), int(d.Minutes())%60)
}

// summary prints a table of what was run.
func summary(env environment, jobs []*job) {
	rows := [][]string{{"notebook", "cells", "time", "gates", "claims", "report"}}
	for _, j := range jobs {
		r := j.outcome.run
		ran := 0
		for _, c := range r.Cells {
			if c.Status == record.OK || c.Status == record.Expected {
				ran++
			}
		}
		t := r.Tally()
		target := j.outcome.report
		switch {
		case j.outcome.skipped:
			target = "(not run)"
		case target == "":
			target = "(not written)"
		}
		rows = append(rows, []string{
			j.path, fmt.Sprintf("%d/%d", ran, len(r.Cells)), seconds(r.Duration),
			ofText(t.GatesPassed, t.Gates), ofText(t.ClaimsMet, t.Claims), target,
		})
	}
	printTable(env.stdout, rows)
}

// printTable prints rows of equal length; the first column stands left, the
// last as it is, the others right.
func printTable(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			switch {
			case i == len(row)-1:
				b.WriteString(c)
			case i == 0:
				b.WriteString(c + pad + "  ")
			default:
				b.WriteString(pad + c + "  ")
			}
		}
		fmt.Fprintln(w, b.String())
	}
}

func ofText(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", n, of)
}

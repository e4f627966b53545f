package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"viva/runtime/engine"
	"viva/runtime/kernel"
	"viva/runtime/record"
)

// showing runs f with a display and returns what it wrote to standard error.
func showing(t *testing.T, terminal bool, f func(d *display)) string {
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		env := environment{stdout: &bytes.Buffer{}, stderr: &out, terminal: terminal}
		if terminal {
			env.width = func() int { return 60 }
		}
		d := newDisplay(env, settings{})
		f(d)
		d.close()
	})
	return out.String()
}

func begin(d *display, cell int) {
	d.observe(engine.Event{Kind: "start", Notebook: "long.md", Cells: 3})
	d.observe(engine.Event{Kind: "cell", Notebook: "long.md", Cell: cell, Cells: 3, Line: 12, Label: "folds"})
}

func TestTerminalShowsTheRunningCellInOneLine(t *testing.T) {
	out := showing(t, true, func(d *display) {
		begin(d, 1)
		time.Sleep(65*time.Second + 50*time.Millisecond)
		d.observe(engine.Event{Kind: "progress", Notebook: "long.md", Progress: &kernel.Progress{Label: "a fold", Done: 2, Total: 5}})
		time.Sleep(100 * time.Millisecond)
		d.observe(engine.Event{Kind: "done", Notebook: "long.md"})
	})
	const up = "\r\x1b[1A\x1b[J"
	frames := strings.Split(out, up)
	if len(frames) != 652 || frames[len(frames)-1] != "" {
		t.Fatalf("%d frames, the last %q: each must be taken back", len(frames), frames[len(frames)-1])
	}
	for _, f := range frames[:len(frames)-1] {
		if strings.Count(f, "\n") != 1 || utf8.RuneCountInString(f) > 60 {
			t.Fatalf("%q does not fit a line of 60 columns", f)
		}
	}
	if want := "· long.md  59.9 s  cell 2 of 3 (line 12, folds, 59.9 s)\n"; frames[598] != want {
		t.Errorf("got %q, want %q", frames[598], want)
	}
	if want := "· long.md  1:05 min  cell 2 of 3 (line 12, folds, 1:05 min…\n"; frames[650] != want {
		t.Errorf("got %q, want %q", frames[650], want)
	}
}

func TestPlainDisplayIsSilentForShortCellsAndTellsOfLongOnes(t *testing.T) {
	short := showing(t, false, func(d *display) {
		begin(d, 0)
		time.Sleep(9 * time.Second)
	})
	if short != "" {
		t.Errorf("got %q", short)
	}
	long := showing(t, false, func(d *display) {
		begin(d, 0)
		d.observe(engine.Event{Kind: "progress", Notebook: "long.md", Progress: &kernel.Progress{Label: "fold", Done: 2, Total: 5}})
		time.Sleep(25 * time.Second)
	})
	if want := "· long.md  10.0 s  cell 1 of 3 (line 12, folds, 10.0 s)  fold 2/5\n· long.md  20.0 s  cell 1 of 3 (line 12, folds, 20.0 s)  fold 2/5\n"; long != want {
		t.Errorf("got %q, want %q", long, want)
	}
}

func TestFinishedNotebooksAreMarked(t *testing.T) {
	run := &record.Run{Status: record.OK, Duration: 1500 * time.Millisecond}
	for _, c := range []struct {
		name    string
		outcome outcome
		want    string
	}{
		{"passed", outcome{run: run, passed: true, report: "x"}, "✓ n.md  1.5 s\n"},
		{"failed", outcome{run: run, report: "x"}, "✗ n.md  1.5 s\n"},
		{"not written", outcome{run: run, passed: true, err: errors.New("disk full")}, "✗ n.md  1.5 s\n"},
		{"not run", outcome{run: run, skipped: true}, "– n.md  not run\n"},
	} {
		got := showing(t, false, func(d *display) { d.finished(&job{path: "n.md", outcome: c.outcome}) })
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

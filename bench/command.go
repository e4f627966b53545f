package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// buildCommand builds the program that people run. The same source gives the
// same bytes wherever and from whatever commit it is built: results are kept
// under the program's hash, and a benchmark that relies on them must find them
// again.
func buildCommand(ctx context.Context, folder string) (string, error) {
	command := filepath.Join(folder, "run")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", command, "viva/cmd/run")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return command, nil
}

// event is a line that the program prints with -json.
type event struct {
	Time     time.Time     `json:"time"`
	Kind     string        `json:"event"`
	Notebook string        `json:"notebook"`
	URL      string        `json:"url"`
	Label    string        `json:"label"`
	Text     string        `json:"text"`
	Status   string        `json:"status"`
	Took     time.Duration `json:"took_ns"`
	Passed   bool          `json:"passed"`
	Error    string        `json:"error"`

	Diagnostics []struct {
		Severity, Message string
		Line              int
	} `json:"diagnostics"`
}

// notebookError says what is wrong with a notebook, or with what came of it.
type notebookError struct{ error }

// failure is what an event says went wrong, if it ends a run that did.
func (e event) failure() error {
	if e.Kind != "written" && e.Kind != "not written" || e.Passed && e.Error == "" {
		return nil
	}
	for _, d := range e.Diagnostics {
		if d.Severity == "error" {
			return notebookError{fmt.Errorf("%s:%d: %s", e.Notebook, d.Line, d.Message)}
		}
	}
	return notebookError{fmt.Errorf("%s: %s %s", e.Notebook, e.Status, e.Error)}
}

// work counts what a run did.
type work struct {
	// cells began to run; computed are pieces of long work (folds, trainings,
	// searches for copies) that were done, kept those whose result was at hand;
	// restarts are those of the kernel, renewals those that nobody waits for.
	cells, computed, kept, restarts, renewals int
}

func (w *work) add(e event) {
	switch e.Kind {
	case "cell":
		w.cells++
	case "computed":
		w.computed++
	case "kept":
		w.kept++
	case "restart":
		w.restarts++
	case "renewed":
		w.renewals++
	}
}

// runOnce runs the command to its end in a folder, with results kept in the
// store, a folder or "off". With -json among the arguments it says what was done.
func runOnce(ctx context.Context, folder, store, command string, args ...string) (took time.Duration, did work, err error) {
	c := exec.CommandContext(ctx, command, args...)
	c.Dir, c.Env = folder, append(os.Environ(), "VIVA_CACHE="+store)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	began := time.Now()
	err = c.Run()
	took = time.Since(began)
	for line := range bytes.Lines(stdout.Bytes()) {
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue // not -json
		}
		did.add(e)
		if failed := e.failure(); failed != nil {
			return took, did, failed
		}
	}
	if err != nil {
		return took, did, fmt.Errorf("%s %q: %w\n%s", filepath.Base(command), args, err, stderr.Bytes())
	}
	return took, did, nil
}

// watching is a running "run watch".
type watching struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	events chan event
	url    string
	// did is what it has done so far.
	did work
}

// startWatch starts "run watch" in a folder, with results kept in the store,
// and waits until it has rendered so many notebooks.
func startWatch(ctx context.Context, command, folder, store string, notebooks int, args ...string) (*watching, error) {
	w := &watching{events: make(chan event, 1000)}
	w.cmd = exec.CommandContext(ctx, command, append([]string{"watch", "-json"}, args...)...)
	w.cmd.Dir, w.cmd.Env, w.cmd.Stderr = folder, append(os.Environ(), "VIVA_CACHE="+store), &w.stderr
	w.cmd.Cancel = func() error { return w.cmd.Process.Signal(os.Interrupt) }
	w.cmd.WaitDelay = 10 * time.Second
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(w.events)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				w.events <- e
			}
		}
	}()
	for range notebooks {
		if _, err := w.written(ctx); err != nil {
			return nil, errors.Join(err, w.end())
		}
	}
	return w, nil
}

// written waits until a report has been written and returns what was told until
// then.
func (w *watching) written(ctx context.Context) ([]event, error) {
	var told []event
	for {
		select {
		case e, ok := <-w.events:
			if !ok {
				return told, fmt.Errorf("run watch has ended: %s", bytes.TrimSpace(w.stderr.Bytes()))
			}
			w.did.add(e)
			if e.Kind == "live" {
				w.url = e.URL
			}
			told = append(told, e)
			if err := e.failure(); err != nil {
				return told, err
			}
			if e.Kind == "written" {
				return told, nil
			}
		case <-ctx.Done():
			return told, fmt.Errorf("waiting for a report: %w", ctx.Err())
		}
	}
}

// end ends it as Ctrl-C does.
func (w *watching) end() error {
	if err := w.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for range w.events {
		// It must not wait for somebody who reads.
	}
	return w.cmd.Wait()
}

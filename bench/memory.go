package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// rounds is the order of the edits, again and again. A mistake is a name that
// there is not, in the place of the code; the edit of the code after it is the
// repair.
var rounds = []string{"prose", "plot", "prose", "code", "prose", "plot", "mistake", "code", "prose", "plot"}

const (
	// sampleEvery is at every how many edits the curve has a point.
	sampleEvery = 10
	// settling is how many edits the slope leaves out: what is loaded once, and
	// a heap that finds its size.
	settling = 100
	// pauseEvery is after how many edits the person at the editor pauses, to think
	// or to read, and pause for how long.
	pauseEvery = 25
	pause      = 4 * time.Second
)

// measureMemory edits notebooks in sessions of the program and measures how
// much memory the program and its kernel hold.
func measureMemory(ctx context.Context, s settings) (results []result, err error) {
	folder, err := os.MkdirTemp("", "bench-memory")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	command, err := buildCommand(ctx, folder)
	if err != nil {
		return nil, err
	}
	store := filepath.Join(folder, "results")
	trained, err := classifier(store, "")
	if err != nil {
		return nil, err
	}
	for _, n := range []subject{small(store), trained} {
		more, err := editMany(ctx, s, command, filepath.Join(folder, n.name), n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
		for i := range more {
			more[i].Notebook = n.name
		}
		results = append(results, more...)
	}
	return results, nil
}

// editMany is one session.
func editMany(ctx context.Context, s settings, command, folder string, n subject) (results []result, err error) {
	if err := n.lay(folder); err != nil {
		return nil, err
	}
	w, err := startWatch(ctx, command, folder, n.store, len(n.files), append(n.args, "notebooks")...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	listening, err := listen(ctx, w.url, n.name)
	if err != nil {
		return nil, err
	}
	defer listening.Close()

	e := newEditor(n, folder)
	var all []footprint
	var prose []float64
	point := func(i int) error {
		f, err := footprintOf(w.cmd.Process.Pid)
		if err != nil {
			return err
		}
		all = append(all, f)
		if i%sampleEvery == 0 {
			for _, r := range f.results("") {
				r.Edit = i
				results = append(results, r)
			}
		}
		return nil
	}
	if err := point(0); err != nil {
		return nil, err
	}
	for i := 1; i <= s.edits; i++ {
		kind := rounds[(i-1)%len(rounds)]
		began := time.Now()
		if err := e.save(kind); err != nil {
			return nil, err
		}
		told, err := w.written(ctx)
		var bad notebookError
		if err != nil && (kind != "mistake" || !errors.As(err, &bad)) {
			return nil, fmt.Errorf("edit %d, %s: %w", i, kind, err)
		}
		if kind == "prose" {
			prose = append(prose, milliseconds(time.Since(began)))
		}
		for _, t := range told {
			switch t.Kind {
			case "restart":
				results = append(results, result{Name: "kernel_restart", Value: float64(w.did.restarts), Unit: "count", Edit: i, Note: t.Text})
			case "renewed":
				results = append(results, result{Name: "kernel_renewal", Value: float64(w.did.renewals), Unit: "count", Edit: i, Note: "in the pause before this edit"})
			}
		}
		if err := point(i); err != nil {
			return nil, err
		}
		if i%pauseEvery == 0 {
			time.Sleep(pause)
		}
		if i%50 == 0 {
			fmt.Fprintf(s.log, "%s: %d edits, %.0f MiB\n", n.name, i, all[i].total())
		}
	}
	return append(results, sum(all, prose, w.did)...), nil
}

// sum is what a session comes to.
func sum(all []footprint, prose []float64, did work) []result {
	peak := all[0]
	for _, f := range all {
		if f.total() > peak.total() {
			peak = f
		}
	}
	results := peak.results("peak_")
	results = append(results,
		result{Name: "kernel_restarts", Value: float64(did.restarts), Unit: "count"},
		result{Name: "kernel_renewals", Value: float64(did.renewals), Unit: "count", Note: "while nobody waited"},
		result{Name: "cells_run", Value: float64(did.cells), Unit: "count"},
		result{Name: "models_trained", Value: float64(did.computed), Unit: "count", Note: "with those of the first run"},
	)
	if later := all[min(settling, len(all)-1):]; len(later) > 1 {
		for _, part := range []struct {
			name  string
			value func(footprint) float64
		}{
			{"slope", footprint.total},
			{"program_slope", func(f footprint) float64 { return f.program }},
			{"kernel_slope", func(f footprint) float64 { return f.kernel }},
		} {
			var y []float64
			for _, f := range later {
				y = append(y, part.value(f))
			}
			results = append(results, result{Name: part.name, Value: 100 * slope(y), Unit: "MiB per 100 edits", Note: fmt.Sprintf("least squares, after the first %d edits", settling)})
		}
	}
	if n := len(prose) / 5; n > 0 {
		results = append(results,
			result{Name: "first_prose_ms", Value: median(prose[:n]), Unit: "ms", Note: "from a save to the written report, in the first fifth"},
			result{Name: "last_prose_ms", Value: median(prose[len(prose)-n:]), Unit: "ms", Note: "the same in the last fifth"},
		)
	}
	return results
}

// save makes an edit of a kind.
func (e *editor) save(kind string) error {
	// Apart from the last one: the files that are read are told by their times.
	time.Sleep(20 * time.Millisecond)
	if kind != "mistake" {
		e.next(kind)
		return e.write()
	}
	was := e.places["code"]
	e.places["code"] = place{was.old, strings.ReplaceAll(was.new, "%q", "mistaken_%s")}
	e.next("code")
	err := e.write()
	e.places["code"] = was
	return err
}

// listen opens the stream of a notebook's page and reads what it is told, as an
// open browser does.
func listen(ctx context.Context, address, name string) (io.Closer, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar}
	var events *http.Response
	// The first address gives the cookie that the second one asks for.
	for _, from := range []string{address, u.Scheme + "://" + u.Host + "/events/" + name} {
		if events != nil {
			events.Body.Close()
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
		if err != nil {
			return nil, err
		}
		if events, err = client.Do(request); err != nil {
			return nil, err
		}
		if events.StatusCode != http.StatusOK {
			events.Body.Close()
			return nil, fmt.Errorf("the live page answers %s", events.Status)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, events.Body) }()
	return events.Body, nil
}

// slope is that of the straight line through values at 0, 1, 2 … by least
// squares.
func slope(y []float64) float64 {
	n := float64(len(y))
	mean := (n - 1) / 2
	var xy, xx float64
	for i, v := range y {
		d := float64(i) - mean
		xy += d * v
		xx += d * d
	}
	return xy / xx
}

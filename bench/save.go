package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// keptStore is the folder of results that outlives the benchmark: without it
// each would begin with minutes of training.
func keptStore() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "viva", "bench"), nil
}

// timeSaves measures how long it takes from a save until a person has it in
// the browser, and what a run costs as a whole process.
func timeSaves(ctx context.Context, s settings) (results []result, err error) {
	folder, err := os.MkdirTemp("", "bench-save")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	command, err := buildCommand(ctx, folder)
	if err != nil {
		return nil, err
	}
	store, err := keptStore()
	if err != nil {
		return nil, err
	}
	news, err := classifier(store, filepath.Join(s.data, "classification", "20newsgroups"))
	if err != nil {
		return nil, err
	}
	if results, err = timeProcesses(ctx, s, command, folder, news); err != nil {
		return nil, err
	}
	for _, n := range []subject{small(filepath.Join(folder, "results")), news} {
		more, err := timeEdits(ctx, s, command, filepath.Join(folder, n.name), n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
		results = append(results, more...)
	}
	return results, nil
}

// timeEdits watches a notebook, and saves edits of its prose and of its last
// plot in turns.
func timeEdits(ctx context.Context, s settings, command, folder string, n subject) (results []result, err error) {
	if err := n.lay(folder); err != nil {
		return nil, err
	}
	w, err := startWatch(ctx, command, folder, n.store, len(n.files), append(n.args, "notebooks")...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	t, err := openPage(ctx, w.url, n.name)
	if err != nil {
		return nil, err
	}
	defer t.stop()
	before, err := t.skew()
	if err != nil {
		return nil, err
	}
	e := &liveEditor{newEditor(n, folder), w, t}
	// The first plot starts the interpreter, which then stays.
	var first saved
	for _, kind := range []string{"prose", "plot"} {
		if first, err = e.save(ctx, kind); err != nil {
			return nil, err
		}
	}
	w.did = work{}
	all := map[string][]saved{}
	for i := range s.saves {
		for _, kind := range []string{"prose", "plot"} {
			one, err := e.save(ctx, kind)
			if err != nil {
				return nil, err
			}
			all[kind] = append(all[kind], one)
		}
		if (i+1)%10 == 0 {
			fmt.Fprintf(s.log, "%s: %d saves of each kind\n", n.name, i+1)
		}
	}
	after, err := t.skew()
	if err != nil {
		return nil, err
	}
	for _, kind := range []string{"prose", "plot"} {
		results = append(results, summarise(kind, all[kind])...)
	}
	results = append(results,
		result{Name: "first_plot_ms", Value: milliseconds(first.took), Unit: "ms", Note: "the first edit of a cell, which starts the interpreter"},
		result{Name: "models_trained", Value: float64(w.did.computed), Unit: "count", Note: "folds and models computed during all saves"},
		result{Name: "models_kept", Value: float64(w.did.kept), Unit: "count", Note: "folds and models that were asked for and at hand"},
		result{Name: "kernel_restarts", Value: float64(w.did.restarts), Unit: "count"},
		result{Name: "clock_skew_ms", Value: milliseconds(max(before.Abs(), after.Abs())), Unit: "ms", Note: "of the page's clock, before or after all saves"},
	)
	for i := range results {
		results[i].Notebook = n.name
	}
	return results, nil
}

// liveEditor saves a notebook whose page is open.
type liveEditor struct {
	*editor
	w *watching
	t *tab
}

// saved is what happened after a save.
type saved struct {
	// took is from the save to the document.
	took time.Duration
	// parts are the stages of that, in the order of stages.
	parts [len(stages)]time.Duration
	// cell is how long the plot's cell itself ran; cells counts those that ran.
	cell  time.Duration
	cells int
	// report is from the save until the files of the report were written.
	report time.Duration
}

// stages lead from a save to the document. What a person waits for is their sum.
var stages = [...]struct{ name, about string }{
	{"noticed", "from the save until the program saw it"},
	{"read", "reading and parsing the notebook"},
	{"checked", "checking and lowering"},
	{"ran", "looking up what is known, and running the rest"},
	{"drawn", "drawing the page, and handing over what is different"},
	{"received", "until the page had been told"},
	{"shown", "until the page had it in the document"},
}

// save changes a word and waits until it is in the page and in the report.
func (e *liveEditor) save(ctx context.Context, kind string) (saved, error) {
	// Apart from the last one, as two saves by hand are.
	time.Sleep(300*time.Millisecond + rand.N(200*time.Millisecond))
	word := e.next(kind)
	if err := e.t.want(word, kind == "plot"); err != nil {
		return saved{}, err
	}
	began := time.Now()
	if err := e.write(); err != nil {
		return saved{}, err
	}
	at, err := e.t.seen(2 * time.Minute)
	if err != nil {
		return saved{}, err
	}
	told, err := e.w.written(ctx)
	if err != nil {
		return saved{}, err
	}
	return analyse(began, told, at, e.cell), nil
}

// analyse puts together what the program and the page told of a save; plot is
// the label of the plot's cell.
func analyse(began time.Time, told []event, at sighting, plot string) saved {
	s := saved{took: at.shown.Sub(began)}
	ends := [len(stages)]time.Time{5: at.received, 6: at.shown}
	for _, e := range told {
		switch e.Kind {
		case "changed":
			if ends[0].IsZero() {
				ends[0] = e.Time
			}
		case "start":
			ends[1] = e.Time
		case "checked":
			ends[2] = e.Time
		case "cell":
			s.cells++
		case "ended":
			if e.Label == plot {
				s.cell = e.Took
			}
		case "done":
			// The event is told when the page has been drawn.
			ends[3], ends[4] = ends[1].Add(e.Took), e.Time
		case "written":
			s.report = e.Time.Sub(began)
		}
	}
	// The page is drawn while cells run, too: then it has what it was to have
	// before the run is over, and nobody waited for the rest.
	for i := len(ends) - 2; i >= 0; i-- {
		if ends[i].After(ends[i+1]) {
			ends[i] = ends[i+1]
		}
	}
	from := began
	for i, end := range ends {
		s.parts[i] = end.Sub(from)
		from = end
	}
	return s
}

// summarise turns saves of a kind into results.
func summarise(kind string, all []saved) []result {
	of := func(value func(saved) float64) []float64 {
		var x []float64
		for _, s := range all {
			x = append(x, value(s))
		}
		return x
	}
	took := of(func(s saved) float64 { return milliseconds(s.took) })
	results := []result{
		{Name: kind + "_p50_ms", Value: median(took), Unit: "ms"},
		{Name: kind + "_p95_ms", Value: quantile(took, 0.95), Unit: "ms"},
	}
	if kind == "plot" {
		beside := of(func(s saved) float64 { return milliseconds(s.took - s.cell) })
		results = append(results,
			result{Name: "plot_cell_p50_ms", Value: median(of(func(s saved) float64 { return milliseconds(s.cell) })), Unit: "ms", Note: "the cell's own time"},
			result{Name: "plot_without_cell_p50_ms", Value: median(beside), Unit: "ms"},
			result{Name: "plot_without_cell_p95_ms", Value: quantile(beside, 0.95), Unit: "ms"},
		)
	}
	results = append(results, result{Name: kind + "_cells", Value: median(of(func(s saved) float64 { return float64(s.cells) })), Unit: "count", Note: "cells that ran"})
	for i, stage := range stages {
		results = append(results, result{Name: kind + "_" + stage.name + "_ms", Value: median(of(func(s saved) float64 { return milliseconds(s.parts[i]) })), Unit: "ms", Note: stage.about})
	}
	return append(results, result{Name: kind + "_written_ms", Value: median(of(func(s saved) float64 { return milliseconds(s.report) })), Unit: "ms", Note: "from the save until the report's files were written"})
}

// quantile is the least value that a share q of the values do not exceed.
func quantile(x []float64, q float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[max(0, int(math.Ceil(q*float64(len(x))))-1)]
}

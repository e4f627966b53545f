package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// knitrPeer is the twin of testdata/21-cells.md.
//
//go:embed peers/knitr_21_cells.Rmd
var knitrPeer []byte

// minProcesses is the least number of timed processes.
const minProcesses = 9

// timeProcesses measures whole runs: of a notebook of which nothing is known,
// against knitr and pandoc, and of notebooks of which everything is.
func timeProcesses(ctx context.Context, s settings, command, folder string, news subject) ([]result, error) {
	fresh := small("")
	place := filepath.Join(folder, "clean")
	if err := fresh.lay(place); err != nil {
		return nil, err
	}
	knitr := s.peers
	if knitr {
		if err := knit(ctx, place, true); err != nil {
			knitr = false
			fmt.Fprintf(s.log, "no comparison with knitr: %v\n", err)
		}
	}
	var clean, off, peer []float64
	for i := range max(s.runs, minProcesses) {
		store, err := os.MkdirTemp(folder, "empty")
		if err != nil {
			return nil, err
		}
		// The first process after another program finds the processor's caches
		// full of that one's: it is not timed, and neither has its place fixed.
		if _, _, err := runOnce(ctx, place, "off", command, "-q", "notebooks"); err != nil {
			return nil, err
		}
		kinds := []struct {
			store string
			to    *[]float64
		}{{store, &clean}, {"off", &off}}
		if i%2 == 1 {
			slices.Reverse(kinds)
		}
		for _, c := range kinds {
			took, _, err := runOnce(ctx, place, c.store, command, "-q", "notebooks")
			if err != nil {
				return nil, err
			}
			*c.to = append(*c.to, took.Seconds())
		}
		if knitr {
			if err := knit(ctx, place, false); err != nil {
				return nil, err
			}
			began := time.Now()
			if err := knit(ctx, place, false); err != nil {
				return nil, err
			}
			peer = append(peer, time.Since(began).Seconds())
			fmt.Fprintf(s.log, "run %d: %.2f s, knitr %.2f s\n", i+1, clean[i], peer[i])
		}
	}
	results := []result{
		{Name: "clean_run_seconds", Value: median(clean), Unit: "s", Note: "a process with an empty store, which it fills"},
		{Name: "clean_run_off_seconds", Value: median(off), Unit: "s", Note: "a process without a store"},
	}
	if knitr {
		for i, r := range results {
			results[i] = r.against("knitr and pandoc", median(peer), true)
		}
	}
	for i := range results {
		results[i].Notebook = fresh.name
	}
	cold, err := timeColdStarts(ctx, s, command, filepath.Join(folder, "cold"), news)
	return append(results, cold...), err
}

// knit renders the twin with knitr and pandoc; looking only whether it can be
// done takes a run of its own, which is not timed.
func knit(ctx context.Context, folder string, first bool) error {
	if first {
		if err := os.WriteFile(filepath.Join(folder, "twin.Rmd"), knitrPeer, 0o666); err != nil {
			return err
		}
	}
	c := exec.CommandContext(ctx, "Rscript", "-e", `rmarkdown::render("twin.Rmd", quiet = TRUE)`)
	c.Dir = folder
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("rendering with Rscript, rmarkdown (Debian's r-cran-rmarkdown) and pandoc: %w\n%s", err, out)
	}
	return nil
}

// timeColdStarts measures runs of notebooks of which everything is known, after
// one that makes it so if it is not.
func timeColdStarts(ctx context.Context, s settings, command, folder string, n subject) ([]result, error) {
	if err := n.lay(folder); err != nil {
		return nil, err
	}
	args := append([]string{"-json"}, append(n.args, "notebooks")...)
	took, did, err := runOnce(ctx, folder, n.store, command, args...)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.log, "%s: %d pieces of long work computed in %.1f s, of which results are kept now\n", n.name, did.computed, took.Seconds())
	var seconds []float64
	var all work
	for range max(s.runs, minProcesses) {
		took, did, err := runOnce(ctx, folder, n.store, command, args...)
		if err != nil {
			return nil, err
		}
		seconds = append(seconds, took.Seconds())
		all.cells += did.cells
		all.computed += did.computed
	}
	results := []result{
		{Name: "cold_start_seconds", Value: median(seconds), Unit: "s", Note: "a process that finds everything kept"},
		{Name: "cold_start_cells", Value: float64(all.cells), Unit: "count", Note: "cells that ran, in all such processes"},
		{Name: "cold_start_models_trained", Value: float64(all.computed), Unit: "count"},
	}
	for i := range results {
		results[i].Notebook = n.name
	}
	return results, nil
}

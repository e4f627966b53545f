package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"viva/internal/nearest"
	"viva/runtime/engine"
	"viva/runtime/store"
)

// explain tells what the next run of a notebook would do, and why.
func explain(ctx context.Context, env environment, args []string) error {
	s := settings{params: paramFlag{}}
	flags := flag.NewFlagSet("run explain", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var(s.params, "p", "")
	flags.Var(&s.engine, "engine", "")
	s.add(flags)
	rest, err := parseArgs(flags, args)
	if err != nil {
		return err
	}
	if err := s.export(); err != nil {
		return err
	}
	if len(rest) == 0 || len(rest) > 2 {
		return usagef("explain takes a notebook, and a cell of it if you like: run explain NOTEBOOK [CELL]")
	}
	jobs, err := find(rest[:1], "")
	if err != nil {
		return err
	}
	if len(jobs) != 1 {
		return usagef("explain takes one notebook; %s holds %d", rest[0], len(jobs))
	}
	if err := load(jobs, s.params); err != nil {
		return err
	}
	j := jobs[0]
	if j.nb == nil {
		printDiagnostics(env, j.errs)
		return errFailed
	}
	x := engine.Explain(ctx, j.nb, engine.Options{Engine: string(s.engine), Tool: toolVersion(), Store: store.Default()})
	if len(x.Cells) == 0 && x.Anew == "" {
		printDiagnostics(env, x.Diagnostics)
		if len(x.Diagnostics) > 0 {
			return errFailed
		}
	}
	if x.Anew != "" && len(x.Cells) == 0 {
		_, err := fmt.Fprintf(env.stdout, "%s: all cells would run: %s\n", j.path, x.Anew)
		return err
	}
	if len(rest) == 2 {
		p, err := cellNamed(x.Cells, rest[1])
		if err != nil {
			return err
		}
		return explainCell(env.stdout, j.path, x, p)
	}
	return explainAll(env.stdout, j.path, x)
}

// cellNamed finds a cell by its label or its number, from 1.
func cellNamed(plans []engine.Plan, name string) (engine.Plan, error) {
	n, err := strconv.Atoi(name)
	var labels []string
	for _, p := range plans {
		if p.Cell >= 0 && (p.Label == name || err == nil && p.Cell == n-1) {
			return p, nil
		}
		if p.Label != "" {
			labels = append(labels, p.Label)
		}
	}
	if err == nil {
		return engine.Plan{}, usagef("there is no cell %d that runs", n)
	}
	if near := nearest.Name(name, labels); near != "" {
		return engine.Plan{}, usagef("no cell has the label %q; did you mean %s?", name, near)
	}
	return engine.Plan{}, usagef("no cell has the label %q; a cell is named by its label or its number", name)
}

func cellName(p engine.Plan) string {
	switch {
	case p.Cell < 0:
		return "value"
	case p.Label != "":
		return p.Label
	}
	return fmt.Sprint("cell ", p.Cell+1)
}

func explainAll(w io.Writer, path string, x engine.Explanation) error {
	var lines []string
	runs, cells := 0, 0
	for _, p := range x.Cells {
		if p.Cell >= 0 {
			cells++
		}
		if !p.Runs {
			continue
		}
		if p.Cell >= 0 {
			runs++
		}
		why := x.Anew
		if why == "" {
			why = strings.Join(p.Why, "; ")
		}
		lines = append(lines, fmt.Sprintf("%s:%d: %s: %s\n", path, p.Line, cellName(p), why))
	}
	fmt.Fprintf(w, "%s: %d of %d cells would run\n", path, runs, cells)
	_, err := io.WriteString(w, strings.Join(lines, ""))
	return err
}

func explainCell(w io.Writer, path string, x engine.Explanation, p engine.Plan) error {
	verdict := "would not run: nothing that it rests on has changed"
	switch {
	case p.Runs && x.Anew != "":
		verdict = "would run: " + x.Anew
	case len(p.Why) > 0 && p.Runs:
		verdict = "would run: " + strings.Join(p.Why, "; ")
	case len(p.Why) > 0:
		verdict = "would not run: " + strings.Join(p.Why, "; ")
	}
	fmt.Fprintf(w, "%s:%d: %s %s\n", path, p.Line, cellName(p), verdict)
	if len(p.Inputs) > 0 {
		fmt.Fprintf(w, "it rests on its code and on\n")
		for _, in := range p.Inputs {
			fmt.Fprintf(w, "  %s\n", in)
		}
	}
	return nil
}

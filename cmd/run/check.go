package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"

	"viva/runtime/engine"
	"viva/runtime/record"
)

// checkSettings are the flags of the check verb.
type checkSettings struct {
	json   bool
	params paramFlag
	engine engineFlag
}

func (s *checkSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&s.json, "json", false, "")
	flags.Var(s.params, "p", "")
	flags.Var(&s.engine, "engine", "")
	return flags
}

// check type-checks notebooks and runs nothing.
func check(ctx context.Context, env environment, args []string) error {
	s := checkSettings{params: paramFlag{}}
	paths, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	jobs, err := find(paths, "outputs")
	if err != nil {
		return err
	}
	if err := load(jobs, s.params); err != nil {
		return err
	}
	if _, err := order(jobs); err != nil {
		return err
	}
	failed := false
	enc := json.NewEncoder(env.stdout)
	for _, j := range jobs {
		diagnostics := j.errs
		if j.nb != nil {
			diagnostics = engine.Check(ctx, j.nb, string(s.engine))
		}
		failed = failed || hasError(diagnostics)
		if !s.json {
			printDiagnostics(env, diagnostics)
			continue
		}
		for _, d := range diagnostics {
			if err := enc.Encode(d); err != nil {
				return err
			}
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

func hasError(diagnostics []record.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == "error" {
			return true
		}
	}
	return false
}

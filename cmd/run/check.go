package main

import (
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
}

func (s *checkSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&s.json, "json", false, "")
	flags.Var(s.params, "p", "")
	return flags
}

// check type-checks notebooks and runs nothing.
func check(env environment, args []string) error {
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
			diagnostics = engine.Check(j.nb)
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

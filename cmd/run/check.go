package main

import (
	"encoding/json"
	"flag"
	"io"

	"viva/runtime/engine"
	"viva/runtime/record"
)

// check type-checks notebooks and runs nothing.
func check(env environment, args []string) error {
	flags := flag.NewFlagSet("run check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	params := paramFlag{}
	flags.Var(params, "p", "")
	paths, err := parseArgs(flags, args)
	if err != nil {
		return err
	}
	jobs, err := find(paths, "outputs")
	if err != nil {
		return err
	}
	if err := load(jobs, params); err != nil {
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
		if !*asJSON {
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

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"viva/internal/outputfolder"
	"viva/mlkit/leak"
	"viva/runtime/ledger"
	"viva/runtime/record"
)

// ledgerSettings are the flags of the ledger verb.
type ledgerSettings struct {
	out   string
	check bool
}

func (s *ledgerSettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run ledger", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.out, "o", outputfolder.Default, "")
	flags.BoolVar(&s.check, "check", false, "")
	return flags
}

// enter appends the run to the ledger of the output folder and returns its
// record with what the ledger says. The run itself may be shown elsewhere at the
// same time and stays as it is.
func (j *job) enter(out string) (*record.Run, error) {
	r := *j.outcome.run
	w, err := ledger.Append(filepath.Join(out, ledger.Name), &r)
	if err != nil {
		return &r, err
	}
	r.Entry, r.Tests = &w.Entry, w.Tests
	j.outcome.remarks = nil
	remark := func(message, hint string) {
		j.outcome.remarks = append(j.outcome.remarks, record.Diagnostic{Severity: "warning", File: j.path, Cell: -1, Message: message, Hint: hint})
	}
	if w.Torn > 0 {
		remark(fmt.Sprintf("%s ended in a line that an interrupted run had left; it was kept, and the ledger goes on behind it", filepath.ToSlash(filepath.Join(out, ledger.Name))), "")
	}
	for _, u := range w.Tests {
		if f := leak.TestReuse(u.Data, u.Documents, u.Runs, u.Models, u.Earlier); !f.Passed() {
			remark(f.Detail, f.Rule.Repair)
		}
	}
	r.Diagnostics = slices.Concat(r.Diagnostics, j.outcome.remarks)
	return &r, nil
}

// showLedger shows or checks the history of runs.
func showLedger(ctx context.Context, env environment, args []string) error {
	var s ledgerSettings
	rest, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("ledger takes no files: %q; -o names the output folder", rest[0])
	}
	path := filepath.Join(s.out, ledger.Name)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("there is no ledger %s: run a notebook first, or name the output folder with -o", filepath.ToSlash(path))
	}
	if s.check {
		return checkLedger(ctx, env, s.out, path)
	}
	entries, err := ledger.Read(path)
	if err != nil {
		return err
	}
	rows := [][]string{{"run", "time", "notebook", "status", "gates", "claims", "evaluations on test documents"}}
	for _, e := range entries {
		rows = append(rows, []string{
			fmt.Sprint(e.Line), e.Time.Format("2006-01-02 15:04:05"), e.Notebook, string(e.Status),
			ofText(e.GatesPassed, e.Gates), ofText(e.ClaimsMet, e.Claims), fmt.Sprint(len(e.Evaluations)),
		})
	}
	printTable(env.stdout, rows)
	for _, u := range ledger.Uses(entries) {
		f := leak.TestReuse(u.Data, u.Documents, u.Runs, u.Models, 0)
		fmt.Fprintf(env.stdout, "%s (%s)\n", f.Detail, u.Test)
	}
	return nil
}

// checkLedger tells whether the ledger is as the runs wrote it, and whether the
// records beside it are in it.
func checkLedger(ctx context.Context, env environment, out, path string) error {
	r, err := ledger.Check(path)
	if err != nil {
		return err
	}
	for _, p := range r.Problems {
		fmt.Fprintf(env.stderr, "%s:%d:1: %s\n", filepath.ToSlash(path), p.Line, p.Message)
	}
	wrong, records := len(r.Problems), 0
	err = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return err
		}
		if d.IsDir() || filepath.Ext(name) != ".json" || strings.HasSuffix(name, ".certificate.json") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		run, err := record.Decode(b)
		if err != nil || run.Entry == nil {
			return nil // no record, or one from before there was a ledger
		}
		records++
		if !r.Has(run.Entry.Line, run.Entry.SHA256) {
			wrong++
			fmt.Fprintf(env.stderr, "%s: its run, number %d, is not in the ledger as it was entered: the ledger was cut or changed, or belongs to another folder\n", filepath.ToSlash(name), run.Entry.Line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %d runs, %d unfinished lines, %d problems; %d records compared\n", filepath.ToSlash(path), r.Runs, r.Torn, wrong, records)
	if wrong > 0 {
		return errFailed
	}
	return nil
}

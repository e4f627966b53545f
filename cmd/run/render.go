package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"viva/internal/atomicfile"
	"viva/runtime/engine"
	"viva/runtime/record"
	"viva/runtime/report"
)

// settings are the flags of the render verb.
type settings struct {
	out     string
	params  paramFlag
	jobs    int
	strict  bool
	json    bool
	quiet   bool
	timeout time.Duration
	memory  sizeFlag
}

// outcome is how a notebook's run ended.
type outcome struct {
	run *record.Run
	// report is the path of the HTML page; empty if it could not be written.
	report string
	// passed says that the notebook may be relied on: nothing failed.
	passed bool
}

func render(ctx context.Context, env environment, args []string) error {
	s := settings{params: paramFlag{}}
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.out, "o", "outputs", "")
	flags.Var(s.params, "p", "")
	flags.IntVar(&s.jobs, "j", 1, "")
	flags.BoolVar(&s.strict, "strict", false, "")
	flags.BoolVar(&s.json, "json", false, "")
	flags.BoolVar(&s.quiet, "q", false, "")
	flags.DurationVar(&s.timeout, "timeout", engine.DefaultTimeout, "")
	flags.Var(&s.memory, "memory", "")
	paths, err := parseArgs(flags, args)
	if err != nil {
		return err
	}
	if s.jobs < 1 {
		return usagef("-j %d: at least one notebook must run at once", s.jobs)
	}
	if s.timeout <= 0 {
		return usagef("-timeout %s: a cell needs some time", s.timeout)
	}
	jobs, err := find(paths, s.out)
	if err != nil {
		return err
	}
	if err := load(jobs, s.params); err != nil {
		return err
	}
	if jobs, err = order(jobs); err != nil {
		return err
	}
	if err := writable(s.out, jobs); err != nil {
		return err
	}

	show := newDisplay(env, s)
	var wg sync.WaitGroup
	places := make(chan struct{}, s.jobs)
	var mu sync.Mutex
	var problems []error
	for _, j := range jobs {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places; close(j.done) }()
			if err := j.render(ctx, s, show); err != nil {
				mu.Lock()
				problems = append(problems, err)
				mu.Unlock()
			}
			show.finished(j)
		})
	}
	wg.Wait()
	show.close()
	for _, err := range problems {
		fmt.Fprintf(env.stderr, "run: %v\n", err)
	}
	if !s.quiet && !s.json {
		summary(env, jobs)
	}
	if len(problems) > 0 || slices.ContainsFunc(jobs, func(j *job) bool { return !j.outcome.passed }) {
		return errFailed
	}
	return nil
}

// writable makes the output folders and fails early where a report could not
// be written at the end of a long run.
func writable(out string, jobs []*job) error {
	dirs := []string{out}
	for _, j := range jobs {
		dirs = append(dirs, filepath.Dir(filepath.Join(out, filepath.FromSlash(j.name))))
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		probe := filepath.Join(dir, ".viva-writable.tmp")
		if err := atomicfile.Write(probe, nil); err != nil {
			return fmt.Errorf("the output folder %s cannot be written to: %w", dir, errors.Unwrap(err))
		}
		os.Remove(probe)
		atomicfile.Clean(dir)
	}
	return nil
}

// render runs one notebook and writes its report.
func (j *job) render(ctx context.Context, s settings, show *display) error {
	opt := engine.Options{Timeout: s.timeout, Memory: uint64(s.memory), Tool: toolVersion(), Observe: show.observe}
	switch blocked := j.blocked(s); {
	case j.nb == nil:
		j.outcome.run = engine.NewRecord(j.path, j.source, opt.Tool)
		j.outcome.run.Status, j.outcome.run.Diagnostics = record.Failed, j.errs
		j.outcome.run.Title = filepath.Base(j.path)
	case len(blocked) > 0:
		j.outcome.run = engine.Skip(j.nb, opt, blocked)
	default:
		j.outcome.run = engine.Run(ctx, j.nb, opt)
		if d := j.otherData(s); len(d) > 0 {
			j.outcome.run.Diagnostics = append(j.outcome.run.Diagnostics, d...)
			j.outcome.run.Status = record.Failed
		}
	}
	r := j.outcome.run
	t := r.Tally()
	j.outcome.passed = !r.Status.Bad() && t.GatesPassed == t.Gates && (!s.strict || t.ClaimsMet == t.Claims)
	return j.write(s.out)
}

// write writes the three files of a report. If that fails, the record goes to
// a temporary file, so that hours of work are not lost to a full disk.
func (j *job) write(out string) error {
	err := j.writeFiles(filepath.Join(out, filepath.FromSlash(j.name)))
	if err == nil {
		j.outcome.report = filepath.ToSlash(filepath.Join(out, filepath.FromSlash(j.name)+".html"))
		return nil
	}
	var b bytes.Buffer
	if jsonErr := report.JSON(&b, j.outcome.run); jsonErr != nil {
		return errors.Join(err, jsonErr)
	}
	f, tempErr := os.CreateTemp("", filepath.Base(j.name)+"-*.json")
	if tempErr != nil {
		return errors.Join(err, tempErr)
	}
	defer f.Close()
	if _, tempErr = f.Write(b.Bytes()); tempErr != nil {
		return errors.Join(err, tempErr)
	}
	return fmt.Errorf("%w; the results were saved to %s", err, f.Name())
}

func (j *job) writeFiles(base string) error {
	name := filepath.Base(base)
	opt := report.Options{
		ReadFile: func(name string) ([]byte, error) {
			return os.ReadFile(filepath.Join(filepath.Dir(j.path), filepath.FromSlash(name)))
		},
		Name:   name,
		Link:   reportLink,
		Beside: []string{name + ".md", name + ".json"},
	}
	r := j.outcome.run
	var page, data bytes.Buffer
	var doc report.Document
	var err error
	if j.nb == nil {
		if err := report.Failure(&page, j.path, j.source, j.errs, r); err != nil {
			return err
		}
	} else {
		if err := report.HTML(&page, j.nb, r, opt); err != nil {
			return err
		}
		if doc, err = report.Markdown(j.nb, r, opt); err != nil {
			return err
		}
	}
	if err := report.JSON(&data, r); err != nil {
		return err
	}
	// The pages come last: whoever sees a new page finds its pictures and its
	// record new as well.
	files := base + "_files"
	for name, content := range doc.Files {
		if err := atomicfile.Write(filepath.Join(filepath.Dir(base), filepath.FromSlash(name)), content); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(base+".json", data.Bytes()); err != nil {
		return err
	}
	if j.nb != nil {
		if err := atomicfile.Write(base+".md", doc.Text); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(base+".html", page.Bytes()); err != nil {
		return err
	}
	return removeStale(files, doc.Files)
}

// reportLink turns a link to another notebook into one to its report.
func reportLink(target string) string {
	file, fragment, _ := strings.Cut(target, "#")
	if !isNotebook(file) || strings.Contains(file, ":") {
		return target
	}
	file = strings.TrimSuffix(file, filepath.Ext(file)) + ".html"
	if fragment != "" {
		file += "#" + fragment
	}
	return file
}

// removeStale removes the pictures of an earlier report.
func removeStale(dir string, keep map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is none
	}
	for _, e := range entries {
		name := filepath.Base(dir) + "/" + e.Name()
		if _, ok := keep[name]; !ok && strings.HasSuffix(e.Name(), ".svg") {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("removing an old picture: %w", err)
			}
		}
	}
	if len(keep) == 0 {
		os.Remove(dir) // succeeds only if nothing else is in it
	}
	return nil
}

// blocked says which notebooks that this one requires have not passed.
func (j *job) blocked(s settings) []record.Diagnostic {
	if j.nb == nil {
		return nil
	}
	var all []record.Diagnostic
	for _, r := range j.nb.Meta.Requires {
		run, passed, err := j.required(s, r)
		message := ""
		switch {
		case err != nil:
			message = fmt.Sprintf("this notebook requires %s, which has not been run: %v", r, err)
		case !passed:
			message = fmt.Sprintf("this notebook requires %s, which has not passed (%s)", r, run.Notebook)
		default:
			continue
		}
		all = append(all, record.Diagnostic{Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1, Message: message, Hint: "run that notebook first, on the same data, and repair what it finds"})
	}
	return all
}

// otherData says which required notebooks passed on other data than this one
// read.
func (j *job) otherData(s settings) []record.Diagnostic {
	var all []record.Diagnostic
	for _, r := range j.nb.Meta.Requires {
		run, _, err := j.required(s, r)
		if err != nil {
			continue
		}
		seen := map[string]bool{}
		for _, source := range run.Sources {
			seen[source.Fingerprint] = true
		}
		for _, source := range j.outcome.run.Sources {
			if !seen[source.Fingerprint] {
				all = append(all, record.Diagnostic{
					Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1,
					Message: fmt.Sprintf("this notebook read %s, on which %s, which it requires, has not passed", source.Name, r),
					Hint:    "run both with the same parameters",
				})
			}
		}
	}
	return all
}

// required returns the run of a required notebook: of this invocation, or the
// record that an earlier one left.
func (j *job) required(s settings, r string) (*record.Run, bool, error) {
	path := requiredPath(j, r)
	for _, other := range j.requires {
		if filepath.Clean(other.path) == path {
			<-other.done
			return other.outcome.run, other.outcome.passed, nil
		}
	}
	name := filepath.Join(s.out, filepath.Dir(filepath.FromSlash(j.name)), strings.TrimSuffix(filepath.FromSlash(r), filepath.Ext(r))+".json")
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, false, fmt.Errorf("there is no record %s", filepath.ToSlash(name))
	}
	var run record.Run
	if err := json.Unmarshal(b, &run); err != nil {
		return nil, false, fmt.Errorf("the record %s cannot be read: %w", filepath.ToSlash(name), err)
	}
	t := run.Tally()
	return &run, !run.Status.Bad() && t.Gates == t.GatesPassed, nil
}

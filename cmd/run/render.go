package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"viva/internal/atomicfile"
	"viva/internal/outputfolder"
	"viva/runtime/engine"
	"viva/runtime/kernel"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/report"
	"viva/runtime/store"
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
	engine  engineFlag
	fresh   bool
	dataFlags
}

// outcome is how a notebook's run ended.
type outcome struct {
	run *record.Run
	// report is the path of the HTML page; empty if it could not be written.
	report string
	// passed says that the notebook may be relied on: nothing failed.
	passed bool
	// skipped says that the run was interrupted before the notebook began. An
	// earlier report of it is left alone.
	skipped bool
	// err says why the report could not be written.
	err error
	// remarks are what the ledger has to say of the run.
	remarks []record.Diagnostic
}

func (s *settings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.out, "o", outputfolder.Default, "")
	flags.Var(s.params, "p", "")
	flags.IntVar(&s.jobs, "j", 1, "")
	flags.BoolVar(&s.strict, "strict", false, "")
	flags.BoolVar(&s.json, "json", false, "")
	flags.BoolVar(&s.quiet, "q", false, "")
	flags.DurationVar(&s.timeout, "timeout", engine.DefaultTimeout, "")
	flags.Var(&s.memory, "memory", "")
	flags.Var(&s.engine, "engine", "")
	flags.BoolVar(&s.fresh, "fresh", false, "")
	s.add(flags)
	return flags
}

// check refuses values that make no sense, and exports those that say where data
// is and where models and records go.
func (s *settings) check() error {
	if s.jobs < 1 {
		return usagef("-j %d: at least one notebook must run at once", s.jobs)
	}
	if s.timeout <= 0 {
		return usagef("-timeout %s: a cell needs some time", s.timeout)
	}
	if filepath.Clean(s.out) != outputfolder.Default {
		out, err := filepath.Abs(s.out)
		if err != nil {
			return err
		}
		if err := os.Setenv(outputfolder.Variable, out); err != nil {
			return err
		}
	}
	return s.export()
}

func render(ctx context.Context, env environment, args []string) error {
	s := settings{params: paramFlag{}}
	paths, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	kernel.Prepare()
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
	if err := separate(s.out, jobs); err != nil {
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
			if j.outcome.err = j.render(ctx, s, show); j.outcome.err != nil {
				mu.Lock()
				problems = append(problems, j.outcome.err)
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

// separate refuses output that would replace a notebook: a report's NAME.md
// would otherwise be written over the NAME.md that it comes from.
func separate(out string, jobs []*job) error {
	if out == "" {
		return usagef("-o needs the name of a folder")
	}
	for _, j := range jobs {
		for _, ending := range append([]string{".md", ".json", ".html"}, certificateEndings...) {
			target := filepath.Join(out, filepath.FromSlash(j.name)+ending)
			for _, other := range jobs {
				if sameFile(target, other.path) {
					return usagef("the report of %s would replace the notebook %s; choose another output folder with -o", j.path, other.path)
				}
			}
		}
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
		if err := atomicfile.Try(dir); err != nil {
			return fmt.Errorf("the output folder %s cannot be written to: %w; choose another with -o", filepath.ToSlash(dir), err)
		}
		atomicfile.Clean(dir)
	}
	return nil
}

// render runs one notebook and writes its report.
func (j *job) render(ctx context.Context, s settings, show *display) error {
	opt := engine.Options{Timeout: s.timeout, Memory: uint64(s.memory), Engine: string(s.engine), Tool: toolVersion(), Store: store.Default(), Fresh: s.fresh, Observe: func(e engine.Event) {
		if e.Kind == "plan" && len(e.Stale) > 0 {
			go j.drawBlank() // while the kernel starts, there is nothing to do here
		}
		show.observe(e)
	}}
	var ending sync.WaitGroup // the kernel ends, and results are kept, while the report is written
	defer ending.Wait()
	err := j.execute(ctx, s, opt, func(ctx context.Context, nb *notebook.Notebook) *record.Run {
		session := engine.NewSession(opt)
		defer ending.Go(session.Close)
		return session.Run(ctx, nb)
	})
	if err != nil || j.outcome.skipped {
		return err
	}
	return j.write(s.out)
}

// drawBlank draws a page that nobody sees, so that what the first page takes and
// later ones do not is done.
func (j *job) drawBlank() {
	defer func() { _ = recover() }() // the page that somebody sees will tell
	_ = report.HTML(io.Discard, j.nb, engine.NotRun(j.nb, ""), report.Options{})
}

// execute runs one notebook, if it could be read and those that it requires
// have passed.
func (j *job) execute(ctx context.Context, s settings, opt engine.Options, run func(context.Context, *notebook.Notebook) *record.Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			j.outcome.run = &record.Run{Notebook: j.path, Status: record.Failed}
			j.outcome.passed, err = false, j.mistake(p)
		}
	}()
	for _, other := range j.after {
		<-other.done
	}
	blocked := j.blocked(s)
	switch {
	case ctx.Err() != nil:
		j.outcome.run = &record.Run{Notebook: j.path, Status: record.NotRun}
		j.outcome.skipped = true
		return nil
	case j.nb == nil:
		j.outcome.run = engine.NewRecord(j.path, j.source, opt.Tool)
		j.outcome.run.Status, j.outcome.run.Diagnostics = record.Failed, j.errs
		j.outcome.run.Title = filepath.Base(j.path)
	case len(blocked) > 0:
		j.outcome.run = engine.Skip(j.nb, opt, blocked)
	default:
		j.outcome.run = run(ctx, j.nb)
		if d := j.otherData(s); len(d) > 0 {
			j.outcome.run.Diagnostics = append(j.outcome.run.Diagnostics, d...)
			j.outcome.run.Status = record.Failed
		}
	}
	r := j.outcome.run
	t := r.Tally()
	j.outcome.passed = !r.Status.Bad() && t.GatesPassed == t.Gates && (!s.strict || t.ClaimsMet == t.Claims)
	return nil
}

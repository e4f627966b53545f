package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"viva/internal/atomicfile"
	"viva/internal/outputfolder"
	"viva/runtime/engine"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/verify"
)

// verifySettings are the flags of the verify verb.
type verifySettings struct {
	out       string
	engine    string
	tolerance float64
	json      bool
	quiet     bool
	timeout   time.Duration
	memory    sizeFlag
	dataFlags
}

func (s *verifySettings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("run verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.out, "o", outputfolder.Default, "")
	flags.StringVar(&s.engine, "engine", "go", "")
	flags.Float64Var(&s.tolerance, "tolerance", verify.DefaultTolerance, "")
	flags.BoolVar(&s.json, "json", false, "")
	flags.BoolVar(&s.quiet, "q", false, "")
	flags.DurationVar(&s.timeout, "timeout", engine.DefaultTimeout, "")
	flags.Var(&s.memory, "memory", "")
	s.add(flags)
	return flags
}

// engines are what may run a notebook's cells.
var engines = []string{"auto", "yaegi", "go"}

// certificateEndings follow a report's name in the names of its certificate.
var certificateEndings = []string{".certificate.json", ".certificate.md"}

// verification is the verification of one notebook.
type verification struct {
	*job
	certificate *verify.Certificate // nil if err says why there is none
	// written is where the readable certificate was written.
	written string
	took    time.Duration
	// failures are the errors of the later run.
	failures []record.Diagnostic
	err      error
}

// verifyNotebooks runs notebooks again and compares with their records.
func verifyNotebooks(ctx context.Context, env environment, args []string) error {
	var s verifySettings
	paths, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if !(s.tolerance >= 0 && s.tolerance < 1) {
		return usagef("-tolerance %v: give a relative difference from 0 to less than 1, such as 1e-9", s.tolerance)
	}
	if !slices.Contains(engines, s.engine) {
		return usagef("-engine %s: there are auto, yaegi and go", s.engine)
	}
	if s.timeout <= 0 {
		return usagef("-timeout %s: a cell needs some time", s.timeout)
	}
	if err := s.export(); err != nil {
		return err
	}
	jobs, err := find(paths, s.out)
	if err != nil {
		return err
	}
	if err := separate(s.out, jobs); err != nil {
		return err
	}
	binary, err := fingerprint()
	if err != nil {
		return err
	}
	show := newDisplay(env, settings{json: s.json, quiet: s.quiet})
	var all []*verification
	for _, j := range jobs {
		v := &verification{job: j}
		v.run(ctx, s, binary, show)
		show.verified(v)
		all = append(all, v)
	}
	show.close()
	if !s.quiet && !s.json {
		verifySummary(env, all)
	}
	for _, v := range all {
		if v.err != nil || v.certificate.Verdict == verify.Different {
			return errFailed
		}
	}
	return nil
}

func (v *verification) run(ctx context.Context, s verifySettings, binary verify.Binary, show *display) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			v.err = v.mistake(p)
		}
		v.took = time.Since(began)
	}()
	if ctx.Err() != nil {
		v.err = errors.New("not verified: interrupted")
		return
	}
	recorded, content, err := v.record(s.out)
	if err != nil {
		v.err = err
		return
	}
	if v.source, err = os.ReadFile(v.job.path); err != nil {
		v.err = fmt.Errorf("not verified: %w", err)
		return
	}
	if err := writable(s.out, []*job{v.job}); err != nil {
		v.err = err
		return
	}
	if sum := sha256.Sum256(v.source); hex.EncodeToString(sum[:]) != recorded.SHA256 {
		v.certificate = verify.Changed(recorded, hex.EncodeToString(sum[:]), began, s.tolerance)
	} else {
		again, err := v.again(ctx, s, recorded, show)
		if err != nil {
			v.err = err
			return
		}
		for _, d := range again.Diagnostics {
			if d.Severity == "error" {
				v.failures = append(v.failures, d)
			}
		}
		if v.certificate, err = verify.Compare(recorded, again, s.tolerance); err != nil {
			v.err = err
			return
		}
	}
	sum := sha256.Sum256(content)
	v.certificate.Notebook, v.certificate.Record, v.certificate.Binary = v.job.path, hex.EncodeToString(sum[:]), binary
	v.err = v.write(s.out)
}

// record reads the record beside the notebook's report, and its bytes.
func (v *verification) record(out string) (*record.Run, []byte, error) {
	name := filepath.ToSlash(filepath.Join(out, filepath.FromSlash(v.name)+".json"))
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no record %s to compare with; run the notebook first", name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the record cannot be read: %w", err)
	}
	recorded, err := record.Decode(b)
	if err != nil {
		return nil, nil, fmt.Errorf("the record %s cannot be read: it is %w", name, err)
	}
	if recorded.Status == record.Interrupted {
		return nil, nil, fmt.Errorf("the run that %s records was interrupted, so there is nothing whole to compare with; run the notebook again", name)
	}
	return recorded, b, nil
}

// again runs the notebook with the parameters of the record.
func (v *verification) again(ctx context.Context, s verifySettings, recorded *record.Run, show *display) (*record.Run, error) {
	opt := engine.Options{Timeout: s.timeout, Memory: uint64(s.memory), Engine: s.engine, Tool: toolVersion(), Observe: show.observe}
	given, err := verify.Overrides(recorded)
	if err != nil {
		return nil, fmt.Errorf("%w; run the notebook again", err)
	}
	v.nb, err = notebook.Parse(v.job.path, v.source, given)
	if err != nil {
		// A notebook whose form is wrong has a record too.
		if err := v.fail(err); err != nil {
			return nil, err
		}
		r := engine.NewRecord(v.job.path, v.source, opt.Tool)
		r.Status, r.Title, r.Diagnostics = record.Failed, filepath.Base(v.job.path), v.errs
		return r, nil
	}
	r := engine.Run(ctx, v.nb, opt)
	if r.Status == record.Interrupted {
		return nil, errors.New("not verified: interrupted")
	}
	return r, nil
}

func (v *verification) write(out string) error {
	b, err := v.certificate.JSON()
	if err != nil {
		return err
	}
	base := filepath.Join(out, filepath.FromSlash(v.name))
	err = atomicfile.WriteAll(
		atomicfile.File{Path: base + certificateEndings[0], Content: b},
		atomicfile.File{Path: base + certificateEndings[1], Content: []byte(v.certificate.Markdown())},
	)
	if err != nil {
		return fmt.Errorf("the certificate cannot be written: %w", err)
	}
	v.written = filepath.ToSlash(base + certificateEndings[1])
	return nil
}

// fingerprint describes the running program.
func fingerprint() (verify.Binary, error) {
	b := verify.Binary{Go: runtime.Version()}
	exe, err := os.Executable()
	if err != nil {
		return b, fmt.Errorf("finding this program: %w", err)
	}
	f, err := os.Open(exe)
	if err != nil {
		return b, fmt.Errorf("reading this program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return b, fmt.Errorf("reading this program: %w", err)
	}
	b.SHA256 = hex.EncodeToString(h.Sum(nil))
	if info, ok := debug.ReadBuildInfo(); ok {
		b.Module, b.Version = info.Main.Path, info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b, nil
}

// verified prints what came out for one notebook.
func (d *display) verified(v *verification) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	if d.s.json {
		told := struct {
			Time        time.Time           `json:"time"`
			Kind        string              `json:"event"`
			Notebook    string              `json:"notebook"`
			Error       string              `json:"error,omitempty"`
			Certificate *verify.Certificate `json:"certificate,omitempty"`
			Path        string              `json:"path,omitempty"`
		}{time.Now(), "verified", v.job.path, "", v.certificate, v.written}
		if v.err != nil {
			told.Kind, told.Error, told.Certificate = "not verified", v.err.Error(), nil
		}
		d.event(told)
		return
	}
	say := func(line int, format string, args ...any) {
		fmt.Fprintf(d.env.stderr, "%s:%d:1: %s\n", v.job.path, max(line, 1), fmt.Sprintf(format, args...))
	}
	if v.err != nil {
		say(1, "%v", v.err)
		if !d.s.quiet {
			fmt.Fprintf(d.env.stderr, "✗ %s  not verified  %s\n", v.job.path, seconds(v.took))
		}
		return
	}
	c := v.certificate
	if c.Verdict == verify.Different {
		printDiagnostics(d.env, v.failures)
	}
	for _, k := range c.Checks {
		for _, x := range k.Differences {
			if k.Name == "notebook" && x.Place == "sha256" {
				say(1, "different: the notebook has changed since its report was written; run it, then verify")
				continue
			}
			say(1, "different: %s, %s", k.Name, x.Text())
		}
	}
	var largest *verify.Difference
	var where verify.Result
	for _, r := range c.Results() {
		switch r.Verdict {
		case verify.Different:
			for _, x := range r.Differences {
				say(r.Line, "different: %s, %s", r.Name(), x.Text())
			}
			if more := r.Total - len(r.Differences); more > 0 {
				say(r.Line, "different: %s, %d more places", r.Name(), more)
			}
		case verify.Volatile:
			if !d.s.quiet {
				say(r.Line, "volatile: %s %s, %s", r.Name(), joinReasons(r.Volatile), r.Differences[0].Text())
			}
		}
		if l := r.Largest; l != nil && (largest == nil || l.Relative != nil && (largest.Relative == nil || *l.Relative > *largest.Relative)) {
			largest, where = l, r
		}
	}
	if d.s.quiet {
		return
	}
	if largest != nil {
		say(where.Line, "within tolerance: %s, %s", where.Name(), largest.Text())
	}
	mark := "✓"
	if c.Verdict == verify.Different {
		mark = "✗"
	}
	fmt.Fprintf(d.env.stderr, "%s %s  %s  %s\n", mark, v.job.path, c.Summary(), seconds(v.took))
}

func joinReasons(reasons []string) string {
	text := ""
	for i, r := range reasons {
		switch {
		case i == 0:
		case i == len(reasons)-1:
			text += " and "
		default:
			text += ", "
		}
		text += r
	}
	return text
}

// verifySummary prints a table of what was verified.
func verifySummary(env environment, all []*verification) {
	rows := [][]string{{"notebook", "exact", "within", "volatile", "different", "verdict", "certificate"}}
	for _, v := range all {
		if v.err != nil {
			rows = append(rows, []string{v.job.path, "–", "–", "–", "–", "not verified", "(not written)"})
			continue
		}
		c := v.certificate
		row := []string{v.job.path}
		for _, verdict := range []verify.Verdict{verify.Exact, verify.Within, verify.Volatile, verify.Different} {
			row = append(row, fmt.Sprint(c.Count(verdict)))
		}
		rows = append(rows, append(row, string(c.Verdict), v.written))
	}
	printTable(env.stdout, rows)
}

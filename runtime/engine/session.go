package engine

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"viva/runtime/cell"
	"viva/runtime/kernel"
	"viva/runtime/native"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// Session runs one notebook again and again while it is edited, and runs only
// the cells that an edit concerns: what Run returns is what a clean run would
// give. It is not safe for concurrent use, but for Changed.
//
// A cell is skipped when its code, everything its names refer to, and the values
// of all variables that it can see are as they were when it ran. Where a cell
// has to run and a variable that it needs has been changed since by another
// cell, the cells that give the variable its value run again first.
type Session struct {
	opt   Options
	check *cell.Session
	// settings are the parameters and the seed, which check and kernel have
	// been given; size is how much code check held after the first version.
	settings string
	size     int

	kernel *kernel.Kernel
	// loaded is how many units the kernel has loaded, born the edition that
	// started it.
	loaded, born int
	// state holds the versions of the kernel's variables.
	state map[string]string
	// ran are the units whose code has run in the kernel.
	ran map[string]bool
	// timed says that code that can be woken by time has run in it.
	timed bool
	// unsure says why the kernel cannot be used for another run.
	unsure string

	traces map[string]*traced
	kept   *results
	// memory is where the kernel keeps long work: the store of kept.
	memory *results
	// edition counts the runs, of which traces remember the last that used them.
	edition int
	// runs counts what can never be the same again.
	runs int

	mu      sync.Mutex
	changed []string
	inputs  []string
}

// traced is what a unit gave under a key.
type traced struct {
	outcome
	// result is the version of what it changed.
	result string
	inputs []string
	// places are those of the failure's lines: its own, and its frames'.
	places []codePlace
	// used is the last edition that took it.
	used int
}

// codePlace is a line of code, wherever the code stands.
type codePlace struct {
	code  string
	below int
}

// codeLimit is how much lowered code a session may hold, in bytes, besides that of
// the version it began with, before it starts anew: an interpreter does not
// forget. Each byte was measured to cost it about 170.
const codeLimit = 768 << 10

// remembered is for how many runs a session keeps what is not used: an edit may
// be undone.
const remembered = 100

// NewSession returns a session in which nothing has run yet.
func NewSession(opt Options) *Session {
	kept := openResults(opt)
	return &Session{opt: opt, traces: map[string]*traced{}, kept: kept, memory: kept}
}

// Changed tells that files changed on disk, by the paths of files or folders.
// Cells that read them, or something within them, run again in the next run.
func (s *Session) Changed(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = append(s.changed, paths...)
}

// Inputs are the paths of the files and folders that the notebook's last run
// read, or tried to read: data, and the folders of the user's packages.
func (s *Session) Inputs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inputs
}

// read notes what a run read.
func (s *Session) read(files []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inputs = slices.Compact(slices.Sorted(slices.Values(files)))
	s.inputs = slices.DeleteFunc(s.inputs, func(path string) bool { return strings.HasPrefix(path, variable) })
}

// Close ends the session and its processes.
func (s *Session) Close() {
	s.drop()
	if s.kept != nil {
		// What is kept goes to the disk while the report does.
		s.kept.flush()
		_ = s.kept.Close()
	}
}

// trace is what a unit gave under a key, in this session or in an earlier
// process; nil if that is not known, or if the unit would write now.
func (s *Session) trace(key string) *traced {
	t := s.traces[key]
	if t == nil && !s.opt.Fresh {
		if t = s.kept.load(key); t != nil {
			s.traces[key] = t
		}
	}
	if t == nil || !t.untouched() {
		return nil
	}
	return t
}

func (s *Session) kernelOptions(p *cell.Program, r *run) kernel.Options {
	opt := kernel.Options{Program: s.opt.kernel, Prelude: p.Prelude, Seed: r.nb.Meta.Seed, Memory: s.opt.Memory}
	if s.memory != nil {
		opt.Store, opt.Code, opt.Fresh = s.memory.Dir(), s.memory.program, s.opt.Fresh
	}
	return opt
}

// drop ends the kernel.
func (s *Session) drop() {
	if s.kernel != nil {
		s.kernel.Close()
	}
	s.kernel, s.loaded, s.state, s.ran, s.timed, s.unsure = nil, 0, nil, nil, false, ""
}

// forget drops the kernel and all that was checked.
func (s *Session) forget() {
	s.drop()
	s.check, s.size = nil, 0
}

// Run runs the notebook as it stands now. The end of ctx interrupts it; what
// has been computed until then is kept for the next run.
func (s *Session) Run(ctx context.Context, nb *notebook.Notebook) *record.Run {
	r := newRun(nb, s.opt)
	r.observe(Event{Kind: "start"})
	s.kept.flush()
	s.forgetChanged()
	asked := s.opt.Engine
	if asked == "" {
		asked = nb.Meta.Engine
	}
	if asked == Go {
		s.forget()
		r.compiled(ctx, choose(ctx, nb, s.opt.Engine))
	} else {
		s.interpret(ctx, r, asked)
	}
	s.edition++
	maps.DeleteFunc(s.traces, func(_ string, t *traced) bool { return t.used < s.edition-remembered })
	s.read(r.files)
	return r.end()
}

// forgetChanged drops what rested on files that have changed.
func (s *Session) forgetChanged() {
	s.mu.Lock()
	changed := s.changed
	s.changed = nil
	s.mu.Unlock()
	if len(changed) == 0 {
		return
	}
	maps.DeleteFunc(s.traces, func(_ string, t *traced) bool {
		return slices.ContainsFunc(t.inputs, func(input string) bool {
			return slices.ContainsFunc(changed, func(path string) bool { return within(path, input) || within(input, path) })
		})
	})
}

// within reports whether a path is a folder's or below it.
func within(path, folder string) bool {
	rel, err := filepath.Rel(absolute(folder), absolute(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// interpret runs what has to run in the interpreter, or the whole notebook
// compiled if the interpreter refuses it.
func (s *Session) interpret(ctx context.Context, r *run, asked string) {
	program, diagnostics := s.program(ctx, r, asked)
	if program != nil && len(program.Refused) > 0 {
		s.forget()
		r.compiled(ctx, choose(ctx, r.nb, s.opt.Engine))
		return
	}
	r.record.Diagnostics = append(r.record.Diagnostics, diagnostics...)
	r.describe(choice{engine: Yaegi})
	r.observe(Event{Kind: "checked", Diagnostics: diagnostics, Record: r.snapshot()})
	if program == nil {
		r.record.Status = record.Failed
		return
	}
	r.line = program.Line
	known := *r.record
	var refused *kernel.Failure
	for walks, again := 1, true; again; walks++ {
		// A third walk would come to the same place as the second.
		w := &walk{s: s, r: r, program: program, units: units(r.nb, program), flow: newFlow(r.nb), whole: walks > 2}
		refused = w.run(ctx)
		s.kept.remember(r.nb.Path, w.units, w.steps)
		if again = w.again && ctx.Err() == nil; again {
			r.restart(known)
		}
	}
	if refused != nil {
		// No unit has run: all are loaded before the first.
		s.forget()
		r.restart(known)
		r.record.Diagnostics = nil
		refused.Line = program.Line(refused.Line)
		c := choose(ctx, r.nb, s.opt.Engine)
		c.loadRefused(refused)
		r.compiled(ctx, c)
	}
}

// program checks the notebook.
func (s *Session) program(ctx context.Context, r *run, asked string) (*cell.Program, []record.Diagnostic) {
	settings := digest(fmt.Sprint(r.nb.Meta.Seed), fmt.Sprintf("%q", initial(r.nb)))
	for _, p := range r.nb.Meta.Params {
		settings = digest(settings, p.Name, p.Type)
	}
	if s.check != nil && settings != s.settings {
		s.forget()
	}
	if s.check != nil && s.check.Size() > s.size+codeLimit {
		r.observe(Event{Kind: "restart", Text: "the interpreter holds the code of many edits"})
		s.forget()
	}
	s.settings = settings
	if s.check == nil {
		find := sync.OnceValues(func() (*native.Toolchain, error) { return native.Find(context.WithoutCancel(ctx), "") })
		s.check = cell.NewSession(func(path string) (*symbols.Outside, error) { return outside(ctx, path, asked, find) })
	}
	program, diagnostics := s.check.Check(r.nb)
	if s.size == 0 {
		s.size = s.check.Size()
	}
	return program, diagnostics
}

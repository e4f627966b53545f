package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"viva/runtime/engine"
	"viva/runtime/preview"
	"viva/runtime/record"
	"viva/runtime/report"
	"viva/runtime/store"
	"viva/runtime/watch"
)

// watchSettings are the flags of the watch verb.
type watchSettings struct {
	settings
	open bool
	port int
}

func (s *watchSettings) flags() *flag.FlagSet {
	flags := s.settings.flags()
	flags.Init("run watch", flag.ContinueOnError)
	flags.BoolVar(&s.open, "open", false, "")
	flags.IntVar(&s.port, "port", 0, "")
	return flags
}

// watchNotebooks renders notebooks, and again whenever they change, until ctx
// ends.
func watchNotebooks(ctx context.Context, env environment, args []string) error {
	s := watchSettings{settings: settings{params: paramFlag{}}}
	paths, err := parseArgs(s.flags(), args)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	if s.port < 0 || s.port > 65535 {
		return usagef("-port %d: a port is a number from 0 to 65535", s.port)
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
	if err := separate(s.out, jobs); err != nil {
		return err
	}
	if err := writable(s.out, jobs); err != nil {
		return err
	}
	if len(paths) == 0 {
		paths = []string{"notebooks"}
	}
	w := &watching{
		env: env, s: s, args: paths, live: map[string]*live{}, finished: make(chan *live), interrupts: make(chan string, 16),
		due: make(chan *live), written: make(chan written), closed: make(chan struct{}),
		show: newDisplay(env, s.settings),
	}
	defer w.show.close()
	return w.run(ctx, jobs)
}

// watching is the verb at work. Its fields belong to the goroutine of run.
type watching struct {
	env  environment
	s    watchSettings
	args []string
	show *display

	server  *preview.Server
	watcher *watch.Watcher
	live    map[string]*live // by path
	// queue are notebooks that are to run, the next one first.
	queue      []*live
	finished   chan *live
	interrupts chan string
	// due are notebooks whose reports are to be written now; written are reports
	// that have been.
	due     chan *live
	written chan written
	closed  chan struct{}
	// idle fires when nothing has happened for a while.
	idle *time.Timer
}

// pause is how long nothing must have happened for a person to be thinking, or
// away.
const pause = 2 * time.Second

// live is a notebook that is watched.
type live struct {
	path, name string
	session    *engine.Session
	// job is its last run's, nil before the first; next is that of the running one.
	job, next *job
	// requires are the paths of notebooks that come before: that must have passed,
	// or of which this one tells.
	requires []string
	cancel   context.CancelFunc
	running  bool
	// renewing says that what runs is not for anybody to see: another
	// interpreter is made ready. renewed is how that ended.
	renewing, renewed bool
	// unwritten is what is not in the files yet.
	unwritten unwritten
	// again says that it changed while it ran, stopped that the user ended the
	// run.
	again, stopped bool
	began          time.Time
	ran            int
	reasons        []string
}

func (w *watching) run(ctx context.Context, jobs []*job) error {
	var err error
	w.server, err = preview.New(preview.Options{Files: w.s.out, Interrupt: func(name string) {
		select {
		case w.interrupts <- name:
		default: // one is on its way
		}
	}})
	if err != nil {
		return err
	}
	defer w.server.Close()
	if err := w.server.Listen(w.s.port); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return usagef("port %d is in use; choose another with -port, or let -port 0 find one", w.s.port)
		}
		return err
	}
	go func() { _ = w.server.Serve(ctx) }()
	w.say(func() { fmt.Fprintf(w.env.stderr, "live at %s\n", w.server.URL()) })
	w.show.happened(happening{Kind: "live", URL: w.server.URL()})
	if w.s.open {
		if err := openBrowser(w.server.URL()); err != nil {
			w.say(func() { fmt.Fprintf(w.env.stderr, "run: the browser could not be opened: %v\n", err) })
		}
	}
	w.watcher = watch.New(func(text string) { w.say(func() { fmt.Fprintf(w.env.stderr, "run: %s\n", text) }) })
	defer w.watcher.Close()
	for _, j := range jobs {
		w.queue = append(w.queue, w.add(j))
	}
	w.observe()
	w.idle = time.NewTimer(pause)
	defer w.idle.Stop()
	for {
		w.start(ctx)
		select {
		case <-ctx.Done():
			w.end()
			return nil
		case changes := <-w.watcher.Changes():
			w.idle.Reset(pause)
			w.changed(ctx, changes)
		case l := <-w.finished:
			w.idle.Reset(pause)
			w.done(l)
		case <-w.idle.C:
			w.renew(ctx)
		case l := <-w.due:
			w.write(l)
		case done := <-w.written:
			w.wrote(done)
		case name := <-w.interrupts:
			for _, l := range w.live {
				if l.name == name && l.running {
					l.stopped = true
					l.cancel()
				}
			}
		}
	}
}

// say prints something between the lines that show what runs.
func (w *watching) say(f func()) {
	if w.s.json || w.s.quiet && f == nil {
		return
	}
	w.show.mu.Lock()
	defer w.show.mu.Unlock()
	w.show.erase()
	f()
}

// add begins to watch a notebook.
func (w *watching) add(j *job) *live {
	l := &live{path: j.path, name: j.name}
	l.session = engine.NewSession(engine.Options{
		Timeout: w.s.timeout, Memory: uint64(w.s.memory), Engine: string(w.s.engine), Tool: toolVersion(), Store: store.Default(), Fresh: w.s.fresh, Records: true,
		Observe: func(e engine.Event) {
			w.server.Event(l.name, e)
			w.show.observe(e)
			switch e.Kind {
			case "cell":
				l.ran++
			case "restart":
				l.reasons = append(l.reasons, e.Text)
			}
		},
	})
	l.required(j)
	w.live[l.path] = l
	w.server.Notebooks(l.name)
	return l
}

// required takes over what a version of the notebook requires.
func (l *live) required(j *job) {
	if j.nb == nil {
		return
	}
	l.requires = nil
	for _, r := range slices.Concat(j.nb.Meta.Requires, j.nb.Meta.After) {
		l.requires = append(l.requires, filepath.ToSlash(requiredPath(j, r)))
	}
}

// observe tells the watcher what to watch.
func (w *watching) observe() {
	paths := slices.Clone(w.args)
	for _, l := range w.live {
		paths = append(paths, l.path)
		if !l.running {
			paths = append(paths, l.session.Inputs()...)
		}
	}
	w.watcher.Set(paths)
}

// start starts what is to run: a notebook that was edited at once, others as
// many at a time as -j says, and each after those that it requires or comes after.
func (w *watching) start(ctx context.Context) {
	running := 0
	for _, l := range w.live {
		switch {
		case l.renewing && len(w.queue) > 0:
			l.cancel() // somebody waits
		case l.running && !l.renewing:
			running++
		}
	}
	var waiting []*live
	for _, l := range w.queue {
		switch {
		case w.live[l.path] != l || l.running:
		case running >= w.s.jobs && !l.again || w.waits(l):
			waiting = append(waiting, l)
		default:
			running++
			w.launch(ctx, l)
		}
	}
	w.queue = waiting
}

// waits reports whether a notebook that comes before this one is still to run.
func (w *watching) waits(l *live) bool {
	for _, path := range l.requires {
		other := w.live[path]
		if other != nil && other != l && (other.running && !other.renewing || slices.Contains(w.queue, other) && !w.waits(other)) {
			return true
		}
	}
	return false
}

// launch reads a notebook and runs it.
func (w *watching) launch(ctx context.Context, l *live) {
	l.running, l.again, l.stopped, l.began, l.ran, l.reasons = true, false, false, time.Now(), 0, nil
	j := &job{path: l.path, name: l.name, done: make(chan struct{})}
	l.next = j
	var others []*job
	for _, other := range w.live {
		if other != l && other.job != nil && !other.running {
			others = append(others, other.job)
		}
	}
	runCtx, cancel := context.WithCancel(ctx)
	l.cancel = cancel
	go func() {
		defer func() {
			close(j.done)
			cancel()
			w.finished <- l
		}()
		if err := load([]*job{j}, w.s.params); err != nil {
			var usage usageError
			if !errors.As(err, &usage) || errors.Is(err, os.ErrNotExist) {
				j.outcome.err = err
				return
			}
			j.nb, j.errs = nil, []record.Diagnostic{{Severity: "error", File: j.path, Line: 1, Column: 1, Cell: -1, Message: err.Error()}}
		}
		if j.nb == nil {
			w.server.Broken(l.name, j.source, slices.Clone(j.errs))
		} else {
			w.server.Notebook(l.name, j.nb, report.Options{ReadFile: j.picture, Name: filepath.Base(l.name)})
		}
		for _, other := range others {
			if j.nb != nil && slices.ContainsFunc(j.nb.Meta.Requires, func(r string) bool { return requiredPath(j, r) == filepath.Clean(other.path) }) {
				j.requires = append(j.requires, other)
			}
		}
		j.outcome.err = j.execute(runCtx, w.s.settings, engine.Options{Tool: toolVersion(), Observe: func(e engine.Event) {
			w.server.Event(l.name, e)
			w.show.observe(e)
		}}, l.session.Run)
	}()
}

// renew has another interpreter made ready for a notebook whose own holds the
// code of many edits. Nobody is to notice.
func (w *watching) renew(ctx context.Context) {
	for _, l := range w.live {
		if l.running {
			return
		}
	}
	for _, l := range w.live {
		if l.job == nil || l.job.nb == nil || !l.session.Worn() {
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		l.running, l.renewing, l.again, l.cancel = true, true, false, cancel
		nb := l.job.nb
		go func() {
			l.renewed = l.session.Renew(ctx, nb)
			cancel()
			w.finished <- l
		}()
		return
	}
}

// done takes over a finished run.
func (w *watching) done(l *live) {
	j, renewing := l.next, l.renewing
	l.running, l.renewing, l.next = false, false, nil
	if w.live[l.path] != l {
		l.session.Close()
		return
	}
	if renewing {
		if l.renewed {
			w.say(func() {
				fmt.Fprintf(w.env.stderr, "%s  %s  has a new interpreter: the old one held the code of many edits\n", clock(), l.path)
			})
			w.show.happened(happening{Kind: "renewed", Notebook: l.path})
		}
		if l.again {
			w.queue = slices.Insert(w.queue, 0, l)
		}
		return
	}
	superseded := l.again && !l.stopped && (j.outcome.run == nil || j.outcome.run.Status == record.Interrupted)
	if superseded {
		w.queue = slices.Insert(w.queue, 0, l)
		return
	}
	took := time.Since(l.began)
	before := l.job
	l.job = j
	l.required(j)
	w.tell(l, j, took)
	if j.outcome.run != nil && j.outcome.err == nil {
		w.later(l, j)
	} else if w.s.json && j.outcome.run != nil {
		w.show.finished(j)
	}
	if l.again {
		w.queue = slices.Insert(w.queue, 0, l)
	} else if different(before, j) {
		for _, other := range w.live {
			if other != l && slices.Contains(other.requires, filepath.ToSlash(filepath.Clean(l.path))) {
				w.enqueue(other, false)
			}
		}
	}
	w.observe()
}

// different reports whether notebooks that require this one may rely on
// something else now.
func different(before, now *job) bool {
	if before == nil || before.outcome.run == nil || now.outcome.run == nil {
		return false
	}
	a, b := before.outcome, now.outcome
	return a.passed != b.passed || !slices.Equal(a.run.Sources, b.run.Sources) || !slices.Equal(a.run.Checks, b.run.Checks)
}

// tell prints how a run went.
func (w *watching) tell(l *live, j *job, took time.Duration) {
	if w.s.json {
		return
	}
	w.say(func() {
		for _, why := range l.reasons {
			fmt.Fprintf(w.env.stderr, "%s  %s  the interpreter was started again: %s\n", clock(), l.path, why)
		}
		if j.outcome.err != nil {
			fmt.Fprintf(w.env.stderr, "run: %v\n", j.outcome.err)
		}
		r := j.outcome.run
		if r == nil {
			return
		}
		if !w.s.quiet {
			how := fmt.Sprintf("%d of %d cells ran, %s", min(l.ran, len(r.Cells)), len(r.Cells), short(took))
			switch {
			case r.Status == record.Interrupted:
				how += ", interrupted"
			case r.Status.Bad():
				how += ", failed"
			case !j.outcome.passed:
				t := r.Tally()
				how += fmt.Sprintf(", %d of %d gates passed", t.GatesPassed, t.Gates)
			}
			fmt.Fprintf(w.env.stderr, "%s  %s  %s\n", clock(), l.path, how)
		}
		printDiagnostics(w.env, r.Diagnostics)
	})
}

func clock() string { return time.Now().Format("15:04:05") }

// short is a time for people who wait for it.
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return seconds(d)
}

// enqueue has a notebook run again; edited says that it must not wait.
func (w *watching) enqueue(l *live, edited bool) {
	if edited {
		w.show.happened(happening{Kind: "changed", Notebook: l.path})
	}
	if l.running {
		l.again = true
		if edited || l.renewing {
			l.cancel()
		}
		return
	}
	l.again = l.again || edited
	if !slices.Contains(w.queue, l) {
		w.queue = slices.Insert(w.queue, 0, l)
	}
}

// changed has those notebooks run again that a change concerns.
func (w *watching) changed(ctx context.Context, changes []watch.Change) {
	found := false
	for _, c := range changes {
		path := filepath.ToSlash(c.Path)
		if below(c.Path, w.s.out) {
			continue
		}
		if l := w.live[path]; l != nil && !c.Removed {
			w.enqueue(l, true)
			continue
		}
		if isNotebook(path) {
			found = true
			continue
		}
		for _, l := range w.live {
			switch {
			case slices.ContainsFunc(l.session.Inputs(), func(in string) bool { return c.Path == in || below(c.Path, in) || below(in, c.Path) }):
				l.session.Changed(c.Path)
				w.enqueue(l, true)
			case l.job != nil && strings.Contains(string(l.job.source), filepath.Base(c.Path)):
				w.enqueue(l, true) // a picture
			}
		}
	}
	if found {
		w.find()
	}
}

func below(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// find takes over notebooks that are new, and drops those that are gone.
func (w *watching) find() {
	present := map[string]*job{}
	for _, arg := range w.args {
		jobs, err := find([]string{arg}, w.s.out)
		if err != nil {
			continue // nothing is there any more, or not yet
		}
		for _, j := range jobs {
			present[j.path] = j
		}
	}
	for path, j := range present {
		if w.live[path] == nil {
			w.queue = append(w.queue, w.add(j))
		}
	}
	for path, l := range w.live {
		if present[path] != nil {
			continue
		}
		delete(w.live, path)
		w.server.Remove(l.name)
		w.say(func() { fmt.Fprintf(w.env.stderr, "%s  %s  is gone\n", clock(), path) })
		if l.running {
			l.cancel()
		} else {
			l.session.Close()
		}
	}
	w.observe()
}

// end waits for what runs, whose context has ended, and closes everything.
func (w *watching) end() {
	for _, l := range w.live {
		if l.running {
			l.cancel()
		}
	}
	for slices.ContainsFunc(slices.Collect(maps.Values(w.live)), func(l *live) bool { return l.running }) {
		l := <-w.finished
		l.running = false
	}
	for _, l := range w.live {
		l.session.Close()
	}
	close(w.closed)
	w.writeAll()
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"viva/runtime/engine"
	"viva/runtime/preview"
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

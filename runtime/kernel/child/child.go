package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"viva/internal/heapfloor"
	"viva/mlkit/show"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Environment is the variable that, set to 1, makes a program a kernel.
const Environment = "VIVA_KERNEL"

// Runner runs what the parent asks for. Start, Load and Run are called one
// after the other, from one goroutine.
type Runner interface {
	// Start prepares for code to run. The context ends when the parent
	// interrupts.
	Start(ctx context.Context, s Start) *Failure
	// Load prepares code that will run. Nothing that a cell could see happens.
	Load(code json.RawMessage) *Failure
	// Run runs code.
	Run(code json.RawMessage) *Failure
	// Panicked says what a recovered value means. It is called while the
	// panic's stack is there, and from any goroutine.
	Panicked(v any) *Failure
}

// Child is this process's side of the exchange with the parent. Its methods
// are safe for concurrent use.
type Child struct {
	mu     sync.Mutex
	out    *bufio.Writer
	cancel context.CancelFunc
	line   atomic.Int64 // of the running statement
	files  *capture
	// lost is set when something was shown that has no JSON form.
	lost   *Failure
	runner Runner

	tasks tasks
	// busy says that a cell runs.
	busy atomic.Bool
	// own are the goroutines that belong to no cell.
	own map[uint64]bool
	// timed says that code uses packages through which it can be woken by time;
	// waits that it waits for the end of its context.
	timed, waits atomic.Bool

	texts sync.Mutex
	// tails are the beginnings of characters that a write cut in two.
	tails map[string]string
}

// Main serves the parent with the runner and does not return.
func Main(runner func(*Child) Runner) {
	os.Unsetenv(Environment)
	heapfloor.Set()
	// A terminal's Ctrl-C reaches the whole process group; what it means is
	// the parent's to say.
	signal.Ignore(os.Interrupt)
	debug.SetMaxStack(256 << 20)
	c := &Child{out: bufio.NewWriter(os.Stdout), tails: map[string]string{}, tasks: newTasks()}
	// A cell that reads the standard input finds it empty: the pipe is the
	// parent's.
	in := os.Stdin
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	c.runner = runner(c)
	c.serve(in)
	os.Exit(0)
}

// Line announces the notebook's line of the statement that begins.
func (c *Child) Line(line int) {
	if c.silenced() {
		return
	}
	c.line.Store(int64(line))
	if line > 0 {
		c.Send(Event{Line: line})
	}
}

// Running is the line that was announced last, 0 for none.
func (c *Child) Running() int { return int(c.line.Load()) }

// Send tells the parent what happens, unless it happens in a goroutine of an
// earlier cell.
func (c *Child) Send(e Event) {
	if !c.silenced() {
		c.message(Message{Event: e})
	}
}

func (c *Child) message(m Message) {
	b, err := json.Marshal(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		// A gate that was judged and then left out would pass for one that
		// holds, so the cell fails.
		if c.lost == nil {
			c.lost = unrecordable(err, c.Running())
		}
		return
	}
	c.out.Write(b)
	c.out.WriteByte('\n')
	c.out.Flush()
}

func unrecordable(err error, line int) *Failure {
	var number *json.UnsupportedValueError
	if errors.As(err, &number) {
		return &Failure{Line: line, Message: "the cell shows a number that is " + number.Str, Hint: "find out what it was computed from: an empty set, or a division by zero"}
	}
	return &Failure{Line: line, Message: fmt.Sprintf("the cell shows something that cannot be recorded: %v", err)}
}

// serve answers requests; the process ends when the input does.
func (c *Child) serve(in io.Reader) {
	requests := make(chan Request)
	go func() {
		d := json.NewDecoder(in)
		for {
			var r Request
			if err := d.Decode(&r); err != nil {
				// The parent is gone, or has no more use for this process.
				os.Exit(0)
			}
			if r.Interrupt {
				_, asleep := sleeping(c.own)
				c.message(Message{Interrupted: c.Running(), Asleep: asleep})
				c.mu.Lock()
				if c.cancel != nil {
					c.cancel()
				}
				c.mu.Unlock()
				continue
			}
			requests <- r
		}
	}()
	for r := range requests {
		began := time.Now()
		var f *Failure
		switch {
		case r.Start != nil:
			f = c.start(*r.Start)
		case r.Load != nil:
			f = c.runner.Load(r.Load)
		case r.Run != nil:
			f = c.cell(r.Run)
		}
		c.Flush()
		c.flushTails()
		if failed := c.tasks.takeFailure(); failed != nil {
			f = failed // what the cell's own statements failed with followed from it
		}
		c.tellDropped()
		c.busy.Store(false)
		c.mu.Lock()
		if f == nil {
			f = c.lost
		}
		c.lost = nil
		c.mu.Unlock()
		c.message(Message{Done: &Done{Failure: f, Took: time.Since(began)}})
	}
}

func (c *Child) start(s Start) *Failure {
	var err error
	if c.files, err = captureFiles(c.Print); err != nil {
		return &Failure{Message: fmt.Sprintf("capturing output: %v", err)}
	}
	log.SetOutput(c.InOrder(os.Stderr)) // not the one of the process's beginning
	if s.Memory > 0 {
		debug.SetMemoryLimit(int64(s.Memory / 10 * 9))
		go c.guardMemory(s.Memory)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	c.cancel = cancel
	c.mu.Unlock()
	ctx = trace.With(ctx, trace.Tracer{
		Progress: c.progress(),
		Log:      func(line string) { c.Print("log", line+"\n") },
		Source:   func(s trace.Source) { c.Send(Event{Source: &s}) },
		File:     func(path string) { c.Send(Event{File: path}) },
		Content:  func(path, found string) { c.Send(Event{File: path, Content: found}) },
		Left:     func(path, signature string) { c.Send(Event{File: path, Left: &signature}) },
		Memo:     func(operation string, hit bool) { c.Send(Event{Memo: &Memo{operation, hit}}) },

		Evaluation: func(e trace.Evaluation) { c.Send(Event{Evaluation: &e}) },
		Checked:    func(l trace.LeakCheck) { c.Send(Event{Checked: &l}) },
	})
	ctx = withResults(ctx, s)
	ctx = heeded{ctx, &c.waits}
	show.SetSink(func(i view.Item) {
		c.Flush()
		c.Send(Event{Item: &i})
	})
	c.own = goroutineIDs()
	return c.runner.Start(ctx, s)
}

// cell runs a cell's code and waits for the goroutines that it starts.
func (c *Child) cell(code json.RawMessage) *Failure {
	c.line.Store(0)
	if stale := c.tasks.begin(); !stale {
		c.waits.Store(false)
	}
	if c.tasks.failing() {
		return nil // it is the failure of this cell
	}
	c.busy.Store(true)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		c.watch(stop)
	}()
	f := c.runner.Run(code)
	close(stop)
	<-stopped
	if f == nil {
		c.settle()
	}
	return f
}

// Show shows values as a cell's last expression is shown.
func (c *Child) Show(values ...any) {
	for _, v := range values {
		for _, item := range view.Of(v) {
			c.Flush()
			c.Send(Event{Item: &item})
		}
	}
}

// ShowChecked shows the values before the last one, which is an error that
// ends the cell.
func (c *Child) ShowChecked(values ...any) {
	last := len(values) - 1
	if err, ok := values[last].(error); ok && err != nil {
		Stop(0, err.Error(), "")
	}
	c.Show(values[:last]...)
}

// Inline gives the value of an inline expression.
func (c *Child) Inline(v any) {
	text := inlineText(v)
	c.Send(Event{Value: &text})
}

// progress passes progress on, at most twenty times a second for each label,
// but always its end.
func (c *Child) progress() func(string, int, int) {
	var mu sync.Mutex
	last := map[string]time.Time{}
	return func(label string, finished, total int) {
		mu.Lock()
		now := time.Now()
		skip := now.Sub(last[label]) < 50*time.Millisecond && (finished < total || total == 0)
		if !skip {
			last[label] = now
		}
		mu.Unlock()
		if !skip {
			c.Send(Event{Progress: &Progress{label, finished, total}})
		}
	}
}

package kernel

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/traefik/yaegi/interp"

	"viva/mlkit/show"
	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/cell"
	"viva/runtime/symbols"
)

// environment is the variable that makes a program a kernel.
const environment = "VIVA_KERNEL"

// Main runs the kernel and does not return, if this process was started as
// one; else it does nothing.
func Main() {
	if os.Getenv(environment) != "1" {
		return
	}
	os.Unsetenv(environment)
	// A terminal's Ctrl-C reaches the whole process group; what it means is
	// the parent's to say.
	signal.Ignore(os.Interrupt)
	debug.SetMaxStack(256 << 20)
	c := &child{out: bufio.NewWriter(os.Stdout), tails: map[string]string{}}
	// A cell that reads the standard input finds it empty: the pipe is the
	// parent's.
	in := os.Stdin
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	if err := c.serve(in); err != nil {
		fmt.Fprintln(os.Stderr, "kernel:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type child struct {
	mu  sync.Mutex
	out *bufio.Writer

	interp   *interp.Interpreter
	imported map[cell.Import]bool
	cancel   context.CancelFunc
	line     atomic.Int64 // of the running statement
	files    *capture
	// lost is set when something was shown that has no JSON form.
	lost *Failure

	texts sync.Mutex
	// tails are the beginnings of characters that a write cut in two.
	tails map[string]string
}

func (c *child) send(m message) {
	b, err := json.Marshal(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		// A gate that was judged and then left out would pass for one that
		// holds, so the cell fails.
		if c.lost == nil {
			c.lost = unrecordable(err, int(c.line.Load()))
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

// serve answers requests until the input ends.
func (c *child) serve(in io.Reader) error {
	requests := make(chan request)
	go func() {
		d := json.NewDecoder(in)
		for {
			var r request
			if err := d.Decode(&r); err != nil {
				// The parent is gone, or has no more use for this process.
				os.Exit(0)
			}
			if r.Interrupt {
				c.send(message{Interrupted: int(c.line.Load())})
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
			f = c.start(r.Start)
		case r.Run != nil:
			f = c.run(r.Run.Units)
		}
		c.files.flush()
		c.flushTails()
		c.mu.Lock()
		if f == nil {
			f = c.lost
		}
		c.lost = nil
		c.mu.Unlock()
		c.send(message{Done: &done{Failure: f, Took: time.Since(began)}})
	}
	return nil
}

func (c *child) start(s *start) *Failure {
	var err error
	if c.files, err = captureFiles(c.print); err != nil {
		return &Failure{Message: fmt.Sprintf("capturing output: %v", err)}
	}
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
		Log:      func(line string) { c.print("log", line+"\n") },
		Source:   func(s trace.Source) { c.send(message{Event: Event{Source: &s}}) },
	})
	show.SetSink(func(i view.Item) { c.send(message{Event: Event{Item: &i}}) })

	c.interp = interp.New(interp.Options{Stdout: stream{c, "stdout"}, Stderr: io.Discard})
	c.imported = map[cell.Import]bool{}
	tables := symbols.Tables
	tables["os/os"]["Exit"] = reflect.ValueOf(func(code int) {
		panic(failure{message: fmt.Sprintf("the cell called os.Exit(%d)", code), hint: "a cell ends with its last statement; it cannot end the program"})
	})
	seedTables(tables, s.Seed)
	for _, t := range []map[string]map[string]reflect.Value{tables, c.support(ctx)} {
		if err := c.interp.Use(t); err != nil {
			return &Failure{Message: fmt.Sprintf("preparing the interpreter: %v", err)}
		}
	}
	return c.run(s.Prelude)
}

// progress passes progress on, at most twenty times a second for each label,
// but always its end.
func (c *child) progress() func(string, int, int) {
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
			c.send(message{Event: Event{Progress: &Progress{label, finished, total}}})
		}
	}
}

// print passes text on in whole characters. A writer with a buffer cuts them
// anywhere, and JSON would replace the halves.
func (c *child) print(stream, text string) {
	c.texts.Lock()
	defer c.texts.Unlock()
	text = c.tails[stream] + text
	n := wholeCharacters(text)
	c.tails[stream] = text[n:]
	if n > 0 {
		c.send(message{Event: Event{Stream: stream, Text: text[:n]}})
	}
}

// wholeCharacters is the length of the text without a character at its end
// that is not complete.
func wholeCharacters(text string) int {
	for n := len(text) - 1; n >= 0 && n > len(text)-utf8.UTFMax; n-- {
		if utf8.RuneStart(text[n]) {
			if !utf8.FullRuneInString(text[n:]) {
				return n
			}
			break
		}
	}
	return len(text)
}

// flushTails prints what never became a character.
func (c *child) flushTails() {
	c.texts.Lock()
	defer c.texts.Unlock()
	for _, stream := range slices.Sorted(maps.Keys(c.tails)) {
		if tail := c.tails[stream]; tail != "" {
			c.send(message{Event: Event{Stream: stream, Text: tail}})
		}
	}
	clear(c.tails)
}

// run runs units in order until one fails.
func (c *child) run(units []cell.Unit) *Failure {
	c.line.Store(0)
	for _, u := range units {
		for _, im := range u.Imports {
			if c.imported[im] {
				continue
			}
			if f := c.eval(fmt.Sprintf("import %s %q", im.Name, im.Path), u.Line); f != nil {
				return f
			}
			c.imported[im] = true
		}
		if f := c.eval(u.Decls, u.Line); f != nil {
			return f
		}
		if u.Call != "" {
			if f := c.eval(u.Call, u.Line); f != nil {
				return f
			}
		}
	}
	return nil
}

// eval evaluates source whose first line is the notebook's line.
func (c *child) eval(source string, line int) (f *Failure) {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			f = c.panicked(r)
		}
	}()
	program, err := c.compile(source)
	if err == nil {
		_, err = c.interp.Execute(program)
	}
	if err == nil {
		return nil
	}
	var p interp.Panic
	if errors.As(err, &p) {
		return c.panicked(p.Value)
	}
	message := err.Error()
	var at, column int
	if n, _ := fmt.Sscanf(message, "_.go:%d:%d:", &at, &column); n != 2 {
		_, _ = fmt.Sscanf(message, "%d:%d:", &at, &column)
	}
	if i := strings.Index(message, ": "); at > 0 && i >= 0 {
		message = message[i+2:]
		if line > 0 {
			line += at - 1
		}
	}
	return &Failure{Message: Refusal + message, Line: line, Hint: "it is correct Go, but beyond the interpreter; write it in a plainer way"}
}

// compile gives a panic of the interpreter's compiler, which is a fault of
// its own and happens before anything runs, as an error.
func (c *child) compile(source string) (p *interp.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its compiler failed: %v", r)
		}
	}()
	return c.interp.Compile(source)
}

func (c *child) panicked(v any) *Failure {
	switch v := v.(type) {
	case failure:
		f := &Failure{Message: v.message, Line: v.line, Hint: v.hint}
		if f.Line == 0 {
			f.Line = int(c.line.Load())
		}
		return f
	case reflect.Value:
		if v.IsValid() && v.CanInterface() {
			return c.panicked(v.Interface())
		}
	case string:
		if strings.HasPrefix(v, "reflect") {
			if e, ok := panicValue(v).(error); ok {
				return c.panicked(e)
			}
			return &Failure{Message: Fault + v, Line: int(c.line.Load()), Hint: "the code may be correct Go, but beyond the interpreter; write it in a plainer way"}
		}
	case error:
		return &Failure{Message: "panic: " + v.Error(), Line: int(c.line.Load())}
	}
	return &Failure{Message: fmt.Sprintf("panic: %v", v), Line: int(c.line.Load())}
}

// stream carries what interpreted code prints.
type stream struct {
	c    *child
	name string
}

func (s stream) Write(b []byte) (int, error) {
	s.c.print(s.name, string(b))
	return len(b), nil
}

// capture takes what compiled code writes to os.Stdout and os.Stderr.
type capture struct {
	writers []*os.File
	flushed chan struct{}
}

// flushMark begins with a byte that it does not hold again, so that what was
// printed before cannot make one with its beginning.
var flushMark = []byte("\x00kernel: flush\n")

func captureFiles(print func(stream, text string)) (*capture, error) {
	c := &capture{flushed: make(chan struct{})}
	for _, f := range []struct {
		name string
		file **os.File
	}{{"stdout", &os.Stdout}, {"stderr", &os.Stderr}} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		*f.file = w
		c.writers = append(c.writers, w)
		go func() {
			buf := make([]byte, 64<<10)
			kept := 0
			for {
				n, err := r.Read(buf[kept:])
				if err != nil {
					return
				}
				text, mark := buf[:kept+n], true
				for mark {
					var before []byte
					before, text, mark = bytes.Cut(text, flushMark)
					if !mark {
						// The rest of a mark may come with the next read.
						split := len(before) - partOf(flushMark, before)
						before, text = before[:split], before[split:]
					}
					if len(before) > 0 {
						print(f.name, string(before))
					}
					if mark {
						c.flushed <- struct{}{}
					}
				}
				kept = copy(buf, text)
			}
		}()
	}
	return c, nil
}

// partOf is the length of the longest end of b with which mark begins.
func partOf(mark, b []byte) int {
	for n := min(len(mark)-1, len(b)); n > 0; n-- {
		if bytes.HasSuffix(b, mark[:n]) {
			return n
		}
	}
	return 0
}

// flush waits until all that was written has been passed on.
func (c *capture) flush() {
	if c == nil {
		return
	}
	for _, w := range c.writers {
		if _, err := w.Write(flushMark); err == nil {
			<-c.flushed
		}
	}
}

// guardMemory ends the process when its heap and stacks hold more than limit
// bytes, with a message that says so; the system would end it without one.
func (c *child) guardMemory(limit uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for range time.Tick(20 * time.Millisecond) {
		metrics.Read(sample)
		if used := sample[0].Value.Uint64() + sample[1].Value.Uint64(); used > limit {
			c.send(message{Done: &done{Memory: used}})
			os.Exit(3)
		}
	}
}

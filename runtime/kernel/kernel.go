package kernel

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"viva/internal/machine"
	"viva/runtime/cell"
	"viva/runtime/kernel/child"
	"viva/runtime/record"
)

// grace is how long interrupted code may take to end by itself before its
// process is killed.
const grace = 2 * time.Second

// Options say how a kernel is started.
type Options struct {
	Prelude []cell.Unit
	Seed    int64
	// Memory is how many bytes the kernel's heap and stacks may take; 0 means
	// three quarters of the machine's memory, where that is known.
	Memory uint64
	// Program is the executable to start, a compiled notebook; empty is this
	// program, with the interpreter in it.
	Program string
	// Dir is the folder cells run in; empty is the parent's own.
	Dir string
	// Store, Code and Fresh are the Store, the Program and the Fresh of
	// child.Start.
	Store, Code string
	Fresh       bool
}

// Kernel is a running child process. It is not safe for concurrent use.
type Kernel struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	events chan child.Message
	stderr *opening
	memory uint64
	dead   bool
	ended  sync.Once
}

// Result is how code ended.
type Result struct {
	Status  record.Status
	Failure *Failure
	Took    time.Duration
}

// Start starts a kernel and runs the prelude.
func Start(ctx context.Context, opt Options) (*Kernel, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	prelude, err := json.Marshal(opt.Prelude)
	if err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	p, err := take(opt.Program, opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	k := &Kernel{cmd: p.cmd, in: p.in, events: make(chan child.Message, 64), stderr: p.stderr, memory: opt.Memory}
	if k.memory == 0 {
		k.memory = machine.Memory() / 4 * 3
	}
	go k.read(p.out)
	r := k.exchange(ctx, child.Request{Start: &child.Start{Prelude: prelude, Seed: opt.Seed, Memory: k.memory, Store: opt.Store, Program: opt.Code, Fresh: opt.Fresh}}, 0, func(Event) {})
	if r.Status != record.OK {
		k.Close()
		if r.Failure != nil {
			return nil, fmt.Errorf("starting the kernel: %s", r.Failure.Message)
		}
		return nil, fmt.Errorf("starting the kernel: %w", context.Cause(ctx))
	}
	return k, nil
}

func (k *Kernel) read(out io.Reader) {
	defer close(k.events)
	r := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		var m child.Message
		if err := json.Unmarshal(line, &m); err != nil {
			m = child.Message{Event: Event{Stream: "stderr", Text: string(line)}}
		}
		k.events <- m
	}
}

// Load prepares code that will be run, in the order in which it was lowered.
// Nothing that a cell could see happens. What the interpreter refuses fails with
// a message that begins with Refusal. Code that was not loaded before it runs
// is loaded then.
func (k *Kernel) Load(ctx context.Context, units ...cell.Unit) Result {
	raw, err := json.Marshal(units)
	if err != nil {
		return Result{Status: record.Failed, Failure: &Failure{Message: fmt.Sprintf("sending code to the kernel: %v", err)}}
	}
	return k.exchange(ctx, child.Request{Load: raw}, 0, func(Event) {})
}

// Run runs code and passes on what it tells. It returns when the code has
// ended, or, after the timeout or the end of the context, when it has been
// ended. Once a kernel's process has ended, every Run fails.
func (k *Kernel) Run(ctx context.Context, code cell.Code, timeout time.Duration, sink func(Event)) Result {
	if len(code.Units) == 0 {
		return Result{Status: record.OK}
	}
	raw, err := json.Marshal(code)
	if err != nil {
		return Result{Status: record.Failed, Failure: &Failure{Message: fmt.Sprintf("sending code to the kernel: %v", err)}}
	}
	return k.exchange(ctx, child.Request{Run: raw}, timeout, sink)
}

func (k *Kernel) exchange(ctx context.Context, r child.Request, timeout time.Duration, sink func(Event)) Result {
	began := time.Now()
	line := 0
	result := func(s record.Status, message, hint string) Result {
		return Result{Status: s, Failure: &Failure{Message: message, Line: line, Hint: hint}, Took: time.Since(began)}
	}
	if k.dead {
		return result(record.Killed, "the kernel has ended", "")
	}
	if ctx.Err() != nil {
		return result(record.Interrupted, "interrupted", "")
	}
	if err := k.send(r); err != nil {
		return k.exited(result)
	}
	var expired, giveUp <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		expired = t.C
	}
	stopped := ctx.Done()
	status, stoppedAt, asleep := record.OK, 0, false
	interrupt := func(s record.Status) {
		stoppedAt = line
		status, stopped, expired = s, nil, nil
		giveUp = time.After(grace)
		_ = k.send(child.Request{Interrupt: true})
	}
	ended := func() Result {
		line = stoppedAt
		if status == record.TimedOut {
			hint := "give it more with //| timeout: 2h, or less to do"
			if asleep {
				hint = "all its goroutines were asleep: it waited for something that did not happen"
			}
			return result(status, fmt.Sprintf("this cell ran longer than its timeout of %s", timeout), hint)
		}
		return result(status, "interrupted", "")
	}
	for {
		select {
		case m, ok := <-k.events:
			switch {
			case !ok && status != record.OK:
				k.dead = true
				k.in.Close()
				_ = k.cmd.Wait()
				return ended()
			case !ok:
				return k.exited(result)
			case m.Done != nil && m.Done.Memory > 0:
				k.Close()
				return result(record.Killed, fmt.Sprintf("this cell used %s of memory; the limit is %s", bytesText(m.Done.Memory), bytesText(k.memory)),
					"work on less data at once, or raise the limit with -memory")
			case m.Done != nil && m.Done.Ending && status == record.OK:
				k.Close()
				return Result{Status: record.Killed, Failure: m.Done.Failure, Took: time.Since(began)}
			case m.Done != nil && status != record.OK:
				if m.Done.Ending {
					k.Close()
				}
				return ended()
			case m.Done != nil && m.Done.Failure != nil:
				f := m.Done.Failure
				if f.Line == 0 {
					f.Line = line
				}
				return Result{Status: record.Failed, Failure: f, Took: m.Done.Took}
			case m.Done != nil:
				return Result{Status: record.OK, Took: m.Done.Took}
			case m.Interrupted > 0:
				stoppedAt, asleep = m.Interrupted, m.Asleep
			case m.Line > 0:
				line = m.Line
				sink(m.Event)
			default:
				sink(m.Event)
			}
		case <-expired:
			interrupt(record.TimedOut)
		case <-stopped:
			interrupt(record.Interrupted)
		case <-giveUp:
			k.Close()
			return ended()
		}
	}
}

func (k *Kernel) send(r child.Request) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = k.in.Write(append(b, '\n'))
	return err
}

// exited says why the process ended by itself.
func (k *Kernel) exited(result func(record.Status, string, string) Result) Result {
	r := k.reason(result)
	f := &Failure{}
	if f.Locate(k.stderr.String()); f.Line > 0 {
		r.Failure.Line, r.Failure.Column, r.Failure.Frames = f.Line, f.Column, f.Frames
	}
	return r
}

func (k *Kernel) reason(result func(record.Status, string, string) Result) Result {
	k.dead = true
	k.in.Close()
	err := k.cmd.Wait()
	text := k.stderr.String()
	first := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "runtime: goroutine stack exceeds") {
			// The interpreter passes panics on, which is no news to anybody.
			first, _, _ = strings.Cut(line, " [recovered")
			break
		}
	}
	switch {
	case strings.Contains(first, "stack exceeds"), strings.Contains(first, "stack overflow"):
		return result(record.Killed, "the cell's stack overflowed", "a function calls itself without end")
	case strings.Contains(first, "out of memory"), strings.Contains(first, "cannot allocate"):
		return result(record.Killed, "the cell asked for more memory than there is", "work on less data at once")
	case strings.Contains(first, "concurrent map"):
		return result(record.Killed, "goroutines used one map at the same time: "+strings.TrimPrefix(first, "fatal error: "), "guard the map with a sync.Mutex")
	case strings.Contains(first, "all goroutines are asleep"):
		return result(record.Killed, child.AsleepMessage, child.AsleepHint)
	case strings.HasPrefix(first, "panic: "):
		// A panic of the cell's own statements is caught.
		return result(record.Killed, child.GoroutinePanic+strings.TrimPrefix(first, "panic: "), child.GoroutineHint)
	case first != "":
		return result(record.Killed, "the cell's process ended: "+first, "")
	}
	if state := k.cmd.ProcessState; state != nil && state.Exited() {
		return result(record.Killed, fmt.Sprintf("the cell ended its process with exit status %d", state.ExitCode()), child.ExitHint)
	}
	why := "its process ended"
	if err != nil {
		why = err.Error()
	}
	hint := ""
	if strings.Contains(why, "killed") {
		hint = "the system ends processes that take too much memory; or somebody killed it"
	}
	return result(record.Killed, "the kernel was ended from outside: "+why, hint)
}

// Close ends the process.
func (k *Kernel) Close() {
	k.ended.Do(func() {
		alreadyDead := k.dead
		k.dead = true
		k.in.Close()
		if !alreadyDead {
			_ = k.cmd.Process.Kill()
			go func() {
				for range k.events {
				}
			}()
			_ = k.cmd.Wait()
		}
	})
}

// opening keeps the first bytes that were written to it: a crash begins with
// its reason and may go on for megabytes.
type opening struct {
	mu   sync.Mutex
	head bytes.Buffer
}

func (t *opening) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 64<<10 - t.head.Len(); room > 0 {
		t.head.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

func (t *opening) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head.String()
}

func bytesText(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

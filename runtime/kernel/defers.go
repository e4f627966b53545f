package kernel

import (
	"bytes"
	"reflect"
	"runtime"
	"strings"
	"sync"
)

// Defers are the calls that a function of a cell has deferred. Package cell
// says why the interpreter's own defer is not used.
type Defers struct {
	calls     []func()
	panicking bool
	value     any
}

// WithDefers runs the body of a function that defers, then what it deferred.
func WithDefers(body func(*Defers)) {
	d := &Defers{}
	defer d.run()
	body(d)
}

// Add defers a call.
func (d *Defers) Add(call func()) { d.calls = append(d.calls, call) }

func (d *Defers) run() {
	if v := recover(); v != nil {
		d.panicking, d.value = true, v
	}
	if len(d.calls) > 0 {
		defer running.enter(d)()
	}
	for len(d.calls) > 0 {
		last := d.calls[len(d.calls)-1]
		d.calls = d.calls[:len(d.calls)-1]
		d.call(last)
	}
	if d.panicking {
		panic(d.value)
	}
}

// call runs one call; a panic in it takes the place of the one before, and the
// calls that remain still run.
func (d *Defers) call(f func()) {
	defer func() {
		if v := recover(); v != nil {
			d.panicking, d.value = true, v
		}
	}()
	f()
}

// Recover is Go's recover for the function literals that d defers. What ends
// a cell, a failed must or os.Exit, is not recovered.
func (d *Defers) Recover() any {
	if !d.panicking {
		return nil
	}
	v := panicValue(d.value)
	if _, ends := v.(failure); ends {
		return nil
	}
	d.panicking, d.value = false, nil
	return v
}

// running holds, for each goroutine, the lists whose calls are being run.
var running lists

type lists struct {
	mu     sync.Mutex
	stacks map[string][]*Defers
}

func (r *lists) enter(d *Defers) (leave func()) {
	id := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stacks == nil {
		r.stacks = map[string][]*Defers{}
	}
	r.stacks[id] = append(r.stacks[id], d)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if s := r.stacks[id]; len(s) > 1 {
			r.stacks[id] = s[:len(s)-1]
		} else {
			delete(r.stacks, id)
		}
	}
}

// recoverRunning is Go's recover in a declared function, which does not know
// by whom it was deferred.
func recoverRunning() any {
	running.mu.Lock()
	s := running.stacks[goroutine()]
	running.mu.Unlock()
	if len(s) == 0 {
		return nil
	}
	return s[len(s)-1].Recover()
}

// goroutine names the running goroutine: "goroutine 12".
func goroutine() string {
	var buf [64]byte
	id, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte(" ["))
	return string(id)
}

// runtimeError is a panic of the interpreter that stands for one of Go's.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }
func (runtimeError) RuntimeError()   {}

// panicValue is what a panic in interpreted code was called with. Package
// reflect, through which the interpreter works, panics with other values than
// the code would.
func panicValue(v any) any {
	if rv, ok := v.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
		v = rv.Interface()
	}
	switch x := v.(type) {
	case *reflect.ValueError:
		return runtimeError("invalid memory address or nil pointer dereference")
	case string:
		switch {
		case strings.HasPrefix(x, "reflect: slice index out of range"), strings.HasPrefix(x, "reflect: array index out of range"),
			strings.HasPrefix(x, "reflect: string index out of range"):
			return runtimeError("index out of range")
		case strings.HasPrefix(x, "reflect.Value.Slice"), strings.HasPrefix(x, "reflect.Value.Slice3"):
			return runtimeError("slice bounds out of range")
		case strings.HasPrefix(x, "reflect.Value.Call: call of nil function"):
			return runtimeError("invalid memory address or nil pointer dereference")
		}
	}
	return v
}

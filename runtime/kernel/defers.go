package kernel

import (
	"bytes"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"viva/runtime/dynamic"
	"viva/runtime/kernel/child"
)

// Defers are the calls that a function of a cell has deferred. The
// interpreter's own defer and recover are not used: it runs deferred calls
// with arguments of later, and may run them twice.
type Defers struct {
	calls     []deferred
	panicking bool
	value     any
	// mark is where the path of a panic in the function begins, and at the
	// place of the panic in the function itself.
	mark int
	at   []place
	// began is where the path of a panic in a deferred call begins.
	began int
}

type deferred struct {
	call func()
	// recovers says that the function called may ask for this list.
	recovers bool
}

// WithDefers runs the body of a function that defers, then what it deferred.
func WithDefers(body func(*Defers)) {
	d := &Defers{mark: path.mark()}
	defer d.run()
	body(d)
}

// Add defers a call of a function that does not recover.
func (d *Defers) Add(call func()) { d.calls = append(d.calls, deferred{call, false}) }

// AddRecovering defers a call of a function that may recover.
func (d *Defers) AddRecovering(call func()) { d.calls = append(d.calls, deferred{call, true}) }

func (d *Defers) run() {
	if v := recover(); v != nil {
		d.panicking, d.value = true, v
		d.at = path.last(d.mark, path.line())
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
func (d *Defers) call(c deferred) {
	d.began = path.mark()
	defer func() {
		if v := recover(); v != nil {
			d.panicking, d.value = true, v
			path.cut(d.mark, d.began, d.at)
		}
	}()
	if c.recovers {
		callers.set(d)
		defer callers.set(nil)
	}
	c.call()
}

// Recover is Go's recover in a function that d calls. A function that no list
// calls has the list nil, and what ends a cell, a failed must or os.Exit, is
// not recovered.
func (d *Defers) Recover() any {
	if d == nil || !d.panicking {
		return nil
	}
	v := panicValue(d.value)
	if child.Stops(v) {
		return nil
	}
	d.panicking, d.value = false, nil
	path.clear()
	d.mark, d.began = 0, 0
	return dynamic.In(v)
}

// callers holds, for each goroutine, the list whose call begins: only a
// function that is deferred itself can recover, not one that it calls.
var callers pending

type pending struct {
	mu    sync.Mutex
	lists map[string]*Defers
}

func (p *pending) set(d *Defers) {
	id := goroutine()
	p.mu.Lock()
	defer p.mu.Unlock()
	if d == nil {
		delete(p.lists, id)
		return
	}
	if p.lists == nil {
		p.lists = map[string]*Defers{}
	}
	p.lists[id] = d
}

// caller is the list that calls the function which begins, nil if none does.
func caller() *Defers {
	callers.mu.Lock()
	empty := len(callers.lists) == 0
	callers.mu.Unlock()
	if empty {
		return nil
	}
	id := goroutine()
	callers.mu.Lock()
	defer callers.mu.Unlock()
	d := callers.lists[id]
	delete(callers.lists, id)
	return d
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

// plainError is a panic of the runtime without its prefix.
type plainError string

func (e plainError) Error() string { return string(e) }
func (plainError) RuntimeError()   {}

// outOfRange says of what size a slice cannot be.
func outOfRange(from, part string) string {
	call := "makeslice"
	if strings.HasSuffix(from, "slice overflow") {
		call = "growslice"
	}
	return call + ": " + part + " out of range"
}

// panicValue is what a panic in interpreted code was called with. Package
// reflect, through which the interpreter works, panics with other values than
// the code would.
func panicValue(v any) any {
	if rv, ok := v.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
		v = rv.Interface()
	}
	if err, ok := v.(runtime.Error); ok && strings.Contains(err.Error(), "allocation size out of range") {
		return runtimeError(outOfRange("", "len"))
	}
	switch x := v.(type) {
	case *reflect.ValueError:
		return runtimeError("invalid memory address or nil pointer dereference")
	case string:
		switch {
		case strings.HasPrefix(x, "reflect: slice index out of range"), strings.HasPrefix(x, "reflect: array index out of range"),
			strings.HasPrefix(x, "reflect: string index out of range"):
			return runtimeError("index out of range")
		case strings.HasPrefix(x, "reflect.MakeSlice: negative len"), strings.HasPrefix(x, "reflect.Append: slice overflow"), strings.HasPrefix(x, "reflect.Value.Grow"):
			return runtimeError(outOfRange(x, "len"))
		case strings.HasPrefix(x, "reflect.MakeSlice: negative cap"), strings.HasPrefix(x, "reflect.MakeSlice: len > cap"):
			return runtimeError(outOfRange(x, "cap"))
		case strings.HasPrefix(x, "reflect.MakeChan: negative buffer size"):
			return plainError("makechan: size out of range")
		case strings.HasPrefix(x, "reflect: Call using zero Value argument"):
			return runtimeError("invalid memory address or nil pointer dereference")
		case strings.HasPrefix(x, "reflect.Value.Slice"), strings.HasPrefix(x, "reflect.Value.Slice3"):
			return runtimeError("slice bounds out of range")
		case x == "reflect.MakeSlice: negative len":
			return runtimeError("makeslice: len out of range")
		case x == "reflect.MakeSlice: negative cap", x == "reflect.MakeSlice: len > cap":
			return runtimeError("makeslice: cap out of range")
		case strings.HasPrefix(x, "reflect.Value.Call: call of nil function"):
			return runtimeError("invalid memory address or nil pointer dereference")
		}
	}
	return v
}

package child

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"sync/atomic"
)

// What follows is called by compiled notebooks.

// Rand and RandV2 stand in the place of the global functions of math/rand and
// math/rand/v2.
var (
	Rand   *rand.Rand
	RandV2 *randv2.Rand
)

// RandN stands in the place of the function N of math/rand/v2.
func RandN[Int interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}](n Int) Int {
	if n <= 0 {
		panic("invalid argument to N")
	}
	return Int(RandV2.Uint64N(uint64(n)))
}

// current is the child that the compiled notebook speaks through.
var current *Child

// Compiled is a compiled notebook.
type Compiled struct {
	// Start is given the context that the notebook calls ctx.
	Start func(context.Context)
	// Timed says that it uses package time or context.
	Timed bool
	// Calls are what the parent may ask for, by name.
	Calls map[string]func()
}

// Program serves the parent with a compiled notebook and does not return.
func Program(p Compiled) {
	if os.Getenv(Environment) != "1" {
		fmt.Fprintln(os.Stderr, "this is a notebook that run compiled; run starts it")
		os.Exit(2)
	}
	Main(func(c *Child) Runner {
		current = c
		return compiled{p}
	})
}

type compiled struct{ Compiled }

// Start implements Runner.
func (p compiled) Start(ctx context.Context, s Start) *Failure {
	Rand, RandV2 = Generators(s.Seed)
	if p.Timed {
		current.Timed()
	}
	p.Compiled.Start(ctx)
	return nil
}

// Load implements Runner. A program has all its code from the start.
func (p compiled) Load(json.RawMessage) *Failure { return nil }

// Run implements Runner.
func (p compiled) Run(raw json.RawMessage) *Failure {
	var code struct {
		Units []struct{ Calls []string }
	}
	if err := json.Unmarshal(raw, &code); err != nil {
		return &Failure{Message: fmt.Sprintf("reading what to run: %v", err)}
	}
	for _, u := range code.Units {
		for _, name := range u.Calls {
			call, ok := p.Calls[name]
			if !ok {
				return &Failure{Message: fmt.Sprintf("the compiled notebook has no %s", name)}
			}
			if f := protect(call); f != nil {
				return f
			}
		}
	}
	return nil
}

// Panicked implements Runner.
func (p compiled) Panicked(v any) *Failure {
	f := Panicked(v)
	if f.locate(); f.Line == 0 {
		f.Line = current.Running()
	}
	return f
}

// running is the goroutine of the code that the parent asked for.
var running struct {
	id atomic.Uint64
	// stopped is why it ends itself.
	stopped *Failure
}

// protect runs a call in a goroutine of its own, which must and os.Exit can
// end without a panic that the cell could recover.
func protect(call func()) (f *Failure) {
	ended := make(chan struct{})
	go func() {
		returned := false
		defer close(ended)
		defer func() {
			switch r := recover(); {
			case r != nil:
				f = current.runner.Panicked(r)
			case running.stopped != nil:
				f = running.stopped
			case !returned:
				f = &Failure{Message: "the cell ended its goroutine", Line: current.Running(), Hint: "runtime.Goexit ends the code that calls it"}
			}
		}()
		running.stopped = nil
		running.id.Store(goroutineID())
		call()
		returned = true
	}()
	<-ended
	return f
}

// stopCompiled ends the calling goroutine and with it the cell, without a panic
// that its code could recover.
func stopCompiled(f *Failure) {
	if f.locate(); f.Line == 0 {
		f.Line = current.Running()
	}
	if goroutineID() == running.id.Load() {
		running.stopped = f
	} else if t := current.tasks.current(); t != nil {
		t.stopped = f
	} else {
		current.end(f) // compiled code started the goroutine
	}
	runtime.Goexit()
}

// Go returns what a go statement on a line runs in the place of the function f:
// it calls f in a goroutine that belongs to the running cell.
func Go[F any](line int, f F) F {
	fun := reflect.ValueOf(f)
	if fun.IsNil() {
		return f
	}
	t := current.tasks.add(line)
	if plain, ok := any(f).(func()); ok {
		return any(func() { current.runTask(t, plain) }).(F)
	}
	typ := fun.Type()
	return reflect.MakeFunc(typ, func(args []reflect.Value) []reflect.Value {
		current.runTask(t, func() {
			if typ.IsVariadic() {
				fun.CallSlice(args)
			} else {
				fun.Call(args)
			}
		})
		results := make([]reflect.Value, typ.NumOut())
		for i := range results {
			results[i] = reflect.Zero(typ.Out(i))
		}
		return results
	}).Interface().(F)
}

// Must is what a notebook calls must.
func Must[T any](v T, err error) T {
	if err != nil {
		Stop(0, err.Error(), "")
	}
	return v
}

// Line announces the statement that begins.
func Line(line int) { current.Line(line) }

// Show, ShowChecked and Inline are those of Child.
func Show(values ...any)        { current.Show(values...) }
func ShowChecked(values ...any) { current.ShowChecked(values...) }
func Inline(v any)              { current.Inline(v) }

// Print and Println stand in the place of the predeclared print and println.
func Print(values ...any) {
	current.Flush()
	current.Print("stdout", PlainText("", "", values))
}
func Println(values ...any) {
	current.Flush()
	current.Print("stdout", PlainText(" ", "\n", values))
}

package kernel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/traefik/yaegi/interp"

	"viva/runtime/cell"
	"viva/runtime/dynamic"
	"viva/runtime/kernel/child"
	"viva/runtime/lower"
)

// Main runs the kernel and does not return, if this process was started as
// one; else it does nothing.
func Main() {
	if os.Getenv(child.Environment) != "1" {
		return
	}
	child.Main(func(c *child.Child) child.Runner { return &interpreter{Child: c} })
}

// interpreter runs units with yaegi.
type interpreter struct {
	*child.Child
	interp   *interp.Interpreter
	imported map[cell.Import]bool
	// loaded are the declarations that have been loaded.
	loaded map[string]bool
	// used are the packages whose symbols the interpreter has, by import path.
	used map[string]bool
	seed int64
	// at is where lowered code notes the line it is on.
	at *int
}

// Start implements child.Runner.
func (c *interpreter) Start(ctx context.Context, s child.Start) *Failure {
	var prelude []cell.Unit
	if err := json.Unmarshal(s.Prelude, &prelude); err != nil {
		return &Failure{Message: fmt.Sprintf("reading the prelude: %v", err)}
	}
	c.at = new(int)
	c.interp = interp.New(interp.Options{Stdout: stream{c, "stdout"}, Stderr: &path})
	c.imported, c.loaded = map[cell.Import]bool{}, map[string]bool{}
	c.used, c.seed = map[string]bool{}, s.Seed
	dynamic.Stdout = stream{c, "stdout"}
	if err := c.interp.Use(c.support(ctx)); err != nil {
		return &Failure{Message: fmt.Sprintf("preparing the interpreter: %v", err)}
	}
	return c.run(prelude, false)
}

// Run implements child.Runner.
func (c *interpreter) Run(raw json.RawMessage) *Failure {
	var code cell.Code
	if err := json.Unmarshal(raw, &code); err != nil {
		return &Failure{Message: fmt.Sprintf("reading a cell: %v", err)}
	}
	return c.run(code.Units, code.Reset)
}

// Load implements child.Runner.
func (c *interpreter) Load(raw json.RawMessage) *Failure {
	var units []cell.Unit
	if err := json.Unmarshal(raw, &units); err != nil {
		return &Failure{Message: fmt.Sprintf("reading the cells: %v", err)}
	}
	return c.load(units)
}

// run runs units in order until one fails, after setting back their variables
// if reset says so.
func (c *interpreter) run(units []cell.Unit, reset bool) *Failure {
	if f := c.load(units); f != nil {
		return f
	}
	for _, u := range units {
		if reset && u.Reset != "" {
			if f := c.eval(u.Reset); f != nil {
				return f
			}
		}
	}
	for _, u := range units {
		for _, im := range u.Imports {
			if im.Path == "time" || im.Path == "context" {
				c.Timed()
			}
		}
		for _, call := range u.Calls {
			if f := c.eval(call); f != nil {
				return f
			}
		}
	}
	return nil
}

// load loads what units declare, if that has not been done.
func (c *interpreter) load(units []cell.Unit) *Failure {
	for _, u := range units {
		if c.loaded[u.Decls] {
			continue // each declares names of its own
		}
		c.loaded[u.Decls] = u.Decls != ""
		if err := dynamic.Register(u.Types); err != nil {
			return &Failure{Message: fmt.Sprintf("registering types: %v", err)}
		}
		for _, im := range u.Imports {
			if c.imported[im] {
				continue
			}
			if err := c.use(im); err != nil {
				return &Failure{Message: fmt.Sprintf("preparing the import of %s: %v", im.Path, err)}
			}
			if f := c.eval(fmt.Sprintf("import %s %q", im.Name, im.Path)); f != nil {
				return f
			}
			c.imported[im] = true
			switch im.Path {
			case "os":
				// What the code writes to os.Stdout goes through the same pipe.
				dynamic.Stdout = c.InOrder(os.Stdout)
			case "log", "log/slog":
				if _, direct := dynamic.Stdout.(stream); direct {
					dynamic.Stdout = c.InOrder(stream{c, "stdout"})
				}
			}
		}
		for _, text := range append(slices.Clone(u.Structs), u.Decls, u.Enter) {
			if f := c.eval(text); f != nil {
				return f
			}
		}
	}
	return nil
}

// eval evaluates lowered source.
func (c *interpreter) eval(source string) (f *Failure) {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			f = c.Panicked(r)
		}
	}()
	path.clear()
	path.declare(source)
	program, err := c.compile(source)
	if err == nil {
		_, err = c.interp.Execute(program)
	}
	if err == nil {
		return nil
	}
	var p interp.Panic
	if errors.As(err, &p) {
		return c.Panicked(p.Value)
	}
	message := err.Error()
	var at, column int
	if n, _ := fmt.Sscanf(message, "_.go:%d:%d:", &at, &column); n != 2 {
		_, _ = fmt.Sscanf(message, "%d:%d:", &at, &column)
	}
	if i := strings.Index(message, ": "); at > 0 && i >= 0 {
		message = message[i+2:]
	}
	if os.Getenv("VIVA_LOWERED") != "" {
		message += fmt.Sprintf(" (lowered line %d)\n%s", at, source)
	}
	return &Failure{Message: Refusal + message, Line: lineBefore(source, at), Hint: "it is correct Go, but beyond the interpreter; write it in a plainer way"}
}

var notedLine = regexp.MustCompile(`(?m)^(?:line` + lower.Dot + ` = |cell` + lower.Dot + `\.Line\()(\d+)`)

// lineBefore is the notebook's line that lowered code notes last before its
// own line, or else first.
func lineBefore(source string, line int) int {
	lines := strings.SplitAfter(source, "\n")
	before := strings.Join(lines[:min(max(line, 0), len(lines))], "")
	found := notedLine.FindAllStringSubmatch(before, -1)
	if len(found) == 0 {
		found = notedLine.FindAllStringSubmatch(source, 1)
	}
	if len(found) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(found[len(found)-1][1])
	return n
}

// compile gives a panic of the interpreter's compiler, which is a fault of
// its own and happens before anything runs, as an error.
func (c *interpreter) compile(source string) (p *interp.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its compiler failed: %v", r)
		}
	}()
	return c.interp.Compile(source)
}

// Panicked implements child.Runner.
func (c *interpreter) Panicked(v any) *Failure {
	if rv, ok := v.(reflect.Value); ok && rv.IsValid() && rv.CanInterface() {
		v = rv.Interface()
	}
	v = panicValue(v)
	line := c.Running()
	if c.at != nil && *c.at > 0 {
		line = *c.at
	}
	if s, ok := v.(string); ok && strings.HasPrefix(s, "reflect") {
		return &Failure{Message: Fault + s, Line: line, Hint: "the code may be correct Go, but beyond the interpreter; write it in a plainer way"}
	}
	f := &Failure{Message: "panic: " + dynamic.PanicText(v)}
	if child.Stops(v) {
		f = child.Panicked(v)
	}
	if f.Line == 0 {
		f.Line = line
	}
	f.Frames = path.calls(f.Line, c.Running())
	return f
}

// stream carries what interpreted code prints.
type stream struct {
	c    *interpreter
	name string
}

func (s stream) Write(b []byte) (int, error) {
	s.c.Print(s.name, string(b))
	return len(b), nil
}

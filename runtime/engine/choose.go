package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"viva/runtime/cell"
	"viva/runtime/kernel"
	"viva/runtime/native"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// The engines that Options and front matter may name.
const (
	// Auto interprets what the interpreter runs as Go does, and compiles other
	// notebooks whole, where there is a toolchain.
	Auto = "auto"
	// Yaegi interprets, and refuses what it cannot interpret.
	Yaegi = "yaegi"
	// Go compiles.
	Go = "go"
)

// choice is a checked notebook and how it is to be run.
type choice struct {
	program     *cell.Program // nil if it cannot be run
	diagnostics []record.Diagnostic
	// engine is Yaegi or Go; why says for Auto why it is Go.
	engine, why string
	toolchain   *native.Toolchain

	nb *notebook.Notebook
	// asked is what was asked for, on that line of the notebook if it was there.
	asked string
	line  int
	find  func() (*native.Toolchain, error)
}

// choose checks a notebook and chooses its engine. The asked one overrides the
// notebook's own; empty does not.
func choose(ctx context.Context, nb *notebook.Notebook, asked string) choice {
	engine, line := asked, 0
	if engine == "" {
		engine, line = nb.Meta.Engine, nb.Meta.EngineLine
	}
	if engine == "" {
		engine = Auto
	}
	find := sync.OnceValues(func() (*native.Toolchain, error) { return native.Find(ctx, "") })
	program, diagnostics := cell.Check(nb, func(path string) (*symbols.Outside, error) { return outside(ctx, path, engine, find) })
	c := choice{program: program, diagnostics: diagnostics, engine: Yaegi, nb: nb, asked: engine, line: line, find: find}
	if program != nil {
		c.decide()
	}
	return c
}

// outside finds a package that is not embedded.
func outside(ctx context.Context, path, engine string, find func() (*native.Toolchain, error)) (*symbols.Outside, error) {
	if engine == Yaegi {
		return nil, fmt.Errorf("package %s is not available in cells that are interpreted", path)
	}
	t, err := find()
	if err != nil {
		return nil, fmt.Errorf("package %s is not available in cells without the Go toolchain: %w", path, err)
	}
	return t.Package(ctx, path)
}

// decide chooses the engine of a checked notebook from what the interpreter
// refuses.
func (c *choice) decide() {
	program := c.program
	switch {
	case c.asked == Yaegi:
		if len(program.Refused) > 0 {
			c.refuse(program.Refused...)
		}
		return
	case c.asked == Auto && len(program.Refused) == 0:
		return
	}
	t, err := c.find()
	switch {
	case err != nil && c.asked == Go:
		c.refuse(record.Diagnostic{
			Severity: "error", File: c.nb.Path, Line: max(c.line, 1), Cell: -1,
			Message: fmt.Sprintf("the engine go cannot be used: %v", err), Hint: installHint(err),
		})
	case err != nil:
		for _, d := range program.Refused {
			if d.Hint != "" {
				d.Hint += "; or "
			}
			if errors.Is(err, native.ErrNoToolchain) {
				d.Hint += installHint(err)
			} else {
				d.Hint += "have it compiled, which does not work here: " + err.Error()
			}
			c.refuse(d)
		}
	case len(program.Native.Refused) > 0:
		c.refuse(program.Native.Refused...)
	default:
		c.engine, c.toolchain = Go, t
		if c.asked == Auto {
			c.why = fmt.Sprintf("line %d: %s", program.Refused[0].Line, program.Refused[0].Message)
		}
	}
}

// loadRefused chooses again after the interpreter's own compiler has refused
// the notebook.
func (c *choice) loadRefused(f *kernel.Failure) {
	d := record.Diagnostic{Severity: "error", File: c.nb.Path, Line: max(f.Line, 1), Cell: cellAt(c.nb, f.Line), Message: f.Message, Hint: f.Hint}
	if c.asked == Yaegi {
		c.refuse(d)
		return
	}
	c.program.Refused = append(c.program.Refused, d)
	c.decide()
}

// cellAt is the number of the cell that a line stands in, -1 above the first.
func cellAt(nb *notebook.Notebook, line int) int {
	at := -1
	for _, cl := range nb.Cells {
		if cl.Line <= line {
			at = cl.Index
		}
	}
	return at
}

func installHint(err error) string {
	if errors.Is(err, native.ErrNoToolchain) {
		return "install Go from https://go.dev/dl, with which such notebooks are compiled"
	}
	return ""
}

func (c *choice) refuse(diagnostics ...record.Diagnostic) {
	c.program = nil
	c.diagnostics = append(c.diagnostics, diagnostics...)
}

// compile builds the notebook's program if it is to be compiled, and returns
// the executable; empty for the interpreter.
func (c *choice) compile(ctx context.Context) (string, *record.Diagnostic) {
	if c.engine != Go {
		return "", nil
	}
	exe, err := c.toolchain.Build(ctx, c.program.Native.Source)
	if err == nil {
		return exe, nil
	}
	d := &record.Diagnostic{Line: 1, Cell: -1, Message: err.Error()}
	var wrong *native.CompileError
	if errors.As(err, &wrong) && wrong.Line > 0 {
		d.Line, d.Column = wrong.Line, wrong.Column
		d.Message = "the Go compiler refuses this: " + wrong.Message
		d.Cell = cellAt(c.nb, d.Line)
	}
	return "", d
}

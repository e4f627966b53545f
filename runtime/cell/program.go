package cell

import (
	"go/parser"
	"go/token"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// CheckFile checks and lowers a whole Go file of package main instead of a
// notebook, and gives it the meaning that Go gives a file: its package
// variables are set in the order of their dependencies, then its init
// functions run, then main. The program has one cell. The diagnostics are as
// those of Check.
//
// It is there to measure the front end against programs that were written for
// the compiler.
func CheckFile(path, source string, outside Outside) (*Program, []record.Diagnostic) {
	s := NewSession(outside)
	c := s.newChecker(&notebook.Notebook{Path: path})
	c.assembling, c.whole = true, true
	c.predeclare()
	program := &Program{Prelude: s.start, Cells: make([]Code, 1), session: s}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.PackageClauseOnly)
	if err != nil {
		c.report(0, 1, 1, err.Error(), "")
		return nil, c.diagnostics
	}
	// The package clause is the chunk's own; blanks keep the offsets.
	body := []byte(source)
	for i := range fset.Position(file.Name.End()).Offset {
		if body[i] != '\n' {
			body[i] = ' '
		}
	}
	items, faults := split(string(body))
	for _, f := range faults {
		line, column := place(source, f.offset, 1, 0)
		c.report(0, line, column, f.message, f.hint)
	}
	imports := &chunk{kind: importing, code: string(body), line: 1}
	rest := &chunk{kind: declaration, code: string(body), line: 1, whole: true}
	for _, it := range items {
		if it.kind == importing {
			imports.items = append(imports.items, it)
		} else {
			rest.items = append(rest.items, it)
		}
	}
	if len(imports.items) > 0 && len(c.diagnostics) == 0 {
		c.chunk(imports, &program.Cells[0])
	}
	if len(c.diagnostics) == 0 {
		c.chunk(rest, &program.Cells[0])
		c.unusedImports()
	}
	if len(c.diagnostics) > 0 {
		return nil, c.diagnostics
	}
	c.finish(program)
	return program, nil
}

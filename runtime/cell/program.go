package cell

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// CheckFile checks and lowers a whole Go file of package main instead of a
// notebook, and gives it the meaning that Go gives a file: its package
// variables are set in the order of their dependencies, then its init
// functions run, then main. The program has one cell. The diagnostics are as
// those of Check.
//
// It is there to measure the front end against programs that were written for
// the compiler.
func CheckFile(path, source string) (*Program, []record.Diagnostic) {
	c := &checker{
		nb:       &notebook.Notebook{Path: path},
		importer: symbols.NewImporter(),
		pkg:      types.NewPackage("main", "main"),
		names:    map[string]*name{},
		emitted:  map[types.Object]string{},
		counts:   map[string]int{},
		imports:  map[string]*imported{},
	}
	program := &Program{Prelude: c.predeclare(), Cells: make([]Code, 1)}
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
	return program, nil
}

// initFunctions gives the init functions of a whole file names of their own,
// which lets them stand side by side, and returns the names in order.
func (l *lowering) initFunctions() []string {
	var names []string
	for _, d := range l.ch.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			l.c.units++
			name := fmt.Sprintf("init%s%d", dot, l.c.units)
			l.c.emitted[l.ch.info.Defs[f.Name]] = name
			names = append(names, name)
		}
	}
	return names
}

// packageVariables declares the package variables of a whole file without
// their values, and returns the statements that set them in the order in which
// Go does.
func (l *lowering) packageVariables() string {
	for _, d := range l.ch.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		var all []string
		for _, s := range g.Specs {
			for _, id := range s.(*ast.ValueSpec).Names {
				if id.Name == "_" {
					continue
				}
				o := l.ch.info.Defs[id]
				typ, err := l.spell(o.Type())
				if err != nil {
					l.refuse(id, fmt.Sprintf("%s cannot be declared here: %v", id.Name, err), "")
					continue
				}
				all = append(all, fmt.Sprintf("var %s %s", l.c.emitted[o], typ))
			}
		}
		l.erase(g.Pos(), g.End())
		l.insert(g.Pos(), strings.Join(all, "; "))
	}
	var b strings.Builder
	for _, in := range l.ch.info.InitOrder {
		var left []string
		for _, v := range in.Lhs {
			if v.Name() == "_" {
				left = append(left, "_")
			} else {
				left = append(left, l.c.emitted[v])
			}
		}
		line, _ := l.ch.position(in.Rhs.Pos())
		value := l.loweredText(in.Rhs)
		if len(in.Lhs) == 1 && left[0] == "_" {
			if typ, err := l.spell(in.Lhs[0].Type()); err == nil {
				l.c.units++
				blank := fmt.Sprintf("blank%s%d", dot, l.c.units)
				fmt.Fprintf(&b, "%s.Line(%d); { var %s %s = %s; _ = %s }\n", supportName, line, blank, typ, value, blank)
				continue
			}
		}
		fmt.Fprintf(&b, "%s.Line(%d); %s = %s\n", supportName, line, strings.Join(left, ", "), value)
	}
	return b.String()
}

// wholeFile appends the units of a file: its declarations, then what sets its
// variables, its init functions and main.
func (l *lowering) wholeFile(out *Code, inits []string) {
	values := l.packageVariables()
	var text strings.Builder
	at := 1
	for _, it := range l.ch.items {
		line, _ := place(l.ch.code, it.start, l.ch.line, l.ch.indent)
		text.WriteString(strings.Repeat("\n", max(0, line-at)))
		at = line + strings.Count(l.ch.code[it.start:it.end], "\n")
		text.WriteString(l.text(it.start, it.end))
	}
	l.unit(out, text.String(), 1, "")
	calls := inits
	if values != "" {
		l.c.units++
		name := fmt.Sprintf("vars%s%d", dot, l.c.units)
		out.Units = append(out.Units, Unit{Imports: l.imports, Decls: fmt.Sprintf("func %s() {\n%s}", name, values)})
		calls = slices.Insert(calls, 0, name)
	}
	if n := l.c.names["main"]; n != nil {
		calls = append(calls, l.c.emitted[n.object])
	}
	for _, name := range calls {
		out.Units = append(out.Units, Unit{Imports: l.imports, Call: name + "()"})
	}
}

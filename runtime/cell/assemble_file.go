package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// initFunctions gives the init functions of a whole file names of their own,
// so that they can be called when the kernel listens.
func (a *assembler) initFunctions() []string {
	var names []string
	for _, d := range a.ch.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			name := a.newName("init" + dot)
			a.renamed[a.ch.info.Defs[f.Name]] = name
			names = append(names, name)
		}
	}
	return names
}

// packageVariables declares the package variables of a whole file without
// their values, and returns the statements that set them in the order in which
// Go does.
func (a *assembler) packageVariables() string {
	for _, d := range a.ch.file.Decls {
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
				o := a.ch.info.Defs[id]
				typ, err := a.spell(o.Type())
				if err != nil {
					a.refuse(id.Pos(), fmt.Sprintf("%s cannot be declared here: %v", id.Name, err), "")
					continue
				}
				all = append(all, fmt.Sprintf("var %s %s", a.c.emitted[o], typ))
			}
		}
		a.all = append(a.all, patch{a.ch.source(g.Pos()), a.ch.source(g.End()), replacing, strings.Join(all, "; ")})
	}
	var b strings.Builder
	for _, in := range a.ch.info.InitOrder {
		from, to := a.ch.source(in.Rhs.Pos()), a.ch.source(in.Rhs.End())
		inner := a.patches
		inner.all = slices.DeleteFunc(slices.Clone(a.all), func(e patch) bool { return e.start < from || e.end > to })
		value := inner.text(from, to)
		var left []string
		for _, v := range in.Lhs {
			name := "_"
			if v.Name() != "_" {
				name = a.c.emitted[v]
			}
			left = append(left, name)
		}
		if len(left) == 1 && left[0] == "_" {
			if typ, err := a.spell(in.Lhs[0].Type()); err == nil {
				value = "(" + typ + ")(" + value + ")"
			}
		}
		fmt.Fprintf(&b, "%s%s = %s\n", a.directive(from), strings.Join(left, ", "), value)
	}
	return b.String()
}

// wholeFile appends a file: its declarations, then what sets its variables, its
// init functions and main.
func (a *assembler) wholeFile(out *Code, inits []string) {
	values := a.packageVariables()
	for _, it := range a.ch.items {
		fmt.Fprintf(&a.n.decls, "%s%s\n", a.directive(it.start), a.text(it.start, it.end))
	}
	if values != "" {
		name := a.newName("vars" + dot)
		fmt.Fprintf(&a.n.decls, "func %s() {\n%s}\n", name, values)
		inits = slices.Insert(inits, 0, name)
	}
	for _, name := range inits {
		a.call(out, name)
	}
	if n := a.c.names["main"]; n != nil {
		a.call(out, a.c.emitted[n.object])
	}
}

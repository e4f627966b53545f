package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// localType is a type declared in a function that moves to package level.
type localType struct {
	name string
	spec *ast.TypeSpec
}

// hoist moves the types that functions declare to package level, under names
// of their own: instances of generic functions are declared there and must be
// able to mention them. It runs before names are replaced.
func (l *lowering) hoist() {
	embedded := map[types.Object]bool{}
	l.inspect(func(n ast.Node) bool {
		s, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range s.Fields.List {
			x := f.Type
			if p, ok := x.(*ast.StarExpr); ok {
				x = p.X
			}
			if id, ok := x.(*ast.Ident); ok && len(f.Names) == 0 {
				embedded[l.ch.info.Uses[id]] = true
			}
		}
		return true
	})
	l.inspect(func(n ast.Node) bool {
		s, ok := n.(*ast.DeclStmt)
		if !ok {
			return true
		}
		d, ok := s.Decl.(*ast.GenDecl)
		if !ok || d.Tok != token.TYPE {
			return true
		}
		for _, s := range d.Specs {
			s := s.(*ast.TypeSpec)
			if s.TypeParams != nil {
				l.refuse(s, "the interpreter cannot run a generic type that a function declares", "declare it at the top level of the cell")
				return true
			}
			// The name of an embedded field is its type's, and must stay.
			if s.Assign.IsValid() || s.Name.Name == "_" || embedded[l.ch.info.Defs[s.Name]] {
				return true
			}
		}
		for _, s := range d.Specs {
			s := s.(*ast.TypeSpec)
			l.c.units++
			name := fmt.Sprintf("%s%s%d", s.Name.Name, dot, l.c.units)
			l.c.emitted[l.ch.info.Defs[s.Name]] = name
			l.local = append(l.local, localType{name, s})
		}
		l.erase(d.Pos(), d.End())
		return true
	})
}

// hoisted declares the types that moved. It runs after the passes that edit
// them.
func (l *lowering) hoisted() {
	for _, t := range l.local {
		fmt.Fprintf(&l.decls, "type %s %s\n", t.name, l.loweredText(t.spec.Type))
	}
}

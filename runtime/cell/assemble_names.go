package cell

import (
	"go/ast"
	"go/types"
	"strings"
)

// names replaces the names of packages and of the notebook's revised
// declarations.
func (a *assembler) names() {
	selected := map[*ast.Ident]bool{}
	ast.Inspect(a.ch.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			selected[s.Sel] = true
		}
		return true
	})
	rename := func(id *ast.Ident, o types.Object) {
		if !id.Pos().IsValid() || a.done[id] {
			return
		}
		if p, ok := o.(*types.PkgName); ok {
			a.replace(id.Pos(), id.End(), a.n.packageName(p.Imported().Path()))
			return
		}
		if o == a.c.must {
			a.replace(id.Pos(), id.End(), supportName+".Must")
			return
		}
		if p := o.Pkg(); p != nil && p != a.c.pkg && o.Parent() == p.Scope() && !selected[id] {
			a.before(id.Pos(), a.n.packageName(p.Path())+".") // a dot import
			return
		}
		if name := a.nameOf(o); name != "" && name != id.Name {
			a.replace(id.Pos(), id.End(), name)
		}
	}
	for id, o := range a.ch.info.Defs {
		if o != nil {
			rename(id, o)
		}
	}
	for id, o := range a.ch.info.Uses {
		rename(id, o)
	}
}

// nameOf is the name that an object has in the program, empty for its own.
func (a *assembler) nameOf(o types.Object) string {
	if name, ok := a.renamed[o]; ok {
		return name
	}
	// An embedded field is called as its type is.
	if v, ok := o.(*types.Var); ok && v.IsField() && v.Embedded() {
		t := v.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		switch t := t.(type) {
		case *types.Named:
			o = t.Obj()
		case *types.Alias:
			o = t.Obj()
		}
	}
	return a.c.emitted[o]
}

// substitutes puts functions of the kernel in the place of those that would
// end the process, draw from a source without the notebook's seed, or write
// where the parent reads.
func (a *assembler) substitutes() {
	ast.Inspect(a.ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			a.substitute(n)
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			if !ok {
				return true
			}
			b, ok := a.ch.info.Uses[id].(*types.Builtin)
			if !ok {
				return true
			}
			switch b.Name() {
			case "print", "println":
				for _, x := range n.Args {
					if t := a.ch.info.TypeOf(x); t != nil && types.IsInterface(t) {
						a.around(x, supportName+".Words(", ")")
					}
				}
				a.replace(id.Pos(), id.End(), supportName+"."+strings.ToUpper(b.Name()[:1])+b.Name()[1:])
			}
		}
		return true
	})
}

func (a *assembler) substitute(n *ast.SelectorExpr) {
	id, ok := n.X.(*ast.Ident)
	if !ok {
		return
	}
	f, ok := a.ch.info.Uses[n.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return
	}
	if _, ok := a.ch.info.Uses[id].(*types.PkgName); !ok {
		return
	}
	put := func(name string) {
		a.done[id], a.done[n.Sel] = true, true
		a.replace(n.Pos(), n.End(), supportName+"."+name)
	}
	switch path := f.Pkg().Path(); {
	case path == "os" && f.Name() == "Exit":
		put("Exit")
	case path == "log" && strings.HasPrefix(f.Name(), "Fatal"):
		put(f.Name())
	case path == "math/rand/v2" && f.Name() == "N":
		put("RandN")
	case path == "math/rand" && generates(f):
		put("Rand." + f.Name())
	case path == "math/rand/v2" && generates(f):
		put("RandV2." + f.Name())
	}
}

// generates reports whether a function of math/rand is also a method of its
// generators.
func generates(f *types.Func) bool {
	r, ok := f.Pkg().Scope().Lookup("Rand").(*types.TypeName)
	if !ok {
		return false
	}
	o, _, _ := types.LookupFieldOrMethod(types.NewPointer(r.Type()), true, f.Pkg(), f.Name())
	_, method := o.(*types.Func)
	return method
}

// mapRanges has loops over maps go in the order of their keys.
func (a *assembler) mapRanges() {
	ast.Inspect(a.ch.file, func(n ast.Node) bool {
		r, ok := n.(*ast.RangeStmt)
		if !ok {
			return true
		}
		t := a.ch.info.TypeOf(r.X)
		if t == nil {
			return true
		}
		if _, ok := t.Underlying().(*types.Map); ok {
			a.around(r.X, supportName+".InOrder(", ")")
		}
		return true
	})
}

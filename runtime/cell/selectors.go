package cell

import (
	"fmt"
	"go/ast"
	"go/types"
)

// promoted writes out the embedded fields through which a selector reaches
// its field or method: the interpreter loses its way to methods of embedded
// interfaces.
func (l *lowering) promoted(n *ast.SelectorExpr, s *types.Selection) {
	if s.Kind() == types.MethodExpr {
		return
	}
	path, _ := l.embedded(s)
	if path != "" {
		l.insert(n.X.End(), path)
	}
}

// embedded gives the embedded fields on the way of a selection, as ".A.B", and
// the type of the last. The path is empty where there are none, or where one
// cannot be named here.
func (l *lowering) embedded(s *types.Selection) (path string, last types.Type) {
	last = s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		t := last
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return "", s.Recv()
		}
		f := st.Field(i)
		if !f.Exported() && f.Pkg() != l.c.pkg {
			return "", s.Recv()
		}
		path += "." + l.fieldName(f)
		last = f.Type()
	}
	return path, last
}

// fieldName is the name of a field in lowered code: that of an embedded one
// follows its type's.
func (l *lowering) fieldName(f *types.Var) string {
	if !f.Embedded() {
		return f.Name()
	}
	t := types.Unalias(f.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		if name, ok := l.c.emitted[n.Obj()]; ok {
			return name
		}
	}
	return f.Name()
}

// receiver gives the type that a method is called on, and how to make it of
// the expression before the method's name: a method may want the address of a
// variable, or what a pointer points to.
func (l *lowering) receiver(n *ast.SelectorExpr, s *types.Selection) (recv types.Type, prefix string) {
	path, recv := l.embedded(s)
	if path == "" && len(s.Index()) > 1 {
		if _, ok := recv.Underlying().(*types.Pointer); !ok && addressable(n.X) {
			return types.NewPointer(recv), "&" // of a field that has no name here
		}
		return recv, ""
	}
	_, isPointer := recv.Underlying().(*types.Pointer)
	_, wantsPointer := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
	switch {
	case wantsPointer && !isPointer:
		return types.NewPointer(recv), "&"
	case !wantsPointer && isPointer && !types.IsInterface(recv):
		return recv.Underlying().(*types.Pointer).Elem(), "*"
	}
	return recv, ""
}

// addressable reports whether the address of an expression can be taken, as
// far as its form says.
func addressable(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident, *ast.StarExpr:
		return true
	case *ast.SelectorExpr:
		return addressable(x.X)
	}
	return false
}

// interfaceSwitch makes a switch on an interface value a switch on
// comparisons: the interpreter compares with the type of the first case.
func (l *lowering) interfaceSwitch(n *ast.SwitchStmt) {
	if n.Tag == nil || !types.IsInterface(l.ch.info.TypeOf(n.Tag)) {
		return
	}
	var name string
	id, simple := ast.Unparen(n.Tag).(*ast.Ident)
	switch {
	case simple:
		name = l.loweredText(id)
		l.erase(n.Tag.Pos(), n.Tag.End())
	case n.Init != nil:
		l.refuse(n, "the interpreter cannot run a switch with a statement and an interface value", "put the statement before the switch")
		return
	default:
		l.c.units++
		name = fmt.Sprintf("tag%s%d", dot, l.c.units)
		l.insert(n.Tag.Pos(), name+" := ")
		l.insert(n.Tag.End(), ";")
	}
	for _, clause := range n.Body.List {
		for _, x := range clause.(*ast.CaseClause).List {
			before, after := supportName+".Equal("+name+", ", ")"
			if l.ch.info.Types[x].IsNil() {
				before, after = name+" == ", ""
			}
			l.insert(x.Pos(), before)
			l.insert(x.End(), after)
		}
	}
}

// closuresIn keeps the closures of the calls in a loop's body. Loops within
// loops are visited twice, calls once.
func (l *lowering) closuresIn(body *ast.BlockStmt, kept map[*ast.CallExpr]bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && !kept[call] {
			kept[call] = true
			l.keepClosures(call)
		}
		return true
	})
}

// keepClosures passes function literals in loops to compiled functions by way
// of a function of the interpreter's: the compiled function would else get one
// that sees the variables of the last iteration.
func (l *lowering) keepClosures(call *ast.CallExpr) {
	var o types.Object
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		o = l.ch.info.Uses[f]
	case *ast.SelectorExpr:
		o = l.ch.info.Uses[f.Sel]
	}
	if f, ok := o.(*types.Func); !ok || f.Pkg() == nil || f.Pkg() == l.c.pkg {
		return
	}
	for _, a := range call.Args {
		lit, ok := ast.Unparen(a).(*ast.FuncLit)
		if !ok {
			continue
		}
		text, err := l.spell(l.ch.info.TypeOf(lit))
		if err != nil {
			l.refuse(lit, fmt.Sprintf("the interpreter cannot pass this function on in a loop: %v", err), "put the loop's body into a function")
			continue
		}
		l.c.units++
		f := fmt.Sprintf("keep%s%d", dot, l.c.units)
		fmt.Fprintf(&l.decls, "func %s(f %s) %s { return f }\n", f, text, text)
		l.insert(lit.Pos(), f+"(")
		l.insert(lit.End(), ")")
	}
}

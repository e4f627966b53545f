package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// operand is a part of an expression: its syntax, its type once written, and
// what writes it.
type operand struct {
	x     ast.Expr
	typ   types.Type
	write func() string
	// now says that Go's compiler evaluates it in its place, as if it were a
	// call.
	now bool
	// listed says that it becomes an element of a literal without keys.
	listed bool
}

// valued is x as an operand of type t.
func (f *fn) valued(x ast.Expr, t types.Type) operand {
	o := operand{x: x, typ: t, write: func() string { return f.value(x, t) }}
	if have := f.typeOf(x); have != nil && isInterface(t) && !isInterface(have) && !f.site.info.Types[x].IsNil() {
		// What becomes a value of interface type is copied, if it is no variable.
		o.now = f.site.info.Types[x].Value == nil && !f.site.info.Types[x].Addressable() && !isFuncLit(x)
		if f.l.transparent(types.Default(have)) {
			// The interpreter cannot make every call's value one of interface
			// type by itself.
			o.typ = types.Default(have)
		}
	}
	return o
}

// plain is x as an operand of its own type.
func (f *fn) plain(x ast.Expr) operand {
	return operand{x: x, typ: f.typeOf(x), write: func() string { return f.expr(x) }}
}

// inOrder writes the operands of an expression. Go's compiler makes the calls
// in them first, from left to right, and reads variables, fields and elements
// after that. Where the interpreter would do otherwise, the calls are made
// before the expression.
func (f *fn) inOrder(operands ...operand) []string {
	texts := make([]string, len(operands))
	done := 0
	keep := func(until int) {
		for ; done < until; done++ {
			if o := operands[done]; o.x != nil && (o.now || f.calls(o.x)) && !simple(texts[done]) {
				texts[done] = f.keep(texts[done], operands[done].typ)
			}
		}
	}
	reads := false
	for i, o := range operands {
		pre := f.apart(func() { texts[i] = o.write() })
		if pre != "" {
			keep(i)
			f.w.WriteString(pre)
		}
		switch {
		case o.x == nil:
		case f.runs(o.x):
			if reads {
				keep(i + 1)
			}
		case !simple(texts[i]) && f.site.info.Types[o.x].Value == nil && !isFuncLit(o.x):
			reads = true
		}
	}
	if slices.ContainsFunc(operands, f.untypable) {
		keep(len(operands))
		for i, o := range operands {
			if f.untypable(o) && !simple(texts[i]) {
				texts[i] = f.keep(texts[i], o.typ)
			}
		}
	}
	return texts
}

// untypable reports whether an operand has to be kept because it is listed. The
// interpreter works out the types of elements before it has seen what they are
// made of. To an element of a compiled slice, array or map it then gives no type,
// and its compiler fails on what is selected from one: x.Steps[0].Name,
// x.Steps[0].Table().
func (f *fn) untypable(o operand) bool {
	return o.listed && o.x != nil && f.throughElement(o.x)
}

// throughElement reports whether x is reached through an element of what a
// compiled type or package has.
func (f *fn) throughElement(x ast.Expr) bool {
	for within := false; ; {
		x = ast.Unparen(x)
		switch n := x.(type) {
		case *ast.SelectorExpr:
			if f.site.info.Selections[n] == nil {
				return false
			}
			x = n.X
		case *ast.CallExpr:
			if tv := f.site.info.Types[n.Fun]; tv.IsType() || tv.IsBuiltin() {
				return false
			}
			x = n.Fun
		case *ast.IndexExpr:
			if within && !f.site.info.Types[n.Index].IsType() && f.ofCompiled(n.X) {
				return true
			}
			x = n.X
		case *ast.SliceExpr:
			x = n.X
		case *ast.StarExpr:
			x = n.X
		case *ast.UnaryExpr:
			if n.Op != token.AND {
				return false
			}
			x = n.X
		default:
			return false
		}
		within = true
	}
}

// ofCompiled reports whether the interpreter has the type of x from compiled code:
// a named one, that of a field or a variable there, or a part of such a type.
func (f *fn) ofCompiled(x ast.Expr) bool {
	for {
		x = ast.Unparen(x)
		if t := f.typeOf(x); t != nil && f.l.compiled(t) {
			return true
		}
		switch n := x.(type) {
		case *ast.SelectorExpr:
			o := f.site.info.Uses[n.Sel]
			if o != nil && o.Pkg() != nil && f.l.compiledPackage(o.Pkg()) {
				return true
			}
			x = n.X
		case *ast.IndexExpr:
			x = n.X
		case *ast.SliceExpr:
			x = n.X
		case *ast.StarExpr:
			x = n.X
		default:
			return false
		}
	}
}

func isFuncLit(x ast.Expr) bool {
	_, ok := ast.Unparen(x).(*ast.FuncLit)
	return ok
}

// calls reports whether evaluating x calls a function.
func (f *fn) calls(x ast.Node) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !f.site.info.Types[n.Fun].IsType() && f.site.info.Types[n].Value == nil
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// runs reports whether evaluating x may run code of the program, which may
// change what is read beside it, or wait for it.
func (f *fn) runs(x ast.Node) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !f.quiet(n)
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

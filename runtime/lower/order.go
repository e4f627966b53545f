package lower

import (
	"go/ast"
	"go/token"
	"go/types"
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
	return texts
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

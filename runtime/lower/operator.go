package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

func (f *fn) unary(x *ast.UnaryExpr) string {
	switch x.Op {
	case token.AND:
		return f.address(x.X)
	case token.ARROW:
		elem := f.typeOf(x.X).Underlying().(*types.Chan).Elem()
		return f.commaOK([]types.Type{elem}, "<-"+f.expr(x.X))[0]
	case token.ADD:
		return f.expr(x.X)
	case token.NOT:
		// What f.expr writes binds tighter. The interpreter leaves the function
		// at !(a) && b.
		return "!" + f.expr(x.X)
	}
	return "(" + x.Op.String() + f.expr(x.X) + ")"
}

// address is the address of a variable, or of a new one with the value of a
// composite literal.
func (f *fn) address(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.CompositeLit:
		t := f.typeOf(x)
		if _, ok := t.Underlying().(*types.Struct); ok {
			return f.composite(x, types.NewPointer(t))
		}
		p := f.l.fresh("new")
		f.emit("%s := new(%s)", p, f.typ(t))
		f.emit("*%s = %s", p, f.composite(x, t))
		return p
	case *ast.Ident:
		if v := f.body.vars[f.site.info.ObjectOf(x)]; v != nil && v.cell {
			f.capture(v)
			return v.name
		}
		return "&" + f.expr(x)
	case *ast.StarExpr:
		return f.expr(x.X)
	}
	p := f.placeFor(x, false, false)
	if p.set != nil {
		f.refuse(x, "the address of this field cannot be interpreted")
	}
	return "&" + p.text
}

func (f *fn) binary(x *ast.BinaryExpr) string {
	switch x.Op {
	case token.LAND, token.LOR:
		f.logic++
		defer func() { f.logic-- }()
		left := f.expr(x.X)
		var right string
		pre := f.apart(func() { right = f.expr(x.Y) })
		if pre == "" {
			return "(" + left + " " + x.Op.String() + " " + right + ")"
		}
		t := f.keep(left, types.Typ[types.Bool])
		cond := t
		if x.Op == token.LOR {
			cond = "!" + t
		}
		f.emit("if %s {\n%s%s = %s\n}", cond, pre, t, right)
		return t
	case token.EQL, token.NEQ:
		return f.comparison(x)
	case token.SHL, token.SHR:
		t := f.typeOf(x)
		t = types.Default(t)
		both := f.inOrder(f.valued(x.X, t), operand{x: x.Y, typ: f.countType(x.Y), write: func() string { return f.shiftCount(x.Y) }})
		return "(" + both[0] + " " + x.Op.String() + " " + both[1] + ")"
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		t := f.operandType(x)
		both := f.inOrder(f.valued(x.X, t), f.valued(x.Y, t))
		return "(" + both[0] + " " + x.Op.String() + " " + both[1] + ")"
	}
	t := types.Default(f.typeOf(x))
	both := f.inOrder(f.valued(x.X, t), f.valued(x.Y, t))
	left, right := both[0], both[1]
	if x.Op == token.AND_NOT {
		return "(" + left + " & ^(" + right + "))"
	}
	return "(" + left + " " + x.Op.String() + " " + right + ")"
}

// operandType is the type in which the sides of a comparison are compared.
func (f *fn) operandType(x *ast.BinaryExpr) types.Type {
	a, b := f.typeOf(x.X), f.typeOf(x.Y)
	if isUntyped(a) {
		a = b
	}
	return types.Default(a)
}

func (f *fn) comparison(x *ast.BinaryExpr) string {
	nilX, nilY := f.site.info.Types[x.X].IsNil(), f.site.info.Types[x.Y].IsNil()
	switch {
	case nilX && nilY:
		return strconv.FormatBool(x.Op == token.EQL)
	case nilY:
		return f.compareNil(x.X, x.Op)
	case nilX:
		return f.compareNil(x.Y, x.Op)
	}
	a, b := f.typeOf(x.X), f.typeOf(x.Y)
	if isInterface(a) || isInterface(b) {
		not := ""
		if x.Op == token.NEQ {
			not = "!"
		}
		both := f.inOrder(f.valued(x.X, emptyInterface), f.valued(x.Y, emptyInterface))
		return fmt.Sprintf("%s%s.Equal(%s, %s)", not, rt, both[0], both[1])
	}
	t := f.operandType(x)
	both := f.inOrder(f.valued(x.X, t), f.valued(x.Y, t))
	left, right := both[0], both[1]
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		not := ""
		if x.Op == token.NEQ {
			not = "!"
		}
		return fmt.Sprintf("%s%s.Same(%s, %s)", not, rt, left, right)
	}
	return "(" + left + " " + x.Op.String() + " " + right + ")"
}

func (f *fn) compareNil(x ast.Expr, op token.Token) string {
	text := f.expr(x)
	if text == "nil" { // interface{}(nil)
		return strconv.FormatBool(op == token.EQL)
	}
	return "(" + text + " " + op.String() + " nil)"
}

// countType is the type of what shiftCount writes.
func (f *fn) countType(x ast.Expr) types.Type {
	t := f.typeOf(x)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsUnsigned != 0 && f.site.info.Types[x].Value == nil {
		return t
	}
	return types.Typ[types.Uint64]
}

// shiftCount is the right side of a shift. A negative one panics.
func (f *fn) shiftCount(x ast.Expr) string {
	if tv := f.site.info.Types[x]; tv.Value != nil {
		return f.constant(x, types.Typ[types.Uint], tv.Value)
	}
	t := f.typeOf(x)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsUnsigned != 0 {
		return f.expr(x)
	}
	return fmt.Sprintf("%s.Count(int64(%s))", rt, f.expr(x))
}

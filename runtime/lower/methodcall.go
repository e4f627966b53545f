package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// methodCall writes x.M(args).
func (f *fn) methodCall(n *ast.CallExpr, x *ast.SelectorExpr) called {
	sig := f.typeOf(n.Fun).Underlying().(*types.Signature)
	recv := f.receiver(x)
	if c, ok := f.specialMethod(n, x, recv); ok {
		return c
	}
	if s, ok := ast.Unparen(x.X).(*ast.SelectorExpr); ok && f.site.info.Selections[s] == nil && f.l.compiled(recv.typ) {
		// a variable of a compiled package, whose type may have no name
	} else if hasCallArgs(n) && !simple(recv.text) && f.calls(x.X) {
		recv.text = f.keep(recv.text, recv.typ)
	}
	args := f.args(n, sig)
	f.line = 0
	return f.l.callMethod(f.site, recv, sig, args)
}

// receiver is what a method is called on: the value, and the method that is
// found in its type.
type receiver struct {
	text   string
	typ    types.Type
	method *types.Func
}

// receiver evaluates the operand of x.M up to the value that has M itself.
func (f *fn) receiver(x *ast.SelectorExpr) receiver {
	t := f.typeOf(x.X)
	o, index := f.path(x, t)
	m := o.(*types.Func)
	pointer := false
	if r := m.Signature().Recv(); r != nil && !isInterface(r.Type()) {
		_, pointer = r.Type().Underlying().(*types.Pointer)
		_, named := types.Unalias(r.Type()).(*types.Named)
		pointer = pointer && !named
	}
	text := ""
	_, isPointer := t.Underlying().(*types.Pointer)
	if len(index) == 1 && pointer && !isPointer {
		return receiver{f.address(x.X), types.NewPointer(t), m}
	}
	if pointer && !isPointer {
		text = f.placeFor(x.X, false, false).text
	} else {
		text = f.expr(x.X)
	}
	text, t, native := f.walk(text, t, index[:len(index)-1])
	if isInterface(t) {
		if native && f.l.converts(t) {
			text = f.l.in(f.site, text, t)
		}
		return receiver{text, t, m}
	}
	_, isPointer = t.Underlying().(*types.Pointer)
	switch {
	case pointer && !isPointer:
		text, t = "(&"+text+")", types.NewPointer(t)
	case !pointer && isPointer:
		text, t = "(*"+text+")", t.Underlying().(*types.Pointer).Elem()
	}
	return receiver{text, t, m}
}

// callMethod calls a method with arguments in the form of lowered code.
func (l *Lowerer) callMethod(st *site, r receiver, sig *types.Signature, args []string) called {
	if isInterface(r.typ) {
		return called{text: l.dispatch(st, r.typ, r.method) + "(" + strings.Join(append([]string{r.text}, args...), ", ") + ")", results: tupleTypes(sig.Results())}
	}
	base := r.typ
	if p, ok := base.Underlying().(*types.Pointer); ok {
		base = p.Elem()
	}
	if l.compiled(base) {
		// The interpreter takes the address itself.
		text := strings.TrimPrefix(r.text, "&")
		if strings.HasPrefix(text, "(&") {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "(&"), ")")
		}
		return l.callCompiled(st, text+"."+r.method.Name(), sig, args)
	}
	return called{text: l.method(r.method, base) + "(" + strings.Join(append([]string{r.text}, args...), ", ") + ")", results: tupleTypes(sig.Results())}
}

// method is the function that a method of base has become.
func (l *Lowerer) method(m *types.Func, base types.Type) string {
	var args []types.Type
	if n, ok := types.Unalias(base).(*types.Named); ok {
		for a := range n.TypeArgs().Types() {
			args = append(args, a)
		}
	}
	return l.function(m, args)
}

// methodValue binds the receiver of x.M when it is evaluated.
func (f *fn) methodValue(x *ast.SelectorExpr) string {
	sig := f.typeOf(x).Underlying().(*types.Signature)
	r := f.receiver(x)
	if isInterface(r.typ) {
		r.text = rt + ".NotNil(" + r.text + ")"
	}
	bound := r
	bound.text = "r"
	name := f.l.fresh("bound")
	params, results, names := f.l.forwarding(f.site, sig)
	call := f.l.callMethod(f.site, bound, sig, names)
	f.l.top(fmt.Sprintf("func %s(r %s) func%s {\nreturn func(%s) %s {\n%s}\n}\n", name, f.l.typ(f.site, r.typ),
		f.l.signature(f.site, sig, nil), strings.Join(params, ", "), results, f.l.returning(f.site, call)))
	return name + "(" + r.text + ")"
}

// methodExpression makes T.M a function with the receiver as its first
// parameter.
func (f *fn) methodExpression(x *ast.SelectorExpr, s *types.Selection) string {
	sig := f.typeOf(x).Underlying().(*types.Signature)
	t := f.typeOf(x.X)
	params, results, names := f.l.forwarding(f.site, sig)
	recv := f.l.receiverOf(f, x, names[0], t, s.Obj())
	inner := types.NewSignatureType(nil, nil, nil, types.NewTuple(variables(sig.Params())[1:]...), sig.Results(), sig.Variadic())
	call := f.l.callMethod(f.site, recv, inner, names[1:])
	name := f.l.fresh("method")
	f.l.top(fmt.Sprintf("func %s(%s) %s {\n%s}\n", name, strings.Join(params, ", "), results, f.l.returning(f.site, call)))
	return name
}

func variables(t *types.Tuple) []*types.Var {
	var list []*types.Var
	for v := range t.Variables() {
		list = append(list, v)
	}
	return list
}

// receiverOf is the receiver for calling a method of the value that text
// holds, which can be addressed or is a pointer where the method wants one.
func (l *Lowerer) receiverOf(f *fn, at ast.Node, text string, t types.Type, method types.Object) receiver {
	o, index := f.lookup(at, t, method.Name(), f.packageOf(method))
	m := o.(*types.Func)
	pointer := false
	if r := m.Signature().Recv(); r != nil && !isInterface(r.Type()) {
		_, pointer = types.Unalias(r.Type()).(*types.Pointer)
	}
	text, t, native := f.walk(text, t, index[:len(index)-1])
	if isInterface(t) {
		if native && l.converts(t) {
			text = l.in(f.site, text, t)
		}
		return receiver{text, t, m}
	}
	_, isPointer := t.Underlying().(*types.Pointer)
	switch {
	case pointer && !isPointer:
		text, t = "(&"+text+")", types.NewPointer(t)
	case !pointer && isPointer:
		text, t = "(*"+text+")", t.Underlying().(*types.Pointer).Elem()
	}
	return receiver{text, t, m}
}

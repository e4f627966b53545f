package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func builtinName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

// builtin writes a call of a predeclared function.
func (f *fn) builtin(n *ast.CallExpr, name string) called {
	result := func(text string) called {
		t := f.typeOf(n)
		if t == nil || f.site.info.Types[n].IsVoid() {
			return called{text: text}
		}
		return called{text: text, results: []types.Type{types.Default(t)}}
	}
	if len(n.Args) == 1 {
		if t, ok := f.typeOf(n.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
			n = f.spread(n)
		}
	}
	arg := func(i int) string { return f.expr(n.Args[i]) }
	switch name {
	case "len", "cap":
		text := ""
		switch u := f.typeOf(n.Args[0]).Underlying().(type) {
		case *types.Pointer:
			f.discard(n.Args[0])
			return result(fmt.Sprint(u.Elem().Underlying().(*types.Array).Len()))
		case *types.Array:
			f.discard(n.Args[0])
			return result(fmt.Sprint(u.Len()))
		default:
			text = arg(0)
		}
		return result(name + "(" + text + ")")
	case "append":
		return result(f.appendCall(n))
	case "copy":
		both := f.inOrder(f.plain(n.Args[0]), f.plain(n.Args[1]))
		if b, ok := f.typeOf(n.Args[1]).Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
			both[1] = "[]byte(" + both[1] + ")"
		}
		return result(fmt.Sprintf("copy(%s, %s)", both[0], both[1]))
	case "delete":
		m := f.typeOf(n.Args[0]).Underlying().(*types.Map)
		both := f.inOrder(f.plain(n.Args[0]), operand{x: n.Args[1], typ: m.Key(), write: func() string { return f.mapKey(n.Args[1], m.Key()) }})
		return result(fmt.Sprintf("delete(%s, %s)", both[0], both[1]))
	case "clear":
		return result(fmt.Sprintf("%s.Clear(%s)", rt, arg(0)))
	case "close":
		return result("close(" + arg(0) + ")")
	case "make":
		return result(f.makeCall(n))
	case "new":
		t := f.typeOf(n).(*types.Pointer)
		if f.site.info.Types[n.Args[0]].IsType() {
			return result("new(" + f.typ(t.Elem()) + ")")
		}
		p := f.l.fresh("new")
		f.emit("%s := new(%s)", p, f.typ(t.Elem()))
		f.emit("*%s = %s", p, f.value(n.Args[0], t.Elem()))
		return result(p)
	case "panic":
		return called{text: rt + ".Panic(" + f.value(n.Args[0], emptyInterface) + ")"}
	case "print", "println":
		var operands []operand
		for _, a := range n.Args {
			o := f.valued(a, emptyInterface)
			o.listed = true
			operands = append(operands, o)
		}
		args := f.inOrder(operands...)
		return called{text: f.printing(n, name, args)}
	case "recover":
		for g := f; g != nil; g = g.parent {
			if g.caller != nil {
				return result(f.use(g.caller) + ".Recover()")
			}
		}
		return result("interface{}(nil)")
	case "min", "max":
		return result(f.extreme(n, name))
	case "complex":
		part := types.Type(types.Typ[types.Float64])
		if b := f.typeOf(n).Underlying().(*types.Basic); b.Kind() == types.Complex64 {
			part = types.Typ[types.Float32]
		}
		both := f.inOrder(f.valued(n.Args[0], part), f.valued(n.Args[1], part))
		return result(fmt.Sprintf("complex(%s, %s)", both[0], both[1]))
	case "real", "imag":
		return result(name + "(" + arg(0) + ")")
	}
	f.refuse(n, "%s cannot be interpreted", name)
	return called{}
}

// spread makes the values of a call with several the arguments of another.
func (f *fn) spread(n *ast.CallExpr) *ast.CallExpr {
	list := f.multiTypes(n.Args[0])
	again := *n
	again.Args = nil
	for i, text := range f.multi(n.Args[0]) {
		v := types.NewVar(token.NoPos, nil, "v", list[i])
		id := ast.NewIdent("v")
		f.site.info.Uses[id] = v
		f.body.vars[v] = &variable{name: text, typ: list[i], owner: f}
		again.Args = append(again.Args, id)
	}
	f.site.info.Types[&again] = f.site.info.Types[n]
	return &again
}

// isElement reports whether x is read through a reference.
func (f *fn) isElement(x ast.Expr) bool {
	switch ast.Unparen(x).(type) {
	case *ast.IndexExpr, *ast.StarExpr, *ast.SelectorExpr:
		return f.site.info.Types[x].Value == nil
	}
	return false
}

func (f *fn) appendCall(n *ast.CallExpr) string {
	t := f.typeOf(n)
	elem := t.Underlying().(*types.Slice).Elem()
	if len(n.Args) == 1 {
		return f.value(n.Args[0], t)
	}
	if n.Ellipsis.IsValid() {
		if f.site.info.Types[n.Args[1]].IsNil() {
			return f.value(n.Args[0], t)
		}
		more := f.typeOf(n.Args[1])
		both := f.inOrder(f.valued(n.Args[0], t), f.plain(n.Args[1]))
		s, text := both[0], both[1]
		if b, ok := more.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
			text = "[]byte(" + text + ")"
		}
		return fmt.Sprintf("append(%s, %s...)", s, text)
	}
	operands := []operand{f.valued(n.Args[0], t)}
	for _, a := range n.Args[1:] {
		o := f.valued(a, elem)
		if len(n.Args) > 2 && f.isElement(a) {
			// The interpreter overwrites elements before it reads them.
			o.write = func() string { return f.keep(f.value(a, elem), elem) }
		}
		operands = append(operands, o)
	}
	return fmt.Sprintf("append(%s)", strings.Join(f.inOrder(operands...), ", "))
}

func (f *fn) makeCall(n *ast.CallExpr) string {
	t := f.typeOf(n)
	text := f.typ(t)
	var sizes []string
	for _, a := range n.Args[1:] {
		sizes = append(sizes, f.size(a))
	}
	switch u := t.Underlying().(type) {
	case *types.Chan:
		if u.Dir() != types.SendRecv {
			return fmt.Sprintf("(%s)(make(%s, %s))", text, f.typ(types.NewChan(types.SendRecv, u.Elem())), strings.Join(append(sizes, "0")[:1], ""))
		}
	case *types.Map:
		return "make(" + text + ")"
	}
	return "make(" + strings.Join(append([]string{text}, sizes...), ", ") + ")"
}

// size is an argument of make as an int.
func (f *fn) size(x ast.Expr) string {
	if tv := f.site.info.Types[x]; tv.Value != nil {
		return f.constant(x, types.Typ[types.Int], tv.Value)
	}
	text := f.expr(x)
	if b, ok := f.typeOf(x).Underlying().(*types.Basic); ok && b.Kind() == types.Int {
		return text
	}
	return "int(" + text + ")"
}

// extreme writes min or max.
func (f *fn) extreme(n *ast.CallExpr, name string) string {
	t := types.Default(f.typeOf(n))
	typ := f.typ(t)
	basic := t.Underlying().(*types.Basic)
	op := "<"
	if name == "max" {
		op = ">"
	}
	helper := f.l.helper(name+" "+typ, name, func(h string) string {
		if basic.Info()&types.IsFloat != 0 {
			return fmt.Sprintf("func %s(a, b %s) %s { return %s(%s.%s(float64(a), float64(b))) }\n", h, typ, typ, typ, rt, strings.ToUpper(name[:1])+name[1:])
		}
		return fmt.Sprintf("func %s(a, b %s) %s { if b %s a { return b }; return a }\n", h, typ, typ, op)
	})
	var operands []operand
	for _, a := range n.Args {
		operands = append(operands, f.valued(a, t))
	}
	texts := f.inOrder(operands...)
	text := texts[0]
	for _, v := range texts[1:] {
		text = fmt.Sprintf("%s(%s, %s)", helper, text, v)
	}
	return text
}

// preparedBuiltin is prepared for a predeclared function.
func (f *fn) preparedBuiltin(g *fn, n *ast.CallExpr, name string, own func(string, types.Type) string) string {
	switch name {
	case "panic":
		return rt + ".Panic(" + own(f.value(n.Args[0], emptyInterface), emptyInterface) + ")\n"
	case "print", "println":
		var args []string
		for _, a := range n.Args {
			args = append(args, own(f.value(a, emptyInterface), emptyInterface))
		}
		return f.printing(n, name, args) + "\n"
	case "recover":
		return "\n"
	case "close", "clear":
		if name == "clear" {
			return fmt.Sprintf("%s.Clear(%s)\n", rt, own(f.expr(n.Args[0]), f.typeOf(n.Args[0])))
		}
		return "close(" + own(f.expr(n.Args[0]), f.typeOf(n.Args[0])) + ")\n"
	case "delete":
		m := f.typeOf(n.Args[0]).Underlying().(*types.Map)
		return fmt.Sprintf("delete(%s, %s)\n", own(f.expr(n.Args[0]), f.typeOf(n.Args[0])), own(f.value(n.Args[1], m.Key()), m.Key()))
	case "copy":
		t := f.typeOf(n.Args[1])
		src := own(f.expr(n.Args[1]), t)
		if _, ok := t.Underlying().(*types.Basic); ok {
			src = "[]byte(" + src + ")"
		}
		return fmt.Sprintf("copy(%s, %s)\n", own(f.expr(n.Args[0]), f.typeOf(n.Args[0])), src)
	}
	f.refuse(n, "%s cannot be deferred", name)
	return ""
}

// printing writes a call of print or println, which show an interface value as
// one.
func (f *fn) printing(n *ast.CallExpr, name string, args []string) string {
	var static []string
	for _, a := range n.Args {
		kind := `""`
		if isInterface(f.typeOf(a)) {
			kind = `"interface"`
		}
		static = append(static, kind)
	}
	return fmt.Sprintf("%s.%s([]string{%s}, []interface{}{%s})", rt, strings.ToUpper(name[:1])+name[1:], strings.Join(static, ", "), strings.Join(args, ", "))
}

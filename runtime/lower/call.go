package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// called is a call in lowered code: its text, the types of its results, and
// which of them are still in the form of compiled code.
type called struct {
	text    string
	results []types.Type
	native  []bool
}

// call writes a call with at most one result, as a value of its type.
func (f *fn) call(n *ast.CallExpr) (string, []types.Type) {
	c := f.rawCall(n)
	if len(c.results) == 1 && c.native != nil && c.native[0] {
		return f.l.in(f.site, c.text, c.results[0]), c.results
	}
	return c.text, c.results
}

// multi evaluates an expression with several values and returns texts of
// them.
func (f *fn) multi(x ast.Expr) []string {
	list := f.multiTypes(x)
	names := make([]string, len(list))
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		if len(list) < 2 {
			return []string{f.expr(x)}
		}
		c := f.rawCall(x)
		for i := range names {
			names[i] = f.l.fresh("r")
		}
		f.emit("%s := %s", strings.Join(names, ", "), c.text)
		for i := range names {
			if c.native != nil && c.native[i] {
				names[i] = f.l.in(f.site, names[i], list[i])
			}
		}
		return names
	case *ast.IndexExpr:
		if len(list) == 2 {
			m := f.typeOf(x.X).Underlying().(*types.Map)
			return f.commaOK(list, fmt.Sprintf("%s[%s]", f.expr(x.X), f.mapKey(x.Index, m.Key())))
		}
	case *ast.UnaryExpr:
		if len(list) == 2 {
			return f.commaOK(list, "<-"+f.expr(x.X))
		}
	case *ast.TypeAssertExpr:
		if len(list) == 2 {
			v := f.keep(f.expr(x.X), emptyInterface)
			ok := f.keep(f.l.is(f.site, v, list[0]), types.Typ[types.Bool])
			value := f.l.fresh("value")
			f.emit("var %s %s", value, f.l.typ(f.site, list[0]))
			f.emit("if %s { %s = %s }", ok, value, f.l.as(f.site, v, list[0]))
			return []string{value, ok}
		}
	}
	return []string{f.expr(x)}
}

// commaOK evaluates an expression with a second value that says whether there
// was a first one. The interpreter knows no other way to receive and to look
// up that is always right.
func (f *fn) commaOK(list []types.Type, text string) []string {
	value, ok := f.l.fresh("value"), f.l.fresh("ok")
	f.emit("var %s %s", value, f.l.typ(f.site, list[0]))
	f.emit("var %s bool", ok)
	f.emit("%s, %s = %s", value, ok, text)
	return []string{value, ok}
}

func (f *fn) multiTypes(x ast.Expr) []types.Type {
	t := f.typeOf(x)
	if t == nil {
		return nil
	}
	tuple, ok := t.(*types.Tuple)
	if !ok {
		return []types.Type{t}
	}
	list := tupleTypes(tuple)
	for i, t := range list {
		list[i] = types.Default(t)
	}
	return list
}

// rawCall writes a call.
func (f *fn) rawCall(n *ast.CallExpr) called {
	fun := ast.Unparen(n.Fun)
	tv := f.site.info.Types[n.Fun]
	if tv.IsType() {
		t := f.typeOf(n.Fun)
		return called{text: f.convert(n.Args[0], t), results: []types.Type{t}}
	}
	if tv.IsBuiltin() {
		return f.builtin(n, builtinName(fun))
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		if f.site.info.Selections[x] == nil {
			id = x.Sel
			break
		}
		if s := f.site.info.Selections[x]; s.Kind() == types.MethodVal {
			return f.methodCall(n, x)
		}
	case *ast.IndexExpr:
		id = genericName(x.X)
	case *ast.IndexListExpr:
		id = genericName(x.X)
	case *ast.FuncLit:
		sig := f.typeOf(x).Underlying().(*types.Signature)
		args := f.args(n, sig)
		f.line = 0
		return called{text: f.literal(x) + "(" + strings.Join(args, ", ") + ")", results: tupleTypes(sig.Results())}
	}
	sig, ok := f.typeOf(n.Fun).Underlying().(*types.Signature)
	if !ok {
		f.refuse(n, "this call cannot be interpreted")
	}
	if id != nil {
		if o, ok := f.site.info.Uses[id].(*types.Func); ok {
			if o == f.l.must {
				return f.must(n, sig)
			}
			if c, ok := f.special(n, o, sig); ok {
				return c
			}
			if name, ok := f.ownFunction(id, o); ok {
				args := f.args(n, sig)
				f.line = 0
				return called{text: name + "(" + strings.Join(args, ", ") + ")", results: tupleTypes(sig.Results())}
			}
			f.monomorphic(n, o)
			args := f.args(n, sig)
			f.line = 0
			return f.l.callCompiled(f.site, f.l.packageName(o.Pkg().Path())+"."+o.Name(), sig, args)
		}
	}
	text := f.expr(fun)
	if hasCallArgs(n) && !simple(text) && f.calls(fun) {
		text = f.keep(text, f.typeOf(n.Fun))
	}
	args := f.args(n, sig)
	if !simple(text) && hasCallArgs(n) {
		// The interpreter takes the function of (*f)(g()) too early.
		for i, a := range args {
			if !simple(a) {
				args[i] = f.keep(a, sig.Params().At(i).Type())
			}
		}
	}
	f.line = 0
	if f.l.compiled(f.typeOf(n.Fun)) {
		return f.l.callCompiled(f.site, text, sig, args)
	}
	if !simple(text) && !isCall(text) && !strings.HasPrefix(text, "(") {
		text = "(" + text + ")"
	}
	return called{text: text + "(" + strings.Join(args, ", ") + ")", results: tupleTypes(sig.Results())}
}

func hasCallArgs(n *ast.CallExpr) bool {
	for _, a := range n.Args {
		if hasCall(a) {
			return true
		}
	}
	return false
}

func genericName(x ast.Expr) *ast.Ident {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// args writes the arguments of a call in the form of lowered code, in which
// the last parameter of a variadic function is a slice.
func (f *fn) args(n *ast.CallExpr, sig *types.Signature) []string {
	params := tupleTypes(sig.Params())
	fixed := len(params)
	if sig.Variadic() && !n.Ellipsis.IsValid() {
		fixed--
	}
	var texts []string
	var list []types.Type
	direct := false
	if len(n.Args) == 1 {
		if t, ok := f.typeOf(n.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
			texts, list, direct = f.multi(n.Args[0]), f.multiTypes(n.Args[0]), true
		}
	}
	if !direct {
		var operands []operand
		for i, a := range n.Args {
			want := types.Type(types.Typ[types.Byte])
			if i < fixed {
				want = params[i]
			} else if s, ok := params[len(params)-1].Underlying().(*types.Slice); ok {
				want = s.Elem()
			}
			o := f.valued(a, want)
			o.listed = i >= fixed
			operands = append(operands, o)
		}
		texts = f.inOrder(operands...)
	}
	at := func(i int, want types.Type) string {
		if direct {
			return f.l.assignable(f.site, texts[i], list[i], want)
		}
		return texts[i]
	}
	var out []string
	for i := range texts {
		if i < fixed {
			out = append(out, at(i, params[i]))
		}
	}
	if sig.Variadic() && !n.Ellipsis.IsValid() {
		slice := params[len(params)-1]
		elem := types.Type(types.Typ[types.Byte])
		if s, ok := slice.Underlying().(*types.Slice); ok {
			elem = s.Elem()
		}
		if len(texts) <= fixed {
			return append(out, f.l.zeroNil(f.site, slice))
		}
		var rest []string
		for i := fixed; i < len(texts); i++ {
			v := at(i, elem)
			if strings.HasPrefix(v, "(*") && !strings.HasSuffix(v, ")") {
				v = f.keep(v, elem) // as in composite
			}
			rest = append(rest, bare(v))
		}
		out = append(out, f.l.typ(f.site, slice)+"{"+strings.Join(rest, ", ")+"}")
	}
	return out
}

// callCompiled calls a compiled function with arguments in the form of
// lowered code.
func (l *Lowerer) callCompiled(st *site, fun string, sig *types.Signature, args []string) called {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = l.out(st, a, sig.Params().At(i).Type())
		if sig.Variadic() && i == len(args)-1 {
			texts[i] += "..."
		}
	}
	c := called{text: fun + "(" + strings.Join(texts, ", ") + ")", results: tupleTypes(sig.Results())}
	for _, t := range c.results {
		c.native = append(c.native, l.converts(t))
	}
	return c
}

// forwarding spells a function of this signature: its parameters, its
// results, and the names of the parameters.
func (l *Lowerer) forwarding(st *site, sig *types.Signature) (params []string, results string, names []string) {
	for i := range sig.Params().Len() {
		name := fmt.Sprintf("a%d", i)
		names = append(names, name)
		params = append(params, name+" "+l.typ(st, sig.Params().At(i).Type()))
	}
	var list []string
	for v := range sig.Results().Variables() {
		list = append(list, l.typ(st, v.Type()))
	}
	if len(list) > 0 {
		results = "(" + strings.Join(list, ", ") + ")"
	}
	return params, results, names
}

// returning writes the statements that return a call's results in the form of
// lowered code.
func (l *Lowerer) returning(st *site, c called) string {
	switch len(c.results) {
	case 0:
		return c.text + "\n"
	case 1:
		if c.native != nil && c.native[0] {
			return "return " + l.in(st, c.text, c.results[0]) + "\n"
		}
		return "return " + c.text + "\n"
	}
	var names, values []string
	for i, t := range c.results {
		n := fmt.Sprintf("r%d", i)
		names = append(names, n)
		if c.native != nil && c.native[i] {
			n = l.in(st, n, t)
		}
		values = append(values, n)
	}
	return strings.Join(names, ", ") + " := " + c.text + "\nreturn " + strings.Join(values, ", ") + "\n"
}

// must writes a call of the predeclared must.
func (f *fn) must(n *ast.CallExpr, sig *types.Signature) called {
	t := sig.Params().At(0).Type()
	name := f.l.helper("must "+f.l.key(t), "must", func(name string) string {
		typ := f.l.typ(f.site, t)
		return fmt.Sprintf("func %s(line int, v %s, err interface{}) %s { if err != nil { %s.Fail(line, err) }; return v }\n", name, typ, typ, rt)
	})
	line, _ := f.lineOf(n)
	args := f.args(n, sig)
	f.line = 0
	return called{text: fmt.Sprintf("%s(%d, %s)", name, line, strings.Join(args, ", ")), results: []types.Type{t}}
}

// helper declares a function once for each key and returns its name.
func (l *Lowerer) helper(key, name string, text func(name string) string) string {
	if n, ok := l.helpers[key]; ok {
		return n
	}
	n := l.fresh(name)
	l.helpers[key] = n
	done := false
	defer func() {
		if !done {
			delete(l.helpers, key)
		}
	}()
	t := text(n)
	done = true
	l.top(t)
	return n
}

// prepared evaluates the function and the arguments of a call in f and
// returns what g, a literal in f, does to make the call.
func (f *fn) prepared(g *fn, n *ast.CallExpr) string {
	own := func(text string, t types.Type) string {
		v := &variable{name: f.l.fresh("a"), typ: t, owner: f}
		f.introduce(v, text)
		return g.use(v)
	}
	fun := ast.Unparen(n.Fun)
	if f.site.info.Types[n.Fun].IsBuiltin() {
		return f.preparedBuiltin(g, n, builtinName(fun), own)
	}
	if f.site.info.Types[n.Fun].IsType() {
		f.discard(n)
		return ""
	}
	sig := f.typeOf(n.Fun).Underlying().(*types.Signature)
	keep := func(args []string) []string {
		var names []string
		for i, a := range args {
			names = append(names, own(a, sig.Params().At(i).Type()))
		}
		return names
	}
	if x, ok := fun.(*ast.SelectorExpr); ok {
		if s := f.site.info.Selections[x]; s != nil && s.Kind() == types.MethodVal {
			r := f.receiver(x)
			if isInterface(r.typ) {
				r.text = rt + ".NotNil(" + r.text + ")"
			}
			r.text = own(r.text, r.typ)
			return f.l.callMethod(f.site, r, sig, keep(f.args(n, sig))).text + "\n"
		}
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		if f.site.info.Selections[x] == nil {
			id = x.Sel
		}
	case *ast.IndexExpr:
		id = genericName(x.X)
	case *ast.IndexListExpr:
		id = genericName(x.X)
	}
	if id != nil {
		if o, ok := f.site.info.Uses[id].(*types.Func); ok && o != f.l.must {
			if name, ok := f.ownFunction(id, o); ok {
				return name + "(" + strings.Join(keep(f.args(n, sig)), ", ") + ")\n"
			}
			return f.l.callCompiled(f.site, f.l.packageName(o.Pkg().Path())+"."+o.Name(), sig, keep(f.args(n, sig))).text + "\n"
		}
	}
	t := f.typeOf(n.Fun)
	text := own(f.expr(fun), t)
	args := keep(f.args(n, sig))
	if f.l.compiled(t) {
		return f.l.callCompiled(f.site, text, sig, args).text + "\n"
	}
	return text + "(" + strings.Join(args, ", ") + ")\n"
}

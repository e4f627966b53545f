package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// ownLine notes the one line of a loop that may panic before the loop, if
// there is only one and nothing else is called that would note others.
// Otherwise the line is unknown at the loop's start.
func (f *fn) ownLine(n ast.Node, body *ast.BlockStmt) {
	lines := map[int]bool{}
	calls := false
	add := func(m ast.Node) {
		if m != nil && f.mayPanic(m) {
			line, _ := f.lineOf(m)
			lines[line] = true
		}
	}
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			calls = calls || !f.quiet(m)
		case *ast.IfStmt:
			add(m.Cond)
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.BlockStmt, *ast.CaseClause, *ast.LabeledStmt:
		case *ast.ForStmt:
			if m.Cond != nil {
				add(m.Cond)
			}
		case *ast.RangeStmt:
			if m != n {
				calls = true
			}
		case ast.Stmt:
			add(m)
		}
		return true
	})
	f.line = 0
	if !calls && len(lines) == 1 && f.site.library == nil {
		for line := range lines {
			if line > 0 {
				f.emit("line%s = %d", Dot, line)
				f.line = line
			}
		}
	}
}

// quiet reports whether a call cannot run code of the notebook's.
func (f *fn) quiet(n *ast.CallExpr) bool {
	if tv := f.site.info.Types[n.Fun]; tv.IsType() || tv.IsBuiltin() {
		return true
	}
	s, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o := f.site.info.Uses[s.Sel]
	if o == nil || o.Pkg() == nil || o.Pkg() == f.l.pkg || f.l.libraries[o.Pkg().Path()] != nil {
		return false
	}
	for _, a := range n.Args {
		t := f.typeOf(a)
		if t == nil || isInterface(t) {
			return false
		}
		if _, ok := t.Underlying().(*types.Signature); ok {
			return false
		}
	}
	return true
}

func (f *fn) forStmt(s *ast.ForStmt, label string) {
	f.emit("{")
	var own []types.Object
	if a, ok := s.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		for _, x := range a.Lhs {
			if id, ok := x.(*ast.Ident); ok {
				if o := f.site.info.Defs[id]; o != nil && f.body.usage[o] != nil && (f.body.usage[o].captured || f.body.usage[o].addressed) {
					own = append(own, o)
				}
			}
		}
	}
	if len(own) > 0 {
		f.forOwn(s, label, own)
		f.emit("}")
		return
	}
	if s.Init != nil {
		f.stmt(s.Init)
	}
	f.ownLine(s, s.Body)
	known := f.line
	cond, post, pre := "", "", ""
	if s.Cond != nil {
		pre = f.apart(func() {
			f.at(s.Cond)
			cond = f.expr(s.Cond)
		})
	}
	if s.Post != nil {
		post = f.apart(func() { f.stmt(s.Post) })
	}
	if label != "" {
		f.emit("%s:", label)
	}
	post = strings.TrimSuffix(post, "\n")
	switch {
	case pre == "" && !strings.Contains(post, "\n"):
		f.emit("for ; %s; %s {", unwrapped(cond), post)
		f.block(s.Body.List)
	case post == "":
		f.emit("for {")
		f.w.WriteString(pre)
		f.emit("if !(%s) { break }", cond)
		f.block(s.Body.List)
	default:
		first := f.l.fresh("first")
		f.emit("for %s := true; ; %s = false {", first, first)
		f.emit("if !%s {\n%s\n}", first, post)
		f.w.WriteString(pre)
		if cond != "" {
			f.emit("if !(%s) { break }", cond)
		}
		f.block(s.Body.List)
	}
	f.emit("}")
	if known == 0 || f.line != known {
		f.line = 0
	}
	f.emit("}")
}

// forOwn writes a loop whose variables are captured: each iteration has its
// own, which begins as a copy of the one before.
func (f *fn) forOwn(s *ast.ForStmt, label string, own []types.Object) {
	f.line = 0
	for _, o := range own {
		f.body.usage[o].addressed = true
	}
	f.stmt(s.Init)
	var last []string
	for _, o := range own {
		v := f.body.vars[o]
		name := f.l.fresh("last")
		f.emit("%s := %s", name, v.name)
		last = append(last, name)
	}
	first := f.l.fresh("first")
	if label != "" {
		f.emit("%s:", label)
	}
	f.emit("for %s := true; ; %s = false {", first, first)
	for i, o := range own {
		v := &variable{name: f.l.fresh(o.Name()), typ: f.subst(o.Type()), cell: true, owner: f}
		f.emit("%s := new(%s)", v.name, f.typ(o.Type()))
		f.emit("*%s = *%s", v.name, last[i])
		f.emit("%s = %s", last[i], v.name)
		f.body.vars[o] = v
	}
	if s.Post != nil {
		f.emit("if !%s {", first)
		f.stmt(s.Post)
		f.emit("}")
	}
	if s.Cond != nil {
		f.at(s.Cond)
		f.emit("if !(%s) { break }", f.expr(s.Cond))
	}
	f.block(s.Body.List)
	f.emit("}")
	f.line = 0
}

func (f *fn) rangeStmt(s *ast.RangeStmt, label string) {
	f.emit("{")
	defer f.emit("}")
	f.at(s.X)
	t := f.typeOf(s.X)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			f.rangeString(s, label)
			return
		}
		f.rangeInt(s, label, t)
		return
	case *types.Slice:
		f.rangeIndexed(s, label, f.keep(f.expr(s.X), t), u.Elem())
	case *types.Array:
		if isBlank(s.Value) {
			if hasCall(s.X) {
				f.discard(s.X)
			}
			f.rangeCount(s, label, u.Len())
			return
		}
		f.rangeIndexed(s, label, f.keep(f.expr(s.X), t), u.Elem())
	case *types.Pointer:
		p := f.keep(f.expr(s.X), t)
		array := u.Elem().Underlying().(*types.Array)
		if isBlank(s.Value) {
			f.rangeCount(s, label, array.Len())
			return
		}
		f.rangeIndexed(s, label, "(*"+p+")", array.Elem())
	case *types.Map:
		f.rangeMap(s, label, u)
	case *types.Chan:
		f.rangeChan(s, label, u.Elem())
	case *types.Signature:
		f.rangeFunc(s, label, u)
	default:
		f.refuse(s.X, "a range over %s cannot be interpreted", t)
	}
}

func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return x == nil || ok && id.Name == "_"
}

// element gives a loop's variable its value for one iteration.
func (f *fn) element(s *ast.RangeStmt, x ast.Expr, value string, t types.Type) {
	if isBlank(x) {
		return
	}
	if s.Tok == token.DEFINE {
		o := f.site.info.Defs[x.(*ast.Ident)]
		f.setNew(o, f.l.assignable(f.site, value, t, f.subst(o.Type())))
		return
	}
	p := f.placeFor(x, false, true)
	f.store(p, value, t)
}

// together reports whether a loop assigns to two variables at once, so that
// the operands of both come first.
func (f *fn) together(s *ast.RangeStmt) bool {
	return s.Tok == token.ASSIGN && !isBlank(s.Key) && !isBlank(s.Value)
}

// pair gives both variables of a loop their values for one iteration.
func (f *fn) pair(s *ast.RangeStmt, key string, kt types.Type, value string, vt types.Type) {
	if !f.together(s) {
		f.element(s, s.Key, key, kt)
		f.element(s, s.Value, value, vt)
		return
	}
	first, second := f.placeFor(s.Key, false, true), f.placeFor(s.Value, false, true)
	value = f.keep(value, vt)
	f.store(first, key, kt)
	f.store(second, value, vt)
}

// loopBody writes the body of a loop, at whose start the line is unknown
// unless the loop has noted its own.
func (f *fn) loopBody(s *ast.RangeStmt) {
	f.block(s.Body.List)
	f.emit("}")
}

func (f *fn) loopHead(s *ast.RangeStmt, label string) (leave func()) {
	f.ownLine(s, s.Body)
	known := f.line
	if label != "" {
		f.emit("%s:", label)
	}
	return func() {
		if known == 0 || f.line != known {
			f.line = 0
		}
	}
}

func (f *fn) rangeIndexed(s *ast.RangeStmt, label, x string, elem types.Type) {
	n := f.l.fresh("n")
	f.emit("%s := len(%s)", n, x)
	f.rangeTo(s, label, n, types.Typ[types.Int], func(i string) {
		f.element(s, s.Value, x+"["+i+"]", elem)
	}, func(i string) { f.pair(s, i, types.Typ[types.Int], x+"["+i+"]", elem) })
}

func (f *fn) rangeCount(s *ast.RangeStmt, label string, n int64) {
	name := f.l.fresh("n")
	f.emit("%s := %d", name, n)
	f.rangeTo(s, label, name, types.Typ[types.Int], nil, nil)
}

func (f *fn) rangeInt(s *ast.RangeStmt, label string, t types.Type) {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Typ[types.Int]
		if id, ok := s.Key.(*ast.Ident); ok && id.Name != "_" {
			t = f.subst(f.site.info.ObjectOf(id).Type())
		}
	}
	n := f.keep(f.value(s.X, t), t)
	f.rangeTo(s, label, n, t, nil, nil)
}

// rangeTo counts from 0 to n. If the body leaves the key alone it is the
// counter itself.
func (f *fn) rangeTo(s *ast.RangeStmt, label, n string, t types.Type, value, both func(i string)) {
	leave := f.loopHead(s, label)
	defer leave()
	i := f.l.fresh("i")
	own := false
	if id, ok := s.Key.(*ast.Ident); ok && s.Tok == token.DEFINE && id.Name != "_" {
		o := f.site.info.Defs[id]
		u := f.body.usage[o]
		if f.global(o) == "" && (u == nil || !u.assigned && !u.captured && !u.addressed) {
			i = f.l.fresh(id.Name)
			f.body.vars[o] = &variable{name: i, typ: f.subst(o.Type()), owner: f}
			own = true
		}
	}
	zero := "0"
	if typ := f.l.typ(f.site, t); typ != "int" {
		zero = typ + "(0)"
	}
	f.emit("for %s := %s; %s < %s; %s++ {", i, zero, i, n, i)
	switch {
	case both != nil && f.together(s):
		both(i)
	default:
		if !own {
			f.element(s, s.Key, i, t)
		}
		if value != nil {
			value(i)
		}
	}
	f.loopBody(s)
}

func (f *fn) rangeString(s *ast.RangeStmt, label string) {
	text := f.keep(f.value(s.X, types.Typ[types.String]), types.Typ[types.String])
	runes, i := f.l.fresh("runes"), f.l.fresh("i")
	f.emit("%s := %s.Runes(%s)", runes, rt, text)
	defer f.loopHead(s, label)()
	f.emit("for %s := 0; %s < len(%s); %s++ {", i, i, runes, i)
	f.pair(s, runes+"["+i+"].Offset", types.Typ[types.Int], runes+"["+i+"].Rune", types.Typ[types.Rune])
	f.loopBody(s)
}

// rangeMap goes through a map in the order of its keys. Go leaves the order
// open; a report should not.
func (f *fn) rangeMap(s *ast.RangeStmt, label string, m *types.Map) {
	x := f.keep(f.expr(s.X), f.typeOf(s.X))
	keys, i, key, value, ok := f.l.fresh("keys"), f.l.fresh("i"), f.l.fresh("key"), f.l.fresh("value"), f.l.fresh("ok")
	k, v := f.typ(m.Key()), f.typ(m.Elem())
	values := ""
	if irreflexive(m.Key()) {
		values = f.l.fresh("values")
		pairs := f.l.fresh("pairs")
		f.emit("%s := %s.Entries(%s)", pairs, rt, x)
		f.emit("%s := %s[0].([]%s)", keys, pairs, k)
		f.emit("%s := %s[1].([]%s)", values, pairs, v)
	} else {
		f.emit("%s := %s.Keys(%s).([]%s)", keys, rt, x, k)
	}
	defer f.loopHead(s, label)()
	f.emit("for %s := 0; %s < len(%s); %s++ {", i, i, keys, i)
	f.emit("var %s %s = %s[%s]", key, k, keys, i)
	f.emit("var %s %s", value, v)
	f.emit("var %s bool", ok)
	f.emit("%s, %s = %s[%s]", value, ok, x, key)
	if values == "" {
		f.emit("if !%s { continue }", ok)
	} else {
		f.emit("if !%s && (len(%s) == 0 || %s.Equal(%s, %s)) { continue }", ok, x, rt, key, key)
		f.emit("if !%s { %s = %s[%s] }", ok, value, values, i)
	}
	f.pair(s, key, m.Key(), value, m.Elem())
	f.loopBody(s)
}

// irreflexive reports whether a value of a type may not be equal to itself, as
// a NaN is not. A map does not find such keys.
func irreflexive(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Interface:
		return true
	case *types.Array:
		return irreflexive(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if irreflexive(u.Field(i).Type()) {
				return true
			}
		}
	}
	return false
}

func (f *fn) rangeChan(s *ast.RangeStmt, label string, elem types.Type) {
	c := f.keep(f.expr(s.X), f.typeOf(s.X))
	value, ok := f.l.fresh("value"), f.l.fresh("ok")
	defer f.loopHead(s, label)()
	f.emit("for {")
	f.emit("var %s %s", value, f.typ(elem))
	f.emit("var %s bool", ok)
	f.emit("%s, %s = <-%s", value, ok, c)
	f.emit("if !%s { break }", ok)
	f.element(s, s.Key, value, elem)
	f.loopBody(s)
}

package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// place is a left side whose operands have been evaluated.
type place struct {
	text string
	typ  types.Type
	// set writes the assignment where it is none in lowered code.
	set func(value string)
}

func (f *fn) assign(s *ast.AssignStmt) {
	switch {
	case s.Tok != token.ASSIGN && s.Tok != token.DEFINE:
		f.update(s.Lhs[0], operatorOf(s.Tok), s.Rhs[0])
	case len(s.Lhs) == 1 && len(s.Rhs) == 1:
		f.assignOne(s.Lhs[0], s.Rhs[0], s.Tok == token.DEFINE)
	case len(s.Lhs) == len(s.Rhs):
		f.assignSeveral(s)
	default:
		list := f.multiTypes(s.Rhs[0])
		if f.runs(s.Rhs[0]) && !f.callsOnLeft(s.Lhs) {
			// The variables on the left are read after the call.
			texts := f.multi(s.Rhs[0])
			for i, p := range f.places(s) {
				f.store(p, texts[i], list[i])
			}
			return
		}
		places := f.places(s)
		for i, text := range f.multi(s.Rhs[0]) {
			f.store(places[i], text, list[i])
		}
	}
}

// operatorOf is the operator of an assignment such as +=.
func operatorOf(t token.Token) token.Token { return t - token.ADD_ASSIGN + token.ADD }

func (f *fn) assignOne(lhs, rhs ast.Expr, define bool) {
	if id, ok := lhs.(*ast.Ident); ok {
		if id.Name == "_" {
			f.discard(rhs)
			return
		}
		if o := f.site.info.Defs[id]; define && o != nil {
			f.setNew(o, f.value(rhs, f.subst(o.Type())))
			return
		}
	}
	if _, ok := ast.Unparen(lhs).(*ast.Ident); !ok && f.runs(rhs) && !f.calls(lhs) {
		// The variables on the left are read after the call.
		t := f.typeOf(lhs)
		v := f.keep(f.value(rhs, t), t)
		f.store(f.placeFor(lhs, false, false), v, t)
		return
	}
	p := f.placeFor(lhs, false, f.calls(lhs) && f.runs(rhs))
	v := f.value(rhs, p.typ)
	if f.isMapElement(lhs) && f.isElement(rhs) && !simple(v) {
		// The interpreter deletes an element that it assigns a nil pointer's.
		v = f.keep(v, p.typ)
	}
	if p.set != nil {
		p.set(v)
		return
	}
	f.emit("%s = %s", target(p.text), unwrapped(v))
}

// target is the text of a left side. A structure assigned to a pointer's target
// in parentheses is lost in the interpreter.
func target(text string) string {
	if !strings.HasPrefix(text, "(*") {
		return text
	}
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && i < len(text)-1 {
			return text
		}
	}
	if depth != 0 {
		return text
	}
	return text[1 : len(text)-1]
}

func (f *fn) isMapElement(x ast.Expr) bool {
	i, ok := ast.Unparen(x).(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, ok = f.typeOf(i.X).Underlying().(*types.Map)
	return ok
}

// discard evaluates an expression for its effects.
func (f *fn) discard(x ast.Expr) {
	if f.site.info.Types[x].Value != nil || f.site.info.Types[x].IsNil() {
		return
	}
	f.emit("_ = %s", f.keep(f.expr(x), f.typeOf(x)))
}

func (f *fn) assignSeveral(s *ast.AssignStmt) {
	var places []place
	early := f.callsOnLeft(s.Lhs)
	if early {
		places = f.places(s)
	}
	temps := make([]string, len(s.Rhs))
	write := func(i int) {
		x := s.Rhs[i]
		t := f.leftType(s, i)
		if t == nil {
			t = types.Default(f.typeOf(x))
			if f.site.info.Types[x].IsNil() {
				temps[i] = "nil"
				return
			}
		}
		temps[i] = f.keep(f.value(x, t), t)
	}
	// Calls come before all that is read.
	for i, x := range s.Rhs {
		if f.calls(x) {
			write(i)
		}
	}
	if !early {
		places = f.places(s)
	}
	for i := range s.Rhs {
		if temps[i] == "" {
			write(i)
		}
	}
	for i, p := range places {
		f.store(p, temps[i], p.typ)
	}
}

// places evaluates the operands of the left side of an assignment to several
// variables.
func (f *fn) places(s *ast.AssignStmt) []place {
	var places []place
	for _, x := range s.Lhs {
		places = append(places, f.placeFor(x, s.Tok == token.DEFINE, true))
	}
	return places
}

func (f *fn) callsOnLeft(list []ast.Expr) bool {
	for _, x := range list {
		if f.calls(x) {
			return true
		}
	}
	return false
}

// leftType is the type of the left side with number i, nil for a blank.
func (f *fn) leftType(s *ast.AssignStmt, i int) types.Type {
	if id, ok := s.Lhs[i].(*ast.Ident); ok {
		if id.Name == "_" {
			return nil
		}
		if o := f.site.info.Defs[id]; s.Tok == token.DEFINE && o != nil {
			return f.subst(o.Type())
		}
	}
	return f.typeOf(s.Lhs[i])
}

// store assigns a value of type t to a place.
func (f *fn) store(p place, text string, t types.Type) {
	if p.typ == nil {
		if text != "nil" {
			f.emit("_ = %s", text)
		}
		return
	}
	text = f.l.assignable(f.site, text, t, p.typ)
	if p.set != nil {
		p.set(text)
		return
	}
	f.emit("%s = %s", target(p.text), text)
}

// placeFor evaluates the operands of a left side. With fix they are kept, so
// that what is evaluated after them cannot change them. The type of a blank is
// nil.
func (f *fn) placeFor(x ast.Expr, define, fix bool) place {
	operand := f.expr
	if fix {
		operand = f.hoist
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if x.Name == "_" {
			return place{}
		}
		if o := f.site.info.Defs[x]; define && o != nil {
			t := f.subst(o.Type())
			return place{typ: t, set: func(value string) { f.setNew(o, value) }}
		}
		return place{text: f.expr(x), typ: f.typeOf(x)}
	case *ast.IndexExpr:
		t := f.typeOf(x.X).Underlying()
		if m, ok := t.(*types.Map); ok {
			container := operand(x.X)
			key := f.mapKey(x.Index, m.Key())
			if fix && !simple(key) && f.site.info.Types[x.Index].Value == nil || fix && f.isAssignedVariable(x.Index) {
				key = f.keep(key, m.Key())
			}
			return place{text: container + "[" + key + "]", typ: m.Elem()}
		}
		if _, ok := t.(*types.Array); ok {
			index := f.indexOperand(x.Index, fix)
			return place{text: f.placeFor(x.X, false, fix).text + "[" + f.checked("", index, x.Index, f.typeOf(x.X)) + "]", typ: f.typeOf(x)}
		}
		container := operand(x.X)
		if p, ok := t.(*types.Pointer); ok && p != nil {
			container = "(*" + container + ")"
		}
		return place{text: container + "[" + f.checked(container, f.indexOperand(x.Index, fix), x.Index, f.typeOf(x.X)) + "]", typ: f.typeOf(x)}
	case *ast.StarExpr:
		return place{text: "(*" + operand(x.X) + ")", typ: f.typeOf(x)}
	case *ast.SelectorExpr:
		s := f.site.info.Selections[x]
		if s == nil { // a variable of a compiled package
			t := f.typeOf(x)
			return place{text: f.qualified(x), typ: t, set: func(v string) {
				f.emit("%s = %s", f.qualified(x), f.l.out(f.site, v, t))
			}}
		}
		var base string
		if _, ok := f.typeOf(x.X).Underlying().(*types.Pointer); ok {
			base = operand(x.X)
		} else {
			base = f.placeFor(x.X, false, fix).text
		}
		text, native := f.fieldText(base, x)
		t := f.typeOf(x)
		p := place{text: text, typ: t}
		_, index := f.path(x, f.typeOf(x.X))
		last := index[len(index)-1]
		outer, holder, _ := f.walk(base, f.typeOf(x.X), index[:len(index)-1])
		if ptr, ok := holder.Underlying().(*types.Pointer); ok {
			holder = ptr.Elem()
		} else if inner, ok := strings.CutPrefix(outer, "(*"); ok && simple(strings.TrimSuffix(inner, ")")) {
			outer = strings.TrimSuffix(inner, ")")
		}
		if s, ok := holder.Underlying().(*types.Struct); ok && f.l.slot(f.site, holder, last) {
			p.set = func(v string) { f.emit("%s.%s = %s", outer, fieldName(s, last), f.l.toSlot(f.site, v, t)) }
			return p
		}
		if native {
			p.set = func(v string) { f.emit("%s = %s", text, f.l.out(f.site, v, t)) }
		}
		return p
	}
	return place{text: f.expr(x), typ: f.typeOf(x)}
}

func (f *fn) indexOperand(x ast.Expr, fix bool) string {
	text := f.index(x)
	if fix && f.site.info.Types[x].Value == nil {
		return f.keep(text, types.Default(f.typeOf(x)))
	}
	return text
}

// update writes `lhs op= rhs`; without rhs the operand is 1.
func (f *fn) update(lhs ast.Expr, op token.Token, rhs ast.Expr) {
	p := f.placeFor(lhs, false, hasCall(lhs) || rhs != nil && hasCall(rhs))
	var operand string
	shift := op == token.SHL || op == token.SHR
	switch {
	case rhs == nil:
		operand = "1"
	case shift:
		operand = f.shiftCount(rhs)
	default:
		operand = f.value(rhs, p.typ)
	}
	basic, _ := p.typ.Underlying().(*types.Basic)
	if rhs == nil && basic != nil && basic.Info()&(types.IsComplex|types.IsFloat) == 0 && p.set == nil {
		if simple(p.text) {
			f.emit("%s%s%s", p.text, op, op)
		} else {
			f.emit("%s %s= 1", p.text, op)
		}
		return
	}
	if rhs != nil && p.set == nil && simple(p.text) && basic != nil && quick[basic.Kind()] && (op == token.ADD || op == token.SUB && basic.Kind() != types.String || op == token.MUL) {
		f.emit("%s %s= %s", p.text, op, unwrapped(operand))
		return
	}
	if rhs == nil {
		operand = f.l.typ(f.site, p.typ) + "(1)"
	}
	value := p.text + " " + op.String() + " (" + operand + ")"
	if op == token.AND_NOT {
		value = p.text + " & ^(" + operand + ")"
	}
	if p.set != nil {
		p.set(value)
		return
	}
	f.emit("%s = %s", target(p.text), value)
}

// quick are the types for which the interpreter's own += is right, and takes
// less time.
var quick = map[types.BasicKind]bool{types.Int: true, types.Float64: true, types.String: true}

// hasCall reports whether evaluating x may run other code of the program.
func hasCall(x ast.Node) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

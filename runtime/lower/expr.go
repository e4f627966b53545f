package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// value writes an expression so that it has type want, to which it is
// assignable.
func (f *fn) value(x ast.Expr, want types.Type) string {
	tv := f.site.info.Types[x]
	if tv.IsNil() {
		return f.l.zeroNil(f.site, want)
	}
	have := f.typeOf(x)
	if tv.Value != nil {
		t := have
		if isUntyped(have) && !isInterface(want) {
			t = want
		}
		text := f.constant(x, types.Default(t), tv.Value)
		return f.l.assignable(f.site, text, types.Default(t), want)
	}
	return f.l.assignable(f.site, f.expr(x), have, want)
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// zeroNil is nil as a value of type t.
func (l *Lowerer) zeroNil(st *site, t types.Type) string {
	if isInterface(t) {
		return "nil"
	}
	return "(" + l.typ(st, t) + ")(nil)"
}

// expr writes an expression as a value of its own type.
func (f *fn) expr(x ast.Expr) string {
	tv := f.site.info.Types[x]
	if tv.Value != nil {
		return f.constant(x, types.Default(f.typeOf(x)), tv.Value)
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return f.expr(x.X)
	case *ast.Ident:
		return f.ident(x)
	case *ast.FuncLit:
		return f.literal(x)
	case *ast.CompositeLit:
		return f.composite(x, f.typeOf(x))
	case *ast.SelectorExpr:
		return f.selector(x)
	case *ast.IndexExpr:
		return f.indexExpr(x)
	case *ast.IndexListExpr:
		return f.instance(x.X)
	case *ast.SliceExpr:
		return f.sliceExpr(x)
	case *ast.StarExpr:
		text := "(*" + f.expr(x.X) + ")"
		if b, ok := f.typeOf(x).Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
			// The interpreter takes what nil points to for a string.
			return f.keep(text, f.typeOf(x))
		}
		return text
	case *ast.UnaryExpr:
		return f.unary(x)
	case *ast.BinaryExpr:
		return f.binary(x)
	case *ast.TypeAssertExpr:
		return f.l.mustAs(f.site, f.expr(x.X), f.typeOf(x), f.typeOf(x.X))
	case *ast.CallExpr:
		text, results := f.call(x)
		if len(results) == 0 {
			f.refuse(x, "a call without a value is used as one")
		}
		return text
	}
	f.refuse(x, "an expression of the form %T cannot be interpreted", x)
	return ""
}

func (f *fn) ident(id *ast.Ident) string {
	switch o := f.site.info.ObjectOf(id).(type) {
	case *types.Nil:
		return "nil"
	case *types.Var:
		if v := f.body.vars[o]; v != nil {
			return f.use(v)
		}
		if name := f.l.names[o]; name != "" {
			return name
		}
		if seen := f.l.alias[o]; seen != nil && f.l.names[seen] != "" {
			return f.l.names[seen]
		}
		if o.Pkg() != nil && o.Pkg() != f.l.pkg { // of the library's own package
			return f.l.in(f.site, f.l.packageName(o.Pkg().Path())+"."+o.Name(), f.subst(o.Type()))
		}
		f.refuse(id, "the variable %s is not known here", id.Name)
	case *types.Func:
		return f.funcValue(id, o)
	}
	f.refuse(id, "%s cannot be used as a value here", id.Name)
	return ""
}

// funcValue is a declared function as a value.
func (f *fn) funcValue(id *ast.Ident, o *types.Func) string {
	if name, ok := f.ownFunction(id, o); ok {
		// The interpreter returns and keeps declared functions in another form
		// than literals.
		t := f.typeOf(id)
		if inst, ok := f.site.info.Instances[id]; ok {
			t = f.subst(inst.Type)
		}
		sig := t.Underlying().(*types.Signature)
		return f.l.helper("value "+name, "value", func(h string) string {
			params, results, names := f.l.forwarding(f.site, sig)
			call := called{text: name + "(" + strings.Join(names, ", ") + ")", results: tupleTypes(sig.Results())}
			return fmt.Sprintf("func %s() func%s {\nreturn func(%s) %s {\n%s}\n}\n", h, f.l.signature(f.site, sig, nil), strings.Join(params, ", "), results, f.l.returning(f.site, call))
		}) + "()"
	}
	f.monomorphic(id, o)
	return f.l.compiledFunction(f.site, f.l.packageName(o.Pkg().Path())+"."+o.Name(), o.Signature())
}

// monomorphic refuses compiled generic functions whose source is not at hand.
func (f *fn) monomorphic(at ast.Node, o *types.Func) {
	if o.Signature().TypeParams().Len() > 0 {
		f.refuse(at, "%s.%s cannot be interpreted here", o.Pkg().Name(), o.Name())
	}
}

// ownFunction is the name of a function that is lowered itself: the
// notebook's, or a generic one of the library's.
func (f *fn) ownFunction(id *ast.Ident, o *types.Func) (string, bool) {
	args := f.typeArgs(id)
	if o.Pkg() != nil && o.Pkg() != f.l.pkg {
		var own *types.Func
		if lib := f.l.library(o.Pkg().Path()); lib != nil {
			own, _ = lib.pkg.Scope().Lookup(o.Name()).(*types.Func)
		}
		source := own != nil && f.l.sites[own] != nil
		if !source && o.Signature().TypeParams().Len() == 0 {
			return "", false
		}
		if name := f.l.compiledInstance(o, args); name != "" {
			return name, true
		}
		if !source {
			f.refuseInstance(id, o)
		}
		return f.l.function(own, args), true
	}
	if o == f.l.must || f.l.alias[o] == f.l.must && f.l.must != nil {
		f.refuse(id, "must is used as a value: call it")
	}
	return f.l.function(o, args), true
}

// refuseInstance refuses an instance of a function whose source is not at hand.
func (f *fn) refuseInstance(id *ast.Ident, o *types.Func) {
	at := id
	for x, p := range f.site.info.Uses {
		if _, ok := p.(*types.PkgName); ok && x.End()+1 == id.Pos() {
			at = x
		}
	}
	refusal := Refusal{Message: fmt.Sprintf("%s.%s is generic, and the interpreter cannot make an instance of it", o.Pkg().Name(), o.Name())}
	if o.Pkg().Path() == "iter" {
		refusal.Hint = "range over the sequence"
	}
	if f.site.position != nil && f.site.library == nil {
		refusal.Line, refusal.Column = f.site.position(at.Pos())
	}
	panic(refusal)
}

func (f *fn) typeArgs(id *ast.Ident) []types.Type {
	var args []types.Type
	if inst, ok := f.site.info.Instances[id]; ok {
		for a := range inst.TypeArgs.Types() {
			args = append(args, f.subst(a))
		}
	}
	return args
}

// instance is a generic function with explicit type arguments.
func (f *fn) instance(x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return f.funcValue(x, f.site.info.Uses[x].(*types.Func))
	case *ast.SelectorExpr:
		return f.funcValue(x.Sel, f.site.info.Uses[x.Sel].(*types.Func))
	}
	f.refuse(x, "this instance cannot be interpreted")
	return ""
}

// qualified is pkg.Name.
func (f *fn) qualified(x *ast.SelectorExpr) string {
	return f.l.packageName(f.site.info.Uses[x.Sel].Pkg().Path()) + "." + x.Sel.Name
}

func (f *fn) selector(x *ast.SelectorExpr) string {
	s := f.site.info.Selections[x]
	if s == nil {
		switch o := f.site.info.Uses[x.Sel].(type) {
		case *types.Var:
			return f.l.in(f.site, f.qualified(x), f.subst(o.Type()))
		case *types.Func:
			return f.funcValue(x.Sel, o)
		}
		f.refuse(x, "%s cannot be used as a value here", x.Sel.Name)
	}
	switch s.Kind() {
	case types.FieldVal:
		text, native := f.fieldText(f.expr(x.X), x)
		if native {
			return f.l.in(f.site, text, f.typeOf(x))
		}
		return text
	case types.MethodVal:
		return f.methodValue(x)
	}
	return f.methodExpression(x, s)
}

// path finds a field or method of a type, and the fields that lead to it.
func (f *fn) path(x *ast.SelectorExpr, t types.Type) (types.Object, []int) {
	return f.lookup(x, t, x.Sel.Name, f.packageOf(f.site.info.Selections[x].Obj()))
}

func (f *fn) lookup(at ast.Node, t types.Type, name string, pkg *types.Package) (types.Object, []int) {
	o, index, _ := types.LookupFieldOrMethod(t, true, pkg, name)
	if o == nil {
		f.refuse(at, "%s has no %s here", t, name)
	}
	return o, index
}

// fieldText selects a field of base, which is x's operand. native says that
// the field belongs to a compiled type and its value needs conversion.
func (f *fn) fieldText(base string, x *ast.SelectorExpr) (text string, native bool) {
	t := f.typeOf(x.X)
	_, index := f.path(x, t)
	text, t, native = f.walk(base, t, index)
	return text, native && f.l.converts(t)
}

// walk follows the fields of an index path. native says that the last one
// belongs to a compiled type.
func (f *fn) walk(text string, t types.Type, index []int) (string, types.Type, bool) {
	native := false
	for _, i := range index {
		p, isPointer := t.Underlying().(*types.Pointer)
		if isPointer {
			t = p.Elem()
		}
		// The interpreter's compiler cannot take (*p).F everywhere.
		if p, ok := strings.CutPrefix(text, "(*"); ok && simple(strings.TrimSuffix(p, ")")) && !isPointer {
			text = strings.TrimSuffix(p, ")")
		}
		native = f.l.compiled(t)
		s := t.Underlying().(*types.Struct)
		name := s.Field(i).Name()
		if !native {
			name = fieldName(s, i)
		}
		text += "." + name
		held := f.subst(s.Field(i).Type())
		if !native && f.l.slot(f.site, t, i) {
			text = f.l.unslot(f.site, text, held)
		}
		t = held
	}
	return text, t, native
}

func (f *fn) index(x ast.Expr) string {
	if tv := f.site.info.Types[x]; tv.Value != nil {
		return f.constant(x, types.Typ[types.Int], tv.Value)
	}
	return f.expr(x)
}

func (f *fn) indexExpr(x *ast.IndexExpr) string {
	if tv := f.site.info.Types[x.Index]; tv.IsType() {
		return f.instance(x.X)
	}
	t := f.typeOf(x.X)
	switch u := t.Underlying().(type) {
	case *types.Map:
		both := f.inOrder(f.indexedOperand(x.X, t), operand{x: x.Index, typ: u.Key(), write: func() string { return f.mapKey(x.Index, u.Key()) }})
		return both[0] + "[" + both[1] + "]"
	case *types.Pointer:
		both := f.inOrder(f.plain(x.X), f.indexed(x.Index))
		return "(*" + both[0] + ")[" + f.checked(both[0], both[1], x.Index, t) + "]"
	case *types.Basic:
		if tv := f.site.info.Types[x.X]; tv.Value != nil {
			return f.keep(f.expr(x.X), types.Typ[types.String]) + "[" + f.index(x.Index) + "]"
		}
	}
	both := f.inOrder(f.indexedOperand(x.X, t), f.indexed(x.Index))
	return both[0] + "[" + f.checked(both[0], both[1], x.Index, t) + "]"
}

// checked has the kernel check an index of a container where the program may
// recover: the interpreter's own panics do not say which index was out of
// which range.
func (f *fn) checked(container, index string, x ast.Expr, t types.Type) string {
	if !f.l.recovery.Calls || f.site.library != nil {
		return index
	}
	n := "len(" + container + ")"
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if a, ok := t.Underlying().(*types.Array); ok {
		if f.site.info.Types[x].Value != nil {
			return index
		}
		n = fmt.Sprint(a.Len())
	} else if strings.Contains(container, ")(") || isCall(container) {
		return index // evaluating it again would not be the same
	}
	if b, ok := f.typeOf(x).Underlying().(*types.Basic); ok && b.Kind() != types.Int && b.Info()&types.IsUntyped == 0 {
		index = "int(" + index + ")"
	}
	return fmt.Sprintf("%s.Index(%s, %s)", rt, index, n)
}

// indexedOperand is what an index expression looks into. The interpreter does
// not look into the result of a call everywhere.
func (f *fn) indexedOperand(x ast.Expr, t types.Type) operand {
	return operand{x: x, typ: t, write: func() string {
		text := f.expr(x)
		if _, ok := ast.Unparen(x).(*ast.CallExpr); ok {
			text = f.keep(text, t)
		}
		return text
	}}
}

// indexed is x as an index.
func (f *fn) indexed(x ast.Expr) operand {
	return operand{x: x, typ: types.Default(f.typeOf(x)), write: func() string { return f.index(x) }}
}

func (f *fn) mapKey(x ast.Expr, t types.Type) string {
	key := f.value(x, t)
	if _, ok := ast.Unparen(x).(*ast.CompositeLit); ok && !isInterface(t) {
		return f.keep(key, t) // The interpreter's compiler fails on some.
	}
	if isInterface(t) && f.site.info.Types[x].Value == nil {
		return rt + ".Hashable(" + key + ")"
	}
	return key
}

func (f *fn) sliceExpr(x *ast.SliceExpr) string {
	t := f.typeOf(x.X)
	base := func() string { return f.sliced(x.X, t) }
	operands := []operand{{x: x.X, typ: t, write: base}}
	for _, x := range []ast.Expr{x.Low, x.High, x.Max} {
		if x == nil {
			operands = append(operands, operand{write: func() string { return "" }})
			continue
		}
		operands = append(operands, f.indexed(x))
	}
	if _, ok := t.Underlying().(*types.Array); ok {
		operands[0].x = nil // must stay a variable
	}
	texts := f.inOrder(operands...)
	text := texts[0] + "[" + texts[1] + ":" + texts[2]
	if x.Slice3 {
		text += ":" + texts[3]
	}
	return text + "]"
}

// sliced is what a slice expression takes a part of.
func (f *fn) sliced(x ast.Expr, t types.Type) string {
	text := ""
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return "(*" + f.hoist(x) + ")"
	case *types.Array:
		return f.placeFor(x, false, false).text
	case *types.Basic:
		text = f.value(x, types.Typ[types.String])
		if f.site.info.Types[x].Value != nil {
			text = f.keep(text, u)
		}
	default:
		text = f.expr(x)
	}
	if _, ok := ast.Unparen(x).(*ast.CallExpr); ok {
		text = f.keep(text, t)
	}
	return text
}

// bare is text without parentheses around all of it. The interpreter works out
// the type of an element in parentheses too early, before it knows the types
// within, and may take one for a type.
func bare(text string) string {
	if !strings.HasPrefix(text, "(") || !strings.HasSuffix(text, ")") || strings.HasPrefix(text, "(*") {
		return text
	}
	depth, quoted := 0, false
	for i := 0; i < len(text)-1; i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth == 0 {
			return text
		}
	}
	return text[1 : len(text)-1]
}

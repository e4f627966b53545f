package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// The interpreter hands a cell's value to compiled code in a wrapper where it
// is to be an error, a fmt.Stringer or another interface of a compiled
// package, and does not always take it out again: what is in such an interface
// is looked at through package support, which does.

// wraps reports whether values of an interface type may be wrappers.
func wraps(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok || i.NumMethods() == 0 {
		return false
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && (named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "main")
}

// assertion takes the value out of a wrapper before its type is asked.
func (l *lowering) assertion(n *ast.TypeAssertExpr) {
	if n.Type == nil || !wraps(l.ch.info.TypeOf(n.X)) || types.IsInterface(l.ch.info.TypeOf(n.Type)) {
		return
	}
	if l.loses(n, l.ch.info.TypeOf(n.X)) {
		return
	}
	l.insert(n.X.Pos(), supportName+".Bare(")
	l.insert(n.X.End(), ")")
}

// loses refuses to look into an interface for which the notebook has a struct
// type with methods on its values: of such a value the wrapper keeps only the
// methods.
func (l *lowering) loses(at ast.Node, t types.Type) bool {
	i := t.Underlying().(*types.Interface)
	for _, o := range l.namedTypes() {
		if _, ok := o.Type().Underlying().(*types.Struct); ok && types.Implements(o.Type(), i) {
			l.refuse(at, fmt.Sprintf("the interpreter cannot find the %s in a value of type %s", o.Name(), l.typeText(t)),
				fmt.Sprintf("declare its methods on *%s, and use &%s{…}", o.Name(), o.Name()))
			return true
		}
	}
	return false
}

// intoWrapper assigns a cell's value to a variable of a compiled interface by
// way of a function's result, which makes a wrapper; an assignment does not,
// and the value's methods are lost.
func (l *lowering) intoWrapper(to types.Type, x ast.Expr) {
	have := l.ch.info.TypeOf(x)
	if to == nil || have == nil || !wraps(to) || types.IsInterface(have) || !l.ownType(have) {
		return
	}
	from, err := l.spell(have)
	if err != nil {
		l.refuse(x, fmt.Sprintf("the interpreter cannot make this value a %s: %v", l.typeText(to), err), "declare the type at the top level of a cell")
		return
	}
	result, err := l.spell(to)
	if err != nil {
		return // a package's
	}
	l.c.units++
	f := fmt.Sprintf("into%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(v %s) %s { return v }\n", f, from, result)
	l.insert(x.Pos(), f+"(")
	l.insert(x.End(), ")")
}

// wrappedSwitch is assertion for a type switch. Where a clause leaves the type
// open, its variable is the interface value itself.
func (l *lowering) wrappedSwitch(n *ast.TypeSwitchStmt) {
	var x ast.Expr
	var variable *ast.Ident
	switch a := n.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X.(*ast.TypeAssertExpr).X
	case *ast.AssignStmt:
		x, variable = a.Rhs[0].(*ast.TypeAssertExpr).X, a.Lhs[0].(*ast.Ident)
	}
	if !wraps(l.ch.info.TypeOf(x)) {
		return
	}
	own := false
	for _, clause := range n.Body.List {
		clause := clause.(*ast.CaseClause)
		for _, t := range clause.List {
			own = own || !types.IsInterface(l.ch.info.TypeOf(t)) && !l.ch.info.Types[t].IsNil()
			if l.ch.info.Types[t].IsType() && types.IsInterface(l.ch.info.TypeOf(t)) {
				l.refuse(t, fmt.Sprintf("the interpreter cannot tell in a switch whether a %s is a %s", l.typeText(l.ch.info.TypeOf(x)), l.typeText(l.ch.info.TypeOf(t))), "use if with errors.As, or a type assertion")
				return
			}
		}
	}
	if !own || l.loses(n, l.ch.info.TypeOf(x)) {
		return
	}
	l.insert(x.Pos(), supportName+".Bare(")
	l.insert(x.End(), ")")
	if variable == nil {
		return
	}
	for _, clause := range n.Body.List {
		clause := clause.(*ast.CaseClause)
		o := l.ch.info.Implicits[clause]
		if o == nil || !types.IsInterface(o.Type()) || !l.mentions(clause, o) {
			continue
		}
		id, ok := ast.Unparen(x).(*ast.Ident)
		if !ok || id.Name == variable.Name {
			l.refuse(variable, "the interpreter cannot keep the value of this switch for a clause that leaves its type open", "switch on a variable, and use it in that clause")
			return
		}
		l.insert(clause.Colon+1, fmt.Sprintf(" %s := %s;", variable.Name, l.loweredText(id)))
	}
}

func (l *lowering) mentions(n ast.Node, o types.Object) bool {
	found := false
	ast.Inspect(n, func(x ast.Node) bool {
		if id, ok := x.(*ast.Ident); ok && l.ch.info.Uses[id] == o {
			found = true
		}
		return !found
	})
	return found
}

func (l *lowering) typeText(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(l.c.pkg))
}

// comparison compares interface values by what they hold.
func (l *lowering) comparison(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ || l.ch.info.Types[n.X].IsNil() || l.ch.info.Types[n.Y].IsNil() {
		return
	}
	dynamic := func(x ast.Expr) bool {
		t := l.ch.info.TypeOf(x)
		_, parameter := t.(*types.TypeParam)
		return t != nil && types.IsInterface(t) && !parameter
	}
	if !dynamic(n.X) && !dynamic(n.Y) {
		return
	}
	for _, x := range []ast.Expr{n.X, n.Y} {
		if t := l.ch.info.TypeOf(x); wraps(t) && l.loses(n, t) {
			return
		}
	}
	not := ""
	if n.Op == token.NEQ {
		not = "!"
	}
	l.insert(n.X.Pos(), not+supportName+".Equal(")
	l.replace(n.OpPos, n.OpPos+2, ",")
	l.insert(n.Y.End(), ")")
}

// errorsCall gives errors.Is and errors.As, which see wrappers instead of a
// cell's own errors, replacements that look into them.
func (l *lowering) errorsCall(n *ast.CallExpr) {
	s, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	o, ok := l.ch.info.Uses[s.Sel].(*types.Func)
	if !ok || o.Pkg() == nil || o.Pkg().Path() != "errors" {
		return
	}
	switch o.Name() {
	case "Is", "As", "Unwrap":
		if t, m := l.unwraps(); t != "" {
			l.refuse(n, fmt.Sprintf("the interpreter's errors.%s cannot call the method %s of %s", o.Name(), m, t), "wrap errors with fmt.Errorf and %w")
			return
		}
	}
	if o.Name() != "New" && o.Name() != "Join" && l.loses(n, types.Universe.Lookup("error").Type()) {
		return
	}
	switch {
	case o.Name() == "Is":
		l.replace(s.Pos(), s.End(), supportName+".ErrorIs")
	case o.Name() == "As" && len(n.Args) == 2:
		p, ok := l.ch.info.TypeOf(n.Args[1]).Underlying().(*types.Pointer)
		if !ok || types.IsInterface(p.Elem()) || !l.ownType(p.Elem()) {
			return
		}
		l.distinguishable(n, p.Elem())
		text, err := l.spell(p.Elem())
		if err != nil {
			l.refuse(n, fmt.Sprintf("the interpreter cannot run this errors.As: %v", err), "declare the type at the top level of a cell")
			return
		}
		l.c.units++
		f := fmt.Sprintf("as%s%d", dot, l.c.units)
		fmt.Fprintf(&l.decls, "func %s(err error, target *%s) bool { for _, e := range %s.Chain(err) { if v, ok := e.(%s); ok { *target = v; return true } }; return false }\n",
			f, text, supportName, text)
		l.replace(s.Pos(), s.End(), f)
	}
}

// unwraps names a type of the notebook's that says what it wraps, or what it
// is, to package errors.
func (l *lowering) unwraps() (typ, method string) {
	for _, o := range l.namedTypes() {
		for m := range o.Type().(*types.Named).Methods() {
			switch m.Name() {
			case "Unwrap", "Is", "As":
				return o.Name(), m.Name()
			}
		}
	}
	return "", ""
}

// namedTypes are the types that the notebook has declared so far, and those
// that the chunk declares in functions.
func (l *lowering) namedTypes() []*types.TypeName {
	var all []*types.TypeName
	add := func(o types.Object) {
		t, ok := o.(*types.TypeName)
		if !ok || t.IsAlias() || t.Name() == "_" {
			return
		}
		if named, ok := t.Type().(*types.Named); ok && !types.IsInterface(named) && named.TypeParams().Len() == 0 {
			all = append(all, t)
		}
	}
	for _, n := range l.c.names {
		add(n.object)
	}
	for _, o := range l.ch.info.Defs {
		if o != nil && l.c.names[o.Name()] == nil {
			add(o)
		}
	}
	return all
}

// ownType reports whether a type, or what it points to, is the notebook's.
func (l *lowering) ownType(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "main"
}

// distinguishable refuses to ask an interface value for a type that the
// interpreter takes for another: it knows a cell's types by their form only.
func (l *lowering) distinguishable(at ast.Node, t types.Type) {
	asked := t
	p, pointer := t.Underlying().(*types.Pointer)
	if pointer {
		t = p.Elem()
	}
	n, named := types.Unalias(t).(*types.Named)
	if named && !l.ownType(t) {
		return // compiled types keep their identity
	}
	for _, o := range l.namedTypes() {
		if named && n.Obj() == o || !types.IdenticalIgnoreTags(o.Type().Underlying(), t.Underlying()) {
			continue
		}
		other := o.Name()
		if pointer {
			other = "*" + other
		}
		l.refuse(at, fmt.Sprintf("the interpreter cannot tell %s from %s: they have the same form", l.typeText(asked), other), "keep such values in variables of their own types, or give one an extra field")
		return
	}
}

// methodExpression makes `T.M` a function with the receiver as its first
// parameter.
func (l *lowering) methodExpression(n *ast.SelectorExpr, s *types.Selection) {
	sig := s.Type().(*types.Signature)
	w, err := l.forwarding(sig)
	if err != nil {
		l.refuse(n, fmt.Sprintf("the interpreter cannot make a function of this method: %v", err), "write a function literal that calls the method")
		return
	}
	l.c.units++
	f := fmt.Sprintf("method%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(%s) (%s { %sa0.%s(%s) }\n", f, strings.Join(w.params, ", "), w.results, w.ret, n.Sel.Name, strings.Join(w.args[1:], ", "))
	l.replace(n.Pos(), n.End(), f)
}

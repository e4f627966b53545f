package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// faults lowers or refuses what the interpreter is known to run otherwise
// than Go says, silently: measured on yaegi 0.16.1. A cell that would give a
// wrong result must not give one.
func (l *lowering) faults() {
	called := map[ast.Expr]bool{}
	kept := map[*ast.CallExpr]bool{}
	single := map[ast.Stmt]bool{} // statements in places that hold only one
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[ast.Unparen(n.Fun)] = true
			l.errorsCall(n)
			l.formatting(n)
		case *ast.BinaryExpr:
			l.comparison(n)
		case *ast.IfStmt:
			single[n.Init] = true
		case *ast.SwitchStmt:
			single[n.Init] = true
			l.oneOfSeveral(n)
			l.interfaceSwitch(n)
		case *ast.CommClause:
			single[n.Comm] = true
		case *ast.TypeSwitchStmt:
			single[n.Init] = true
			l.typeSwitch(n)
			l.wrappedSwitch(n)
		case *ast.ForStmt:
			single[n.Init], single[n.Post] = true, true
			l.closuresIn(n.Body, kept)
		case *ast.RangeStmt:
			l.closuresIn(n.Body, kept)
		case *ast.Ident:
			l.printing(n)
		case *ast.DeclStmt:
			l.severalValues(n)
		case *ast.AssignStmt:
			l.tupleAssignment(n, single[n])
			l.multipleInto(n, single[n])
			if len(n.Lhs) == len(n.Rhs) && len(n.Lhs) == 1 {
				l.intoWrapper(l.ch.info.TypeOf(n.Lhs[0]), n.Rhs[0])
			}
		case *ast.ValueSpec:
			for i, v := range n.Values {
				if n.Type != nil {
					l.intoWrapper(l.ch.info.TypeOf(n.Names[i]), v)
				}
			}
		case *ast.StructType:
			l.hiddenFields(n)
		case *ast.TypeAssertExpr:
			if n.Type != nil {
				l.dynamicType(n.Type)
			}
			l.assertion(n)
		case *ast.SelectorExpr:
			if s := l.ch.info.Selections[n]; s != nil {
				l.promoted(n, s)
				if s.Kind() == types.MethodExpr {
					l.methodExpression(n, s)
				}
				if s.Kind() == types.MethodVal && !called[n] {
					l.methodValue(n, s)
				}
			}
		}
		return true
	})
	l.defers()
}

// printing gives print and println Go's own form: the interpreter puts spaces
// between what print writes, and writes numbers as fmt does.
func (l *lowering) printing(id *ast.Ident) {
	if b, ok := l.ch.info.Uses[id].(*types.Builtin); ok && (b.Name() == "print" || b.Name() == "println") {
		l.replace(id.Pos(), id.End(), supportName+"."+strings.ToUpper(b.Name()[:1])+b.Name()[1:])
	}
}

// tupleAssignment spells out `a, b = f(), 8`, of which the interpreter makes
// only the part that is a call: first all values, then the assignments from
// left to right.
func (l *lowering) tupleAssignment(n *ast.AssignStmt, single bool) {
	define := n.Tok == token.DEFINE
	if len(n.Lhs) != len(n.Rhs) || len(n.Lhs) < 2 || define && !l.topLevel(n) && !literals(n.Rhs) || !define && n.Tok != token.ASSIGN {
		return
	}
	calls := false
	for _, r := range n.Rhs {
		ast.Inspect(r, func(x ast.Node) bool {
			_, isCall := x.(*ast.CallExpr)
			calls = calls || isCall
			return true
		})
	}
	if !calls && !l.leftDepends(n) {
		return
	}
	const split = "write one assignment to a line"
	if single {
		l.refuse(n, "the interpreter cannot run an assignment of several values with a call in this place", split)
		return
	}
	assigned := map[types.Object]bool{}
	var temps, sets []string
	for i, lhs := range n.Lhs {
		l.c.units++
		temp := fmt.Sprintf("t%s%d", dot, l.c.units)
		temps = append(temps, temp)
		if id, ok := lhs.(*ast.Ident); ok {
			if id.Name == "_" {
				sets = append(sets, "_ = "+temp)
				continue
			}
			if o := l.ch.info.ObjectOf(id); o != nil {
				assigned[o] = true
			}
		} else {
			clash := false
			ast.Inspect(lhs, func(x ast.Node) bool {
				if id, ok := x.(*ast.Ident); ok && assigned[l.ch.info.Uses[id]] {
					clash = true
				}
				return true
			})
			if clash {
				l.refuse(n, "the interpreter cannot run an assignment whose left sides depend on each other", split)
				return
			}
		}
		sets = append(sets, l.loweredText(lhs)+" = "+temp)
		want, have := l.ch.info.TypeOf(lhs), l.ch.info.TypeOf(n.Rhs[i])
		if want == nil || have == nil || types.Identical(want, have) && l.ch.info.Types[n.Rhs[i]].Value == nil {
			continue
		}
		typ, err := l.spell(want)
		if err != nil {
			l.refuse(n, fmt.Sprintf("the interpreter cannot run this assignment of several values: %v", err), split)
			return
		}
		l.insert(n.Rhs[i].Pos(), "("+typ+")(")
		l.insert(n.Rhs[i].End(), ")")
	}
	// One statement for each value: beside a composite literal, a call gives
	// nothing even in a definition.
	at := n.Pos()
	for i, r := range n.Rhs {
		sep := "; "
		if i == 0 {
			sep = ""
		}
		l.replace(at, r.Pos(), sep+temps[i]+" := ")
		at = r.End()
	}
	if define && !l.topLevel(n) {
		l.insert(n.End(), "; "+l.loweredList(n.Lhs)+" := "+strings.Join(temps, ", "))
		return
	}
	l.insert(n.End(), "; "+strings.Join(sets, "; "))
}

// severalValues refuses `var a, b = f(), 8` in a function: the interpreter
// makes only part of it.
func (l *lowering) severalValues(n *ast.DeclStmt) {
	d, ok := n.Decl.(*ast.GenDecl)
	if !ok || d.Tok != token.VAR {
		return
	}
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		calls := slices.ContainsFunc(v.Values, func(x ast.Expr) bool {
			_, ok := ast.Unparen(x).(*ast.CallExpr)
			return ok
		})
		if calls && len(v.Values) > 1 {
			l.refuse(v, "the interpreter cannot run a declaration of several values with a call", "declare one variable to a line")
		}
	}
}

func (l *lowering) loweredList(list []ast.Expr) string {
	var texts []string
	for _, x := range list {
		texts = append(texts, l.loweredText(x))
	}
	return strings.Join(texts, ", ")
}

// literals reports whether one of the values is a composite literal.
func literals(list []ast.Expr) bool {
	return slices.ContainsFunc(list, func(x ast.Expr) bool {
		_, ok := ast.Unparen(x).(*ast.CompositeLit)
		return ok
	})
}

// leftDepends reports whether an assignment sets a variable that stands in one
// of its other left sides, as in `i, x[i] = 1, 2`.
func (l *lowering) leftDepends(n *ast.AssignStmt) bool {
	set := map[types.Object]bool{}
	for _, x := range n.Lhs {
		if id, ok := x.(*ast.Ident); ok {
			set[l.ch.info.ObjectOf(id)] = true
		}
	}
	depends := false
	for _, x := range n.Lhs {
		if _, ok := x.(*ast.Ident); ok {
			continue
		}
		ast.Inspect(x, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && set[l.ch.info.Uses[id]] {
				depends = true
			}
			return true
		})
	}
	return depends
}

// topLevel reports whether a statement stands at the top level of the cell,
// where a definition becomes an assignment to package variables.
func (l *lowering) topLevel(s ast.Stmt) bool {
	if l.ch.kind != statement {
		return false
	}
	for _, t := range l.ch.function().Body.List {
		if t == s {
			return true
		}
	}
	return false
}

// loweredText is the source of an expression with the edits made so far.
func (l *lowering) loweredText(x ast.Expr) string {
	return l.text(l.ch.source(x.Pos()), l.ch.source(x.End()))
}

// methodValue binds the receiver of `x.M` when it is evaluated; the
// interpreter binds it when it is called.
func (l *lowering) methodValue(n *ast.SelectorExpr, s *types.Selection) {
	const hint = "write a function literal that calls the method"
	method := s.Obj().(*types.Func)
	recv, prefix := l.receiver(n, s)
	sig := s.Type().(*types.Signature)
	receiver, err := l.spell(recv)
	if err != nil {
		l.refuse(n, fmt.Sprintf("the interpreter cannot make this method value: %v", err), hint)
		return
	}
	w, err := l.forwarding(sig)
	if err != nil {
		l.refuse(n, fmt.Sprintf("the interpreter cannot make this method value: %v", err), hint)
		return
	}
	l.c.units++
	f := fmt.Sprintf("method%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(r %s) func%s { return func(%s) (%s { %sr.%s(%s) } }\n",
		f, receiver, w.signature, strings.Join(w.params, ", "), w.results, w.ret, method.Name(), strings.Join(w.args, ", "))
	l.insert(n.Pos(), f+"("+prefix+"(")
	l.replace(n.X.End(), n.End(), "))")
}

func (l *lowering) typeSwitch(n *ast.TypeSwitchStmt) {
	for _, clause := range n.Body.List {
		for _, t := range clause.(*ast.CaseClause).List {
			l.dynamicType(t)
		}
	}
}

// dynamicType refuses to ask an interface value for a type that the
// interpreter does not keep: it forgets the methods of a cell's own types, and
// which named type a value had.
func (l *lowering) dynamicType(t ast.Expr) {
	typ := l.ch.info.TypeOf(t)
	if typ == nil || l.ch.info.Types[t].IsNil() {
		return
	}
	const hint = "keep such values in variables of their own types"
	switch u := typ.Underlying().(type) {
	case *types.Interface:
		if u.NumMethods() > 0 && l.ownMethods() {
			l.refuse(t, fmt.Sprintf("the interpreter cannot tell whether a value of a cell's own type implements %s", l.typeText(typ)), hint)
		}
	case *types.Signature:
		l.refuse(t, "the interpreter cannot ask a value for a function type", hint)
	default:
		l.distinguishable(t, typ)
	}
}

// ownMethods reports whether the notebook so far declares a type with methods.
func (l *lowering) ownMethods() bool {
	for _, o := range l.namedTypes() {
		if o.Type().(*types.Named).NumMethods() > 0 {
			return true
		}
	}
	return false
}

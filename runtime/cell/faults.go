package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// faults lowers or refuses what the interpreter is known to run otherwise
// than Go says, silently: measured on yaegi 0.16.1. A cell that would give a
// wrong result must not give one.
func (l *lowering) faults() {
	called := map[ast.Expr]bool{}
	single := map[ast.Stmt]bool{} // statements in places that hold only one
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[ast.Unparen(n.Fun)] = true
		case *ast.IfStmt:
			single[n.Init] = true
		case *ast.SwitchStmt:
			single[n.Init] = true
		case *ast.TypeSwitchStmt:
			single[n.Init] = true
			l.typeSwitch(n)
		case *ast.ForStmt:
			single[n.Init], single[n.Post] = true, true
			l.deferInLoop(n.Body)
		case *ast.RangeStmt:
			l.deferInLoop(n.Body)
		case *ast.DeferStmt:
			l.deferredCall(n)
		case *ast.AssignStmt:
			l.tupleAssignment(n, single[n])
		case *ast.TypeAssertExpr:
			if n.Type != nil {
				l.dynamicType(n.Type, n.X)
			}
		case *ast.SelectorExpr:
			if s := l.ch.info.Selections[n]; s != nil && s.Kind() == types.MethodVal && !called[n] {
				l.methodValue(n, s)
			}
		}
		return true
	})
}

// tupleAssignment spells out `a, b = f(), 8`, of which the interpreter makes
// only the part that is a call: first all values, then the assignments from
// left to right.
func (l *lowering) tupleAssignment(n *ast.AssignStmt, single bool) {
	define := n.Tok == token.DEFINE
	if len(n.Lhs) != len(n.Rhs) || len(n.Lhs) < 2 || define && !l.topLevel(n) || !define && n.Tok != token.ASSIGN {
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
	if !calls {
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
	l.replace(n.Pos(), n.TokPos+token.Pos(len(n.Tok.String())), strings.Join(temps, ", ")+" :=")
	l.insert(n.End(), "; "+strings.Join(sets, "; "))
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
	recv := l.ch.info.TypeOf(n.X)
	prefix := ""
	_, isPointer := recv.Underlying().(*types.Pointer)
	_, wantsPointer := method.Signature().Recv().Type().(*types.Pointer)
	switch {
	case wantsPointer && !isPointer:
		recv, prefix = types.NewPointer(recv), "&"
	case !wantsPointer && isPointer && !types.IsInterface(recv):
		recv, prefix = recv.Underlying().(*types.Pointer).Elem(), "*"
	}
	sig := s.Type().(*types.Signature)
	receiver, err := l.spell(recv)
	if err != nil {
		l.refuse(n, fmt.Sprintf("the interpreter cannot make this method value: %v", err), hint)
		return
	}
	text, err := l.signature(types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic()))
	if err != nil {
		l.refuse(n, fmt.Sprintf("the interpreter cannot make this method value: %v", err), hint)
		return
	}
	var params, args []string
	for i := range sig.Params().Len() {
		typ := sig.Params().At(i).Type()
		prefix, suffix := "", ""
		if sig.Variadic() && i == sig.Params().Len()-1 {
			typ, prefix, suffix = typ.(*types.Slice).Elem(), "...", "..."
		}
		spelled, err := l.spell(typ)
		if err != nil {
			return // signature spelled it
		}
		params = append(params, fmt.Sprintf("a%d %s%s", i, prefix, spelled))
		args = append(args, fmt.Sprintf("a%d%s", i, suffix))
	}
	_, results, _ := strings.Cut(text, ") (")
	ret := ""
	if sig.Results().Len() > 0 {
		ret = "return "
	}
	l.c.units++
	f := fmt.Sprintf("method%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(r %s) func%s { return func(%s) (%s { %sr.%s(%s) } }\n",
		f, receiver, text, strings.Join(params, ", "), results, ret, method.Name(), strings.Join(args, ", "))
	l.insert(n.Pos(), f+"("+prefix+"(")
	l.replace(n.X.End(), n.End(), "))")
}

// deferInLoop refuses defer in a loop: all such calls see the variables of the
// last iteration.
func (l *lowering) deferInLoop(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			return false // visited by itself
		case *ast.DeferStmt:
			l.refuse(n, "the interpreter runs defer in a loop wrongly", "put the loop's body into a function")
		}
		return true
	})
}

// deferredCall refuses deferred calls of function variables, which can wait
// for ever, and of builtins, which do nothing.
func (l *lowering) deferredCall(n *ast.DeferStmt) {
	var o types.Object
	switch f := ast.Unparen(n.Call.Fun).(type) {
	case *ast.Ident:
		o = l.ch.info.Uses[f]
	case *ast.SelectorExpr:
		o = l.ch.info.Uses[f.Sel]
	}
	const hint = "call it before each return, or defer a declared function"
	switch o := o.(type) {
	case *types.Var:
		l.refuse(n, "the interpreter cannot defer a call of a function variable", hint)
	case *types.Builtin:
		if o.Name() == "delete" || o.Name() == "clear" || o.Name() == "copy" {
			l.refuse(n, fmt.Sprintf("the interpreter cannot defer %s", o.Name()), hint)
		}
	}
}

func (l *lowering) typeSwitch(n *ast.TypeSwitchStmt) {
	var x ast.Expr
	switch a := n.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X.(*ast.TypeAssertExpr).X
	case *ast.AssignStmt:
		x = a.Rhs[0].(*ast.TypeAssertExpr).X
	}
	for _, clause := range n.Body.List {
		for _, t := range clause.(*ast.CaseClause).List {
			l.dynamicType(t, x)
		}
	}
}

// dynamicType refuses to ask an interface value for a type that the
// interpreter does not keep: it forgets the methods of a cell's own types, and
// which named type a plain value had.
func (l *lowering) dynamicType(t, x ast.Expr) {
	typ := l.ch.info.TypeOf(t)
	if typ == nil {
		return
	}
	methods, basics := l.ownTypes()
	const hint = "keep such values in variables of their own types"
	switch u := typ.Underlying().(type) {
	case *types.Interface:
		if methods && u.NumMethods() > 0 {
			l.refuse(t, fmt.Sprintf("the interpreter cannot tell whether a value of a cell's own type implements %s", types.TypeString(typ, types.RelativeTo(l.c.pkg))), hint)
		}
	case *types.Basic:
		if basics && u.Kind() != types.UntypedNil {
			l.refuse(t, fmt.Sprintf("the interpreter cannot tell %s from the cells' own types like it", types.TypeString(typ, types.RelativeTo(l.c.pkg))), hint)
		}
	case *types.Signature:
		l.refuse(t, "the interpreter cannot ask a value for a function type", hint)
	}
}

// ownTypes reports whether the notebook so far declares a type with methods,
// and one that is named after a basic type.
func (l *lowering) ownTypes() (methods, basics bool) {
	for _, n := range l.c.names {
		if o, ok := n.object.(*types.TypeName); ok {
			if named, ok := o.Type().(*types.Named); ok && !types.IsInterface(named) {
				methods = methods || named.NumMethods() > 0
				_, basic := named.Underlying().(*types.Basic)
				basics = basics || basic
			}
		}
	}
	return methods, basics
}

package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// loops spells out what the interpreter does not have: ranges over integers,
// and variables of three-part loops that are new in every iteration.
func (l *lowering) loops() {
	labels := map[ast.Stmt]string{}
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.LabeledStmt:
			labels[n.Stmt] = n.Label.Name
		case *ast.RangeStmt:
			l.rangeInt(n)
			l.rangeString(n)
			l.rangeVariables(n)
		case *ast.ForStmt:
			l.iterationVariables(n, labels[n])
		}
		return true
	})
}

// rangeInt turns `for i := range n` into a three-part loop over a variable of
// its own, from which i is set; n is evaluated once.
func (l *lowering) rangeInt(n *ast.RangeStmt) {
	tv := l.ch.info.Types[n.X]
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsInteger == 0 {
		return
	}
	typ := tv.Type
	if n.Key != nil {
		if t := l.ch.info.TypeOf(n.Key); t != nil {
			typ = t
		}
	}
	spelled, err := l.spell(typ)
	if err != nil {
		line, column := l.ch.position(n.X.Pos())
		l.c.report(l.ch.cell, line, column, fmt.Sprintf("this range cannot be interpreted: %v", err), "use a loop with three parts")
		return
	}
	l.c.units++
	i, end := fmt.Sprintf("i%s%d", dot, l.c.units), fmt.Sprintf("n%s%d", dot, l.c.units)
	head := fmt.Sprintf("%s, %s := %s(0), %s(", i, end, spelled, spelled)
	l.replace(n.For+token.Pos(len("for")), n.X.Pos(), " "+head)
	l.insert(n.X.End(), fmt.Sprintf("); %s < %s; %s++", i, end, i))
	id, isIdent := n.Key.(*ast.Ident)
	if n.Key == nil || isIdent && id.Name == "_" {
		return
	}
	key, op := l.keyText(n.Key), "="
	if n.Tok == token.DEFINE {
		op = ":="
		l.insert(n.Body.Lbrace+1, fmt.Sprintf(" %s %s %s; _ = %s; ", key, op, i, key))
		return
	}
	l.insert(n.Body.Lbrace+1, fmt.Sprintf(" %s %s %s; ", key, op, i))
}

// rangeVariables gives each iteration of a range loop its own variables, where
// a function literal or a pointer could tell.
func (l *lowering) rangeVariables(n *ast.RangeStmt) {
	if n.Tok != token.DEFINE {
		return
	}
	switch t := l.ch.info.TypeOf(n.X).Underlying().(type) {
	case *types.Signature:
		return // becomes parameters
	case *types.Basic:
		if t.Info()&types.IsInteger != 0 || !blank(n.Key) {
			return // spelled out already
		}
	}
	set := ""
	for _, x := range []ast.Expr{n.Key, n.Value} {
		id, ok := x.(*ast.Ident)
		if !ok || id.Name == "_" {
			continue
		}
		if o := l.ch.info.Defs[id]; o == nil || !l.captured(n.Body, o) {
			continue
		}
		l.c.units++
		name := fmt.Sprintf("%s%s%d", id.Name, dot, l.c.units)
		l.replace(id.Pos(), id.End(), name)
		set += fmt.Sprintf(" %s := %s;", id.Name, name)
	}
	if set != "" {
		l.insert(n.Body.Lbrace+1, set+" ")
	}
}

// rangeString makes `for i, r := range s` a loop over the characters and their
// offsets, which the interpreter counts in characters.
func (l *lowering) rangeString(n *ast.RangeStmt) {
	tv := l.ch.info.Types[n.X]
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsString == 0 || blank(n.Key) {
		return
	}
	l.c.units++
	at := fmt.Sprintf("at%s%d", dot, l.c.units)
	l.replace(n.For+token.Pos(len("for")), n.X.Pos(), fmt.Sprintf(" _, %s := range %s.Runes(string(", at, supportName))
	l.insert(n.X.End(), "))")
	set := ""
	for _, part := range []struct {
		x     ast.Expr
		field string
	}{{n.Key, "Offset"}, {n.Value, "Rune"}} {
		if blank(part.x) {
			continue
		}
		name := l.keyText(part.x)
		if n.Tok == token.DEFINE {
			set += fmt.Sprintf(" %s := %s.%s; _ = %s;", name, at, part.field, name)
		} else {
			set += fmt.Sprintf(" %s = %s.%s;", name, at, part.field)
		}
	}
	l.insert(n.Body.Lbrace+1, set+" ")
}

func blank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return x == nil || ok && id.Name == "_"
}

// keyText is the lowered spelling of what a range loop assigns to.
func (l *lowering) keyText(key ast.Expr) string {
	if id, ok := key.(*ast.Ident); ok {
		if name, ok := l.c.emitted[l.ch.info.ObjectOf(id)]; ok {
			return name
		}
		return id.Name
	}
	return l.ch.code[l.ch.source(key.Pos()):l.ch.source(key.End())]
}

// iterationVariables gives each iteration of a three-part loop its own
// variables, where a function literal or a pointer could tell: the loop runs
// over variables of its own, which are copied in at the start of the body and
// back at its end and before each continue.
func (l *lowering) iterationVariables(n *ast.ForStmt, label string) {
	init, ok := n.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return
	}
	vars := map[types.Object]string{}
	var in, back []string
	for _, lhs := range init.Lhs {
		id, ok := lhs.(*ast.Ident)
		if !ok || id.Name == "_" {
			continue
		}
		o := l.ch.info.Defs[id]
		if o == nil || !l.captured(n.Body, o) {
			continue
		}
		l.c.units++
		name := fmt.Sprintf("%s%s%d", id.Name, dot, l.c.units)
		vars[o] = name
		in = append(in, fmt.Sprintf("%s := %s; ", id.Name, name))
		back = append(back, fmt.Sprintf("%s = %s; ", name, id.Name))
	}
	if len(vars) == 0 {
		return
	}
	for _, part := range []ast.Node{n.Init, n.Cond, n.Post} {
		if part == nil || part == ast.Node((*ast.BadExpr)(nil)) {
			continue
		}
		ast.Inspect(part, func(x ast.Node) bool {
			if id, ok := x.(*ast.Ident); ok {
				if name, ok := vars[l.ch.info.ObjectOf(id)]; ok {
					l.replace(id.Pos(), id.End(), name)
				}
			}
			return true
		})
	}
	l.insert(n.Body.Lbrace+1, " "+strings.Join(in, ""))
	copyBack := strings.Join(back, "")
	for _, c := range continues(n.Body, label) {
		l.insert(c.Pos(), "{ "+copyBack)
		l.insert(c.End(), " }")
	}
	if s := n.Body.List; len(s) == 0 || !ends(s[len(s)-1]) {
		l.insert(n.Body.Rbrace, "; "+copyBack)
	}
}

// ends reports whether nothing can stand behind a statement.
func ends(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// captured reports whether a variable's address or closure may outlive an
// iteration.
func (l *lowering) captured(body *ast.BlockStmt, o types.Object) bool {
	found := false
	mentions := func(n ast.Node) bool {
		hit := false
		ast.Inspect(n, func(x ast.Node) bool {
			if id, ok := x.(*ast.Ident); ok && l.ch.info.Uses[id] == o {
				hit = true
			}
			return !hit
		})
		return hit
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = found || mentions(n)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && mentions(n.X)
		case *ast.SelectorExpr:
			// A method with a pointer receiver takes the address.
			if s := l.ch.info.Selections[n]; s != nil && s.Kind() != types.FieldVal {
				found = found || mentions(n.X)
			}
		case *ast.SliceExpr:
			found = found || mentions(n.X)
		}
		return !found
	})
	return found
}

// continues lists the continue statements that belong to the loop with this
// body and label.
func continues(body *ast.BlockStmt, label string) []*ast.BranchStmt {
	var all []*ast.BranchStmt
	var walk func(n ast.Node, nested bool)
	walk = func(n ast.Node, nested bool) {
		ast.Inspect(n, func(x ast.Node) bool {
			switch x := x.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt:
				if x.Body != n {
					walk(x.Body, true)
					return false
				}
			case *ast.RangeStmt:
				if x.Body != n {
					walk(x.Body, true)
					return false
				}
			case *ast.BranchStmt:
				if x.Tok == token.CONTINUE && (x.Label == nil && !nested || x.Label != nil && x.Label.Name == label) {
					all = append(all, x)
				}
			}
			return true
		})
	}
	walk(body, false)
	return all
}

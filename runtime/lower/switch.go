package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// switchStmt writes a switch as one without a tag, whose cases are
// conditions.
func (f *fn) switchStmt(s *ast.SwitchStmt, label string) {
	f.emit("{")
	defer f.emit("}")
	if s.Init != nil {
		f.stmt(s.Init)
	}
	tag, tagType := "", types.Type(types.Typ[types.Bool])
	if s.Tag != nil {
		f.at(s.Tag)
		tagType = types.Default(f.typeOf(s.Tag))
		tag = f.keep(f.value(s.Tag, tagType), tagType)
	}
	conds := f.conditions(s, tag, tagType)
	if label != "" {
		f.emit("%s:", label)
	}
	f.emit("switch {")
	start := f.line
	order := s.Body.List
	for i, c := range s.Body.List {
		if c.(*ast.CaseClause).List == nil && conds[i] == "" {
			order = defaultLast(order)
			conds = append(slices.Delete(conds, i, i+1), "")
		}
	}
	for i, c := range order {
		c := c.(*ast.CaseClause)
		if conds[i] == "" {
			f.emit("default:")
		} else {
			f.emit("case %s:", conds[i])
		}
		f.line = start
		if i > 0 && fallsInto(order[i-1].(*ast.CaseClause)) {
			f.line = 0
		}
		f.block(c.Body)
	}
	f.emit("}")
	f.line = 0
}

// conditions writes the condition of each clause, "" for the default one. They
// ask for the number of the clause that was chosen before the switch where a
// condition needs statements of its own, or where a default clause that is not
// the last is part of a chain of fallthroughs: for the interpreter it is the
// last.
func (f *fn) conditions(s *ast.SwitchStmt, tag string, tagType types.Type) []string {
	type test struct {
		clause    int
		pre, cond string
	}
	var tests []test
	conds := make([]string, len(s.Body.List))
	choose, last := false, -1
	for i, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		if c.List == nil {
			last = i
			falls := fallsInto(c) || i > 0 && fallsInto(s.Body.List[i-1].(*ast.CaseClause))
			choose = choose || falls && i < len(conds)-1
		}
		var parts []string
		for _, x := range c.List {
			t := test{clause: i}
			t.pre = f.apart(func() {
				f.logic++ // the cases of a clause are joined with ||
				defer func() { f.logic-- }()
				switch {
				case s.Tag == nil && isInterface(f.typeOf(x)):
					t.cond = fmt.Sprintf("%s.Equal(%s, true)", rt, f.expr(x))
				case s.Tag == nil:
					t.cond = "(" + f.expr(x) + ")"
				default:
					t.cond = f.caseEquals(tag, tagType, x)
				}
			})
			choose = choose || t.pre != ""
			tests, parts = append(tests, t), append(parts, t.cond)
		}
		conds[i] = strings.Join(parts, " || ")
	}
	if !choose {
		return conds
	}
	chosen := f.keep("-1", types.Typ[types.Int])
	for _, t := range tests {
		f.emit("if %s < 0 {\n%sif %s {\n%s = %d\n}\n}", chosen, t.pre, t.cond, chosen, t.clause)
	}
	for i := range conds {
		conds[i] = fmt.Sprintf("%s == %d", chosen, i)
	}
	if last >= 0 {
		conds[last] = fmt.Sprintf("(%s < 0)", chosen)
	}
	return conds
}

// defaultLast is the clauses with the default one at the end. The interpreter
// would have it change places with the last one, which then came first.
func defaultLast(clauses []ast.Stmt) []ast.Stmt {
	for i, c := range clauses {
		if c.(*ast.CaseClause).List == nil {
			return append(slices.Concat(clauses[:i], clauses[i+1:]), c)
		}
	}
	return clauses
}

func fallsInto(c *ast.CaseClause) bool {
	if len(c.Body) == 0 {
		return false
	}
	b, ok := c.Body[len(c.Body)-1].(*ast.BranchStmt)
	return ok && b.Tok == token.FALLTHROUGH
}

func (f *fn) caseEquals(tag string, t types.Type, x ast.Expr) string {
	if f.site.info.Types[x].IsNil() {
		return tag + " == nil"
	}
	xt := types.Default(f.typeOf(x))
	switch {
	case isInterface(t) || isInterface(xt):
		return fmt.Sprintf("%s.Equal(%s, %s)", rt, f.l.assignable(f.site, tag, t, emptyInterface), f.value(x, emptyInterface))
	}
	if c, ok := xt.Underlying().(*types.Chan); ok && c.Dir() != types.SendRecv {
		return f.l.assignable(f.site, tag, t, xt) + " == " + f.expr(x)
	}
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return fmt.Sprintf("%s.Same(%s, %s)", rt, tag, f.value(x, t))
	}
	return tag + " == " + f.value(x, t)
}

func (f *fn) typeSwitch(s *ast.TypeSwitchStmt, label string) {
	f.emit("{")
	defer f.emit("}")
	if s.Init != nil {
		f.stmt(s.Init)
	}
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X.(*ast.TypeAssertExpr).X
	case *ast.AssignStmt:
		x = a.Rhs[0].(*ast.TypeAssertExpr).X
	}
	f.at(x)
	static := f.typeOf(x)
	value := f.keep(f.expr(x), static)
	if label != "" {
		f.emit("%s:", label)
	}
	f.emit("switch {")
	start := f.line
	for _, c := range defaultLast(s.Body.List) {
		c := c.(*ast.CaseClause)
		var conds []string
		for _, tx := range c.List {
			if f.site.info.Types[tx].IsNil() {
				conds = append(conds, value+" == nil")
				continue
			}
			conds = append(conds, f.l.is(f.site, value, f.typeOf(tx)))
		}
		if c.List == nil {
			f.emit("default:")
		} else {
			f.emit("case %s:", strings.Join(conds, " || "))
		}
		f.line = start
		if o := f.site.info.Implicits[c]; o != nil {
			text, t := value, static
			if len(c.List) == 1 && !f.site.info.Types[c.List[0]].IsNil() {
				t = f.typeOf(c.List[0])
				text = f.l.as(f.site, value, t)
			}
			v := &variable{name: f.l.fresh(o.Name()), typ: t, owner: f, cell: f.body.usage[o].cell()}
			f.body.vars[o] = v
			f.introduce(v, text)
		}
		f.block(c.Body)
	}
	f.emit("}")
	f.line = 0
}

// selectStmt asks the kernel which of the cases goes on, then does what
// belongs to it. The interpreter's own select cannot use channels with a
// direction, nor evaluate its operands once.
func (f *fn) selectStmt(s *ast.SelectStmt, label string) {
	f.emit("{")
	defer f.emit("}")
	type received struct {
		value, ok string
		elem      types.Type
	}
	var cases []string
	recvs := make([]received, len(s.Body.List))
	blocking := "true"
	for i, c := range s.Body.List {
		c := c.(*ast.CommClause)
		switch comm := c.Comm.(type) {
		case nil:
			blocking = "false"
			cases = append(cases, rt+".Case{}")
		case *ast.SendStmt:
			f.at(comm)
			elem := f.typeOf(comm.Chan).Underlying().(*types.Chan).Elem()
			ch := f.keep(f.expr(comm.Chan), f.typeOf(comm.Chan))
			v := f.l.fresh("send")
			f.emit("%s := new(%s)", v, f.typ(elem))
			f.emit("*%s = %s", v, f.value(comm.Value, elem))
			cases = append(cases, fmt.Sprintf("%s.Case{Send: %s, Value: %s}", rt, ch, v))
		default:
			x := receiveOf(comm)
			f.at(x)
			elem := f.typeOf(x.X).Underlying().(*types.Chan).Elem()
			ch := f.keep(f.expr(x.X), f.typeOf(x.X))
			r := received{value: f.l.fresh("received"), ok: f.l.fresh("ok"), elem: elem}
			f.emit("%s := new(%s)", r.value, f.typ(elem))
			f.emit("%s := new(bool)", r.ok)
			recvs[i] = r
			cases = append(cases, fmt.Sprintf("%s.Case{Receive: %s, Value: %s, OK: %s}", rt, ch, r.value, r.ok))
		}
	}
	chosen := f.l.fresh("chosen")
	f.emit("%s := %s.Select(%s, []%s.Case{%s})", chosen, rt, blocking, rt, strings.Join(cases, ", "))
	if label != "" {
		f.emit("%s:", label)
	}
	f.emit("switch {")
	for i, c := range s.Body.List {
		c := c.(*ast.CommClause)
		f.emit("case %s == %d:", chosen, i)
		f.line = 0
		if a, ok := c.Comm.(*ast.AssignStmt); ok {
			list := []types.Type{recvs[i].elem, types.Typ[types.Bool]}
			for j, x := range a.Lhs {
				p := f.placeFor(x, a.Tok == token.DEFINE, true)
				f.store(p, []string{"*" + recvs[i].value, "*" + recvs[i].ok}[j], list[j])
			}
		}
		f.block(c.Body)
	}
	f.emit("}")
	f.line = 0
}

func receiveOf(s ast.Stmt) *ast.UnaryExpr {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return ast.Unparen(s.X).(*ast.UnaryExpr)
	case *ast.AssignStmt:
		return ast.Unparen(s.Rhs[0]).(*ast.UnaryExpr)
	}
	return nil
}

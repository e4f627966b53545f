package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (f *fn) block(list []ast.Stmt) {
	for _, s := range list {
		f.stmt(s)
	}
}

// nested writes a block within braces of its own.
func (f *fn) nested(list []ast.Stmt) {
	f.emit("{")
	f.block(list)
	f.emit("}")
}

// at notes the line of code that may panic.
func (f *fn) at(n ast.Node) {
	if f.site.library != nil || f.site.position == nil || !n.Pos().IsValid() || !f.mayPanic(n) {
		return
	}
	line, _ := f.site.position(n.Pos())
	if line != f.line && line > 0 {
		f.emit("line%s = %d", Dot, line)
		f.line = line
	}
}

// mayPanic reports whether evaluating n itself, not the blocks in it, can
// panic.
func (f *fn) mayPanic(n ast.Node) bool {
	found := false
	constant := func(x ast.Expr) bool { return f.site.info.Types[x].Value != nil }
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.BlockStmt:
			return m == n
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			// Conversions to numbers and len do not panic, but their operands may.
			tv := f.site.info.Types[m.Fun]
			length := tv.IsBuiltin() && (builtinName(ast.Unparen(m.Fun)) == "len" || builtinName(ast.Unparen(m.Fun)) == "cap")
			_, basic := f.typeOf(m).(*types.Basic)
			found = found || !length && !(tv.IsType() && basic)
		case *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr, *ast.SelectorExpr, *ast.SendStmt:
			found = true
		case *ast.BinaryExpr:
			switch m.Op {
			case token.QUO, token.REM, token.SHL, token.SHR:
				found = found || !constant(m.Y)
			case token.EQL, token.NEQ:
				_, basic := f.typeOf(m.X).(*types.Basic)
				found = found || !basic
			}
		case *ast.AssignStmt:
			switch m.Tok {
			case token.QUO_ASSIGN, token.REM_ASSIGN, token.SHL_ASSIGN, token.SHR_ASSIGN:
				found = found || !constant(m.Rhs[0])
			}
		}
		return !found
	})
	return found
}

func (f *fn) stmt(s ast.Stmt) { f.labeled(s, "") }

// labeled writes a statement that has the label, "" for none.
func (f *fn) labeled(s ast.Stmt, label string) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return
	case *ast.LabeledStmt:
		f.labelStmt(s)
		return
	case *ast.ForStmt:
		f.forStmt(s, label)
		return
	case *ast.RangeStmt:
		f.rangeStmt(s, label)
		return
	case *ast.SwitchStmt:
		f.switchStmt(s, label)
		return
	case *ast.TypeSwitchStmt:
		f.typeSwitch(s, label)
		return
	case *ast.SelectStmt:
		f.selectStmt(s, label)
		return
	}
	switch s := s.(type) {
	case *ast.BlockStmt:
		f.nested(s.List)
	case *ast.ExprStmt:
		f.at(s)
		f.exprStmt(s.X)
	case *ast.AssignStmt:
		f.at(s)
		f.assign(s)
	case *ast.IncDecStmt:
		f.at(s)
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		f.update(s.X, op, nil)
	case *ast.DeclStmt:
		f.decl(s.Decl.(*ast.GenDecl))
	case *ast.SendStmt:
		f.at(s)
		elem := f.typeOf(s.Chan).Underlying().(*types.Chan).Elem()
		c := f.hoist(s.Chan)
		f.emit("%s <- %s", c, f.value(s.Value, elem))
	case *ast.GoStmt:
		f.at(s)
		line, _ := f.lineOf(s)
		f.emit("%s.Go(%d, %s)", rt, line, f.later(s.Call))
		f.line = 0
	case *ast.DeferStmt:
		f.at(s)
		f.deferStmt(s)
	case *ast.ReturnStmt:
		f.at(s)
		f.returnStmt(s)
	case *ast.BranchStmt:
		f.branch(s)
	case *ast.IfStmt:
		f.ifStmt(s)
	default:
		f.refuse(s, "a statement of the form %T cannot be interpreted", s)
	}
}

func (f *fn) lineOf(n ast.Node) (int, int) {
	if f.site.position == nil || f.site.library != nil {
		return 0, 0
	}
	return f.site.position(n.Pos())
}

// labelStmt writes a labelled statement. A goto gets a label of its own before
// whatever the statement begins with.
func (f *fn) labelStmt(s *ast.LabeledStmt) {
	if f.body.gotos[s.Label.Name] {
		f.emit("%s:", gotoName(s.Label))
		f.emit("{}")
		f.line = 0
	}
	f.labeled(s.Stmt, labelName(s.Label))
}

func gotoName(id *ast.Ident) string { return id.Name + Dot + "goto" }

func labelName(id *ast.Ident) string { return id.Name + Dot }

func (f *fn) exprStmt(x ast.Expr) {
	switch e := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		text, results := f.call(e)
		switch {
		case text == "":
		case strings.HasPrefix(text, "{"):
			f.emit("%s", text)
		case len(results) == 1 && !isCall(text):
			f.emit("_ = %s", text)
		default:
			f.emit("%s", text)
		}
	case *ast.UnaryExpr:
		f.emit("_ = %s", f.expr(e))
	default:
		f.emit("_ = %s", f.expr(x))
	}
}

// isCall reports whether the text of an expression is a call and nothing
// else.
func isCall(text string) bool { return strings.HasSuffix(text, ")") && !strings.HasPrefix(text, "(") }

func (f *fn) decl(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		f.at(v)
		var objects []types.Object
		for _, id := range v.Names {
			objects = append(objects, f.site.info.Defs[id])
		}
		switch {
		case len(v.Values) == 0:
			for i, id := range v.Names {
				if id.Name != "_" {
					f.setNew(objects[i], "")
				}
			}
		case len(v.Values) < len(v.Names):
			texts, list := f.multi(v.Values[0]), f.multiTypes(v.Values[0])
			for i, id := range v.Names {
				if id.Name == "_" {
					f.emit("_ = %s", texts[i])
					continue
				}
				f.setNew(objects[i], f.l.assignable(f.site, texts[i], list[i], f.subst(objects[i].Type())))
			}
		default:
			var operands []operand
			for i, x := range v.Values {
				operands = append(operands, f.valued(x, f.subst(objects[i].Type())))
			}
			temps := f.inOrder(operands...)
			for i := range temps {
				if len(temps) > 1 {
					temps[i] = f.keep(temps[i], operands[i].typ)
				}
			}
			for i, id := range v.Names {
				if id.Name == "_" {
					blank := f.l.fresh("blank")
					f.emit("var %s %s = %s", blank, f.typ(objects[i].Type()), temps[i])
					f.emit("_ = %s", blank)
					continue
				}
				f.setNew(objects[i], temps[i])
			}
		}
	}
}

// setNew gives a newly declared variable its first value; "" is its zero. A
// cell's own variables are the package's, and declared before.
func (f *fn) setNew(o types.Object, value string) {
	if name := f.global(o); name != "" {
		if value == "" {
			zero := f.l.fresh("zero")
			f.emit("var %s %s", zero, f.typ(o.Type()))
			value = zero
		}
		f.emit("%s = %s", name, value)
		return
	}
	f.declare(o, value)
}

// global is the name of a package variable, "" if o is none.
func (f *fn) global(o types.Object) string {
	if f.body.vars[o] != nil {
		return ""
	}
	return f.l.names[o]
}

// keep puts a value into a variable of its own and returns its name.
func (f *fn) keep(text string, t types.Type) string {
	v := f.l.fresh("t")
	f.emit("var %s %s = %s", v, f.l.typ(f.site, t), unwrapped(text))
	return v
}

// hoist evaluates an expression now and returns text that has no effect.
func (f *fn) hoist(x ast.Expr) string {
	text := f.expr(x)
	if tv := f.site.info.Types[x]; tv.Value != nil || simple(text) && !f.isAssignedVariable(x) {
		return text
	}
	return f.keep(text, f.typeOf(x))
}

func (f *fn) isAssignedVariable(x ast.Expr) bool {
	o := f.rootVariable(x)
	if o == nil {
		return true
	}
	u := f.body.usage[o]
	return f.global(o) != "" || u == nil || u.assigned || u.addressed
}

// unwrapped is bare for a value that is assigned or tested: parentheses keep
// the interpreter from computing into a variable at once. Those around a
// literal are needed in conditions.
func unwrapped(text string) string {
	if strings.Contains(text, "{") {
		return text
	}
	return bare(text)
}

// simple reports whether text is a name.
func simple(text string) bool {
	return !strings.ContainsAny(text, "()[]{}*&. +-<\"'")
}

func (f *fn) ifStmt(s *ast.IfStmt) {
	scoped := s.Init != nil
	if scoped {
		f.emit("{")
		f.stmt(s.Init)
	}
	f.at(s.Cond)
	var cond string
	pre := f.apart(func() { cond = f.expr(s.Cond) })
	if pre != "" && !scoped {
		scoped = true
		f.emit("{")
	}
	f.w.WriteString(pre)
	f.emit("if %s {", unwrapped(cond))
	line := f.line
	f.block(s.Body.List)
	after := f.line
	if s.Else != nil {
		f.line = line
		f.emit("} else {")
		if e, ok := s.Else.(*ast.BlockStmt); ok {
			f.block(e.List)
		} else {
			f.stmt(s.Else)
		}
	}
	f.emit("}")
	if f.line != after || after != line {
		f.line = 0
	}
	if scoped {
		f.emit("}")
	}
}

func (f *fn) branch(s *ast.BranchStmt) {
	if f.loop != nil && f.loop.leaves(f, s) {
		return
	}
	switch {
	case s.Tok == token.FALLTHROUGH:
		f.emit("fallthrough")
	case s.Tok == token.GOTO:
		f.emit("goto %s", gotoName(s.Label))
	case s.Label != nil:
		f.emit("%s %s", s.Tok, labelName(s.Label))
	default:
		f.emit("%s", s.Tok)
	}
}

func (f *fn) returnStmt(s *ast.ReturnStmt) {
	var values []string
	switch {
	case len(s.Results) == 0 && len(f.results) > 0 && !f.indirect:
		for _, v := range f.out {
			values = append(values, f.use(v))
		}
	case len(s.Results) == 0:
	case len(s.Results) < len(f.results):
		list := f.multiTypes(s.Results[0])
		for i, t := range f.multi(s.Results[0]) {
			values = append(values, f.l.assignable(f.site, t, list[i], f.results[i]))
		}
	default:
		var operands []operand
		for i, x := range s.Results {
			operands = append(operands, f.valued(x, f.results[i]))
		}
		values = f.inOrder(operands...)
		for i, v := range values {
			if len(values) > 1 && f.site.info.Types[s.Results[i]].Value == nil && !simple(v) {
				values[i] = f.keep(v, operands[i].typ)
			}
		}
	}
	if f.loop != nil {
		f.loop.returns(f, values)
		return
	}
	if !f.indirect {
		if len(f.out) > 0 && len(values) > 0 && f.anyCell() {
			// Nothing runs after the return that could see the variables.
			f.emit("return %s", strings.Join(values, ", "))
			return
		}
		f.emit("return %s", strings.Join(values, ", "))
		return
	}
	f.setResults(values)
	f.emit("return")
}

func (f *fn) anyCell() bool {
	for _, v := range f.out {
		if v.cell {
			return true
		}
	}
	return false
}

// setResults assigns the result variables, all values before the first.
func (f *fn) setResults(values []string) {
	var temps []string
	for i, v := range values {
		if len(values) > 1 {
			v = f.keep(v, f.out[i].typ)
		}
		temps = append(temps, v)
	}
	for i, v := range temps {
		f.emit("%s = %s", target(f.use(f.out[i])), v)
	}
}

// later returns a function literal that makes a call whose function and
// arguments are evaluated now.
func (f *fn) later(call *ast.CallExpr) string {
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok && len(call.Args) == 0 && lit.Type.Results == nil {
		return f.literal(lit)
	}
	g := f.l.newFunc(f.site, f.env, f)
	text := f.prepared(g, call)
	g.w.WriteString(text)
	return f.factory(g, "()", "() {\n"+g.w.String()+"}")
}

func (f *fn) deferStmt(s *ast.DeferStmt) {
	method := "Add"
	fun := ast.Unparen(s.Call.Fun)
	switch x := fun.(type) {
	case *ast.FuncLit:
		if recovers(f.site.info, x.Body) {
			method = "AddRecovering"
		}
	case *ast.Ident:
		switch o := f.site.info.Uses[x].(type) {
		case *types.Builtin:
			if o.Name() == "recover" {
				// recover called by defer itself stops no panic of Go's, since
				// 1.0: it is not called by a deferred function.
				return
			}
		case *types.Var:
			method = "AddRecovering"
		case *types.Func:
			if st := f.l.sites[o.Origin()]; st != nil && st.function != nil && recovers(st.info, st.function.Body) {
				method = "AddRecovering"
			}
		}
	case *ast.SelectorExpr:
		if sel := f.site.info.Selections[x]; sel != nil {
			method = "AddRecovering"
		}
	case *ast.CallExpr:
		method = "AddRecovering"
	}
	text := f.later(s.Call)
	f.emit("%s.%s(%s)", f.use(f.deferList()), method, text)
	f.line = 0
}

// deferList is the list of the function that a statement belongs to.
func (f *fn) deferList() *variable {
	for g := f; g != nil; g = g.parent {
		if g.list != nil {
			return g.list
		}
	}
	panic(fmt.Sprintf("a defer without a list in %p", f))
}

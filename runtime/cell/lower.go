package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// lowering rewrites one checked chunk as text. It edits the cell's own source
// instead of printing the syntax tree, so that lines stay lines.
type lowering struct {
	c       *checker
	ch      *chunk
	edits   []edit
	imports []Import
	decls   strings.Builder
	// erased are the generic declarations that were taken out of the chunk.
	erased []ast.Node
	// local are the types of functions that move to package level.
	local []localType
	// results are the variables that a return without values gives.
	results map[*ast.FuncType]string
	// here says that types are spelled for the middle of a function.
	here bool

	// deferrers are the functions that defer; deferred gives the list that a
	// deferred function literal is on.
	deferrers []*deferring
	deferred  map[*ast.FuncLit]string
}

// edit replaces the bytes from start to end of the cell's code.
type edit struct {
	start, end int
	text       string
}

// lower appends the units that run a checked chunk.
func (c *checker) lower(ch *chunk, used []Import, out *Code) {
	l := &lowering{c: c, ch: ch}
	for _, im := range used {
		l.packageName(im.Path)
	}
	var inits []string
	if ch.whole {
		inits = l.initFunctions()
	}
	l.templates(used)
	l.passes()
	if ch.whole {
		l.wholeFile(out, inits)
		return
	}
	if ch.kind != statement {
		var text strings.Builder
		line := 0
		for i, it := range ch.items {
			at, _ := place(ch.code, it.start, ch.line, ch.indent)
			if i == 0 {
				line = at
			} else if n := at - line - strings.Count(text.String(), "\n"); n > 0 {
				text.WriteString(strings.Repeat("\n", n))
			} else {
				text.WriteString("\n")
			}
			text.WriteString(l.text(it.start, it.end))
		}
		l.unit(out, text.String(), line, "")
		return
	}

	first, last := ch.items[0].start, ch.items[len(ch.items)-1].end
	line, _ := place(ch.code, first, ch.line, ch.indent)
	c.units++
	name := fmt.Sprintf("run%s%d", dot, c.units)
	if ch.value {
		x := ch.function().Body.List[0].(*ast.AssignStmt).Rhs[0]
		l.insert(x.Pos(), supportName+".Inline(")
		l.insert(x.End(), ")")
	} else {
		l.statements()
		l.show()
	}
	l.unit(out, fmt.Sprintf("func %s() { %s\n}", name, l.text(first, last)), line, name+"()")
}

// passes makes the edits that do not depend on what kind of chunk it is.
func (l *lowering) passes() {
	l.hoist()
	l.uses()
	l.findDefers()
	l.namedResults()
	l.constants()
	l.names()
	l.loops()
	l.rangeFunctions()
	l.bareReturns()
	l.builtins()
	l.faults()
	l.hoisted()
}

// inspect visits the chunk's syntax, but not what was taken out of it.
func (l *lowering) inspect(visit func(ast.Node) bool) {
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		if n != nil && slices.Contains(l.erased, n) {
			return false
		}
		return visit(n)
	})
}

// unit appends a unit, after one for the declarations it needs. What
// declarations need stands beside them, since it may mention their types.
func (l *lowering) unit(out *Code, decls string, line int, call string) {
	l.packageName(Support)
	if call == "" {
		decls += "\n" + l.decls.String()
	} else if l.decls.Len() > 0 {
		out.Units = append(out.Units, Unit{Imports: l.imports, Decls: l.decls.String()})
	}
	out.Units = append(out.Units, Unit{Imports: l.imports, Decls: decls, Line: line, Call: call})
}

// packageName returns the name by which lowered code refers to a package.
func (l *lowering) packageName(path string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '.' || r == '-' {
			return '_'
		}
		return r
	}, path) + dot
	if path == Support {
		name = supportName
	}
	im := Import{name, path}
	if !slices.Contains(l.imports, im) {
		l.imports = append(l.imports, im)
	}
	return name
}

func (l *lowering) replace(start, end token.Pos, text string) {
	l.edits = append(l.edits, edit{l.ch.source(start), l.ch.source(end), text})
}

func (l *lowering) insert(at token.Pos, text string) { l.replace(at, at, text) }

// erase deletes text but keeps its line breaks.
func (l *lowering) erase(start, end token.Pos) {
	from, to := l.ch.source(start), l.ch.source(end)
	l.edits = append(l.edits, edit{from, to, strings.Repeat("\n", strings.Count(l.ch.code[from:to], "\n"))})
}

// text returns the code from start to end with its edits made. Edits within
// text that another one replaces are void.
func (l *lowering) text(start, end int) string {
	slices.SortStableFunc(l.edits, func(a, b edit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		switch aInserts, bInserts := a.start == a.end, b.start == b.end; {
		case aInserts && bInserts:
			return 0
		case aInserts:
			return -1
		case bInserts:
			return 1
		}
		return b.end - a.end
	})
	var b strings.Builder
	at := start
	for _, e := range l.edits {
		if e.start < at || e.end > end {
			continue
		}
		b.WriteString(l.ch.code[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(l.ch.code[at:end])
	return b.String()
}

// names replaces the names of packages and of the notebook's revised
// declarations, and gives each call of must its own function.
func (l *lowering) names() {
	rename := func(id *ast.Ident, o types.Object) {
		if !id.Pos().IsValid() {
			return
		}
		if p, ok := o.(*types.PkgName); ok {
			l.replace(id.Pos(), id.End(), l.packageName(p.Imported().Path()))
			return
		}
		if name, ok := l.c.emitted[o]; ok && name != id.Name {
			l.replace(id.Pos(), id.End(), name)
		}
	}
	for id, o := range l.ch.info.Defs {
		if o != nil {
			rename(id, o)
		}
	}
	var musts []*ast.Ident
	for id, o := range l.ch.info.Uses {
		if o == l.c.must {
			if l.isErased(id.Pos()) {
				continue
			}
			musts = append(musts, id)
			continue
		}
		rename(id, o)
	}
	slices.SortFunc(musts, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	for _, id := range musts {
		l.must(id)
	}
}

// must declares the instance of must that a call needs. The interpreter's own
// generics are not trusted with it, and the instance knows its line.
func (l *lowering) must(id *ast.Ident) {
	line, column := l.ch.position(id.Pos())
	inst, ok := l.ch.info.Instances[id]
	if !ok {
		return
	}
	typ, err := l.spell(inst.TypeArgs.At(0))
	if err != nil {
		l.c.report(l.ch.cell, line, column, fmt.Sprintf("must cannot be used here: %v", err), "handle the error with if err != nil")
		return
	}
	l.c.units++
	name := fmt.Sprintf("must%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(v %s, err error) %s { if err != nil { %s.Fail(%d, err) }; return v }\n",
		name, typ, typ, supportName, line)
	l.replace(id.Pos(), id.End(), name)
}

// statements makes the chunk's variables package variables, declared with
// their types, and marks the line of each statement.
func (l *lowering) statements() {
	var vars []types.Object
	for _, n := range l.ch.scope.Names() {
		vars = append(vars, l.ch.scope.Lookup(n))
	}
	slices.SortFunc(vars, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	for _, v := range vars {
		if v.Type() == types.Typ[types.Invalid] {
			continue // its declaration was reported
		}
		line, column := l.ch.position(v.Pos())
		typ, err := l.spell(v.Type())
		if err != nil {
			l.c.report(l.ch.cell, line, column, fmt.Sprintf("%s cannot be kept for the cells below: %v", v.Name(), err), "use it inside a function")
			continue
		}
		fmt.Fprintf(&l.decls, "var %s %s\n", l.c.emitted[v], typ)
	}
	for _, s := range l.ch.function().Body.List {
		line, _ := l.ch.position(s.Pos())
		inner := s
		for {
			labeled, ok := inner.(*ast.LabeledStmt)
			if !ok {
				break
			}
			inner = labeled.Stmt
		}
		switch inner := inner.(type) {
		case *ast.AssignStmt:
			if inner.Tok == token.DEFINE {
				l.replace(inner.TokPos, inner.TokPos+2, "=")
			}
		case *ast.DeclStmt:
			l.variables(inner.Decl.(*ast.GenDecl))
		case *ast.EmptyStmt:
			continue
		}
		l.insert(s.Pos(), fmt.Sprintf("%s.Line(%d); ", supportName, line))
	}
}

// variables turns a var declaration into the assignments of its values.
func (l *lowering) variables(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	at := d.Pos()
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		l.erase(at, v.Pos())
		at = v.End()
		switch {
		case len(v.Values) == 0:
			l.erase(v.Pos(), v.End())
		case v.Type != nil:
			l.erase(v.Type.Pos(), v.Type.End())
		}
		if d.Rparen.IsValid() {
			l.insert(v.End(), ";")
		}
	}
	l.erase(at, d.End())
}

// show makes a cell's last expression an output.
func (l *lowering) show() {
	x := l.ch.shown()
	if x == nil || l.silent(x) {
		return
	}
	tv := l.ch.info.Types[x]
	if tv.IsVoid() || tv.Type == nil {
		return
	}
	last := tv.Type
	if t, ok := tv.Type.(*types.Tuple); ok {
		if t.Len() == 0 {
			return
		}
		last = t.At(t.Len() - 1).Type()
	}
	if st, ok := last.Underlying().(*types.Struct); ok && st.NumFields() == 0 && types.Identical(last, st) {
		return // what a channel that only signals gives
	}
	call := ".Show("
	if types.Identical(last, types.Universe.Lookup("error").Type()) {
		call = ".ShowChecked("
	}
	l.insert(x.Pos(), supportName+call)
	l.insert(x.End(), ")")
}

// silent reports whether an expression is a call made for its effect, whose
// result nobody wants to see: fmt's printing and package show's own.
func (l *lowering) silent(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o := l.ch.info.Uses[s.Sel]
	if o == nil || o.Pkg() == nil {
		return false
	}
	switch o.Pkg().Path() {
	case "viva/mlkit/show":
		return true
	case "fmt":
		return strings.HasPrefix(o.Name(), "Print") || strings.HasPrefix(o.Name(), "Fprint")
	}
	return false
}

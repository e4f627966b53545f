package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"viva/runtime/kernel/child"
	"viva/runtime/lower"
	"viva/runtime/record"
)

// Native is a notebook as one file of package main, which speaks the kernel's
// protocol. Cells and inline expressions are functions in it, named in
// Code.Calls.
type Native struct {
	Source string
	// Refused says what cannot be compiled either.
	Refused []record.Diagnostic
}

// native is the notebook's program while it grows.
type native struct {
	decls   strings.Builder
	imports []Import
	calls   []string
	refused []record.Diagnostic
}

const childPackage = "viva/runtime/kernel/child"

// source is the whole program.
func (c *checker) source() *Native {
	n := &c.native
	n.packageName(childPackage)
	timed := slices.ContainsFunc(n.imports, func(im Import) bool { return im.Path == "time" || im.Path == "context" })
	n.packageName("context")
	var b strings.Builder
	b.WriteString("package main\n\n")
	decls := n.decls.String()
	for _, im := range n.imports {
		if im.Path != childPackage && im.Path != "context" && !strings.Contains(decls, im.Name+".") {
			im.Name = "_" // what mentioned it is gone, such as the type of a blank variable
		}
		fmt.Fprintf(&b, "import %s %q\n", im.Name, im.Path)
	}
	b.WriteString(decls)
	// What follows is no code of the notebook's.
	fmt.Fprintf(&b, "\n//line viva.go:1\nfunc main() {\n%s.Program(%s.Compiled{Timed: %v, Start: func(c context%s.Context) { ctx = c }, Calls: map[string]func(){\n", supportName, supportName, timed, dot)
	for _, name := range n.calls {
		fmt.Fprintf(&b, "%q: %s,\n", name, name)
	}
	b.WriteString("}})\n}\n")
	return &Native{Source: b.String(), Refused: n.refused}
}

// packageName returns the name by which the program refers to a package.
func (n *native) packageName(path string) string {
	im := Import{Name: supportName, Path: path}
	if path != childPackage {
		im.Name = strings.Map(func(r rune) rune {
			if r == '/' || r == '.' || r == '-' || r == '~' || r == '+' {
				return '_'
			}
			return r
		}, path) + dot
	}
	for i := range n.imports {
		if n.imports[i].Path == path {
			return n.imports[i].Name
		}
		if n.imports[i].Name == im.Name {
			im.Name += dot
		}
	}
	n.imports = append(n.imports, im)
	return im.Name
}

// importForEffect imports a package that nothing refers to.
func (n *native) importForEffect(path string) {
	if im := (Import{Name: "_", Path: path}); !slices.Contains(n.imports, im) {
		n.imports = append([]Import{im}, n.imports...)
	}
}

// Native is the code as a request to a compiled notebook.
func (c Code) Native() Code {
	out := Code{Volatile: c.Volatile}
	for _, name := range c.Calls {
		out.Units = append(out.Units, Unit{Calls: []string{name}})
	}
	return out
}

// assembler writes one checked chunk as Go for the compiler. It edits the
// cell's own text; line directives keep each statement's and each call's
// position.
type assembler struct {
	patches
	c *checker
	n *native
	// renamed are the init functions of a whole file.
	renamed map[types.Object]string
	// done are the identifiers that were replaced with what stands around them.
	done map[*ast.Ident]bool
	// placed are the positions that have a directive.
	placed map[int]bool
}

// assembleChunk appends a chunk to the notebook's program.
func (c *checker) assembleChunk(ch *chunk, out *Code) {
	a := &assembler{patches: patches{ch: ch}, c: c, n: &c.native, renamed: map[types.Object]string{}, done: map[*ast.Ident]bool{}, placed: map[int]bool{}}
	var inits []string
	if ch.whole {
		inits = a.initFunctions()
	}
	switch {
	case ch.whole || ch.kind != statement:
	case ch.value:
	default:
		a.announce()
	}
	a.positions()
	if ch.kind == statement && !ch.value {
		a.statements()
		a.show()
	}
	if ch.value {
		x := ch.function().Body.List[0].(*ast.AssignStmt).Rhs[0]
		a.around(x, supportName+".Inline(", ")")
	}
	a.substitutes()
	a.goroutines()
	if !ch.whole {
		a.mapRanges()
	}
	a.names()
	switch {
	case ch.whole:
		a.wholeFile(out, inits)
	case ch.kind == statement:
		first, last := ch.items[0].start, ch.items[len(ch.items)-1].end
		name := a.newName(fmt.Sprintf("%s%d%s", child.Cell, ch.cell+1, dot))
		if ch.value {
			name = a.newName(child.Inlined)
		}
		fmt.Fprintf(&a.n.decls, "func %s() {\n%s%s\n}\n", name, a.directive(first), a.text(first, last))
		a.call(out, name)
	default:
		for _, it := range ch.items {
			fmt.Fprintf(&a.n.decls, "%s%s\n", a.directive(it.start), a.text(it.start, it.end))
		}
	}
}

func (a *assembler) newName(prefix string) string {
	a.c.assembled++
	return fmt.Sprintf("%s%d", prefix, a.c.assembled)
}

func (a *assembler) call(out *Code, name string) {
	a.n.calls = append(a.n.calls, name)
	out.Calls = append(out.Calls, name)
}

// directive gives the code that begins at an offset its position.
func (a *assembler) directive(offset int) string {
	line, column := place(a.ch.code, offset, a.ch.line, a.ch.indent)
	if a.ch.whole {
		// A program may read its own stack and look for its file there.
		return fmt.Sprintf(" /*line %s:%d:%d*/", a.c.nb.Path, line, column)
	}
	return child.Directive(a.c.nb.Path, line, column)
}

func (a *assembler) refuse(pos token.Pos, message, hint string) {
	line, column := a.ch.position(pos)
	a.n.refused = append(a.n.refused, record.Diagnostic{
		Severity: "error", File: a.c.nb.Path, Line: line, Column: column, Cell: a.ch.cell, Message: message, Hint: hint,
	})
}

// positions gives each statement and each expression that may panic or call
// its position.
func (a *assembler) positions() {
	at := func(pos token.Pos) {
		if !pos.IsValid() {
			return
		}
		offset := a.ch.source(pos)
		if a.placed[offset] {
			return
		}
		a.placed[offset] = true
		a.before(pos, a.directive(offset))
	}
	ast.Inspect(a.ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.IMPORT
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt:
		case *ast.BinaryExpr:
			if n.Op == token.QUO || n.Op == token.REM || n.Op == token.SHL || n.Op == token.SHR || n.Op == token.EQL {
				at(n.OpPos)
			}
		case ast.Stmt:
			at(n.Pos())
		case *ast.CallExpr:
			at(n.Pos())
			if s, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok && !plain(s.X) {
				// The compiler places a call at its parenthesis.
				a.after(n.Lparen, a.directive(a.ch.source(s.Sel.Pos())))
			}
		case *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.SelectorExpr, *ast.TypeAssertExpr, *ast.UnaryExpr:
			at(n.Pos())
		}
		return true
	})
}

// plain reports whether an expression is a name or a selection from one.
func plain(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return plain(x.X)
	}
	return false
}

// announce has each statement of a cell tell its line.
func (a *assembler) announce() {
	for _, s := range a.ch.function().Body.List {
		if _, empty := s.(*ast.EmptyStmt); empty {
			continue
		}
		line, _ := a.ch.position(s.Pos())
		a.before(s.Pos(), fmt.Sprintf("%s.Line(%d); ", supportName, line))
	}
}

// statements makes the chunk's variables package variables.
func (a *assembler) statements() {
	var vars []types.Object
	for _, n := range a.ch.scope.Names() {
		vars = append(vars, a.ch.scope.Lookup(n))
	}
	slices.SortFunc(vars, func(x, y types.Object) int { return int(x.Pos() - y.Pos()) })
	for _, v := range vars {
		if v.Type() == types.Typ[types.Invalid] {
			continue
		}
		typ, err := a.spell(v.Type())
		if err != nil {
			a.refuse(v.Pos(), fmt.Sprintf("%s cannot be kept for the cells below: %v", v.Name(), err), "use it inside a function")
			continue
		}
		fmt.Fprintf(&a.n.decls, "var %s %s\n", a.c.emitted[v], typ)
	}
	for _, s := range a.ch.function().Body.List {
		for {
			labeled, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = labeled.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				a.replace(s.TokPos, s.TokPos+2, "=")
			}
		case *ast.DeclStmt:
			a.variables(s.Decl.(*ast.GenDecl))
		}
	}
}

// variables turns a var declaration into the assignments of its values.
func (a *assembler) variables(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	at := d.Pos()
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		a.erase(at, v.Pos())
		at = v.End()
		switch {
		case len(v.Values) == 0:
			a.erase(v.Pos(), v.End())
		case v.Type != nil:
			a.erase(v.Type.Pos(), v.Type.End())
			if len(v.Values) == len(v.Names) {
				a.convertBlanks(v)
			}
		}
		if d.Rparen.IsValid() {
			a.after(v.End(), ";")
		}
	}
	a.erase(at, d.End())
}

// convertBlanks keeps the type of what a declaration of _ drops, since nil
// alone has none.
func (a *assembler) convertBlanks(v *ast.ValueSpec) {
	for i, id := range v.Names {
		if id.Name != "_" {
			continue
		}
		if typ, err := a.spell(a.ch.info.TypeOf(v.Type)); err == nil {
			a.around(v.Values[i], "("+typ+")(", ")")
		}
	}
}

// show makes a cell's last expression an output.
func (a *assembler) show() {
	x := a.ch.shown()
	if x == nil || lower.Silent(a.ch.info, x) {
		return
	}
	tv := a.ch.info.Types[x]
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
		a.before(x.Pos(), "_ = ") // what a channel that only signals gives
		return
	}
	call := ".Show("
	if types.Identical(last, types.Universe.Lookup("error").Type()) {
		call = ".ShowChecked("
	}
	a.around(x, supportName+call, ")")
}

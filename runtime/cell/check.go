package cell

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"viva/runtime/notebook"
)

// chunk is a run of items of one kind that is checked as one Go file.
type chunk struct {
	cell  int
	kind  kind
	items []item
	last  bool // the cell's last chunk, whose last expression is shown
	// closed says that no further item may join, since what stood behind the
	// last one went to another chunk.
	closed bool
	value  bool // an inline expression
	whole  bool // a whole Go file, which means what Go says

	code string // the cell's code
	// line and indent place the code in the notebook.
	line, indent int

	// text is the virtual file; parts say where its bytes come from.
	text  string
	parts []part

	file  *ast.File
	fset  *token.FileSet
	base  *token.File
	info  *types.Info
	scope *types.Scope // of the function that statements stand in
}

// part says that n bytes of a chunk's text from at on are the code's from
// code on.
type part struct{ at, code, n int }

// cell checks and lowers one cell.
func (c *checker) cell(cl *notebook.Cell) Code {
	var out Code
	if !cl.Options.Eval {
		return out
	}
	items, faults := split(cl.Code)
	if len(faults) > 0 {
		c.excuse(cl.Code, cl.CodeLine)
	}
	for _, f := range faults {
		if !strings.HasPrefix(f.message, "syntax error") {
			f = (&words{text: cl.Code + "\n", tokens: tokens(cl.Code)}).reword(f)
		}
		line, column := place(cl.Code, f.offset, cl.CodeLine, cl.Indent)
		c.report(cl.Index, line, column, f.message, f.hint)
	}
	if len(faults) > 0 {
		return out
	}
	for _, ch := range chunks(cl.Code, items) {
		ch.cell, ch.code, ch.line, ch.indent = cl.Index, cl.Code, cl.CodeLine, cl.Indent
		c.chunk(ch, &out)
	}
	return out
}

// inline checks and lowers one inline expression.
func (c *checker) inline(in *notebook.Inline) Code {
	var out Code
	ch := &chunk{
		cell: -1, kind: statement, code: in.Expr, line: in.Line, indent: in.Column - 1,
		items: []item{{statement, 0, len(in.Expr)}}, value: true,
	}
	c.chunk(ch, &out)
	return out
}

// place turns an offset in a cell's code into a position in the notebook.
func place(code string, offset, line, indent int) (int, int) {
	l, column := notebook.Position([]byte(code), min(offset, len(code)))
	return line + l - 1, column + indent
}

// position places a position of the chunk's file in the notebook.
func (ch *chunk) position(pos token.Pos) (line, column int) {
	return place(ch.code, ch.source(pos), ch.line, ch.indent)
}

// source turns a position of the chunk's file into an offset of the code. A
// position in the text around the code goes to the code's nearest end.
func (ch *chunk) source(pos token.Pos) int {
	offset := len(ch.text)
	if pos.IsValid() && ch.base != nil {
		offset = int(pos) - ch.base.Base()
	}
	for _, p := range ch.parts {
		if offset <= p.at+p.n {
			return p.code + max(0, offset-p.at)
		}
	}
	if len(ch.parts) == 0 {
		return 0
	}
	last := ch.parts[len(ch.parts)-1]
	return last.code + last.n
}

// assemble writes the chunk's virtual file.
func (ch *chunk) assemble() {
	var b strings.Builder
	b.WriteString("package main\n")
	add := func(start, end int) {
		ch.parts = append(ch.parts, part{b.Len(), start, end - start})
		b.WriteString(ch.code[start:end])
		b.WriteString("\n")
	}
	switch {
	case ch.value:
		b.WriteString("func _() { _ = \n")
		add(0, len(ch.code))
		b.WriteString("}\n")
	case ch.kind == statement:
		b.WriteString("func _() {\n")
		add(ch.items[0].start, ch.items[len(ch.items)-1].end)
		b.WriteString("}\n")
	default:
		for _, it := range ch.items {
			add(it.start, it.end)
		}
	}
	ch.text = b.String()
}

// chunk checks one chunk, makes its names visible and appends what it lowers
// to.
func (c *checker) chunk(ch *chunk, out *Code) {
	ch.assemble()
	ch.fset = token.NewFileSet()
	file, err := parser.ParseFile(ch.fset, "", ch.text, parser.AllErrors)
	ch.base = ch.fset.File(file.FileStart)
	ch.file = file
	if err != nil {
		c.syntaxErrors(ch, err)
		for _, p := range ch.parts {
			line, _ := place(ch.code, p.code, ch.line, ch.indent)
			c.excuse(ch.code[p.code:p.code+p.n], line)
		}
		return
	}
	if ch.kind == importing {
		c.importDecls(ch)
		return
	}
	id, refers := c.identify(ch)
	if k := c.known[id]; k != nil && !c.assembling && !c.whole {
		c.again(k, ch)
		c.passed(k, out)
		return
	}
	before := len(c.diagnostics)
	c.restrict(ch)
	used := c.resolveImports(ch)
	if len(c.diagnostics) > before {
		return
	}
	declared, ok := c.typeCheck(ch)
	for _, d := range declared {
		if v, isVar := d.object.(*types.Var); isVar {
			c.variables[v] = id + "." + v.Name()
		}
		c.objects[d.object] = id + "." + d.object.Name()
	}
	if !ok {
		// Its names are those of something that does not work yet.
		for _, d := range declared {
			c.broken++
			c.objects[d.object] = fmt.Sprintf("broken %d", c.broken)
		}
		return
	}
	var imports []string
	for _, im := range used {
		if c.imports[im.Name] != nil {
			imports = append(imports, im.Name)
		}
	}
	k := c.keep(ch, id, refers, declared, imports)
	c.passed(k, out)
	if c.assembling && !c.failed() {
		c.assembleChunk(ch, out)
	}
}

// passed adds a chunk without fault to a cell's code.
func (c *checker) passed(k *checked, out *Code) {
	out.chunks = append(out.chunks, k)
	for _, v := range slices.Sorted(maps.Keys(k.uses.volatile)) {
		if !slices.Contains(out.Volatile, v) {
			out.Volatile = append(out.Volatile, v)
		}
	}
	c.above = k.after
}

// restrict refuses what has no meaning at the top level of a cell.
func (c *checker) restrict(ch *chunk) {
	refuse := func(pos token.Pos, message, hint string) {
		line, column := ch.position(pos)
		c.report(ch.cell, line, column, message, hint)
	}
	for _, d := range ch.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if ch.kind != statement {
			if f.Recv == nil && f.Name.Name == "init" && !ch.whole {
				refuse(f.Name.Pos(), "an init function in a cell", "write its statements at the top level of the cell; they run there")
			}
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				refuse(n.Pos(), "return outside of a function", "a cell ends with its last statement; put code that returns early into a function")
			case *ast.DeferStmt:
				refuse(n.Pos(), "defer outside of a function", "put the code into a function, which says when the deferred call runs")
			}
			return true
		})
	}
}

// typeCheck runs go/types over the chunk with the notebook's names in scope,
// and makes what the chunk declares visible below. It reports whether there
// was no error.
func (c *checker) typeCheck(ch *chunk) ([]declared, bool) {
	// Each chunk gets a fresh scope, since declaring a name again is no error in
	// a notebook, but all share one package, or the fields and methods of types
	// declared above would be another package's.
	pkg := c.pkg
	c.freshScope()
	own := map[string]bool{}
	for _, d := range ch.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				own[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					own[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						own[n.Name] = true
					}
				}
			}
		}
	}
	for n, v := range c.names {
		if !own[n] {
			pkg.Scope().Insert(v.object)
		}
	}
	c.shieldTypes(ch.file, own)
	ch.info = newInfo()
	var errs []types.Error
	conf := types.Config{
		Importer:                 c.importer,
		Sizes:                    types.SizesFor("gc", "amd64"),
		DisableUnusedImportCheck: true,
		Error:                    func(err error) { errs = append(errs, err.(types.Error)) },
	}
	_ = types.NewChecker(&conf, ch.fset, pkg, ch.info).Files([]*ast.File{ch.file})

	topLevel := map[token.Pos]bool{}
	var shown ast.Expr
	if ch.kind == statement {
		f := ch.function()
		ch.scope = ch.info.Scopes[f.Type]
		for _, n := range ch.scope.Names() {
			topLevel[ch.scope.Lookup(n).Pos()] = true
		}
		shown = ch.shown()
	}
	ok := true
	for _, e := range errs {
		if topLevel[e.Pos] && strings.HasPrefix(e.Msg, "declared and not used") {
			continue
		}
		if shown != nil && e.Pos >= shown.Pos() && e.Pos < shown.End() && strings.HasSuffix(e.Msg, "is not used") {
			continue
		}
		ok = false
		c.typeError(ch, e)
	}
	if ok {
		for _, e := range limits(ch.file, ch.info) {
			ok = false
			c.typeError(ch, e)
		}
	}
	// Names are declared even after an error, so that the code below is not
	// blamed for it.
	var all []declared
	first := ch.first()
	if ch.kind == statement {
		var vars []types.Object
		for _, n := range ch.scope.Names() {
			vars = append(vars, ch.scope.Lookup(n))
		}
		slices.SortFunc(vars, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
		for _, o := range vars {
			line, _ := ch.position(o.Pos())
			visible := types.NewVar(token.NoPos, pkg, o.Name(), o.Type())
			c.declare(visible, line)
			c.emitted[o] = c.emitted[visible]
			c.alias[o] = visible
			c.lowerer.Same(o, visible)
			all = append(all, declared{visible, line - first})
		}
		return all, ok
	}
	for n := range own {
		if o := pkg.Scope().Lookup(n); o != nil && n != "_" {
			line, _ := ch.position(o.Pos())
			c.declare(o, line)
			all = append(all, declared{o, line - first})
		}
	}
	return all, ok
}

// freshScope empties the package's scope. The scope stays the same one, since
// go/types tells by it that types declared above are the package's.
func (c *checker) freshScope() {
	*c.pkg.Scope() = *types.NewScope(types.Universe, token.NoPos, token.NoPos, "")
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits: map[ast.Node]types.Object{},
	}
}

// function is the declaration that a statement chunk is wrapped in.
func (ch *chunk) function() *ast.FuncDecl {
	return ch.file.Decls[len(ch.file.Decls)-1].(*ast.FuncDecl)
}

// shown is the expression that ends a cell, nil if it ends otherwise.
func (ch *chunk) shown() ast.Expr {
	body := ch.function().Body.List
	if !ch.last || len(body) == 0 {
		return nil
	}
	if s, ok := body[len(body)-1].(*ast.ExprStmt); ok {
		return s.X
	}
	return nil
}

// typeError reports an error of go/types in the notebook's terms.
func (c *checker) typeError(ch *chunk, e types.Error) {
	line, column := ch.position(e.Pos)
	message, hint := typeErrorWords(ch.file, e), ""
	if name, ok := strings.CutPrefix(message, "undefined: "); ok {
		if c.missing[name] {
			return // a consequence of the import
		}
		hint = c.hint(ch, name, line)
	} else if strings.Contains(message, "has no field or method") || strings.HasPrefix(message, "unknown field") {
		hint = memberHint(ch, e.Pos)
	}
	if strings.HasPrefix(message, "\t") && len(c.diagnostics) > 0 {
		// go/types continues a message with tabs: "other declaration of x".
		last := &c.diagnostics[len(c.diagnostics)-1]
		last.Hint = strings.TrimSpace(fmt.Sprintf("%s; see line %d: %s", last.Hint, line, strings.TrimSpace(message)))
		last.Hint = strings.TrimPrefix(last.Hint, "; ")
		return
	}
	c.report(ch.cell, line, column, message, hint)
}

// shieldTypes puts parentheses around the older type in declarations such as
// type Kelvin Celsius. In its search for cycles go/types follows bare names
// through the package's scope, and fails at one that this file does not
// declare.
func (c *checker) shieldTypes(file *ast.File, own map[string]bool) {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			t, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if id, ok := t.Type.(*ast.Ident); ok && !own[id.Name] && c.names[id.Name] != nil {
				t.Type = &ast.ParenExpr{Lparen: id.Pos(), X: id, Rparen: id.End() - 1}
			}
		}
	}
}

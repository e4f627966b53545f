package cell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"viva/runtime/record"
	"viva/runtime/symbols"
)

// The interpreter has no instances of compiled generic functions and runs its
// own generics partially, so every instance that a notebook uses is made here:
// the declaration's source is checked again with its type parameters standing
// for the instance's types, and lowered like any other declaration.

// origin is the Go that declarations are taken from to make instances: a chunk
// of the notebook, or a package of the standard library.
type origin struct {
	pkg *types.Package
	// imports are those of the origin's file.
	imports []Import
	// names are what its declarations may refer to besides themselves.
	names map[string]types.Object
	// code, and the place it has in the notebook; line is 0 for a library.
	code               string
	cell, line, indent int
	// offset turns a position of the syntax tree into one of the code.
	offset func(token.Pos) int
}

// library reports whether the code is the standard library's.
func (o *origin) library() bool { return o.line == 0 }

// template is a declaration of which instances can be made.
type template struct {
	from *origin
	name string
	// function or typ is the declaration; a type has methods.
	function *ast.FuncDecl
	typ      *ast.TypeSpec
	methods  []*ast.FuncDecl
}

func (t *template) parameters() *ast.FieldList {
	if t.function != nil {
		return t.function.Type.TypeParams
	}
	return t.typ.TypeParams
}

// instance is a template with types, and its name in lowered code.
type instance struct {
	args []types.Type
	name string
}

// generics is what a checker knows of templates and instances.
type generics struct {
	own       map[types.Object]*template
	libraries map[string]*library
	instances map[*template][]instance
}

// templates takes generic declarations out of a chunk: they are not run as they
// stand. What they may refer to is what is visible now.
func (l *lowering) templates(used []Import) {
	if l.ch.kind == statement {
		return
	}
	from := &origin{
		pkg: l.c.pkg, imports: used, code: l.ch.code, cell: l.ch.cell, line: l.ch.line, indent: l.ch.indent,
		offset: l.ch.source, names: map[string]types.Object{},
	}
	for n, v := range l.c.names {
		from.names[n] = v.object
	}
	add := func(t *template, id *ast.Ident) {
		if l.c.generics.own == nil {
			l.c.generics.own = map[types.Object]*template{}
		}
		l.c.generics.own[l.ch.info.Defs[id]] = t
	}
	erase := func(n ast.Node) {
		l.erase(n.Pos(), n.End())
		l.erased = append(l.erased, n)
	}
	byName := map[string]*template{}
	var rest, methods []ast.Decl
	for _, d := range l.ch.file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok != token.TYPE {
				break
			}
			kept := *d
			kept.Specs = nil
			for _, s := range d.Specs {
				s := s.(*ast.TypeSpec)
				if s.TypeParams == nil {
					kept.Specs = append(kept.Specs, s)
					continue
				}
				t := &template{from: from, name: s.Name.Name, typ: s}
				byName[t.name] = t
				add(t, s.Name)
				if d.Lparen.IsValid() {
					erase(s)
				}
			}
			if len(kept.Specs) == 0 {
				erase(d)
				continue
			}
			rest = append(rest, &kept)
			continue
		case *ast.FuncDecl:
			if d.Recv != nil {
				methods = append(methods, d)
				continue
			}
			if d.Type.TypeParams != nil {
				add(&template{from: from, name: d.Name.Name, function: d}, d.Name)
				erase(d)
				continue
			}
		}
		rest = append(rest, d)
	}
	for _, d := range methods {
		f := d.(*ast.FuncDecl)
		base, _ := receiver(f)
		if t := byName[base]; t != nil {
			t.methods = append(t.methods, f)
			erase(d)
			continue
		}
		rest = append(rest, d)
	}
	file := *l.ch.file
	file.Decls = rest
	l.ch.file = &file
}

// receiver gives a method's base type and the names of its type parameters.
func receiver(f *ast.FuncDecl) (string, []*ast.Ident) {
	if len(f.Recv.List) == 0 {
		return "", nil
	}
	x := ast.Unparen(f.Recv.List[0].Type)
	if p, ok := x.(*ast.StarExpr); ok {
		x = ast.Unparen(p.X)
	}
	var params []*ast.Ident
	switch index := x.(type) {
	case *ast.IndexExpr:
		x = index.X
		if id, ok := index.Index.(*ast.Ident); ok {
			params = append(params, id)
		}
	case *ast.IndexListExpr:
		x = index.X
		for _, i := range index.Indices {
			if id, ok := i.(*ast.Ident); ok {
				params = append(params, id)
			}
		}
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name, params
	}
	return "", nil
}

// isErased reports whether a position lies in a declaration that was taken out.
func (l *lowering) isErased(pos token.Pos) bool {
	return slices.ContainsFunc(l.erased, func(n ast.Node) bool { return n.Pos() <= pos && pos < n.End() })
}

// uses replaces the generic functions and types that a chunk uses by the names
// of their instances.
func (l *lowering) uses() {
	whole := map[*ast.Ident]ast.Expr{} // the expression that names an instance
	ident := func(x ast.Expr) *ast.Ident {
		switch x := ast.Unparen(x).(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			return x.Sel
		}
		return nil
	}
	note := func(id *ast.Ident, x ast.Expr) {
		if id == nil || whole[id] != nil {
			return
		}
		if _, ok := l.ch.info.Instances[id]; ok {
			whole[id] = x
		}
	}
	var order []*ast.Ident
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr:
			note(ident(n.X), n)
		case *ast.IndexListExpr:
			note(ident(n.X), n)
		case *ast.SelectorExpr:
			note(n.Sel, n)
		case *ast.Ident:
			note(n, n)
			order = append(order, n)
		case *ast.StructType:
			l.embeddedInstances(n)
		}
		return true
	})
	for _, id := range order {
		x := whole[id]
		if x == nil {
			continue
		}
		name, err := l.use(id)
		if err != nil {
			l.refuse(x, err.Error(), genericHint(l.ch.info.Uses[id], err))
		} else if name != "" {
			l.replace(x.Pos(), x.End(), name)
		}
	}
}

// embeddedInstances refuses to embed an instance: the field's name would
// change with the type's.
func (l *lowering) embeddedInstances(n *ast.StructType) {
	for _, f := range n.Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		x := f.Type
		if p, ok := x.(*ast.StarExpr); ok {
			x = p.X
		}
		switch x.(type) {
		case *ast.IndexExpr, *ast.IndexListExpr:
			l.refuse(f, "the interpreter cannot embed a generic type", "give the field a name")
		}
	}
}

// use returns the lowered name of the instance that an identifier stands for,
// "" where an error above is the reason that there is none.
func (l *lowering) use(id *ast.Ident) (string, error) {
	inst := l.ch.info.Instances[id]
	o := l.ch.info.Uses[id]
	switch o := o.(type) {
	case *types.TypeName:
		return l.spell(inst.Type)
	case *types.Func:
		if o == l.c.must {
			return "", nil
		}
		var args []types.Type
		for a := range inst.TypeArgs.Types() {
			args = append(args, a)
		}
		t, err := l.template(o)
		if t == nil || err != nil {
			return "", err
		}
		return l.instantiate(t, args)
	}
	return "", nil
}

// template finds the source of a generic function or type; nil without an
// error for one of the notebook's that did not pass the check.
func (l *lowering) template(o types.Object) (*template, error) {
	if o.Pkg() == l.c.pkg || o.Pkg().Path() == "main" {
		return l.c.generics.own[o], nil
	}
	lib, err := l.c.library(o.Pkg().Path())
	if err != nil {
		return nil, err
	}
	if lib != nil {
		if t := lib.templates[o.Name()]; t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("%s.%s is generic, and the interpreter cannot make an instance of it", o.Pkg().Name(), o.Name())
}

// genericHint says what to do where there is no instance.
func genericHint(o types.Object, err error) string {
	switch o.Pkg().Name() + "." + o.Name() {
	case "iter.Pull", "iter.Pull2":
		return "range over the sequence"
	case "reflect.TypeFor":
		return "use reflect.TypeOf"
	}
	if errors.Is(err, errInFunction) {
		return "declare the type at the top level of a cell"
	}
	return "write the function out for this type"
}

// instantiate returns the lowered name of an instance. One that is new is
// declared before what is being lowered.
func (l *lowering) instantiate(t *template, args []types.Type) (string, error) {
	g := &l.c.generics
	for _, i := range g.instances[t] {
		if slices.EqualFunc(i.args, args, types.Identical) {
			return i.name, nil
		}
	}
	if len(g.instances[t]) >= maxInstances {
		return "", fmt.Errorf("%s has no end of instances", t.name)
	}
	if t.from.library() {
		if compiled := symbols.Instance(t.from.pkg.Path(), t.name, args); compiled != "" {
			return l.packageName(t.from.pkg.Path()) + "." + compiled, nil
		}
	}
	// An instance is declared at package level: its types must be, too.
	for _, a := range args {
		if _, err := l.spell(a); err != nil {
			return "", fmt.Errorf("%s cannot be interpreted here: %w", t.name, err)
		}
	}
	l.c.units++
	name := fmt.Sprintf("%s%s%d", t.name, dot, l.c.units)
	if t.from.library() {
		name = t.from.pkg.Name() + dot + name
	}
	if g.instances == nil {
		g.instances = map[*template][]instance{}
	}
	g.instances[t] = append(g.instances[t], instance{args, name})

	var text string
	var err error
	params := names(t.parameters())
	if t.function != nil {
		f := t.function
		text, err = l.declare(t.from, params, args, "func _", span{f.Type.Params.Pos(), f.End()}, span{})
		text = "func " + name + text
	} else {
		text, err = l.declare(t.from, params, args, "type _ ", span{t.typ.Type.Pos(), t.typ.End()}, span{})
		text = "type " + name + " " + text
	}
	for _, m := range t.methods {
		if err != nil {
			break
		}
		_, params := receiver(m)
		var method string
		method, err = l.declare(t.from, params, args, "func _", span{m.Recv.Pos(), m.Recv.End()}, span{m.Type.Params.Pos(), m.End()})
		recv, rest, _ := strings.Cut(method, "\x00")
		text += "\nfunc " + recv + " " + m.Name.Name + rest
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be interpreted here: %w", t.name, err)
	}
	l.decls.WriteString(text + "\n")
	return name, nil
}

// maxInstances bounds the instances of one declaration. Go bounds them, too:
// recursion through ever larger types does not compile.
const maxInstances = 500

func names(list *ast.FieldList) []*ast.Ident {
	var all []*ast.Ident
	if list != nil {
		for _, f := range list.List {
			all = append(all, f.Names...)
		}
	}
	return all
}

type span struct{ start, end token.Pos }

// declare checks a piece of an origin's code behind some text that makes it a
// declaration, with type parameters standing for types, and returns it lowered.
// The body of a method is its second span: it is checked as a function literal
// in a function of the receiver, and returned behind a zero byte.
func (l *lowering) declare(from *origin, params []*ast.Ident, args []types.Type, before string, piece, body span) (string, error) {
	c := l.c
	ch := &chunk{cell: from.cell, kind: declaration, code: from.code, line: from.line, indent: from.indent}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", from.pkg.Name())
	b.WriteString(before)
	add := func(s span) (start, end int) {
		start, end = from.offset(s.start), from.offset(s.end)
		ch.parts = append(ch.parts, part{b.Len(), start, end - start})
		b.WriteString(from.code[start:end])
		return start, end
	}
	// A receiver's blank type parameters get names, by which the checker can
	// be told what they stand for.
	blanks := map[*ast.Ident]string{}
	from0 := piece.start
	start, end := from.offset(piece.start), from.offset(piece.end)
	for i, p := range params {
		if p.Name == "_" && p.Pos() >= piece.start && p.Pos() < piece.end {
			blanks[p] = fmt.Sprintf("blank%s%d", dot, i)
			add(span{from0, p.Pos()})
			b.WriteString(blanks[p])
			from0 = p.End()
		}
	}
	add(span{from0, piece.end})
	var bodyStart, bodyEnd int
	if body.start.IsValid() {
		b.WriteString(" { _ = func")
		bodyStart, bodyEnd = add(body)
		b.WriteString("\n}")
	}
	b.WriteString("\n")
	ch.text = b.String()

	ch.fset = token.NewFileSet()
	file, err := parser.ParseFile(ch.fset, "", ch.text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	ch.file, ch.base = file, ch.fset.File(file.FileStart)
	for _, im := range from.imports {
		ch.addImport(im)
	}

	inner := &lowering{c: c, ch: ch}
	own := map[string]types.Object{}
	pkg := from.pkg
	if from.library() {
		pkg = types.NewPackage(from.pkg.Path(), from.pkg.Name())
	} else {
		c.freshScope()
	}
	for i, p := range params {
		name := p.Name
		if b := blanks[p]; b != "" {
			name = b
		} else if name == "_" {
			continue
		}
		o := types.NewTypeName(token.NoPos, pkg, name, nil)
		types.NewAlias(o, args[i])
		own[name] = o
		if c.emitted[o], err = inner.spell(args[i]); err != nil {
			return "", err
		}
	}
	for n, o := range from.names {
		if own[n] == nil {
			pkg.Scope().Insert(o)
		}
	}
	for _, o := range own {
		pkg.Scope().Insert(o)
	}
	ch.info = newInfo()
	var first error
	conf := types.Config{
		Importer: c.importer, Sizes: types.SizesFor("gc", "amd64"), DisableUnusedImportCheck: true,
		Error: func(err error) {
			if first == nil {
				first = errors.New(err.(types.Error).Msg)
			}
		},
	}
	_ = types.NewChecker(&conf, ch.fset, pkg, ch.info).Files([]*ast.File{file})
	if first != nil {
		return "", first
	}

	reported := len(c.diagnostics)
	inner.members(from)
	inner.conversions(own)
	inner.passes()
	text := inner.text(start, end)
	if body.start.IsValid() {
		text += "\x00" + inner.text(bodyStart, bodyEnd)
	}
	l.decls.WriteString(inner.decls.String())
	for _, im := range inner.imports {
		if !slices.Contains(l.imports, im) {
			l.imports = append(l.imports, im)
		}
	}
	if from.library() && len(c.diagnostics) > reported {
		err = errors.New(c.diagnostics[reported].Message)
		c.diagnostics = c.diagnostics[:reported]
		return "", err
	}
	c.once(reported)
	return text, nil
}

// once drops what was reported from a place on if it was reported before: two
// instances have the same faults.
func (c *checker) once(from int) {
	kept := c.diagnostics[:from]
	for _, d := range c.diagnostics[from:] {
		if !slices.ContainsFunc(kept, func(k record.Diagnostic) bool {
			return k.Line == d.Line && k.Column == d.Column && k.Message == d.Message
		}) {
			kept = append(kept, d)
		}
	}
	c.diagnostics = kept
}

// conversions puts the types that type parameters stand for in parentheses
// where a value is converted: `*T(x)` would be another expression.
func (l *lowering) conversions(params map[string]types.Object) {
	own := slices.Collect(maps.Values(params))
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := call.Fun.(*ast.Ident); ok {
			if o := l.ch.info.Uses[id]; o != nil && slices.Contains(own, o) {
				l.replace(id.Pos(), id.End(), "("+l.c.emitted[o]+")")
			}
		}
		return true
	})
}

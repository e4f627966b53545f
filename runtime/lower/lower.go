// Package lower turns type-checked Go into the small part of Go that the
// interpreter runs faithfully. It is a compiler's front half: it reads syntax
// trees with their types and writes new source, from which everything that
// the interpreter gets wrong, or would have to guess, is gone.
//
// What it writes has no methods, no interfaces but the empty one, no generics,
// no constants but literals, and no closures over variables that change:
//
//   - A named type is its underlying type; its methods are functions. A struct
//     type stays a named type without methods.
//   - A value of an interface type is an interface{}. It holds a value of a
//     compiled type as it is, and a value of one of the notebook's own types as
//     a dynamic.Box, which remembers the type. Methods are found in tables by
//     the type's number.
//   - A function literal is made by a function of its own, to which what it
//     captures is passed: by value if it never changes, else as a pointer to a
//     variable that lives by itself. So no two closures, iterations or
//     goroutines share a frame of the interpreter.
//   - A generic function or type is written once for each set of type
//     arguments.
//   - defer, recover, select, go, ranges over maps and functions are calls of
//     the kernel's support package.
//
// Where lowered code meets compiled packages, interface values are converted
// in both directions. What cannot be lowered is refused with its line.
//
// The package runs nothing, and knows nothing of notebooks.
package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"viva/runtime/dynamic"
	"viva/runtime/symbols"
)

// Dot is a letter that no one types: names that contain it cannot collide
// with those of a notebook.
const Dot = "ꞏ"

// Support is the import path under which the kernel offers what lowered code
// calls.
const Support = "viva/runtime/kernel/support"

// Fmt is the import path of the fmt that lowered code uses.
const Fmt = Support + "/fmt"

// rt is the name of the support package in lowered code.
const rt = "cell" + Dot

// Unit is a piece of Go for the interpreter: declarations, which may be loaded
// before any unit runs, and calls of the functions that they declare.
type Unit struct {
	// Imports maps the names by which Decls refer to packages to their paths.
	Imports []Import
	// Types are registered before Decls are loaded.
	Types []dynamic.Spec
	// Structs are declarations of struct types, each loaded by itself and before
	// Decls: the interpreter confuses types that lead to themselves if it builds
	// several at once.
	Structs []string
	Decls   string
	// Enter, if not empty, is the call that enters methods of Types into tables.
	// It belongs to the loading of Decls: what runs later may need them although
	// the unit itself never runs.
	Enter string
	// Calls are run in order.
	Calls []string
	// Reset, if not empty, is the call that gives the unit's variables their
	// zero values again, before the unit runs another time.
	Reset string
}

// Import is a package and the name by which lowered code refers to it.
type Import struct{ Name, Path string }

// Refusal says what of a program cannot be lowered.
type Refusal struct {
	Line, Column  int
	Message, Hint string
}

// Chunk is a piece of checked source: declarations of package level, or one
// function whose statements are those of a cell's top level.
type Chunk struct {
	File *ast.File
	Info *types.Info
	// Position places a position of the file in the notebook.
	Position func(token.Pos) (line, column int)
	// Statements is the function that holds a cell's statements; nil for
	// declarations.
	Statements *ast.FuncDecl
	// Scope is that of the cell's variables, which belong to the package.
	Scope *types.Scope
	// Shown is the expression whose value the cell shows, nil for none.
	Shown ast.Expr
	// Inline says that Shown stands in the text of the notebook.
	Inline bool
	// Whole says that the chunk is a Go file, whose init and main functions
	// run.
	Whole bool
	// Above is what the program above the chunk does.
	Above Recovery
}

// Recovery says how code deals with panics, which decides how much lowered
// code must know of them.
type Recovery struct {
	// Calls says that it calls recover; Declares, that a declared function does,
	// which may be deferred without its name being known.
	Calls, Declares bool
}

// Lowerer lowers the chunks of one program, in their order.
type Lowerer struct {
	importer *symbols.Importer
	pkg      *types.Package
	// must is the predeclared function of that name.
	must types.Object
	// alias leads from the objects of a chunk to those that the chunks below
	// see in their place.
	alias map[types.Object]types.Object

	count     int
	names     map[types.Object]string
	sites     map[types.Object]*site
	libraries map[string]*library
	context   *types.Context

	objectIDs map[types.Object]int
	structs   map[string]string
	specs     map[string]int
	boxed     map[string]string
	tables    map[string]*table
	helpers   map[string]string
	instances map[string]string
	locals    map[string]*types.Named
	// recovery is that of the program up to the chunk that is lowered.
	recovery Recovery
	// components holds the component of each struct type.
	components map[string]*component

	// What the current unit has so far.
	imports []Import
	types   []dynamic.Spec
	// structDecls are the struct types, those that a type holds before it.
	structDecls []string
	// building holds, for each struct type that is being written, the unnamed
	// ones in it.
	building []string
	decls    strings.Builder
	inits    strings.Builder
	resets   strings.Builder
	queue    []func()
	refusals []Refusal
}

// New returns a lowerer for a program whose own package is pkg.
func New(importer *symbols.Importer, pkg *types.Package) *Lowerer {
	return &Lowerer{
		importer: importer, pkg: pkg, alias: map[types.Object]types.Object{}, names: map[types.Object]string{},
		sites: map[types.Object]*site{}, libraries: map[string]*library{}, context: types.NewContext(),
		objectIDs: map[types.Object]int{}, structs: map[string]string{}, specs: map[string]int{}, boxed: map[string]string{},
		tables: map[string]*table{}, helpers: map[string]string{}, instances: map[string]string{}, locals: map[string]*types.Named{},
		components: map[string]*component{},
	}
}

// Predeclared is a variable that a program has from the start; Value writes
// its value, given the text of its type.
type Predeclared struct {
	Object types.Object
	Value  func(typ string) string
}

// Prelude declares the predeclared variables, and the variable in which
// lowered code notes its line. must is the predeclared function of that name.
func (l *Lowerer) Prelude(vars []Predeclared, must types.Object) Unit {
	l.must = must
	l.packageName(Support)
	l.top(fmt.Sprintf("var line%s int\n", Dot))
	name := l.fresh("prelude")
	text := fmt.Sprintf("%s.Track(&line%s)\n", rt, Dot)
	for _, v := range vars {
		l.packageVariable(&site{}, v.Object)
		text += fmt.Sprintf("%s = %s\n", l.names[v.Object], v.Value(l.typ(&site{}, v.Object.Type())))
	}
	l.top(fmt.Sprintf("func %s() {\n%s}\n", name, text))
	return Unit{Imports: l.imports, Structs: l.structDecls, Decls: l.decls.String(), Calls: []string{name + "()"}}
}

// Same says that the code below refers to variable o of a chunk as seen.
func (l *Lowerer) Same(o, seen types.Object) { l.alias[o] = seen }

// site is where a declaration stands: its syntax, and what the checker found
// there.
type site struct {
	info     *types.Info
	position func(token.Pos) (line, column int)
	function *ast.FuncDecl
	// library says that the source is the standard library's.
	library *library
}

// Lower lowers a chunk. A chunk with refusals must not be run.
func (l *Lowerer) Lower(ch *Chunk) (Unit, []Refusal) {
	l.imports, l.types, l.structDecls, l.refusals = nil, nil, nil, nil
	l.decls.Reset()
	l.inits.Reset()
	l.resets.Reset()
	st := &site{info: ch.Info, position: ch.Position}
	var calls []string
	guard := func(f func()) {
		defer func() {
			if r := recover(); r != nil {
				refusal, ok := r.(Refusal)
				if !ok {
					panic(r)
				}
				l.refusals = append(l.refusals, refusal)
			}
		}()
		f()
	}
	for _, d := range ch.File.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f != ch.Statements {
			s := *st
			s.function = f
			if o := ch.Info.Defs[f.Name]; o != nil {
				l.sites[o] = &s
			}
		}
	}
	l.recovery = ch.Above.With(ch)
	for _, d := range ch.File.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			o, _ := ch.Info.Defs[d.Name].(*types.Func)
			switch {
			case d == ch.Statements || o == nil:
			case ch.Whole && d.Recv == nil && d.Name.Name == "init":
				guard(func() { calls = append(calls, l.function(o, nil)+"()") })
			case o.Signature().TypeParams().Len() > 0 || o.Signature().RecvTypeParams().Len() > 0:
			case o.Signature().Recv() != nil && d.Name.Name == "_" || d.Name.Name == "_":
			default:
				guard(func() { l.function(o, nil) })
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				guard(func() { l.packageVariables(st, d) })
			}
		}
	}
	var values string
	if ch.Statements == nil {
		guard(func() { values = l.initializers(st, ch) })
	}
	if values != "" {
		calls = slices.Insert(calls, 0, values+"()")
	}
	if ch.Whole {
		for o := range l.sites {
			if f, ok := o.(*types.Func); ok && f.Name() == "main" && f.Signature().Recv() == nil && l.sites[o].library == nil {
				calls = append(calls, l.names[o]+"()")
			}
		}
	}
	if ch.Statements != nil {
		guard(func() { calls = append(calls, l.statements(st, ch)+"()") })
	}
	for len(l.queue) > 0 {
		next := l.queue[0]
		l.queue = l.queue[1:]
		guard(next)
	}
	enter := ""
	if l.inits.Len() > 0 {
		name := l.fresh("init")
		l.top(fmt.Sprintf("func %s() {\n%s}\n", name, l.inits.String()))
		enter = name + "()"
	}
	reset := ""
	if l.resets.Len() > 0 {
		name := l.fresh("reset")
		l.top(fmt.Sprintf("func %s() {\n%s}\n", name, l.resets.String()))
		reset = name + "()"
	}
	l.packageName(Support)
	return Unit{Imports: l.imports, Types: l.types, Structs: l.structDecls, Decls: l.decls.String(), Enter: enter, Calls: calls, Reset: reset}, l.refusals
}

// fresh makes a name that nothing else has.
func (l *Lowerer) fresh(name string) string {
	l.count++
	return fmt.Sprintf("%s%s%d", name, Dot, l.count)
}

// top appends a declaration of package level.
func (l *Lowerer) top(text string) { l.decls.WriteString(text) }

// packageName returns the name by which lowered code refers to a package.
func (l *Lowerer) packageName(path string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '.' || r == '-' {
			return '_'
		}
		return r
	}, path) + Dot
	switch path {
	case Support:
		name = rt
	case "fmt":
		path = Fmt // prints what the lowering has changed as Go does
	}
	if im := (Import{name, path}); !slices.Contains(l.imports, im) {
		l.imports = append(l.imports, im)
	}
	return name
}

// refuse ends the lowering of a declaration.
func (s *site) refuse(at ast.Node, format string, args ...any) {
	line, column := 0, 0
	if at != nil && s.position != nil && s.library == nil {
		line, column = s.position(at.Pos())
	}
	panic(Refusal{Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// packageVariables declares the variables of a declaration, without values.
func (l *Lowerer) packageVariables(st *site, d *ast.GenDecl) {
	for _, s := range d.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if id.Name != "_" {
				l.packageVariable(st, st.info.Defs[id])
			}
		}
	}
}

func (l *Lowerer) packageVariable(st *site, o types.Object) {
	name := l.fresh(o.Name())
	l.names[o] = name
	if seen := l.alias[o]; seen != nil {
		l.names[seen] = name
	}
	l.top(fmt.Sprintf("var %s %s\n", name, l.typ(st, o.Type())))
}

// initializers writes the function that gives a chunk's package variables
// their values in Go's order, and returns its name.
func (l *Lowerer) initializers(st *site, ch *Chunk) string {
	if len(ch.Info.InitOrder) == 0 {
		return ""
	}
	name := l.fresh("vars")
	f := l.newFunc(st, nil, nil)
	f.title = "the cell"
	for _, in := range ch.Info.InitOrder {
		f.analyze(in.Rhs)
		f.at(in.Rhs)
		if len(in.Lhs) > 1 {
			for i, v := range f.multi(in.Rhs) {
				if o := in.Lhs[i]; o.Name() != "_" {
					f.emit("%s = %s", l.names[o], l.assignable(st, v, f.multiTypes(in.Rhs)[i], o.Type()))
				} else {
					f.emit("_ = %s", v)
				}
			}
			continue
		}
		o := in.Lhs[0]
		if o.Name() == "_" {
			blank := l.fresh("blank")
			f.emit("var %s %s = %s", blank, l.typ(st, o.Type()), f.value(in.Rhs, o.Type()))
			f.emit("_ = %s", blank)
			continue
		}
		f.emit("%s = %s", l.names[o], f.value(in.Rhs, o.Type()))
	}
	l.top(fmt.Sprintf("func %s() %s%s}\n", name, f.opening(), f.w.String()))
	return name
}

// statements writes the function of a cell's statements and returns its name.
func (l *Lowerer) statements(st *site, ch *Chunk) string {
	name := l.fresh("run")
	f := l.newFunc(st, nil, nil)
	f.title = "the cell"
	f.analyze(ch.Statements.Body)
	f.scope = ch.Scope
	if ch.Inline {
		x := ch.Statements.Body.List[0].(*ast.AssignStmt).Rhs[0]
		f.at(x)
		f.emit("%s.Inline(%s)", rt, f.value(x, emptyInterface))
	} else {
		for _, n := range ch.Scope.Names() {
			o := ch.Scope.Lookup(n)
			l.packageVariable(st, o)
			zero := l.fresh("zero")
			fmt.Fprintf(&l.resets, "var %s %s\n%s = %s\n", zero, l.typ(st, o.Type()), l.names[o], zero)
		}
		for _, s := range ch.Statements.Body.List {
			if _, ok := s.(*ast.EmptyStmt); ok {
				continue
			}
			line, _ := st.position(s.Pos())
			f.emit("%s.Line(%d)", rt, line)
			f.line = line
			if x, ok := s.(*ast.ExprStmt); ok && ch.Shown != nil && x.X == ch.Shown {
				f.show(ch.Shown)
				continue
			}
			f.stmt(s)
		}
	}
	l.top(fmt.Sprintf("func %s() %s%s}\n", name, f.opening(), f.w.String()))
	return name
}

// show makes a cell's last expression an output.
func (f *fn) show(x ast.Expr) {
	tv := f.site.info.Types[x]
	if Silent(f.site.info, x) || tv.IsVoid() || tv.Type == nil {
		f.stmt(&ast.ExprStmt{X: x})
		return
	}
	list := []types.Type{f.typeOf(x)}
	if t, ok := list[0].(*types.Tuple); ok {
		list = tupleTypes(t)
	}
	if len(list) == 0 {
		f.stmt(&ast.ExprStmt{X: x})
		return
	}
	last := list[len(list)-1]
	if st, ok := last.(*types.Struct); ok && st.NumFields() == 0 {
		f.stmt(&ast.ExprStmt{X: x})
		return // what a channel that only signals gives
	}
	values := f.multi(x)
	if len(values) == 1 && f.throughElement(x) {
		values[0] = f.keep(values[0], list[0])
	}
	for i, v := range values {
		values[i] = f.l.assignable(f.site, v, list[i], emptyInterface)
	}
	call := "Show"
	if types.Identical(last, universeError) {
		call = "ShowChecked"
	}
	f.emit("%s.%s([]interface{}{%s})", rt, call, strings.Join(values, ", "))
}

// Silent reports whether an expression is a call made for its effect, whose
// result nobody wants to see: fmt's printing and package show's own.
func Silent(info *types.Info, x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o := info.Uses[s.Sel]
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

var (
	emptyInterface = types.NewInterfaceType(nil, nil)
	universeError  = types.Universe.Lookup("error").Type()
)

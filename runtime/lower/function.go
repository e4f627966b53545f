package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// variable is a local variable in lowered code.
type variable struct {
	name string
	typ  types.Type
	// cell says that name is a pointer to it.
	cell  bool
	owner *fn
	// text is the type where it is none of Go's, as that of a list of defers.
	text string
}

// body is what a declared function and the literals in it share.
type body struct {
	usage map[types.Object]*usage
	vars  map[types.Object]*variable
	// gotos are the labels that goto statements name.
	gotos map[string]bool
}

// fn is a function that is being written: a declared one, a literal, or the
// body of a loop that becomes one.
type fn struct {
	l      *Lowerer
	site   *site
	env    *env
	parent *fn
	body   *body
	scope  *types.Scope

	// title is what call paths say of the function, "" where they leave it out.
	title string

	w       *strings.Builder
	results []types.Type
	// out are the variables of the results, where they have names or the
	// function defers.
	out      []*variable
	captures []*variable
	// list is the list of deferred calls, nil if the function has none.
	list *variable
	// indirect says that results are set through out, and return has no values.
	indirect bool
	// caller is the list by which the function was deferred, if recover in it
	// asks for one.
	caller *variable
	// loop is the loop over a function whose body this is.
	loop *functionLoop
	// logic says how many operands of && and || are around.
	logic int
	// line is the line that the program has noted, 0 if unknown.
	line int
}

// newFunc returns a function of package level without parameters.
func (l *Lowerer) newFunc(st *site, e *env, parent *fn) *fn {
	f := &fn{l: l, site: st, env: e, parent: parent, w: &strings.Builder{}}
	if parent != nil {
		f.body = parent.body
	} else {
		f.body = &body{usage: map[types.Object]*usage{}, vars: map[types.Object]*variable{}, gotos: map[string]bool{}}
	}
	return f
}

func (f *fn) emit(format string, args ...any) {
	fmt.Fprintf(f.w, format, args...)
	f.w.WriteByte('\n')
}

// apart runs write and returns what it emitted instead of emitting it.
func (f *fn) apart(write func()) string {
	w := f.w
	f.w = &strings.Builder{}
	write()
	text := f.w.String()
	f.w = w
	return text
}

func (f *fn) typeOf(x ast.Expr) types.Type {
	t := f.site.info.TypeOf(x)
	if t == nil {
		return nil
	}
	return f.l.subst(t, f.env)
}

func (f *fn) subst(t types.Type) types.Type { return f.l.subst(t, f.env) }

func (f *fn) typ(t types.Type) string { return f.l.typ(f.site, f.subst(t)) }

func (f *fn) refuse(at ast.Node, format string, args ...any) { f.site.refuse(at, format, args...) }

// packageOf is the package in which names of o's are looked up.
func (f *fn) packageOf(o types.Object) *types.Package {
	if o.Pkg() != nil && f.site.library == nil {
		return o.Pkg()
	}
	if f.site.library != nil {
		return f.site.library.pkg
	}
	return f.l.pkg
}

// function returns the name of a declared function, or of the instance of a
// generic one for these type arguments, and sees to it that it is written.
func (l *Lowerer) function(o *types.Func, args []types.Type) string {
	o = o.Origin()
	sig := o.Signature()
	params := sig.TypeParams()
	if sig.RecvTypeParams().Len() > 0 {
		params = sig.RecvTypeParams()
	}
	e := l.newEnv(params, args)
	key := fmt.Sprintf("f%d", l.objectID(o))
	if e != nil {
		key += "[" + e.key + "]"
	}
	if e != nil {
		// An instance is written as the code that first needs it is.
		key += fmt.Sprint(l.recovery)
	}
	if name, ok := l.instances[key]; ok {
		return name
	}
	base := o.Name()
	if r := sig.Recv(); r != nil {
		base = receiverName(r.Type()) + Dot + base
	}
	name := l.fresh(base)
	l.instances[key] = name
	if e == nil {
		l.names[o] = name
	}
	if len(l.instances) > 20000 {
		panic(Refusal{Message: fmt.Sprintf("%s needs instances without end", o.Name())})
	}
	s := l.sites[o]
	if s == nil || s.function == nil {
		panic(Refusal{Message: fmt.Sprintf("the source of %s is not at hand", o.FullName())})
	}
	l.queue = append(l.queue, func() {
		if s.function.Body == nil {
			s.refuse(s.function, "func %s has no body", o.Name())
		}
		f := l.newFunc(s, e, nil)
		if s.library == nil {
			f.title = title(o)
		}
		f.analyze(s.function)
		f.declared(name, s.function, sig)
	})
	return name
}

// title is the name of a function in call paths.
func title(o *types.Func) string {
	r := o.Signature().Recv()
	if r == nil {
		return o.Name()
	}
	name := receiverName(r.Type())
	if _, ok := r.Type().(*types.Pointer); ok {
		name = "(*" + name + ")"
	}
	return name + "." + o.Name()
}

// opening begins the body of a function, with its title for call paths.
func (f *fn) opening() string {
	if f.title == "" {
		return "{\n"
	}
	return "{ // " + f.title + "\n"
}

func receiverName(t types.Type) string {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return "T"
}

// declared writes a declared function.
func (f *fn) declared(name string, d *ast.FuncDecl, sig *types.Signature) {
	var fields []*ast.Field
	if d.Recv != nil {
		fields = append(fields, d.Recv.List...)
	}
	fields = append(fields, d.Type.Params.List...)
	var all []types.Type
	if r := sig.Recv(); r != nil {
		all = append(all, r.Type())
	}
	all = append(all, tupleTypes(sig.Params())...)
	text := f.signatureAndBody(fields, all, d.Type, sig, d.Body)
	f.l.top("func " + name + text + "\n")
}

// param is a parameter as it comes in.
type param struct {
	object types.Object
	name   string
	typ    types.Type
}

func (f *fn) params(fields []*ast.Field, all []types.Type) ([]param, string) {
	var list []param
	i := 0
	add := func(id *ast.Ident) {
		p := param{typ: f.subst(all[i]), name: f.l.fresh("p")}
		if id != nil && id.Name != "_" {
			p.object = f.site.info.Defs[id]
			p.name = f.l.fresh(id.Name)
		}
		list = append(list, p)
		i++
	}
	for _, field := range fields {
		if len(field.Names) == 0 {
			add(nil)
		}
		for _, id := range field.Names {
			add(id)
		}
	}
	var texts []string
	for _, p := range list {
		texts = append(texts, p.name+" "+f.l.typ(f.site, p.typ))
	}
	return list, "(" + strings.Join(texts, ", ") + ")"
}

// signatureAndBody writes a function from its parameters on.
func (f *fn) signatureAndBody(fields []*ast.Field, all []types.Type, t *ast.FuncType, sig *types.Signature, block *ast.BlockStmt) string {
	list, params := f.params(fields, all)
	var resultTexts []string
	for v := range sig.Results().Variables() {
		f.results = append(f.results, f.subst(v.Type()))
		resultTexts = append(resultTexts, f.typ(v.Type()))
	}
	header := params
	if len(resultTexts) > 0 {
		header += " (" + strings.Join(resultTexts, ", ") + ")"
	}
	var named []*ast.Ident
	if t.Results != nil {
		for _, field := range t.Results.List {
			named = append(named, field.Names...)
		}
	}
	if recovers(f.site.info, block) {
		f.caller = &variable{name: f.l.fresh("caller"), text: "*" + rt + ".Defers", owner: f}
		f.emit("%s := %s.Caller()", f.caller.name, rt)
	} else if f.l.recovery.Declares && f.site.library == nil && hasCall(block) {
		// If this function is deferred, what it calls is not.
		f.emit("%s.Caller()", rt)
	}
	if defers(block) {
		f.deferring(list, named, block)
	} else {
		for _, p := range list {
			f.incoming(p)
		}
		for i, id := range named {
			o := f.site.info.Defs[id]
			if o == nil {
				o = types.NewVar(token.NoPos, nil, "_", f.results[i])
			}
			f.out = append(f.out, f.declare(o, ""))
		}
		f.block(block.List)
		f.finish(block, len(f.results) > 0)
	}
	return header + " " + f.opening() + f.w.String() + "}"
}

// finish ends a function whose last statement is no return. The interpreter
// does not know all statements that never end.
func (f *fn) finish(block *ast.BlockStmt, results bool) {
	if n := len(block.List); results {
		if n > 0 {
			if _, ok := block.List[n-1].(*ast.ReturnStmt); ok {
				return
			}
		}
		f.emit("panic(\"unreachable\")")
	}
}

// incoming makes a parameter a variable of the body.
func (f *fn) incoming(p param) {
	if p.object == nil {
		return
	}
	v := &variable{name: p.name, typ: p.typ, owner: f}
	if f.body.usage[p.object].cell() {
		v.cell = true
		v.name = f.l.fresh(p.object.Name())
		f.emit("%s := new(%s)", v.name, f.l.typ(f.site, p.typ))
		f.emit("*%s = %s", v.name, p.name)
	}
	f.body.vars[p.object] = v
}

// declare declares a local variable, with a value unless it is "", and
// returns it.
func (f *fn) declare(o types.Object, value string) *variable {
	v := &variable{name: f.l.fresh(o.Name()), typ: f.subst(o.Type()), owner: f}
	if o.Name() == "_" {
		v.name = f.l.fresh("blank")
	}
	v.cell = f.body.usage[o].cell()
	f.body.vars[o] = v
	f.introduce(v, value)
	return v
}

func (f *fn) introduce(v *variable, value string) {
	t := f.l.typ(f.site, v.typ)
	switch {
	case v.cell:
		f.emit("%s := new(%s)", v.name, t)
		if value != "" {
			f.emit("*%s = %s", v.name, value)
		}
	case value != "":
		f.emit("var %s %s = %s", v.name, t, unwrapped(value))
	default:
		f.emit("var %s %s", v.name, t)
	}
}

// use returns the text of a variable, and passes it on to the literals
// between its function and this one.
func (f *fn) use(v *variable) string {
	f.capture(v)
	if v.cell {
		return "(*" + v.name + ")"
	}
	return v.name
}

func (f *fn) capture(v *variable) {
	for g := f; g != nil && g != v.owner; g = g.parent {
		known := false
		for _, c := range g.captures {
			known = known || c == v
		}
		if !known {
			g.captures = append(g.captures, v)
		}
	}
}

// literal writes a function literal as the call of the function that makes
// it.
func (f *fn) literal(n *ast.FuncLit) string {
	sig := f.typeOf(n).Underlying().(*types.Signature)
	g := f.l.newFunc(f.site, f.env, f)
	if f.title != "" {
		g.title = "a function in " + strings.TrimPrefix(f.title, "a function in ")
	}
	text := g.signatureAndBody(n.Type.Params.List, tupleTypes(sig.Params()), n.Type, sig, n.Body)
	return f.factory(g, f.l.signature(f.site, sig, nil), text)
}

// factory declares the function that makes a literal and returns its call.
// text is the literal from its parameters on, signature its type behind func.
func (f *fn) factory(g *fn, signature, text string) string {
	name := f.l.fresh("lit")
	var params, args []string
	for _, v := range g.captures {
		f.capture(v)
		t := v.text
		if t == "" {
			t = f.l.typ(f.site, v.typ)
		}
		if v.cell {
			t = "*" + t
		}
		params = append(params, v.name+" "+t)
		args = append(args, v.name)
	}
	f.l.top(fmt.Sprintf("func %s(%s) func%s {\nreturn func%s\n}\n", name, strings.Join(params, ", "), signature, text))
	return name + "(" + strings.Join(args, ", ") + ")"
}

// deferring writes a function that defers: its results live by themselves,
// its body is a literal that the kernel calls, and the calls that it defers
// are on a list.
func (f *fn) deferring(list []param, named []*ast.Ident, block *ast.BlockStmt) {
	for i, t := range f.results {
		v := &variable{name: f.l.fresh("result"), typ: t, cell: true, owner: f}
		if i < len(named) {
			if o := f.site.info.Defs[named[i]]; o != nil {
				f.body.vars[o] = v
			}
		}
		f.introduce(v, "")
		f.out = append(f.out, v)
	}
	g := f.l.newFunc(f.site, f.env, f)
	g.title = f.title
	g.results, g.out, g.indirect = f.results, f.out, true
	g.list = &variable{name: f.l.fresh("defers"), text: "*" + rt + ".Defers", owner: g}
	g.caller = f.caller
	g.line = f.line
	for _, p := range list {
		raw := &variable{name: p.name, typ: p.typ, owner: f}
		g.capture(raw)
		if p.object != nil {
			inner := &variable{name: f.l.fresh(p.object.Name()), typ: p.typ, owner: g, cell: f.body.usage[p.object].cell()}
			f.body.vars[p.object] = inner
			g.introduce(inner, p.name)
		}
	}
	g.block(block.List)
	call := f.factory(g, fmt.Sprintf("(*%s.Defers)", rt), fmt.Sprintf("(%s *%s.Defers) %s%s}", g.list.name, rt, g.opening(), g.w.String()))
	last, _ := f.lineOf(block)
	if n := len(block.List); n > 0 {
		last, _ = f.lineOf(block.List[n-1])
	}
	f.emit("%s.WithDefers(%s) // %d", rt, call, last)
	if len(f.out) > 0 {
		var values []string
		for _, v := range f.out {
			values = append(values, "*"+v.name)
		}
		f.emit("return %s", strings.Join(values, ", "))
	}
}

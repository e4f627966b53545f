package cell

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Effects say what the code of a cell has to do with the variables of the
// notebook, as far as its types tell. They err on the side of more.
type Effects struct {
	// ID identifies the code and what every name in it refers to, down to the
	// text of the declarations.
	ID string
	// Refers are the names of the notebook that it mentions, with the identities
	// of what they refer to: that of the declaring code, a dot and the name. Those
	// of Uses are of the same form.
	Refers map[string]string
	// Uses are the variables that it mentions, also through the functions and
	// methods that it may call, sorted by their IDs.
	Uses []Use
	// Params are the parameters of which it reads nothing but the value; AllParams
	// says that it mentions params as a whole.
	Params    []string
	AllParams bool
	// Rand says that it draws from the global functions of math/rand; World,
	// that it uses packages that keep state of their own.
	Rand, World bool
	// Timed says that it uses package time or context.
	Timed bool
}

// Use is how code uses one variable.
type Use struct {
	// ID identifies the variable by the code that declares it.
	ID string
	// Declared says that the code declares it, Written that it may change it.
	Declared, Written bool
	// Shared says that the code may change what the variable refers to, or may
	// make another name for it.
	Shared bool
	// Imported says that another package declares it.
	Imported bool
	// Captured says that it is mentioned by a function, which may be called
	// later.
	Captured bool
}

// importedPrefix begins the IDs of variables of other packages.
const importedPrefix = "var "

// Imported reports whether the ID of a variable is that of another package's.
func Imported(id string) bool { return strings.HasPrefix(id, importedPrefix) }

// uses are the direct uses of a piece of code.
type uses struct {
	vars  map[types.Object]*Use
	funcs map[*types.Func]bool
	named map[*types.Named]bool

	// volatile is what differs from run to run.
	volatile           map[string]bool
	params             map[string]bool
	allParams          bool
	rand, world, timed bool
}

func newUses() *uses {
	return &uses{vars: map[types.Object]*Use{}, funcs: map[*types.Func]bool{}, named: map[*types.Named]bool{}, volatile: map[string]bool{}, params: map[string]bool{}}
}

func (u *uses) variable(o types.Object) *Use {
	if u.vars[o] == nil {
		u.vars[o] = &Use{}
	}
	return u.vars[o]
}

// merge adds the uses of code that this code may call now or have called later.
func (u *uses) merge(o *uses) {
	for v, use := range o.vars {
		w := u.variable(v)
		w.Written, w.Shared, w.Captured, w.Imported = w.Written || use.Written, w.Shared || use.Shared, true, use.Imported
	}
	maps.Copy(u.params, o.params)
	maps.Copy(u.volatile, o.volatile)
	u.allParams, u.rand, u.world, u.timed = u.allParams || o.allParams, u.rand || o.rand, u.world || o.world, u.timed || o.timed
}

// effects finds the uses of a checked chunk. Those of the functions that it
// declares are kept for the code that mentions them.
func (c *checker) effects(ch *chunk) *uses {
	all := newUses()
	for _, d := range ch.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || ch.kind == statement && f == ch.function() {
			continue
		}
		if o, ok := ch.info.Defs[f.Name].(*types.Func); ok {
			u := newUses()
			c.find(u, ch, f, true)
			c.functions[o] = u
			c.parameters[o] = (&accesses{c: c, ch: ch, root: f}).parameters(o)
		}
	}
	if ch.kind != statement {
		return all
	}
	c.find(all, ch, ch.function().Body, false)
	for _, n := range ch.scope.Names() {
		o := c.alias[ch.scope.Lookup(n)]
		use := all.variable(o)
		use.Declared, use.Written = true, true
		use.Shared = use.Shared || !copied(o.Type())
	}
	// What a function that is mentioned uses is used here, and so on.
	seen := map[*types.Func]bool{}
	named := map[*types.Named]bool{}
	var take func(u *uses)
	take = func(u *uses) {
		if u != all {
			all.merge(u)
		}
		for f := range u.funcs {
			if !seen[f] {
				seen[f] = true
				if of := c.functions[f]; of != nil {
					take(of)
				}
			}
		}
		for t := range u.named {
			if named[t] {
				continue
			}
			named[t] = true
			for m := range t.Methods() {
				if m = m.Origin(); !seen[m] {
					seen[m] = true
					if of := c.functions[m]; of != nil {
						take(of)
					}
				}
			}
		}
	}
	take(all)
	return all
}

// find adds the direct uses of the syntax below root.
func (c *checker) find(u *uses, ch *chunk, root ast.Node, function bool) {
	for _, tv := range typesBelow(ch.info, root) {
		c.namedIn(tv, u.named, map[types.Type]bool{})
	}
	a := &accesses{c: c, ch: ch, root: root}
	walkStack(root, func(id *ast.Ident, stack []ast.Node) { c.identifier(u, a, id, stack, function) })
}

func typesBelow(info *types.Info, root ast.Node) []types.Type {
	var all []types.Type
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if o := info.ObjectOf(n); o != nil && o.Type() != nil {
				all = append(all, o.Type())
			}
		case ast.Expr:
			if t := info.TypeOf(n); t != nil {
				all = append(all, t)
			}
		}
		return true
	})
	return all
}

// namedIn collects the notebook's own named types that a type holds.
func (c *checker) namedIn(t types.Type, named map[*types.Named]bool, seen map[types.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	in := func(t types.Type) { c.namedIn(t, named, seen) }
	switch t := t.(type) {
	case *types.Alias:
		in(types.Unalias(t))
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			in(a)
		}
		if t.Obj().Pkg() == c.pkg {
			named[t.Origin()] = true
			in(t.Underlying())
		}
	case *types.Pointer:
		in(t.Elem())
	case *types.Slice:
		in(t.Elem())
	case *types.Array:
		in(t.Elem())
	case *types.Chan:
		in(t.Elem())
	case *types.Map:
		in(t.Key())
		in(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			in(f.Type())
		}
	case *types.Tuple:
		for v := range t.Variables() {
			in(v.Type())
		}
	case *types.Signature:
		in(t.Params())
		in(t.Results())
	}
}

// identifier adds what one identifier says.
func (c *checker) identifier(u *uses, a *accesses, id *ast.Ident, stack []ast.Node, function bool) {
	o := a.ch.info.ObjectOf(id)
	if o == nil || o.Pkg() == nil {
		return
	}
	if o.Pkg() != c.pkg {
		u.foreign(o)
		if v, ok := o.(*types.Var); ok && !v.IsField() && v.Parent() == v.Pkg().Scope() {
			c.variables[v] = importedPrefix + v.Pkg().Path() + "." + v.Name()
			c.mention(u, a, v, stack, function)
			u.vars[v].Imported = true
		}
		return
	}
	switch o := o.(type) {
	case *types.Func:
		if o != c.must {
			u.funcs[o.Origin()] = true
		}
	case *types.Var:
		if seen := c.alias[o]; seen != nil {
			c.mention(u, a, seen, stack, function)
		} else if c.variables[o] != "" {
			c.mention(u, a, o, stack, function)
		}
	}
}

func (c *checker) mention(u *uses, a *accesses, o types.Object, stack []ast.Node, function bool) {
	captured := function || slices.ContainsFunc(stack, func(n ast.Node) bool {
		_, ok := n.(*ast.FuncLit)
		return ok
	})
	how := a.of(stack)
	if how == shares && o.Pkg() != c.pkg && constant(o) {
		how = reads
	}
	if c.variables[o] == ctxID && how == shares {
		how = reads // what is derived from it does not change it
	}
	if c.variables[o] == paramsID {
		if s, ok := stack[len(stack)-2].(*ast.SelectorExpr); ok && how == reads && !captured && copied(a.ch.info.TypeOf(s)) {
			u.params[s.Sel.Name] = true
			return
		}
		u.allParams = true
	}
	use := u.variable(o)
	switch {
	case how == shares, how == writes && (captured || !copied(o.Type())):
		use.Shared, use.Written = true, true
	case how == writes:
		use.Written = true
	}
	use.Captured = use.Captured || captured
}

// qualified is the name of a package's object, that of a method behind its type's.
// Fields and what is local to a function have none.
func qualified(o types.Object) string {
	if f, ok := o.(*types.Func); ok && f.Signature().Recv() != nil {
		t := f.Signature().Recv().Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if named, ok := t.(*types.Named); ok {
			return named.Obj().Name() + "." + f.Name()
		}
		return ""
	}
	if o.Parent() != o.Pkg().Scope() {
		return ""
	}
	return o.Name()
}

// foreign adds what the mention of a compiled package's object says.
func (u *uses) foreign(o types.Object) {
	path := o.Pkg().Path()
	if why := volatiles[path][qualified(o)]; why != "" {
		u.volatile[why] = true
	}
	u.timed = u.timed || path == "time" || path == "context"
	switch o := o.(type) {
	case *types.Func:
		if (path == "math/rand" || path == "math/rand/v2") && o.Signature().Recv() == nil && !strings.HasPrefix(o.Name(), "New") {
			u.rand = true
		}
	case *types.Var:
		if o.IsField() {
			return
		}
	default:
		return
	}
	u.world = u.world || !stateless(path)
}

// stateless reports whether a package keeps no state by which one use of it
// could tell what another did before.
func stateless(path string) bool {
	if strings.HasPrefix(path, mlkit) || strings.HasPrefix(path, "gonum.org/") {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "archive", "bufio", "bytes", "cmp", "compress", "container", "context", "errors", "fmt", "html", "index", "io", "iter", "maps", "math", "path",
		"reflect", "regexp", "slices", "sort", "strconv", "strings", "sync", "text", "time", "unicode":
		return true
	case "encoding":
		return path != "encoding/gob"
	case "hash":
		return path != "hash/maphash"
	case "net":
		return path == "net/url"
	case "crypto":
		return path != "crypto/tls"
	}
	return false
}

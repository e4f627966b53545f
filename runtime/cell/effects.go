package cell

import (
	"go/ast"
	"go/token"
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
	// Captured says that it is mentioned by a function, which may be called
	// later.
	Captured bool
}

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
		w.Written, w.Shared, w.Captured = w.Written || use.Written, w.Shared || use.Shared, true
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
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok {
			c.identifier(u, ch, id, stack, function)
		}
		return true
	})
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
func (c *checker) identifier(u *uses, ch *chunk, id *ast.Ident, stack []ast.Node, function bool) {
	o := ch.info.ObjectOf(id)
	if o == nil || o.Pkg() == nil {
		return
	}
	if o.Pkg() != c.pkg {
		u.foreign(o)
		return
	}
	switch o := o.(type) {
	case *types.Func:
		if o != c.must {
			u.funcs[o.Origin()] = true
		}
	case *types.Var:
		if seen := c.alias[o]; seen != nil {
			c.mention(u, ch, seen, stack, function)
		} else if c.variables[o] != "" {
			c.mention(u, ch, o, stack, function)
		}
	}
}

func (c *checker) mention(u *uses, ch *chunk, o types.Object, stack []ast.Node, function bool) {
	captured := function || slices.ContainsFunc(stack, func(n ast.Node) bool {
		_, ok := n.(*ast.FuncLit)
		return ok
	})
	how := c.access(ch, stack)
	if c.variables[o] == ctxID && how == shares {
		how = reads // what is derived from it does not change it
	}
	if c.variables[o] == paramsID {
		if s, ok := stack[len(stack)-2].(*ast.SelectorExpr); ok && how == reads && !captured && copied(ch.info.TypeOf(s)) {
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

// access is what code does with a variable where it mentions it.
type access int

const (
	// reads: it copies plain values out of what the variable holds.
	reads access = iota
	// writes: it assigns to the variable or a part of it.
	writes
	// shares: it may do anything to what the variable refers to.
	shares
)

// access goes up from the identifier at the end of a stack of nodes to where
// the value that is taken out of the variable goes.
func (c *checker) access(ch *chunk, stack []ast.Node) access {
	info := ch.info
	x := ast.Expr(stack[len(stack)-1].(*ast.Ident))
	through := false // a pointer, a slice or a map
	for i := len(stack) - 2; i >= 0; i-- {
		t := info.TypeOf(x)
		if t == nil {
			t = info.ObjectOf(stack[len(stack)-1].(*ast.Ident)).Type() // of a definition
		}
		switch p := stack[i].(type) {
		case *ast.ParenExpr:
			x = p
			continue
		case *ast.StarExpr:
			x, through = p, true
			continue
		case *ast.SelectorExpr:
			if s := info.Selections[p]; s != nil && s.Kind() == types.FieldVal {
				x, through = p, through || s.Indirect()
				continue
			}
			return c.methodAccess(info, p, t)
		case *ast.IndexExpr:
			if p.X == x {
				if _, ok := t.Underlying().(*types.Array); !ok {
					through = true
				}
				x = p
				continue
			}
			return consumed(t)
		case *ast.SliceExpr:
			if p.X != x {
				return reads
			}
			if _, ok := t.Underlying().(*types.Slice); ok {
				x = p
				continue
			}
			return consumed(t)
		case *ast.AssignStmt:
			if slices.Contains(p.Lhs, x) {
				if through {
					return shares
				}
				return writes
			}
			if copied(t) || ch.value && c.inspected(t) {
				return reads
			}
			return shares
		case *ast.IncDecStmt:
			if through {
				return shares
			}
			return writes
		case *ast.UnaryExpr:
			if _, literal := x.(*ast.CompositeLit); p.Op == token.AND && literal {
				x = p
				continue
			}
			if p.Op == token.AND || p.Op == token.ARROW {
				return shares
			}
			return consumed(t)
		case *ast.RangeStmt:
			if p.X != x {
				if p.Tok == token.ASSIGN && (p.Key == x || p.Value == x) {
					if through {
						return shares
					}
					return writes
				}
				return consumed(t)
			}
			return rangeAccess(p, t)
		case *ast.KeyValueExpr:
			if copied(t) {
				return reads
			}
			if p.Value != x || i == 0 {
				return shares
			}
			lit, ok := stack[i-1].(*ast.CompositeLit)
			if !ok {
				return shares
			}
			x = lit
			i--
			continue
		case *ast.CompositeLit:
			if copied(t) {
				return reads
			}
			x = p
			continue
		case *ast.BinaryExpr, *ast.SwitchStmt, *ast.CaseClause, *ast.IfStmt:
			return reads // comparing runs none of the notebook's code
		case *ast.ExprStmt:
			if p.X == ch.shownIn() && c.inspected(t) {
				return reads
			}
			return consumed(t)
		case *ast.CallExpr:
			if p.Fun != x && info.Types[p.Fun].IsType() {
				x = p
				if copied(info.TypeOf(p)) {
					return reads
				}
				continue
			}
			return c.argumentAccess(info, p, x, t)
		default:
			return consumed(t)
		}
	}
	return shares
}

// shownIn is the expression whose value a cell shows, nil if there is none.
func (ch *chunk) shownIn() ast.Expr {
	if ch.kind != statement {
		return nil
	}
	return ch.shown()
}

// consumed is the access of code that takes a value of a type.
func consumed(t types.Type) access {
	if copied(t) {
		return reads
	}
	return shares
}

func rangeAccess(p *ast.RangeStmt, t types.Type) access {
	if copied(t) {
		return reads
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		if p.Value == nil || copied(t.Elem()) {
			return reads
		}
	case *types.Map:
		if (p.Key == nil || copied(t.Key())) && (p.Value == nil || copied(t.Elem())) {
			return reads
		}
	}
	return shares
}

// methodAccess is the access of a selection of a method.
func (c *checker) methodAccess(info *types.Info, p *ast.SelectorExpr, t types.Type) access {
	s := info.Selections[p]
	if s == nil {
		return shares
	}
	m, ok := s.Obj().(*types.Func)
	if !ok || m.Pkg() == nil {
		return shares
	}
	if m.Pkg() == c.pkg {
		if _, pointer := m.Signature().Recv().Type().(*types.Pointer); !pointer && copied(t) && !types.IsInterface(t) {
			return reads
		}
		return shares
	}
	if opaque(t) || opaque(types.NewPointer(t)) || copied(t) && !pointerReceiver(m) {
		return reads
	}
	if path := m.Pkg().Path(); strings.HasPrefix(path, mlkit) && !pointerReceiver(m) && c.inspected(t) {
		return reads
	}
	return shares
}

func pointerReceiver(m *types.Func) bool {
	r := m.Signature().Recv()
	if r == nil {
		return true
	}
	_, ok := types.Unalias(r.Type()).(*types.Pointer)
	return ok || types.IsInterface(r.Type())
}

// argumentAccess is the access of a call that is given x.
func (c *checker) argumentAccess(info *types.Info, call *ast.CallExpr, x ast.Expr, t types.Type) access {
	if call.Fun == x {
		return shares
	}
	if copied(t) {
		return reads
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		b, ok := info.Uses[fun].(*types.Builtin)
		if !ok {
			return shares
		}
		switch b.Name() {
		case "len", "cap":
			return reads
		case "append", "copy":
			s, ok := t.Underlying().(*types.Slice)
			if ok && copied(s.Elem()) && len(call.Args) > 1 && call.Args[0] != x && (call.Ellipsis.IsValid() || b.Name() == "copy") {
				return reads
			}
		}
	case *ast.SelectorExpr:
		o := info.Uses[fun.Sel]
		if f, ok := o.(*types.Func); ok && f.Pkg() != nil && c.inspected(t) && inspects(f) {
			return reads
		}
	}
	return shares
}

// mlkit begins the paths of packages that change nothing they are given and
// keep none of it.
const mlkit = "viva/mlkit/"

// inspects reports whether a function neither changes nor keeps what it is
// given.
func inspects(f *types.Func) bool {
	path := f.Pkg().Path()
	switch path {
	case "strings", "strconv", "math", "unicode", "unicode/utf8":
		return true
	case "fmt":
		return !strings.Contains(f.Name(), "can")
	case "slices":
		return slices.Contains([]string{"Contains", "Index", "Max", "Min", "Equal", "Compare", "IsSorted", "BinarySearch"}, f.Name())
	case mlkit + "view":
		return f.Signature().Recv() == nil
	}
	return strings.HasPrefix(path, mlkit)
}

// inspected reports whether compiled code that looks at a value of the type
// runs none of the notebook's code and can keep nothing of it that changes.
func (c *checker) inspected(t types.Type) bool {
	named := map[*types.Named]bool{}
	c.namedIn(t, named, map[types.Type]bool{})
	for n := range named {
		if n.NumMethods() > 0 {
			return false
		}
	}
	return !dynamicIn(t, map[types.Type]bool{})
}

// dynamicIn reports whether a type holds functions, channels or interfaces.
func dynamicIn(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] || opaque(t) {
		return false
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if stays(t) {
			return false
		}
		return dynamicIn(t.Underlying(), seen)
	case *types.Pointer:
		return dynamicIn(t.Elem(), seen)
	case *types.Slice:
		return dynamicIn(t.Elem(), seen)
	case *types.Array:
		return dynamicIn(t.Elem(), seen)
	case *types.Map:
		return dynamicIn(t.Key(), seen) || dynamicIn(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if dynamicIn(f.Type(), seen) {
				return true
			}
		}
		return false
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	}
	return true
}

// copied reports whether a copy of a value of the type shares nothing that can
// change with it.
func copied(t types.Type) bool { return copiedIn(t, map[types.Type]bool{}) }

func copiedIn(t types.Type, seen map[types.Type]bool) bool {
	if t == nil {
		return false
	}
	if seen[t] || opaque(t) {
		return true
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return stays(t) || copiedIn(t.Underlying(), seen)
	case *types.Basic:
		return t.Kind() != types.UnsafePointer
	case *types.Array:
		return copiedIn(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if !copiedIn(f.Type(), seen) {
				return false
			}
		}
		return true
	case *types.Tuple:
		return t.Len() == 0
	}
	return false
}

// opaque reports whether a type is a pointer to an immutable value of mlkit.
// Package view's are for cells to build and change.
func opaque(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	if n.Obj().Pkg().Path() == "regexp" {
		return true
	}
	return strings.HasPrefix(n.Obj().Pkg().Path(), mlkit) && n.Obj().Pkg().Path() != mlkit+"view"
}

// stays reports whether a compiled struct type is immutable in spite of the
// pointers in it.
func stays(t *types.Named) bool {
	o := t.Obj()
	return o.Pkg() != nil && o.Pkg().Path() == "time" && (o.Name() == "Time" || o.Name() == "Location")
}

// foreign adds what the mention of a compiled package's object says.
func (u *uses) foreign(o types.Object) {
	path := o.Pkg().Path()
	if why := volatiles[path][o.Name()]; why != "" && o.Parent() == o.Pkg().Scope() {
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

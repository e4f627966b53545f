package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// usage is what the lowering must know of a local variable before it writes
// its declaration.
type usage struct {
	owner ast.Node
	// assigned says that it gets a new value after its declaration.
	assigned bool
	// captured says that a function literal within its function mentions it.
	captured bool
	// addressed says that its address is taken.
	addressed bool
}

// cell reports whether the variable must live by itself, behind a pointer.
func (u *usage) cell() bool { return u != nil && (u.addressed || u.captured && u.assigned) }

// analyze collects how the variables of a function are used.
func (f *fn) analyze(root ast.Node) {
	info := f.site.info
	uses := f.body.usage
	stack := []ast.Node{root}
	get := func(o types.Object) *usage {
		u := uses[o]
		if u == nil {
			u = &usage{owner: stack[len(stack)-1]}
			uses[o] = u
		}
		return u
	}
	rootVar := func(x ast.Expr) *usage {
		if o := f.rootVariable(x); o != nil {
			return get(o)
		}
		return nil
	}
	assign := func(x ast.Expr) {
		if x == nil {
			return
		}
		if u := rootVar(x); u != nil {
			u.assigned = true
		}
	}
	address := func(x ast.Expr) {
		if u := rootVar(x); u != nil {
			u.addressed = true
		}
	}
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				if m == n {
					return true
				}
				stack = append(stack, m)
				walk(m)
				stack = stack[:len(stack)-1]
				return false
			case *ast.RangeStmt:
				if m.Tok == token.ASSIGN {
					assign(m.Key)
					assign(m.Value)
				}
				if m.X != nil && f.rangesFunc(m) {
					walk(m.X)
					stack = append(stack, m)
					for _, x := range []ast.Expr{m.Key, m.Value} {
						if x != nil {
							walk(x)
						}
					}
					walk(m.Body)
					stack = stack[:len(stack)-1]
					return false
				}
			case *ast.BranchStmt:
				if m.Tok == token.GOTO {
					f.body.gotos[m.Label.Name] = true
				}
			case *ast.AssignStmt:
				for _, x := range m.Lhs {
					if id, ok := x.(*ast.Ident); ok && m.Tok == token.DEFINE && info.Defs[id] != nil {
						continue
					}
					assign(x)
				}
			case *ast.IncDecStmt:
				assign(m.X)
			case *ast.UnaryExpr:
				if m.Op == token.AND {
					address(m.X)
				}
			case *ast.SliceExpr:
				if t := f.typeOf(m.X); t != nil {
					if _, ok := t.Underlying().(*types.Array); ok {
						address(m.X)
					}
				}
			case *ast.SelectorExpr:
				if f.addressesReceiver(m) {
					address(m.X)
				}
			case *ast.Ident:
				if o, ok := info.Defs[m].(*types.Var); ok {
					get(o)
				}
				if o, ok := info.Uses[m].(*types.Var); ok && !o.IsField() {
					if u := get(o); u.owner != stack[len(stack)-1] {
						u.captured = true
					}
				}
			case *ast.CaseClause:
				if o := info.Implicits[m]; o != nil {
					get(o)
				}
			}
			return true
		})
	}
	walk(root)
}

// rangesFunc reports whether a loop goes over a function.
func (f *fn) rangesFunc(n *ast.RangeStmt) bool {
	t := f.typeOf(n.X)
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// rootVariable is the local variable whose memory an expression is part of.
func (f *fn) rootVariable(x ast.Expr) types.Object {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		o, ok := f.site.info.ObjectOf(x).(*types.Var)
		if !ok || o.IsField() {
			return nil
		}
		return o
	case *ast.SelectorExpr:
		if s := f.site.info.Selections[x]; s == nil || s.Kind() != types.FieldVal {
			return nil
		}
		t := f.typeOf(x.X)
		if _, ok := t.Underlying().(*types.Pointer); ok {
			return nil
		}
		return f.rootVariable(x.X)
	case *ast.IndexExpr:
		t := f.typeOf(x.X)
		if t == nil {
			return nil
		}
		if _, ok := t.Underlying().(*types.Array); !ok {
			return nil
		}
		return f.rootVariable(x.X)
	}
	return nil
}

// addressesReceiver reports whether x.M takes the address of x.
func (f *fn) addressesReceiver(n *ast.SelectorExpr) bool {
	s := f.site.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal {
		return false
	}
	t := f.typeOf(n.X)
	if isInterface(t) {
		return false
	}
	if _, ok := t.Underlying().(*types.Pointer); ok {
		return false
	}
	o, _, _ := types.LookupFieldOrMethod(t, true, f.packageOf(s.Obj()), n.Sel.Name)
	m, ok := o.(*types.Func)
	if !ok || m.Signature().Recv() == nil {
		return false
	}
	_, ok = m.Signature().Recv().Type().Underlying().(*types.Pointer)
	return ok
}

// defers reports whether a function body defers calls itself; a loop over a
// function belongs to it, a function literal does not.
func defers(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// With is the recovery of a program that goes on with a chunk.
func (r Recovery) With(ch *Chunk) Recovery {
	for _, d := range ch.File.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d != ch.Statements && d.Body != nil {
			r.Declares = r.Declares || recovers(ch.Info, d.Body)
		}
	}
	for _, o := range ch.Info.Uses {
		if b, ok := o.(*types.Builtin); ok && b.Name() == "recover" {
			r.Calls = true
		}
	}
	return r
}

// recovers reports whether a function body calls recover itself.
func recovers(info *types.Info, body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.Ident:
			if b, ok := info.Uses[n].(*types.Builtin); ok && b.Name() == "recover" {
				found = true
			}
		}
		return !found
	})
	return found
}

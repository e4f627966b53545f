package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

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

// accesses finds what a piece of code does with variables.
type accesses struct {
	c    *checker
	ch   *chunk
	root ast.Node
	// locals are the mentions of the code's own variables, each with the nodes
	// that lead to it; seen are those that are being looked at.
	locals map[types.Object][][]ast.Node
	seen   map[types.Object]bool
}

// of goes up from the identifier at the end of a stack of nodes to where the
// value that is taken out of the variable goes.
func (a *accesses) of(stack []ast.Node) access {
	c, info := a.c, a.ch.info
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
			if p.Sel == x { // a name of a package
				x = p
				continue
			}
			call := parent(stack, i)
			if call != nil && c.returns(info, p, t) {
				x = call
				i--
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
			switch u := t.Underlying().(type) {
			case *types.Array:
				return shares
			case *types.Pointer, *types.Slice:
				x, through = p, true
				continue
			default:
				return consumed(u)
			}
		case *ast.AssignStmt:
			if slices.Contains(p.Lhs, x) {
				if through {
					return shares
				}
				return writes
			}
			if copied(t) || a.ch.value && c.inspected(t) {
				return reads
			}
			if at := slices.Index(p.Rhs, x); at >= 0 && len(p.Lhs) == len(p.Rhs) {
				return a.local(p.Lhs[at])
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
			return a.ranged(p, t)
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
			if p.X == a.ch.shownIn() && c.inspected(t) {
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
			if f := called(info, p); f != nil && returnsArguments(f) && !copied(t) && c.inspected(t) {
				x = p
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

// ranged is the access of a loop over a value of a type.
func (a *accesses) ranged(p *ast.RangeStmt, t types.Type) access {
	if copied(t) {
		return reads
	}
	var key, value types.Type
	switch t := t.Underlying().(type) {
	case *types.Slice:
		value = t.Elem()
	case *types.Map:
		key, value = t.Key(), t.Elem()
	default:
		return shares
	}
	if p.Key != nil && key != nil && !copied(key) && a.local(p.Key) == shares ||
		p.Value != nil && !copied(value) && a.local(p.Value) == shares {
		return shares
	}
	return reads
}

// local is what code does with what one of its own variables, to which it is
// assigned, refers to.
func (a *accesses) local(x ast.Expr) access {
	id, ok := x.(*ast.Ident)
	if !ok {
		return shares
	}
	if id.Name == "_" {
		return reads
	}
	o, ok := a.ch.info.ObjectOf(id).(*types.Var)
	if !ok || !a.c.isLocal(o) {
		return shares
	}
	return a.variable(o)
}

// isLocal reports whether a variable is neither one of the notebook's nor of
// another package.
func (c *checker) isLocal(o *types.Var) bool {
	return !o.IsField() && o.Pkg() == c.pkg && c.alias[o] == nil && c.variables[o] == ""
}

// variable is what code does with what one of its own variables refers to.
func (a *accesses) variable(o *types.Var) access {
	if a.locals == nil {
		a.locals, a.seen = map[types.Object][][]ast.Node{}, map[types.Object]bool{}
		walkStack(a.root, func(id *ast.Ident, stack []ast.Node) {
			if v, ok := a.ch.info.ObjectOf(id).(*types.Var); ok && a.c.isLocal(v) {
				a.locals[v] = append(a.locals[v], slices.Clone(stack))
			}
		})
	}
	if a.seen[o] {
		return reads
	}
	a.seen[o] = true
	for _, stack := range a.locals[o] {
		if stack[len(stack)-1].Pos() == o.Pos() {
			continue
		}
		later := slices.ContainsFunc(stack, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncLit)
			return ok && (o.Pos() < f.Pos() || f.End() <= o.Pos())
		})
		if later || a.of(stack) == shares {
			return shares
		}
	}
	return reads
}

// parameters are what a function that the notebook declares does with what its
// parameters refer to.
func (a *accesses) parameters(f *types.Func) []access {
	var all []access
	for v := range f.Signature().Params().Variables() {
		how := reads
		if !copied(v.Type()) && v.Name() != "_" && v.Name() != "" {
			how = a.variable(v)
		}
		all = append(all, how)
	}
	return all
}

// walkStack calls f for each identifier below root with the nodes that lead to
// it, itself the last.
func walkStack(root ast.Node, f func(id *ast.Ident, stack []ast.Node)) {
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok {
			f(id, stack)
		}
		return true
	})
}

// parent is the call of the selector at a place in the stack, nil if it is not
// called.
func parent(stack []ast.Node, i int) *ast.CallExpr {
	if i == 0 {
		return nil
	}
	if call, ok := stack[i-1].(*ast.CallExpr); ok && call.Fun == stack[i] {
		return call
	}
	return nil
}

// called is the function or method that a call names, nil if it names none.
func called(info *types.Info, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		f, _ := info.Uses[fun].(*types.Func)
		return f
	case *ast.SelectorExpr:
		f, _ := info.Uses[fun.Sel].(*types.Func)
		return f
	}
	return nil
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
	if copied(t) && !pointerReceiver(m) || looks(m) && c.inspected(t) {
		return reads
	}
	return shares
}

// returns reports whether a selected method returns parts of its receiver and
// does nothing else with it.
func (c *checker) returns(info *types.Info, p *ast.SelectorExpr, t types.Type) bool {
	s := info.Selections[p]
	if s == nil {
		return false
	}
	m, ok := s.Obj().(*types.Func)
	return ok && m.Pkg() != nil && m.Pkg().Path() == mlkit+"view" && !pointerReceiver(m) && c.inspected(t)
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
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if b, ok := info.Uses[id].(*types.Builtin); ok {
			switch b.Name() {
			case "len", "cap":
				return reads
			case "append", "copy":
				s, ok := t.Underlying().(*types.Slice)
				if ok && copied(s.Elem()) && len(call.Args) > 1 && call.Args[0] != x && (call.Ellipsis.IsValid() || b.Name() == "copy") {
					return reads
				}
			}
			return shares
		}
	}
	f := called(info, call)
	switch {
	case f == nil || f.Pkg() == nil:
		return shares
	case f.Pkg() != c.pkg:
		if inspects(f) && c.inspectedValue(info, x) {
			return reads
		}
		return shares
	}
	at := slices.Index(call.Args, x)
	if given := c.parameters[f.Origin()]; 0 <= at && at < len(given) && !(f.Signature().Variadic() && at >= len(given)-1) {
		return given[at]
	}
	return shares
}

package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// functionLoop is a loop over a function while its body is written as the
// literal that the function is called with. What leaves the body says where to
// in a variable, and ends the literal with false.
type functionLoop struct {
	stmt  *ast.RangeStmt
	label string
	outer *fn
	// jump is where to go when the call has returned: 0 nowhere.
	jump *variable
	// state is 1 while the body runs, 2 when the loop has ended; Go panics if
	// the function goes on all the same.
	state *variable
	// targets are what the numbers from 1 on in jump stand for.
	targets []func()
	keys    []string
	results []*variable
}

// rangeFunc writes a loop over a function.
func (f *fn) rangeFunc(s *ast.RangeStmt, label string, sig *types.Signature) {
	yield := sig.Params().At(0).Type().Underlying().(*types.Signature)
	seq := f.keep(f.expr(s.X), f.typeOf(s.X))
	loop := &functionLoop{stmt: s, label: label, outer: f}
	loop.jump = &variable{name: f.l.fresh("jump"), typ: types.Typ[types.Int], cell: true, owner: f}
	f.introduce(loop.jump, "")
	state := &variable{name: f.l.fresh("state"), typ: types.Typ[types.Int], cell: true, owner: f}
	f.introduce(state, "")
	loop.state = state
	for _, t := range f.results {
		v := &variable{name: f.l.fresh("result"), typ: t, cell: true, owner: f}
		f.introduce(v, "")
		loop.results = append(loop.results, v)
	}
	g := f.l.newFunc(f.site, f.env, f)
	g.results, g.loop, g.title = f.results, loop, f.title
	g.caller = f.caller
	var params []string
	var names []string
	for v := range yield.Params().Variables() {
		name := f.l.fresh("p")
		names = append(names, name)
		params = append(params, name+" "+f.typ(v.Type()))
	}
	g.emit("%s.Yield(%s)", rt, g.pointer(state))
	for i, x := range []ast.Expr{s.Key, s.Value} {
		if i < len(names) {
			g.element(s, x, names[i], yield.Params().At(i).Type())
		}
	}
	g.block(s.Body.List)
	g.emit("*%s = 0", g.pointer(state))
	g.emit("return true")
	text := g.w.String()
	call := f.factory(g, f.l.signature(f.site, yield, nil), "("+strings.Join(params, ", ")+") bool "+g.opening()+text+"}")
	f.emit("%s(%s)", seq, call)
	f.emit("%s.Yielded(%s)", rt, state.name)
	f.line = 0
	for i, target := range loop.targets {
		f.emit("if *%s == %d {", loop.jump.name, i+1)
		target()
		f.emit("}")
	}
}

func (f *fn) pointer(v *variable) string {
	f.capture(v)
	return v.name
}

// leave ends the body's literal; the outer function does then what target
// writes. Targets with the same key are one.
func (l *functionLoop) leave(f *fn, key string, target func()) {
	n := 0
	for i, k := range l.keys {
		if k == key {
			n = i + 1
		}
	}
	if n == 0 {
		l.keys = append(l.keys, key)
		l.targets = append(l.targets, target)
		n = len(l.keys)
	}
	f.emit("*%s = %d", f.pointer(l.jump), n)
	f.emit("*%s = 2", f.pointer(l.state))
	f.emit("return false")
}

// returns writes a return in the loop's body.
func (l *functionLoop) returns(f *fn, values []string) {
	var temps []string
	for i, v := range values {
		temps = append(temps, f.keep(v, l.results[i].typ))
	}
	for i, v := range temps {
		f.emit("%s = %s", target(f.use(l.results[i])), v)
	}
	bare := len(values) == 0
	key := fmt.Sprintf("return %v", bare)
	l.leave(f, key, func() {
		o := l.outer
		var again []string
		if !bare {
			for _, v := range l.results {
				again = append(again, "*"+v.name)
			}
		}
		switch {
		case o.loop != nil:
			o.loop.returns(o, again)
		case o.indirect:
			if !bare {
				o.setResults(again)
			}
			o.emit("return")
		case bare && len(o.out) > 0:
			for _, v := range o.out {
				again = append(again, o.use(v))
			}
			o.emit("return %s", strings.Join(again, ", "))
		default:
			o.emit("return %s", strings.Join(again, ", "))
		}
	})
}

// leaves writes a branch that leaves the loop's body, and reports whether s is
// one.
func (l *functionLoop) leaves(f *fn, s *ast.BranchStmt) bool {
	if s.Tok == token.FALLTHROUGH {
		return false
	}
	if s.Label == nil {
		if within(l.stmt.Body, s, s.Tok) {
			return false
		}
		l.end(f, s.Tok)
		return true
	}
	name := labelName(s.Label)
	if name == l.label {
		l.end(f, s.Tok)
		return true
	}
	if definesLabel(l.stmt.Body, s.Label.Name) {
		return false
	}
	l.leave(f, s.Tok.String()+" "+name, func() {
		o := l.outer
		if o.loop != nil && o.loop.leaves(o, s) {
			return
		}
		o.emit("%s %s", s.Tok, name)
	})
	return true
}

// end writes what break and continue of the loop itself become.
func (l *functionLoop) end(f *fn, tok token.Token) {
	if tok == token.CONTINUE {
		f.emit("*%s = 0", f.pointer(l.state))
		f.emit("return true")
		return
	}
	f.emit("*%s = 2", f.pointer(l.state))
	f.emit("return false")
}

// within reports whether a break or continue belongs to a statement inside
// the body.
func within(body ast.Node, s *ast.BranchStmt, tok token.Token) bool {
	found := false
	var walk func(n ast.Node, inner bool)
	walk = func(n ast.Node, inner bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n {
				return true
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				walk(m, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(m, inner || tok == token.BREAK)
				return false
			case *ast.BranchStmt:
				if m == s && inner {
					found = true
				}
			}
			return true
		})
	}
	walk(body, false)
	return found
}

func definesLabel(body ast.Node, name string) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok && l.Label.Name == name {
			found = true
		}
		return !found
	})
	return found
}

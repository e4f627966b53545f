package cell

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// The interpreter holds a lock on a function's variables while it runs the
// calls that the function deferred, so a deferred closure that calls a local
// function waits for ever; calls deferred in a loop see the last iteration's
// variables; deferred builtins are lost; and a panic in a deferred call drops
// the calls that remain. So cells do not use its defer: a function that defers
// keeps a list of its own, support.Defers, and its body becomes a closure that
// compiled code runs. Results are given names, as the closure sets them.

// deferring is a function of the chunk that has defer statements of its own.
type deferring struct {
	typ  *ast.FuncType
	body *ast.BlockStmt
	// list is the variable of the deferred calls, results are those of the
	// function's results.
	list    string
	results []string
}

// findDefers finds the functions that defer, and gives their results names.
// It runs before names are replaced.
func (l *lowering) findDefers() {
	l.deferred = map[*ast.FuncLit]string{}
	add := func(typ *ast.FuncType, body *ast.BlockStmt) {
		if body == nil {
			return
		}
		var calls []*ast.DeferStmt
		own(body, func(n ast.Node) {
			if d, ok := n.(*ast.DeferStmt); ok {
				calls = append(calls, d)
			}
		})
		if len(calls) == 0 {
			return
		}
		l.c.units++
		f := &deferring{typ: typ, body: body, list: fmt.Sprintf("defers%s%d", dot, l.c.units)}
		l.deferrers = append(l.deferrers, f)
		for _, d := range calls {
			if lit, ok := ast.Unparen(d.Call.Fun).(*ast.FuncLit); ok {
				l.deferred[lit] = f.list
			}
		}
		if typ.Results == nil {
			return
		}
		for _, field := range typ.Results.List {
			if len(field.Names) == 0 {
				f.results = append(f.results, l.resultName())
			}
			for _, id := range field.Names {
				name := l.resultName()
				f.results = append(f.results, name)
				if o := l.ch.info.Defs[id]; o != nil && id.Name != "_" {
					l.c.emitted[o] = name
				}
			}
		}
	}
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(n.Type, n.Body)
		case *ast.FuncLit:
			add(n.Type, n.Body)
		}
		return true
	})
}

func (l *lowering) resultName() string {
	l.c.units++
	return fmt.Sprintf("result%s%d", dot, l.c.units)
}

// own visits what stands in a function's body but not in functions within it.
func own(body *ast.BlockStmt, visit func(ast.Node)) {
	ast.Inspect(body, func(n ast.Node) bool {
		if n != nil {
			visit(n)
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
}

// defers lowers the functions found, and every call of recover.
func (l *lowering) defers() {
	l.recovers()
	for _, f := range l.deferrers {
		if l.leavesIterator(f.body) {
			continue
		}
		l.nameResults(f)
		own(f.body, func(n ast.Node) {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				l.deferredReturn(n, f)
			case *ast.DeferStmt:
				l.deferCall(n, f.list)
			}
		})
		l.insert(f.body.Lbrace+1, fmt.Sprintf(" %s.WithDefers(func(%s *%s.Defers) {", supportName, f.list, supportName))
		end := "; })"
		if len(f.results) > 0 {
			end += "; return " + strings.Join(f.results, ", ")
		}
		l.insert(f.body.Rbrace, end+" ")
	}
}

// leavesIterator refuses a function that defers and also returns from within
// a loop over a function: both would make the return another's.
func (l *lowering) leavesIterator(body *ast.BlockStmt) bool {
	found := false
	own(body, func(n ast.Node) {
		loop, ok := n.(*ast.RangeStmt)
		if !ok {
			return
		}
		if t := l.ch.info.TypeOf(loop.X); t == nil || !isFunction(t) {
			return
		}
		own(loop.Body, func(n ast.Node) {
			switch n.(type) {
			case *ast.ReturnStmt, *ast.DeferStmt:
				if !found {
					l.refuse(n, "the interpreter cannot run return or defer in a loop over a function, in a function that defers", "put the loop into a function of its own")
				}
				found = true
			}
		})
	})
	return found
}

func isFunction(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// nameResults writes the names of the results that have none.
func (l *lowering) nameResults(f *deferring) {
	if f.typ.Results == nil {
		return
	}
	i := 0
	for _, field := range f.typ.Results.List {
		for _, id := range field.Names {
			if id.Name == "_" {
				l.replace(id.Pos(), id.End(), f.results[i])
			}
			i++
		}
		if len(field.Names) == 0 {
			if f.typ.Results.Opening.IsValid() {
				l.insert(field.Type.Pos(), f.results[i]+" ")
			} else {
				l.insert(field.Type.Pos(), "("+f.results[i]+" ")
				l.insert(field.Type.End(), ")")
			}
			i++
		}
	}
}

// deferredReturn sets the results and leaves the closure.
func (l *lowering) deferredReturn(n *ast.ReturnStmt, f *deferring) {
	if len(n.Results) == 0 {
		return
	}
	before, after := "{ "+strings.Join(f.results, ", ")+" = ", "; return }"
	if len(n.Results) > 1 {
		// All values are computed before the first result is set.
		var typs []string
		for _, field := range f.typ.Results.List {
			for range max(1, len(field.Names)) {
				typs = append(typs, l.loweredText(field.Type))
			}
		}
		before += "func() (" + strings.Join(typs, ", ") + ") { return "
		after = " }()" + after
	}
	l.replace(n.Pos(), n.Results[0].Pos(), before)
	l.insert(n.End(), after)
}

// deferCall puts a call on the list. What is called and its arguments are
// evaluated now, as arguments of a function made for it.
func (l *lowering) deferCall(n *ast.DeferStmt, list string) {
	call := n.Call
	refuse := func(why any) {
		l.refuse(n, fmt.Sprintf("the interpreter cannot run this defer: %v", why), "defer a function literal without arguments")
	}
	if lit, ok := call.Fun.(*ast.FuncLit); ok && len(call.Args) == 0 && lit.Type.Results == nil {
		l.c.units++
		f := fmt.Sprintf("defer%s%d", dot, l.c.units)
		// Through a function of the interpreter's: see keepClosures.
		fmt.Fprintf(&l.decls, "func %s(d *%s.Defers, f func()) { d.Add(f) }\n", f, supportName)
		l.replace(n.Pos(), lit.Pos(), f+"("+list+", ")
		l.replace(lit.End(), n.End(), ")")
		return
	}
	params := []string{"d *" + supportName + ".Defers"}
	head := list + ", "
	callee, builtin, err := l.deferredFunction(call, &params, &head)
	if err != nil {
		refuse(err)
		return
	}
	if builtin == "recover" {
		l.replace(n.Pos(), n.End(), "_ = 0")
		return
	}
	var args []string
	add := func(t types.Type, variadic bool) error {
		prefix, suffix := "", ""
		if variadic {
			t, prefix, suffix = t.(*types.Slice).Elem(), "...", "..."
		}
		text, err := l.spell(types.Default(t))
		name := fmt.Sprintf("a%d", len(args))
		params = append(params, name+" "+prefix+text)
		args = append(args, name+suffix)
		return err
	}
	if builtin != "" {
		for _, a := range call.Args {
			t := l.ch.info.TypeOf(a)
			if builtin == "panic" {
				t = types.Universe.Lookup("any").Type()
			}
			if err = add(t, false); err != nil {
				break
			}
		}
	} else {
		sig := l.ch.info.TypeOf(call.Fun).Underlying().(*types.Signature)
		if len(call.Args) == 1 && sig.Params().Len() > 1 && len(params) > 1 {
			if t, ok := l.ch.info.TypeOf(call.Args[0]).(*types.Tuple); ok && t.Len() > 1 {
				err = fmt.Errorf("its arguments are the results of one call")
			}
		}
		for i := 0; i < sig.Params().Len() && err == nil; i++ {
			err = add(sig.Params().At(i).Type(), sig.Variadic() && i == sig.Params().Len()-1)
		}
	}
	if err != nil {
		refuse(err)
		return
	}
	l.c.units++
	f := fmt.Sprintf("defer%s%d", dot, l.c.units)
	fmt.Fprintf(&l.decls, "func %s(%s) { d.Add(func() { %s(%s) }) }\n", f, strings.Join(params, ", "), callee, strings.Join(args, ", "))
	l.replace(n.Pos(), call.Lparen+1, f+"("+head)
}

// deferredFunction gives what a deferred call calls, as the function made for
// it refers to it, with a parameter for what must be evaluated now.
func (l *lowering) deferredFunction(call *ast.CallExpr, params *[]string, head *string) (callee, builtin string, err error) {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.Ident:
		switch o := l.ch.info.Uses[x].(type) {
		case *types.Func:
			return l.loweredText(fun), "", nil
		case *types.Builtin:
			switch name := o.Name(); name {
			case "print", "println":
				return supportName + "." + strings.ToUpper(name[:1]) + name[1:], name, nil
			case "clear", "append", "cap", "len", "make", "new", "min", "max", "complex", "real", "imag":
				return "", "", fmt.Errorf("%s cannot be deferred here", name)
			default:
				return name, name, nil
			}
		}
	case *ast.SelectorExpr:
		s := l.ch.info.Selections[x]
		if s == nil {
			if _, ok := l.ch.info.Uses[x.Sel].(*types.Func); ok {
				return l.loweredText(fun), "", nil
			}
			break
		}
		if s.Kind() != types.MethodVal {
			break
		}
		typ, prefix := l.receiver(x, s)
		text, err := l.spell(typ)
		if err != nil {
			return "", "", err
		}
		*params = append(*params, "r "+text)
		*head += prefix + "(" + l.loweredText(x.X) + "), "
		return "r." + x.Sel.Name, "", nil
	}
	text, err := l.spell(l.ch.info.TypeOf(fun))
	if err != nil {
		return "", "", err
	}
	*params = append(*params, "f "+text)
	*head += l.loweredText(fun) + ", "
	return "f", "", nil
}

// recovers binds each call of recover to the list of deferred calls that runs
// it: of the function that defers the literal it stands in, or, in a declared
// function, of the one that is running then.
func (l *lowering) recovers() {
	var stack []ast.Node
	l.inspect(func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		b, ok := l.ch.info.Uses[id].(*types.Builtin)
		if !ok || b.Name() != "recover" {
			return true
		}
		to := supportName + ".Recover"
		for i := len(stack) - 1; i >= 0; i-- {
			if lit, ok := stack[i].(*ast.FuncLit); ok {
				if list, ok := l.deferred[lit]; ok {
					to = list + ".Recover"
				}
				break
			}
		}
		l.replace(id.Pos(), id.End(), to)
		return true
	})
}

package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// functionLoop is a range over a function while it is lowered. Its body
// becomes the function literal that the sequence is called with; what jumps
// out of it says where to in a variable, and ends the literal with false.
type functionLoop struct {
	stmt *ast.RangeStmt
	// done and jump are variables: that the loop has ended, and where to go then.
	done, jump string
	// targets are the statements behind the loop that do what jump says.
	targets []string
	// results are the variables that hold what a return gives. The outermost
	// loop of a function has them, with their declarations.
	results, declared []string
	label             *ast.LabeledStmt
}

// rangeFunctions spells out ranges over functions.
func (l *lowering) rangeFunctions() {
	loops := map[ast.Node]*functionLoop{}
	var order []*functionLoop
	var stack []ast.Node
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		switch n := n.(type) {
		case *ast.RangeStmt:
			if _, ok := l.ch.info.TypeOf(n.X).Underlying().(*types.Signature); ok {
				l.c.units++
				f := &functionLoop{stmt: n, done: fmt.Sprintf("done%s%d", dot, l.c.units), jump: fmt.Sprintf("jump%s%d", dot, l.c.units)}
				if len(stack) > 0 {
					f.label, _ = stack[len(stack)-1].(*ast.LabeledStmt)
				}
				loops[n] = f
				order = append(order, f)
			}
		case *ast.ReturnStmt:
			l.returnFromLoops(n, stack, loops)
		case *ast.BranchStmt:
			l.branchFromLoops(n, stack, loops)
		}
		stack = append(stack, n)
		return true
	})
	for _, f := range order {
		l.rangeFunction(f)
	}
}

// rangeFunction writes what stands around a loop's body.
func (l *lowering) rangeFunction(f *functionLoop) {
	n := f.stmt
	yield := l.ch.info.TypeOf(n.X).Underlying().(*types.Signature).Params().At(0).Type().Underlying().(*types.Signature)
	var params []string
	set := ""
	for i := range yield.Params().Len() {
		typ, err := l.spellHere(yield.Params().At(i).Type())
		if err != nil {
			l.refuse(n.X, fmt.Sprintf("this range cannot be interpreted: %v", err), "")
			return
		}
		x := []ast.Expr{n.Key, n.Value}[i]
		id, isIdent := x.(*ast.Ident)
		l.c.units++
		name := fmt.Sprintf("v%s%d", dot, l.c.units)
		switch {
		case x == nil || isIdent && id.Name == "_":
		case n.Tok == token.DEFINE:
			name = id.Name
		default:
			set += fmt.Sprintf("%s = %s; ", l.keyText(x), name)
		}
		params = append(params, name+" "+typ)
	}
	if f.label != nil {
		l.erase(f.label.Pos(), f.label.Colon+1)
	}
	l.c.units++
	seq := fmt.Sprintf("seq%s%d", dot, l.c.units)
	head := fmt.Sprintf("{ var %s bool; ", f.done)
	if len(f.targets) > 0 {
		head += fmt.Sprintf("var %s int; ", f.jump)
	}
	l.replace(n.For, n.X.Pos(), head+strings.Join(f.declared, "")+seq+" := ")
	const again = "range function continued iteration after function for loop body returned false"
	l.replace(n.X.End(), n.Body.Lbrace+1, fmt.Sprintf("; %s(func(%s) bool { if %s { panic(%q) }; %s", seq, strings.Join(params, ", "), f.done, again, set))
	l.insert(n.Body.Rbrace, "; return true ")
	tail := fmt.Sprintf("); %s = true; ", f.done)
	for i, t := range f.targets {
		tail += fmt.Sprintf("if %s == %d { %s }; ", f.jump, i+1, t)
	}
	l.insert(n.Body.Rbrace+1, tail+"}")
}

// spellHere writes a type as the code that is being lowered refers to it, and
// not only as package level would: types of the function have names there.
func (l *lowering) spellHere(t types.Type) (string, error) {
	l.here = true
	defer func() { l.here = false }()
	return l.spell(t)
}

// leave writes the statements that jump out of loops, the innermost first, and
// then do what the last one says.
func leave(crossed []*functionLoop, last string) string {
	for i := len(crossed) - 1; i >= 0; i-- {
		f := crossed[i]
		f.targets = append(f.targets, last)
		last = fmt.Sprintf("%s = true; %s = %d; return false", f.done, f.jump, len(f.targets))
	}
	return last
}

// enclosing lists the loops over functions that are left on the way out of the
// stack's innermost node until the end of the function or of what until says.
func enclosing(stack []ast.Node, loops map[ast.Node]*functionLoop, until func(ast.Node) bool) (crossed []*functionLoop, at ast.Node) {
	for _, n := range slices.Backward(stack) {
		switch n.(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return crossed, n
		}
		if until(n) {
			return crossed, n
		}
		if f := loops[n]; f != nil {
			crossed = append(crossed, f)
		}
	}
	return crossed, nil
}

func (l *lowering) returnFromLoops(n *ast.ReturnStmt, stack []ast.Node, loops map[ast.Node]*functionLoop) {
	crossed, at := enclosing(stack, loops, func(ast.Node) bool { return false })
	if len(crossed) == 0 {
		return
	}
	var sig *types.Signature
	bare := "return"
	switch f := at.(type) {
	case *ast.FuncLit:
		bare += " " + l.results[f.Type]
		sig, _ = l.ch.info.TypeOf(f).(*types.Signature)
	case *ast.FuncDecl:
		bare += " " + l.results[f.Type]
		if o := l.ch.info.Defs[f.Name]; o != nil {
			sig, _ = o.Type().(*types.Signature)
		}
	}
	if sig == nil || len(n.Results) == 0 {
		l.replace(n.Pos(), n.End(), "{ "+leave(crossed, bare)+" }")
		return
	}
	outer := crossed[len(crossed)-1]
	if outer.results == nil {
		for r := range sig.Results().Variables() {
			typ, err := l.spellHere(r.Type())
			if err != nil {
				l.refuse(n, fmt.Sprintf("the interpreter cannot return from this loop: %v", err), "set a variable, break, and return behind the loop")
				return
			}
			l.c.units++
			name := fmt.Sprintf("r%s%d", dot, l.c.units)
			outer.results = append(outer.results, name)
			outer.declared = append(outer.declared, fmt.Sprintf("var %s %s; ", name, typ))
		}
	}
	// One call that gives all results, or one assignment for each: the
	// interpreter makes only part of a mixed one.
	at0 := n.Pos()
	if len(n.Results) == 1 {
		l.replace(at0, n.Results[0].Pos(), "{ "+strings.Join(outer.results, ", ")+" = ")
	} else {
		for i, x := range n.Results {
			prefix := "; "
			if i == 0 {
				prefix = "{ "
			}
			l.replace(at0, x.Pos(), prefix+outer.results[i]+" = ")
			at0 = x.End()
		}
	}
	l.insert(n.End(), "; "+leave(crossed, "return "+strings.Join(outer.results, ", "))+" }")
}

func (l *lowering) branchFromLoops(n *ast.BranchStmt, stack []ast.Node, loops map[ast.Node]*functionLoop) {
	switch n.Tok {
	case token.FALLTHROUGH:
		return
	case token.GOTO:
		crossed, _ := enclosing(stack, loops, func(ast.Node) bool { return false })
		if len(crossed) > 0 {
			l.refuse(n, "the interpreter cannot run goto in a loop over a function", "use break or continue with a label")
		}
		return
	}
	target := func(x ast.Node) bool {
		switch x.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return true
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return n.Tok == token.BREAK
		}
		return false
	}
	if n.Label != nil {
		target = labelled(stack, n.Label.Name)
	}
	crossed, at := enclosing(stack, loops, target)
	last := l.ch.code[l.ch.source(n.Pos()):l.ch.source(n.End())]
	f := loops[at]
	switch {
	case f == nil && len(crossed) == 0:
		return
	case f != nil && n.Tok == token.CONTINUE:
		last = "return true"
	case f != nil:
		last = f.done + " = true; return false"
	}
	l.replace(n.Pos(), n.End(), "{ "+leave(crossed, last)+" }")
}

// labelled tells the statement that has a label.
func labelled(stack []ast.Node, label string) func(ast.Node) bool {
	var stmt ast.Stmt
	for _, n := range slices.Backward(stack) {
		if s, ok := n.(*ast.LabeledStmt); ok && s.Label.Name == label {
			stmt = s.Stmt
			break
		}
	}
	return func(n ast.Node) bool { return stmt != nil && n == ast.Node(stmt) }
}

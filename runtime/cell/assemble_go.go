package cell

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// goroutines has goroutines belong to the cell that starts them.
func (a *assembler) goroutines() {
	ast.Inspect(a.ch.file, func(n ast.Node) bool {
		if g, ok := n.(*ast.GoStmt); ok {
			a.goroutine(g)
		}
		return true
	})
}

func (a *assembler) goroutine(g *ast.GoStmt) {
	fun := ast.Unparen(g.Call.Fun)
	if _, ok := a.ch.info.TypeOf(fun).(*types.Signature); !ok || a.ch.info.Types[fun].IsBuiltin() {
		return
	}
	arguments, ok := a.implied(fun)
	if !ok {
		return // it belongs to no cell; the Go runtime reports its panic
	}
	line, _ := a.ch.position(g.Pos())
	a.around(fun, fmt.Sprintf("%s.Go(%d, ", supportName, line), arguments+")")
}

// implied writes the type arguments of a function that its call leaves out. It
// reports false where they cannot be written.
func (a *assembler) implied(fun ast.Expr) (string, bool) {
	given := 0
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun, given = f.X, 1
	case *ast.IndexListExpr:
		fun, given = f.X, len(f.Indices)
	}
	if s, ok := fun.(*ast.SelectorExpr); ok {
		fun = s.Sel
	}
	id, ok := fun.(*ast.Ident)
	if !ok {
		return "", true
	}
	instance := a.ch.info.Instances[id].TypeArgs
	if instance.Len() == 0 || instance.Len() == given {
		return "", true
	}
	if given > 0 {
		return "", false
	}
	var list []string
	for t := range instance.Types() {
		text, err := a.spell(t)
		if err != nil {
			return "", false
		}
		list = append(list, text)
	}
	return "[" + strings.Join(list, ", ") + "]", true
}

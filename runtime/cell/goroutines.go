package cell

import (
	"go/ast"
	"go/types"

	"viva/runtime/record"
)

// goroutines warns of code that starts goroutines: the interpreter can mix up
// the variables of several that run at once. Measured on yaegi 0.16.1, one in a
// few hundred that start in a loop sees another's. Nothing in the text tells
// which, so the reader is told that it may happen.
func (c *checker) goroutines(ch *chunk) {
	warned := false
	warn := func(n ast.Node) {
		if warned {
			return
		}
		warned = true
		line, column := ch.position(n.Pos())
		c.diagnostics = append(c.diagnostics, record.Diagnostic{
			Severity: "warning", File: c.nb.Path, Line: line, Column: column, Cell: ch.cell,
			Message: "the interpreter can mix up the variables of goroutines: results may differ from run to run",
			Hint:    "mlkit's functions use all processors by themselves; call them one after the other",
		})
	}
	ast.Inspect(ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			warn(n)
		case *ast.SelectorExpr:
			o, ok := ch.info.Uses[n.Sel].(*types.Func)
			if ok && o.Pkg() != nil && (o.FullName() == "(*sync.WaitGroup).Go" || o.FullName() == "time.AfterFunc") {
				warn(n.Sel)
			}
		}
		return true
	})
}

package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// oneOfSeveral joins the conditions of a clause of a switch without a value:
// the interpreter looks at parts of them only.
func (l *lowering) oneOfSeveral(n *ast.SwitchStmt) {
	if n.Tag != nil && !types.IsInterface(l.ch.info.TypeOf(n.Tag)) {
		return
	}
	for _, clause := range n.Body.List {
		list := clause.(*ast.CaseClause).List
		if len(list) < 2 {
			continue
		}
		for i, x := range list {
			l.insert(x.Pos(), "(")
			l.insert(x.End(), ")")
			if i > 0 {
				from, to := l.ch.source(list[i-1].End()), l.ch.source(x.Pos())
				l.replace(list[i-1].End(), x.Pos(), " || "+strings.Repeat("\n", strings.Count(l.ch.code[from:to], "\n")))
			}
		}
	}
}

// multipleInto spells out `m[k], ok = x.(T)` and other assignments of one
// expression's several values to more than variables, which the interpreter
// does not make: the values go into variables first.
func (l *lowering) multipleInto(n *ast.AssignStmt, single bool) {
	if len(n.Rhs) != 1 || len(n.Lhs) < 2 || n.Tok != token.ASSIGN {
		return
	}
	simple := true
	for _, x := range n.Lhs {
		_, ok := ast.Unparen(x).(*ast.Ident)
		simple = simple && ok
	}
	if simple {
		return
	}
	if single {
		l.refuse(n, "the interpreter cannot run an assignment of several values in this place", "put it before the statement")
		return
	}
	var temps, sets []string
	for _, x := range n.Lhs {
		if id, ok := x.(*ast.Ident); ok && id.Name == "_" {
			temps = append(temps, "_")
			continue
		}
		l.c.units++
		temp := fmt.Sprintf("t%s%d", dot, l.c.units)
		temps = append(temps, temp)
		sets = append(sets, l.loweredText(x)+" = "+temp)
	}
	l.replace(n.Pos(), n.TokPos+1, "{ "+strings.Join(temps, ", ")+" :=")
	l.insert(n.End(), "; "+strings.Join(sets, "; ")+" }")
}

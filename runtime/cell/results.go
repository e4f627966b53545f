package cell

import (
	"fmt"
	"go/ast"
	"strings"
)

// namedResults makes a function's named results variables of its body. The
// interpreter lets a result share the variable that the call is assigned to: it
// begins with that variable's old value, and what the function does to it is
// seen before it returns. It runs after findDefers.
func (l *lowering) namedResults() {
	l.results = map[*ast.FuncType]string{}
	deferring := map[*ast.FuncType]bool{}
	for _, f := range l.deferrers {
		deferring[f.typ] = true
	}
	convert := func(typ *ast.FuncType, body *ast.BlockStmt) {
		if body == nil || typ.Results == nil {
			return
		}
		var names []string
		declared := ""
		for _, f := range typ.Results.List {
			for _, id := range f.Names {
				o := l.ch.info.Defs[id]
				if o == nil || deferring[typ] && id.Name == "_" {
					continue
				}
				text, err := l.spellHere(o.Type())
				if err != nil {
					l.refuse(id, fmt.Sprintf("the interpreter cannot name this result: %v", err), "leave out its name")
					return
				}
				name := l.resultName()
				l.replace(id.Pos(), id.End(), name)
				if emitted, ok := l.c.emitted[o]; ok {
					name = emitted
				} else if id.Name != "_" {
					name = id.Name
				} else {
					name = l.resultName()
				}
				declared += fmt.Sprintf(" var %s %s;", name, text)
				names = append(names, name)
			}
		}
		if declared == "" {
			return
		}
		l.insert(body.Lbrace+1, declared)
		if !deferring[typ] {
			l.results[typ] = strings.Join(names, ", ")
		}
	}
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			convert(n.Type, n.Body)
		case *ast.FuncLit:
			convert(n.Type, n.Body)
		}
		return true
	})
}

// bareReturns writes out the results of a return without any. It runs after
// rangeFunctions, which does so for those that leave a loop over a function.
func (l *lowering) bareReturns() {
	bare := func(typ *ast.FuncType, body *ast.BlockStmt) {
		if l.results[typ] == "" || body == nil {
			return
		}
		own(body, func(n ast.Node) {
			if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 0 {
				l.replace(r.Pos(), r.End(), "return "+l.results[typ])
			}
		})
	}
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			bare(n.Type, n.Body)
		case *ast.FuncLit:
			bare(n.Type, n.Body)
		}
		return true
	})
}

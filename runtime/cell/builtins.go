package cell

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
)

// builtins gives each call of min, max and clear a function of its own: the
// interpreter has none of them.
func (l *lowering) builtins() {
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		if !ok {
			return true
		}
		b, ok := l.ch.info.Uses[id].(*types.Builtin)
		if !ok {
			return true
		}
		switch b.Name() {
		case "min", "max":
			l.extreme(call, id, b.Name())
		case "clear":
			l.clear(call, id)
		}
		return true
	})
}

func (l *lowering) refuse(n ast.Node, message, hint string) {
	line, column := l.ch.position(n.Pos())
	l.c.report(l.ch.cell, line, column, message, hint)
}

// extreme lowers min and max. For floating-point numbers they are math.Min
// and math.Max, which treat the signed zeros alike; but where one number is NaN
// and another infinite, math has infinity and Go NaN.
func (l *lowering) extreme(call *ast.CallExpr, id *ast.Ident, name string) {
	tv := l.ch.info.Types[call]
	typ, err := l.spell(types.Default(tv.Type))
	if err != nil {
		l.refuse(call, fmt.Sprintf("%s cannot be interpreted here: %v", name, err), "compare with if")
		return
	}
	if tv.Value != nil {
		l.replace(call.Pos(), call.End(), typ+"("+literal(tv.Value)+")")
		return
	}
	l.c.units++
	f := fmt.Sprintf("%s%s%d", name, dot, l.c.units)
	op := map[string]string{"min": "<", "max": ">"}[name]
	basic := tv.Type.Underlying().(*types.Basic)
	choose := fmt.Sprintf("if v %s best { best = v }", op)
	if basic.Info()&types.IsFloat != 0 {
		choose = fmt.Sprintf("if best != best { return best }; if v != v { return v }; best = %s(%s.%s(float64(best), float64(v)))", typ, l.packageName("math"), strings.ToUpper(name[:1])+name[1:])
	}
	fmt.Fprintf(&l.decls, "func %s(best %s, others ...%s) %s { for _, v := range others { %s }; return best }\n", f, typ, typ, typ, choose)
	l.replace(id.Pos(), id.End(), f)
}

// literal writes a constant so that the interpreter reads all of it.
func literal(v constant.Value) string {
	switch v.Kind() {
	case constant.String:
		return strconv.Quote(constant.StringVal(v))
	case constant.Float:
		f, _ := constant.Float64Val(v)
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return v.ExactString()
}

func (l *lowering) clear(call *ast.CallExpr, id *ast.Ident) {
	t := l.ch.info.TypeOf(call.Args[0])
	typ, err := l.spell(t)
	if err != nil {
		l.refuse(call, fmt.Sprintf("clear cannot be interpreted here: %v", err), "")
		return
	}
	l.c.units++
	f := fmt.Sprintf("clear%s%d", dot, l.c.units)
	switch u := t.Underlying().(type) {
	case *types.Map:
		// Deleting key by key would leave those that are NaN.
		fmt.Fprintf(&l.decls, "func %s(m %s) { %s.ValueOf(m).Clear() }\n", f, typ, l.packageName("reflect"))
	case *types.Slice:
		elem, err := l.spell(u.Elem())
		if err != nil {
			l.refuse(call, fmt.Sprintf("clear cannot be interpreted here: %v", err), "")
			return
		}
		fmt.Fprintf(&l.decls, "func %s(s %s) { var zero %s; for i := range s { s[i] = zero } }\n", f, typ, elem)
	}
	l.replace(id.Pos(), id.End(), f)
}

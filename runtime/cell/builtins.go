package cell

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"
	"strings"
)

// builtins gives each call of min, max and clear a function of its own, and
// refuses generic functions of other packages: the interpreter has neither.
func (l *lowering) builtins() {
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			if !ok {
				return true
			}
			b, ok := l.ch.info.Uses[id].(*types.Builtin)
			if !ok {
				return true
			}
			switch b.Name() {
			case "min", "max":
				l.extreme(n, id, b.Name())
			case "clear":
				l.clear(n, id)
			}
		case *ast.SelectorExpr:
			l.foreignGeneric(n)
		}
		return true
	})
}

func (l *lowering) refuse(n ast.Node, message, hint string) {
	line, column := l.ch.position(n.Pos())
	l.c.report(l.ch.cell, line, column, message, hint)
}

// extreme lowers min and max. For floating-point numbers they are math.Min
// and math.Max, which treat NaN and the signed zeros alike.
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
		choose = fmt.Sprintf("best = %s(%s.%s(float64(best), float64(v)))", typ, l.packageName("math"), strings.ToUpper(name[:1])+name[1:])
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
		fmt.Fprintf(&l.decls, "func %s(m %s) { for k := range m { delete(m, k) } }\n", f, typ)
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

// instead names what to use in place of the generic functions met most.
var instead = map[string]string{
	"slices.Sort": "use sort.Strings, sort.Ints or sort.Float64s", "slices.SortFunc": "use sort.Slice",
	"slices.SortStableFunc": "use sort.SliceStable", "slices.Sorted": "collect the keys in a loop and sort them",
}

// foreignGeneric refuses a generic function of a compiled package: there is
// no instance of it in the binary that the interpreter could call.
func (l *lowering) foreignGeneric(s *ast.SelectorExpr) {
	o, ok := l.ch.info.Uses[s.Sel].(*types.Func)
	if !ok || o.Pkg() == nil || o.Pkg().Path() == "main" || o.Signature().TypeParams().Len() == 0 {
		return
	}
	name := o.Pkg().Name() + "." + o.Name()
	hint := instead[name]
	if hint == "" {
		hint = "write the loop out"
	}
	l.refuse(s, fmt.Sprintf("%s is generic, and the interpreter has no instance of it", name), hint)
}

package cell

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"strconv"
	"strings"
)

// constants writes each constant expression as its value. The interpreter
// computes constants as variables, in 64 bits, and loses their types.
func (l *lowering) constants() {
	l.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			if n.Tok == token.IMPORT {
				return false
			}
			if n.Tok == token.CONST {
				return !l.dropConstants(n)
			}
		case *ast.BasicLit:
			return false
		case ast.Expr:
			return !l.constant(n)
		}
		return true
	})
}

// dropConstants erases a const declaration, whose constants are written as
// values wherever they are used. It reports whether it could.
func (l *lowering) dropConstants(d *ast.GenDecl) bool {
	for _, s := range d.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			if id.Name == "_" {
				continue
			}
			o, ok := l.ch.info.Defs[id].(*types.Const)
			if !ok || o.Val().Kind() == constant.Unknown {
				return false
			}
			if _, ok := l.constantText(o.Type(), o.Val()); !ok && !isUntyped(o.Type()) {
				return false
			}
			if o.Val().Kind() == constant.Complex {
				return false
			}
		}
	}
	l.erase(d.Pos(), d.End())
	return true
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// constant replaces an expression if it is constant, and reports whether it
// did.
func (l *lowering) constant(x ast.Expr) bool {
	tv, ok := l.ch.info.Types[x]
	if !ok || tv.Value == nil || !tv.IsValue() {
		return false
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		if o := l.ch.info.Uses[x]; o != nil && o.Parent() == types.Universe && x.Name != "iota" {
			return true
		}
	case *ast.UnaryExpr:
		if lit, ok := x.X.(*ast.BasicLit); ok && x.Op == token.SUB && lit.Kind == token.INT {
			if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
				return true
			}
		}
	}
	text, ok := l.constantText(tv.Type, tv.Value)
	if !ok {
		return false
	}
	if n := strings.Count(l.ch.code[l.ch.source(x.Pos()):l.ch.source(x.End())], "\n"); n > 0 {
		text = "(" + strings.Repeat("\n", n) + text + ")"
	}
	l.replace(x.Pos(), x.End(), text)
	return true
}

// constantText writes a value so that it has the type.
func (l *lowering) constantText(t types.Type, v constant.Value) (string, bool) {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		return "", false
	}
	text := ""
	switch info := basic.Info(); {
	case info&types.IsBoolean != 0:
		text = strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		text = strconv.Quote(constant.StringVal(v))
	case info&types.IsInteger != 0:
		i := constant.ToInt(v)
		if i.Kind() != constant.Int || constant.BitLen(i) > 64 {
			return "", false
		}
		text = i.ExactString()
	case info&types.IsFloat != 0:
		bits := 64
		f, _ := constant.Float64Val(v)
		if basic.Kind() == types.Float32 {
			f32, _ := constant.Float32Val(v)
			f, bits = float64(f32), 32
		}
		if math.IsInf(f, 0) {
			return "", false
		}
		text = strconv.FormatFloat(f, 'g', -1, bits)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
	default:
		return "", false
	}
	switch t {
	case types.Typ[types.UntypedRune]:
		return "rune(" + text + ")", true
	case types.Typ[types.Int], types.Typ[types.String], types.Typ[types.Bool], types.Typ[types.Float64],
		types.Typ[types.UntypedInt], types.Typ[types.UntypedFloat], types.Typ[types.UntypedString], types.Typ[types.UntypedBool]:
		if strings.HasPrefix(text, "-") {
			text = "(" + text + ")"
		}
		return text, true
	}
	name, err := l.spell(t)
	if err != nil {
		named, ok := t.(*types.Named)
		if !ok || named.Obj().Pkg() != l.c.pkg || named.TypeArgs().Len() > 0 {
			return "", false
		}
		name = named.Obj().Name() // declared in the function, and in scope here
	}
	return fmt.Sprintf("%s(%s)", name, text), true
}

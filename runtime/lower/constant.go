package lower

import (
	"go/ast"
	"go/constant"
	"go/types"
	"math"
	"strconv"
	"strings"
)

// constant writes a constant as a literal of type t. The interpreter computes
// constants as variables, in 64 bits, and loses their types.
func (f *fn) constant(x ast.Expr, t types.Type, v constant.Value) string {
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		f.refuse(x, "a constant of type %s cannot be interpreted", t)
	}
	if f.l.compiled(t) {
		return f.typ(t) + "(" + f.constant(x, basic, v) + ")"
	}
	text := ""
	switch info := basic.Info(); {
	case info&types.IsBoolean != 0:
		return strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		return strconv.Quote(constant.StringVal(v))
	case info&types.IsInteger != 0:
		i := constant.ToInt(v)
		if i.Kind() != constant.Int {
			f.refuse(x, "the constant %s is no whole number", v)
		}
		text = i.ExactString()
	case info&types.IsFloat != 0:
		text = floatText(v, basic.Kind() == types.Float32)
	case info&types.IsComplex != 0:
		part, bits := "float64", basic.Kind() == types.Complex64
		if bits {
			part = "float32"
		}
		c := constant.ToComplex(v)
		return basic.Name() + "(complex(" + part + "(" + floatText(constant.Real(c), bits) + "), " + part + "(" + floatText(constant.Imag(c), bits) + ")))"
	default:
		f.refuse(x, "a constant of type %s cannot be interpreted", t)
	}
	switch basic.Kind() {
	case types.Int, types.Float64:
		if strings.HasPrefix(text, "-") {
			text = "(" + text + ")"
		}
		return text
	}
	return basic.Name() + "(" + text + ")"
}

func floatText(v constant.Value, single bool) string {
	n, bits := 0.0, 64
	if single {
		f32, _ := constant.Float32Val(v)
		n, bits = float64(f32), 32
	} else {
		n, _ = constant.Float64Val(v)
	}
	if math.IsInf(n, 0) {
		n = math.Copysign(math.MaxFloat64, n)
	}
	text := strconv.FormatFloat(n, 'g', -1, bits)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

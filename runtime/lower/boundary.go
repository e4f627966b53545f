package lower

import (
	"fmt"
	"go/types"
	"strings"
)

// converts reports whether values of a type have another form in compiled
// code than in lowered code: those of interface types do, other than the empty
// one, and of what holds them.
func (l *Lowerer) converts(t types.Type) bool {
	switch t := t.(type) {
	case *types.Alias:
		return l.converts(types.Unalias(t))
	case *types.Named:
		if isInterface(t) {
			return t.Underlying().(*types.Interface).NumMethods() > 0
		}
		if l.compiled(t) {
			return false
		}
		if t.TypeArgs().Len() > 0 && t.Obj().Pkg() != l.pkg {
			if _, ok := t.Underlying().(*types.Signature); ok {
				return l.converts(t.Underlying()) // iter.Seq
			}
		}
		return false
	case *types.Interface:
		return t.NumMethods() > 0
	case *types.Slice:
		return l.converts(t.Elem())
	case *types.Array:
		return l.converts(t.Elem())
	case *types.Map:
		return l.converts(t.Key()) || l.converts(t.Elem())
	case *types.Pointer:
		return l.converts(t.Elem())
	case *types.Chan:
		return l.converts(t.Elem())
	case *types.Signature:
		if t.Variadic() {
			return true
		}
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if l.converts(v.Type()) {
					return true
				}
			}
		}
	}
	return false
}

// native writes a type as compiled code has it.
func (l *Lowerer) native(st *site, t types.Type) string {
	if !l.converts(t) {
		return l.typ(st, t)
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil {
			return t.Obj().Name()
		}
		if isInterface(t) && !t.Obj().Exported() || t.Obj().Pkg() == l.pkg {
			st.refuse(nil, "the type %s cannot be passed to compiled code", t)
		}
		if _, ok := t.Underlying().(*types.Signature); ok {
			return l.native(st, t.Underlying())
		}
		return l.packageName(t.Obj().Pkg().Path()) + "." + t.Obj().Name()
	case *types.Slice:
		return "[]" + l.native(st, t.Elem())
	case *types.Map:
		return "map[" + l.native(st, t.Key()) + "]" + l.native(st, t.Elem())
	case *types.Signature:
		var params, results []string
		for i, p := range tupleTypes(t.Params()) {
			if t.Variadic() && i == t.Params().Len()-1 {
				params = append(params, "..."+l.native(st, p.Underlying().(*types.Slice).Elem()))
				continue
			}
			params = append(params, l.native(st, p))
		}
		for _, r := range tupleTypes(t.Results()) {
			results = append(results, l.native(st, r))
		}
		text := "func(" + strings.Join(params, ", ") + ")"
		switch len(results) {
		case 0:
			return text
		case 1:
			return text + " " + results[0]
		}
		return text + " (" + strings.Join(results, ", ") + ")"
	}
	st.refuse(nil, "a value of type %s cannot be passed between cells and compiled code", t)
	return ""
}

// out makes a value of lowered code one that compiled code can use.
func (l *Lowerer) out(st *site, text string, t types.Type) string {
	if !l.converts(t) || text == "nil" {
		return text
	}
	name := l.helper("out "+l.key(t), "out", func(name string) string {
		native := l.native(st, t)
		switch u := t.Underlying().(type) {
		case *types.Interface:
			path := "error"
			if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil {
				path = n.Obj().Pkg().Path() + "." + n.Obj().Name()
			} else if !ok {
				st.refuse(nil, "a value of type %s cannot be passed to compiled code", t)
			}
			return fmt.Sprintf("func %s(x interface{}) %s { if x == nil { return nil }; return %s.Out(x, %q).(%s) }\n", name, native, rt, path, native)
		case *types.Slice:
			return fmt.Sprintf("func %s(x %s) %s { if x == nil { return nil }; y := make(%s, len(x)); for i, v := range x { y[i] = %s }; return y }\n",
				name, l.typ(st, t), native, native, l.out(st, "v", u.Elem()))
		case *types.Map:
			return fmt.Sprintf("func %s(x %s) %s { if x == nil { return nil }; y := %s{}; for k, v := range x { y[%s] = %s }; return y }\n",
				name, l.typ(st, t), native, native, l.out(st, "k", u.Key()), l.out(st, "v", u.Elem()))
		case *types.Signature:
			return l.outFunc(st, name, native, u)
		}
		st.refuse(nil, "a value of type %s cannot be passed to compiled code", t)
		return ""
	})
	return name + "(" + text + ")"
}

func (l *Lowerer) outFunc(st *site, name, native string, sig *types.Signature) string {
	var params, args []string
	for i, t := range tupleTypes(sig.Params()) {
		a := fmt.Sprintf("a%d", i)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, a+" ..."+l.native(st, t.Underlying().(*types.Slice).Elem()))
		} else {
			params = append(params, a+" "+l.native(st, t))
		}
		args = append(args, l.in(st, a, t))
	}
	results := resultText(native, sig)
	call := "f(" + strings.Join(args, ", ") + ")"
	body := call
	switch list := tupleTypes(sig.Results()); len(list) {
	case 0:
	case 1:
		body = "return " + l.out(st, call, list[0])
	default:
		var names, values []string
		for i, t := range list {
			n := fmt.Sprintf("r%d", i)
			names, values = append(names, n), append(values, l.out(st, n, t))
		}
		body = strings.Join(names, ", ") + " := " + call + "; return " + strings.Join(values, ", ")
	}
	return fmt.Sprintf("func %s(f %s) %s { if f == nil { return nil }; return func(%s) %s { %s } }\n",
		name, l.typ(st, sig), native, strings.Join(params, ", "), results, body)
}

// resultText cuts the results out of the text of a function type.
func resultText(native string, sig *types.Signature) string {
	if sig.Results().Len() == 0 {
		return ""
	}
	depth := 0
	for i := len("func"); i < len(native); i++ {
		switch native[i] {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return strings.TrimSpace(native[i+1:])
			}
		}
	}
	return ""
}

// in makes a value that compiled code gives one of lowered code.
func (l *Lowerer) in(st *site, text string, t types.Type) string {
	if !l.converts(t) {
		return text
	}
	if isInterface(t) {
		return rt + ".In(" + text + ")"
	}
	name := l.helper("in "+l.key(t), "in", func(name string) string {
		native := l.native(st, t)
		own := l.typ(st, t)
		switch u := t.Underlying().(type) {
		case *types.Slice:
			return fmt.Sprintf("func %s(x %s) %s { if x == nil { return nil }; y := make(%s, len(x)); for i, v := range x { y[i] = %s }; return y }\n",
				name, native, own, own, l.in(st, "v", u.Elem()))
		case *types.Map:
			return fmt.Sprintf("func %s(x %s) %s { if x == nil { return nil }; y := %s{}; for k, v := range x { y[%s] = %s }; return y }\n",
				name, native, own, own, l.in(st, "k", u.Key()), l.in(st, "v", u.Elem()))
		case *types.Signature:
			params, results, names := l.forwarding(st, u)
			call := l.callCompiled(st, "f", u, names)
			return fmt.Sprintf("func %s(f %s) %s { if f == nil { return nil }; return func(%s) %s {\n%s} }\n",
				name, native, own, strings.Join(params, ", "), results, l.returning(st, call))
		}
		st.refuse(nil, "a value of type %s cannot be used in cells", t)
		return ""
	})
	return name + "(" + text + ")"
}

// compiledFunction is a compiled function as a value of lowered code.
func (l *Lowerer) compiledFunction(st *site, text string, sig *types.Signature) string {
	if !l.converts(sig) {
		return text
	}
	return l.helper("function "+text, "function", func(name string) string {
		params, results, names := l.forwarding(st, sig)
		return fmt.Sprintf("func %s(%s) %s {\n%s}\n", name, strings.Join(params, ", "), results, l.returning(st, l.callCompiled(st, text, sig, names)))
	})
}

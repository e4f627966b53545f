package lower

import (
	"fmt"
	"go/ast"
	"go/types"
)

// assignable makes a value of type have one of type want, to which Go would
// convert it without being asked.
func (l *Lowerer) assignable(st *site, text string, have, want types.Type) string {
	if isInterface(want) {
		if isInterface(have) {
			return text
		}
		return l.box(st, text, have)
	}
	if types.Identical(have, want) {
		return text
	}
	switch {
	case l.compiled(want) && !l.compiled(have) && l.converts(want.Underlying()):
		return l.typ(st, want) + "(" + l.out(st, text, want.Underlying()) + ")"
	case l.compiled(have) && !l.compiled(want) && l.converts(have.Underlying()):
		return l.in(st, text, have.Underlying())
	}
	h, w := l.typ(st, have), l.typ(st, want)
	if h == w {
		return text
	}
	return "(" + w + ")(" + text + ")"
}

// convert writes a conversion to type t.
func (f *fn) convert(x ast.Expr, t types.Type) string {
	tv := f.site.info.Types[x]
	if tv.IsNil() {
		return f.l.zeroNil(f.site, t)
	}
	have := f.typeOf(x)
	if isInterface(t) {
		return f.value(x, t)
	}
	target := f.typ(t)
	if tv.Value != nil {
		if isUntyped(have) {
			if b, ok := t.Underlying().(*types.Basic); ok {
				h := have.(*types.Basic)
				if b.Info()&types.IsString == 0 || h.Info()&types.IsString != 0 {
					return f.constant(x, t, tv.Value)
				}
			}
			have = types.Default(have)
		}
	}
	text := f.value(x, have)
	to, toBasic := t.Underlying().(*types.Basic)
	from, fromBasic := have.Underlying().(*types.Basic)
	switch {
	case toBasic && to.Info()&types.IsString != 0 && fromBasic && from.Info()&types.IsInteger != 0:
		return fmt.Sprintf("%s.RuneString(int64(%s))", rt, text)
	case toBasic && fromBasic:
		if f.typ(have) == target {
			return text
		}
		return target + "(" + text + ")"
	}
	if s, ok := have.Underlying().(*types.Slice); ok {
		switch a := t.Underlying().(type) {
		case *types.Array:
			return f.l.sliceToArray(f, s, a, target) + "(" + text + ")"
		case *types.Pointer:
			f.refuse(x, "a conversion of a slice to a pointer to an array cannot be interpreted")
		}
	}
	if toBasic || fromBasic { // strings and slices of bytes or runes
		return target + "(" + text + ")"
	}
	return f.l.assignable(f.site, text, have, t)
}

func (l *Lowerer) sliceToArray(f *fn, s *types.Slice, a *types.Array, target string) string {
	from := f.typ(s)
	return l.helper("array "+target+" "+from, "array", func(name string) string {
		return fmt.Sprintf("func %s(s %s) %s {\n%s.ArrayLength(len(s), %d)\nvar a %s\nfor i := 0; i < %d; i++ { a[i] = s[i] }\nreturn a\n}\n",
			name, from, target, rt, a.Len(), target, a.Len())
	})
}

// box makes a value of a type that is none of the interface types one of the
// interface types.
func (l *Lowerer) box(st *site, text string, t types.Type) string {
	if b, ok := t.(*types.Basic); ok && b.Kind() == types.UntypedNil {
		return "nil"
	}
	t = types.Default(t)
	if l.transparent(t) {
		l.typ(st, t)
		return text
	}
	id := l.boxedType(st, t)
	if w := l.wrapper(st, t); w != "" {
		text = w + "{F: " + text + "}"
	}
	// A literal would give a variable declared with it the type of the box.
	return fmt.Sprintf("%s.NewBox(%s, %s)", rt, id, text)
}

// empty reports whether t is a struct without fields, whose values the
// interpreter cannot take out of an interface{}.
func empty(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	return ok && s.NumFields() == 0
}

// wrapper is the struct in which a function stands in a box, "" for what is
// no function: the interpreter cannot ask an interface{} for a function.
func (l *Lowerer) wrapper(st *site, t types.Type) string {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || l.compiled(t) {
		return ""
	}
	return l.helper("wrapper "+l.typ(st, sig), "Func", func(name string) string {
		return fmt.Sprintf("type %s struct { F %s }\n", name, l.typ(st, sig))
	})
}

// boxedType is the name of the variable that holds the description of t.
func (l *Lowerer) boxedType(st *site, t types.Type) string {
	key := l.key(t)
	if v, ok := l.boxed[key]; ok {
		return v
	}
	id := l.spec(st, t)
	v := l.fresh("type")
	l.boxed[key] = v
	l.top(fmt.Sprintf("var %s = %s.TypeOf(%d)\n", v, rt, id))
	return v
}

// unboxed takes the value of a box out of it.
func (l *Lowerer) unboxed(st *site, box string, t types.Type) string {
	if empty(t) {
		return "(*new(" + l.typ(st, t) + "))"
	}
	if w := l.wrapper(st, t); w != "" {
		return box + ".V.(" + w + ").F"
	}
	return box + ".V.(" + l.typ(st, t) + ")"
}

// is asks whether an interface value has dynamic type t, or implements it.
func (l *Lowerer) is(st *site, text string, t types.Type) string {
	if isInterface(t) {
		if t.Underlying().(*types.Interface).NumMethods() == 0 {
			return "(" + text + " != nil)"
		}
		return fmt.Sprintf("%s.Implements(%s, %s)", rt, text, l.boxedType(st, t))
	}
	name := l.helper("is "+l.key(t), "is", func(name string) string {
		if l.transparent(t) {
			return fmt.Sprintf("func %s(x interface{}) bool { _, ok := x.(%s); return ok }\n", name, l.typ(st, t))
		}
		return fmt.Sprintf("func %s(x interface{}) bool { b, ok := x.(%s.Box); return ok && b.T == %s }\n", name, rt, l.boxedType(st, t))
	})
	return name + "(" + text + ")"
}

// as is the value of an interface value that is known to be a t.
func (l *Lowerer) as(st *site, text string, t types.Type) string {
	if isInterface(t) {
		return text
	}
	name := l.helper("as "+l.key(t), "as", func(name string) string {
		typ := l.typ(st, t)
		if l.transparent(t) {
			if empty(t) {
				return fmt.Sprintf("func %s(x interface{}) %s { return *new(%s) }\n", name, typ, typ)
			}
			return fmt.Sprintf("func %s(x interface{}) %s { return x.(%s) }\n", name, typ, typ)
		}
		return fmt.Sprintf("func %s(x interface{}) %s { b := x.(%s.Box); _ = b; return %s }\n", name, typ, rt, l.unboxed(st, "b", t))
	})
	return name + "(" + text + ")"
}

// mustAs is a type assertion that panics.
func (l *Lowerer) mustAs(st *site, text string, t, static types.Type) string {
	name := l.helper("mustas "+l.key(t)+" "+l.key(static), "assert", func(name string) string {
		result := "x"
		if !isInterface(t) {
			result = l.as(st, "x", t)
		}
		return fmt.Sprintf("func %s(x interface{}) %s { if !%s { %s.AssertFailed(x, %s, %s) }; return %s }\n",
			name, l.typ(st, t), l.is(st, "x", t), rt, l.boxedType(st, t), l.boxedType(st, static), result)
	})
	return name + "(" + text + ")"
}

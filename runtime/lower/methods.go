package lower

import (
	"fmt"
	"go/types"
	"reflect"
	"strings"

	"viva/runtime/dynamic"
)

// table holds the functions of one method name and signature, by the number
// of the receiver's type.
type table struct{ name string }

// spec describes a type for the kernel, once, and returns its number.
func (l *Lowerer) spec(st *site, t types.Type) int {
	t = types.Unalias(t)
	key := l.key(t)
	if id, ok := l.specs[key]; ok {
		return id
	}
	id := len(l.specs) + 1
	l.specs[key] = id
	s := dynamic.Spec{ID: id, Name: l.name(t), Key: key}
	_, s.Named = t.(*types.Named)
	if l.compiled(t) && !isInterface(t) {
		s.Native = true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		s.Kind = basicKinds[types.Default(u).(*types.Basic).Kind()]
	case *types.Pointer:
		s.Kind = reflect.Pointer
	case *types.Slice:
		s.Kind = reflect.Slice
	case *types.Array:
		s.Kind, s.Len = reflect.Array, int(u.Len())
	case *types.Map:
		s.Kind = reflect.Map
	case *types.Chan:
		s.Kind = reflect.Chan
		s.Dir = map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}[u.Dir()]
	case *types.Signature:
		s.Kind, s.Variadic = reflect.Func, u.Variadic()
	case *types.Struct:
		s.Kind = reflect.Struct
	case *types.Interface:
		s.Kind = reflect.Interface
		for m := range u.Methods() {
			s.Methods = append(s.Methods, dynamic.Method{Name: m.Name(), Sig: l.methodSig(m, l.subst(m.Signature(), nil).(*types.Signature))})
		}
	}
	if !s.Native {
		l.specParts(st, t, &s)
		if !isInterface(t) {
			l.specMethods(st, t, &s)
		}
	}
	l.types = append(l.types, s)
	if n, ok := t.(*types.Named); ok && !s.Native && !isInterface(t) && n.NumMethods() > 0 {
		l.spec(st, types.NewPointer(t)) // whose methods serve values with an address
	}
	return id
}

var basicKinds = map[types.BasicKind]reflect.Kind{
	types.Bool: reflect.Bool, types.Int: reflect.Int, types.Int8: reflect.Int8, types.Int16: reflect.Int16, types.Int32: reflect.Int32,
	types.Int64: reflect.Int64, types.Uint: reflect.Uint, types.Uint8: reflect.Uint8, types.Uint16: reflect.Uint16, types.Uint32: reflect.Uint32,
	types.Uint64: reflect.Uint64, types.Uintptr: reflect.Uintptr, types.Float32: reflect.Float32, types.Float64: reflect.Float64,
	types.Complex64: reflect.Complex64, types.Complex128: reflect.Complex128, types.String: reflect.String, types.UnsafePointer: reflect.UnsafePointer,
}

func (l *Lowerer) specParts(st *site, t types.Type, s *dynamic.Spec) {
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		s.Elem = l.spec(st, u.Elem())
	case *types.Slice:
		s.Elem = l.spec(st, u.Elem())
	case *types.Array:
		s.Elem = l.spec(st, u.Elem())
	case *types.Chan:
		s.Elem = l.spec(st, u.Elem())
	case *types.Map:
		s.MapKey, s.Elem = l.spec(st, u.Key()), l.spec(st, u.Elem())
	case *types.Signature:
		for v := range u.Params().Variables() {
			s.Params = append(s.Params, l.spec(st, v.Type()))
		}
		for v := range u.Results().Variables() {
			s.Results = append(s.Results, l.spec(st, v.Type()))
		}
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			s.Fields = append(s.Fields, dynamic.Field{Name: f.Name(), Tag: u.Tag(i), Type: l.spec(st, f.Type()), Embedded: f.Embedded(), Exported: f.Exported()})
		}
	}
}

// methodSig identifies a method's signature; an unexported name belongs to its
// package.
func (l *Lowerer) methodSig(m *types.Func, sig *types.Signature) string {
	text := "func" + l.signatureName(sig, true)
	if !m.Exported() && m.Pkg() != nil {
		text = m.Pkg().Path() + " " + text
	}
	return text
}

// specMethods enters the methods of a type, declared and promoted, into the
// tables.
func (l *Lowerer) specMethods(st *site, t types.Type, s *dynamic.Spec) {
	set := types.NewMethodSet(t)
	for sel := range set.Methods() {
		m := sel.Obj().(*types.Func)
		if !m.Exported() && m.Pkg() != nil && m.Pkg() != l.pkg && l.sites[m.Origin()] == nil {
			continue // of a compiled type, and nobody here can name it
		}
		sig := l.subst(sel.Type(), nil).(*types.Signature)
		text := l.methodSig(m, sig)
		s.Methods = append(s.Methods, dynamic.Method{Name: m.Name(), Sig: text})
		id := s.ID
		l.queue = append(l.queue, func() { l.entry(st, id, t, sel, sig, text) })
	}
}

// entry writes the function of a method table for one type.
func (l *Lowerer) entry(st *site, id int, t types.Type, sel *types.Selection, sig *types.Signature, text string) {
	m := sel.Obj().(*types.Func)
	tab := l.table(st, m.Name(), text, sig)
	f := l.newFunc(st, nil, nil)
	params, results, names := l.forwarding(st, sig)
	r := l.receiverOf(f, nil, "x", t, m)
	call := l.callMethod(st, r, sig, names)
	name := l.fresh("entry")
	value := "v.(" + l.typ(st, t) + ")"
	if w := l.wrapper(st, t); w != "" {
		value = "v.(" + w + ").F"
	} else if empty(t) {
		value = "*new(" + l.typ(st, t) + ")"
	}
	if p, ok := t.(*types.Pointer); ok && len(sel.Index()) == 1 && strings.HasPrefix(r.text, "(*") {
		value += fmt.Sprintf("\nif x == nil { %s.NilReceiver(%q, %q) }", rt, l.name(p.Elem()), m.Name())
	}
	l.top(fmt.Sprintf("func %s(%s) %s {\nx := %s\n%s}\n", name, strings.Join(append([]string{"v interface{}"}, params...), ", "), results, value, l.returning(st, call)))
	fmt.Fprintf(&l.inits, "%s[%d] = %s\n", tab, id, name)
}

// table declares a method table and returns its name.
func (l *Lowerer) table(st *site, name, text string, sig *types.Signature) string {
	key := name + " " + text
	if t := l.tables[key]; t != nil {
		return t.name
	}
	t := &table{name: l.fresh("methods")}
	l.tables[key] = t
	params, results, _ := l.forwarding(st, sig)
	for i, p := range params {
		_, params[i], _ = strings.Cut(p, " ")
	}
	typ := fmt.Sprintf("func(%s) %s", strings.Join(append([]string{"interface{}"}, params...), ", "), results)
	l.top(fmt.Sprintf("var %s = map[int]%s{}\n", t.name, typ))
	fmt.Fprintf(&l.inits, "%s.Methods(%q, %q, %s)\n", rt, name, text, t.name)
	return t.name
}

// dispatch is the function that calls a method of an interface value.
func (l *Lowerer) dispatch(st *site, t types.Type, m *types.Func) string {
	sig := l.subst(m.Signature(), nil).(*types.Signature)
	if n, ok := types.Unalias(t).(*types.Named); ok && n.TypeArgs().Len() > 0 || ok && l.locals != nil {
		if o, _, _ := types.LookupFieldOrMethod(t, false, m.Pkg(), m.Name()); o != nil {
			sig = l.subst(o.(*types.Func).Signature(), nil).(*types.Signature)
		}
	}
	text := l.methodSig(m, sig)
	asserts := ""
	if n, ok := types.Unalias(t).(*types.Named); ok && (l.compiled(n) || n.Obj().Pkg() == nil) {
		asserts = "error"
		if n.Obj().Pkg() != nil {
			asserts = l.packageName(n.Obj().Pkg().Path()) + "." + n.Obj().Name()
		}
	}
	return l.helper("call "+m.Name()+" "+text+" "+asserts, "call"+Dot+m.Name(), func(name string) string {
		tab := l.table(st, m.Name(), text, sig)
		params, results, names := l.forwarding(st, sig)
		ret := ""
		if sig.Results().Len() > 0 {
			ret = "return "
		}
		var b strings.Builder
		fmt.Fprintf(&b, "func %s(%s) %s {\n", name, strings.Join(append([]string{"x interface{}"}, params...), ", "), results)
		fmt.Fprintf(&b, "if b, ok := x.(%s.Box); ok {\n%s%s[b.T.Number](%s)\n", rt, ret, tab, strings.Join(append([]string{"b.V"}, names...), ", "))
		if ret == "" {
			b.WriteString("return\n")
		}
		b.WriteString("}\n")
		if asserts != "" {
			fmt.Fprintf(&b, "if x == nil { %s.NotNil(x) }\n", rt)
			b.WriteString(l.returning(st, l.callCompiled(st, "x.("+asserts+")."+m.Name(), sig, names)))
		} else {
			list := "nil"
			if len(names) > 0 {
				var boxed []string
				for i, n := range names {
					t := sig.Params().At(i).Type()
					if !isInterface(t) && l.wrapper(st, t) != "" {
						n = l.wrapper(st, t) + "{" + n + "}"
					}
					boxed = append(boxed, n)
				}
				list = "[]interface{}{" + strings.Join(boxed, ", ") + "}"
			}
			fmt.Fprintf(&b, "r := %s.Call(x, %q, %q, %s)\n", rt, m.Name(), text, list)
			var values []string
			for i := range sig.Results().Len() {
				v := fmt.Sprintf("r[%d]", i)
				if t := sig.Results().At(i).Type(); !isInterface(t) {
					if w := l.wrapper(st, t); w != "" {
						v += ".(" + w + ").F"
					} else {
						v += ".(" + l.typ(st, t) + ")"
					}
				}
				values = append(values, v)
			}
			if len(values) == 0 {
				b.WriteString("_ = r\n")
			} else {
				b.WriteString("return " + strings.Join(values, ", ") + "\n")
			}
		}
		b.WriteString("}\n")
		return b.String()
	})
}

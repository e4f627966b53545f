package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// composite writes a composite literal.
func (f *fn) composite(x *ast.CompositeLit, t types.Type) string {
	pointer := ""
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t, pointer = p.Elem(), "&"
	}
	name := f.typ(t)
	var parts []string
	element := func(e ast.Expr, t types.Type) operand {
		if c, ok := e.(*ast.CompositeLit); ok && c.Type == nil {
			return operand{x: e, typ: t, write: func() string { return f.composite(c, t) }}
		}
		return operand{x: e, typ: t, write: func() string {
			v := f.value(e, t)
			if strings.HasPrefix(v, "(*") && !strings.HasSuffix(v, ")") {
				// The interpreter's types of what is behind a pointer are wrong here.
				return f.keep(v, t)
			}
			return bare(v)
		}}
	}
	var keys []string
	var operands []operand
	switch u := t.Underlying().(type) {
	case *types.Struct:
		native := f.l.compiled(t)
		var slots []bool
		for i, e := range x.Elts {
			at := i
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
				for j := range u.NumFields() {
					if u.Field(j).Name() == kv.Key.(*ast.Ident).Name {
						at = j
					}
				}
			}
			ft := f.subst(u.Field(at).Type())
			o := element(e, ft)
			key := fieldName(u, at)
			if native {
				key = u.Field(at).Name()
			}
			if u.Field(at).Name() == "_" {
				key = "_" // no part of the value that any code could see
			}
			keys, operands = append(keys, key), append(operands, o)
			slots = append(slots, !native && f.l.slot(f.site, t, at))
		}
		for i, v := range f.inOrder(operands...) {
			switch {
			case native:
				v = f.l.out(f.site, v, operands[i].typ)
			case slots[i]:
				v = f.l.toSlot(f.site, v, operands[i].typ)
			}
			if keys[i] == "_" {
				f.emit("_ = %s", v)
				continue
			}
			parts = append(parts, keys[i]+": "+v)
		}
	case *types.Map:
		if isInterface(u.Key()) && len(x.Elts) > 0 {
			// The interpreter takes different keys for duplicates.
			m := f.keep(name+"{}", t)
			for _, e := range x.Elts {
				kv := e.(*ast.KeyValueExpr)
				key := operand{x: kv.Key, typ: u.Key(), write: func() string {
					key := element(kv.Key, u.Key()).write()
					if f.site.info.Types[kv.Key].Value == nil {
						key = rt + ".Hashable(" + key + ")"
					}
					return key
				}}
				both := f.inOrder(key, element(kv.Value, u.Elem()))
				f.emit("%s[%s] = %s", m, both[0], both[1])
			}
			return m
		}
		for _, e := range x.Elts {
			kv := e.(*ast.KeyValueExpr)
			operands = append(operands, element(kv.Key, u.Key()), element(kv.Value, u.Elem()))
		}
		texts := f.inOrder(operands...)
		for i := 0; i < len(texts); i += 2 {
			parts = append(parts, texts[i]+": "+texts[i+1])
		}
	case *types.Slice:
		parts = f.elements(x, u.Elem(), element)
	case *types.Array:
		parts = f.elements(x, u.Elem(), element)
	default:
		f.refuse(x, "a literal of type %s cannot be interpreted", t)
	}
	text := name + "{" + strings.Join(parts, ", ") + "}"
	if f.logic > 0 {
		// The interpreter skips the calls of && and || that have literals in them.
		if pointer != "" {
			p := f.l.fresh("new")
			f.emit("%s := new(%s)", p, name)
			f.emit("*%s = %s", p, text)
			return p
		}
		return f.keep(text, t)
	}
	if _, ok := t.Underlying().(*types.Struct); ok && len(parts) == 0 {
		// The interpreter loses empty literals within others.
		if pointer != "" {
			return "new(" + name + ")"
		}
		return "(*new(" + name + "))"
	}
	if pointer != "" {
		if _, ok := t.Underlying().(*types.Struct); !ok {
			p := f.l.fresh("new")
			f.emit("%s := new(%s)", p, name)
			f.emit("*%s = %s", p, text)
			return p
		}
	}
	return pointer + text
}

func (f *fn) elements(x *ast.CompositeLit, t types.Type, element func(ast.Expr, types.Type) operand) []string {
	var operands []operand
	keys := make([]string, len(x.Elts))
	for i, e := range x.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			keys[i] = f.index(kv.Key) + ": "
			e = kv.Value
		}
		o := element(e, t)
		o.listed = true
		operands = append(operands, o)
	}
	parts := f.inOrder(operands...)
	for i := range parts {
		parts[i] = keys[i] + parts[i]
	}
	return parts
}

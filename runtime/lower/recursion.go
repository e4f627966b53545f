package lower

import (
	"fmt"
	"go/types"
	"slices"
)

// The interpreter builds a struct type that leads back to itself with one
// placeholder, which it replaces by one type in the end. That is right for a
// list or a tree, and wrong, in memory even, for several types that lead to
// each other, such as a list and its elements. So among these, a field that
// points to a type which comes later in an order of them is an interface{} in
// lowered code: a slot.

// component is a set of struct types that lead to each other, in an order in
// which what one holds by value comes before it.
type component struct {
	order map[string]int
	slots bool
}

// reference is a struct type that a field's type mentions.
type reference struct {
	typ     *types.Named
	byValue bool
}

func (l *Lowerer) references(t types.Type, byValue bool, within []types.Type, add func(reference)) {
	t = types.Unalias(t)
	if slices.Contains(within, t) || isInterface(t) || l.compiled(t) {
		return
	}
	in := func(part types.Type, byValue bool) { l.references(part, byValue, append(within, t), add) }
	n, named := t.(*types.Named)
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if named {
			add(reference{n, byValue})
			return
		}
		for f := range u.Fields() {
			in(f.Type(), byValue)
		}
	case *types.Pointer:
		in(u.Elem(), false)
	case *types.Slice:
		in(u.Elem(), false)
	case *types.Array:
		in(u.Elem(), byValue)
	case *types.Chan:
		in(u.Elem(), false)
	case *types.Map:
		in(u.Key(), false)
		in(u.Elem(), false)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{u.Params(), u.Results()} {
			for v := range tuple.Variables() {
				in(v.Type(), false)
			}
		}
	}
}

func (l *Lowerer) fieldReferences(n *types.Named, add func(reference)) {
	for f := range n.Underlying().(*types.Struct).Fields() {
		l.references(f.Type(), true, nil, add)
	}
}

// component is the component of a struct type.
func (l *Lowerer) component(n *types.Named) *component {
	key := l.key(n)
	if c := l.components[key]; c != nil {
		return c
	}
	reach := func(from *types.Named) map[string]*types.Named {
		found := map[string]*types.Named{}
		var walk func(n *types.Named)
		walk = func(n *types.Named) {
			l.fieldReferences(n, func(r reference) {
				if k := l.key(r.typ); found[k] == nil {
					found[k] = r.typ
					walk(r.typ)
				}
			})
		}
		walk(from)
		return found
	}
	members := map[string]*types.Named{key: n}
	for k, m := range reach(n) {
		if reach(m)[key] != nil {
			members[k] = m
		}
	}
	c := &component{order: map[string]int{}, slots: len(members) > 1}
	placed := 0
	var place func(k string)
	place = func(k string) {
		if _, ok := c.order[k]; ok {
			return
		}
		c.order[k] = -1
		l.fieldReferences(members[k], func(r reference) {
			rk := l.key(r.typ)
			if r.byValue && members[rk] != nil {
				place(rk)
			}
		})
		placed++
		c.order[k] = placed
	}
	var keys []string
	for k := range members {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		place(k)
	}
	for k := range members {
		l.components[k] = c
	}
	return c
}

// slot reports whether field i of a struct type is a slot.
func (l *Lowerer) slot(st *site, t types.Type, i int) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || l.compiled(n) {
		return false
	}
	c := l.component(n)
	if !c.slots {
		return false
	}
	own := c.order[l.key(n)]
	is := false
	field := n.Underlying().(*types.Struct).Field(i)
	l.references(field.Type(), true, nil, func(r reference) {
		if at, member := c.order[l.key(r.typ)]; member && !r.byValue && at > own {
			is = true
		}
	})
	if is {
		switch field.Type().Underlying().(type) {
		case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		default:
			st.refuse(nil, "the field %s of %s leads back to its type, which cannot be interpreted", field.Name(), n.Obj().Name())
		}
	}
	return is
}

// unslot reads a slot that holds a value of type t.
func (l *Lowerer) unslot(st *site, text string, t types.Type) string {
	name := l.helper("unslot "+l.key(t), "unslot", func(name string) string {
		typ := l.typ(st, t)
		value := "x.(" + typ + ")"
		if w := l.wrapper(st, t); w != "" {
			value = "x.(" + w + ").F"
		}
		return fmt.Sprintf("func %s(x interface{}) %s { if x == nil { var zero %s; return zero }; return %s }\n", name, typ, typ, value)
	})
	return name + "(" + text + ")"
}

// toSlot is what a slot holds for a value of type t: nothing for nil, so that
// slots are equal if their values are.
func (l *Lowerer) toSlot(st *site, text string, t types.Type) string {
	name := l.helper("slot "+l.key(t), "slot", func(name string) string {
		value := "v"
		if w := l.wrapper(st, t); w != "" {
			value = w + "{v}"
		}
		return fmt.Sprintf("func %s(v %s) interface{} { if v == nil { return nil }; return %s }\n", name, l.typ(st, t), value)
	})
	return name + "(" + text + ")"
}

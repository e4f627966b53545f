package dynamic

import "reflect"

type comparableFact struct{}

// comparable reports whether Go compares values of the type at all.
func (t *Type) comparable() bool {
	if c, ok := t.facts.Load(comparableFact{}); ok {
		return c.(bool)
	}
	c := true
	switch t.kind {
	case reflect.Slice, reflect.Map, reflect.Func:
		c = false
	case reflect.Array:
		c = t.element().comparable()
	case reflect.Struct:
		for i := range t.numField() {
			c = c && t.field(i).typ.comparable()
		}
	}
	t.facts.Store(comparableFact{}, c)
	return c
}

type plainFact struct{}

// plain reports whether two values of the type are equal exactly when what
// stands for them is: no part of it is an interface, whose value may have to be
// refused, or a pointer that an interface may stand for.
func (t *Type) plain() bool {
	if p, ok := t.facts.Load(plainFact{}); ok {
		return p.(bool)
	}
	p := true
	switch t.kind {
	case reflect.Interface:
		p = false
	case reflect.Array:
		p = t.element().plain()
	case reflect.Struct:
		for i := range t.numField() {
			f := t.field(i).typ
			if f.kind == reflect.Pointer && t.compiled == nil {
				p = false
			}
			p = p && f.plain()
		}
	}
	t.facts.Store(plainFact{}, p)
	return p
}

// Equal is Go's == for two interface values. It panics as Go does where their
// type cannot be compared.
func Equal(a, b any) bool {
	x, y := unpack(a), unpack(b)
	if x.t != y.t {
		return false
	}
	if x.t == nil {
		return true
	}
	if !x.t.comparable() {
		panic(runtimeError("runtime error: comparing uncomparable type " + x.t.name))
	}
	if x.t.plain() {
		return x.v.Equal(y.v)
	}
	return same(x, y)
}

// same compares two operands of one comparable type.
func same(x, y operand) bool {
	switch x.t.kind {
	case reflect.Interface:
		p, q := x.inner(), y.inner()
		if p.t == nil || q.t == nil {
			return p.t == q.t
		}
		return Equal(p.pack(), q.pack())
	case reflect.Struct:
		x, y = x.addressable(), y.addressable()
		for i := range x.t.numField() {
			if x.t.field(i).name != "_" && !same(x.at(i), y.at(i)) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range x.length() {
			if !same(x.index(i), y.index(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		return x.address() == y.address()
	}
	return x.v.Equal(y.v)
}

// Hashable returns the key of a map whose keys are interfaces. It panics as Go
// does where the key's type cannot be one.
func Hashable(key any) any {
	switch key.(type) {
	case nil, string, int:
		return key
	}
	hashable(unpack(key))
	return key
}

func hashable(o operand) {
	if o.t == nil {
		return
	}
	if !o.t.comparable() {
		panic(runtimeError("runtime error: hash of unhashable type " + o.t.name))
	}
	if o.t.plain() {
		return
	}
	switch o.t.kind {
	case reflect.Interface:
		hashable(o.inner())
	case reflect.Struct:
		o = o.addressable()
		for i := range o.t.numField() {
			hashable(o.at(i))
		}
	case reflect.Array:
		for i := range o.length() {
			hashable(o.index(i))
		}
	}
}

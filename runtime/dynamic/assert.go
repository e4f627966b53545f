package dynamic

import (
	"cmp"
	"reflect"
	"slices"
)

// runtimeError is a panic of Go's runtime: it implements runtime.Error.
type runtimeError string

func (e runtimeError) Error() string { return string(e) }

// RuntimeError marks the error as the runtime's.
func (runtimeError) RuntimeError() {}

const nilDereference = runtimeError("runtime error: invalid memory address or nil pointer dereference")

// implementsFact is the key of what a type lacks to implement an interface.
type implementsFact struct{ iface *Type }

// missing is the first method that a type lacks to implement an interface, in
// the order in which Go's runtime looks for them; it is empty for none.
func (t *Type) missing(iface *Type) string {
	if m, ok := t.facts.Load(implementsFact{iface}); ok {
		return m.(string)
	}
	name := ""
	for _, m := range slices.SortedFunc(slices.Values(iface.methods), func(a, b Method) int { return cmp.Compare(a.Name, b.Name) }) {
		if !t.has(m.Name, m.Sig) {
			name = m.Name
			break
		}
	}
	t.facts.Store(implementsFact{iface}, name)
	return name
}

// Implements reports whether an interface value holds something that
// implements an interface type. Nil implements none.
func Implements(x any, iface *Type) bool {
	o := unpack(x)
	return o.t != nil && o.t.missing(iface) == ""
}

// AssertFailed panics as the type assertion x.(want) does where it fails.
// Static is the type of the expression x.
func AssertFailed(x any, want, static *Type) {
	from := "interface"
	if static != nil {
		from = static.name
	}
	o := unpack(x)
	text := "interface conversion: "
	switch {
	case o.t == nil && want.kind == reflect.Interface:
		text += "interface is nil, not " + want.name
	case o.t == nil:
		text += from + " is nil, not " + want.name
	case want.kind == reflect.Interface:
		text += o.t.name + " is not " + want.name + ": missing method " + o.t.missing(want)
	default:
		text += from + " is " + o.t.name + ", not " + want.name
		if o.t.name == want.name {
			text += " (types from different scopes)"
		}
	}
	panic(runtimeError(text))
}

package dynamic

import (
	"reflect"
	"strings"
	"sync"

	"viva/runtime/symbols"
)

// wrapperOf is the struct type through which a cell's types implement the
// interface "path.Name" of a library; nil where there is none.
func wrapperOf(iface string) reflect.Type {
	dot := strings.LastIndex(iface, ".")
	if dot < 0 {
		return nil
	}
	v := symbols.Table(iface[:dot])["_"+iface[dot+1:]]
	if !v.IsValid() || v.Kind() != reflect.Pointer {
		return nil
	}
	return v.Type().Elem()
}

// wrappers holds the types of pointers to such structs of which there may be
// values.
var wrappers sync.Map

func isWrapper(t reflect.Type) bool {
	_, is := wrappers.Load(t)
	return is
}

// Out is an interface value as compiled code wants it that asks for the
// interface "path.Name" ("error", "io.Reader"). Native values are themselves;
// of boxes it makes what implements the interface by the box's methods. Where
// compiled code has no such interface the box itself is returned.
func Out(x any, iface string) any {
	b, ok := x.(Box)
	if !ok {
		return x
	}
	switch iface {
	case "error":
		if b.T.has("Error", sigText) {
			return b.asError()
		}
		return x
	case "fmt.Stringer":
		if b.T.has("String", sigText) {
			return boxStringer{b}
		}
		return x
	}
	return b.wrapped(iface)
}

// In is a value that comes back from compiled code: what Out made is the box
// again, everything else is itself.
func In(x any) any {
	switch x := x.(type) {
	case nil, Box, string, int, float64, bool:
		return x
	case boxed:
		return x.box()
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer && !v.IsNil() && isWrapper(v.Type()) {
		return v.Elem().Field(0).Interface()
	}
	return x
}

// outFact is the key of how a type implements an interface of a library.
type outFact string

// plan says how: the functions that the wrapper's fields call.
type plan struct {
	wrapper reflect.Type
	fields  []planField
}

type planField struct {
	index int
	typ   reflect.Type
	fn    reflect.Value
}

func (b Box) wrapped(iface string) any {
	var p *plan
	if known, ok := b.T.facts.Load(outFact(iface)); ok {
		p = known.(*plan)
	} else if p = b.T.plan(iface); p != nil {
		b.T.facts.Store(outFact(iface), p)
	}
	if p == nil {
		return b
	}
	w := reflect.New(p.wrapper)
	w.Elem().Field(0).Set(reflect.ValueOf(b))
	for _, f := range p.fields {
		w.Elem().Field(f.index).Set(bind(f.fn, b.V, f.typ))
	}
	return w.Interface()
}

// plan is nil where the type or its methods' code is not there.
func (t *Type) plan(iface string) *plan {
	wrapper := wrapperOf(iface)
	if wrapper == nil {
		return nil
	}
	p := &plan{wrapper: wrapper}
	for i := 1; i < wrapper.NumField(); i++ {
		f := wrapper.Field(i)
		fn := t.function(strings.TrimPrefix(f.Name, "W"))
		if !fn.IsValid() {
			return nil
		}
		p.fields = append(p.fields, planField{i, f.Type, fn})
	}
	wrappers.Store(reflect.PointerTo(wrapper), true)
	return p
}

// bind is a method's function with its receiver as a function of compiled
// code. The forms that sorting and reading call most often need no reflection.
func bind(fn reflect.Value, recv any, want reflect.Type) reflect.Value {
	var f any
	switch g := fn.Interface().(type) {
	case func(any) int:
		f = func() int { return g(recv) }
	case func(any) string:
		f = func() string { return g(recv) }
	case func(any, int, int) bool:
		f = func(i, j int) bool { return g(recv, i, j) }
	case func(any, int, int):
		f = func(i, j int) { g(recv, i, j) }
	case func(any, []byte) (int, any):
		f = func(p []byte) (int, error) {
			n, err := g(recv, p)
			return n, outError(err)
		}
	}
	if v := reflect.ValueOf(f); f != nil && v.Type() == want {
		return v
	}
	t := fn.Type()
	return reflect.MakeFunc(want, func(args []reflect.Value) []reflect.Value {
		in := make([]reflect.Value, 1+len(args))
		in[0] = asAny(recv)
		for i, a := range args {
			in[i+1] = toCell(a, t.In(i+1))
		}
		out := invoke(fn, in)
		for i := range out {
			out[i] = toCompiled(out[i], want.Out(i))
		}
		return out
	})
}

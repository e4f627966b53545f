package dynamic

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

var methodTables struct {
	sync.RWMutex
	of map[Method][]reflect.Value
}

// Methods makes known the functions that stand for the methods of one name and
// signature. The table is a map[int]func(recv any, …) …, keyed by the ID of the
// receiver's type; receivers come as Box.V does, other parameters and results
// are in the target form. The map may grow as long as no cell is running.
func Methods(name, sig string, table any) {
	v := reflect.ValueOf(table)
	if v.Kind() != reflect.Map || v.IsNil() {
		return
	}
	key := Method{name, canonical(sig)}
	methodTables.Lock()
	defer methodTables.Unlock()
	if methodTables.of == nil {
		methodTables.of = map[Method][]reflect.Value{}
	}
	for _, old := range methodTables.of[key] {
		if old.Pointer() == v.Pointer() {
			return
		}
	}
	methodTables.of[key] = append(methodTables.of[key], v)
}

// methodFact is the key of a method's function among a type's facts.
type methodFact string

// function is the function that stands for a method; it is invalid where the
// type has no such method.
func (t *Type) function(name string) reflect.Value {
	if f, ok := t.facts.Load(methodFact(name)); ok {
		return f.(reflect.Value)
	}
	sig, ok := t.byName[name]
	if !ok {
		return reflect.Value{}
	}
	methodTables.RLock()
	tables := methodTables.of[Method{name, sig}]
	methodTables.RUnlock()
	for _, table := range slices.Backward(tables) {
		f := table.MapIndex(reflect.ValueOf(t.id))
		if !f.IsValid() {
			continue
		}
		for f.Kind() == reflect.Interface {
			f = f.Elem()
		}
		t.facts.Store(methodFact(name), f)
		return f
	}
	return reflect.Value{}
}

// has reports whether the type's method set holds a method.
func (t *Type) has(name, sig string) bool {
	if t.compiled == nil {
		return t.byName[name] == sig
	}
	m, ok := t.compiled.MethodByName(name)
	if !ok {
		return false
	}
	skip := 1
	if t.kind == reflect.Interface {
		skip = 0
	}
	return canonical(signature(m.Type, skip)) == sig
}

// text calls a method that takes nothing and returns a string.
func (b Box) text(name string) string {
	f := b.function(name)
	if g, ok := f.Interface().(func(any) string); ok {
		return g(b.V)
	}
	return f.Call([]reflect.Value{asAny(b.V)})[0].String()
}

// function is a method's function; it panics as a call through a nil table
// entry would where the notebook's code has not run yet.
func (b Box) function(name string) reflect.Value {
	f := b.T.function(name)
	if !f.IsValid() {
		panic(runtimeError(fmt.Sprintf("method %s of %s has no code", name, b.T)))
	}
	return f
}

var anyType = reflect.TypeFor[any]()

// asAny is a value of the type any, also for nil.
func asAny(x any) reflect.Value { return reflect.ValueOf(&x).Elem() }

// argument is a value in the target form as an argument of a function.
func argument(x any, want reflect.Type) reflect.Value {
	if want.Kind() == reflect.Interface {
		if x == nil {
			return reflect.Zero(want)
		}
		return asAny(x)
	}
	if x == nil {
		return reflect.Zero(want)
	}
	return reflect.ValueOf(x)
}

func invoke(f reflect.Value, args []reflect.Value) []reflect.Value {
	if f.Type().IsVariadic() && len(args) == f.Type().NumIn() {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

// call calls a box's method with arguments in the target form.
func (b Box) call(name string, args ...any) []any {
	f := b.function(name)
	if len(args) == 0 {
		// What methods most often are needs no reflection.
		switch g := f.Interface().(type) {
		case func(any) string:
			return []any{g(b.V)}
		case func(any) int:
			return []any{g(b.V)}
		case func(any) float64:
			return []any{g(b.V)}
		case func(any) bool:
			return []any{g(b.V)}
		case func(any) any:
			return []any{g(b.V)}
		case func(any):
			g(b.V)
			return nil
		}
	}
	t := f.Type()
	in := make([]reflect.Value, 1+len(args))
	in[0] = asAny(b.V)
	for i, a := range args {
		in[i+1] = argument(a, t.In(i+1))
	}
	return interfaces(invoke(f, in))
}

func interfaces(values []reflect.Value) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v.Interface()
	}
	return all
}

// Call calls a method of an interface value: a box's from the tables, a native
// value's by reflection. Arguments and results are in the target form; the
// arguments of a variadic parameter are one slice. It panics as Go does when x
// is nil.
func Call(x any, name, sig string, args []any) []any {
	switch x := In(x).(type) {
	case nil:
		panic(nilDereference)
	case Box:
		return x.call(name, args...)
	default:
		return callNative(x, name, args)
	}
}

type nativeMethod struct {
	t    reflect.Type
	name string
}

var nativeMethods sync.Map // nativeMethod → int

func callNative(x any, name string, args []any) []any {
	key := nativeMethod{reflect.TypeOf(x), name}
	index, ok := nativeMethods.Load(key)
	if !ok {
		m, found := key.t.MethodByName(name)
		if !found {
			panic(runtimeError(fmt.Sprintf("%v has no method %s", key.t, name)))
		}
		index = m.Index
		nativeMethods.Store(key, index)
	}
	f := reflect.ValueOf(x).Method(index.(int))
	t := f.Type()
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = toCompiled(asAny(a), t.In(i))
	}
	out := invoke(f, in)
	results := make([]any, len(out))
	for i, v := range out {
		results[i] = toCell(v, erased(v.Type())).Interface()
	}
	return results
}

package dynamic

import "reflect"

// Plain is an interface value for compiled code that finds fields by their
// names with reflection, as text/template does: structs are of types with the
// real names of their exported fields, all of type any; lists are []any; maps
// have the basic values of their keys. What has a method that prints it stays
// a box and prints by it. Methods cannot be found by name. Pointers that lead
// back to a struct lead back to its copy.
func Plain(x any) any {
	p := plainer{seen: map[seenPointer]reflect.Value{}}
	return p.value(unpack(x))
}

type seenPointer struct {
	t       *Type
	address uintptr
}

type plainer struct{ seen map[seenPointer]reflect.Value }

func (p plainer) value(o operand) any {
	switch {
	case o.t == nil:
		return nil
	case o.t.compiled != nil && !holdsBoxes(o.t.compiled) || o.t.native && o.t.kind != reflect.Interface && o.t.compiled != nil && o.t.named:
		return o.v.Interface()
	case o.t.kind != reflect.Interface && o.t.compiled == nil && (o.t.has("Error", sigText) || o.t.has("String", sigText) || o.t.has("Format", sigFormat)):
		return o.pack()
	}
	switch o.t.kind {
	case reflect.Interface:
		return p.value(o.inner())
	case reflect.Pointer:
		if o.nilled() {
			return nil
		}
		at := seenPointer{o.t, o.address()}
		if v, ok := p.seen[at]; ok {
			return v.Interface()
		}
		e := o.deref()
		if e.t.kind != reflect.Struct || e.t.compiled != nil {
			return p.value(e)
		}
		v := reflect.New(e.t.plainStruct())
		p.seen[at] = v
		p.fill(v.Elem(), e)
		return v.Interface()
	case reflect.Struct:
		v := reflect.New(o.t.plainStruct()).Elem()
		p.fill(v, o)
		return v.Interface()
	case reflect.Slice, reflect.Array:
		if o.t.kind == reflect.Slice && o.nilled() {
			return []any(nil)
		}
		all := make([]any, o.length())
		for i := range all {
			all[i] = p.value(o.index(i))
		}
		return all
	case reflect.Map:
		kt := basics[o.t.keys().kind]
		if kt == nil {
			kt = anyType
		}
		m := reflect.MakeMap(reflect.MapOf(kt, anyType))
		for _, e := range o.entries() {
			key := e.key.v
			if kt == anyType {
				key = asAny(e.key.pack())
			} else {
				key = key.Convert(kt)
			}
			m.SetMapIndex(key, asAny(p.value(e.value)))
		}
		return m.Interface()
	}
	return Raw(o.pack())
}

type plainFields struct{}

// plainStruct is the type in whose fields Plain puts those of a struct.
// Embedded fields are fields like others beside those that they promote.
func (t *Type) plainStruct() reflect.Type {
	if rt, ok := t.facts.Load(plainFields{}); ok {
		return rt.(reflect.Type)
	}
	var fields []reflect.StructField
	for name := range t.promoted() {
		fields = append(fields, reflect.StructField{Name: name, Type: anyType})
	}
	rt := reflect.StructOf(fields)
	t.facts.Store(plainFields{}, rt)
	return rt
}

func (p plainer) fill(v reflect.Value, o operand) {
	for name, index := range o.t.promoted() {
		if x, ok := o.follow(index); ok {
			v.FieldByName(name).Set(asAny(p.value(x)))
		}
	}
}

// follow goes down embedded fields; it fails at a nil pointer.
func (o operand) follow(index []int) (operand, bool) {
	for _, i := range index {
		for o.t.kind == reflect.Pointer {
			if o.nilled() {
				return o, false
			}
			o = o.deref()
		}
		o = o.addressable().at(i)
	}
	return o, true
}

// promoted lists the exported fields that a struct's selectors reach, by
// breadth: what is nearer hides what is deeper, and two at one depth hide each
// other.
func (t *Type) promoted() func(func(string, []int) bool) {
	type level struct {
		t     *Type
		index []int
	}
	return func(yield func(string, []int) bool) {
		done := map[string]bool{}
		visited := map[*Type]bool{t: true}
		for now := []level{{t, nil}}; len(now) > 0; {
			var next []level
			var names []string
			found := map[string][]int{}
			count := map[string]int{}
			for _, l := range now {
				for i := range l.t.numField() {
					f := l.t.field(i)
					index := append(append([]int(nil), l.index...), i)
					if count[f.name]++; count[f.name] == 1 && !done[f.name] && f.exported {
						names = append(names, f.name)
						found[f.name] = index
					}
					inner := f.typ
					if inner.kind == reflect.Pointer {
						inner = inner.element()
					}
					if f.embedded && inner.kind == reflect.Struct && !inner.native && !visited[inner] {
						visited[inner] = true
						next = append(next, level{inner, index})
					}
				}
			}
			for _, name := range names {
				if count[name] == 1 && !yield(name, found[name]) {
					return
				}
			}
			for name := range count {
				done[name] = true
			}
			now = next
		}
	}
}

// HasMethod reports whether the type of a box has a method of that name and
// signature.
func HasMethod(b Box, name, sig string) bool { return b.T.has(name, sig) }

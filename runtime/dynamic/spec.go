package dynamic

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode"
)

// Spec describes a type of the notebook. Types are referred to by their IDs;
// 0 stands for none.
type Spec struct {
	ID   int    // dense, from 1, unique in a kernel
	Name string // as %T prints it: "main.T", "[]main.T", "main.Pair[int,string]"
	Key  string // identity: types with the same key are the same type
	Kind reflect.Kind
	// Named says that it is a defined type.
	Named bool `json:",omitempty"`
	// Native says that it is a type of compiled code: values are what they are
	// and their reflect type says the rest.
	Native bool `json:",omitempty"`

	Elem     int             `json:",omitempty"` // of pointers, slices, arrays, maps and channels
	MapKey   int             `json:",omitempty"`
	Len      int             `json:",omitempty"` // of arrays
	Dir      reflect.ChanDir `json:",omitempty"`
	Params   []int           `json:",omitempty"`
	Results  []int           `json:",omitempty"`
	Variadic bool            `json:",omitempty"`
	Fields   []Field         `json:",omitempty"`
	// Methods is the method set: T's for T, *T's for *T, an interface's own.
	Methods []Method `json:",omitempty"`
}

// Field is a field of a struct type, at the same index in the target struct.
type Field struct {
	Name     string
	Tag      string `json:",omitempty"`
	Type     int    // the ID of its type
	Embedded bool   `json:",omitempty"`
	Exported bool   `json:",omitempty"`
}

// Method is a method's name and the identity of its signature: as
// types.TypeString writes it with package paths and without the names of
// parameters, "func(int, main.T) (string, error)". An unexported method has
// its package before that.
type Method struct {
	Name string
	Sig  string
}

// Type is a type at run time. Types that have the same key are the same
// pointer, so pointers can be compared.
type Type struct {
	// Number is the number under which the type was registered, 0 for types of
	// compiled code. Lowered code finds methods by it.
	Number int

	id       int
	name     string
	key      string
	kind     reflect.Kind
	named    bool
	native   bool
	elem     *Type
	mapKey   *Type
	length   int
	fields   []field
	methods  []Method // sorted as given, signatures canonical
	byName   map[string]string
	compiled reflect.Type // of native types that were met, else nil
	pointer  *Type        // to this type, where it is registered; guarded by the registry

	facts sync.Map // what was found out about the type: see the kinds of keys
}

type field struct {
	name     string
	tag      reflect.StructTag
	typ      *Type
	embedded bool
	exported bool
}

// String is the type's name as %T prints it.
func (t *Type) String() string { return t.name }

// ID is the number under which the type was registered, 0 for types of
// compiled code.
func (t *Type) ID() int { return t.id }

var registry struct {
	sync.RWMutex
	byID  []*Type
	byKey map[string]*Type
}

// Register makes types known. Specs may refer to each other and to types that
// were registered earlier. It changes nothing when it returns an error.
func Register(specs []Spec) error {
	registry.Lock()
	defer registry.Unlock()
	batch := map[int]*Type{}
	fresh := map[string]*Type{}
	for _, s := range specs {
		if s.ID < 1 {
			return fmt.Errorf("type %s: ID %d is not positive", s.Name, s.ID)
		}
		t := registry.byKey[s.Key]
		if t == nil {
			t = fresh[s.Key]
		}
		if old := known(s.ID); old != nil && old != t {
			return fmt.Errorf("type %s: ID %d is taken by %s", s.Name, s.ID, old.name)
		}
		if t == nil {
			t = &Type{Number: s.ID, id: s.ID, name: s.Name, key: s.Key, kind: s.Kind, named: s.Named, native: s.Native, length: s.Len}
			fresh[s.Key] = t
		}
		batch[s.ID] = t
	}
	find := func(s Spec, id int) (*Type, error) {
		if t := batch[id]; t != nil {
			return t, nil
		}
		if t := known(id); t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("type %s: refers to type %d, which is not registered", s.Name, id)
	}
	for _, s := range specs {
		t := fresh[s.Key]
		if t == nil || t.id != s.ID {
			continue
		}
		if err := t.resolve(s, func(id int) (*Type, error) { return find(s, id) }); err != nil {
			return err
		}
	}
	if registry.byKey == nil {
		registry.byKey = map[string]*Type{}
	}
	for key, t := range fresh {
		registry.byKey[key] = t
	}
	for _, t := range fresh {
		if t.kind == reflect.Pointer && !t.named && t.elem != nil {
			t.elem.pointer = t
		}
	}
	for id, t := range batch {
		for len(registry.byID) <= id {
			registry.byID = append(registry.byID, nil)
		}
		registry.byID[id] = t
	}
	return nil
}

func (t *Type) resolve(s Spec, find func(int) (*Type, error)) error {
	if s.Elem != 0 {
		e, err := find(s.Elem)
		if err != nil {
			return err
		}
		t.elem = e
	}
	if s.MapKey != 0 {
		k, err := find(s.MapKey)
		if err != nil {
			return err
		}
		t.mapKey = k
	}
	switch t.kind {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Chan:
		if t.elem == nil && !t.native {
			return fmt.Errorf("type %s: has no element type", s.Name)
		}
	}
	if t.kind == reflect.Map && t.mapKey == nil && !t.native {
		return fmt.Errorf("type %s: has no key type", s.Name)
	}
	for _, f := range s.Fields {
		ft, err := find(f.Type)
		if err != nil {
			return err
		}
		t.fields = append(t.fields, field{f.Name, reflect.StructTag(f.Tag), ft, f.Embedded, f.Exported})
	}
	t.byName = map[string]string{}
	for _, m := range s.Methods {
		m.Sig = canonical(m.Sig)
		t.methods = append(t.methods, m)
		t.byName[m.Name] = m.Sig
	}
	return nil
}

func known(id int) *Type {
	if id >= 0 && id < len(registry.byID) {
		return registry.byID[id]
	}
	return nil
}

// TypeOf is the type that was registered under an ID, nil if none was.
func TypeOf(id int) *Type {
	registry.RLock()
	defer registry.RUnlock()
	return known(id)
}

// pointerType is *T where that type is registered, else nil.
func (t *Type) pointerType() *Type {
	registry.RLock()
	defer registry.RUnlock()
	return t.pointer
}

var sigs sync.Map // string → string

// canonical is a signature with the names that Go has twice written one way:
// byte is uint8, rune is int32, any is interface{}.
func canonical(sig string) string {
	if c, ok := sigs.Load(sig); ok {
		return c.(string)
	}
	var b strings.Builder
	word := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' || r == '/'
	}
	for rest := strings.ReplaceAll(sig, "interface {", "interface{"); rest != ""; {
		n := strings.IndexFunc(rest, func(r rune) bool { return !word(r) })
		if n < 0 {
			n = len(rest)
		}
		switch w := rest[:n]; w {
		case "byte":
			b.WriteString("uint8")
		case "rune":
			b.WriteString("int32")
		case "any":
			b.WriteString("interface{}")
		default:
			b.WriteString(w)
		}
		if rest = rest[n:]; rest != "" {
			m := strings.IndexFunc(rest, word)
			if m < 0 {
				m = len(rest)
			}
			b.WriteString(rest[:m])
			rest = rest[m:]
		}
	}
	c := b.String()
	sigs.Store(sig, c)
	return c
}

package lower

import (
	"fmt"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// key identifies a type: types with the same key are identical. Types of the
// notebook with the same name are told apart by their objects.
func (l *Lowerer) key(t types.Type) string { return l.write(t, true) }

// name is how Go prints a type.
func (l *Lowerer) name(t types.Type) string { return l.write(t, false) }

func (l *Lowerer) write(t types.Type, identity bool) string {
	w := func(t types.Type) string { return l.write(t, identity) }
	switch t := t.(type) {
	case *types.Basic:
		return types.Default(t).String()
	case *types.Alias:
		return w(types.Unalias(t))
	case *types.TypeParam:
		return t.Obj().Name() + "?"
	case *types.Named:
		o := t.Obj()
		name := o.Name()
		if o.Pkg() != nil {
			name = o.Pkg().Name() + "." + name
			if identity {
				name = o.Pkg().Path() + "." + o.Name()
			}
		}
		if identity && o.Pkg() == l.pkg {
			name += "#" + strconv.Itoa(l.objectID(o))
		}
		if t.TypeArgs().Len() > 0 {
			var args []string
			for a := range t.TypeArgs().Types() {
				args = append(args, w(a))
			}
			name += "[" + strings.Join(args, ",") + "]"
		}
		return name
	case *types.Pointer:
		return "*" + w(t.Elem())
	case *types.Slice:
		return "[]" + w(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w(t.Elem()))
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return "chan<- " + w(t.Elem())
		case types.RecvOnly:
			return "<-chan " + w(t.Elem())
		}
		if c, ok := t.Elem().(*types.Chan); ok && c.Dir() == types.RecvOnly {
			return "chan (" + w(t.Elem()) + ")"
		}
		return "chan " + w(t.Elem())
	case *types.Map:
		return "map[" + w(t.Key()) + "]" + w(t.Elem())
	case *types.Signature:
		return "func" + l.signatureName(t, identity)
	case *types.Struct:
		var fields []string
		for i := range t.NumFields() {
			f := t.Field(i)
			s := w(f.Type())
			if !f.Embedded() {
				s = f.Name() + " " + s
			}
			if identity && !f.Exported() && f.Pkg() != nil {
				s = f.Pkg().Path() + "." + s
			}
			if tag := t.Tag(i); tag != "" {
				s += " " + strconv.Quote(tag)
			}
			fields = append(fields, s)
		}
		if len(fields) == 0 {
			return "struct {}"
		}
		return "struct { " + strings.Join(fields, "; ") + " }"
	case *types.Interface:
		var methods []string
		for m := range t.Methods() {
			name := m.Name()
			if identity && !m.Exported() && m.Pkg() != nil {
				name = m.Pkg().Path() + "." + name
			}
			methods = append(methods, name+l.signatureName(m.Signature(), identity))
		}
		if len(methods) == 0 {
			return "interface {}"
		}
		return "interface { " + strings.Join(methods, "; ") + " }"
	}
	return t.String()
}

func (l *Lowerer) signatureName(s *types.Signature, identity bool) string {
	var params, results []string
	for i := range s.Params().Len() {
		t := s.Params().At(i).Type()
		if s.Variadic() && i == s.Params().Len()-1 {
			if slice, ok := t.Underlying().(*types.Slice); ok {
				params = append(params, "..."+l.write(slice.Elem(), identity))
				continue
			}
		}
		params = append(params, l.write(t, identity))
	}
	for v := range s.Results().Variables() {
		results = append(results, l.write(v.Type(), identity))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	switch len(results) {
	case 0:
		return text
	case 1:
		return text + " " + results[0]
	}
	return text + " (" + strings.Join(results, ", ") + ")"
}

func (l *Lowerer) objectID(o types.Object) int {
	id, ok := l.objectIDs[o]
	if !ok {
		id = len(l.objectIDs) + 1
		l.objectIDs[o] = id
	}
	return id
}

// compiled reports whether a type is one of a compiled package, which lowered
// code uses under its own name.
func (l *Lowerer) compiled(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.TypeArgs().Len() == 0 && l.compiledPackage(n.Obj().Pkg())
}

// compiledPackage reports whether what a package declares is compiled code.
func (l *Lowerer) compiledPackage(p *types.Package) bool {
	return p != l.pkg && (l.libraries[p.Path()] == nil || l.libraries[p.Path()].pkg != p)
}

func isInterface(t types.Type) bool {
	_, param := types.Unalias(t).(*types.TypeParam)
	return !param && types.IsInterface(t)
}

// typ writes the type that values of t have in lowered code.
func (l *Lowerer) typ(st *site, t types.Type) string { return l.target(st, t, nil) }

func (l *Lowerer) target(st *site, t types.Type, within []*types.Named) string {
	in := func(t types.Type) string { return l.target(st, t, within) }
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			st.refuse(nil, "unsafe.Pointer cannot be interpreted")
		}
		if t.Kind() == types.UntypedNil {
			return "interface{}"
		}
		return types.Default(t).String()
	case *types.Alias:
		return in(types.Unalias(t))
	case *types.TypeParam:
		st.refuse(nil, "the type parameter %s is not known here", t)
	case *types.Named:
		if isInterface(t) {
			return "interface{}"
		}
		if own := l.subst(t, nil); own != t {
			return in(own)
		}
		if l.compiled(t) {
			if s, ok := t.Underlying().(*types.Struct); ok && !t.Obj().Exported() && s.NumFields() == 0 {
				return "struct{}" // what marks a struct as not to be copied
			}
			if !t.Obj().Exported() {
				st.refuse(nil, "the type %s is not exported", t)
			}
			return l.packageName(t.Obj().Pkg().Path()) + "." + t.Obj().Name()
		}
		if s, ok := t.Underlying().(*types.Struct); ok {
			return l.structName(st, l.key(t), t.Obj().Name(), t, s)
		}
		for _, w := range within {
			if w == t {
				st.refuse(nil, "the type %s contains itself without a struct between, which cannot be interpreted", t.Obj().Name())
			}
		}
		return l.target(st, t.Underlying(), append(within, t))
	case *types.Pointer:
		return "*" + in(t.Elem())
	case *types.Slice:
		return "[]" + in(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), in(t.Elem()))
	case *types.Map:
		return "map[" + in(t.Key()) + "]" + in(t.Elem())
	case *types.Chan:
		el := in(t.Elem())
		switch t.Dir() {
		case types.SendOnly:
			return "chan<- " + el
		case types.RecvOnly:
			return "<-chan " + el
		}
		if strings.HasPrefix(el, "<-") {
			el = "(" + el + ")"
		}
		return "chan " + el
	case *types.Signature:
		return "func" + l.signature(st, t, within)
	case *types.Struct:
		if t.NumFields() == 0 {
			return "struct{}"
		}
		return l.structName(st, l.key(t), "struct", nil, t)
	case *types.Interface:
		return "interface{}"
	}
	st.refuse(nil, "the type %s cannot be interpreted", t)
	return ""
}

func (l *Lowerer) signature(st *site, s *types.Signature, within []*types.Named) string {
	var params, results []string
	for v := range s.Params().Variables() {
		params = append(params, l.target(st, v.Type(), within))
	}
	for v := range s.Results().Variables() {
		results = append(results, l.target(st, v.Type(), within))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	switch len(results) {
	case 0:
		return text
	case 1:
		return text + " " + results[0]
	}
	return text + " (" + strings.Join(results, ", ") + ")"
}

// structName declares a struct type of the notebook's and returns its name.
// named is the type itself, nil if it has no name.
func (l *Lowerer) structName(st *site, key, name string, named *types.Named, s *types.Struct) string {
	if n, ok := l.structs[key]; ok {
		return n
	}
	n := l.fresh(name)
	l.structs[key] = n
	l.building = append(l.building, "")
	done := false
	defer func() {
		if !done {
			delete(l.structs, key)
			l.building = l.building[:len(l.building)-1]
		}
	}()
	var fields []string
	for i := range s.NumFields() {
		f := s.Field(i)
		text := fieldName(s, i) + " "
		if named != nil && l.slot(st, named, i) {
			text += "interface{}"
		} else {
			text += l.typ(st, f.Type())
		}
		if tag := s.Tag(i); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		fields = append(fields, text)
	}
	done = true
	last := len(l.building) - 1
	// The variable has the interpreter build the type now.
	text := l.building[last] + fmt.Sprintf("type %s struct { %s }\nvar zero%s %s\n", n, strings.Join(fields, "; "), n, n)
	l.building = l.building[:last]
	if named == nil && last > 0 {
		l.building[last-1] += text // it may mention the type whose part it is
	} else {
		l.structDecls = append(l.structDecls, text)
	}
	return n
}

// fieldName is the name of field i in lowered code. The interpreter cannot
// have two blank fields, and puts an X before names that are not exported,
// which another field may have already.
func fieldName(s *types.Struct, i int) string {
	name := s.Field(i).Name()
	if name == "_" {
		return "blank" + strconv.Itoa(i)
	}
	if !token.IsExported(name) {
		for j := range s.NumFields() {
			if s.Field(j).Name() == "X"+name {
				return name + Dot + strconv.Itoa(i)
			}
		}
	}
	return name
}

func tupleTypes(t *types.Tuple) []types.Type {
	var list []types.Type
	for v := range t.Variables() {
		list = append(list, v.Type())
	}
	return list
}

// transparent reports whether the type that the interpreter gives values of t
// tells what t is, so that they can stand in an interface{} as they are.
func (l *Lowerer) transparent(t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return true
	case *types.Alias:
		return l.transparent(types.Unalias(t))
	case *types.Named:
		return l.compiled(t)
	case *types.Pointer:
		return l.transparentPart(t.Elem())
	case *types.Slice:
		return l.transparentPart(t.Elem())
	case *types.Array:
		return l.transparentPart(t.Elem())
	case *types.Map:
		return l.transparentPart(t.Key()) && l.transparentPart(t.Elem())
	case *types.Chan:
		return l.transparentPart(t.Elem())
	case *types.Struct:
		for i := range t.NumFields() {
			if f := t.Field(i); !f.Exported() || f.Embedded() || !l.transparentPart(f.Type()) {
				return false
			}
		}
		return true
	case *types.Interface:
		return t.NumMethods() == 0
	}
	return false
}

// transparentPart is transparent for a type inside another. A compiled
// interface type is written as the empty one.
func (l *Lowerer) transparentPart(t types.Type) bool {
	if isInterface(t) {
		_, named := types.Unalias(t).(*types.Named)
		return !named && t.Underlying().(*types.Interface).NumMethods() == 0
	}
	return l.transparent(t)
}

package cell

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// Packages that look at values through reflection see the types that the
// interpreter makes for a cell's: without names or methods, and with all their
// fields exported, the lower-case ones as Xname.

// hidden is the tag of fields that reflection is not to see.
const hidden = `json:"-" xml:"-"`

// hiddenFields keeps encoders from fields that are not exported.
func (l *lowering) hiddenFields(n *ast.StructType) {
	for _, f := range n.Fields.List {
		if f.Tag != nil || len(f.Names) == 0 || f.Names[0].IsExported() || f.Names[0].Name == "_" {
			continue
		}
		mixed := false
		for _, id := range f.Names {
			mixed = mixed || id.IsExported()
		}
		if mixed {
			typ, fields := l.loweredText(f.Type), []string{}
			for _, id := range f.Names {
				field := id.Name + " " + typ
				if !id.IsExported() {
					field += " `" + hidden + "`"
				}
				fields = append(fields, field)
			}
			l.replace(f.Pos(), f.End(), strings.Join(fields, "; "))
			continue
		}
		l.insert(f.End(), " `"+hidden+"`")
	}
}

// formatting refuses calls of fmt that would print a cell's type otherwise
// than Go does: by its name, by its fields' names, or as the elements of
// something larger, whose String methods are not found.
func (l *lowering) formatting(call *ast.CallExpr) {
	s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	o, ok := l.ch.info.Uses[s.Sel].(*types.Func)
	if !ok || o.Pkg() == nil || o.Pkg().Path() != "fmt" && o.Pkg().Path() != "log" || !o.Signature().Variadic() || call.Ellipsis.IsValid() {
		return
	}
	fixed := o.Signature().Params().Len() - 1
	var verbs []string
	if strings.HasSuffix(o.Name(), "f") && fixed > 0 && len(call.Args) >= fixed {
		format := l.ch.info.Types[call.Args[fixed-1]].Value
		if format == nil {
			return
		}
		verbs = formatVerbs(constant.StringVal(format))
	}
	for i, a := range call.Args[min(fixed, len(call.Args)):] {
		t := l.ch.info.TypeOf(a)
		if t == nil || types.IsInterface(t) {
			continue
		}
		if e := types.Universe.Lookup("error").Type(); types.Implements(t, e.Underlying().(*types.Interface)) {
			l.intoWrapper(e, a) // or a String method would go before Error
		}
		verb := "%v"
		if i < len(verbs) {
			verb = verbs[i]
		}
		switch last := verb[len(verb)-1]; {
		case last == 'T' || last == 'v' && strings.Contains(verb, "#"):
			if own := l.within(t, func(n *types.Named) bool { return true }, true); own != nil {
				l.refuse(a, fmt.Sprintf("the interpreter does not know the type %s by name, which %s prints", own.Obj().Name(), verb), "print it with %v")
			}
		case last == 'v' && strings.Contains(verb, "+"):
			if own := l.within(t, hidesFields, true); own != nil && !printsItself(own) {
				l.refuse(a, fmt.Sprintf("the interpreter does not know the names of the fields of %s, which %s prints", own.Obj().Name(), verb), "print it with %v, or give its fields upper-case names")
			}
			fallthrough
		case last == 'v' || last == 's' || last == 'd' || last == 'q':
			if own := l.within(t, printsItself, false); own != nil {
				l.refuse(a, fmt.Sprintf("the interpreter does not find the methods of %s when it prints a %s", own.Obj().Name(), l.typeText(t)), "print the elements one by one")
			}
		}
	}
}

// formatVerbs lists the verbs of a format in the order of their operands. A *
// stands for an operand of its own.
func formatVerbs(format string) []string {
	var verbs []string
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		start := i
		for i++; i < len(format) && strings.IndexByte("+-# 0123456789.*[]", format[i]) >= 0; i++ {
			if format[i] == '*' {
				verbs = append(verbs, "%*")
			}
		}
		if i < len(format) && format[i] != '%' {
			verbs = append(verbs, format[start:i+1])
		}
	}
	return verbs
}

// printsItself reports whether fmt would call a method of the type's values.
func printsItself(n *types.Named) bool {
	for _, name := range []string{"Error", "String", "Format", "GoString"} {
		if o, _, _ := types.LookupFieldOrMethod(n, false, n.Obj().Pkg(), name); o != nil {
			if _, ok := o.(*types.Func); ok {
				return true
			}
		}
	}
	return false
}

func hidesFields(n *types.Named) bool {
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if !f.Exported() {
			return true
		}
	}
	return false
}

// within finds a type of the notebook's of which something holds, among those
// that a value of type t is made of, as far as fmt prints them; itself says
// that t counts too.
func (l *lowering) within(t types.Type, holds func(*types.Named) bool, itself bool) *types.Named {
	seen := map[types.Type]bool{}
	var walk func(t types.Type, depth int) *types.Named
	walk = func(t types.Type, depth int) *types.Named {
		t = types.Unalias(t)
		if seen[t] {
			return nil
		}
		seen[t] = true
		if n, ok := t.(*types.Named); ok {
			if !l.ownType(n) {
				return nil
			}
			if holds(n) && (itself || depth > 0) {
				return n
			}
			if depth == 0 && !itself && printsItself(n) {
				return nil
			}
		}
		switch u := t.Underlying().(type) {
		case *types.Slice:
			return walk(u.Elem(), depth+1)
		case *types.Array:
			return walk(u.Elem(), depth+1)
		case *types.Map:
			if n := walk(u.Key(), depth+1); n != nil {
				return n
			}
			return walk(u.Elem(), depth+1)
		case *types.Pointer:
			if depth == 0 {
				if n, ok := u.Elem().(*types.Named); ok && !itself && printsItself(n) {
					return nil
				}
				return walk(u.Elem(), 1)
			}
		case *types.Struct:
			for f := range u.Fields() {
				// What stands in a field that is not exported has no methods
				// for fmt either.
				if f.Exported() || itself {
					if n := walk(f.Type(), depth+1); n != nil {
						return n
					}
				}
			}
		}
		return nil
	}
	return walk(t, 0)
}

package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// mlkit begins the paths of packages that change nothing they are given and
// keep none of it.
const mlkit = "viva/mlkit/"

// inspects reports whether a function neither changes nor keeps what it is
// given.
func inspects(f *types.Func) bool {
	path, name := f.Pkg().Path(), f.Name()
	switch path {
	case "strings", "math", "unicode":
		return true
	case "strconv", "unicode/utf8":
		return !strings.HasPrefix(name, "Append") && name != "EncodeRune"
	case "fmt":
		return slices.Contains([]string{"Print", "Println", "Printf", "Sprint", "Sprintln", "Sprintf", "Errorf"}, name)
	case "slices":
		return slices.Contains([]string{"Contains", "Index", "Max", "Min", "Equal", "Compare", "IsSorted", "BinarySearch"}, name)
	case mlkit + "view":
		return false
	}
	return strings.HasPrefix(path, mlkit)
}

// returnsArguments reports whether what a function returns holds what it is
// given, with which it does nothing else.
func returnsArguments(f *types.Func) bool {
	return f.Pkg() != nil && f.Pkg().Path() == mlkit+"view" && f.Signature().Recv() == nil
}

// looks reports whether a method of a compiled type neither changes nor keeps
// its receiver, nor returns parts of it.
func looks(m *types.Func) bool {
	switch path := m.Pkg().Path(); path {
	case mlkit + "view":
		return false
	case "regexp":
		return m.Name() != "Longest" && m.Name() != "UnmarshalText"
	default:
		return strings.HasPrefix(path, mlkit) || opaque(m.Signature().Recv().Type())
	}
}

// inspectedValue is inspected for what an expression gives. A field of a literal
// holds the value that is written there, whatever else its type would allow.
func (c *checker) inspectedValue(info *types.Info, x ast.Expr) bool {
	x = ast.Unparen(x)
	if u, ok := x.(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = ast.Unparen(u.X)
	}
	lit, ok := x.(*ast.CompositeLit)
	if !ok {
		return c.inspected(info.TypeOf(x))
	}
	if c.hasMethods(info.TypeOf(lit)) {
		return false
	}
	return !slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if _, ok := info.TypeOf(lit).Underlying().(*types.Map); ok && !c.inspectedValue(info, kv.Key) {
				return true
			}
			e = kv.Value
		}
		return !c.inspectedValue(info, e)
	})
}

// inspected reports whether compiled code that looks at a value of the type
// runs none of the notebook's code and can keep nothing of it that changes.
func (c *checker) inspected(t types.Type) bool {
	return !c.hasMethods(t) && !dynamicIn(t, map[types.Type]bool{})
}

// hasMethods reports whether a value of the type can hold one of the notebook's
// own types that has methods, as far as the type says it.
func (c *checker) hasMethods(t types.Type) bool {
	named := map[*types.Named]bool{}
	c.namedIn(t, named, map[types.Type]bool{})
	for n := range named {
		if n.NumMethods() > 0 {
			return true
		}
	}
	return false
}

// dynamicIn reports whether a type holds functions, channels or interfaces.
func dynamicIn(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] || opaque(t) {
		return false
	}
	seen[t] = true
	if n := pointsTo(t); n != nil && (n.Obj().Pkg().Path() == "regexp" || strings.HasPrefix(n.Obj().Pkg().Path(), mlkit) && n.Obj().Pkg().Path() != mlkit+"trace") {
		return false
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if stays(t) {
			return false
		}
		return dynamicIn(t.Underlying(), seen)
	case *types.Pointer:
		return dynamicIn(t.Elem(), seen)
	case *types.Slice:
		return dynamicIn(t.Elem(), seen)
	case *types.Array:
		return dynamicIn(t.Elem(), seen)
	case *types.Map:
		return dynamicIn(t.Key(), seen) || dynamicIn(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if dynamicIn(f.Type(), seen) {
				return true
			}
		}
		return false
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	}
	return true
}

// copied reports whether a copy of a value of the type shares nothing that can
// change with it.
func copied(t types.Type) bool { return copiedIn(t, map[types.Type]bool{}) }

func copiedIn(t types.Type, seen map[types.Type]bool) bool {
	if t == nil {
		return false
	}
	if seen[t] || opaque(t) {
		return true
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return stays(t) || copiedIn(t.Underlying(), seen)
	case *types.Basic:
		return t.Kind() != types.UnsafePointer
	case *types.Array:
		return copiedIn(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if !copiedIn(f.Type(), seen) {
				return false
			}
		}
		return true
	case *types.Tuple:
		return t.Len() == 0
	}
	return false
}

// pointsTo is the compiled type to which a pointer type points, or nil.
func pointsTo(t types.Type) *types.Named {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() == "main" {
		return nil
	}
	return n
}

// opaque reports whether a type is a pointer to an immutable value: one of
// mlkit, none of whose fields a cell can name, or one of those of the standard
// library that are made once and looked at.
func opaque(t types.Type) bool {
	n := pointsTo(t)
	if n == nil {
		return false
	}
	path := n.Obj().Pkg().Path()
	switch path + "." + n.Obj().Name() {
	case "encoding/base64.Encoding", "encoding/base32.Encoding", "time.Location":
		return true
	}
	if !strings.HasPrefix(path, mlkit) {
		return false
	}
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Exported() {
			return false
		}
	}
	return true
}

// constant reports whether code that mentions a variable of another package
// changes nothing behind it, unless it assigns to it: errors, and the tables of
// package unicode.
func constant(o types.Object) bool {
	n := pointsTo(o.Type())
	return n != nil && n.Obj().Pkg().Path() == "unicode" || types.Identical(o.Type(), types.Universe.Lookup("error").Type())
}

// stays reports whether a compiled struct type is immutable in spite of the
// pointers in it.
func stays(t *types.Named) bool {
	o := t.Obj()
	return o.Pkg() != nil && o.Pkg().Path() == "time" && (o.Name() == "Time" || o.Name() == "Location")
}

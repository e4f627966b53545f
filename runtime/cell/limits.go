package cell

import (
	"cmp"
	"go/ast"
	"go/types"
	"slices"
)

// The compiler's limits to types, of cmd/compile/internal/types on machines of
// 64 bits, in bytes.
const (
	maxSize        = 1 << 50
	maxChannelElem = 1<<16 - 1
)

// limits finds what the compiler refuses in code that go/types accepts: types
// that are too large, and interfaces without a name that refer to themselves.
// The errors are in the order of their positions.
func limits(file *ast.File, info *types.Info) []types.Error {
	var found []types.Error
	say := func(e ast.Expr, message string) {
		found = append(found, types.Error{Pos: e.Pos(), Msg: message})
	}
	visited := circles{}
	sizes := types.SizesFor("gc", "amd64")
	tooLarge := func(t types.Type, limit int64) bool {
		if parameterized(t, nil) {
			return false
		}
		n := sizes.Sizeof(t)
		return n < 0 || n > limit
	}
	interfaces := func(n ast.Node) bool {
		e, ok := n.(*ast.InterfaceType)
		if !ok {
			return true
		}
		if t, ok := types.Unalias(info.TypeOf(e)).(*types.Interface); ok && visited.from(t) {
			say(e, "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)")
		}
		return false
	}
	ast.Inspect(file, interfaces)
	ast.Inspect(file, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.ArrayType, *ast.StructType:
			if t := info.TypeOf(e.(ast.Expr)); t != nil && tooLarge(t, maxSize-1) {
				say(e.(ast.Expr), "type "+t.String()+" larger than address space")
			}
		case *ast.ChanType:
			if t, ok := types.Unalias(info.TypeOf(e)).(*types.Chan); ok && tooLarge(t.Elem(), maxChannelElem) {
				say(e, "channel element type too large (>64kB)")
			}
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b types.Error) int { return cmp.Compare(a.Pos, b.Pos) })
	return found
}

// parameterized reports whether a type parameter is part of how a type is laid
// out, so that it has no size yet.
func parameterized(t types.Type, within []types.Type) bool {
	if slices.Contains(within, t) {
		return false
	}
	within = append(within, t)
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		return parameterized(t.Underlying(), within)
	case *types.Array:
		return parameterized(t.Elem(), within)
	case *types.Struct:
		for f := range t.Fields() {
			if parameterized(f.Type(), within) {
				return true
			}
		}
	}
	return false
}

// circles looks for interfaces that are reached again from their own methods,
// by way of types that have no names. An interface's entry is true while it is
// being visited, false after that. Without names no other type can contain
// itself.
type circles map[*types.Interface]bool

// from reports whether an unvisited part of a type leads to one.
func (c circles) from(t types.Type) bool {
	t = types.Unalias(t)
	if i, ok := t.(*types.Interface); ok {
		if open, seen := c[i]; seen {
			return open
		}
		c[i] = true
		defer func() { c[i] = false }()
	}
	return slices.ContainsFunc(unnamedParts(t), c.from)
}

// unnamedParts are the types that a type without a name is written with.
func unnamedParts(t types.Type) []types.Type {
	var parts []types.Type
	switch t := t.(type) {
	case *types.Map:
		parts = append(parts, t.Key(), t.Elem())
	case interface{ Elem() types.Type }:
		parts = append(parts, t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			parts = append(parts, f.Type())
		}
	case *types.Signature:
		parts = append(parts, t.Params(), t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			parts = append(parts, v.Type())
		}
	case *types.Interface:
		for m := range t.Methods() { // the embedded ones too
			parts = append(parts, m.Type())
		}
	}
	return parts
}

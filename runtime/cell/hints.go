package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/runtime/symbols"
)

// hint says what may have been meant by an undefined name.
func (c *checker) hint(ch *chunk, name string, line int) string {
	if base, sel, ok := strings.Cut(name, "."); ok {
		var p string
		if im := c.imports[base]; im != nil {
			p = im.path
		} else {
			p = c.pick(base, []string{sel})
		}
		if pkg, err := c.importer.Import(p); err == nil {
			var names []string
			for _, n := range pkg.Scope().Names() {
				if token.IsExported(n) {
					names = append(names, n)
				}
			}
			if near := nearest.Name(sel, names); near != "" {
				return fmt.Sprintf("did you mean %s.%s?", base, near)
			}
		}
		return ""
	}
	for _, later := range c.nb.Cells {
		if later.CodeLine+strings.Count(later.Code, "\n") < line || !later.Options.Eval {
			continue
		}
		if at := declaredBelow(later.Code, name); at >= 0 {
			below, _ := place(later.Code, at, later.CodeLine, later.Indent)
			if below > line {
				return fmt.Sprintf("it is declared below, on line %d; cells run from top to bottom", below)
			}
		}
	}
	var names []string
	for n := range c.names {
		names = append(names, n)
	}
	for p, n := range symbols.Packages() {
		if path.Base(p) == n {
			names = append(names, n)
		}
	}
	names = append(names, types.Universe.Names()...)
	slices.Sort(names)
	if near := nearest.Name(name, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

// declaredBelow returns the offset at which the code declares the name at its
// top level, -1 if it does not. It goes by the look of the text: it serves a
// hint.
func declaredBelow(code, name string) int {
	items, _ := split(code)
	for _, it := range items {
		text := code[it.start:it.end]
		for _, form := range []string{"func " + name + "(", "func " + name + "[", "type " + name + " ", "const " + name + " ", "var " + name + " ", name + " := "} {
			if strings.HasPrefix(text, form) {
				return it.start
			}
		}
		if left, _, ok := strings.Cut(text, ":="); ok && !strings.ContainsAny(left, "\n(){}") {
			for _, n := range strings.Split(left, ",") {
				if strings.TrimSpace(n) == name {
					return it.start
				}
			}
		}
	}
	return -1
}

// memberHint says which field or method may have been meant where a type has
// none of the name that stands at pos.
func memberHint(ch *chunk, pos token.Pos) string {
	hint := ""
	ast.Inspect(ch.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Pos() == pos {
				if t := ch.info.TypeOf(n.X); t != nil {
					hint = suggest(n.Sel.Name, members(t, 0))
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					break
				}
				key, ok := kv.Key.(*ast.Ident)
				if t := ch.info.TypeOf(n); ok && t != nil && (key.Pos() == pos || kv.Pos() == pos) {
					hint = suggest(key.Name, fields(t))
				}
			}
		}
		return hint == ""
	})
	return hint
}

func suggest(name string, names []string) string {
	slices.Sort(names)
	if near := nearest.Name(name, slices.Compact(names)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

// maxEmbedding is how deep embedded fields are looked into for a hint.
const maxEmbedding = 4

// members names the fields and methods of a type that a notebook may select.
func members(t types.Type, depth int) []string {
	var names []string
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	all := types.NewMethodSet(types.NewPointer(t))
	if types.IsInterface(t) {
		all = types.NewMethodSet(t)
	}
	for m := range all.Methods() {
		if ours(m.Obj()) {
			names = append(names, m.Obj().Name())
		}
	}
	names = append(names, fields(t)...)
	if s, ok := t.Underlying().(*types.Struct); ok && depth < maxEmbedding {
		for f := range s.Fields() {
			if f.Embedded() {
				names = append(names, members(f.Type(), depth+1)...)
			}
		}
	}
	return names
}

// fields names a struct's own fields.
func fields(t types.Type) []string {
	var names []string
	if s, ok := t.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			if ours(f) {
				names = append(names, f.Name())
			}
		}
	}
	return names
}

// ours reports whether a notebook may use a field or method.
func ours(o types.Object) bool {
	return o.Exported() || o.Pkg() != nil && o.Pkg().Path() == "main"
}

// declaring matches the declarations of a cell's top level, by the look of
// lines.
var declaring = regexp.MustCompile(`(?m)^(?:(?:func|type|var|const) +)?([\pL_][\pL\pN_]*(?: *, *[\pL_][\pL\pN_]*)*)( *:?=[^=]|[ ([])`)

// excuse declares what text that cannot be read seems to declare, so that the
// code below is not blamed for using it.
func (c *checker) excuse(text string, line int) {
	for _, m := range declaring.FindAllStringSubmatch(text, -1) {
		isDeclaration := strings.HasPrefix(m[0], "func ") || strings.HasPrefix(m[0], "type ") || strings.HasPrefix(m[0], "var ") || strings.HasPrefix(m[0], "const ")
		if !isDeclaration && !strings.Contains(m[2], ":=") {
			continue
		}
		for _, n := range strings.Split(m[1], ",") {
			n = strings.TrimSpace(n)
			if n == "_" {
				continue
			}
			if strings.HasPrefix(m[0], "type ") {
				c.declare(types.NewTypeName(token.NoPos, c.pkg, n, types.Typ[types.Invalid]), line)
			} else {
				c.declare(types.NewVar(token.NoPos, c.pkg, n, types.Typ[types.Invalid]), line)
			}
		}
	}
}

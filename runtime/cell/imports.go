package cell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"viva/internal/nearest"
	"viva/runtime/symbols"
)

// importDecls reads a cell's own import declarations.
func (c *checker) importDecls(ch *chunk) {
	known := symbols.Packages()
	for _, spec := range ch.file.Imports {
		line, column := ch.position(spec.Pos())
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has said so
		}
		name, ok := known[p]
		if !ok {
			hint := "cells may import the standard library's packages for text, numbers and files, and viva/mlkit/…"
			var all []string
			for k := range known {
				all = append(all, k)
			}
			slices.Sort(all)
			if near := nearest.Name(p, all); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			c.report(ch.cell, line, column, fmt.Sprintf("package %s is not available in cells", p), hint)
			continue
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			c.report(ch.cell, line, column, "a dot import in a cell", "import the package under its name")
			continue
		}
		im := &imported{path: p, cell: ch.cell, line: line, column: column, used: name == "_"}
		c.imports[name] = im
		c.unused = append(c.unused, im)
	}
}

// resolveImports finds the packages that a chunk refers to by name, adds
// their imports to its file and returns them.
func (c *checker) resolveImports(ch *chunk) []Import {
	selected := map[string][]string{} // package name: what is selected of it
	first := map[string]token.Pos{}
	unresolved := map[*ast.Ident]bool{}
	for _, id := range ch.file.Unresolved {
		unresolved[id] = true
	}
	ast.Inspect(ch.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && unresolved[id] && c.names[id.Name] == nil {
				selected[id.Name] = append(selected[id.Name], s.Sel.Name)
				if _, ok := first[id.Name]; !ok {
					first[id.Name] = id.Pos()
				}
			}
		}
		return true
	})
	var names []string
	for n := range selected {
		names = append(names, n)
	}
	slices.Sort(names)
	var used []Import
	for _, n := range names {
		p := ""
		if im := c.imports[n]; im != nil {
			im.used = true
			p = im.path
		} else {
			p = c.pick(n, selected[n])
		}
		if p == "" {
			continue // go/types says that the name is undefined
		}
		used = append(used, Import{n, p})
		ch.addImport(Import{n, p})
	}
	return used
}

// addImport adds an import to the chunk's syntax, without a position: it is
// not in its text.
func (ch *chunk) addImport(im Import) {
	spec := &ast.ImportSpec{Name: ast.NewIdent(im.Name), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(im.Path)}}
	ch.file.Imports = append(ch.file.Imports, spec)
	ch.file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}}, ch.file.Decls...)
}

// pick chooses the package of that name which has most of what is selected of
// it: mlkit's before the standard library's, a shorter path before a longer.
func (c *checker) pick(name string, selected []string) string {
	var paths []string
	for p, n := range symbols.Packages() {
		if n == name {
			paths = append(paths, p)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		own := func(p string) int {
			if strings.HasPrefix(p, "viva/") {
				return 0
			}
			return 1
		}
		if d := own(a) - own(b); d != 0 {
			return d
		}
		if d := len(a) - len(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	if len(paths) < 2 {
		return strings.Join(paths, "")
	}
	best, most := "", -1
	for _, p := range paths {
		pkg, err := c.importer.Import(p)
		if err != nil {
			continue
		}
		n := 0
		for _, s := range selected {
			if pkg.Scope().Lookup(s) != nil {
				n++
			}
		}
		if n > most {
			best, most = p, n
		}
	}
	return best
}

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

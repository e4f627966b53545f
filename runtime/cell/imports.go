package cell

import (
	"fmt"
	"go/ast"
	"go/token"
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
		asked := path.Base(p)
		if spec.Name != nil {
			asked = spec.Name.Name
		}
		if !ok && c.importer.Outside != nil && p != "C" && p != "unsafe" {
			pkg, err := c.importer.Import(p)
			if err != nil {
				c.missing[asked] = true
				c.report(ch.cell, line, column, err.Error(), nearPackage(p, known))
				continue
			}
			name, ok = pkg.Name(), true
			c.refuse(ch.cell, line, column, fmt.Sprintf("the interpreter has no package %s", p), availableHint)
		}
		if !ok {
			hint := nearPackage(p, known)
			if hint == "" {
				hint = availableHint
			}
			c.missing[asked] = true
			c.report(ch.cell, line, column, fmt.Sprintf("package %s is not available in cells", p), hint)
			continue
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." && c.whole {
			c.dots = append(c.dots, p)
			c.refuse(ch.cell, line, column, "the interpreter cannot run a dot import", "import the package under its name")
			continue
		}
		if name == "." {
			c.report(ch.cell, line, column, "a dot import in a cell", "import the package under its name")
			continue
		}
		if name == "_" {
			c.native.importForEffect(p)
		}
		if was := c.imports[name]; was != nil && was.cell == ch.cell && name != "_" {
			c.report(ch.cell, line, column, name+" redeclared in this block", fmt.Sprintf("%q is imported under this name on line %d; give one of them another", was.path, was.line))
			continue
		}
		im := &imported{path: p, cell: ch.cell, line: line, column: column, used: name == "_"}
		c.imports[name] = im
		c.unused = append(c.unused, im)
	}
}

const availableHint = "cells may import the standard library's packages for text, numbers and files, and viva/mlkit/…"

// nearPackage says which package may have been meant.
func nearPackage(path string, known map[string]string) string {
	var all []string
	for k := range known {
		all = append(all, k)
	}
	slices.Sort(all)
	if near := nearest.Name(path, all); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
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
	for _, p := range c.dots {
		ch.addImport(Import{Name: ".", Path: p})
	}
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
		used = append(used, Import{Name: n, Path: p})
		ch.addImport(Import{Name: n, Path: p})
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

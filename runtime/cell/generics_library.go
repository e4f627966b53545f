package cell

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"strconv"
	"sync"

	"viva/runtime/symbols"
)

// library is a package of the standard library whose generic declarations are
// at hand as source.
type library struct {
	from      *origin
	templates map[string]*template
}

// parsed is a library's syntax tree. It is the same for all notebooks; its
// types are not, as they refer to those that a notebook's importer has read.
type parsed struct {
	code string
	fset *token.FileSet
	file *ast.File
	err  error
}

var parsedLibraries sync.Map // import path to func() parsed

func parseLibrary(path string) parsed {
	once, _ := parsedLibraries.LoadOrStore(path, sync.OnceValue(func() parsed {
		code, ok := symbols.GenericSource(path)
		if !ok {
			return parsed{}
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, code, parser.SkipObjectResolution)
		return parsed{code, fset, file, err}
	}))
	return once.(func() parsed)()
}

// library returns a package's generic declarations, nil if it has none. Only
// their signatures are checked: bodies are when an instance is made.
func (c *checker) library(importPath string) (*library, error) {
	if lib, ok := c.generics.libraries[importPath]; ok {
		return lib, nil
	}
	if c.generics.libraries == nil {
		c.generics.libraries = map[string]*library{}
	}
	c.generics.libraries[importPath] = nil
	p := parseLibrary(importPath)
	if p.file == nil || p.err != nil {
		return nil, p.err
	}
	compiled, err := c.importer.Import(importPath)
	if err != nil {
		return nil, err
	}
	base := p.fset.File(p.file.FileStart).Base()
	lib := &library{templates: map[string]*template{}, from: &origin{
		pkg: types.NewPackage(importPath, compiled.Name()), code: p.code, cell: -1,
		offset: func(pos token.Pos) int { return int(pos) - base }, names: map[string]types.Object{},
	}}
	for _, im := range p.file.Imports {
		imported, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return nil, err
		}
		lib.from.imports = append(lib.from.imports, Import{path.Base(imported), imported})
	}
	for _, d := range p.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				lib.templates[d.Name.Name] = &template{from: lib.from, name: d.Name.Name, function: d}
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					lib.templates[s.Name.Name] = &template{from: lib.from, name: s.Name.Name, typ: s}
				}
			}
		}
	}
	for _, d := range p.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
			if base, _ := receiver(f); lib.templates[base] != nil {
				lib.templates[base].methods = append(lib.templates[base].methods, f)
			}
		}
	}
	// Names that the source does not declare are the compiled package's.
	scope := lib.from.pkg.Scope()
	for _, n := range compiled.Scope().Names() {
		if lib.templates[n] == nil {
			scope.Insert(compiled.Scope().Lookup(n))
		}
	}
	conf := types.Config{
		Importer: c.importer, Sizes: types.SizesFor("gc", "amd64"), DisableUnusedImportCheck: true, IgnoreFuncBodies: true,
	}
	if err := types.NewChecker(&conf, p.fset, lib.from.pkg, newInfo()).Files([]*ast.File{p.file}); err != nil {
		return nil, fmt.Errorf("the generic functions of %s: %w", importPath, err)
	}
	for _, n := range scope.Names() {
		lib.from.names[n] = scope.Lookup(n)
	}
	c.generics.libraries[importPath] = lib
	return lib, nil
}

// members qualifies the names by which a library's source refers to what its
// own package has compiled.
func (l *lowering) members(from *origin) {
	if !from.library() {
		return
	}
	qualified := map[*ast.Ident]bool{}
	ast.Inspect(l.ch.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			qualified[s.Sel] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok || qualified[id] {
			return true
		}
		o := l.ch.info.Uses[id]
		if o == nil || o.Pkg() == nil || o.Pkg().Path() != from.pkg.Path() || o.Parent() != o.Pkg().Scope() {
			return true
		}
		if _, generic := l.ch.info.Instances[id]; !generic && l.c.emitted[o] == "" {
			l.replace(id.Pos(), id.End(), l.packageName(from.pkg.Path())+"."+id.Name)
		}
		return true
	})
}

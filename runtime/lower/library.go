package lower

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sync"

	"viva/runtime/symbols"
)

// library is a package of the standard library whose generic declarations are
// at hand as source.
type library struct {
	pkg  *types.Package
	info *types.Info
}

// parsed is a library's syntax tree. It is the same for all programs; its
// types are not, as they refer to those that a program's importer has read.
type parsed struct {
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
		return parsed{fset, file, err}
	}))
	return once.(func() parsed)()
}

// library returns a package's generic declarations, nil if it has none.
func (l *Lowerer) library(path string) *library {
	if lib, ok := l.libraries[path]; ok {
		return lib
	}
	l.libraries[path] = nil
	p := parseLibrary(path)
	if p.file == nil {
		return nil
	}
	if p.err != nil {
		panic(fmt.Sprintf("the generic source of %s: %v", path, p.err)) // embedded, and tested
	}
	compiled, err := l.importer.Import(path)
	if err != nil {
		return nil
	}
	lib := &library{pkg: types.NewPackage(path, compiled.Name()), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
	}}
	own := map[string]bool{}
	for _, d := range p.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			own[d.Name.Name] = d.Recv == nil
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					own[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						own[n.Name] = true
					}
				}
			}
		}
	}
	// Names that the source does not declare are the compiled package's.
	for _, n := range compiled.Scope().Names() {
		if !own[n] {
			lib.pkg.Scope().Insert(compiled.Scope().Lookup(n))
		}
	}
	conf := types.Config{Importer: l.importer, Sizes: types.SizesFor("gc", "amd64"), DisableUnusedImportCheck: true}
	if err := types.NewChecker(&conf, p.fset, lib.pkg, lib.info).Files([]*ast.File{p.file}); err != nil {
		panic(fmt.Sprintf("the generic source of %s: %v", path, err))
	}
	for _, d := range p.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			if o := lib.info.Defs[f.Name]; o != nil {
				l.sites[o] = &site{info: lib.info, function: f, library: lib}
			}
		}
	}
	l.libraries[path] = lib
	return lib
}

// compiledInstance is the compiled instance of a generic function, "" if
// there is none.
func (l *Lowerer) compiledInstance(o *types.Func, args []types.Type) string {
	name := symbols.Instance(o.Pkg().Path(), o.Name(), args)
	if name == "" {
		return ""
	}
	return l.packageName(o.Pkg().Path()) + "." + name
}

// Package symbols holds what cells may import, in two forms made from one
// list: tables of compiled symbols for the interpreter, and type information
// for the checker. Both are generated from the toolchain in use; a test fails
// when they differ from it.
package symbols

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"reflect"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

//go:generate go run ./gen

// tables makes the table of each package by its import path. A process needs few
// of them, and all together take as long to make as the process to start.
var tables = map[string]func() map[string]reflect.Value{}

var (
	mu   sync.Mutex
	made = map[string]map[string]reflect.Value{}
)

// Table holds a package's exported symbols, in the form that yaegi's Use takes,
// under their names. Entries with a leading underscore are compiled instances
// of generic functions, and the wrappers through which a cell's types implement
// the package's interfaces. It is nil for packages that cells may not import.
// The caller must not change it.
func Table(importPath string) map[string]reflect.Value {
	mu.Lock()
	defer mu.Unlock()
	if t := made[importPath]; t != nil {
		return t
	}
	if f := tables[importPath]; f != nil {
		made[importPath] = f()
	}
	return made[importPath]
}

//go:embed std.types
var stdTypes []byte

//go:embed mlkit.types
var mlkitTypes []byte

type entry struct {
	name   string
	packed []byte
}

var index = sync.OnceValue(func() map[string]entry {
	m := map[string]entry{}
	for _, b := range [][]byte{stdTypes, mlkitTypes} {
		next := func() []byte {
			n, w := binary.Uvarint(b)
			field := b[w : w+int(n)]
			b = b[w+int(n):]
			return field
		}
		for len(b) > 0 {
			path := string(next())
			name := string(next())
			m[path] = entry{name, next()}
		}
	}
	return m
})

// Packages maps the import path of every package that cells may import to its
// name.
func Packages() map[string]string {
	m := map[string]string{}
	for path, e := range index() {
		m[path] = e.name
	}
	return m
}

// Importer reads the embedded type information. It keeps what it read, so one
// importer serves all cells of a notebook. It is not safe for concurrent use.
type Importer struct {
	// Outside finds packages that are not embedded; nil for none.
	Outside  func(path string) (*Outside, error)
	packages map[string]*types.Package
	fset     *token.FileSet
}

// Outside is the type information of a package that is not embedded.
type Outside struct {
	Name string
	// Deps are the paths of all packages that it needs.
	Deps []string
	// Export is its export data, as gcexportdata.Read takes it.
	Export []byte
}

// NewImporter returns an importer that has read nothing yet.
func NewImporter() *Importer {
	return &Importer{packages: map[string]*types.Package{"unsafe": types.Unsafe}, fset: token.NewFileSet()}
}

// Import implements types.Importer.
func (im *Importer) Import(path string) (*types.Package, error) {
	if p := im.packages[path]; p != nil && p.Complete() {
		return p, nil
	}
	e, ok := index()[path]
	if !ok && im.Outside != nil {
		return im.outside(path)
	}
	if !ok {
		return nil, fmt.Errorf("package %s is not available in cells", path)
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(e.packed)))
	if err != nil {
		return nil, fmt.Errorf("type information of %s: %w", path, err)
	}
	return gcexportdata.Read(bytes.NewReader(data), im.fset, im.packages, path)
}

// outside reads a package that is not embedded.
func (im *Importer) outside(path string) (*types.Package, error) {
	p, err := im.Outside(path)
	if err != nil {
		return nil, err
	}
	// What it shares with the embedded packages is read from them first, so
	// that each type is there once.
	for _, d := range p.Deps {
		if _, embedded := index()[d]; embedded {
			if _, err := im.Import(d); err != nil {
				return nil, err
			}
		}
	}
	return gcexportdata.Read(bytes.NewReader(p.Export), im.fset, im.packages, path)
}

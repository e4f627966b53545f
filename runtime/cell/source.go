package cell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"viva/runtime/record"
	"viva/runtime/symbols"
)

// CheckSource reports what the Go compiler's front end finds wrong with a
// whole Go file of any package, in the order of lines, in its words. It lowers
// nothing. Like the compiler it leaves types alone while there are syntax
// errors, gives one of these a line, and never the same message for a line
// twice. Lines follow the file's //line directives.
//
// The importer gives the packages that the file imports; nil stands for those
// of cells.
func CheckSource(name, source string, importer types.Importer) []record.Diagnostic {
	if importer == nil {
		importer = symbols.NewImporter()
	}
	s := &sourceCheck{path: name, importer: pathChecker{importer}, fset: token.NewFileSet()}
	s.check(source)
	slices.SortStableFunc(s.found, func(a, b record.Diagnostic) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	type said struct {
		file    string
		line    int
		message string
	}
	seen := map[said]bool{}
	return slices.DeleteFunc(s.found, func(d record.Diagnostic) bool {
		key := said{d.File, d.Line, d.Message}
		again := seen[key]
		seen[key] = true
		return again
	})
}

// sourceCheck is the state of one CheckSource.
type sourceCheck struct {
	path     string
	importer types.Importer
	fset     *token.FileSet
	found    []record.Diagnostic
}

func (s *sourceCheck) report(pos token.Pos, message string) {
	at := s.fset.Position(pos)
	// Behind a //line directive that names none there are no columns.
	s.found = append(s.found, record.Diagnostic{Severity: "error", File: at.Filename, Line: at.Line, Column: max(at.Column, 1), Message: message})
}

// check looks at syntax and directives, and if the syntax is right at types,
// then at what the compiler refuses beyond them.
func (s *sourceCheck) check(source string) {
	file, err := parser.ParseFile(s.fset, s.path, source, parser.AllErrors|parser.SkipObjectResolution|parser.ParseComments)
	base := s.fset.File(file.FileStart)
	var list scanner.ErrorList
	errors.As(err, &list)
	stop := false
	for _, f := range inCompilersWords(source, base, list) {
		stop = stop || strings.HasPrefix(f.message, "syntax error")
		s.report(base.Pos(f.offset), f.message)
	}
	d := directives{report: s.report}
	d.collect(file, base, source)
	if stop {
		return
	}
	var typeErrors []types.Error
	conf := types.Config{
		Importer: s.importer,
		Sizes:    types.SizesFor("gc", "amd64"),
		Error:    func(err error) { typeErrors = append(typeErrors, err.(types.Error)) },
	}
	info := newInfo()
	pkg, _ := conf.Check("p", s.fset, []*ast.File{file}, info)
	typeErrors = slices.DeleteFunc(typeErrors, func(e types.Error) bool {
		// Of a file that go/parser could not read as a whole, what the rest
		// does not use says nothing.
		unused := strings.HasSuffix(e.Msg, "imported and not used") || strings.HasPrefix(e.Msg, "declared and not used")
		return len(list) > 0 && (unused || malformed(e.Msg))
	})
	typeErrors = slices.DeleteFunc(typeErrors, func(e types.Error) bool { return usedWrongly(file, e, typeErrors) })
	if len(typeErrors)+len(s.found) == 0 {
		typeErrors = limits(file, info)
	}
	if len(typeErrors) == 0 {
		d.check(file, pkg)
	}
	for _, e := range typeErrors {
		if text, ok := strings.CutPrefix(e.Msg, "\t"); ok && len(s.found) > 0 {
			at := s.fset.Position(e.Pos)
			s.found[len(s.found)-1].Message += fmt.Sprintf("\n\t%s:%d: %s", filepath.Base(at.Filename), at.Line, text)
			continue
		}
		s.report(e.Pos, typeErrorWords(file, e))
	}
}

// malformed recognises what go/types says about literals that the scanner has
// already refused.
func malformed(message string) bool {
	return strings.HasPrefix(message, "malformed constant") || strings.HasPrefix(message, "excessively long constant")
}

// pathChecker refuses import paths that no package may have.
type pathChecker struct{ types.Importer }

func (p pathChecker) Import(name string) (*types.Package, error) {
	switch {
	case name == "main":
		return nil, errors.New(`cannot import "main"`)
	case strings.HasPrefix(name, "/"):
		return nil, errors.New("import path cannot be absolute path")
	case path.Clean(name) != name && !strings.HasPrefix(name, "."):
		return nil, fmt.Errorf("non-canonical import path %q (should be %q)", name, path.Clean(name))
	}
	return p.Importer.Import(name)
}

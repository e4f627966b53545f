package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"viva/runtime/symbols"
)

// mustSource is what the predeclared must means, for programs in which cells
// use it. Its panic says that it is must's.
const mustSource = "\nfunc must[T any](v T, err error) T {\n\tif err != nil {\n\t\tpanic(fmt.Sprintf(\"must: %v\", err))\n\t}\n\treturn v\n}\n"

var mustCall = regexp.MustCompile(`\bmust\(`)

// assemble makes a Go program of cells, as a person would: declarations stand
// at package level, statements one after the other in main. A variable that a
// declaration mentions is a package variable. What cells can do beyond that
// (declare a name again, use a variable of := in a function) it cannot
// express; go build says so. With lines, positions are those of the cells, in
// a file for each, cell1.go and so on.
func assemble(cells []string, lines bool) (string, error) {
	var imports, decls, body strings.Builder
	var items []string
	for n, c := range cells {
		line := 1
		rest := c
		for _, it := range splitItems(c) {
			before, after, _ := strings.Cut(rest, it)
			line += strings.Count(before, "\n")
			rest = after
			if lines {
				items = append(items, fmt.Sprintf("//line cell%d.go:%d\n%s", n+1, line, it))
			} else {
				items = append(items, it)
			}
			line += strings.Count(it, "\n")
		}
	}
	code := func(it string) string {
		if lines {
			_, it, _ = strings.Cut(it, "\n")
		}
		return it
	}
	declared := "package main\n"
	for _, it := range items {
		if isDeclaration(code(it)) {
			declared += code(it) + "\n"
		}
	}
	alone, err := parser.ParseFile(token.NewFileSet(), "", declared, 0)
	if err != nil {
		return "", err
	}
	mentioned := map[string]bool{}
	for _, id := range alone.Unresolved {
		mentioned[id.Name] = true
	}
	for _, it := range items {
		switch variable := variableStart.FindStringSubmatch(code(it)); {
		case strings.HasPrefix(code(it), "import"):
			imports.WriteString(code(it) + "\n")
		case isDeclaration(code(it)), variable != nil && mentioned[variable[1]]:
			decls.WriteString(it + "\n\n")
		default:
			body.WriteString(it + "\n")
		}
	}
	if mustCall.MatchString(decls.String() + body.String()) {
		if lines {
			decls.WriteString("//line must.go:1\n")
		}
		decls.WriteString(mustSource)
	}
	source := imports.String() + decls.String() + "\nfunc main() {\n" + body.String() + "}\n"
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+source, parser.ParseComments)
	if err != nil {
		return "", err
	}
	var added strings.Builder
	for _, path := range missingImports(file) {
		fmt.Fprintf(&added, "import %q\n", path)
	}
	source = "package main\n\n" + added.String() + source
	if lines {
		return source, nil
	}
	b, err := format.Source([]byte(source))
	return string(b), err
}

// splitItems cuts a cell into its top-level statements and declarations.
func splitItems(code string) []string {
	var items []string
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(code))
	s.Init(file, []byte(code), nil, 0)
	depth, start, end := 0, -1, 0
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		switch tok {
		case token.EOF:
			return items
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.SEMICOLON:
			if depth == 0 {
				items = append(items, code[start:end])
				start = -1
				continue
			}
		}
		if start < 0 {
			start = at
		}
		if tok != token.SEMICOLON || lit == ";" {
			if lit == "" {
				lit = tok.String()
			}
			end = at + len(lit)
		}
	}
}

var (
	variableStart    = regexp.MustCompile(`^var (\w+)`)
	declarationStart = regexp.MustCompile(`^(type|const)\b|^func \w|^func \([^()]*\) \w+\(`)
)

func isDeclaration(item string) bool { return declarationStart.MatchString(item) }

// missingImports lists the packages of the standard library that a file
// refers to and does not import.
func missingImports(file *ast.File) []string {
	paths := map[string]string{}
	for path, name := range symbols.Packages() {
		if !strings.Contains(path, ".") && !strings.HasPrefix(path, "viva/") && (paths[name] == "" || len(path) < len(paths[name])) {
			paths[name] = path
		}
	}
	for _, im := range file.Imports {
		path := strings.Trim(im.Path.Value, `"`)
		name := symbols.Packages()[path]
		if im.Name != nil {
			name = im.Name.Name
		}
		delete(paths, name)
	}
	unresolved := map[*ast.Ident]bool{}
	for _, id := range file.Unresolved {
		unresolved[id] = true
	}
	found := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && unresolved[id] && paths[id.Name] != "" {
				found[paths[id.Name]] = true
			}
		}
		return true
	})
	return slices.Sorted(maps.Keys(found))
}

// nativeProgram vets and runs a program with the Go toolchain, and returns what it
// printed to its standard output and, if it failed, to its standard error.
func nativeProgram(t *testing.T, source string, vet bool) (stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module program\n\ngo 1.26\n", "main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// Without inlining, a stack trace has the functions' own names.
	commands := [][]string{{"build", "-gcflags=-l", "-o", "program", "."}}
	if vet {
		commands = append(commands, []string{"vet", "."})
	}
	for _, args := range commands {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s\n%s", args[0], err, out, source)
		}
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "program"))
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) || errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return out.String(), errs.String()
	}
	return out.String(), ""
}

package cell

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// directive is a //go: comment that belongs to a declaration.
type directive struct {
	pos  token.Pos
	verb string // "go:noinline"
}

// linkname is a //go:linkname directive, which may stand anywhere in a file.
type linkname struct {
	pos           token.Pos
	local, remote string
}

// directives checks that compiler directives have the right form and stand
// where they mean something.
type directives struct {
	found     []directive
	linknames []linkname
	report    func(token.Pos, string)
}

// functionDirectives are those that stand before a function.
var functionDirectives = []string{
	"go:noescape", "go:norace", "go:nosplit", "go:noinline", "go:nocheckptr", "go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec",
	"go:yeswritebarrierrec", "go:cgo_unsafe_args", "go:uintptrkeepalive", "go:uintptrescapes", "go:registerparams",
}

// runtimeDirectives are those that only package runtime may use.
var runtimeDirectives = []string{"go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec", "go:yeswritebarrierrec"}

// collect finds a file's directives and reports those that have a wrong form.
func (d *directives) collect(file *ast.File, base *token.File, source string) {
	for _, group := range file.Comments {
		for _, c := range group.List {
			text, ok := strings.CutPrefix(c.Text, "//")
			if !ok || !strings.HasPrefix(text, "go:") {
				continue
			}
			at := base.Offset(c.Pos())
			start := strings.LastIndexByte(source[:at], '\n') + 1
			if strings.TrimSpace(source[start:at]) != "" {
				d.report(c.Pos()+2, "misplaced compiler directive")
				continue
			}
			d.add(c.Pos()+2, text)
		}
	}
}

func (d *directives) add(pos token.Pos, text string) {
	fields := strings.Fields(text)
	verb, n := fields[0], len(fields)
	switch {
	case verb == "go:linkname" && n != 2 && n != 3:
		d.report(pos, "usage: //go:linkname localname [linkname]")
		return
	case verb == "go:linkname":
		d.linknames = append(d.linknames, linkname{pos, fields[1], fields[n-1]})
		return
	case verb == "go:embed" && n == 1:
		d.report(pos, "usage: //go:embed pattern...")
		return
	case verb == "go:wasmimport" && n != 3:
		d.report(pos, "usage: //go:wasmimport importmodule importname")
	case verb == "go:wasmexport" && n != 2:
		d.report(pos, "usage: //go:wasmexport exportname")
	case strings.HasPrefix(verb, "go:cgo_") && verb != "go:cgo_import_dynamic":
		d.report(pos, fmt.Sprintf("//%s only allowed in cgo-generated code", text))
		if verb == "go:cgo_ldflag" && n != 2 {
			d.report(pos, `usage: //go:cgo_ldflag "arg"`)
		}
	case slices.Contains(runtimeDirectives, verb):
		d.report(pos, fmt.Sprintf("//%s only allowed in runtime", verb))
	case verb == "go:uintptrkeepalive":
		d.report(pos, fmt.Sprintf("//%s is only allowed in the standard library", verb))
	}
	d.found = append(d.found, directive{pos, verb})
}

// station is a place in a file up to which the directives in front of it
// count: the start of a declaration, which some of them may stand before, or
// the end of something, which none may.
type station struct {
	pos     token.Pos
	allowed []string
	embeds  *ast.ValueSpec
	local   bool
}

// check reports the directives of a file that is otherwise correct which do
// not belong where they stand.
func (d *directives) check(file *ast.File, pkg *types.Package) {
	imports := map[string]bool{}
	for _, i := range file.Imports {
		imports[i.Path.Value] = true
	}
	stops := stations(file)
	for _, one := range d.found {
		i := slices.IndexFunc(stops, func(s station) bool { return s.pos > one.pos })
		at := station{}
		if i >= 0 {
			at = stops[i]
		}
		switch {
		case one.verb == "go:embed" && at.embeds == nil:
			d.report(one.pos, "misplaced go:embed directive")
		case one.verb == "go:embed":
			d.embed(one, at, imports[`"embed"`])
		case !slices.Contains(at.allowed, one.verb) && (one.verb == "go:build" || slices.Contains(functionDirectives, one.verb)):
			d.report(one.pos, "misplaced compiler directive")
		}
	}
	d.links(pkg, imports[`"unsafe"`])
}

// stations are those of a file, in their order.
func stations(file *ast.File) []station {
	all := []station{{pos: file.Package, allowed: []string{"go:build"}}, {pos: file.Name.End()}}
	body := 0
	ast.PreorderStack(file, nil, func(n ast.Node, above []ast.Node) bool {
		body = 0
		for _, a := range above {
			if _, ok := a.(*ast.BlockStmt); ok {
				body++
			}
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			all = append(all, station{pos: n.Pos(), allowed: functionDirectives}, station{pos: n.End()})
		case *ast.GenDecl:
			if n.Lparen.IsValid() {
				all = append(all, station{pos: n.Lparen})
			}
			for _, s := range n.Specs {
				at := station{pos: s.Pos(), local: body > 0}
				if !n.Lparen.IsValid() {
					at.pos = n.Pos()
				}
				if n.Tok == token.VAR {
					at.embeds, _ = s.(*ast.ValueSpec)
				}
				all = append(all, at)
			}
			all = append(all, station{pos: n.End()})
		case ast.Stmt:
			all = append(all, station{pos: n.End()})
		}
		return true
	})
	slices.SortStableFunc(all, func(a, b station) int { return cmp.Compare(a.pos, b.pos) })
	return all
}

// embed checks a go:embed directive before a variable.
func (d *directives) embed(one directive, at station, imported bool) {
	switch {
	case !imported:
		d.report(one.pos, `go:embed only allowed in Go files that import "embed"`)
	case len(at.embeds.Names) > 1:
		d.report(one.pos, "go:embed cannot apply to multiple vars")
	case at.embeds.Values != nil:
		d.report(one.pos, "go:embed cannot apply to var with initializer")
	case at.local:
		d.report(one.pos, "go:embed cannot apply to var inside func")
	}
}

func (d *directives) links(pkg *types.Package, imported bool) {
	linked := map[string]bool{}
	for _, l := range d.linknames {
		known := false
		switch pkg.Scope().Lookup(l.local).(type) {
		case *types.Func, *types.Var:
			known = true
		}
		switch {
		case !imported:
			d.report(l.pos, `//go:linkname only allowed in Go files that import "unsafe"`)
		case strings.Contains(l.remote, "[") && strings.Contains(l.remote, "]"):
			d.report(l.pos, "//go:linkname reference of an instantiation is not allowed")
		case !known:
			d.report(l.pos, "//go:linkname must refer to declared function or variable")
		case linked[l.local]:
			d.report(l.pos, "duplicate //go:linkname for "+l.local)
		default:
			linked[l.local] = true
		}
	}
}

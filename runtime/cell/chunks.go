package cell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// chunks groups neighbouring items. A method joins the chunk of its type, or
// the type comes down to the method where the method needs what stands
// between them.
func chunks(code string, items []item) []*chunk {
	var all []*chunk
	join := func(it item, k kind) {
		if len(all) == 0 || all[len(all)-1].kind != k || all[len(all)-1].closed {
			all = append(all, &chunk{kind: k})
		}
		all[len(all)-1].items = append(all[len(all)-1].items, it)
	}
	for _, it := range items {
		if it.kind != method {
			join(it, it.kind)
			continue
		}
		i := home(code, all, it)
		switch {
		case i < 0 || i == len(all)-1:
			join(it, declaration)
		case sinks(code, all[i], all[i+1:], it):
			c := all[i]
			all = slices.Delete(all, i, i+1)
			if last := all[len(all)-1]; last.kind == declaration {
				last.items = append(c.items, last.items...)
			} else {
				all = append(all, c)
			}
			join(it, declaration)
		default:
			all[i].items = append(all[i].items, it)
			all[len(all)-1].closed = true
		}
	}
	if len(all) > 0 {
		all[len(all)-1].last = true
	}
	return all
}

// home is the chunk that declares the type of a method; else the last one that
// declares anything, or -1.
func home(code string, all []*chunk, it item) int {
	near := -1
	receiver := ""
	for _, d := range parseItem(code, it) {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv.NumFields() == 1 {
			receiver = baseName(f.Recv.List[0].Type)
		}
	}
	for i, ch := range slices.Backward(all) {
		if ch.kind != declaration {
			continue
		}
		if near < 0 {
			near = i
		}
		if ch.names(code).declared[receiver] {
			return i
		}
	}
	return near
}

func baseName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return baseName(x.X)
	case *ast.ParenExpr:
		return baseName(x.X)
	case *ast.IndexExpr:
		return baseName(x.X)
	case *ast.IndexListExpr:
		return baseName(x.X)
	}
	return ""
}

// sinks reports whether a method uses what is declared between it and the
// chunk of its type, and that chunk means the same behind it.
func sinks(code string, ch *chunk, between []*chunk, it item) bool {
	own, m := ch.names(code), (&chunk{kind: declaration, items: []item{it}}).names(code)
	uses := false
	for _, b := range between {
		n := b.names(code)
		if meet(n.used, own.declared) || meet(own.used, n.declared) {
			return false
		}
		uses = uses || meet(m.used, n.declared)
	}
	return uses
}

func meet(a, b map[string]bool) bool {
	for n := range a {
		if b[n] && n != "_" {
			return true
		}
	}
	return false
}

// names are those that a chunk declares for the chunks below it, and all that
// it mentions.
type names struct{ declared, used map[string]bool }

func (ch *chunk) names(code string) names {
	n := names{map[string]bool{}, map[string]bool{}}
	declare := func(ids ...*ast.Ident) {
		for _, id := range ids {
			n.declared[id.Name] = true
		}
	}
	general := func(d *ast.GenDecl) {
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				declare(s.Name)
			case *ast.ValueSpec:
				declare(s.Names...)
			}
		}
	}
	for _, it := range ch.items {
		for _, d := range parseItem(code, it) {
			ast.Inspect(d, func(x ast.Node) bool {
				if id, ok := x.(*ast.Ident); ok {
					n.used[id.Name] = true
				}
				return true
			})
			switch d := d.(type) {
			case *ast.GenDecl:
				general(d)
			case *ast.FuncDecl:
				if d.Recv == nil {
					declare(d.Name)
				}
				if it.kind != statement {
					continue
				}
				for _, s := range d.Body.List {
					switch s := s.(type) {
					case *ast.DeclStmt:
						general(s.Decl.(*ast.GenDecl))
					case *ast.AssignStmt:
						if s.Tok == token.DEFINE {
							for _, x := range s.Lhs {
								if id, ok := x.(*ast.Ident); ok {
									declare(id)
								}
							}
						}
					}
				}
			}
		}
	}
	return n
}

// parseItem parses an item as a file of its own; statements stand in a
// function. Syntax errors are reported where the chunk is checked.
func parseItem(code string, it item) []ast.Decl {
	text := "package p\n" + code[it.start:it.end]
	if it.kind == statement {
		text = "package p\nfunc _() {\n" + code[it.start:it.end] + "\n}"
	}
	file, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	return slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Body == nil
	})
}

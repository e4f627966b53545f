package cell

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// usedWrongly reports whether an error says that a label is not used which is
// used, though by a break or continue that it is not for. The compiler then
// complains of that alone.
func usedWrongly(file *ast.File, e types.Error, all []types.Error) bool {
	name, ok := strings.CutSuffix(e.Msg, " declared and not used")
	if !ok || !strings.HasPrefix(name, "label ") {
		return false
	}
	name = strings.TrimPrefix(name, "label ")
	i := slices.IndexFunc(file.Decls, func(d ast.Decl) bool { return d.Pos() <= e.Pos && e.Pos < d.End() })
	return i >= 0 && slices.ContainsFunc(all, func(other types.Error) bool {
		return (other.Msg == "invalid break label "+name || other.Msg == "invalid continue label "+name) &&
			file.Decls[i].Pos() <= other.Pos && other.Pos < file.Decls[i].End()
	})
}

// typeErrorWords rewords what go/types says of branches and labels, which are
// the compiler's parser's to check.
func typeErrorWords(file *ast.File, e types.Error) string {
	message := e.Msg
	for _, branch := range []string{"break", "continue"} {
		if name, ok := strings.CutPrefix(message, "invalid "+branch+" label "); ok && !hasLabel(file, e.Pos, name) {
			return branch + " label not defined: " + name
		}
	}
	if strings.HasPrefix(message, "label ") {
		for theirs, ours := range map[string]string{" declared and not used": " defined and not used", " not declared": " not defined", " already declared": " already defined"} {
			if name, ok := strings.CutSuffix(message, theirs); ok {
				return name + ours
			}
		}
	}
	switch message {
	case "break not in for, switch, or select statement":
		return "break is not in a loop, switch, or select"
	case "continue not in for statement":
		return "continue is not in a loop"
	}
	return message
}

// hasLabel reports whether the declaration at a position defines a label.
func hasLabel(file *ast.File, pos token.Pos, name string) bool {
	found := false
	for _, d := range file.Decls {
		if pos < d.Pos() || pos >= d.End() {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if l, ok := n.(*ast.LabeledStmt); ok && l.Label.Name == name {
				found = true
			}
			return !found
		})
	}
	return found
}

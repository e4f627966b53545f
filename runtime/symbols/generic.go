package symbols

import (
	"embed"
	"go/types"
	"strings"
)

//go:embed generic
var generic embed.FS

// GenericSource returns the source of a standard library package's generic
// functions and types, as one file: what the symbol tables cannot hold. The
// file may refer to the package's other exported names as its own. ok is false
// for packages that have none, and for those whose generics need the Go
// runtime.
func GenericSource(path string) (source string, ok bool) {
	text, err := generic.ReadFile("generic/" + strings.ReplaceAll(path, "/", "_") + ".go.txt")
	return string(text), err == nil
}

// Instance returns the name in the package's table of the compiled instance of
// a generic function, "" if there is none.
func Instance(importPath, function string, args []types.Type) string {
	if len(args) == 0 {
		return ""
	}
	elem, ok := types.Unalias(args[len(args)-1]).(*types.Basic)
	if !ok || len(args) == 2 && !types.Identical(args[0], types.NewSlice(elem)) {
		return ""
	}
	name := "_" + function + "_" + elem.Name()
	if _, ok := Table(importPath)[name]; !ok {
		return ""
	}
	return name
}

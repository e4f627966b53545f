package cell

import (
	"fmt"
	"strings"
	"testing"
)

func TestWholeFilesAreCheckedAsByTheCompiler(t *testing.T) {
	const pkg = "package p\n"
	for _, c := range []struct{ name, source, want string }{
		{"correct", pkg + "import \"fmt\"\nfunc F() { fmt.Println() }\n", ""},
		{"syntax, one error a line", pkg + "var x = := := 1\n", "2:9: syntax error: unexpected :=, expected expression"},
		{"types are left alone then", pkg + "var x int = \"\"\nvar y = )\n", "3:9: syntax error: unexpected ), expected expression"},
		{"imports", pkg + "import \"fmt\"\nimport \"fmt\"\nimport . \"math\"\n",
			"2:8: \"fmt\" imported and not used\n3:8: fmt redeclared in this block\n\tp.go:2: other declaration of fmt\n3:8: \"fmt\" imported and not used\n4:8: \"math\" imported and not used"},
		{"import paths", pkg + "import _ \"/x\"\nimport _ \"text//template\"\n",
			"2:10: could not import /x (import path cannot be absolute path)\n3:10: could not import text//template (non-canonical import path \"text//template\" (should be \"text/template\"))"},
		{"labels", pkg + "func f() {\nL:\n\tfor {\n\t\tbreak M\n\t}\n\tgoto N\n}\n",
			"3:1: label L defined and not used\n5:9: break label not defined: M\n7:7: label N not defined"},
		{"fallthrough", pkg + "func f() { switch { case true: fallthrough } }\n", "2:32: cannot fallthrough final case in switch"},
		{"unused variables", pkg + "func f() { x := 1 }\n", "2:12: declared and not used: x"},
		{"literals", pkg + "var x = '\\0'\n", "2:12: invalid character '\\'' in octal escape"},
		{"directives", pkg + "//go:noinline\nvar x int\n//go:embed x\nvar s string\n//go:nosplit\nfunc f() {}\n",
			"2:3: misplaced compiler directive\n4:3: go:embed only allowed in Go files that import \"embed\""},
		{"types without end", pkg + "type T interface{ m() interface{ T } }\n", "2:8: invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)"},
		{"large types", pkg + "var c chan [1 << 16]byte\nvar a [1 << 50]byte\n", "2:7: channel element type too large (>64kB)\n3:7: type [1125899906842624]byte larger than address space"},
		{"generic types have no size", pkg + "type T[E any] struct{ c chan [1 << 16]E }\n", ""},
		{"line directives", pkg + "//line p.go:90\nvar x = y\n", "90:1: undefined: y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all []string
			for _, d := range CheckSource("p.go", c.source, nil) {
				all = append(all, fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message))
			}
			if got := strings.Join(all, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

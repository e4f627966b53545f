package cell

import (
	"fmt"
	"testing"
)

func TestWholeFiles(t *testing.T) {
	p, diagnostics := CheckFile("f.go", "// A comment.\npackage main\n\nimport \"fmt\"\n\nvar a = b + 1\nvar b = f()\n\nfunc f() int { return 2 }\nfunc init() { a++ }\nfunc init() { a++ }\nfunc main() { fmt.Println(a) }\n", nil)
	if p == nil {
		t.Fatal(diagnostics)
	}
	for _, c := range []struct{ name, source, want string }{
		{"type error", "package main\n\nfunc main() { var x string = 1; _ = x }\n", `3:30: cannot use 1 (untyped int constant) as string value in variable declaration`},
		{"import", "package main\n\nimport \"net/http\"\n", "3:8: package net/http is not available in cells"},
		{"no package", "func main() {}\n", "1:1: 1:1: expected 'package', found 'func'"},
	} {
		p, diagnostics := CheckFile("f.go", c.source, nil)
		if p != nil {
			diagnostics = append(diagnostics, p.Refused...)
		}
		if len(diagnostics) == 0 {
			t.Errorf("%s: accepted", c.name)
			continue
		}
		d := diagnostics[0]
		if got := fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

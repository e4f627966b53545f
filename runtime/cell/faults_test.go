package cell

import (
	"fmt"
	"testing"
)

// What the interpreter would run otherwise than Go says, and cannot be lowered,
// is refused before anything runs.
func TestWhatWouldRunWronglyIsRefused(t *testing.T) {
	const valueError = "type E struct{ code int }\nfunc (e E) Error() string { return \"e\" }\n"
	for _, c := range []struct {
		name, code, want string
	}{
		{"types of one form", "type A struct{ n int }\ntype B struct{ n int }\nvar v any = A{1}\n_, ok := v.(B)\nok",
			"10:13: the interpreter cannot tell B from A: they have the same form | keep such values in variables of their own types, or give one an extra field"},
		{"types of one form in a switch", "type A []int\nvar v any = A{1}\nswitch v.(type) {\ncase []int:\n}",
			"10:6: the interpreter cannot tell []int from A: they have the same form | keep such values in variables of their own types, or give one an extra field"},
		{"errors.As for a struct by value", valueError + "var e E\nerrors.As(fmt.Errorf(\"x\"), &e)",
			"10:1: the interpreter cannot find the E in a value of type error | declare its methods on *E, and use &E{…}"},
		{"assertion of a struct by value", valueError + "var err error\n_, ok := err.(E)\nok",
			"10:10: the interpreter cannot find the E in a value of type error | declare its methods on *E, and use &E{…}"},
		{"an error that says what it wraps", "type W struct{ err error }\nfunc (w *W) Error() string { return \"w\" }\nfunc (w *W) Unwrap() error { return w.err }\nerrors.Is(&W{}, io.EOF)",
			"10:1: the interpreter's errors.Is cannot call the method Unwrap of W | wrap errors with fmt.Errorf and %w"},
		{"the name of a type", "type T struct{ n int }\nfmt.Printf(\"%d %T\", 1, []T{})",
			"8:24: the interpreter does not know the type T by name, which %T prints | print it with %v"},
		{"the names of fields", "type T struct{ n int }\nfmt.Printf(\"%+v\", T{})",
			"8:19: the interpreter does not know the names of the fields of T, which %+v prints | print it with %v, or give its fields upper-case names"},
		{"elements that print themselves", "type C int\nfunc (c C) String() string { return \"c\" }\nfmt.Println(C(1), []C{1})",
			"9:19: the interpreter does not find the methods of C when it prints a []C | print the elements one by one"},
		{"function types", "var v any = func() {}\n_, ok := v.(func())\nok",
			"8:13: the interpreter cannot ask a value for a function type | keep such values in variables of their own types"},
		{"an interface switch with a statement", "var v any\nswitch x := v; any(x) {\ncase 1:\n}",
			"8:1: the interpreter cannot run a switch with a statement and an interface value | put the statement before the switch"},
		{"several values into a map in an if", "m := map[int]int{}\nvar ok bool\nif m[1], ok = m[2]; ok {\n}",
			"9:4: the interpreter cannot run an assignment of several values in this place | put it before the statement"},
		{"left sides that depend on each other, without calls", "i, x := 0, []int{1, 2}\ni, x[i] = 1, 9",
			"8:1: the interpreter cannot run an assignment whose left sides depend on each other | write one assignment to a line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := messages(t, c.code); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWholeFiles(t *testing.T) {
	p, diagnostics := CheckFile("f.go", "// A comment.\npackage main\n\nimport \"fmt\"\n\nvar a = b + 1\nvar b = f()\n\nfunc f() int { return 2 }\nfunc init() { a++ }\nfunc init() { a++ }\nfunc main() { fmt.Println(a) }\n")
	if p == nil {
		t.Fatal(diagnostics)
	}
	for _, c := range []struct{ name, source, want string }{
		{"type error", "package main\n\nfunc main() { var x string = 1; _ = x }\n", `3:30: cannot use 1 (untyped int constant) as string value in variable declaration`},
		{"import", "package main\n\nimport \"net/http\"\n", "3:8: package net/http is not available in cells"},
		{"no package", "func main() {}\n", "1:1: 1:1: expected 'package', found 'func'"},
	} {
		_, diagnostics := CheckFile("f.go", c.source)
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

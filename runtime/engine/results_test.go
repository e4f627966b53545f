package engine

import (
	"testing"

	"viva/runtime/record"
)

// A named result begins at zero and is not the variable that the call is
// assigned to.
func TestNamedResultsAreTheFunctionsOwn(t *testing.T) {
	examples := []struct{ name, code, want string }{
		{"they begin at zero", "func f(n int) (s []int) {\n\tfor i := range n {\n\t\ts = append(s, i)\n\t}\n\treturn s\n}\nfunc g() string {\n\tgot := f(2)\n\tgot = f(1)\n\treturn fmt.Sprint(got)\n}\nfmt.Print(g())", "[0]"},
		{"the variable is seen unchanged during the call", "total := 5\nfunc add() (n int) {\n\tn = 1\n\tn += total\n\treturn\n}\ntotal = add()\nfunc g() (int, int) {\n\tx := 3\n\tf := func() (a, b int) {\n\t\ta = x + 1\n\t\tb = x + 2\n\t\treturn\n\t}\n\tx, y := f()\n\treturn x, y\n}\nfmt.Print(total, \" \")\nfmt.Print(g())", "6 4 5"},
		{"with defer", "func f() (n int, err error) {\n\tdefer func() { n++ }()\n\tn += 2\n\treturn n, nil\n}\nn, err := f()\nn, err = f()\nfmt.Print(n, err)", "3 <nil>"},
		{"blank results", "func f() (_ int, s string) {\n\ts = \"x\"\n\treturn\n}\nfmt.Print(f())", "0x"},
	}
	var all []example
	for _, c := range examples {
		all = append(all, example{c.name, []string{c.code}, c.want})
	}
	compiled(t, "", all)
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, c.code)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

// A call beside a composite literal gives its value.
func TestDefinitionsOfCallsAndLiterals(t *testing.T) {
	const cell = "func loop() []int {\n\tr := make([]int, 0, 2)\n\tfor _, v := range []int{1} {\n\t\tr = append(r, v)\n\t}\n\treturn r\n}\n" +
		"func f() string {\n\ta, b := loop(), []int{2}\n\tvar err error\n\tc, err := loop(), error(nil)\n\ta, b = b, loop()\n\t_, d := map[int]int{1: 2}, loop()\n\treturn fmt.Sprint(a, b, c, d, err)\n}\nx, y := loop(), []int{3}\nx, y = loop(), []int{4}\nfmt.Print(f(), x, y)"
	r := runCells(t, t.Context(), Options{}, cell)
	if got, want := text(r), "[2] [1] [1] [1] <nil>[1] [4]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

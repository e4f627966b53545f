package cell

import (
	"fmt"
	"strings"
	"testing"

	"viva/runtime/notebook"
)

// parse makes a notebook of cells; the code of cell i begins on the line after
// its fence.
func parse(t testing.TB, cells ...string) *notebook.Notebook {
	t.Helper()
	source := "---\nparams:\n  folds: 5\n  data: \"\"\n---\n"
	for _, c := range cells {
		source += "```go\n" + c + "\n```\n"
	}
	nb, err := notebook.Parse("n.md", []byte(source), nil)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func messages(t testing.TB, cells ...string) string {
	t.Helper()
	p, diagnostics := Check(parse(t, cells...), nil)
	if p != nil {
		diagnostics = append(diagnostics, p.Refused...)
	}
	var all []string
	for _, d := range diagnostics {
		s := fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
		if d.Hint != "" {
			s += " | " + d.Hint
		}
		all = append(all, s)
	}
	return strings.Join(all, "\n")
}

func TestTypesOfOlderTypes(t *testing.T) {
	if got := messages(t, "type Celsius float64\nc := Celsius(1)", "type Kelvin Celsius\ntype Temp = Celsius\nvar k Kelvin = Kelvin(c)\nvar t Temp = c\n_, _ = k, t"); got != "" {
		t.Errorf("got %s", got)
	}
	if got, want := messages(t, "type Celsius float64", "type Celsius Celsius"), "invalid recursive type"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestCorrectNotebooks(t *testing.T) {
	for name, cells := range map[string][]string{
		"names carry over":           {"x := 1", "y := x + 1", "y"},
		"unused variables of a cell": {"x, y := 1, 2"},
		"redeclared with another type": {
			"x := 1\nf := func() int { return x }", "x := \"a\"\nx + \"b\"", "f() + len(x)"},
		"err again and again":                 {"a, err := strconv.Atoi(\"1\")\nb, err := strconv.Atoi(\"2\")", "c, err := strconv.Atoi(\"3\")", "_ = err\na + b + c"},
		"imports by name":                     {"strings.ToUpper(\"a\")", "show.Note(fmt.Sprint(math.Pi))"},
		"the package that has what is used":   {"rand.IntN(3)", "rand.Intn(3)"},
		"explicit import":                     {"import str \"strings\"", "str.ToUpper(\"a\")"},
		"a variable named like a package":     {"data := 1", "data + 1"},
		"mutual recursion":                    {"func even(n int) bool { return n == 0 || odd(n-1) }\nfunc odd(n int) bool { return n != 0 && even(n-1) }", "even(4)"},
		"method below a statement":            {"type T struct{ n int }\nv := T{1}\nfunc (t T) Double() int { return 2 * t.n }\nv.Double()"},
		"unexported fields in another cell":   {"type T struct{ n int }", "v := T{1}\nv.n = 2\nv"},
		"function literal called":             {"func() { fmt.Println(1) }()"},
		"predeclared":                         {"_ = ctx.Err()\nn := int(seed) + params.folds + len(params.data)\nn + must(strconv.Atoi(\"1\"))"},
		"generic function of the notebook":    {"func id[T any](v T) T { return v }", "id(1) + id(2)"},
		"constants and iota":                  {"const (\n\ta = iota\n\tb\n)\na + b"},
		"range over integers and functions":   {"for i := range 3 { _ = i }"},
		"last expression of any kind":         {"1 + 2", "\"a\"", "[]int{1}", "struct{ a int }{1}", "len(\"abc\")", "float64(3)"},
		"variables shadow in statement order": {"x := 1\nx2 := x\nfunc f() int { return x }\nx3 := f()\nx2 + x3"},
		"var blocks":                          {"var (\n\ta = 1\n\tb string\n)\nvar c, d float64 = 1, 2", "float64(a) + c + d + float64(len(b))"},
		"a function named main":               {"func main() {}", "main()"},
		"labels at the top level":             {"L:\nfor i := 0; i < 3; i++ {\n\tfor {\n\t\tcontinue L\n\t}\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := messages(t, cells...); got != "" {
				t.Error(got)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"undefined", []string{"x := count"}, "7:6: undefined: count"},
		{"nearly right", []string{"total := 1", "totl + 1"}, "10:1: undefined: totl | did you mean total?"},
		{"nearly right package member", []string{"strings.ToUper(\"a\")"}, "7:9: undefined: strings.ToUper | did you mean strings.ToUpper?"},
		{"declared below", []string{"f()", "func f() {}"}, "7:1: undefined: f | it is declared below, on line 10; cells run from top to bottom"},
		{"type error", []string{"x := 1", "var s string = x"}, "10:16: cannot use x (variable of type int) as string value in variable declaration"},
		{"unused local", []string{"func f() { x := 1 }"}, "7:12: declared and not used: x"},
		{"unused in a block", []string{"if true { x := 1 }"}, "7:11: declared and not used: x"},
		{"unused import", []string{"import \"strings\"\nx := 1"}, "7:8: \"strings\" imported and not used | delete the import; cells need none for the packages they use"},
		{"unknown import", []string{"import \"net/http\""}, "7:8: package net/http is not available in cells | cells may import the standard library's packages for text, numbers and files, and viva/mlkit/…"},
		{"misspelt import", []string{"import \"string\""}, "7:8: package string is not available in cells | did you mean \"strings\"?"},
		{"expression not last", []string{"1 + 2\nx := 3"}, "7:1: 1 + 2 (untyped int constant 3) is not used"},
		{"all errors at once", []string{"a := nope1", "b := 2 + \"x\"", "c := nope2"}, "7:6: undefined: nope1\n10:6: invalid operation: 2 + \"x\" (mismatched types untyped int and untyped string)\n13:6: undefined: nope2"},
		{"what rests on an error is not blamed", []string{"a := nope", "b := a + 1", "b"}, "7:6: undefined: nope"},
		{"return", []string{"if true { return }"}, "7:11: return outside of a function | a cell ends with its last statement; put code that returns early into a function"},
		{"defer", []string{"defer fmt.Println()"}, "7:1: defer outside of a function | put the code into a function, which says when the deferred call runs"},
		{"init", []string{"func init() {}"}, "7:6: an init function in a cell | write its statements at the top level of the cell; they run there"},
		{"closing too much", []string{"x := 1\n}"}, "8:1: syntax error: unexpected } | nothing is open that it could close"},
		{"never closed", []string{"func f() {\n\tx := (1"}, "8:7: syntax error: this ( is never closed"},
		{"crossed brackets", []string{"x := []int{1)"}, "7:13: syntax error: ) closes the { of the cell's line 1"},
		{"syntax", []string{"x := := 1"}, "7:6: syntax error: unexpected :=, expected expression"},
		{"syntax at the end", []string{"x :="}, "7:5: syntax error: unexpected end of cell, expected expression"},
		{"what rests on a syntax error is not blamed", []string{"x, y := := 1\nfunc f() int { return 1 ++ 2 }", "x + y", "f()"}, "7:9: syntax error: unexpected :=, expected expression\n8:25: syntax error: unexpected ++ at end of statement"},
		{"what rests on an open bracket is not blamed", []string{"x := (1\ntype T struct{}", "var t T\nx + 1"}, "7:6: syntax error: this ( is never closed"},
		{"open string", []string{"x := \"a"}, "7:8: newline in string"},
		{"labels", []string{"L:\nfor {\n\tbreak M\n}"}, "7:1: label L defined and not used\n9:8: break label not defined: M"},
		{"nearly right field", []string{"type T struct{ Count int }", "T{}.Cuont", "T{Cuont: 1}"}, "10:5: T{}.Cuont undefined (type T has no field or method Cuont) | did you mean Count?\n13:3: unknown field Cuont in struct literal of type T | did you mean Count?"},
		{"two packages of one name", []string{"import \"math/rand\"\nimport \"math/rand/v2\"\nrand.Intn(1)"}, "8:8: rand redeclared in this block | \"math/rand\" is imported under this name on line 7; give one of them another"},
		{"types that are too large", []string{"var c chan [70000]byte"}, "7:7: channel element type too large (>64kB)"},
		{"parameter that is not there", []string{"params.fold"}, "7:8: params.fold undefined (type struct{folds int; data string} has no field or method fold) | did you mean folds?"},
		{"must with an unknown error", []string{"must(strconv.Itoa(1))"}, "7:21: not enough arguments in call to must\n\thave (string)\n\twant (T, error)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := messages(t, c.cells...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestCellsThatAreOffAreNotChecked(t *testing.T) {
	if got := messages(t, "//| eval: false\nnonsense("); got != "" {
		t.Error(got)
	}
}

func TestVolatileCellsAreMarked(t *testing.T) {
	p, diagnostics := Check(parse(t, "x := 1", "t := time.Now()\nos.Getenv(\"A\")\nt", "time.Second",
		"s := must(model.Load(\"m\", model.Options{}))", "must(model.Save(ctx, model.Entry{}, model.Options{}))", "s.Version",
		"must(split.LoadPlan(ctx, \"a.tsv\")).Save(\"b.tsv\")", "r := must(prepare.LoadRecipe(\"r.json\"))\nsave := r.Save", "r.Fingerprint()", "c := context.Background()"), nil)
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics)
	}
	for i, want := range []string{"[]", "[reads the clock reads the environment]", "[]", "[reads a file]", "[saves a model]", "[]",
		"[writes a file]", "[reads a file writes a file]", "[]", "[has a context of its own]"} {
		if got := fmt.Sprint(p.Cells[i].Volatile); got != want {
			t.Errorf("cell %d: %s, want %s", i, got, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("x := 1", "x + 1")
	f.Add("type T struct{}\nfunc (T) M() {}", "T{}.M()")
	f.Add("for i := range 3 { defer func() { _ = i }() }", "must(strconv.Atoi(\"1\"))")
	f.Add("import (\n\"fmt\"\n)", "L: for { break L }")
	f.Add("var a, b = 1, `x`\nclear(map[string]int{})", "max(1, 2.5) // c")
	f.Add("func f[T any](v T) []T { for v := range slices.Values([]T{v}) { return []T{v} }; return nil }", "f(1)\nslices.Sorted(maps.Keys(map[string]int{}))")
	f.Add("type S[T any] struct{ v T }\nfunc (s *S[_]) M() {}", "var s S[S[int]]\ns.M()\natomic.Pointer[int]{}")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.Contains(a+b, "```") || strings.ContainsRune(a+b, 0) {
			t.Skip()
		}
		source := "```go\n" + a + "\n```\n\n```go\n" + b + "\n```\n"
		nb, err := notebook.Parse("n.md", []byte(source), nil)
		if err != nil {
			t.Skip()
		}
		p, diagnostics := Check(nb, nil)
		if p == nil && len(diagnostics) == 0 {
			t.Error("refused without a reason")
		}
		for _, d := range diagnostics {
			if d.Line < 1 || d.Line > strings.Count(source, "\n")+1 || d.Column < 1 || d.Message == "" {
				t.Errorf("diagnostic out of place: %+v", d)
			}
		}
	})
}

func BenchmarkCheck20Cells(b *testing.B) {
	var cells []string
	for i := range 20 {
		cells = append(cells, fmt.Sprintf("x%d := strings.Repeat(\"a\", %d)\nfmt.Println(len(x%d))\nfor i := range 3 { fmt.Println(i) }\nshow.Note(x%d)", i, i, i, i))
	}
	nb := parse(b, cells...)
	for b.Loop() {
		if p, d := Check(nb, nil); p == nil {
			b.Fatal(d)
		}
	}
}

package cell

import (
	"go/types"
	"strings"
	"testing"

	"viva/runtime/notebook"
	"viva/runtime/symbols"
)

func TestInstancesThatCannotBeMade(t *testing.T) {
	for _, c := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"iter.Pull", []string{"next, stop := iter.Pull(slices.Values([]int{1}))"}, "7:15: iter.Pull is generic, and the interpreter cannot make an instance of it | range over the sequence"},
		{"reflect.TypeFor", []string{"reflect.TypeFor[int]()"}, "7:1: reflect.TypeFor is generic, and the interpreter cannot make an instance of it | use reflect.TypeOf"},
		{"an embedded type of a function", []string{"func f() {\n\ttype p struct{ a int }\n\tps := []p{{1}}\n\tvar q struct{ p }\n\t_ = q\n\tslices.SortFunc(ps, func(a, b p) int { return a.a - b.a })\n}"},
			"12:2: SortFunc cannot be interpreted here: its type p is declared inside a function | declare the type at the top level of a cell"},
		{"an embedded instance", []string{"type Box[T any] struct{ v T }\ntype B struct{ Box[int] }"}, "8:16: the interpreter cannot embed a generic type | give the field a name"},
		{"a body that its types make meaningless", []string{"func f[T any](v T) int {\n\tswitch any(v).(type) {\n\tcase int:\n\t\treturn 1\n\tcase T:\n\t\treturn 2\n\t}\n\treturn 0\n}", "f(1)"},
			"18:1: f cannot be interpreted here: duplicate case T in type switch | write the function out for this type"},
		{"a generic type of a function", []string{"func f() {\n\ttype box[T any] struct{ v T }\n\t_ = box[int]{}\n}"}, "8:7: the interpreter cannot run a generic type that a function declares | declare it at the top level of the cell"},
		{"goto out of a loop over a function", []string{"func f() {\n\tfor range slices.Values([]int{1}) {\n\t\tgoto end\n\t}\nend:\n}"}, "9:3: the interpreter cannot run goto in a loop over a function | use break or continue with a label"},
		{"a generic function that did not pass", []string{"func f[T any](v T) T { return nope }", "f(1)"}, "7:31: undefined: nope"},
		{"the same fault in two instances is told once", []string{"func f[T any](v T) {\n\tfor range slices.Values([]T{v}) {\n\t\tgoto end\n\t}\nend:\n}", "f(1)\nf(\"a\")"}, "9:3: the interpreter cannot run goto in a loop over a function | use break or continue with a label"},
		{"constraints are Go's", []string{"slices.Sort([]any{1})"}, "7:1: any does not satisfy cmp.Ordered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := messages(t, c.cells...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// Each instance is declared once, whatever the number of cells that use it.
func TestInstancesAreShared(t *testing.T) {
	program, diagnostics := Check(parse(t,
		"func twice[T any](v T) []T { return []T{v, v} }\ntype names []string",
		"twice(1)\nslices.Clone([]int8{1})",
		"twice(2)\nslices.Clone([]int8{1})\nslices.Clone(names{})\ntwice(\"a\")"))
	if program == nil {
		t.Fatal(diagnostics)
	}
	var text strings.Builder
	for _, c := range program.Cells {
		for _, u := range c.Units {
			text.WriteString(u.Decls)
		}
	}
	for start, want := range map[string]int{"func twice": 2, "func slices" + dot + "Clone": 2} {
		if got := strings.Count(text.String(), start); got != want {
			t.Errorf("%d times %q, want %d", got, start, want)
		}
	}
}

func TestGenericsInInlineExpressions(t *testing.T) {
	nb, err := notebook.Parse("n.md", []byte("Largest: `{go} slices.Max([]int8{1, 2})`.\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p, diagnostics := Check(nb); p == nil {
		t.Error(diagnostics)
	}
}

// What the standard library offers as generic is either at hand as source or
// known to be refused.
func TestGenericsOfTheLibraryAreAtHand(t *testing.T) {
	refused := map[string]bool{"errors.AsType": true, "iter.Pull": true, "iter.Pull2": true, "reflect.TypeAssert": true, "reflect.TypeFor": true}
	native := map[string]bool{"iter.Seq": true, "iter.Seq2": true} // spelled as what they are
	c := &checker{importer: symbols.NewImporter(), pkg: types.NewPackage("main", "main")}
	for path := range symbols.Packages() {
		p, err := c.importer.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range p.Scope().Names() {
			o := p.Scope().Lookup(name)
			generic := false
			switch o := o.(type) {
			case *types.Func:
				generic = o.Signature().TypeParams().Len() > 0
			case *types.TypeName:
				named, ok := o.Type().(*types.Named)
				generic = ok && named.TypeParams().Len() > 0
			}
			full := p.Name() + "." + name
			if !generic || !o.Exported() || native[full] {
				continue
			}
			lib, err := c.library(path)
			if err != nil {
				t.Fatal(err)
			}
			if has := lib != nil && lib.templates[name] != nil; has == refused[full] {
				t.Errorf("%s: source at hand: %v, to be refused: %v", full, has, refused[full])
			}
		}
	}
}

func BenchmarkCheckGenerics(b *testing.B) {
	nb := parse(b, "type person struct {\n\tname string\n\tage int\n}\nvar ps []person\nslices.SortFunc(ps, func(a, b person) int { return cmp.Or(cmp.Compare(a.age, b.age), strings.Compare(a.name, b.name)) })",
		"m := map[string]int{}\nfor _, k := range slices.Sorted(maps.Keys(m)) {\n\tfmt.Println(k)\n}")
	for b.Loop() {
		if p, d := Check(nb); p == nil {
			b.Fatal(d)
		}
	}
}

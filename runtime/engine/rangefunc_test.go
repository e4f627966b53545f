package engine

import (
	"testing"

	"viva/runtime/record"
)

func TestRangesOverFunctions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	const count = "func count(n int) iter.Seq[int] {\n\treturn func(yield func(int) bool) {\n\t\tfor i := range n {\n\t\t\tif !yield(i) {\n\t\t\t\tfmt.Print(\"!\")\n\t\t\t\treturn\n\t\t\t}\n\t\t}\n\t}\n}\n"
	examples := []struct{ name, code, want string }{
		{"break and continue", "for i := range count(9) {\n\tif i == 1 {\n\t\tcontinue\n\t}\n\tif i == 4 {\n\t\tbreak\n\t}\n\tfmt.Print(i)\n}", "023!"},
		{"break of a switch", "for i := range count(3) {\n\tswitch i {\n\tcase 1:\n\t\tbreak\n\tdefault:\n\t\tfmt.Print(i)\n\t}\n}", "02"},
		{"return", "func find(n int) (int, string) {\n\tfor i := range count(9) {\n\t\tif i*i > n {\n\t\t\treturn i, \"found\"\n\t\t}\n\t}\n\treturn -1, \"none\"\n}\nfmt.Print(find(10))\nfmt.Print(find(100))", "!4found-1none"},
		{"return of several results of a call", "func two() (int, error) { return 7, nil }\nfunc f() (n int, err error) {\n\tfor range count(3) {\n\t\treturn two()\n\t}\n\treturn\n}\nfmt.Println(f())", "!7 <nil>\n"},
		{"return of named results", "func f() (n int, err error) {\n\tfor i := range count(3) {\n\t\tn += i\n\t\tif i == 1 {\n\t\t\treturn\n\t\t}\n\t}\n\treturn 9, nil\n}\nfmt.Println(f())", "!1 <nil>\n"},
		{"return from loops in loops", "func f() string {\n\tfor i := range count(3) {\n\t\tfor _, s := range []string{\"a\", \"b\"} {\n\t\t\tfor j := range count(3) {\n\t\t\t\tif i == 1 && j == 2 {\n\t\t\t\t\treturn fmt.Sprint(s, i, j)\n\t\t\t\t}\n\t\t\t}\n\t\t}\n\t}\n\treturn \"\"\n}\nfmt.Print(f())", "!!a1 2"},
		{"labels", "A:\nfor i := range count(4) {\nB:\n\tfor k := 0; k < 2; k++ {\n\t\tfor j := range count(4) {\n\t\t\tswitch {\n\t\t\tcase j == 1 && i == 0:\n\t\t\t\tcontinue A\n\t\t\tcase j == 1 && i == 1:\n\t\t\t\tcontinue B\n\t\t\tcase j == 2 && i == 2:\n\t\t\t\tbreak B\n\t\t\tcase i == 3:\n\t\t\t\tbreak A\n\t\t\t}\n\t\t\tfmt.Print(i, k, j, \" \")\n\t\t}\n\t}\n\tfmt.Print(\";\")\n}", "0 0 0 !1 0 0 !1 1 0 !;2 0 0 2 0 1 !;!!"},
		{"labels of loops over functions", "func f() {\nA:\n\tfor i := range count(3) {\n\t\tfor j := range count(3) {\n\t\t\tif j > i {\n\t\t\t\tcontinue A\n\t\t\t}\n\t\t\tif i == 2 {\n\t\t\t\tbreak A\n\t\t\t}\n\t\t\tfmt.Print(i, j, \" \")\n\t\t}\n\t}\n\tfmt.Print(\"end\")\n}\nf()", "0 0 !1 0 1 1 !!!end"},
		{"assignment to variables", "var i int\nvar s string\nm := []string{\"a\", \"b\"}\nfor i, s = range slices.All(m) {\n}\nfor m[0] = range slices.Values([]string{\"z\"}) {\n}\nfmt.Print(i, s, m)", "1b[z b]"},
		{"fewer variables than the sequence has", "n := 0\nfor range maps.All(map[int]int{1: 1, 2: 2}) {\n\tn++\n}\nfor i := range slices.All([]string{\"a\", \"b\"}) {\n\tn += i\n}\nfor _, s := range slices.All([]string{\"a\"}) {\n\tfmt.Print(s)\n}\nfor range func(yield func() bool) { _ = yield() && yield() } {\n\tn++\n}\nfmt.Print(n)", "a5"},
		{"each iteration has its own variable", "var fs []func() int\nfor i := range count(3) {\n\tfs = append(fs, func() int { i *= 2; return i })\n}\nfor _, f := range fs {\n\tfmt.Print(f(), f(), \" \")\n}", "0 0 2 4 4 8 "},
		{"a function literal in the body returns by itself", "for i := range count(2) {\n\tf := func() int {\n\t\tfor j := range count(5) {\n\t\t\tif j == i {\n\t\t\t\treturn j * 10\n\t\t\t}\n\t\t}\n\t\treturn -1\n\t}\n\tfmt.Print(f())\n}", "!0!10"},
		{"a type of the function", "func f() string {\n\ttype key struct{ a int }\n\tkeys := func(yield func(key) bool) { _ = yield(key{1}) && yield(key{2}) }\n\tfor k := range keys {\n\t\tif k.a == 2 {\n\t\t\treturn fmt.Sprint(k)\n\t\t}\n\t}\n\treturn \"\"\n}\nfmt.Print(f())", "{2}"},
		{"an interface result", "func f() error {\n\tfor i := range count(3) {\n\t\tif i == 1 {\n\t\t\treturn fmt.Errorf(\"at %d\", i)\n\t\t}\n\t}\n\treturn nil\n}\nfmt.Print(f().Error())", "!at 1"},
		{"with variables per iteration around it", "var fs []func() int\nouter:\nfor i := 0; i < 4; i++ {\n\tfs = append(fs, func() int { return i })\n\tfor j := range count(3) {\n\t\tif j == 1 {\n\t\t\ti++\n\t\t\tcontinue outer\n\t\t}\n\t}\n}\nfor _, f := range fs {\n\tfmt.Print(f())\n}", "!!13"},
		{"a sequence made of another", "func even[V any](seq iter.Seq[V]) iter.Seq2[int, V] {\n\treturn func(yield func(int, V) bool) {\n\t\tn := 0\n\t\tfor v := range seq {\n\t\t\tif n%2 == 0 && !yield(n, v) {\n\t\t\t\treturn\n\t\t\t}\n\t\t\tn++\n\t\t}\n\t}\n}\nfor i, v := range even(strings.FieldsSeq(\"a b c d e\")) {\n\tif i > 2 {\n\t\tbreak\n\t}\n\tfmt.Print(i, v, \" \")\n}", "0a 2c "},
		{"a sequence that goes on after the end", "bad := func(yield func(int) bool) { yield(1); yield(2) }\nfunc try() (r any) {\n\tdefer func() { r = recover() }()\n\ttry2(bad)\n\treturn nil\n}\nfunc try2(seq func(func(int) bool)) {\n\tfor range seq {\n\t\tbreak\n\t}\n}\nfmt.Print(try() != nil)", "true"},
	}
	var all []example
	for _, c := range examples {
		all = append(all, example{c.name, []string{c.code}, c.want})
	}
	compiled(t, count, all)
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, count, c.code)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

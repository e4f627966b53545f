package engine

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// example is cells and what they give.
type example struct {
	name  string
	cells []string
	want  string
}

func needToolchain(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no Go toolchain")
	}
}

// compiled runs examples in one notebook that is compiled. What an example
// declares again hides what the one before declared, so none sees another's.
func compiled(t *testing.T, shared string, examples []example) {
	t.Helper()
	t.Run("compiled", func(t *testing.T) {
		needToolchain(t)
		var cells []string
		for _, e := range examples {
			if shared != "" {
				cells = append(cells, shared)
			}
			cells = append(cells, e.cells...)
		}
		r := runCells(t, t.Context(), Options{Engine: Go}, cells...)
		if r.Engine != Go || r.Status != record.OK {
			t.Fatalf("%s %s: %+v", r.Engine, r.Status, r.Diagnostics)
		}
		at := 0
		for _, e := range examples {
			n := len(e.cells)
			if shared != "" {
				n++
			}
			if got := text(&record.Run{Cells: r.Cells[at : at+n]}); got != e.want {
				t.Errorf("%s: got %q, want %q", e.name, got, e.want)
			}
			at += n
		}
	})
}

// where is the position and the call path of a run's only error.
func where(t *testing.T, r *record.Run) string {
	t.Helper()
	if len(r.Diagnostics) != 1 {
		t.Fatalf("%s: %+v", r.Status, r.Diagnostics)
	}
	d := r.Diagnostics[0]
	s := fmt.Sprintf("%d:%d %s", d.Line, d.Column, d.Message)
	for _, f := range d.Frames {
		s += fmt.Sprintf(" < %s %d", f.Func, f.Line)
	}
	return s
}

// Failures are found at their line and column, with the calls that led there.
// Every cell fails and goes on, so that one program has them all.
func TestPositionsOfCompiledFailures(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	needToolchain(t)
	failures := []struct{ name, code, want string }{
		{"panic", "x := 1\n_ = x\n  panic(\"no\")", "3:3 panic: no"},
		{"index", "func at(s []int, i int) int {\n\treturn 1 + s[i]\n}\nfunc outer() int {\n\treturn at(nil, 3)\n}\n2 * outer()",
			"2:13 panic: runtime error: index out of range [3] with length 0 < at 2 < outer 5 < the cell 7"},
		{"slice", "s := []int{1}\nk := 5\n_ = s[:k]", "3:5 panic: runtime error: slice bounds out of range [:5] with capacity 1"},
		{"nil pointer", "type node struct{ next *node; n int }\nfunc (n *node) sum() int { return n.n + n.next.sum() }\n(&node{}).sum()",
			"2:41 panic: runtime error: invalid memory address or nil pointer dereference < (*node).sum 2 < (*node).sum 2 < the cell 3"},
		{"division", "a, b := 1, 0\nc := 3 +\n\ta/b", "3:3 panic: runtime error: integer divide by zero"},
		{"must", "func load() int {\n\treturn must(strconv.Atoi(\"x\"))\n}\nn := load()", "2:9 strconv.Atoi: parsing \"x\": invalid syntax < load 2 < the cell 4"},
		{"must in a statement", "n := must(strconv.Atoi(\"x\"))", "1:6 strconv.Atoi: parsing \"x\": invalid syntax"},
		{"type assertion", "var v any = 1\ns := v.(string)", "2:6 panic: interface conversion: interface {} is int, not string"},
		{"nil map", "var m map[string]int\nm[\"a\"] = 1", "2:1 panic: assignment to entry in nil map"},
		{"closed channel", "c := make(chan int)\nclose(c)\nclose(c)", "3:1 panic: close of closed channel"},
		{"in a function literal", "func each(f func(int)) { f(1) }\neach(func(n int) {\n\tpanic(n)\n})", "3:2 panic: 1 < a function in the cell 3 < each 1 < the cell 2"},
		{"in a deferred call", "func f() {\n\tdefer func() { panic(\"late\") }()\n}\nf()", "2:17 panic: late < a function in f 2 < f 3 < the cell 4"},
		{"after a recovered one", "func f() {\n\tdefer func() {\n\t\tpanic(fmt.Sprint(recover(), \" again\"))\n\t}()\n\tpanic(\"once\")\n}\nf()", "3:3 panic: once again < a function in f 3 < f 5 < the cell 7"},
		{"an error that a library gives to panic", "regexp.MustCompile(\"(\")", "1:1 panic: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`"},
		{"a panic in a library's callback", "slices.SortFunc([]int{2, 1}, func(a, b int) int {\n\tvar m []int\n\treturn m[a]\n})", "3:9 panic: runtime error: index out of range [1] with length 0 < a function in the cell 3 < the cell 1"},
		{"generic function", "func last[T any](s []T) T {\n\treturn s[len(s)-1]\n}\nlast([]string{})", "2:9 panic: runtime error: index out of range [-1] < last 2 < the cell 4"},
		{"error of a cell's own type", "type wrong struct{ n int }\nfunc (w wrong) Error() string { return fmt.Sprint(\"wrong \", w.n) }\npanic(wrong{3})", "3:1 panic: wrong 3"},
		{"array index", "var a [4]int\ni := 9\na[i%10]++", "3:1 panic: runtime error: index out of range [9] with length 4"},
		{"negative shift", "k := -1\n1 << k", "2:3 panic: runtime error: negative shift amount"},
		{"make", "n := -1\nmake([]int, n)", "2:1 panic: runtime error: makeslice: len out of range"},
		{"a method on nil", "var e error\ne.Error()", "2:1 panic: runtime error: invalid memory address or nil pointer dereference"},
		{"a chain of calls", "type builder struct{ n int }\nfunc (b builder) add(n int) builder {\n\tif n > 2 {\n\t\tpanic(\"too much\")\n\t}\n\treturn builder{b.n + n}\n}\nbuilder{}.\n\tadd(1).\n\tadd(3).\n\tadd(2)", "4:3 panic: too much < builder.add 4 < the cell 10"},
		{"after a name was declared again", "func at(s []int) int {\n\treturn s[0]\n}\nat(nil)", "2:9 panic: runtime error: index out of range [0] with length 0 < at 2 < the cell 4"},
	}
	var cells []string
	for _, f := range failures {
		cells = append(cells, "//| error: true\n"+f.code)
	}
	r := runCells(t, t.Context(), Options{Engine: Go}, cells...)
	if len(r.Diagnostics) != len(failures) {
		t.Fatalf("%s: %+v", r.Status, r.Diagnostics)
	}
	for i, f := range failures {
		d := r.Diagnostics[i]
		before := r.Cells[i].Line + 1 // the fence and the option
		d.Line -= before
		for k := range d.Frames {
			d.Frames[k].Line -= before
		}
		if got := where(t, &record.Run{Diagnostics: []record.Diagnostic{d}}); got != f.want {
			t.Errorf("%s:\n got %s\nwant %s", f.name, got, f.want)
		}
	}
}

// What ends the process says where it was too.
func TestPositionsOfCompiledCrashes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	needToolchain(t)
	for _, c := range []struct{ name, code, printed, want string }{
		{"a panic in a goroutine", "fmt.Print(\"kept\")\ngo func() {\n\tpanic(\"in the dark\")\n}()\n<-ctx.Done()", "kept", "7:2 panic in a goroutine: in the dark < a function in the cell 7"},
		{"a panic in a goroutine of a function", "func work() { panic(\"in the dark\") }\ngo work()\n<-ctx.Done()", "", "5:15 panic in a goroutine: in the dark < work 5"},
		{"a panic in a goroutine with arguments", "func work(s []int) { s[2]++ }\ngo work(nil)\n<-ctx.Done()", "", "5:22 panic in a goroutine: runtime error: index out of range [2] with length 0 < work 5"},
		{"a panic in a goroutine that a library starts", "var wg sync.WaitGroup\nwg.Go(func() { panic(\"in the dark\") })\nwg.Wait()\n<-ctx.Done()", "", "6:16 panic in a goroutine: in the dark < a function in the cell 6"},
		{"must in a goroutine", "go func() { must(strconv.Atoi(\"x\")) }()\n<-ctx.Done()", "", "5:13 strconv.Atoi: parsing \"x\": invalid syntax < a function in the cell 5"},
		{"endless recursion", "func f(n int) int {\n\treturn f(n+1) + 1\n}\nf(0)", "", "6:9 the cell's stack overflowed" + strings.Repeat(" < f 6", 16)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{Engine: Go}, c.code)
			if got := where(t, r); got != c.want || r.Status != record.Killed {
				t.Errorf("%s\n got %s\nwant %s", r.Status, got, c.want)
			}
			if got := text(&record.Run{Cells: r.Cells}); got != c.printed {
				t.Errorf("printed %q", got)
			}
		})
	}
}

func TestCompiledFailuresEndAsInterpretedOnes(t *testing.T) {
	needToolchain(t)
	for _, c := range []struct {
		name   string
		opt    Options
		code   string
		status record.Status
		want   string
	}{
		{"os.Exit runs what is deferred and cannot be recovered", Options{}, "func f() {\n\tdefer func() { fmt.Print(recover()) }()\n\tos.Exit(3)\n}\nf()", record.Failed, "<nil>[7: the cell called os.Exit(3)]"},
		{"timeout", Options{Timeout: 300 * time.Millisecond}, "fmt.Print(\"kept\")\nfor {\n}", record.TimedOut, "kept[6: this cell ran longer than its timeout of 300ms]"},
		{"memory", Options{Memory: 200 << 20}, "var all [][]byte\nfor {\n\tall = append(all, make([]byte, 1<<20))\n}", record.Killed, "the limit is 200 MiB"},
		{"concurrent map writes", Options{}, "m := map[int]int{}\nfor i := range 8 {\n\tgo func() {\n\t\tfor {\n\t\t\tm[i]++\n\t\t}\n\t}()\n}\n<-ctx.Done()", record.Killed, "goroutines used one map at the same time: concurrent map"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opt.Engine = Go
			r := runCells(t, t.Context(), c.opt, c.code)
			if got := text(r); !strings.Contains(got, c.want) || r.Status != c.status {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

// Both engines go through maps in the order of the keys, draw the same numbers
// and let a cell print, show and redeclare.
func TestWhatCompiledCellsMean(t *testing.T) {
	compiled(t, "", []example{
		{"maps in order", []string{"type key float32\nm := map[string]int{\"b\": 2, \"c\": 3, \"a\": 1}\nfor k, v := range m {\n\tif k == \"a\" {\n\t\tdelete(m, \"b\")\n\t\tm[\"z\"] = 0\n\t}\n\tfmt.Print(k, v, \" \")\n}\nfor k := range map[key]bool{3: true, -1: true} {\n\tfmt.Print(k, \" \")\n}\nvar k int\nfor k = range map[int]bool{7: true} {\n}\nfor range map[any]int{1: 1, \"x\": 2} {\n\tk++\n}\nk"}, "a1 c3 -1 3 9;"},
		{"maps in functions", []string{"func first[K cmp.Ordered, V any](m map[K]V) (k K) {\n\tfor k = range m {\n\t\treturn k\n\t}\n\treturn\n}\nfmt.Print(first(map[uint8]int{9: 1, 3: 1, 200: 1}), first(map[string]int{}) == \"\")"}, "3 true"},
		{"an embedded type that was declared again", []string{"type Base struct{ n int }", "type Base struct{ s string }\nfunc (b Base) Hello() string { return \"hello \" + b.s }\ntype Derived struct {\n\t*Base\n\tk int\n}\nd := Derived{Base: &Base{\"x\"}}\nd.Base.s += \"y\"\nfmt.Print(d.Hello(), d.s)"}, "hello xyxy"},
		{"print and println", []string{"println(\"a\", 1, 2.5, true)\nprint(\"b\", 'c')"}, "a 1 2.5 true\nb99"},
		{"random numbers", []string{"import v2 \"math/rand/v2\"\na, b := rand.Intn(100), v2.N(10)\nrand.Shuffle(3, func(i, j int) {})\nf := rand.Float64\nfmt.Print(a >= 0 && b < 10, f() < 1)"}, "true true"},
		{"goroutines of all forms", []string{"type acc struct{ c chan string }\nfunc (a acc) add(p string, rest ...any) { a.c <- fmt.Sprint(p, rest) }\nfunc send[T any](c chan T, v T) { c <- v }\na := acc{make(chan string)}\nxs := []any{1, 2}\nfor i := range 7 {\n\tswitch i {\n\tcase 0:\n\t\tgo a.add(\"x\", nil, 'c', i)\n\tcase 1:\n\t\tgo a.add(\"y\", xs...)\n\tcase 2:\n\t\tgo a.add(\"z\")\n\tcase 3:\n\t\tgo send(a.c, \"s\")\n\tcase 4:\n\t\tf := func() { a.c <- \"f\" }\n\t\tgo f()\n\tcase 5:\n\t\tgo func(n int8) { a.c <- fmt.Sprintf(\"%T\", n) }(5)\n\tcase 6:\n\t\tclosed := make(chan int)\n\t\tgo close(closed)\n\t\t<-closed\n\t\tcontinue\n\t}\n\tfmt.Print(<-a.c, \" \")\n}"}, "x[<nil> 99 0] y[1 2] z[] s f int8 "},
		{"blank values", []string{"var _ io.Reader\nvar _ error = nil\nvar _, x any = nil, 3\nvar _ = 4\nfmt.Print(x)"}, "3"},
		{"a value of a struct without fields", []string{"type signal struct{}\nstruct{}{}", "c := make(chan struct{}, 1)\nc <- struct{}{}\n<-c"}, ""},
		{"operators without spaces", []string{"a, p := 12, []int{3}\nq := &p\nfmt.Print(a/p[0]/len(p), a-(*q)[0], a*-p[0], a&^p[0], 7%p[0], a<<p[0])"}, "4 9 -36 12 1 96"},
		{"labels and goto", []string{"i := 0\nagain:\ni++\nif i < 3 {\n\tgoto again\n}\nfmt.Print(i)"}, "3"},
		{"names that hide predeclared ones", []string{"biggest := max(1, 2)\nfunc length() int { return len(\"abc\") }", "max := \"m\"\nlen := 5\ntype error int", "fmt.Print(max, len, error(3), length(), biggest)"}, "m5 3 3 2"},
	})
}

func TestTheNotebookNamesItsEngine(t *testing.T) {
	needToolchain(t)
	for _, c := range []struct{ meta, asked, code, engine string }{
		{"", "", "1", Yaegi},
		{"engine: go\n", "", "1", Go},
		{"engine: go\n", Yaegi, "1", Yaegi},
		{"engine: go\n", Auto, "1", Yaegi},
		{"", "", "import \"os/exec\"\nexec.ErrNotFound.Error()", Go},
	} {
		nb, err := notebook.Parse("n.md", []byte("---\n"+c.meta+"title: x\n---\n```go\n"+c.code+"\n```\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := Run(t.Context(), nb, Options{Engine: c.asked})
		if r.Engine != c.engine || r.Status != record.OK || !strings.HasPrefix(r.Provenance.Engine, c.engine+" ") {
			t.Errorf("%q %q: %s %s %q %v", c.meta, c.asked, r.Status, r.Engine, r.Provenance.Engine, r.Diagnostics)
		}
	}
}

func TestWithoutToolchain(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, c := range []struct{ engine, code, want string }{
		{Auto, "fmt.Print(1)", "1"},
		{Auto, "import \"os/exec\"\nexec.ErrNotFound", "[5: package os/exec is not available in cells without the Go toolchain: no Go toolchain was found: there is no go command in PATH]"},
		{Auto, "type T struct{ a int }\nreflect.TypeOf(T{}).NumField()", "[6: reflect.TypeOf of a value whose type the interpreter changes (main.T)]"},
		{Go, "1", "[1: the engine go cannot be used: no Go toolchain was found: there is no go command in PATH]"},
	} {
		r := runCells(t, t.Context(), Options{Engine: c.engine}, c.code)
		if got := text(r); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.engine, c.code, got, c.want)
		}
	}
}

func BenchmarkCompiledRun(b *testing.B) {
	nb, err := notebook.Parse("n.md", []byte("```go\nx := 1\n```\n"), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r := Run(b.Context(), nb, Options{Engine: Go}); r.Status != record.OK {
			b.Fatal(r.Diagnostics)
		}
	}
}

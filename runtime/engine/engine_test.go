package engine

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"viva/runtime/kernel"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

func TestMain(m *testing.M) {
	kernel.Main()
	code := m.Run()
	os.RemoveAll(slimFolder)
	os.Exit(code)
}

// runCells runs a notebook of cells, interpreted unless an engine is named. The
// code of the first begins on line 5.
func runCells(t *testing.T, ctx context.Context, opt Options, cells ...string) *record.Run {
	t.Helper()
	source := "---\nseed: 7\n---\n"
	for _, c := range cells {
		source += "```go\n" + c + "\n```\n"
	}
	nb, err := notebook.Parse("n.md", []byte(source), nil)
	if err != nil {
		t.Fatal(err)
	}
	if opt.Engine == "" {
		opt.Engine = Yaegi
	}
	return Run(ctx, nb, opt)
}

// text is what a run's cells gave, in one string, with their failures.
func text(r *record.Run) string {
	var b strings.Builder
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			b.WriteString(o.Text)
			if o.Note != nil {
				b.WriteString(o.Note.Text)
			}
			if o.Stream == "" {
				b.WriteString(";")
			}
		}
	}
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&b, "[%d: %s]", d.Line, d.Message)
	}
	return b.String()
}

func TestCellsMeanWhatGoSays(t *testing.T) {
	examples := []example{
		{"values carry over", []string{"x := 1", "y := x + 1\ny"}, "2;"},
		{"a redeclared name leaves older code alone", []string{"x := 1\nfunc f() int { return x }", "x := \"a\"", "fmt.Sprint(f(), x)"}, "1a;"},
		{"an assignment is seen by older code", []string{"x := 1\nfunc f() int { return x }", "x = 5", "f()"}, "5;"},
		{"loop variables are new in each iteration", []string{
			"var fs []func() int\nL:\nfor i, j := 0, 9; i < 5; i++ {\n\tif i == 1 {\n\t\tcontinue\n\t}\n\tif i == 2 {\n\t\tfor {\n\t\t\tcontinue L\n\t\t}\n\t}\n\tfs = append(fs, func() int { i *= 2; return i + j })\n}\nfor _, f := range fs {\n\tfmt.Print(f(), f(), \" \")\n}"},
			"9 9 15 21 17 25 "},
		{"range over an integer", []string{"n := uint8(3)\nfor i := range n {\n\tfmt.Printf(\"%d%T \", i, i)\n}\nfor range 2 {\n\tfmt.Print(\"x\")\n}\nvar k int\nfor k = range 4 {\n}\nk"}, "0uint8 1uint8 2uint8 xx3;"},
		{"min, max and clear", []string{"a, b := 2.5, 1.0\nm := map[string]int{\"a\": 1}\nclear(m)\ns := []int{1, 2}\nclear(s)\nfmt.Sprint(max(1, 2), min(a, b), min(\"b\", \"a\", string(rune(65))), max(a, math.NaN()), m, s)"}, "2 1ANaN map[] [0 0];"},
		{"methods of a cell's type are found by fmt and by the report", []string{"type T struct{ a, b int }\nfunc (t T) String() string { return fmt.Sprintf(\"T(%d,%d)\", t.a, t.b) }\nt := T{1, 2}\nfmt.Print(t)\nt"}, "T(1,2)T(1,2);"},
		{"var blocks", []string{"var (\n\ta = 1\n\tb string\n\tc, d = 2, \"x\"\n)\nvar e float64 = 3\nfmt.Sprint(a, b == \"\", c, d, e)"}, "1 true 2x3;"},
		{"a variable of an imported type", []string{"var all []view.Metric\nvar one *view.Table\nall = append(all, view.Metric{Name: fmt.Sprint(max(1, math.MaxInt8))})\nfmt.Sprint(all[0].Name, one == nil)"}, "127true;"},
		{"assignments of several values", []string{"func f() int { return 7 }\na, b := f(), 8\nvar k any\nvar z float64\nb, k, z = f(), \"x\", 3\nfunc g() string {\n\tx, y, s := 1, \"a\", []int{1, 2}\n\tx, y = f(), \"b\"\n\ts[0], y = f(), y+\"z\"\n\treturn fmt.Sprint(x, s) + y\n}\nfmt.Sprintln(a, b, k, z) + g()"}, "7 7 x 3\n7 [7 2]bz;"},
		{"method values", []string{"type M struct{ n int }\nfunc (m M) Get(k ...int) int { return m.n + len(k) }\nfunc (m *M) Set(n int) { m.n = n }\nm := M{1}\nget, set := m.Get, m.Set\nm.n = 5\nset(9)\nfmt.Sprint(get(1, 2), m.n)"}, "3 9;"},
		{"must gives its value", []string{"must(strconv.Atoi(\"12\")) + 1"}, "13;"},
		{"a nil error at the end is not shown", []string{"strconv.Atoi(\"12\")"}, "12;"},
		{"printing is not shown twice", []string{"fmt.Println(\"a\")"}, "a\n"},
		{"what compiled code prints comes in order", []string{"fmt.Print(\"a\")\nfmt.Fprint(os.Stdout, \"b\")\nfmt.Print(\"\")"}, "ab"},
		{"the seed seeds the global generators", []string{"a, b := rand.Intn(1000000), rand.Float64()\nfmt.Sprint(a == rand.New(rand.NewSource(seed)).Intn(1000000), b < 1)"}, "true true;"},
		{"nothing to show", []string{"x := 1", "_ = x", ""}, ""},
	}
	// The sequence of random numbers goes on within a notebook.
	compiled(t, "", slices.DeleteFunc(slices.Clone(examples), func(e example) bool { return strings.HasPrefix(e.name, "the seed") }))
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, c.cells...)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

func TestFailuresEndInADiagnosticAtTheirLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		opt    Options
		cells  []string
		status record.Status
		want   string
	}{
		{"must", Options{}, []string{"fmt.Print(\"before\")\nn := must(strconv.Atoi(\"zz\"))", "n"}, record.Failed, "before[6: strconv.Atoi: parsing \"zz\": invalid syntax]"},
		{"error as last value", Options{}, []string{"x := 1\n_ = x\nstrconv.Atoi(\"zz\")"}, record.Failed, "[7: strconv.Atoi: parsing \"zz\": invalid syntax]"},
		{"panic", Options{}, []string{"x := 1\n_ = x\npanic(\"no\")"}, record.Failed, "[7: panic: no]"},
		{"division by zero", Options{}, []string{"a, b := 1, 0\na / b"}, record.Failed, "[6: panic: runtime error: integer divide by zero]"},
		{"os.Exit", Options{}, []string{"os.Exit(3)"}, record.Failed, "[5: the cell called os.Exit(3)]"},
		{"timeout", Options{Timeout: 300 * time.Millisecond}, []string{"fmt.Print(\"kept\")\nfor {\n}", "1"}, record.TimedOut, "kept[6: this cell ran longer than its timeout of 300ms]"},
		{"timeout that the cell heeds", Options{Timeout: 100 * time.Millisecond}, []string{"<-ctx.Done()\nfmt.Print(\"left\")"}, record.TimedOut, "left[5: this cell ran longer than its timeout of 100ms]"},
		{"its own timeout", Options{}, []string{"//| timeout: 200ms\n<-ctx.Done()"}, record.TimedOut, "[6: this cell ran longer than its timeout of 200ms]"},
		{"endless recursion", Options{}, []string{"fmt.Print(\"kept\")\nfunc f(n int) int { return f(n+1) + 1 }\nf(0)"}, record.Killed, "kept[7: the cell's stack overflowed]"},
		{"a panic in a goroutine", Options{}, []string{"fmt.Print(\"kept\")\ngo func() { panic(\"in the dark\") }()\n<-ctx.Done()"}, record.Killed, ""},
		{"memory", Options{Memory: 300 << 20}, []string{"var all [][]byte\nfor {\n\tall = append(all, make([]byte, 1<<20))\n}"}, record.Killed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := runCells(t, t.Context(), c.opt, c.cells...)
			if r.Status != c.status {
				t.Errorf("status %s, want %s: %s", r.Status, c.status, text(r))
			}
			if got := text(r); c.want != "" && got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, later := range r.Cells[1:] {
				if later.Status != record.NotRun {
					t.Errorf("cell %d is %s", later.Index, later.Status)
				}
			}
			var errs []record.Diagnostic
			for _, d := range r.Diagnostics {
				if d.Severity == "error" {
					errs = append(errs, d)
				}
			}
			if len(errs) != 1 || errs[0].Cell != 0 {
				t.Errorf("diagnostics %+v", r.Diagnostics)
			}
		})
	}
}

func TestKilledKernelsSayWhy(t *testing.T) {
	r := runCells(t, t.Context(), Options{}, "go func() { panic(\"in the dark\") }()\n<-ctx.Done()")
	if got := text(r); !strings.HasSuffix(got, ": panic in a goroutine: in the dark]") {
		t.Errorf("got %q", got)
	}
	r = runCells(t, t.Context(), Options{Memory: 200 << 20}, "var all [][]byte\nfor {\n\tall = append(all, make([]byte, 1<<20))\n}")
	// How much it was when it was found is chance.
	if got := text(r); !regexp.MustCompile(`this cell used [0-9.]+ [MG]iB of memory; the limit is 200 MiB\]$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
}

func TestAnExpectedErrorDoesNotStopTheRun(t *testing.T) {
	r := runCells(t, t.Context(), Options{}, "//| error: true\nmust(strconv.Atoi(\"x\"))", "1", "//| error: true\n2")
	if r.Status != record.OK || r.Cells[0].Status != record.Expected || r.Cells[2].Status != record.OK {
		t.Errorf("%s %+v", r.Status, r.Cells)
	}
	if len(r.Diagnostics) != 2 || r.Diagnostics[0].Severity != "warning" || r.Diagnostics[1].Severity != "warning" {
		t.Errorf("%+v", r.Diagnostics)
	}
}

func TestAMistakeBelowStopsEverything(t *testing.T) {
	r := runCells(t, t.Context(), Options{}, "fmt.Print(\"an hour of training\")", "nope")
	if r.Status != record.Failed || text(r) != "[8: undefined: nope]" {
		t.Errorf("%s %q", r.Status, text(r))
	}
}

func TestInterruptKeepsWhatIsThere(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	opt := Options{Observe: func(e Event) {
		if e.Kind == "text" {
			cancel()
		}
	}}
	r := runCells(t, ctx, opt, "fmt.Print(\"one\")\nfor {\n}", "2")
	if r.Status != record.Interrupted || r.Cells[1].Status != record.NotRun {
		t.Errorf("%s %+v", r.Status, r.Cells)
	}
	if got := text(r); !strings.HasPrefix(got, "one[") || !strings.HasSuffix(got, ": interrupted]") {
		t.Errorf("got %q", got)
	}
}

func TestOutputIsBounded(t *testing.T) {
	r := runCells(t, t.Context(), Options{}, "line := strings.Repeat(\"x\", 1<<16)\nfor range 40 {\n\tfmt.Println(line)\n}", "1")
	if got := text(r); len(got) > 1<<20+100 || !strings.Contains(got, "more than 1 MiB") || !strings.HasSuffix(got, "1;") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-80:])
	}
}

func TestInlineValues(t *testing.T) {
	source := "Before `{go} 12345 + seed`.\n\n```go\nx := 2.0 / 3\nm := view.Metric{Value: 0.5, Unit: \"%\"}\n```\n\nThen `{go} x`, `{go} m`, `{go} \"a<b\"`, `{go} x > 1`.\n"
	nb, err := notebook.Parse("n.md", []byte(source), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Run(t.Context(), nb, Options{})
	var got []string
	for _, in := range r.Inlines {
		got = append(got, in.Text)
	}
	if s := strings.Join(got, "|"); s != "12,345|0.6667|50.0 %|a<b|false" || r.Status != record.OK {
		t.Errorf("got %s (%s %v)", s, r.Status, r.Diagnostics)
	}
}

// A run is a function of the notebook: two runs give the same record but for
// times.
func TestRunsAreReproducible(t *testing.T) {
	cells := []string{"rand.Perm(20)", "rand.IntN(1000)", "m := map[string]int{\"a\": 1, \"b\": 2}\nm"}
	if a, b := text(runCells(t, t.Context(), Options{}, cells...)), text(runCells(t, t.Context(), Options{}, cells...)); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/model"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// asJSON is a record without what the clock says.
func asJSON(t *testing.T, r *record.Run) string {
	t.Helper()
	b, err := json.MarshalIndent(timeless(r), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// notebookOf is a notebook of cells, parts that begin with "text:" being prose.
func notebookOf(t *testing.T, parts ...string) *notebook.Notebook {
	t.Helper()
	var b strings.Builder
	for _, p := range parts {
		if prose, ok := strings.CutPrefix(p, "text:"); ok {
			b.WriteString(prose + "\n\n")
		} else {
			fmt.Fprintf(&b, "```go\n%s\n```\n\n", p)
		}
	}
	nb, err := notebook.Parse("n.md", []byte(b.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// Each case is the versions of a notebook, and after a colon the cells that
// run when the version before it has run.
func TestSessionsRunWhatAnEditConcerns(t *testing.T) {
	type edit struct {
		parts []string
		run   []int
	}
	cases := []struct {
		name  string
		edits []edit
	}{
		{"prose", []edit{
			{[]string{"text:a", "x := 1", "x"}, []int{0, 1}},
			{[]string{"text:b", "text:c", "x := 1", "x"}, nil},
		}},
		{"the last cell", []edit{
			{[]string{"x := []int{1}", "x[0]++", "fmt.Print(len(x))"}, []int{0, 1, 2}},
			{[]string{"x := []int{1}", "x[0]++", "fmt.Print(x[0])"}, []int{2}},
		}},
		{"a mutation is taken back", []edit{
			{[]string{"x := []int{1}", "x[0]++", "fmt.Print(x)"}, []int{0, 1, 2}},
			{[]string{"x := []int{1}", "x[0] += 2", "fmt.Print(x)"}, []int{0, 1, 2}},
		}},
		{"aliases", []edit{
			{[]string{"x := []int{1}", "y := x", "y[0] = 5", "z := 3", "fmt.Print(x[0], z)"}, []int{0, 1, 2, 3, 4}},
			{[]string{"x := []int{1}", "y := x", "y[0] = 6", "z := 3", "fmt.Print(x[0], z)"}, []int{0, 1, 2, 4}},
		}},
		{"closures read what is assigned later", []edit{
			{[]string{"n := 1", "f := func() int { return n }", "n = 2", "f()"}, []int{0, 1, 2, 3}},
			{[]string{"n := 1", "f := func() int { return n }", "n = 3", "f()"}, []int{0, 0, 1, 2, 2, 3}},
		}},
		{"an independent variable", []edit{
			{[]string{"a := 1", "b := 2", "a", "b"}, []int{0, 1, 2, 3}},
			{[]string{"a := 7", "b := 2", "a", "b"}, []int{0, 2}},
		}},
		{"moved cells", []edit{
			{[]string{"a := 1", "b := 2", "a + b"}, []int{0, 1, 2}},
			{[]string{"b := 2", "a := 1", "a + b"}, nil},
		}},
		{"a definition is deleted", []edit{
			{[]string{"a := 1", "a"}, []int{0, 1}},
			{[]string{"a"}, nil},
			{[]string{"a := 1", "a"}, nil},
		}},
		{"a failing cell keeps failing on its line", []edit{
			{[]string{"x := []int{1}", "x[len(x)]"}, []int{0, 1}},
			{[]string{"text:more", "x := []int{1}", "x[len(x)]"}, nil},
			{[]string{"text:more", "x := []int{1}", "x[0]"}, []int{1}},
		}},
		{"a method through an interface", []edit{
			{[]string{"n := 0\ntype T struct{}\nfunc (T) Inc() { n++ }", "type I interface{ Inc() }\nvar i I = T{}", "i.Inc()", "n"}, []int{0, 1, 2, 3}},
			{[]string{"n := 0\ntype T struct{}\nfunc (T) Inc() { n++ }", "type I interface{ Inc() }\nvar i I = T{}", "i.Inc(); i.Inc()", "n"}, []int{0, 1, 2, 3}},
		}},
		{"random numbers go on where they were", []edit{
			{[]string{"rand.Intn(1000)", "rand.Intn(1000)"}, []int{0, 1}},
			{[]string{"rand.Intn(1000)", "rand.Intn(2000)"}, []int{0, 1}},
		}},
		{"a loop that looks at parts of a value", []edit{
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "n := 0\nfor _, c := range r.Classes {\n\tn += c.Support\n}\nfmt.Print(n)"}, []int{0, 1}},
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "n := 1\nfor _, c := range r.Classes {\n\tn += c.Support\n}\nfmt.Print(n)"}, []int{1}},
		}},
		{"a literal of values that a function looks at", []edit{
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "fmt.Print(len(r.Classes))", "_, err := model.Save(ctx, model.Entry{Options: r}, model.Options{})\nfmt.Print(err != nil)"}, []int{0, 1, 2}},
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "fmt.Print(1 + len(r.Classes))", "_, err := model.Save(ctx, model.Entry{Options: r}, model.Options{})\nfmt.Print(err != nil)"}, []int{1}},
		}},
		{"a literal with a value that runs the notebook's code", []edit{
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "fmt.Print(len(r.Classes))", "type own struct{}\nfunc (own) MarshalBinary() ([]byte, error) { return nil, nil }", "_, err := model.Save(ctx, model.Entry{Model: own{}, Options: r}, model.Options{})\nfmt.Print(err != nil)"}, []int{0, 1, 2, 3}},
			{[]string{`r := must(metric.Classify([]string{"a", "b"}, []string{"a", "a"}))`, "fmt.Print(1 + len(r.Classes))", "type own struct{}\nfunc (own) MarshalBinary() ([]byte, error) { return nil, nil }", "_, err := model.Save(ctx, model.Entry{Model: own{}, Options: r}, model.Options{})\nfmt.Print(err != nil)"}, []int{0, 1}},
		}},
		{"a function that looks at what it is given", []edit{
			{[]string{"x := [][]int{{1}, {2}}", "func sum(rows [][]int) (n int) {\n\tfor _, r := range rows {\n\t\tfirst := r\n\t\tn += first[0]\n\t}\n\treturn\n}", "sum(x)"}, []int{0, 1, 2}},
			{[]string{"x := [][]int{{1}, {2}}", "func sum(rows [][]int) (n int) {\n\tfor _, r := range rows {\n\t\tfirst := r\n\t\tn += first[0]\n\t}\n\treturn\n}", "sum(x) + 1"}, []int{2}},
		}},
		{"a function that changes what it is given", []edit{
			{[]string{"x := [][]int{{1}, {2}}", "func clear(rows [][]int) {\n\tfor _, r := range rows {\n\t\tfirst := r\n\t\tfirst[0] = 0\n\t}\n}", "clear(x)", "fmt.Print(x)"}, []int{0, 1, 2, 3}},
			{[]string{"x := [][]int{{1}, {2}}", "func clear(rows [][]int) {\n\tfor _, r := range rows {\n\t\tfirst := r\n\t\tfirst[0] = 0\n\t}\n}", "_ = 1", "fmt.Print(x)"}, []int{0, 2, 3}},
		}},
		{"a volatile cell", []edit{
			{[]string{"t := time.Now()", "n := 1", "fmt.Print(n, t.IsZero())"}, []int{0, 1, 2}},
			{[]string{"text:a", "t := time.Now()", "n := 1", "fmt.Print(n, t.IsZero())"}, []int{0, 2}},
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var ran []int
			s := NewSession(Options{Observe: func(e Event) {
				if e.Kind == "cell" {
					ran = append(ran, e.Cell)
				}
			}})
			defer s.Close()
			for i, e := range c.edits {
				ran = nil
				nb := notebookOf(t, e.parts...)
				got := asJSON(t, s.Run(t.Context(), nb))
				if diff := cmp.Diff(asJSON(t, Run(t.Context(), nb, Options{})), got); diff != "" {
					t.Errorf("version %d (-clean +incremental):\n%s", i+1, diff)
				}
				slices.Sort(ran)
				if diff := cmp.Diff(e.run, ran); diff != "" {
					t.Errorf("cells run in version %d (-want +got):\n%s", i+1, diff)
				}
			}
		})
	}
}

// A session whose notebook was edited often gets another interpreter while
// nobody waits, and goes on as if nothing had happened: no cell runs that would
// not have run.
func TestSessionsAreRenewed(t *testing.T) {
	var ran []int
	s := NewSession(Options{Observe: func(e Event) {
		switch e.Kind {
		case "cell":
			ran = append(ran, e.Cell)
		case "restart":
			t.Errorf("the interpreter was started again before the eyes of everybody: %s", e.Text)
		}
	}})
	defer s.Close()
	version := func(i int) *notebook.Notebook {
		long := strings.Repeat(fmt.Sprintf("n += len(fmt.Sprint(%d))\n", i), 200)
		return notebookOf(t, "x := []int{1, 2, 3}", "x[1] = 7", "n := 0\n"+long+"n", fmt.Sprintf("fmt.Print(x, %d)", i))
	}
	i := 0
	for ; !s.Worn(); i++ {
		if i > 100 {
			t.Fatal("a hundred edits do not wear the interpreter out")
		}
		if r := s.Run(t.Context(), version(i)); r.Status != record.OK {
			t.Fatal(r.Diagnostics)
		}
	}
	old := s.kernel
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Renew(gone, version(i-1)) || s.kernel != old {
		t.Error("a session was renewed whose renewal had been called off")
	}
	if !s.Renew(t.Context(), version(i-1)) || s.kernel == old || s.Worn() {
		t.Error("the session was not renewed")
	}
	ran = nil
	nb := version(i)
	if diff := cmp.Diff(asJSON(t, Run(t.Context(), nb, Options{})), asJSON(t, s.Run(t.Context(), nb))); diff != "" {
		t.Errorf("(-clean +renewed):\n%s", diff)
	}
	if diff := cmp.Diff([]int{2, 3}, ran); diff != "" {
		t.Errorf("cells run (-want +got):\n%s", diff)
	}
}

// What an older version of a cell made does not stay in memory.
func TestSessionsForgetWhatEditedCellsMade(t *testing.T) {
	restarts := 0
	s := NewSession(Options{Memory: 600 << 20, Observe: func(e Event) {
		if e.Kind == "restart" {
			restarts++
		}
	}})
	defer s.Close()
	for i := range 12 {
		r := s.Run(t.Context(), notebookOf(t, fmt.Sprintf("x := bytes.Repeat([]byte{%d}, 100<<20)", i), "x[len(x)-1]"))
		if r.Status != record.OK || r.Cells[1].Outputs[0].Text != fmt.Sprint(i) {
			t.Fatalf("version %d: %s %v", i, r.Status, r.Diagnostics)
		}
	}
	if restarts > 0 {
		t.Errorf("the interpreter was started again %d times", restarts)
	}
}

// When the process of an older version is gone, whoever took it, a new one takes
// over.
func TestSessionsGoOnWithoutTheirProcess(t *testing.T) {
	var reasons []string
	s := NewSession(Options{Observe: func(e Event) {
		if e.Kind == "restart" {
			reasons = append(reasons, e.Text)
		}
	}})
	defer s.Close()
	r := s.Run(t.Context(), notebookOf(t, "x := 1", "fmt.Sprint(os.Getpid())"))
	var pid int
	if _, err := fmt.Sscan(r.Cells[1].Outputs[0].Text, &pid); err != nil {
		t.Fatal(err, r.Diagnostics)
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	r = s.Run(t.Context(), notebookOf(t, "x := 1", "x + 1"))
	if r.Status != record.OK || r.Cells[1].Outputs[0].Text != "2" {
		t.Errorf("%s %v", r.Status, r.Diagnostics)
	}
	if len(reasons) == 0 {
		t.Error("the restart was not told")
	}
}

// What rests on a file that is no data set is made again when the file has
// changed, also where the file is read by the cell before; and in a session that
// follows another, as in a command after a command.
func TestWhatRestsOnAFileFollowsIt(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.json")
	write := func(title string) {
		t.Helper()
		text := fmt.Sprintf(`{"format": %d, "title": %q, "status": "ok"}`, record.Format, title)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour) // long enough ago for its time to be believed
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	nb := notebookOf(t, fmt.Sprintf("r, err := results.Open(ctx, \"a.md\", results.Options{Folder: %q})\ntitle := \"none\"\nif err == nil {\n\ttitle = r.Title()\n}", filepath.ToSlash(folder)), "title")
	kept := t.TempDir()
	for _, kind := range []string{"one session", "a session each"} {
		t.Run(kind, func(t *testing.T) {
			_ = os.Remove(path)
			opt := Options{Store: kept}
			s := NewSession(opt)
			defer func() { s.Close() }()
			for i, want := range []string{"none", "first", "first", "other", "none"} {
				if want == "none" {
					_ = os.Remove(path)
				} else {
					write(want)
				}
				if s.Changed(path); kind != "one session" {
					s.Close()
					s = NewSession(opt)
				}
				r := s.Run(t.Context(), nb)
				if r.Status != record.OK || r.Cells[1].Outputs[0].Text != want {
					t.Fatalf("run %d: %s %v: the file says %q, and the cell below shows %q", i+1, r.Status, r.Diagnostics, want, r.Cells[1].Outputs[0].Text)
				}
			}
		})
	}
}

// weights is a model that is its own bytes.
type weights []byte

func (w weights) MarshalBinary() ([]byte, error) { return w, nil }

// A cell that saves a model runs again when the model is not as it left it, and not
// otherwise.
func TestASavedModelIsSavedAgainWhereItIsNotThereAnyMore(t *testing.T) {
	for _, kind := range []string{"one session", "a session each"} {
		t.Run(kind, func(t *testing.T) {
			parent := t.TempDir()
			opt := model.Options{Folder: filepath.Join(parent, "models"), Changelog: filepath.Join(parent, "CHANGELOG.md")}
			nb := notebookOf(t,
				"type own []byte\nfunc (o own) MarshalBinary() ([]byte, error) { return o, nil }",
				fmt.Sprintf("saved, err := model.Save(ctx, model.Entry{Name: \"m\", Kind: \"bytes\", Model: own(\"abc\")}, model.Options{Folder: %q, Changelog: %q})\nif err == nil {\n\tshow.Value(saved)\n}", opt.Folder, opt.Changelog),
				"fmt.Print(err == nil && saved.Previous != nil)")
			var ran []int
			sessionOptions := Options{Store: t.TempDir(), Observe: func(e Event) {
				if e.Kind == "cell" {
					ran = append(ran, e.Cell)
				}
			}}
			s := NewSession(sessionOptions)
			defer func() { s.Close() }()
			run := func(what, shows string, want ...int) {
				t.Helper()
				if ran = nil; kind != "one session" {
					s.Close()
					s = NewSession(sessionOptions)
				}
				r := s.Run(t.Context(), nb)
				if r.Status != record.OK || r.Cells[2].Outputs[0].Text != shows {
					t.Errorf("%s: %s %v, shows %v", what, r.Status, r.Diagnostics, r.Cells[2].Outputs)
				}
				slices.Sort(ran)
				if ran = slices.DeleteFunc(ran, func(i int) bool { return i == 0 }); !slices.Equal(ran, want) {
					t.Errorf("%s: cells %v ran, want %v", what, ran, want)
				}
				if got, err := model.Load("m", opt); shows != "false" || err == nil {
					if err != nil {
						t.Fatal(err)
					}
					if b, err := got.Weights(); err != nil || string(b) != "abc" {
						t.Errorf("%s: the weights are %q %v", what, b, err)
					}
				}
			}
			if err := os.WriteFile(opt.Folder, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			run("where nothing can be written", "false", 1, 2)
			if err := os.Remove(opt.Folder); err != nil {
				t.Fatal(err)
			}
			run("where it can again", "false", 1, 2)
			run("with all in place", "false")
			if err := os.RemoveAll(opt.Folder); err != nil {
				t.Fatal(err)
			}
			run("with the folder gone", "false", 1, 2)
			saved, err := model.Load("m", opt)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(saved.Folder, "weights.bin"), []byte("damaged"), 0o644); err != nil {
				t.Fatal(err)
			}
			run("with weights that are damaged", "false", 1, 2)
			if _, err := model.Save(t.Context(), model.Entry{Name: "m", Kind: "bytes", Model: weights("other")}, opt); err != nil {
				t.Fatal(err)
			}
			run("with another version in its place", "true", 1, 2)
			run("with its own again", "true")
			if err := os.RemoveAll(filepath.Join(opt.Folder, "old")); err != nil {
				t.Fatal(err)
			}
			run("without the version before", "false", 1, 2)
		})
	}
}

// What a cell prints to standard output and what its log writes to standard error
// come in their order, though on different ways.
func TestOutputAndLogKeepTheirOrder(t *testing.T) {
	for name, first := range map[string]string{"log alone": "x := 1", "with os": "x := os.PathSeparator"} {
		t.Run(name, func(t *testing.T) {
			r := NewSession(Options{Engine: Yaegi})
			defer r.Close()
			run := r.Run(t.Context(), notebookOf(t, first, "log.SetFlags(0)\nfor i := range 100 {\n\tlog.Println(i)\n\tfmt.Println(i)\n}"))
			if run.Status != record.OK {
				t.Fatal(run.Diagnostics)
			}
			outputs := run.Cells[1].Outputs
			if len(outputs) != 200 {
				t.Fatalf("%d pieces of output", len(outputs))
			}
			for i, o := range outputs {
				if want := []string{"stderr", "stdout"}[i%2]; o.Stream != want || o.Text != fmt.Sprintln(i/2) {
					t.Fatalf("piece %d is %q on %s, want %d on %s", i, o.Text, o.Stream, i/2, want)
				}
			}
		})
	}
}

package engine

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"viva/internal/golden"
	"viva/runtime/record"
)

// needsNative names the programs that have no faithful interpreted form and
// have to be compiled, with the construct that asks for it.
var needsNative = map[string]string{
	"reflect_tags":    "reflection over a cell's own types, which the lowering erases",
	"slices_aliasing": "a slice converted to a pointer to an array shares memory in a way the interpreter has no form for",
	"state_machine":   "types that contain themselves without a struct between, as type stateFn func(*lexer) stateFn",
	"text_template":   "functions that a template calls",
	"xml_log":         "XML of a cell's own types, whose names and tags encoding/xml finds by reflection",
}

// Every file of testdata/cells is a notebook of cells, cell1.go and so on,
// with what the same code prints when the Go compiler builds it as a program,
// want. With -update the program is made of the cells, or is the file's own
// native.go where cells do what a program cannot; it is vetted, built and run.
func TestEverydayCells(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	files, err := filepath.Glob("testdata/cells/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in testdata/cells: %v", err)
	}
	var mu sync.Mutex
	var passed, failed, compiled []string
	t.Cleanup(func() {
		if golden.Updating() {
			return
		}
		slices.Sort(failed)
		t.Logf("%d programs: %d interpreted as Go runs them, %d compiled, %d not", len(files), len(passed), len(compiled), len(failed))
		for _, f := range failed {
			t.Logf("not as Go runs it: %s", f)
		}
	})
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cells, archive := readCells(t, file)
			if golden.Updating() {
				recordCells(t, file, archive, cells)
				return
			}
			opt := Options{Timeout: 20 * time.Second}
			reason := needsNative[name]
			if reason == "" {
				chooseEngine(&opt, "yaegi")
			} else if !chooseEngine(&opt, "go") {
				t.Skip("has to be compiled:", reason)
			}
			r := runCells(t, t.Context(), opt, cells...)
			diff := cmp.Diff(section(archive, "want"), printed(r))
			for _, d := range r.Diagnostics {
				if d.Severity == "error" {
					diff += "\n" + d.Message
					t.Errorf("%s: %s", place(r, d.Line), d.Message)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if diff != "" || r.Status != record.OK {
				failed = append(failed, name)
				t.Errorf("%s (-want +got):\n%s", r.Status, diff)
				return
			}
			if reason == "" {
				passed = append(passed, name)
			} else {
				compiled = append(compiled, name)
			}
		})
	}
}

// readCells reads the cells of a txtar file.
func readCells(t *testing.T, file string) ([]string, *txtar.Archive) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "cell") {
			cells = append(cells, strings.TrimSuffix(string(f.Data), "\n"))
		}
	}
	return cells, archive
}

func recordCells(t *testing.T, file string, archive *txtar.Archive, cells []string) {
	t.Helper()
	source := section(archive, "native.go")
	if source == "" {
		var err error
		if source, err = assemble(cells, false); err != nil {
			t.Fatal(err)
		}
	}
	want, failure := nativeProgram(t, source, true)
	if failure != "" {
		t.Fatalf("the program failed: %s", failure)
	}
	golden.Write(t, file, withSection(archive, "want", want))
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// withSection is the text of the archive with a section in place of the one
// of that name, or at its end.
func withSection(a *txtar.Archive, name, text string) string {
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	return string(txtar.Format(a))
}

// printed is what a run's cells printed. Its last line ends, as in a file.
func printed(r *record.Run) string {
	var b strings.Builder
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			if o.Stream == "stdout" {
				b.WriteString(o.Text)
			}
		}
	}
	text := b.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

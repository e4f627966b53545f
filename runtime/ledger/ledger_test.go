package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/record"
)

func run(name string, evaluations ...trace.Evaluation) *record.Run {
	return &record.Run{
		Notebook: name, SHA256: strings.Repeat("0", 64), Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Status: record.OK,
		Sources: []trace.Source{{Name: "sample", Fingerprint: "sha256:1", Documents: 2}}, Evaluations: evaluations,
		Cells: []record.Cell{{Outputs: []record.Output{{Item: view.Item{Metric: &view.Metric{Name: "accuracy", Value: 0.5, Unit: "%"}}}}}},
	}
}

func looked(test, model string) trace.Evaluation {
	return trace.Evaluation{Data: "sample", Test: test, Documents: 7, Model: model}
}

func appended(t rapid.TB, path string, r *record.Run) Written {
	t.Helper()
	w, err := Append(path, r)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func checked(t rapid.TB, path string) Report {
	t.Helper()
	r, err := Check(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRunsAreReadAsTheyWereAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if entries, err := Read(path); len(entries) != 0 || err != nil {
		t.Fatalf("a ledger that is not there: %v, %v", entries, err)
	}
	for i := range 3 {
		w := appended(t, path, run(fmt.Sprint(i, ".md"), looked("t", "m")))
		if w.Entry.Line != i+1 || !checked(t, path).Has(w.Entry.Line, w.Entry.SHA256) {
			t.Errorf("run %d is entered as %+v", i, w.Entry)
		}
	}
	entries, err := Read(path)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	want := newEntry(run("1.md", looked("t", "m")))
	want.Line, want.Previous = 2, entries[1].Previous
	if diff := cmp.Diff(want, entries[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := checked(t, path); r.Runs != 3 || r.Torn != 0 || len(r.Problems) != 0 {
		t.Errorf("a sound ledger: %+v", r)
	}
}

func TestModelsAreCountedOncePerTest(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	appended(t, path, run("a.md", looked("t", "1"), looked("t", "2"), looked("other", "1")))
	appended(t, path, run("a.md", looked("t", "1"), looked("t", "2")))
	appended(t, path, run("b.md"))
	w := appended(t, path, run("a.md", looked("t", "2"), looked("new", "2"), looked("t", "3"), looked("t", "2")))
	want := []record.TestUse{
		{Data: "sample", Test: "t", Documents: 7, Runs: 3, Models: 3, Earlier: 1},
		{Data: "sample", Test: "new", Documents: 7, Runs: 1, Models: 1},
	}
	if diff := cmp.Diff(want, w.Tests); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
}

// Wherever a crash cuts the line that is written, the ledger goes on, and what
// it held before is there.
func TestACutLineIsContinued(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "ledger")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, Name)
		whole := 0
		for i := range rapid.IntRange(1, 5).Draw(t, "runs") {
			before, err := os.ReadFile(path)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			appended(t, path, run(fmt.Sprint(i)))
			whole++
			if !rapid.Bool().Draw(t, "crash") {
				continue
			}
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			cut := rapid.IntRange(len(before), len(after)-1).Draw(t, "cut")
			if err := os.WriteFile(path, after[:cut], 0o644); err != nil {
				t.Fatal(err)
			}
			// A line that lacks nothing but its end is whole.
			if cut < len(after)-1 {
				whole--
			}
		}
		w := appended(t, path, run("last"))
		if r := checked(t, path); r.Runs != whole+1 || len(r.Problems) > 0 || w.Entry.Line != whole+1 {
			t.Fatalf("%+v, want %d runs and no problem; the last is %+v", r, whole+1, w.Entry)
		}
		if w.Torn > 0 && checked(t, path).Torn == 0 {
			t.Fatal("the unfinished line is not counted")
		}
	})
}

// A line that is changed, removed, doubled or swapped with another shows.
func TestChangesShow(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	for i := range 4 {
		appended(t, path, run(fmt.Sprint(i)))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l := bytes.SplitAfter(content, []byte("\n"))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, changed := range map[string][]byte{
		"a number":        bytes.Replace(content, []byte(`"gates":0`), []byte(`"gates":1`), 1),
		"the first":       join(l[1], l[2], l[3]),
		"one within":      join(l[0], l[2], l[3]),
		"two swapped":     join(l[0], l[2], l[1], l[3]),
		"one twice":       join(l[0], l[1], l[1], l[2], l[3]),
		"a damaged line":  join(l[0], []byte("{\"line\":\n"), l[2], l[3]),
		"something added": join(l[0], l[1], []byte("hello\n"), l[2], l[3]),
	} {
		if r := check(changed); len(r.Problems) == 0 {
			t.Errorf("%s: nothing is found: %+v", name, r)
		}
	}
	// The last lines can be cut without a trace here; the record of the run says
	// which line it had.
	last := hash(bytes.TrimSuffix(l[3], []byte("\n")))
	if r := check(join(l[0], l[1], l[2])); len(r.Problems) > 0 || r.Has(4, last) || !check(content).Has(4, last) {
		t.Errorf("the end cut off: %+v", r)
	}
}

func TestNoBytesArePanicked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOf(rapid.Byte()).Draw(t, "content")
		check(content)
		path := filepath.Join(os.TempDir(), fmt.Sprintf("ledger-%d-%d", os.Getpid(), time.Now().UnixNano()))
		defer os.Remove(path)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		appended(t, path, run("a"))
		if r := checked(t, path); r.Runs != 1 || len(r.Problems) > 0 {
			t.Fatalf("after %q: %+v", content, r)
		}
	})
}

// Several processes and goroutines append at the same time.
func TestManyAppendAtOnce(t *testing.T) {
	if path := os.Getenv("LEDGER_TEST_PATH"); path != "" {
		for i := range 10 {
			appended(t, path, run(fmt.Sprint(os.Getpid(), "-", i)))
		}
		return
	}
	path := filepath.Join(t.TempDir(), Name)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestManyAppendAtOnce$")
			cmd.Env = append(os.Environ(), "LEDGER_TEST_PATH="+path)
			if b, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, b)
			}
		})
	}
	for i := range 3 {
		wg.Go(func() {
			for range 10 {
				if _, err := Append(path, run(fmt.Sprint("g", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if r := checked(t, path); r.Runs != 60 || r.Torn > 0 || len(r.Problems) > 0 {
		t.Errorf("%+v, want 60 runs", r)
	}
}

func TestEntriesAreOneLine(t *testing.T) {
	b, err := json.Marshal(newEntry(run("with\nnewline")))
	if err != nil || bytes.ContainsRune(b, '\n') {
		t.Errorf("%q, %v", b, err)
	}
}

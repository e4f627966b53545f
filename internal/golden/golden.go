// Package golden compares what a test got with a file kept beside it. It is
// for tests only. With the flag -update, the file is written instead:
//
//	go test ./runtime/report -update
package golden

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Updating reports whether the test was called with -update, for a test that
// keeps its expectations in a form of its own.
func Updating() bool { return *update }

// Equal fails the test if got differs from the file's content. Line ends are
// those of the file in the repository, "\n".
func Equal(t testing.TB, file, got string) {
	t.Helper()
	if *update {
		Write(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s does not exist; run the test with -update, then read what it wrote", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	Same(t, file, string(want), got)
}

// Same fails the test if got differs from want, showing the lines that do.
// Name says where want stands.
func Same(t testing.TB, name, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got); if the new text is right, run the test with -update:\n%s", name, diff)
	}
}

// Write writes a golden file, and the folders it needs.
func Write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

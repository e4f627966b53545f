package golden

import (
	"path/filepath"
	"testing"
)

// recorder is a test that takes note of failing instead of ending.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestEqualComparesWithTheFile(t *testing.T) {
	if Updating() {
		t.Skip("with -update nothing is compared")
	}
	file := filepath.Join(t.TempDir(), "deep", "x.golden")
	Write(t, file, "one\ntwo\n")

	r := &recorder{TB: t}
	if Equal(r, file, "one\ntwo\n"); r.failed {
		t.Error("the same text was said to differ")
	}
	if Equal(r, file, "one\n2\n"); !r.failed {
		t.Error("another text was said to be the same")
	}
}

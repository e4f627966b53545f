// Package publicdata finds the public data sets for tests. They lie outside
// the project and are never copied into it. For tests only.
package publicdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns where a file or folder of the public data sets is, named with
// forward slashes as in "classification/20newsgroups". VIVA_DATA names their
// folder; else it is shared/data beside the project's own. Where the data is
// absent the test is skipped, or fails if VIVA_REQUIRE_DATA is 1.
func Path(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("VIVA_DATA")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				t.Fatal("this test does not run inside the project")
			}
			dir = parent
		}
		root = filepath.Join(filepath.Dir(dir), "shared", "data")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("VIVA_REQUIRE_DATA") == "1" {
			t.Fatalf("VIVA_REQUIRE_DATA=1, but the data is not there: %v", err)
		}
		t.Skipf("the public data sets are not there (VIVA_DATA can name their folder): %v", err)
	}
	return path
}

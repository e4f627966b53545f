package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"viva/internal/publicdata"
)

// Every file of every set, but those of ag_news of which there is no copy, is in
// the mirror as the registry describes it.
func TestRegistryDescribesTheMirror(t *testing.T) {
	mirror := publicdata.Path(t, ".")
	opt := Options{Mirror: mirror, Folder: t.TempDir()}
	all, err := List(opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		results, state, err := Verify(t.Context(), s.Name, opt)
		if err != nil {
			t.Fatal(err)
		}
		if want := InMirror; s.Name == "ag_news" {
			if state != Absent {
				t.Errorf("ag_news is %s", state)
			}
			continue
		} else if state != want {
			t.Errorf("%s is %s, want %s", s.Name, state, want)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.Path, r.Err)
			}
		}
		folder, err := Locate(t.Context(), s.Name, opt)
		if want := filepath.Join(mirror, s.Folder); err != nil || folder != want {
			t.Errorf("Locate(%s) = %q, %v; want %q", s.Name, folder, err, want)
		}
		// Nothing that the mirror holds is unknown, but lists that were made
		// beside the data.
		err = filepath.WalkDir(folder, func(p string, e os.DirEntry, err error) error {
			rel, _ := filepath.Rel(folder, p)
			if err == nil && !e.IsDir() && !strings.HasSuffix(p, ".members.tsv.gz") && !slices.ContainsFunc(s.Files, func(f File) bool { return f.Path == filepath.ToSlash(rel) }) {
				t.Errorf("%s: the registry does not know %s", s.Name, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func ExampleLookup() {
	s, err := Lookup("20ng", Options{})
	fmt.Println(s.Name, s.Len(), s.Labels, err)
	_, err = Lookup("20newsgroup", Options{})
	fmt.Println(err)
	// Output:
	// 20newsgroups 18846 20 <nil>
	// no data set has the name "20newsgroup"; did you mean "20newsgroups"?
}

package dataset

import (
	"fmt"
	"path/filepath"
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
		if strangers := s.Strangers(folder); len(strangers) > 0 {
			t.Errorf("%s: the registry does not know %q", s.Name, strangers)
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

package readme

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const page = `# A project

<!-- viva: training -->
old
<!-- /viva: training -->

The end, without a newline`

// file writes a file and returns its path.
func file(t interface {
	Helper()
	Fatal(...any)
}, dir, text string) string {
	t.Helper()
	path := filepath.Join(dir, "README.md")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t interface {
	Helper()
	Fatal(...any)
}, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteReplacesTheSectionAndNothingElse(t *testing.T) {
	path := file(t, t.TempDir(), page)
	u, err := Write(t.Context(), path, "training", "| a |\n|---|\n| 1 |\n")
	if err != nil {
		t.Fatal(err)
	}
	if !u.Found || !u.Changed || u.Reason != "" {
		t.Errorf("the update is %+v", u)
	}
	want := strings.Replace(page, "\nold\n", "\n| a |\n|---|\n| 1 |\n", 1)
	if got := read(t, path); got != want {
		t.Errorf("the file is now\n%s\nwant\n%s", got, want)
	}
	again, err := Write(t.Context(), path, "training", "| a |\n|---|\n| 1 |")
	if err != nil {
		t.Fatal(err)
	}
	if again.Changed {
		t.Error("what is up to date was written again")
	}
	if a, b := u.View()[0].Note.Text, again.View()[0].Note.Text; a != b {
		t.Errorf("a second run shows another thing: %q, then %q", a, b)
	}
}

func TestWriteLeavesAloneWhatDoesNotWantIt(t *testing.T) {
	path := file(t, t.TempDir(), page)
	u, err := Write(t.Context(), path, "training on other data", "x")
	if err != nil {
		t.Fatal(err)
	}
	if u.Found || u.Changed || !strings.Contains(u.View()[0].Note.Text, "<!-- viva: training on other data -->") {
		t.Errorf("the update is %+v", u)
	}
	if got := read(t, path); got != page {
		t.Errorf("the file was changed:\n%s", got)
	}
	missing := filepath.Join(t.TempDir(), "README.md")
	if u, err = Write(t.Context(), missing, "training", "x"); err != nil || u.Found || u.Reason == "" {
		t.Errorf("of a file that is missing it says %+v, %v", u, err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("a file that was missing was made")
	}
}

func TestWriteRefusesWhatIsAmbiguous(t *testing.T) {
	begin, end := Markers("s")
	for _, c := range []struct{ name, text, section, insert, want string }{
		{"the end is missing", begin, "s", "x", "once and <!-- /viva: s --> 0 times"},
		{"the end comes first", end + "\n" + begin, "s", "x", "stands before"},
		{"the section is there twice", begin + end + begin + end, "s", "x", "twice"},
		{"the text has a marker", begin + end, "s", "a " + end, "one of its markers"},
		{"a name that ends the comment", begin + end, "s -->", "x", "cannot be the name"},
		{"no name", begin + end, "", "x", "cannot be the name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file(t, t.TempDir(), c.text)
			if _, err := Write(t.Context(), path, c.section, c.insert); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
			if got := read(t, path); got != c.text {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
}

// Whatever stands around a section stays, and whatever is written into it is
// found there again, with the newlines of the file.
func TestWriteKeepsWhatIsAround(t *testing.T) {
	dir := t.TempDir()
	begin, end := Markers("s")
	rapid.Check(t, func(t *rapid.T) {
		around := rapid.SampledFrom([]string{"", "text", "# a\n\n", "<!-- viva: other -->\nx\n<!-- /viva: other -->\n", "a -->", "<!--"})
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		old := rapid.SampledFrom([]string{"", "\n", "\nold\n", "one line"}).Draw(t, "old")
		text := rapid.StringMatching(`[a-z|\n<>!-]{0,20}`).Draw(t, "text")
		if strings.Contains(text, begin) || strings.Contains(text, end) {
			t.Skip("a marker")
		}
		source := before + begin + old + end + after
		windows := rapid.Bool().Draw(t, "windows")
		if windows {
			source = strings.ReplaceAll(source, "\n", "\r\n") + "\r\n"
		}
		path := file(t, dir, source)
		if _, err := Write(context.Background(), path, "s", text); err != nil {
			t.Fatal(err)
		}
		got := read(t, path)
		want := before + begin + "\n" + strings.Trim(text, "\n") + "\n" + end + after
		if windows {
			want = strings.ReplaceAll(want, "\n", "\r\n") + "\r\n"
		}
		if got != want {
			t.Fatalf("%q became %q, want %q", source, got, want)
		}
	})
}

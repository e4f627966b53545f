package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteMakesFoldersAndAnOrdinaryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "er", "report.html")
	for _, content := range []string{"first", "", "a longer second"} {
		if err := Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != content {
			t.Errorf("got %q, want %q", got, content)
		}
	}
	if got := names(t, filepath.Dir(path)); !slices.Equal(got, []string{"report.html"}) {
		t.Errorf("the folder holds %q", got)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestNamesMayBeAsLongAsTheSystemPermits(t *testing.T) {
	for _, name := range []string{strings.Repeat("n", 250) + ".html", strings.Repeat("ü", 120), "star*.html", "-"} {
		if runtime.GOOS == "windows" && strings.Contains(name, "*") {
			continue
		}
		path := filepath.Join(t.TempDir(), name)
		if err := Write(path, []byte("x")); err != nil {
			t.Error(err)
		}
	}
}

// Readers of a file that is replaced again and again always find one content,
// whole, and never an older one after a newer one.
func TestReadersSeeWholeContents(t *testing.T) {
	const versions = 60
	path := filepath.Join(t.TempDir(), "file")
	// Contents differ in length, so that a part of one is none of them.
	content := func(version int) []byte {
		line := fmt.Sprintf("version %03d\n", version)
		return bytes.Repeat([]byte(line), 2000+37*(version%7))
	}
	if err := Write(path, content(0)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	reads := make([]int, 3)
	for i := range reads {
		wg.Go(func() {
			last := 0
			for {
				select {
				case <-done:
					return
				default:
				}
				b, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
					return
				}
				var version int
				if _, err := fmt.Sscanf(string(b[:min(len(b), 12)]), "version %d", &version); err != nil || !bytes.Equal(b, content(version)) {
					t.Errorf("read %d bytes that nobody wrote, of version %d (%v)", len(b), version, err)
					return
				}
				if version < last {
					t.Errorf("version %d after version %d", version, last)
				}
				last = version
				reads[i]++
			}
		})
	}
	for v := 1; v <= versions; v++ {
		if err := Write(path, content(v)); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
	if slices.Max(reads) == 0 {
		t.Error("nothing was read meanwhile")
	}
}

// Of several writers at once one wins, with its whole content.
func TestWritersDoNotMix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := Write(path, bytes.Repeat([]byte{byte('a' + i)}, 10000*(i+1))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := read(t, path)
	if want := strings.Repeat(got[:1], 10000*(int(got[0]-'a')+1)); got != want {
		t.Error("the file mixes several contents")
	}
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the folder holds %q", got)
	}
}

// A failure leaves the old contents, all of them, and no temporary file, and
// names the file that was to be written and not the temporary one.
func TestFailureChangesNothing(t *testing.T) {
	dir := t.TempDir()
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	for _, path := range []string{a, b, c} {
		if err := Write(path, []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	below := filepath.Join(b, "below")
	err := WriteAll(File{a, []byte("new")}, File{below, []byte("new")}, File{c, []byte("new")})
	if err == nil || !strings.HasPrefix(err.Error(), "writing "+below+": ") || strings.Contains(err.Error(), prefix) {
		t.Errorf("got %v", err)
	}
	if runtime.GOOS != "windows" && !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("%v does not wrap its cause", err)
	}
	for _, path := range []string{a, b, c} {
		if got := read(t, path); got != "old" {
			t.Errorf("%s holds %q", path, got)
		}
	}

	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(folder, []byte("new")); err == nil || !strings.HasPrefix(err.Error(), "writing "+folder+": ") || strings.Contains(err.Error(), prefix) {
		t.Errorf("writing over a folder: %v", err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"a", "b", "c", "folder"}) {
		t.Errorf("the folder holds %q", got)
	}
}

func TestWriteAllWritesInSeveralFolders(t *testing.T) {
	dir := t.TempDir()
	files := []File{{filepath.Join(dir, "n_files", "1.svg"), []byte("1")}, {filepath.Join(dir, "n.md"), []byte("2")}, {filepath.Join(dir, "n.html"), []byte("3")}}
	if err := WriteAll(files...); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if got := read(t, f.Path); got != string(f.Content) {
			t.Errorf("%s holds %q", f.Path, got)
		}
	}
}

func TestCleanRemovesOnlyWhatKilledWritersLeft(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for name, at := range map[string]time.Time{
		".viva-report.html-1.tmp": old,
		".viva-report.html-2.tmp": time.Now().Add(-30 * time.Minute), // a writer at work
		".viva-notes":             old,
		"report.html":             old,
		"report.tmp":              old,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	Clean(dir)
	if got, want := names(t, dir), []string{".viva-notes", ".viva-report.html-2.tmp", "report.html", "report.tmp"}; !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
	missing := filepath.Join(dir, "nowhere")
	Clean(missing)
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Clean made a folder: %v", err)
	}
}

func TestWriteFuncReplacesAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "file")
	if err := WriteFunc(path, func(w io.Writer) error { _, err := io.WriteString(w, "old"); return err }); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the source broke off")
	err := WriteFunc(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half of the n")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("the file holds %q", got)
	}
	if got := names(t, filepath.Dir(path)); !slices.Equal(got, []string{"file"}) {
		t.Errorf("the folder holds %q", got)
	}
}

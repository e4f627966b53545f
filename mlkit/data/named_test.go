package data

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/dataset"
	"viva/mlkit/trace"
)

// ownSet describes a data set "letters" of one table and puts it into a mirror.
func ownSet(t *testing.T) (mirror string) {
	t.Helper()
	dir := t.TempDir()
	mirror = filepath.Join(dir, "mirror")
	const table = "id,text,label\n1,alpha,a\n2,beta,b\n"
	registry := fmt.Sprintf("name: letters\naliases: [abc]\ntask: t\nlicence: for tests\ncitation: A. Nobody, 2020\npage: http://127.0.0.1/\nformat: csv\nfiles:\n  - path: all.csv\n    original: {address: 'http://127.0.0.1/all.csv', bytes: %d, sha256: %x}\n",
		len(table), sha256.Sum256([]byte(table)))
	for name, content := range map[string]string{"sets.yaml": registry, "mirror/letters/all.csv": table} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(dataset.RegistryVariable, filepath.Join(dir, "sets.yaml"))
	t.Setenv(dataset.MirrorVariable, mirror)
	t.Setenv(dataset.FolderVariable, filepath.Join(dir, "downloads"))
	t.Chdir(dir)
	return mirror
}

func TestOpenByName(t *testing.T) {
	mirror := ownSet(t)
	var sources []trace.Source
	var files []string
	ctx := trace.With(t.Context(), trace.Tracer{Source: func(s trace.Source) { sources = append(sources, s) }, File: func(p string) { files = append(files, p) }})
	for _, name := range []string{"letters", "abc", "Letters"} {
		c, err := Open(ctx, name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Len() != 2 || c.Name() != "letters" || c.Path() != "letters" || c.Licence() != "for tests" || len(c.Warnings()) != 0 {
			t.Errorf("%s: %d documents of %s, %s, %q, %q", name, c.Len(), c.Name(), c.Path(), c.Licence(), c.Warnings())
		}
		want := trace.Source{Name: "letters", Path: "letters", Fingerprint: c.Fingerprint(), Documents: 2, Licence: "for tests", Citation: "A. Nobody, 2020", Address: "http://127.0.0.1/"}
		if got := sources[len(sources)-1]; got != want {
			t.Errorf("source %+v", got)
		}
		for _, part := range []*Corpus{c.Select([]int{1}), c.Filter(func(d Document) bool { return d.Label == "a" })} {
			if part.Licence() != c.Licence() || part.Citation() != c.Citation() {
				t.Error("a part of the data has another licence than the whole")
			}
		}
		if m, err := c.Map(func(d Document) Document { return d }); err != nil || m.Licence() != c.Licence() {
			t.Errorf("mapped data has another licence, %v", err)
		}
	}
	for _, want := range []string{"letters", filepath.Join(mirror, "letters"), trace.Variable("VIVA_MIRROR")} {
		if !slices.Contains(files, want) {
			t.Errorf("it did not tell that it rests on %s: %q", want, files)
		}
	}
	// The caller's format wins.
	if _, err := Open(ctx, "letters", Options{Format: "jsonl"}); err == nil || !strings.Contains(err.Error(), "all.csv:1") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(mirror, "letters", "more.csv"), []byte("id,text,label\n3,gamma,a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Open(ctx, "letters", Options{})
	if err != nil || !slices.ContainsFunc(c.Warnings(), func(w string) bool { return strings.Contains(w, "nobody verified: more.csv") }) {
		t.Errorf("a file that nobody verified was read without a word: %v", err)
	}
	if err := os.WriteFile(filepath.Join(mirror, "letters", "all.csv"), []byte("id,text,label\n1,omega,a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, "letters", Options{}); !errors.Is(err, dataset.ErrDamaged) || !strings.Contains(err.Error(), "all.csv") {
		t.Errorf("changed data was opened: %v", err)
	}
}

func TestLocalFileHidesDataSet(t *testing.T) {
	ownSet(t)
	if err := os.MkdirAll("letters/x", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("letters/x/1", []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, warned := range map[string]bool{"letters": true, "./letters": false} {
		c, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(c.Warnings(), "\n"), "There is a data set letters, too"); got != warned || c.Len() != 1 || c.Licence() != "" {
			t.Errorf("%s: warnings %q, %d documents, licence %q", path, c.Warnings(), c.Len(), c.Licence())
		}
	}
}

func TestOpenNamesThatAreNone(t *testing.T) {
	t.Setenv(dataset.MirrorVariable, "")
	t.Setenv(dataset.FolderVariable, t.TempDir())
	for path, says := range map[string]string{
		"20newsgrops":     `did you mean "20newsgroups"?`,
		"nothinglikethis": "run data list",
		"r8.txt":          "or the name of a data set",
		"data/r8":         "there is no file or folder data/r8",
	} {
		_, err := Open(t.Context(), path, Options{})
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err := Open(t.Context(), "r8", Options{})
	if !errors.Is(err, dataset.ErrAbsent) || !strings.Contains(err.Error(), `"run data pull r8"`) {
		t.Errorf("error %v", err)
	}
}

func TestOpen20NewsgroupsByName(t *testing.T) {
	t.Setenv(dataset.MirrorVariable, publicdata.Path(t, "."))
	t.Setenv(dataset.FolderVariable, t.TempDir())
	c, err := Open(t.Context(), "20newsgroups", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Indices(Train)); n != 11314 || c.Len() != 18846 || c.Name() != "20newsgroups" {
		t.Errorf("%s: %d documents, %d for training", c.Name(), c.Len(), n)
	}
}

package dataset

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A compressed file that would never end is read no further than it may be.
func TestCompressedFileWithoutEnd(t *testing.T) {
	f := File{Form: Gzip, Original: Checksums{Bytes: 100, SHA256: sha(nil)}}
	name := filepath.Join(t.TempDir(), "bomb.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := f.compareFile(t.Context(), name); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "more than the 100 bytes") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(name, []byte("not gzip"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := f.compareFile(t.Context(), name); !errors.Is(err, ErrDamaged) {
		t.Errorf("error %v", err)
	}
}

func TestUnknownNames(t *testing.T) {
	for name, want := range map[string]string{"20newsgrops": `did you mean "20newsgroups"?`, "ag_nws": `did you mean "ag_news"?`, "imagenet": "run data list"} {
		_, err := Lookup(name, Options{})
		if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The registry is complete: whoever opens a set can cite it and knows what is
// permitted.
func TestRegistryIsComplete(t *testing.T) {
	all, err := List(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 10 {
		t.Errorf("%d sets", len(all))
	}
	for _, s := range all {
		if s.Licence == "" || s.Citation == "" || s.About == "" || s.Page == "" || s.Format == "" || s.Len() == 0 {
			t.Errorf("%s: something is missing: %+v", s.Name, s)
		}
		for _, f := range s.Files {
			if f.Original.SHA256 == "" || f.Original.Bytes == 0 || f.Origin.Archive == "" && !strings.HasPrefix(f.Origin.Address, "https://") {
				t.Errorf("%s: %s: %+v", s.Name, f.Path, f)
			}
			if list, err := s.Members(f); err != nil || len(list) == 0 && f.Origin.Members != "" {
				t.Errorf("%s: %s: %v", s.Name, f.Path, err)
			}
		}
	}
	all[0].Files[0].Path = "scribbled"
	if again, _ := List(Options{}); again[0].Files[0].Path == "scribbled" {
		t.Error("what List returns is not the caller's")
	}
}

func TestMistakesInRegistry(t *testing.T) {
	const good = "name: own\ntask: t\nlicence: l\ncitation: c\nfiles:\n  - path: a\n    original: {address: 'http://h/a', bytes: 1, md5: d41d8cd98f00b204e9800998ecf8427e}\n"
	for _, c := range []struct{ old, new, says string }{
		{"name: own", "name: Own", ":1: the name"},
		{"name: own", "name: r8", `the name "r8" is taken`},
		{"task: t", "tusk: t", ":2: field tusk not found"},
		{"licence: l", "licence: [l", "sets.yaml:"},
		{"licence: l\n", "", "has no licence"},
		{"citation: c\n", "", "has no citation"},
		{"path: a", "path: ../a", ":6: ../a: the path"},
		{"path: a", "path: /a", "the path"},
		{"path: a", `path: 'c:\a'`, "the path"},
		{"path: a", "path: .a", "the path"},
		{"path: a", "path: a\n    as: zip", `unknown form "zip"`},
		{"path: a", "path: a\n    as: gzip", "must end in .gz"},
		{"path: a", "path: a.gz\n    as: tar.gz", "a list of members"},
		{"http:", "file:", "no address that begins with http"},
		{"bytes: 1, ", "", "must have a bound"},
		{"bytes: 1", "bytes: many", "cannot unmarshal"},
		{"md5: d", "md5: D", "hexadecimal digits"},
		{", md5: d41d8cd98f00b204e9800998ecf8427e", "", "no checksum"},
		{"address: 'http://h/a'", "archive: x", `no archive "x"`},
		{"task: t", "task: t\nfolder: ../x", ":3: the folder"},
		{"task: t", "task: t\nfolder: classification/r8", "have the same folder"},
		{"task: t", "task: t\ndocuments: {train: -1}", "not a number of something"},
		{"task: t", "task: t\narchives: [{name: x, address: 'http://h/a', bytes: 1}]", "no sha256"},
		{good, "---\n", "describes no data set"},
	} {
		file := filepath.Join(t.TempDir(), "sets.yaml")
		if err := os.WriteFile(file, []byte(strings.Replace(good, c.old, c.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := List(Options{Registry: file})
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "sets.yaml") {
			t.Errorf("%q: %v, want %q", c.new, err, c.says)
		}
		if _, err := Lookup("r8", Options{Registry: file}); err != nil {
			t.Errorf("a mistake in the user's file concerns a set of another: %v", err)
		}
	}
	if _, err := List(Options{Registry: filepath.Join(t.TempDir(), "none.yaml")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func FuzzRegistry(f *testing.F) {
	for _, s := range []string{"r8", "20newsgroups", "inspec", "ag_news"} {
		b, err := described.ReadFile("registry/" + s + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("name: a\n---\n- b")
	f.Add("documents: &a {x: *a}")
	f.Fuzz(func(t *testing.T, text string) {
		sets, err := parse([]byte(text), &source{file: "f"})
		if err != nil {
			return
		}
		for _, s := range sets {
			for _, file := range s.Files {
				if p := s.below("root", file); !strings.HasPrefix(p, "root"+string(filepath.Separator)) {
					t.Errorf("%q leaves the root", p)
				}
			}
		}
	})
}

func FuzzMembers(f *testing.F) {
	f.Add([]byte(sha(nil) + "\t0\ta/b\n"))
	f.Add([]byte("x\ty\tz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "l"), b, 0o644); err != nil {
			t.Fatal(err)
		}
		list, err := readMembers(os.DirFS(dir), "l")
		for _, m := range list {
			if err == nil && !filepath.IsLocal(m.Name) {
				t.Errorf("%q leaves the folder", m.Name)
			}
		}
	})
}

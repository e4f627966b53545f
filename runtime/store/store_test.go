package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func open(t *testing.T, dir string, opt Options) *Store {
	t.Helper()
	s, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func id(n int) ID { return sha256.Sum256(fmt.Append(nil, n)) }

// files are the paths of a store's entries.
func files(t interface{ Fatal(...any) }, s *Store) []string {
	var all []string
	if err := s.each(func(path string, _ fs.FileInfo, _ bool) error { all = append(all, path); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// A store is a map that may forget, whatever happens to its files, and never
// gives what was not put.
func TestStoreIsAMapThatMayForget(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		s, err := Open(filepath.Join(dir, fmt.Sprint(runs)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		put, harmed := map[int][]byte{}, map[string]bool{}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				n, content := rapid.IntRange(0, 5).Draw(t, "id"), rapid.SliceOf(rapid.Byte()).Draw(t, "content")
				if err := s.Put(id(n), content); err != nil {
					t.Fatal(err)
				}
				put[n] = content
				delete(harmed, s.path(id(n)))
			},
			"get": func(t *rapid.T) {
				n := rapid.IntRange(0, 5).Draw(t, "id")
				got, ok := s.Get(id(n))
				want, known := put[n]
				if ok && (!known || !bytes.Equal(got, want)) {
					t.Fatalf("got %q, put %q (%v)", got, want, known)
				}
				if !ok && known && !harmed[s.path(id(n))] {
					t.Fatalf("%d is lost", n)
				}
				if !ok {
					delete(put, n)
				}
			},
			"harm": func(t *rapid.T) {
				all := files(t, s)
				if len(all) == 0 {
					t.Skip("it is empty")
				}
				path := rapid.SampledFrom(all).Draw(t, "file")
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				switch kind := rapid.IntRange(0, 2).Draw(t, "kind"); {
				case kind == 0:
					err = os.Remove(path)
				case kind == 1 || len(b) == 0:
					err = os.WriteFile(path, b[:rapid.IntRange(0, max(0, len(b)-1)).Draw(t, "cut")], 0o666)
				default:
					b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
					err = os.WriteFile(path, b, 0o666)
				}
				if err != nil {
					t.Fatal(err)
				}
				harmed[path] = true
			},
			"check": func(t *rapid.T) {
				r, err := s.Check()
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range r.Damaged {
					if !harmed[path] {
						t.Fatalf("%s is damaged by itself", path)
					}
				}
			},
		})
	})
}

func TestTrimRemovesWhatWasUsedLongestAgo(t *testing.T) {
	s := open(t, t.TempDir(), Options{Budget: 5000})
	now := time.Now()
	for i := range 10 {
		if err := s.Put(id(i), make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		used := now.Add(-time.Duration(10-i) * 24 * time.Hour)
		if err := os.Chtimes(s.path(id(i)), used, used); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.Get(id(0)); !ok { // which is a use
		t.Fatal("an entry is lost")
	}
	old := now.Add(-unusedFor - time.Hour)
	if err := os.Chtimes(s.path(id(9)), old, old); err != nil {
		t.Fatal(err)
	}
	if err := s.Trim(); err != nil {
		t.Fatal(err)
	}
	kept := ""
	for i := range 10 {
		if _, ok := s.Get(id(i)); ok {
			kept += fmt.Sprint(i)
		}
	}
	if kept != "0678" {
		t.Errorf("kept %s, want 0678", kept)
	}
}

func TestCountsSurviveTheProcess(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		s := open(t, dir, Options{})
		s.Get(id(1))
		if err := s.Put(id(1), []byte("x")); err != nil {
			t.Fatal(err)
		}
		s.Get(id(1))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir, Options{})
	st, err := s.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if st.Hits != 5 || st.Misses != 1 || st.Entries != 1 {
		t.Errorf("%+v", st)
	}
	if err := s.Clean(); err != nil {
		t.Fatal(err)
	}
	if st, _ = s.Stats(); st.Entries+int(st.Hits+st.Misses) != 0 {
		t.Errorf("after cleaning: %+v", st)
	}
}

func TestAFolderThatCannotBeWrittenKeepsNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store"), Options{})
	if err := os.WriteFile(filepath.Dir(s.path(id(1))), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(id(1), []byte("x")); err == nil {
		t.Error("it was kept where there is no folder")
	}
	if _, ok := s.Get(id(1)); ok {
		t.Error("found")
	}
}

// Writers that are killed leave whole entries or none.
func TestKilledWriters(t *testing.T) {
	if dir := os.Getenv("STORE_WRITER"); dir != "" {
		s := open(t, dir, Options{})
		for i := 0; ; i++ {
			if err := s.Put(id(i%50), bytes.Repeat([]byte{byte(i)}, 100_000)); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	s := open(t, dir, Options{})
	for range 5 {
		var writers []*exec.Cmd
		for range 2 {
			cmd := exec.Command(os.Args[0], "-test.run=TestKilledWriters")
			cmd.Env = append(os.Environ(), "STORE_WRITER="+dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			writers = append(writers, cmd)
		}
		for deadline := time.Now().Add(10 * time.Second); len(files(t, s)) < 3 && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond)
		for _, w := range writers {
			_ = w.Process.Kill()
			_ = w.Wait()
		}
		r, err := s.Check()
		if err != nil || len(r.Damaged) > 0 || r.Entries == 0 {
			t.Fatalf("%+v %v", r, err)
		}
	}
}

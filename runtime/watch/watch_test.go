package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fataler is a test or a property.
type fataler interface {
	Helper()
	Fatal(...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t fataler, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o666))
}

// next waits for a change of a file to a content, and returns all that changed
// until then, "-" before what was removed.
func next(t *testing.T, w *Watcher, path, text string) []string {
	t.Helper()
	var all []string
	deadline := time.After(10 * time.Second)
	for {
		select {
		case changes := <-w.Changes():
			for _, c := range changes {
				name := filepath.Base(c.Path)
				if c.Removed {
					name = "-" + name
				}
				all = append(all, name)
				if b, _ := os.ReadFile(path); c.Path == path && string(b) == text && !c.Removed {
					return all
				}
			}
		case <-deadline:
			t.Fatalf("%s: the change to %q was not told; told were %q", path, text, all)
		}
	}
}

// still waits a little and fails if anything is told.
func still(t *testing.T, w *Watcher) {
	t.Helper()
	select {
	case changes := <-w.Changes():
		t.Fatalf("told without need: %v", changes)
	case <-time.After(3 * doubtful):
	}
}

func watching(t *testing.T, paths ...string) *Watcher {
	t.Helper()
	w := New(func(s string) { t.Log(s) })
	t.Cleanup(w.Close)
	w.Set(paths)
	return w
}

func TestEditors(t *testing.T) {
	saves := map[string]func(t *testing.T, path, text string){
		"writing in place": func(t *testing.T, path, text string) { write(t, path, text) },
		"emptying, writing": func(t *testing.T, path, text string) {
			write(t, path, "")
			time.Sleep(15 * time.Millisecond)
			write(t, path, text)
		},
		"renaming over it": func(t *testing.T, path, text string) {
			write(t, path+".tmp", text)
			must(t, os.Rename(path+".tmp", path))
		},
		"vim": func(t *testing.T, path, text string) {
			dir := filepath.Dir(path)
			write(t, filepath.Join(dir, "4913"), "")
			must(t, os.Remove(filepath.Join(dir, "4913")))
			must(t, os.Rename(path, path+"~"))
			time.Sleep(10 * time.Millisecond)
			write(t, path, text)
			must(t, os.Remove(path+"~"))
		},
		"JetBrains": func(t *testing.T, path, text string) {
			write(t, path+"___jb_tmp___", text)
			must(t, os.Rename(path, path+"___jb_old___"))
			must(t, os.Rename(path+"___jb_tmp___", path))
			must(t, os.Remove(path+"___jb_old___"))
		},
	}
	for name, save := range saves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "n.md")
			write(t, path, "first")
			w := watching(t, path)
			for i := range 3 {
				text := fmt.Sprint("text ", i)
				save(t, path, text)
				if diff := cmp.Diff([]string{"n.md"}, next(t, w, path, text)); diff != "" {
					t.Errorf("save %d (-want +got):\n%s", i, diff)
				}
			}
			save(t, path, "text 2")
			still(t, w)
		})
	}
}

func TestAFileThatGoesAndComes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	must(t, os.MkdirAll(dir, 0o777))
	path := filepath.Join(dir, "n.md")
	w := watching(t, path)
	write(t, path, "made")
	next(t, w, path, "made")
	must(t, os.Remove(path))
	if c := <-w.Changes(); len(c) != 1 || !c[0].Removed {
		t.Fatalf("removing: %v", c)
	}
	write(t, path, "again")
	next(t, w, path, "again")

	away := filepath.Dir(dir) + "-away"
	must(t, os.Rename(filepath.Dir(dir), away))
	if c := <-w.Changes(); len(c) != 1 || !c[0].Removed {
		t.Fatalf("moving the folder: %v", c)
	}
	write(t, filepath.Join(away, "b", "n.md"), "elsewhere")
	must(t, os.Rename(away, filepath.Dir(dir)))
	next(t, w, path, "elsewhere")
	write(t, path, "back")
	next(t, w, path, "back")
}

func TestFoldersAndLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, other := filepath.Join(dir, "data"), filepath.Join(dir, "other")
	must(t, os.MkdirAll(data, 0o777))
	must(t, os.MkdirAll(other, 0o777))
	write(t, filepath.Join(other, "real.md"), "1")
	link := filepath.Join(dir, "link.md")
	must(t, os.Symlink(filepath.Join(other, "real.md"), link))
	for i := range 1000 {
		write(t, filepath.Join(data, fmt.Sprint(i)), "x")
	}
	w := watching(t, data, link)
	deep := filepath.Join(data, "new", "deeper")
	must(t, os.MkdirAll(deep, 0o777))
	write(t, filepath.Join(deep, "f"), "1")
	next(t, w, filepath.Join(deep, "f"), "1")
	write(t, filepath.Join(deep, "f"), "2")
	next(t, w, filepath.Join(deep, "f"), "2")
	write(t, filepath.Join(data, "999"), "y")
	next(t, w, filepath.Join(data, "999"), "y")
	write(t, filepath.Join(other, "real.md"), "2")
	next(t, w, link, "2")
}

func TestPolling(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.md")
	write(t, path, "1")
	w := &Watcher{
		changes: make(chan []Change), stop: make(chan struct{}), done: make(chan struct{}), reset: make(chan []string),
		folders: map[string]bool{}, below: map[string]bool{}, known: map[string]look{}, links: map[string][]string{},
	}
	said := ""
	w.report = func(s string) { said += s }
	w.poll(os.ErrPermission)
	w.poll(os.ErrPermission)
	go w.run()
	defer w.Close()
	w.Set([]string{path})
	write(t, path, "2")
	next(t, w, path, "2")
	if strings.Count(said, "twice a second") != 1 {
		t.Errorf("said %q", said)
	}
}

// Whatever is done to files, when it is quiet the last told state of each is
// the one on the disk.
func TestWhatIsToldIsTrue(t *testing.T) {
	root := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		dir := filepath.Join(root, fmt.Sprint(n))
		must(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o777))
		names := []string{"a", "b", "sub/c", "sub/d"}
		told := map[string]string{}
		w := New(nil)
		defer w.Close()
		w.Set([]string{dir})
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			name := rapid.SampledFrom(names).Draw(t, "file")
			path := filepath.Join(dir, name)
			must(t, os.MkdirAll(filepath.Dir(path), 0o777))
			switch rapid.IntRange(0, 5).Draw(t, "action") {
			case 0, 1:
				write(t, path, rapid.StringN(0, 3, 5).Draw(t, "text"))
			case 2:
				write(t, path+"~", rapid.StringN(0, 3, 5).Draw(t, "text"))
				must(t, os.Rename(path+"~", path))
			case 3:
				_ = os.Remove(path)
			case 4:
				must(t, os.RemoveAll(filepath.Join(dir, "sub")))
			default:
				time.Sleep(time.Duration(rapid.IntRange(0, 10).Draw(t, "pause")) * time.Millisecond)
			}
		}
		disk := map[string]string{}
		for _, name := range names {
			if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				disk[name] = string(b)
			}
		}
		for deadline := time.Now().Add(5 * time.Second); !cmp.Equal(disk, told); {
			select {
			case changes := <-w.Changes():
				for _, c := range changes {
					rel, err := filepath.Rel(dir, c.Path)
					must(t, err)
					if strings.HasSuffix(rel, "~") {
						continue
					}
					if b, err := os.ReadFile(c.Path); err == nil {
						told[rel] = string(b)
					} else {
						delete(told, rel)
					}
				}
			case <-time.After(time.Until(deadline)):
				t.Fatalf("on the disk and told:\n%s", cmp.Diff(disk, told))
			}
		}
	})
}

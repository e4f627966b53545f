package pull

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"viva/mlkit/dataset"
	"viva/mlkit/trace"
	"viva/runtime/download"
)

var modified = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a server on loopback with the originals of a data set of one's own,
// and the registry that describes it.
type world struct {
	opt      dataset.Options
	requests map[string]int
	contents map[string][]byte
	mu       sync.Mutex
}

func sha(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// own makes the data set "own" of a plain file, a compressed one, two members of
// an archive, a folder of it, and a folder whose files have addresses.
func own(t *testing.T) *world {
	t.Helper()
	w := &world{requests: map[string]int{}, contents: map[string][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.requests[r.URL.Path]++
		content, ok := w.contents[r.URL.Path]
		if !ok {
			http.NotFound(rw, r)
			return
		}
		http.ServeContent(rw, r, "", modified, bytes.NewReader(content))
	}))
	t.Cleanup(server.Close)

	w.contents["/readme"] = []byte("read me\n")
	w.contents["/train.csv"] = []byte("a,b\n1,2\n")
	inside := map[string]string{"x/docs/b/2": "two", "x/docs/a/1": "one", "x/note": "a note"}
	var archive, folder, both bytes.Buffer
	z := gzip.NewWriter(&archive)
	tw := tar.NewWriter(z)
	for _, name := range []string{"x/docs/b/2", "x/docs/a/1", "x/note"} {
		_ = tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(inside[name])), Mode: 0o600, ModTime: modified})
		_, _ = tw.Write([]byte(inside[name]))
	}
	_ = tw.Close()
	_ = z.Close()
	w.contents["/x.tar.gz"] = archive.Bytes()
	tarOf := func(to *bytes.Buffer, names ...string) {
		var files []packed
		for _, n := range names {
			files = append(files, packed{n, int64(len(inside[n])), opener(inside[n])})
		}
		if err := pack(to, files); err != nil {
			t.Fatal(err)
		}
	}
	tarOf(&folder, "x/docs/a/1", "x/docs/b/2")
	w.contents["/files/x/docs/a/1"], w.contents["/files/x/note"] = []byte("one"), []byte("a note")
	tarOf(&both, "x/docs/a/1", "x/note")
	list := ""
	for _, n := range []string{"x/docs/a/1", "x/note"} {
		list += fmt.Sprintf("%s\t%d\t%s\n", sha([]byte(inside[n])), len(inside[n]), n)
	}

	dir := t.TempDir()
	csv := w.contents["/train.csv"]
	registry := fmt.Sprintf(`
name: own
aliases: [mine]
task: tests
documents: {train: 1, test: 2}
licence: none stated
citation: nobody
folder: some/own
archives:
  - {name: x, address: %[1]s/x.tar.gz, at-most: 10000, sha256: %[2]s}
files:
  - path: readme
    original: {address: %[1]s/readme, bytes: 8, sha256: %[3]s}
  - path: train.csv.gz
    as: gzip
    original: {address: %[1]s/train.csv, bytes: %[4]d, md5: %[5]x, git-blob: %[6]x}
  - path: sub/note
    original: {archive: x, member: x/note, bytes: 6, sha256: %[7]s}
  - path: docs.tar.gz
    as: tar.gz
    original: {archive: x, folder: x/docs, bytes: %[8]d, sha256: %[9]s}
  - path: listed.tar.gz
    as: tar.gz
    original: {address: %[1]s/files/, members: list.tsv, bytes: %[10]d, sha256: %[11]s}
`, server.URL, sha(archive.Bytes()), sha(w.contents["/readme"]), len(csv), md5.Sum(csv), sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(csv), csv)),
		sha([]byte("a note")), folder.Len(), sha(folder.Bytes()), both.Len(), sha(both.Bytes()))
	for name, content := range map[string]string{"sets.yaml": registry, "list.tsv": list} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w.opt = dataset.Options{Registry: filepath.Join(dir, "sets.yaml"), Folder: filepath.Join(dir, "downloads")}
	return w
}

func TestPull(t *testing.T) {
	w := own(t)
	if _, err := dataset.Locate(t.Context(), "own", w.opt); !errors.Is(err, dataset.ErrAbsent) || !strings.Contains(err.Error(), "run data pull own") || !strings.Contains(err.Error(), "-mirror") {
		t.Errorf("before it is pulled: %v", err)
	}
	var mu sync.Mutex
	var last, total int
	ctx := trace.With(t.Context(), trace.Tracer{Progress: func(label string, d, n int) {
		mu.Lock()
		last, total = d, n
		mu.Unlock()
	}})
	folder, state, err := Set(ctx, "mine", w.opt)
	if err != nil || state != dataset.Pulled {
		t.Fatal(state, err)
	}
	if total != 0 || last == 0 {
		t.Errorf("progress %d of %d; the size of the archive is not known", last, total)
	}
	if got, err := dataset.Locate(t.Context(), "OWN", w.opt); err != nil || got != folder {
		t.Errorf("Locate = %q, %v; pulled to %q", got, err, folder)
	}
	for path, want := range map[string]string{"readme": "read me\n", "sub/note": "a note"} {
		if b, err := os.ReadFile(filepath.Join(folder, path)); err != nil || string(b) != want {
			t.Errorf("%s holds %q, %v", path, b, err)
		}
	}
	// It is all there; nothing is asked for.
	before := len(w.requests)
	clear(w.requests)
	if _, _, err := Set(t.Context(), "own", w.opt); err != nil || before == 0 || len(w.requests) != 0 {
		t.Errorf("pulled again: %v, requests %v", err, w.requests)
	}
	// What was pulled is a mirror.
	if got, err := dataset.Locate(t.Context(), "own", dataset.Options{Mirror: w.opt.Folder, Folder: t.TempDir(), Registry: w.opt.Registry}); err != nil || got != folder {
		t.Errorf("as a mirror: %q, %v", got, err)
	}
	// Only what is missing or damaged is fetched again.
	if err := os.Remove(filepath.Join(folder, "readme")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "train.csv.gz"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := dataset.Locate(t.Context(), "own", w.opt); !errors.Is(err, dataset.ErrDamaged) || !strings.Contains(err.Error(), "train.csv.gz") {
		t.Errorf("damaged: %v", err)
	}
	if _, _, err := Set(t.Context(), "own", w.opt); err != nil || len(w.requests) != 2 {
		t.Errorf("repaired: %v, requests %v", err, w.requests)
	}
	if _, err := dataset.Locate(t.Context(), "own", w.opt); err != nil {
		t.Error(err)
	}
}

// What a server gives that is not what the registry describes gets no name.
func TestPullOfOtherContent(t *testing.T) {
	for address, says := range map[string]string{"/readme": "sha256", "/train.csv": "md5", "/x.tar.gz": "sha256", "/files/x/note": "sha256"} {
		w := own(t)
		content := bytes.Clone(w.contents[address])
		content[len(content)-1]++
		w.contents[address] = content
		_, _, err := Set(t.Context(), "own", w.opt)
		if !errors.Is(err, download.ErrWrong) || !errors.Is(err, dataset.ErrDamaged) || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", address, err)
		}
		if _, state, err := dataset.Look(t.Context(), "own", w.opt); err != nil || state == dataset.Pulled || state == dataset.Damaged {
			t.Errorf("%s: the set is %s, %v", address, state, err)
		}
	}
}

func TestPullWithoutNetwork(t *testing.T) {
	w := own(t)
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody answers there
	b, err := os.ReadFile(w.opt.Registry)
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	at := strings.Index(s, "http://")
	s = strings.ReplaceAll(s, s[at:at+strings.Index(s[at:], "/x.tar")], server.URL)
	if err := os.WriteFile(w.opt.Registry, []byte(s), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err = Set(t.Context(), "own", w.opt)
	if !errors.Is(err, download.ErrOffline) || !strings.Contains(err.Error(), "no network") || !strings.Contains(err.Error(), "-mirror DIR") {
		t.Errorf("error %v", err)
	}
}

// Any number of pulls at the same time fetch everything once.
func TestPullsAtTheSameTime(t *testing.T) {
	w := own(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, _, err := Set(t.Context(), "own", w.opt); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for address, n := range w.requests {
		if n != 1 {
			t.Errorf("%s was asked for %d times", address, n)
		}
	}
	if _, err := dataset.Locate(t.Context(), "own", w.opt); err != nil {
		t.Error(err)
	}
}

func TestPullThatIsInterrupted(t *testing.T) {
	w := own(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Set(ctx, "own", w.opt); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Whatever the files are, package tar reads what pack wrote, and their order
// does not matter.
func TestPackedFilesAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		contents := rapid.MapOfN(rapid.StringMatching(`[a-z]{1,9}(/[a-z]{1,9}){0,3}`), rapid.StringN(0, 2000, -1), 1, 6).Draw(t, "files")
		var names []string
		for name := range contents {
			names = append(names, name)
		}
		write := func() []byte {
			var files []packed
			for _, n := range names {
				files = append(files, packed{n, int64(len(contents[n])), opener(contents[n])})
			}
			var b bytes.Buffer
			if err := pack(&b, files); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		slices.Sort(names)
		b := write()
		slices.Reverse(names)
		if !bytes.Equal(b, write()) {
			t.Fatal("the order of the files matters")
		}
		if len(b)%record != 0 {
			t.Fatalf("%d bytes are not whole records", len(b))
		}
		got := map[string]string{}
		r := tar.NewReader(bytes.NewReader(b))
		for {
			h, err := r.Next()
			if err != nil {
				break
			}
			var content bytes.Buffer
			if _, err := content.ReadFrom(r); err != nil {
				t.Fatal(err)
			}
			got[h.Name] = content.String()
		}
		if fmt.Sprint(got) != fmt.Sprint(contents) {
			t.Fatalf("read %v, written %v", got, contents)
		}
	})
}

func opener(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

package pull

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/dataset"
)

// originals answers requests for the addresses of the registry with what the
// mirror's files were made of.
type originals struct {
	contents map[string][]byte
	server   *httptest.Server
}

// RoundTrip sends a request to the server on this machine, whatever its host.
func (o *originals) RoundTrip(r *http.Request) (*http.Response, error) {
	local := r.Clone(r.Context())
	local.URL.Path = "/" + r.URL.Host + r.URL.Path
	local.URL.Scheme, local.URL.Host = "http", strings.TrimPrefix(o.server.URL, "http://")
	return http.DefaultTransport.RoundTrip(local)
}

func newOriginals(t *testing.T, mirror string, sets ...dataset.Set) *originals {
	t.Helper()
	o := &originals{contents: map[string][]byte{}}
	key := func(address string) string {
		return "/" + strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	}
	for _, s := range sets {
		for _, f := range s.Files {
			content, err := os.ReadFile(filepath.Join(mirror, filepath.FromSlash(s.Folder), filepath.FromSlash(f.Path)))
			if err != nil {
				t.Fatal(err)
			}
			if f.Form != dataset.Verbatim {
				z, err := gzip.NewReader(bytes.NewReader(content))
				if err != nil {
					t.Fatal(err)
				}
				if content, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if f.Origin.Members == "" {
				o.contents[key(f.Origin.Address)] = content
				continue
			}
			tr := tar.NewReader(bytes.NewReader(content))
			for {
				h, err := tr.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if o.contents[key(f.Origin.Address+h.Name)], err = io.ReadAll(tr); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := o.contents[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", modified, bytes.NewReader(content))
	}))
	t.Cleanup(o.server.Close)
	return o
}

// What is pulled from the registry's addresses is a mirror as good as the one
// that the originals come from.
func TestPullMakesAMirror(t *testing.T) {
	mirror := publicdata.Path(t, ".")
	for _, name := range []string{"m10", "semeval2010-t8", "scienceie2017", "ag_news-test"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := dataset.Lookup(name, dataset.Options{})
			if err != nil {
				t.Fatal(err)
			}
			ctx := withTransport(context.Background(), newOriginals(t, mirror, s))
			to := t.TempDir()
			folder, state, err := Set(ctx, name, dataset.Options{Folder: to})
			if err != nil || state != dataset.Pulled || folder != filepath.Join(to, filepath.FromSlash(s.Folder)) {
				t.Fatalf("Pull = %q, %s, %v", folder, state, err)
			}
			results, state, err := dataset.Verify(ctx, name, dataset.Options{Mirror: to, Folder: t.TempDir()})
			if err != nil || state != dataset.InMirror {
				t.Fatalf("what was pulled is %s, %v: %v", state, err, results)
			}
			if left, _ := filepath.Glob(filepath.Join(folder, ".*")); !slices.Equal(left, []string{filepath.Join(folder, ".lock")}) {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// Archives whose folders are packed anew give the mirror's tars, byte for byte,
// in whatever order the archive has them.
func TestPackingAnewGivesTheSameTar(t *testing.T) {
	mirror := publicdata.Path(t, ".")
	s, err := dataset.Lookup("20newsgroups", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := s.Files[slices.IndexFunc(s.Files, func(f dataset.File) bool { return strings.Contains(f.Path, "test") })]
	var files []tar.Header
	contents := map[string][]byte{}
	err = extract(t.Context(), filepath.Join(mirror, filepath.FromSlash(s.Folder), filepath.FromSlash(f.Path)), func(name string, size int64) (io.Writer, error) {
		files = append(files, tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, Uname: "ken", ModTime: modified})
		return writerFunc(func(p []byte) { contents[name] = append(contents[name], p...) }), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(files)
	dir := t.TempDir()
	archive := filepath.Join(dir, "a.tar")
	out, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(out)
	for _, h := range append(files, tar.Header{Typeflag: tar.TypeReg, Name: "20news-bydate-train/alt.atheism/1"}) {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(contents[h.Name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	p := &pull{set: s, dir: dir}
	if err := p.takeOut(t.Context(), archive, f); err != nil {
		t.Fatal(err)
	}
	out, err = os.Open(filepath.Join(dir, f.Path))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z, err := gzip.NewReader(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Original.Compare(z); err != nil {
		t.Error(err)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

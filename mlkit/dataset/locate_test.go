package dataset

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"viva/mlkit/trace"
)

func sha(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

const table = "a,b\n1,2\n"

// own makes the data set "own" of a plain file and a compressed one, as if it had
// been downloaded.
func own(t *testing.T) (opt Options, folder string) {
	t.Helper()
	dir := t.TempDir()
	opt = Options{Registry: filepath.Join(dir, "sets.yaml"), Folder: filepath.Join(dir, "downloads")}
	folder = filepath.Join(opt.Folder, "some", "own")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(table))
	_ = w.Close()
	registry := fmt.Sprintf(`
name: own
aliases: [mine]
task: tests
licence: none stated
citation: nobody
folder: some/own
files:
  - path: readme
    original: {address: http://127.0.0.1/readme, bytes: 8, sha256: %s}
  - path: train.csv.gz
    as: gzip
    original: {address: http://127.0.0.1/train.csv, bytes: %d, md5: %x, git-blob: %x}
`, sha([]byte("read me\n")), len(table), md5.Sum([]byte(table)), sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(table), table)))
	for path, content := range map[string]string{opt.Registry: registry, filepath.Join(folder, "readme"): "read me\n", filepath.Join(folder, "train.csv.gz"): z.String()} {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return opt, folder
}

// A file is hashed once, and again when it has changed.
func TestVerifiedFilesAreRemembered(t *testing.T) {
	opt, folder := own(t)
	name := filepath.Join(folder, "readme")
	hourAgo := time.Now().Add(-time.Hour)
	touch := func(at time.Time) {
		t.Helper()
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	locate := func() error {
		t.Helper()
		_, err := Locate(t.Context(), "own", opt)
		return err
	}
	touch(hourAgo)
	if err := locate(); err != nil {
		t.Fatal(err)
	}
	// Other bytes of the same size and time: this is what remembering costs,
	// and proves that nothing was read. Verify reads.
	if err := os.WriteFile(name, []byte("red me!\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	touch(hourAgo)
	if err := locate(); err != nil {
		t.Errorf("the file was hashed again: %v", err)
	}
	results, state, err := Verify(t.Context(), "own", opt)
	if err != nil || state != Damaged || !errors.Is(results[0].Err, ErrDamaged) || results[1].Err != nil {
		t.Errorf("Verify: %s, %v, %v", state, results, err)
	}
	if err := locate(); !errors.Is(err, ErrDamaged) {
		t.Errorf("after Verify: %v", err)
	}
	// A changed time is enough to look again, and a file written just now is
	// not remembered, since its time would not tell of the next write.
	if err := os.WriteFile(name, []byte("read me\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	touch(now)
	if err := locate(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(name, []byte("red me!\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	touch(now)
	if err := locate(); !errors.Is(err, ErrDamaged) {
		t.Errorf("a change within the grain of times was missed: %v", err)
	}
}

// Originals that are not compressed, or compressed otherwise, are as good.
func TestOriginalsAreGood(t *testing.T) {
	opt, folder := own(t)
	if err := os.Remove(filepath.Join(folder, "train.csv.gz")); err != nil {
		t.Fatal(err)
	}
	if _, err := Locate(t.Context(), "own", opt); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "lacks train.csv.gz") {
		t.Errorf("incomplete: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "train.csv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Locate(t.Context(), "own", opt); err != nil {
		t.Error(err)
	}
}

// A mirror goes before downloads, a whole set before a damaged one.
func TestMirror(t *testing.T) {
	opt, folder := own(t)
	mirror := t.TempDir()
	with := opt
	with.Mirror = mirror
	if _, state, err := Look(t.Context(), "own", with); err != nil || state != Pulled {
		t.Errorf("an empty mirror: %s, %v", state, err)
	}
	if err := os.CopyFS(filepath.Join(mirror, "some", "own"), os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if got, err := Locate(t.Context(), "own", with); err != nil || got != filepath.Join(mirror, "some", "own") {
		t.Errorf("%q, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(mirror, "some", "own", "readme"), []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Locate(t.Context(), "own", with); err != nil || got != folder {
		t.Errorf("a damaged mirror: %q, %v", got, err)
	}
	with.Folder = t.TempDir()
	if _, err := Locate(t.Context(), "own", with); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "another mirror") {
		t.Errorf("a damaged mirror alone: %v", err)
	}
	t.Setenv(MirrorVariable, mirror)
	t.Setenv(FolderVariable, opt.Folder)
	t.Setenv(RegistryVariable, opt.Registry)
	var asked []string
	ctx := trace.With(t.Context(), trace.Tracer{File: func(path string) { asked = append(asked, path) }})
	if got, err := Locate(ctx, "own", Options{}); err != nil || got != folder {
		t.Errorf("by the environment: %q, %v", got, err)
	}
	for _, want := range []string{trace.Variable("VIVA_MIRROR"), trace.Variable("VIVA_DOWNLOADS"), trace.Variable("VIVA_REGISTRY"), opt.Registry, folder, filepath.Join(mirror, "some", "own")} {
		if !slices.Contains(asked, want) {
			t.Errorf("it did not tell that it rests on %s: %q", want, asked)
		}
	}
}

package data

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// readTree reads all files below a folder, in the order of their names.
func readTree(dir string) ([]treeFile, error) {
	var files []treeFile
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") {
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			rel += "/"
		} else if info, err := os.Stat(p); err != nil || !info.Mode().IsRegular() {
			// Reading a pipe or a device might never end.
			return err
		}
		files = append(files, treeFile{path: rel})
		return nil
	})
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range files {
		if strings.HasSuffix(files[i].path, "/") {
			continue
		}
		g.Go(func() error {
			raw, err := readFile(filepath.Join(dir, filepath.FromSlash(files[i].path)))
			files[i].text = string(raw)
			return err
		})
	}
	return files, g.Wait()
}

// readFile reads a file whole, decompressing it if its name says so.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(strings.ToLower(name), ".gz") {
		return io.ReadAll(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: not a gzip file: %w", name, err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%s: the compressed file is damaged: %w", name, err)
	}
	return raw, nil
}

// readArchive reads all files of a tar archive, in its order.
func readArchive(name string) ([]treeFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := io.Reader(f)
	if !strings.HasSuffix(strings.ToLower(name), ".tar") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: not a gzip file: %w", name, err)
		}
		in = z
	}
	files, err := readTar(in)
	if err != nil {
		return nil, fmt.Errorf("%s: the archive is damaged: %w", name, err)
	}
	return files, nil
}

// maxPrealloc bounds the memory that is set aside on the word of a header.
const maxPrealloc = 1 << 20

func readTar(in io.Reader) ([]treeFile, error) {
	var files []treeFile
	t := tar.NewReader(in)
	buf := make([]byte, 32<<10)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		p := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
		switch {
		case p == "":
		case h.Typeflag == tar.TypeDir:
			files = append(files, treeFile{path: p + "/"})
		case h.Typeflag == tar.TypeReg:
			var b strings.Builder
			b.Grow(int(min(h.Size, maxPrealloc)))
			var src io.Reader = t
			if strings.HasSuffix(p, ".gz") {
				if src, err = gzip.NewReader(t); err != nil {
					return nil, fmt.Errorf("%s: %w", p, err)
				}
			}
			if _, err := io.CopyBuffer(struct{ io.Writer }{&b}, src, buf); err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			files = append(files, treeFile{path: p, text: b.String()})
		}
	}
}

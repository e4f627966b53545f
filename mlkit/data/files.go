package data

import (
	"archive/tar"
	"archive/zip"
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

// treeFile is a file of a folder or an archive; its path has slashes. A folder
// has a path that ends with one.
type treeFile struct {
	path string
	text string
}

func (f treeFile) isFolder() bool { return strings.HasSuffix(f.path, "/") }

// readTree reads all files below a folder, in the order of their names.
func (b *budget) readTree(dir string) ([]treeFile, error) {
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
		return b.take(p, documentCost)
	})
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range files {
		if files[i].isFolder() {
			continue
		}
		g.Go(func() error {
			raw, err := b.readFile(filepath.Join(dir, filepath.FromSlash(files[i].path)), maxDocument)
			files[i].text = string(raw)
			return err
		})
	}
	return files, g.Wait()
}

// readFile reads a file whole, decompressing it if its name says so. It is an
// error if that is longer than most bytes.
func (b *budget) readFile(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if !strings.HasSuffix(strings.ToLower(name), ".gz") {
		if size > most {
			return nil, tooLong(name)
		}
		if size > b.max {
			return nil, b.take(name, size)
		}
		return b.read(f, make([]byte, 0, size+minRead), name, most)
	}
	raw, err := b.gunzip(f, nil, name, most, newAllowance(name, size))
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("%s: the compressed file is damaged: %w", name, err)
	}
	return raw, err
}

// gunzip appends the decompressed content of in to buf.
func (b *budget) gunzip(in io.Reader, buf []byte, name string, most int64, a *allowance) ([]byte, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("not a gzip file: %w", err)
	}
	return b.read(a.reader(z), buf, name, most)
}

// readArchive reads all files of a tar or zip archive, in its order.
func (b *budget) readArchive(name string) ([]treeFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var files []treeFile
	a := newAllowance(name, info.Size())
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".zip"):
		files, err = b.readZip(f, a)
	case strings.HasSuffix(lower, ".tar"):
		files, err = b.readTar(f, a)
	default:
		z, zerr := gzip.NewReader(f)
		if zerr != nil {
			return nil, fmt.Errorf("%s: not a gzip file: %w", name, zerr)
		}
		files, err = b.readTar(a.reader(z), a)
	}
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("%s: the archive is damaged: %w", name, err)
	}
	return files, err
}

// entry reads a file of an archive. The buffer is used again and again.
func (b *budget) entry(in io.Reader, buf *[]byte, p string, a *allowance) (treeFile, error) {
	var raw []byte
	var err error
	name := path.Join(filepath.ToSlash(a.name), p)
	if strings.HasSuffix(p, ".gz") {
		raw, err = b.gunzip(in, (*buf)[:0], name, maxDocument, a)
	} else {
		raw, err = b.read(in, (*buf)[:0], name, maxDocument)
	}
	if err != nil {
		if !errors.Is(err, ErrTooLarge) {
			err = fmt.Errorf("%s: %w", p, err)
		}
		return treeFile{}, err
	}
	*buf = raw
	return treeFile{path: p, text: string(raw)}, nil
}

// archived returns the path of an archive's entry, below its root whatever the
// archive says; "" for the root itself.
func archived(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (b *budget) readTar(in io.Reader, a *allowance) ([]treeFile, error) {
	var files []treeFile
	var buf []byte
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		p := archived(h.Name)
		if p == "" || isHidden(p) || h.Typeflag != tar.TypeDir && h.Typeflag != tar.TypeReg {
			continue
		}
		f := treeFile{path: p + "/"}
		if h.Typeflag == tar.TypeReg {
			if f, err = b.entry(t, &buf, p, a); err != nil {
				return nil, err
			}
		}
		if err := b.take(a.name, documentCost); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
}

func (b *budget) readZip(in io.ReaderAt, a *allowance) ([]treeFile, error) {
	z, err := zip.NewReader(in, a.size)
	if err != nil {
		return nil, err
	}
	var files []treeFile
	var buf []byte
	for _, e := range z.File {
		p := archived(e.Name)
		if p == "" || isHidden(p) {
			continue
		}
		f := treeFile{path: p + "/"}
		if !strings.HasSuffix(e.Name, "/") {
			r, err := e.Open()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			// Entries may overlap in the file, so that each of many is large.
			f, err = b.entry(a.reader(r), &buf, p, a)
			r.Close()
			if err != nil {
				return nil, err
			}
		}
		if err := b.take(a.name, documentCost); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Package atomicfile writes files so that a reader, or a crash at any moment,
// finds either the old content or the new, never a part of one.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// prefix begins the names of files that are being written. They are hidden,
// and in the folder of their target, because a rename is atomic only within a
// file system.
const prefix = ".viva-"

// File is what a file is to hold.
type File struct {
	Path    string
	Content []byte
}

// Write replaces the file's content: a temporary file is written, synced and
// renamed. Folders that are missing are made.
func Write(path string, content []byte) error {
	return WriteAll(File{path, content})
}

// WriteFunc is Write for content that is not in memory: write is given the
// temporary file, buffered by nothing.
func WriteFunc(path string, write func(io.Writer) error) error {
	name, err := stage(path, write)
	if err == nil {
		if err = os.Rename(name, path); err != nil {
			os.Remove(name)
		}
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// WriteAll replaces the content of several files. All are written and synced
// before the first is renamed, so that a disk that is full changes none of
// them. They are renamed in the order given; a crash between two leaves each
// of them whole.
func WriteAll(files ...File) error {
	staged, errs := make([]string, len(files)), make([]error, len(files))
	defer func() {
		for _, name := range staged {
			if name != "" {
				os.Remove(name)
			}
		}
	}()
	var wg sync.WaitGroup // a disk takes several syncs at once
	for i, f := range files {
		wg.Go(func() {
			staged[i], errs[i] = stage(f.Path, func(w io.Writer) error {
				_, err := w.Write(f.Content)
				return err
			})
		})
	}
	wg.Wait()
	for i, f := range files {
		if errs[i] != nil {
			return fmt.Errorf("writing %s: %w", f.Path, reason(errs[i]))
		}
	}
	for i, f := range files {
		if err := os.Rename(staged[i], f.Path); err != nil {
			return fmt.Errorf("writing %s: %w", f.Path, reason(err))
		}
		staged[i] = ""
	}
	synced := map[string]bool{}
	for _, f := range files {
		if dir := filepath.Dir(f.Path); !synced[dir] {
			synced[dir] = true
			wg.Go(func() { syncFolder(dir) })
		}
	}
	wg.Wait()
	return nil
}

// stage writes a temporary file that only needs to be renamed.
func stage(path string, write func(io.Writer) error) (name string, err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	// Of the name only the beginning, since a name may be as long as the file
	// system permits.
	base := []rune(filepath.Base(path))
	f, err := os.CreateTemp(dir, prefix+string(base[:min(len(base), 40)])+"-*.tmp")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return "", err
	}
	// CreateTemp's mode is for secrets; a report is like any other file.
	if err := f.Chmod(0o644); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// reason strips the name of the temporary file, which means nothing to a
// person, from an error.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && strings.Contains(p.Path, prefix) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// Try reports whether files can be written to a folder, which it makes if it is
// missing.
func Try(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return reason(err)
	}
	f, err := os.CreateTemp(dir, prefix+"writable-*.tmp")
	if err != nil {
		return reason(err)
	}
	f.Close()
	os.Remove(f.Name())
	return nil
}

// syncFolder makes the rename itself last. Not every system can sync a
// folder, and the content is whole either way.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// Clean removes what writers that were killed left in a folder. Files younger
// than an hour may belong to a writer at work and stay.
func Clean(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) || !strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

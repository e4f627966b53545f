// Package atomicfile writes files so that a reader, or a crash at any moment,
// finds either the old content or the new, never a part of one.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// prefix begins the names of files that are being written. They are hidden,
// and in the folder of their target, because a rename is atomic only within a
// file system.
const prefix = ".viva-"

// Write replaces the file's content: a temporary file is written, synced and
// renamed. Folders that are missing are made.
func Write(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	f, err := os.CreateTemp(dir, prefix+filepath.Base(path)+"-*.tmp")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, reason(err))
		}
	}()
	if _, err := f.Write(content); err != nil {
		return err
	}
	// CreateTemp's mode is for secrets; a report is like any other file.
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
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

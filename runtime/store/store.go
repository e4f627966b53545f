// Package store keeps results on disk under the hash of what they were computed
// from, so that they need not be computed again. Any number of processes may
// use one folder at once. It does not know what the results are.
//
// An entry is one file: the SHA-256 of the content, and the content. Files are
// made whole under another name and renamed, so a reader finds all of an entry
// or nothing, whatever was killed when; and what is read is compared with its
// hash, so that a damaged entry is dropped and never used. Entries are not
// synced to the disk: one that a power failure leaves damaged is computed again.
package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// ID names a result: the hash of everything that it depends on.
type ID [sha256.Size]byte

// Environment is the variable that names the folder, or says "off".
const Environment = "VIVA_CACHE"

// DefaultBudget is how many bytes a store may hold if its options do not say.
const DefaultBudget = 5 << 30

// touchAfter is how old the note of an entry's last use may become: a write for
// each use would cost more than it tells.
const touchAfter = time.Hour

// magic begins every entry; its last byte is the version of the form.
var magic = []byte("viva\x01")

// Options say how much a store may hold.
type Options struct {
	// Budget in bytes; 0 means DefaultBudget.
	Budget int64
}

// Store is an open folder of results. Its methods are safe for concurrent use.
type Store struct {
	dir          string
	budget       int64
	hits, misses atomic.Int64
	// broken is why nothing can be kept, once that is known.
	broken atomic.Pointer[error]
}

// Default is the folder that results are kept in: what the environment says,
// else one in the user's cache. It is empty where nothing is to be kept.
func Default() string {
	switch dir := os.Getenv(Environment); dir {
	case "off":
		return ""
	case "":
	default:
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "viva", "results")
}

// Open opens a folder and makes it if it is missing.
func Open(dir string, opt Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("the folder for results: %w", err)
	}
	budget := opt.Budget
	if budget == 0 {
		budget = DefaultBudget
	}
	return &Store{dir: dir, budget: budget}, nil
}

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

func (s *Store) path(id ID) string {
	name := hex.EncodeToString(id[:])
	return filepath.Join(s.dir, name[:2], name[2:])
}

// Get returns what is kept under an ID. An entry that is damaged is removed
// and not found.
func (s *Store) Get(id ID) ([]byte, bool) {
	path := s.path(id)
	content, err := read(path)
	if err != nil {
		if errors.Is(err, errDamaged) {
			os.Remove(path)
		}
		s.misses.Add(1)
		return nil, false
	}
	s.hits.Add(1)
	now := time.Now()
	if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > touchAfter {
		_ = os.Chtimes(path, now, now)
	}
	return content, true
}

var errDamaged = errors.New("the entry is damaged")

func read(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rest, ok := bytes.CutPrefix(b, magic)
	if !ok || len(rest) < sha256.Size {
		return nil, errDamaged
	}
	content := rest[sha256.Size:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return nil, errDamaged
	}
	return content, nil
}

// Put keeps content under an ID. An error means that it is not kept, which
// costs time and nothing else.
func (s *Store) Put(id ID, content []byte) (err error) {
	if broken := s.broken.Load(); broken != nil {
		return *broken
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keeping a result: %w", err)
			s.broken.CompareAndSwap(nil, &err)
		}
	}()
	path := s.path(id)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	for _, part := range [][]byte{magic, sum[:], content} {
		if _, err = f.Write(part); err != nil {
			break
		}
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// temporary begins the names of files that are being written.
const temporary = ".new-"

// Close writes down the hits and misses, and now and then trims the store.
func (s *Store) Close() error {
	if err := s.count(); err != nil {
		return err
	}
	mark := filepath.Join(s.dir, "trimmed")
	if info, err := os.Stat(mark); err == nil && time.Since(info.ModTime()) < 24*time.Hour {
		return nil
	}
	if err := os.WriteFile(mark, nil, 0o666); err != nil {
		return err
	}
	return s.Trim()
}

// each calls f for every entry and every unfinished file.
func (s *Store) each(f func(path string, info fs.FileInfo, unfinished bool) error) error {
	folders, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if !folder.IsDir() || len(folder.Name()) != 2 {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(s.dir, folder.Name()))
		if err != nil {
			continue // cleaned by another process
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			if err := f(filepath.Join(s.dir, folder.Name(), e.Name()), info, strings.HasPrefix(e.Name(), temporary)); err != nil {
				return err
			}
		}
	}
	return nil
}

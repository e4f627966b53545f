package store

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// unusedFor is how long an entry is kept that nothing uses.
const unusedFor = 30 * 24 * time.Hour

// abandonedAfter is how old an unfinished file must be for its writer to be
// taken for dead.
const abandonedAfter = time.Hour

// Trim removes what has not been used for a month, and, where the store holds
// more than its budget, what was used longest ago.
func (s *Store) Trim() error {
	type entry struct {
		path string
		size int64
		used time.Time
	}
	var all []entry
	var total int64
	now := time.Now()
	err := s.each(func(path string, info fs.FileInfo, unfinished bool) error {
		age := now.Sub(info.ModTime())
		if unfinished {
			if age > abandonedAfter {
				os.Remove(path)
			}
			return nil
		}
		if age > unusedFor {
			os.Remove(path)
			return nil
		}
		all = append(all, entry{path, info.Size(), info.ModTime()})
		total += info.Size()
		return nil
	})
	if err != nil {
		return fmt.Errorf("trimming the store: %w", err)
	}
	slices.SortFunc(all, func(a, b entry) int { return a.used.Compare(b.used) })
	for _, e := range all {
		if total <= s.budget {
			break
		}
		if err := os.Remove(e.path); err == nil || errors.Is(err, fs.ErrNotExist) {
			total -= e.size
		}
	}
	return nil
}

// Report is what Check found.
type Report struct {
	Entries int
	Bytes   int64
	// Damaged are the paths of entries that do not hold what they should.
	Damaged []string
	// Unfinished counts files whose writer is at work, or was killed.
	Unfinished int
}

// Check reads every entry. Damaged ones are reported and left as they are.
func (s *Store) Check() (Report, error) {
	var r Report
	err := s.each(func(path string, info fs.FileInfo, unfinished bool) error {
		if unfinished {
			r.Unfinished++
			return nil
		}
		_, err := read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // trimmed meanwhile
		case errors.Is(err, errDamaged):
			r.Damaged = append(r.Damaged, path)
		case err != nil:
			return err
		}
		r.Entries++
		r.Bytes += info.Size()
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("checking the store: %w", err)
	}
	return r, nil
}

// Stats is what a store holds, and how often it had what was asked for since it
// was cleaned.
type Stats struct {
	Entries      int
	Bytes        int64
	Hits, Misses int64
	Budget       int64
}

// Stats counts without reading the entries.
func (s *Store) Stats() (Stats, error) {
	st := Stats{Budget: s.budget, Hits: s.hits.Load(), Misses: s.misses.Load()}
	err := s.each(func(_ string, info fs.FileInfo, unfinished bool) error {
		if !unfinished {
			st.Entries++
			st.Bytes += info.Size()
		}
		return nil
	})
	if err != nil {
		return st, fmt.Errorf("looking through the store: %w", err)
	}
	f, err := os.Open(s.uses())
	if err != nil {
		return st, nil // nobody has used it
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var hits, misses int64
		if n, _ := fmt.Sscanf(lines.Text(), "%d %d", &hits, &misses); n == 2 {
			st.Hits += hits
			st.Misses += misses
		}
	}
	return st, nil
}

func (s *Store) uses() string { return filepath.Join(s.dir, "uses") }

// count appends this process's hits and misses; a short line is written at
// once, so processes do not mix theirs.
func (s *Store) count() error {
	hits, misses := s.hits.Swap(0), s.misses.Swap(0)
	if hits+misses == 0 {
		return nil
	}
	f, err := os.OpenFile(s.uses(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d %d\n", hits, misses)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Clean removes all entries and counts.
func (s *Store) Clean() error {
	err := s.each(func(path string, _ fs.FileInfo, _ bool) error {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
	if err == nil {
		if err = os.Remove(s.uses()); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("cleaning the store: %w", err)
	}
	return nil
}

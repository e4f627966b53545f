package watch

import (
	"crypto/sha256"
	"os"
	"slices"
	"strings"
	"time"
)

// hashed is up to how many bytes a file's content is compared; of larger ones
// the size and the time are.
const hashed = 8 << 20

// look is what a file was when it was looked at.
type look struct {
	there bool
	size  int64
	time  time.Time
	sum   [sha256.Size]byte
	// since is when a file that is gone or empty, and was not before, was first
	// seen so.
	since time.Time
}

// lookAt looks at a file; before saves reading it where size and time are those
// of the last look, and that was long enough after the time.
func lookAt(path string, before look) look {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return look{}
	}
	l := look{there: true, size: info.Size(), time: info.ModTime()}
	if l.size > hashed {
		return l
	}
	if before.there && before.size == l.size && before.time.Equal(l.time) && time.Since(l.time) > 2*time.Second {
		l.sum = before.sum
		return l
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return look{}
	}
	l.size, l.sum = int64(len(b)), sha256.Sum256(b)
	return l
}

func (l look) same(other look) bool {
	if l.there != other.there || l.size != other.size || l.sum != other.sum {
		return false
	}
	return l.size <= hashed || l.time.Equal(other.time)
}

// compare looks at the files that may have changed, at all if all says so, and
// returns those that have, in the order of their names, and those to look at
// again soon.
func (w *Watcher) compare(dirty map[string]bool, all bool) (changes []Change, again map[string]bool) {
	again = map[string]bool{}
	files := map[string]bool{}
	paths := make([]string, 0, len(dirty))
	for p := range dirty {
		paths = append(paths, p)
	}
	if all {
		paths = slices.Clone(w.paths)
	}
	for _, p := range paths {
		for _, f := range w.files(p) {
			files[f] = true
		}
		for f := range w.known {
			if f == p || within(f, p) {
				files[f] = true
			}
		}
	}
	now := time.Now()
	for f := range files {
		before, known := w.known[f]
		l := lookAt(f, before)
		if known && l.same(before) || !known && !l.there {
			if known {
				l.since = time.Time{}
				w.known[f] = l
			}
			continue
		}
		if known && before.there && (!l.there || l.size == 0 && before.size > 0) {
			if before.since.IsZero() {
				before.since = now
				w.known[f] = before
			}
			if now.Sub(before.since) < doubtful {
				again[f] = true
				continue
			}
		}
		if l.there {
			w.known[f] = l
		} else if slices.Contains(w.paths, f) {
			w.known[f] = look{}
		} else {
			delete(w.known, f)
		}
		changes = append(changes, Change{Path: f, Removed: !l.there})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, again
}

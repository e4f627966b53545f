package neardup

import (
	"context"
	"math/bits"
	"strings"
	"sync/atomic"
)

// firstEqual returns for every row the first one that is the same, -1 for rows
// of hash 0. Rows of equal hashes are the same if same says so, which is called
// from several goroutines at once.
func firstEqual(ctx context.Context, hashes []uint64, same func(a, b int) (bool, error)) ([]int, error) {
	first := byHash(hashes, func(a, b int) bool { return true })
	var differ atomic.Bool
	err := spread(ctx, len(hashes), 256, "", func() func(from, to int) error {
		return func(from, to int) error {
			for row := from; row < to; row++ {
				if first[row] < 0 || first[row] == row {
					continue
				}
				ok, err := same(first[row], row)
				if err != nil {
					return err
				}
				if !ok {
					differ.Store(true)
				}
			}
			return nil
		}
	})
	if err == nil && differ.Load() {
		// Different texts with one hash: that is so rare that it may be slow.
		first = byHash(hashes, func(a, b int) bool {
			ok, e := same(a, b)
			if e != nil {
				err = e
			}
			return ok
		})
	}
	return first, err
}

// byHash finds the first equal rows with a table of those found so far.
func byHash(hashes []uint64, same func(a, b int) bool) []int {
	first := make([]int, len(hashes))
	table := make([]int32, 1<<bits.Len(uint(2*len(hashes))))
	mask := uint64(len(table) - 1)
	for row, h := range hashes {
		if h == 0 {
			first[row] = -1
			continue
		}
		for at := mix(h) & mask; ; at = (at + 1) & mask {
			other := int(table[at]) - 1
			if other < 0 {
				table[at] = int32(row + 1)
				first[row] = row
				break
			}
			if hashes[other] == h && same(other, row) {
				first[row] = other
				break
			}
		}
	}
	return first
}

// classes finds the texts that are the same, and the same when normalised. A
// text of signs alone, whose normal form is empty, is the same only as itself.
func (s *search) classes(ctx context.Context, exact, normal []uint64) (err error) {
	s.exact, err = firstEqual(ctx, exact, func(a, b int) (bool, error) {
		x, y, err := s.two(a, b)
		return strings.TrimSpace(x) == strings.TrimSpace(y), err
	})
	if err != nil {
		return err
	}
	s.normalised, err = firstEqual(ctx, normal, func(a, b int) (bool, error) {
		if s.exact[a] == s.exact[b] {
			return true, nil
		}
		x, y, err := s.two(a, b)
		return Normalise(x) == Normalise(y), err
	})
	for row, class := range s.normalised {
		if class < 0 {
			s.normalised[row] = s.exact[row]
		}
	}
	return err
}

func (s *search) two(a, b int) (x, y string, err error) {
	if x, err = s.text(a); err == nil {
		y, err = s.text(b)
	}
	return x, y, err
}

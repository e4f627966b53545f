package neardup

import (
	"bytes"
	"context"
	"slices"
)

// verify returns those of the pairs whose texts reach the threshold, counting
// n-grams by their words: hashes only say where to look. Pairs are ascending.
func (s *search) verify(ctx context.Context, pairs []uint64, label string) ([]Pair, error) {
	const step = 64
	found := make([][]Pair, (len(pairs)+step-1)/step)
	err := spread(ctx, len(pairs), step, label, func() func(from, to int) error {
		a, b := newReader(s.opt.Words, s.base), newReader(s.opt.Words, s.base)
		last := -1
		return func(from, to int) error {
			for _, p := range pairs[from:to] {
				x, y := int(p>>32), int(uint32(p))
				if x != last {
					if err := s.readAgain(x, a); err != nil {
						return err
					}
					last = x
				}
				if err := s.readAgain(y, b); err != nil {
					return err
				}
				if j := jaccard(a, b); j >= s.opt.Threshold-1e-12 {
					found[from/step] = append(found[from/step], Pair{A: x, B: y, Jaccard: j})
				}
			}
			return nil
		}
	})
	return slices.Concat(found...), err
}

// readAgain has a reader read a text that was read before.
func (s *search) readAgain(row int, r *reader) error {
	text, err := s.text(row)
	if err != nil {
		return err
	}
	r.normalise(text)
	return r.cut()
}

// jaccard is the share of the n-grams of two texts that are in both.
func jaccard(a, b *reader) float64 {
	if len(a.grams) == 0 || len(b.grams) == 0 {
		return 0
	}
	both := 0
	for i, g := range b.grams {
		if at, ok := a.find(g); ok && bytes.Equal(a.gram(a.seen[at].place-1), b.gram(b.places[i])) {
			both++
		}
	}
	return float64(both) / float64(len(a.grams)+len(b.grams)-both)
}

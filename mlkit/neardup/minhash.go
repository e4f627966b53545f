package neardup

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// maxHashes bounds the work for every n-gram.
const maxHashes = 128

// bands returns how many bands of how many rows find pairs at the threshold
// with the wanted recall. A minimum is the same for both texts of a pair with a
// probability of its Jaccard index j, so one of b bands of r minima is the same
// with 1 - (1 - j^r)^b (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of
// Massive Datasets, 3.4). Of all that reach the recall those with the longest
// bands are taken that need at most 128 minima: they give the fewest candidates.
func bands(threshold, recall float64) (b, r int) {
	b, r = 0, 0
	for rows := 1; rows <= maxHashes; rows++ {
		q := 1 - math.Pow(threshold, float64(rows))
		n := 1
		if q > 0 {
			n = max(1, int(math.Ceil(math.Log(1-recall)/math.Log(q)-1e-9)))
		}
		if rows > 1 && n*rows > maxHashes {
			break
		}
		b, r = n, rows
	}
	return b, r
}

// bandRecall is the probability with which a pair at the threshold is found.
func bandRecall(threshold float64, b, r int) float64 {
	return 1 - math.Pow(1-math.Pow(threshold, float64(r)), float64(b))
}

// joinMinHash returns the pairs that reach the threshold, of those that agree
// in a band.
func (s *search) joinMinHash(ctx context.Context, b, r int) ([]Pair, error) {
	seeds := make([]uint64, 2*b*r)
	for i := range seeds {
		seeds[i] = mix(uint64(i))
	}
	size := make([]int32, s.texts)
	index := newPartitions(&s.room, &s.spill, int64(b)*int64(s.texts), s.opt.MemoryBytes/16)
	err := s.readAll(ctx, "reading texts", func() readTask {
		feed := index.feed()
		return readTask{
			text: func(row int, t *reader) error {
				size[row] = int32(len(t.grams))
				if size[row] == 0 {
					return nil
				}
				for band := range b {
					h := uint64(band)
					for i := band * r; i < (band+1)*r; i++ {
						h = mix(h ^ minimum(t.grams, seeds[2*i], seeds[2*i+1]|1))
					}
					if err := feed.add(h, record{h, uint32(row), 0}); err != nil {
						return err
					}
				}
				return nil
			},
			end: func(block int) error {
				if block >= 0 {
					return nil
				}
				return feed.flush()
			},
		}
	})
	if err != nil {
		return nil, err
	}
	candidates, err := s.agreeing(ctx, index, size)
	if err != nil {
		return nil, err
	}
	var found []Pair
	for i := range candidates.parts {
		records, err := candidates.take(i)
		if err != nil {
			return nil, err
		}
		pairs := make([]uint64, len(records))
		for i, c := range records {
			pairs[i] = c.key
		}
		slices.Sort(pairs)
		more, err := s.verify(ctx, slices.Compact(pairs), "")
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// minimum is the least of the hashes of n-grams under one of many functions.
func minimum(grams []uint64, seed, factor uint64) uint64 {
	least := uint64(math.MaxUint64)
	for _, g := range grams {
		least = min(least, (g^seed)*factor)
	}
	return least
}

// agreeing returns the pairs of texts that are the same in a band and whose
// numbers of n-grams allow them to reach the threshold.
func (s *search) agreeing(ctx context.Context, index *partitions, size []int32) (*partitions, error) {
	candidates := newPartitions(&s.room, &s.spill, int64(s.texts), s.opt.MemoryBytes/16)
	err := spread(ctx, len(index.parts), 1, "comparing texts", func() func(from, to int) error {
		feed := candidates.feed()
		return func(part, to int) error {
			if part == to {
				return feed.flush()
			}
			records, err := index.take(part)
			if err != nil {
				return err
			}
			// Copies are compared by the first of them.
			records = slices.DeleteFunc(records, func(r record) bool { return s.normalised[r.row] != int(r.row) })
			slices.SortFunc(records, func(a, b record) int {
				return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(size[a.row], size[b.row]), cmp.Compare(a.row, b.row))
			})
			for j, b := range records {
				if j%1024 == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				for i := j - 1; i >= 0 && records[i].key == b.key; i-- {
					a := records[i]
					if float64(size[a.row]) < s.opt.Threshold*float64(size[b.row])-1e-9 {
						break
					}
					p := pairOf(a.row, b.row)
					if err := feed.add(mix(p>>32), record{key: p}); err != nil {
						return err
					}
				}
			}
			return nil
		}
	})
	return candidates, err
}

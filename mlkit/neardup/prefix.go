package neardup

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// The exact join. The n-grams of every text are put in one order for all texts,
// the rarest first. Two sets of x and y elements that reach the index t have at
// least ceil(t/(1+t) (x+y)) of them in common; so they share one among the
// first x - ceil(t x) + 1 of the one and y - ceil(t y) + 1 of the other, and the
// first one that they share leaves enough behind it in both (Chaudhuri, Ganti,
// Kaushik 2006; Bayardo, Ma, Srikant 2007; Xiao, Wang, Lin, Yu 2008). Only pairs
// that may do so are compared. How rare an n-gram is need not be known exactly,
// since any order will do.
//
// A key is an n-gram in that order: its count in the highest byte, the highest
// 56 bits of its hash below. Keys of different n-grams may be equal; then two
// texts seem to have more in common than they have, which verify sets right.

// keys returns the keys of those n-grams that are not counted once, using keys
// and counts as memory.
func (c *counter) keys(grams, keys []uint64, counts []uint8) ([]uint64, []uint8) {
	keys, counts = slices.Grow(keys[:0], len(grams))[:len(grams)], slices.Grow(counts[:0], len(grams))[:len(grams)]
	// The processor fetches many places at once as long as nothing depends on
	// what it finds there.
	for i, g := range grams {
		counts[i] = c.counts[g>>c.shift]
	}
	n := 0
	for i, g := range grams {
		keys[n] = uint64(counts[i])<<56 | g>>8
		if counts[i] > 1 {
			n++
		}
	}
	return keys[:n], counts
}

// least is the smallest number of elements in common at which sets of x and y
// elements reach the threshold.
func (s *search) least(x, y int) int {
	t := s.opt.Threshold
	return max(1, int(math.Ceil(t/(1+t)*float64(x+y)-1e-9)))
}

// prefix is the number of first elements of a set among which one is shared
// with every set that is as similar.
func (s *search) prefix(size int) int {
	return size - max(1, int(math.Ceil(s.opt.Threshold*float64(size)-1e-9))) + 1
}

// indexed is the number of keys, of those that a set of some size has, that are
// in the index: the n-grams without a key are before them.
func (s *search) indexed(size, keys int) int {
	return min(max(0, s.prefix(size)-(size-keys)), keys)
}

// joinExact returns all pairs of texts that may reach the threshold: all that
// do, and those that only do so because n-grams have the same hash.
func (s *search) joinExact(ctx context.Context) ([]uint64, error) {
	grams := s.words
	count := newCounter(grams, s.opt.MemoryBytes/8)
	sets := newSets(&s.room, &s.spill, s.texts)
	raw := make([][]uint64, len(sets.blocks))
	err := s.readAll(ctx, "reading texts", func() readTask {
		t := count.tally()
		var block []uint64
		return readTask{
			text: func(row int, r *reader) error {
				sets.size[row] = int32(len(r.grams))
				block = append(block, r.grams...)
				return nil
			},
			end: func(b int) error {
				if b < 0 {
					t.flush()
					return nil
				}
				t.add(block)
				if s.room.take(8 * len(block)) {
					raw[b] = slices.Clone(block)
				}
				block = block[:0]
				return nil
			},
		}
	})
	if err != nil {
		return nil, err
	}
	index, err := s.index(ctx, count, sets, raw, grams)
	if err != nil {
		return nil, err
	}
	return s.probe(ctx, index, sets)
}

// index turns n-grams into keys, and puts the first keys of every text into an
// index. Texts whose n-grams memory had no room for are read again.
func (s *search) index(ctx context.Context, count *counter, sets *sets, raw [][]uint64, grams int64) (*partitions, error) {
	index := newPartitions(&s.room, &s.spill, int64(float64(grams)*(1-s.opt.Threshold))+int64(s.texts), s.opt.MemoryBytes/16)
	err := spread(ctx, len(raw), 1, "", func() func(from, to int) error {
		feed := index.feed()
		r := newReader(s.opt.Words, s.base)
		var keys, block []uint64
		var counts []uint8
		return func(b, to int) error {
			if b == to {
				return feed.flush()
			}
			rest := raw[b]
			block = block[:0]
			for row := b * blockTexts; row < min((b+1)*blockTexts, s.texts); row++ {
				size := int(sets.size[row])
				if size == 0 {
					continue
				}
				var own []uint64
				if raw[b] != nil {
					own, rest = rest[:size], rest[size:]
				}
				if s.normalised[row] != row {
					continue
				}
				if raw[b] == nil {
					if err := s.readAgain(row, r); err != nil {
						return err
					}
					own = r.grams
				}
				keys, counts = count.keys(own, keys, counts)
				alone := size - len(keys)
				first := s.indexed(size, len(keys))
				sets.ordered[row].Store(leastFirst(keys, first))
				sets.kept[row], sets.from[row] = int32(len(keys)), uint32(len(block))
				block = append(block, keys...)
				for i := range first {
					if err := feed.add(keys[i]<<8, record{keys[i], uint32(row), uint32(alone + i)}); err != nil {
						return err
					}
				}
			}
			used := raw[b]
			raw[b] = nil
			return sets.put(b, block, used)
		}
	})
	return index, err
}

// leastFirst puts the n least keys first, in ascending order, and reports whether
// all keys are in order.
func leastFirst(keys []uint64, n int) bool {
	const few = 32
	if n == len(keys) || n > few {
		slices.Sort(keys)
		return true
	}
	if n == 0 {
		return false
	}
	slices.Sort(keys[:n])
	for i := n; i < len(keys); i++ {
		k := keys[i]
		if k >= keys[n-1] {
			continue
		}
		keys[i] = keys[n-1]
		j := n - 1
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
	return false
}

// probe returns the pairs of rows whose keys reach the threshold, the lower row
// in the higher half, in any order and some twice.
func (s *search) probe(ctx context.Context, index *partitions, sets *sets) ([]uint64, error) {
	found := make([][]uint64, len(index.parts))
	err := spread(ctx, len(index.parts), 1, "comparing texts", func() func(from, to int) error {
		c := &comparison{search: s, sets: sets}
		return func(part, to int) error {
			if part == to {
				return nil
			}
			records, err := index.take(part)
			if err != nil {
				return err
			}
			c.found = nil
			slices.SortFunc(records, func(a, b record) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
			for i := 0; i < len(records); {
				j := i + 1
				for j < len(records) && records[j].key == records[i].key {
					j++
				}
				if j-i > 1 {
					if err := c.group(ctx, records[i:j]); err != nil {
						return err
					}
				}
				i = j
			}
			found[part] = c.found
			return nil
		}
	})
	return slices.Concat(found...), err
}

// comparison compares the texts that share a key; each worker has its own.
type comparison struct {
	*search
	sets  *sets
	a, b  keyBuffer
	first []record
	found []uint64
}

// group compares the texts of one key.
func (c *comparison) group(ctx context.Context, members []record) error {
	size := func(r record) int { return int(c.sets.size[r.row]) }
	slices.SortStableFunc(members, func(a, b record) int { return cmp.Compare(size(a), size(b)) })
	// Those that can be the smaller one of a pair.
	c.first = c.first[:0]
	for _, b := range members {
		if err := ctx.Err(); err != nil {
			return err
		}
		y := size(b)
		smallest := int(math.Ceil(c.opt.Threshold*float64(y) - 1e-9))
		for len(c.first) > 0 && size(c.first[0]) < smallest {
			c.first = c.first[1:]
		}
		for _, a := range c.first {
			x := size(a)
			least := c.least(x, y)
			if min(x-int(a.value), y-int(b.value)) < least || a.row == b.row {
				continue
			}
			if err := c.compare(a, b, least); err != nil {
				return err
			}
		}
		if y-int(b.value) >= c.least(y, y) {
			c.first = append(c.first, b)
		}
	}
	return nil
}

// compare takes a pair if enough keys are in both and the one that led here is
// the first of them: so it is taken once.
func (c *comparison) compare(a, b record, least int) error {
	x, err := c.sets.keys(a.row, &c.a)
	if err != nil {
		return err
	}
	y, err := c.sets.keys(b.row, &c.b)
	if err != nil {
		return err
	}
	i := int(a.value) - int(c.sets.size[a.row]) + len(x)
	j := int(b.value) - int(c.sets.size[b.row]) + len(y)
	if common(x[:i], y[:j], 1) > 0 {
		return nil
	}
	c.sets.order(a.row, x, c.indexed(int(c.sets.size[a.row]), len(x)))
	c.sets.order(b.row, y, c.indexed(int(c.sets.size[b.row]), len(y)))
	if 1+common(x[i+1:], y[j+1:], least-1) >= least {
		c.found = append(c.found, pairOf(a.row, b.row))
	}
	return nil
}

// common counts the elements that are in both ascending lists. It stops early
// when they cannot be least.
func common(x, y []uint64, least int) int {
	n, i, j := 0, 0, 0
	for i < len(x) && j < len(y) {
		if n+min(len(x)-i, len(y)-j) < least {
			break
		}
		switch p, q := x[i], y[j]; {
		case p == q:
			n++
			i++
			j++
		case p < q:
			i++
		default:
			j++
		}
	}
	return n
}

func pairOf(a, b uint32) uint64 { return uint64(min(a, b))<<32 | uint64(max(a, b)) }

package neardup

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// blockTexts is how many texts make a block: what a worker does at once.
const blockTexts = 256

// sets are the n-grams of every text that others may have too, as keys; of the
// others only the number is known. Those that are in the index come first, in
// ascending order; most texts are never compared, so the rest is put in order
// when it is needed.
type sets struct {
	room  *room
	spill *spill
	// size is the number of distinct n-grams of every text, kept that of its
	// keys, and from the place of the first one in its block.
	size, kept []int32
	from       []uint32
	blocks     []setBlock
	// ordered says that all of a text's keys are in order; ordering guards their
	// being put in order.
	ordered  []atomic.Bool
	ordering [64]sync.Mutex
}

// setBlock holds the keys of a block's texts, or where in the file they are.
type setBlock struct {
	keys []uint64
	at   int64
}

func newSets(room *room, spill *spill, texts int) *sets {
	return &sets{
		room: room, spill: spill,
		size: make([]int32, texts), kept: make([]int32, texts), from: make([]uint32, texts), ordered: make([]atomic.Bool, texts),
		blocks: make([]setBlock, (texts+blockTexts-1)/blockTexts),
	}
}

// put sets the keys of a block to a copy. used is memory that may hold it, for
// which room was taken.
func (s *sets) put(block int, keys, used []uint64) error {
	if len(used) > 0 && 2*len(keys) >= len(used) {
		s.blocks[block].keys = used[:copy(used, keys)]
		return nil
	}
	s.room.give(8 * len(used))
	if s.room.take(8 * len(keys)) {
		s.blocks[block].keys = slices.Clone(keys)
		return nil
	}
	b := make([]byte, 0, 8*len(keys))
	for _, k := range keys {
		b = binary.LittleEndian.AppendUint64(b, k)
	}
	at, err := s.spill.write(b)
	s.blocks[block].at = at
	return err
}

// keys returns a text's keys, valid until the buffer is used again.
func (s *sets) keys(row uint32, buffer *keyBuffer) ([]uint64, error) {
	block, from, n := s.blocks[row/blockTexts], int(s.from[row]), int(s.kept[row])
	if n == 0 {
		return nil, nil
	}
	if block.keys != nil {
		return block.keys[from : from+n], nil
	}
	buffer.bytes = slices.Grow(buffer.bytes[:0], 8*n)[:8*n]
	if err := s.spill.read(buffer.bytes, block.at+8*int64(from)); err != nil {
		return nil, err
	}
	buffer.keys = buffer.keys[:0]
	for i := range n {
		buffer.keys = append(buffer.keys, binary.LittleEndian.Uint64(buffer.bytes[8*i:]))
	}
	return buffer.keys, nil
}

// order puts what keys returned for a text in ascending order. The first ones,
// which are in the index, stay where they are: others may read them meanwhile.
func (s *sets) order(row uint32, keys []uint64, first int) {
	if s.ordered[row].Load() {
		return
	}
	if s.blocks[row/blockTexts].keys == nil {
		slices.Sort(keys[first:])
		return
	}
	lock := &s.ordering[row%64]
	lock.Lock()
	defer lock.Unlock()
	if !s.ordered[row].Load() {
		slices.Sort(keys[first:])
		s.ordered[row].Store(true)
	}
}

type keyBuffer struct {
	bytes []byte
	keys  []uint64
}

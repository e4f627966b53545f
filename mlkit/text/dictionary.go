package text

import (
	"bytes"
	"hash/maphash"
)

// dictionary numbers different terms in the order in which they first occur.
// Terms lie one behind the other in one piece of memory: half the time of a
// map from strings, and nothing for the collector to look through.
type dictionary struct {
	seed  maphash.Seed
	slots []slot // a power of two of them, at most half full
	bytes []byte
	ends  []int // where each term ends in bytes
}

// slot is a place of the hash table: a term's number plus 1, or 0, and its hash.
type slot struct {
	hash   uint32
	number int32
}

func newDictionary() *dictionary {
	return &dictionary{seed: maphash.MakeSeed(), slots: make([]slot, 1<<10)}
}

func (d *dictionary) term(number int) []byte {
	from := 0
	if number > 0 {
		from = d.ends[number-1]
	}
	return d.bytes[from:d.ends[number]]
}

// number returns the number of a term, and whether it is new.
func (d *dictionary) number(term []byte) (number int32, fresh bool) {
	hash := uint32(maphash.Bytes(d.seed, term))
	mask := uint32(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at].number > 0; at = (at + 1) & mask {
		if s := d.slots[at]; s.hash == hash && bytes.Equal(d.term(int(s.number-1)), term) {
			return s.number - 1, false
		}
	}
	number = int32(len(d.ends))
	d.bytes = append(d.bytes, term...)
	d.ends = append(d.ends, len(d.bytes))
	d.slots[at] = slot{hash, number + 1}
	if 2*len(d.ends) > len(d.slots) {
		d.grow()
	}
	return number, true
}

// find returns the number of a term, or that there is none.
func (d *dictionary) find(term []byte) (number int32, missing bool) {
	hash := uint32(maphash.Bytes(d.seed, term))
	mask := uint32(len(d.slots) - 1)
	for at := hash & mask; d.slots[at].number > 0; at = (at + 1) & mask {
		if s := d.slots[at]; s.hash == hash && bytes.Equal(d.term(int(s.number-1)), term) {
			return s.number - 1, false
		}
	}
	return 0, true
}

func (d *dictionary) grow() {
	old := d.slots
	d.slots = make([]slot, 4*len(old))
	mask := uint32(len(d.slots) - 1)
	for _, s := range old {
		if s.number == 0 {
			continue
		}
		at := s.hash & mask
		for d.slots[at].number > 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = s
	}
}

// names returns all terms, which share one string's memory.
func (d *dictionary) names() []string {
	all := string(d.bytes)
	names := make([]string, len(d.ends))
	from := 0
	for i, to := range d.ends {
		names[i] = all[from:to]
		from = to
	}
	return names
}

package neardup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math/bits"
	"strings"
)

// errCollision says that two different n-grams of one text have the same hash:
// the work begins anew with other hashes.
var errCollision = errors.New("neardup: two n-grams of a text have the same hash")

// equality is the seed of the hashes by which equal texts are found; what they
// say is verified, so no result depends on it.
var equality = maphash.MakeSeed()

// reader cuts texts into n-grams. Every worker has its own.
type reader struct {
	words int
	// N-grams are hashed as polynomials in base of the hashes of their words.
	// weight is base^(words-1), that of the first word.
	base, weight uint64

	// Of the last text: the normal form, where its words begin and end in it,
	// their hashes, and the hashes of its distinct n-grams with the words at
	// which they first begin.
	normal []byte
	starts []int32
	ends   []int32
	hashes []uint64
	grams  []uint64
	places []int32

	seen []slot
}

// slot is an entry of a hash table of n-grams: the hash and 1 + the place of its
// first word; 0 is empty.
type slot struct {
	gram  uint64
	place int32
}

func newReader(words int, base uint64) *reader {
	r := &reader{words: words, base: base, weight: 1}
	for range words - 1 {
		r.weight *= base
	}
	return r
}

// read sets what the reader says of the last text, and returns hashes of the
// trimmed and of the normalised text, 0 for empty ones.
func (r *reader) read(text string) (exact, normal uint64, err error) {
	if text = strings.TrimSpace(text); text != "" {
		exact = maphash.String(equality, text) | 1
	}
	r.normalise(text)
	if len(r.normal) > 0 {
		normal = maphash.Bytes(equality, r.normal) | 1
	}
	return exact, normal, r.cut()
}

func (r *reader) normalise(text string) {
	r.normal = appendNormal(r.normal[:0], text)
}

// cut finds the n-grams of the normal form.
func (r *reader) cut() error {
	r.hashWords()
	r.grams, r.places = r.grams[:0], r.places[:0]
	n := len(r.hashes) - r.words + 1
	if n <= 0 {
		return nil
	}
	r.clear(n)
	h := uint64(0)
	for _, w := range r.hashes[:r.words-1] {
		h = h*r.base + w
	}
	for i := range n {
		h = h*r.base + r.hashes[i+r.words-1]
		gram := mix(h)
		h -= r.hashes[i] * r.weight
		at, found := r.find(gram)
		if !found {
			r.seen[at] = slot{gram, int32(i + 1)}
			r.grams = append(r.grams, gram)
			r.places = append(r.places, int32(i))
		} else if !bytes.Equal(r.gram(int32(i)), r.gram(r.seen[at].place-1)) {
			return errCollision
		}
	}
	return nil
}

// clear empties the table for n n-grams.
func (r *reader) clear(n int) {
	size := 1 << bits.Len(uint(2*n-1))
	if cap(r.seen) < size {
		r.seen = make([]slot, size)
		return
	}
	r.seen = r.seen[:size]
	clear(r.seen)
}

// find returns the place of a hash in the table, or the one where it belongs.
func (r *reader) find(gram uint64) (at int, found bool) {
	mask := len(r.seen) - 1
	for at = int(gram) & mask; r.seen[at].place != 0; at = (at + 1) & mask {
		if r.seen[at].gram == gram {
			return at, true
		}
	}
	return at, false
}

// gram returns the n-gram that begins with a word. It is valid until the next
// text is read.
func (r *reader) gram(word int32) []byte {
	return r.normal[r.starts[word]:r.ends[int(word)+r.words-1]]
}

// hashWords finds the words of the normal form.
func (r *reader) hashWords() {
	r.starts, r.ends, r.hashes = r.starts[:0], r.ends[:0], r.hashes[:0]
	n := len(r.normal)
	// Words are read eight bytes at once, beyond their ends.
	padded := append(r.normal, 0, 0, 0, 0, 0, 0, 0, 0)
	r.normal = padded[:n]
	for from := 0; from < n; {
		to := from
		for to < n && padded[to] != ' ' {
			to++
		}
		r.starts = append(r.starts, int32(from))
		r.ends = append(r.ends, int32(to))
		h := uint64(0)
		for ; to-from > 8; from += 8 {
			h = fold(h^binary.LittleEndian.Uint64(padded[from:]), 0x9e3779b97f4a7c15)
		}
		last := binary.LittleEndian.Uint64(padded[from:]) & (^uint64(0) >> (8 * (8 - uint(to-from))))
		r.hashes = append(r.hashes, fold(h^last, 0xbf58476d1ce4e5b9^uint64(to-from)))
		from = to + 1
	}
}

// fold multiplies to 128 bits and adds both halves without carry, as wyhash
// does.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x94d049bb133111eb, b)
	return high ^ low
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

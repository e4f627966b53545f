package text

import (
	"fmt"
	"math/bits"
)

// bucket names the bucket of a term among the given number: "#" and its number
// in hexadecimal, padded so that names ascend as numbers do. Buckets are those
// of scikit-learn's HashingVectorizer: the absolute value of MurmurHash3, 32
// bits, modulo their number.
func bucket(name, term []byte, seed uint32, buckets int) []byte {
	h := int64(int32(murmur3(term, seed)))
	if h < 0 {
		h = -h
	}
	return fmt.Appendf(name[:0], "#%08x", h%int64(buckets))
}

// murmur3 is MurmurHash3_x86_32 by Austin Appleby.
func murmur3(b []byte, seed uint32) uint32 {
	const c1, c2 = 0xcc9e2d51, 0x1b873593
	h, length := seed, uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		h ^= bits.RotateLeft32(k*c1, 15) * c2
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	k := uint32(0)
	for i := len(b) - 1; i >= 0; i-- {
		k = k<<8 | uint32(b[i])
	}
	h ^= bits.RotateLeft32(k*c1, 15) * c2
	h ^= length
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

package keyphrase

// tally counts how often features occur, up to 255.
func tally(counts []uint8, features []uint32) {
	for _, f := range features {
		if counts[f] < 255 {
			counts[f]++
		}
	}
}

// numbers gives the buckets of hashed features that occur at least twice numbers
// from 0 on, the most frequent first: what is learned of them together is together
// in memory, of which it needs a small part of what all buckets would.
type numbers struct {
	// buckets are the numbers' buckets; of is the number of a bucket, or -1.
	buckets []uint32
	of      []int32
}

func newNumbers(counts []uint8) *numbers {
	n := &numbers{of: make([]int32, len(counts))}
	var first [256]int
	for _, c := range counts {
		first[c]++
	}
	sum := 0
	for c := 255; c >= 2; c-- {
		first[c], sum = sum, sum+first[c]
	}
	n.buckets = make([]uint32, sum)
	for bucket, c := range counts {
		n.of[bucket] = -1
		if c >= 2 {
			n.of[bucket] = int32(first[c])
			n.buckets[first[c]] = uint32(bucket)
			first[c]++
		}
	}
	return n
}

// number puts numbers in the place of buckets, and leaves out those that have
// none.
func (n *numbers) number(features []uint32) []uint32 {
	kept := features[:0]
	for _, f := range features {
		if k := n.of[f]; k >= 0 {
			kept = append(kept, uint32(k))
		}
	}
	return kept
}

package neardup

import (
	"math/bits"
	"sync"

	"viva/internal/machine"
)

// counter says in how many texts an n-gram is, or in more: n-grams that fall
// into the same place are counted together, so that 1 says for certain that no
// other text has it. Counts end at 255.
type counter struct {
	counts []uint8
	shift  uint
	// Places are counted by parts, which fit into the processor's cache.
	parts [counterParts]sync.Mutex
}

const counterParts = 256

// newCounter makes a counter for about as many n-grams, with two to four places
// for each, in at most some bytes.
func newCounter(grams, most int64) *counter {
	n := bits.Len64(uint64(2 * grams))
	n = max(12, min(n, 32, bits.Len64(uint64(most))-1))
	c := &counter{counts: make([]uint8, 1<<n), shift: uint(64 - n)}
	machine.HugePages(c.counts)
	return c
}

// tally counts for one worker; what it was told is counted at flush.
type tally struct {
	c       *counter
	partLog uint
	pending [counterParts][]uint32
}

func (c *counter) tally() *tally {
	return &tally{c: c, partLog: 64 - c.shift - 8}
}

func (t *tally) add(grams []uint64) {
	for _, g := range grams {
		place := g >> t.c.shift
		p := place >> t.partLog
		t.pending[p] = append(t.pending[p], uint32(place))
		if len(t.pending[p]) >= 1024 {
			t.flushPart(int(p))
		}
	}
}

func (t *tally) flush() {
	for p := range t.pending {
		t.flushPart(p)
	}
}

func (t *tally) flushPart(p int) {
	t.c.parts[p].Lock()
	defer t.c.parts[p].Unlock()
	for _, place := range t.pending[p] {
		if n := t.c.counts[place]; n < 255 {
			t.c.counts[place] = n + 1
		}
	}
	t.pending[p] = t.pending[p][:0]
}

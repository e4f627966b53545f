// Package neardup finds the texts among many that are the same or nearly so:
//
//   - exact: the same after white space is trimmed at both ends
//   - normalised: the same after Normalise
//   - near: the sets of their word n-grams, taken from the normalised texts,
//     have a Jaccard index of at least the threshold. Texts of fewer words than
//     an n-gram has no near copies
//
// Empty texts are nobody's copies. Every pair is verified word by word.
//
// Two methods find near copies. The exact one finds all of them. MinHash, for
// more text than that is made for, finds each with a probability that the result
// states. Either works in a given amount of memory, and takes a temporary file
// to help where that is too little; what it finds does not depend on it.
//
// The package knows texts by their rows and nothing else about them. Splits,
// classes and what copies mean for them are package leak's.
package neardup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"viva/internal/machine"
	"viva/mlkit/trace"
)

// Methods by which near copies are found.
const (
	Exact   = "exact"
	MinHash = "minhash"
)

// Options say how texts are compared.
type Options struct {
	// Threshold is the smallest Jaccard index of near copies, in (0, 1]; 0
	// means 0.8. Below 0.5 the search becomes slow.
	Threshold float64
	// Words is the length of the n-grams in words; 0 means 5.
	Words int
	// Method is Exact or MinHash. Empty means Exact for texts of up to about a
	// billion words, and MinHash for more.
	Method string
	// Recall is the share of the pairs at the threshold that MinHash is to find,
	// in (0, 1); 0 means 0.995. Of more similar pairs it finds more. The exact
	// method finds all whatever it says.
	Recall float64
	// MemoryBytes is how much memory n-grams and indices may take before they go
	// to a temporary file, in the folder that os.TempDir names; 0 means a quarter
	// of the machine's memory, or of the control group's. About 60 bytes for
	// each text and what is found come on top, and what the garbage collector
	// has not collected yet. The result does not depend on it.
	MemoryBytes int64
}

// exactWords is the largest number of words that the exact method is chosen for.
// Up to a tenth of it was measured, where it takes less time than MinHash; the
// rest is extrapolated.
const exactWords = 1_000_000_000

// Filled returns the options with defaults in the place of zero values, or an
// error that says which is wrong.
func (o Options) Filled() (Options, error) {
	if o.Threshold == 0 {
		o.Threshold = 0.8
	}
	if o.Words == 0 {
		o.Words = 5
	}
	if o.Recall == 0 {
		o.Recall = 0.995
	}
	if o.MemoryBytes == 0 {
		o.MemoryBytes = int64(machine.Memory() / 4)
		if o.MemoryBytes == 0 {
			o.MemoryBytes = 1 << 30
		}
	}
	switch {
	case !(o.Threshold > 0 && o.Threshold <= 1):
		return o, fmt.Errorf("Options.Threshold is %v: it must be above 0 and at most 1", o.Threshold)
	case o.Words < 1:
		return o, fmt.Errorf("Options.Words is %d: it must be at least 1", o.Words)
	case o.Method != "" && o.Method != Exact && o.Method != MinHash:
		return o, fmt.Errorf("Options.Method is %q: it must be %q, %q, or empty to choose by size", o.Method, Exact, MinHash)
	case !(o.Recall > 0 && o.Recall < 1):
		return o, fmt.Errorf("Options.Recall is %v: it must be above 0 and below 1; the method %q finds all", o.Recall, Exact)
	case o.MemoryBytes < 0:
		return o, fmt.Errorf("Options.MemoryBytes is %d: it must be positive", o.MemoryBytes)
	}
	return o, nil
}

// Pair is two texts that are near copies; A < B.
type Pair struct {
	A, B    int
	Jaccard float64
}

// Result is what was found.
type Result struct {
	// Exact and Normalised hold for every row the first row with the same text;
	// -1 where the text is empty. A text of signs alone, of which nothing is left
	// when normalised, has its exact copies in Normalised.
	Exact, Normalised []int
	// Near are the near copies among the rows that are the first in Normalised,
	// by B and then A.
	Near []Pair
	// Method is how near copies were found: Exact or MinHash.
	Method string
	// Recall is the probability with which a pair that just reaches the threshold
	// was found; 1 if Method is Exact.
	Recall float64
	// Bands and Rows are MinHash's: a pair was looked at if all minima of a band
	// were the same. Recall is 1 - (1 - Threshold^Rows)^Bands.
	Bands, Rows int
}

// Find finds the copies among texts.
func Find(ctx context.Context, texts []string, opt Options) (*Result, error) {
	return Stream(ctx, len(texts), func(row int) (string, error) { return texts[row], nil }, opt)
}

// Stream finds the copies among n texts that need not be in memory. text
// returns the text of a row, 0 <= row < n. It is called several times for some
// rows, from several goroutines at once, and must always return the same; its
// errors end the search.
func Stream(ctx context.Context, n int, text func(row int) (string, error), opt Options) (*Result, error) {
	opt, err := opt.Filled()
	if err != nil {
		return nil, fmt.Errorf("neardup: %w", err)
	}
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("neardup: %d texts are more than can be compared at once, %d", n, math.MaxInt32)
	}
	return find(ctx, n, text, opt, func(attempt int) uint64 { return mix(uint64(attempt)) | 1 })
}

// find tries until n-grams of one text have different hashes, which the first
// attempt gives but for one in billions. base is that of the attempt's hashes.
func find(ctx context.Context, n int, text func(row int) (string, error), opt Options, base func(attempt int) uint64) (*Result, error) {
	for attempt := 0; ; attempt++ {
		s := &search{texts: n, text: text, opt: opt, base: base(attempt)}
		r, err := s.run(ctx)
		if !errors.Is(err, errCollision) {
			return r, err
		}
	}
}

// search is one attempt to find the copies.
type search struct {
	texts int
	text  func(row int) (string, error)
	opt   Options
	base  uint64
	room  room
	spill spill
	words int64

	exact, normalised []int
}

func (s *search) run(ctx context.Context) (result *Result, err error) {
	defer func() {
		if e := s.spill.close(); e != nil && err == nil {
			result, err = nil, fmt.Errorf("neardup: removing a temporary file: %w", e)
		}
	}()
	s.room.left.Store(s.opt.MemoryBytes)
	if err := s.measure(); err != nil {
		return nil, err
	}
	r := &Result{Method: s.opt.Method, Recall: 1}
	if r.Method == "" {
		r.Method = Exact
		if s.words > exactWords {
			r.Method = MinHash
		}
	}
	if r.Method == Exact {
		pairs, err := s.joinExact(ctx)
		if err != nil {
			return nil, err
		}
		slices.Sort(pairs)
		r.Near, err = s.verify(ctx, slices.Compact(pairs), "verifying copies")
		if err != nil {
			return nil, err
		}
	} else {
		r.Bands, r.Rows = bands(s.opt.Threshold, s.opt.Recall)
		r.Recall = bandRecall(s.opt.Threshold, r.Bands, r.Rows)
		if r.Near, err = s.joinMinHash(ctx, r.Bands, r.Rows); err != nil {
			return nil, err
		}
	}
	if n := s.spill.end.Load(); n > 0 {
		trace.Logf(ctx, "Near copies: %.1f MiB of memory were not enough; %.1f MiB went to a temporary file.", float64(s.opt.MemoryBytes)/(1<<20), float64(n)/(1<<20))
	}
	slices.SortFunc(r.Near, func(p, q Pair) int { return cmp.Or(cmp.Compare(p.B, q.B), cmp.Compare(p.A, q.A)) })
	r.Exact, r.Normalised = s.exact, s.normalised
	return r, nil
}

// measure estimates the number of words from texts here and there.
func (s *search) measure() error {
	const sample = 512
	bytes, texts := 0, 0
	for row := 0; row < s.texts; row += max(1, s.texts/sample) {
		text, err := s.text(row)
		if err != nil {
			return err
		}
		bytes += len(text)
		texts++
	}
	if texts > 0 {
		s.words = int64(float64(bytes) / float64(texts) * float64(s.texts) / 6)
	}
	return nil
}

// readTask is what one worker does with texts as they are read.
type readTask struct {
	// text is called for every text, once the reader has read it.
	text func(row int, r *reader) error
	// end is called at the end of every block, and with -1 when there is none
	// left.
	end func(block int) error
}

// readAll reads all texts and finds those that are the same.
func (s *search) readAll(ctx context.Context, label string, start func() readTask) error {
	exact, normal := make([]uint64, s.texts), make([]uint64, s.texts)
	err := spread(ctx, s.texts, blockTexts, label, func() func(from, to int) error {
		r := newReader(s.opt.Words, s.base)
		task := start()
		return func(from, to int) error {
			if from == to {
				return task.end(-1)
			}
			for row := from; row < to; row++ {
				text, err := s.text(row)
				if err != nil {
					return err
				}
				if exact[row], normal[row], err = r.read(text); err != nil {
					return err
				}
				if err := task.text(row, r); err != nil {
					return err
				}
			}
			return task.end(from / blockTexts)
		}
	})
	if err != nil {
		return err
	}
	return s.classes(ctx, exact, normal)
}

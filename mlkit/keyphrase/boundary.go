package keyphrase

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"unicode"
)

// The questions that a boundary model answers of a word: whether a keyphrase
// begins with it, goes through it, ends with it.
const (
	begins = iota
	inside
	ends
	questions
)

const (
	// boundaryBuckets is the number of weights of each question; features are
	// hashed into them.
	boundaryBuckets = 1 << 18
	boundaryEpochs  = 4
	boundaryRate    = 0.1
	// boundaryWords is how many words of a document boundaries are learned from,
	// so that a paper does not count as much as fifty abstracts.
	boundaryWords = 2000
)

// boundary is a model of where keyphrases begin and end: for each question a
// logistic regression over the word, its stem, ending and shape, and those of
// its neighbours. It stands in for a part-of-speech tagger, and learns what
// the indexers of the training documents took for a phrase.
type boundary struct {
	// weights has the questions' weights of a bucket beside each other.
	weights []float32
}

// templates is the number of features of a word.
const templates = 25

// contexts hashes the features of all words of a document up to limit.
func contexts(d *document, limit int) [][templates]uint32 {
	n := min(len(d.words), limit)
	word, stem, ending, shape := make([]uint32, n+4), make([]uint32, n+4), make([]uint32, n+4), make([]uint32, n+4)
	// Two places on each side are outside the text.
	for i := range n {
		w := &d.words[i]
		word[i+2] = hashText(w.lower)
		stem[i+2] = hashText(w.stem)
		ending[i+2] = endingOf(w)
		shape[i+2] = shapeOf(w)
	}
	mark := func(i int) uint32 {
		if i >= len(d.words) {
			return 1
		}
		if i == 0 {
			return 2
		}
		return 3 + uint32(d.words[i].before)
	}
	all := make([][templates]uint32, n)
	for i := range n {
		j := i + 2
		// A word on the other side of a mark says less than the mark.
		before, after := mark(i), mark(i+1)
		left, right := word[j-1], word[j+1]
		leftEnding, rightEnding := ending[j-1], ending[j+1]
		if before != 3 {
			left, leftEnding = before, before
		}
		if after != 3 {
			right, rightEnding = after, after
		}
		w := &d.words[i]
		often := min(bucketOf(d.count[d.ids[i]]), 5)
		inTitle := uint32(0)
		if d.titleStems[d.ids[i]] {
			inTitle = 1
		}
		if d.hasTitle {
			inTitle += 2
		}
		if w.zone == title {
			inTitle += 4
		}
		f := &all[i]
		k := 0
		put := func(a, b uint32) {
			f[k] = mix(uint32(k), a, b) & (boundaryBuckets - 1)
			k++
		}
		put(word[j], 0)
		put(stem[j], 0)
		put(ending[j], shape[j])
		put(left, 1)
		put(right, 2)
		put(word[j-2], before)
		put(word[j+2], after)
		put(left, word[j])
		put(word[j], right)
		put(leftEnding, ending[j])
		put(ending[j], rightEnding)
		put(left, right)
		put(leftEnding, rightEnding)
		put(left, ending[j])
		put(ending[j], right)
		put(mix(1, leftEnding, ending[j]), rightEnding)
		put(shape[j-1], shape[j])
		put(shape[j], shape[j+1])
		put(before, after)
		put(often, inTitle)
		put(ending[j-2], mix(2, leftEnding, ending[j]))
		put(ending[j+2], mix(3, rightEnding, ending[j]))
		put(stem[j-1], ending[j])
		put(stem[j+1], ending[j])
		put(mix(4, often, inTitle), ending[j])
	}
	return all
}

func bucketOf(count int) uint32 {
	b := uint32(0)
	for count > 1 {
		count >>= 1
		b++
	}
	return b
}

func hashText(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h | 1<<31
}

func mix(a, b, c uint32) uint32 {
	h := a*0x9e3779b1 ^ b
	h = (h ^ h>>15) * 0x85ebca6b
	h ^= c
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// endingOf is a word's last three letters; function words are their own class.
func endingOf(w *word) uint32 {
	s := w.lower
	if w.stop {
		return hashText(s) ^ 0x55555555
	}
	if w.numeral {
		return 7
	}
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		s = s[i+1:]
	}
	if len(s) > 3 {
		s = s[len(s)-3:]
	}
	return hashText(s)
}

func shapeOf(w *word) uint32 {
	s := uint32(1)
	set := func(bit uint32, on bool) {
		if on {
			s |= bit
		}
	}
	set(2, w.upper)
	set(4, w.allUpper)
	set(8, w.numeral)
	set(16, strings.ContainsAny(w.lower, "0123456789") && !w.numeral)
	set(32, strings.ContainsRune(w.lower, '-'))
	set(64, w.opens)
	set(128, w.stop)
	set(256, w.end-w.start <= 3)
	set(512, strings.ContainsFunc(w.lower, func(r rune) bool { return r > unicode.MaxASCII }))
	return s
}

// marks are the answers for a document: of each word, a bit for each question.
func marks(d *document, gold []bool) []uint8 {
	m := make([]uint8, len(d.words))
	for k, is := range gold {
		if !is {
			continue
		}
		c := &d.candidates[k]
		for _, at := range c.at {
			m[at] |= 1 << begins
			m[int(at)+c.n-1] |= 1 << ends
			for i := range c.n {
				m[int(at)+i] |= 1 << inside
			}
		}
	}
	return m
}

// boundaryExample is a document with the answers. Behind the features of word i
// is place ends[i] of all of them.
type boundaryExample struct {
	features []uint32
	ends     []int32
	marks    []uint8
}

func newBoundaryExample(e *example) boundaryExample {
	all := contexts(e.doc, boundaryWords)
	b := boundaryExample{features: make([]uint32, 0, templates*len(all)), ends: make([]int32, len(all)), marks: marks(e.doc, e.gold)}
	for i := range all {
		b.features = append(b.features, all[i][:]...)
		b.ends[i] = int32(len(b.features))
	}
	return b
}

// numberBoundary gives the features of all examples numbers.
func numberBoundary(examples []boundaryExample) *numbers {
	counts := make([]uint8, boundaryBuckets)
	for i := range examples {
		tally(counts, examples[i].features)
	}
	n := newNumbers(counts)
	for i := range examples {
		e := &examples[i]
		from, kept := int32(0), e.features[:0]
		for k, to := range e.ends {
			kept = append(kept, n.number(e.features[from:to])...)
			from, e.ends[k] = to, int32(len(kept))
		}
		e.features = kept
	}
	return n
}

// boundaryCell is the state of learning of one feature: the weights for each
// question and the sums of their squared slopes, the first below 0 if it occurs
// once, which tells nothing about other documents. All stand in one line of the
// processor's memory.
type boundaryCell struct {
	weight, squares [questions]float32
	_               [2]float32
}

// fitBoundary learns by AdaGrad (Duchi, Hazan and Singer 2011), document by
// document in an order that the seed determines.
func fitBoundary(ctx context.Context, examples []boundaryExample, n *numbers, seed int64) (*boundary, error) {
	cells := make([]boundaryCell, len(n.buckets))
	counts := make([]uint8, len(cells))
	for i := range examples {
		tally(counts, examples[i].features)
	}
	for f, times := range counts {
		if times < 2 {
			cells[f].squares[0] = -1
		}
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0x626f756e64))
	for range boundaryEpochs {
		for _, at := range random.Perm(len(examples)) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			e := &examples[at]
			from := int32(0)
			for i, to := range e.ends {
				features := e.features[from:to]
				from = to
				var score [questions]float32
				for _, f := range features {
					c := &cells[f]
					score[0] += c.weight[0]
					score[1] += c.weight[1]
					score[2] += c.weight[2]
				}
				var slope, square [questions]float32
				for q := range slope {
					y := float32(e.marks[i] >> q & 1)
					slope[q] = y - sigmoid(score[q])
					square[q] = slope[q] * slope[q]
				}
				for _, f := range features {
					c := &cells[f]
					if c.squares[0] < 0 {
						continue
					}
					for q, s := range slope {
						c.squares[q] += square[q]
						c.weight[q] += boundaryRate * s / float32(math.Sqrt(float64(c.squares[q])+1e-2))
					}
				}
			}
		}
	}
	b := &boundary{weights: make([]float32, questions*boundaryBuckets)}
	for f, bucket := range n.buckets {
		copy(b.weights[questions*bucket:], cells[f].weight[:])
	}
	return b, nil
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func (b *boundary) scores(features *[templates]uint32) [questions]float32 {
	var s [questions]float32
	for _, f := range features {
		k := questions * f
		s[0] += b.weights[k]
		s[1] += b.weights[k+1]
		s[2] += b.weights[k+2]
	}
	return s
}

// all answers for every word: the logarithms of the odds.
func (b *boundary) all(contexts [][templates]uint32) [][questions]float32 {
	s := make([][questions]float32, len(contexts))
	for i := range contexts {
		s[i] = b.scores(&contexts[i])
	}
	return s
}

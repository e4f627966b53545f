package keyphrase

import (
	"context"
	"math"
	"math/rand/v2"
)

const (
	wordingBuckets = 1 << 20
	wordingEpochs  = 6
	wordingRate    = 0.03
	wordingL2      = 1e-3
	// wordingOccurrences is how many occurrences of a candidate are described.
	wordingOccurrences = 3
	// wordingSample says that of the candidates of a paper that are no keyphrases
	// one of so many is learned from: there are very many, and alike.
	wordingSample = 4
)

// wording is a model of what keyphrases are made of: a logistic regression over
// a candidate's words, their order, endings and neighbours, hashed.
type wording struct{ weights []float32 }

// describer holds the hashes of a document's words, so that every candidate
// is described from them.
type describer struct {
	d                          *document
	lower, stem, ending, shape []uint32
}

func newDescriber(d *document) *describer {
	n := len(d.words)
	s := &describer{d: d, lower: make([]uint32, n), stem: make([]uint32, n), ending: make([]uint32, n), shape: make([]uint32, n)}
	for i := range d.words {
		w := &d.words[i]
		s.lower[i], s.stem[i], s.ending[i], s.shape[i] = hashText(w.lower), hashText(w.stem), endingOf(w), shapeOf(w)
	}
	return s
}

// describe appends the features of an occurrence of a candidate.
func (s *describer) describe(c *candidate, at int, to []uint32) []uint32 {
	d := s.d
	last := at + c.n - 1
	k := uint32(100)
	put := func(a, b uint32) {
		to = append(to, mix(k, a, b)&(wordingBuckets-1))
		k++
	}
	neighbour := func(i int, mark rune) (uint32, uint32) {
		if i < 0 || i >= len(d.words) {
			return 1, 1
		}
		if mark != 0 {
			return 3 + uint32(mark), 3 + uint32(mark)
		}
		return s.lower[i], s.ending[i]
	}
	var after rune
	if last+1 < len(d.words) {
		after = d.words[last+1].before
	}
	left, leftEnding := neighbour(at-1, d.words[at].before)
	right, rightEnding := neighbour(last+1, after)
	left2, right2 := uint32(1), uint32(1)
	if at >= 2 {
		left2 = s.lower[at-2]
	}
	if last+2 < len(d.words) {
		right2 = s.lower[last+2]
	}
	n := uint32(c.n)
	often := min(bucketOf(c.count), 6)
	zone := uint32(d.words[at].zone)
	if d.hasTitle {
		zone += 16
	}
	if d.paper {
		zone += 32
	}
	place := uint32(8 * at / len(d.words))
	put(n, uint32(c.stop))
	put(n, often|zone<<8)
	put(n, place|zone<<8)
	put(left, 0)
	put(right, 0)
	put(left, right)
	put(left, s.lower[at])
	put(s.lower[last], right)
	put(left, s.ending[at])
	put(s.ending[last], right)
	put(leftEnding, s.ending[at])
	put(s.ending[last], rightEnding)
	put(leftEnding, rightEnding)
	put(left2, left)
	put(right, right2)
	put(left, n)
	put(right, n)
	put(s.lower[at], n)
	put(s.lower[last], n)
	put(s.stem[at], 0)
	put(s.stem[last], 0)
	put(s.stem[last], n)
	put(s.stem[at], s.stem[last])
	put(s.ending[at], s.ending[last])
	put(mix(1, leftEnding, s.ending[at]), mix(2, s.ending[last], rightEnding))
	endings, shapes, all := uint32(1), uint32(1), uint32(1)
	for i := at; i <= last; i++ {
		endings = mix(9, endings, s.ending[i])
		shapes = mix(9, shapes, s.shape[i])
		all = mix(9, all, s.stem[i])
	}
	put(endings, n)
	put(shapes, n)
	put(all, n)
	put(mix(3, left, right), endings)
	base := k
	for i := at; i <= last; i++ {
		k = base
		put(s.stem[i], 0)
		put(s.lower[i], 0)
		put(s.ending[i], n)
		if i < last {
			put(s.stem[i], s.stem[i+1])
			put(s.ending[i], s.ending[i+1])
			put(s.stem[i], s.ending[i+1])
			put(s.ending[i], s.stem[i+1])
		}
	}
	return to
}

// wordingExample is a candidate with its answer.
type wordingExample struct {
	features []uint32
	positive bool
	weight   float32
}

// wordingExamples describes the candidates of a training document.
func wordingExamples(e *example, random *rand.Rand) []wordingExample {
	s := newDescriber(e.doc)
	all := make([]wordingExample, 0, len(e.doc.candidates))
	var memory []uint32
	for k := range e.doc.candidates {
		w := float32(1)
		if e.doc.paper && !e.gold[k] {
			if random.IntN(wordingSample) != 0 {
				continue
			}
			w *= wordingSample
		}
		c := &e.doc.candidates[k]
		from := len(memory)
		memory = s.describe(c, int(c.at[0]), memory)
		all = append(all, wordingExample{features: memory[from:len(memory):len(memory)], positive: e.gold[k], weight: w})
	}
	return all
}

// numberWording gives the features of all examples numbers.
func numberWording(documents [][]wordingExample) *numbers {
	counts := make([]uint8, wordingBuckets)
	for _, d := range documents {
		for i := range d {
			tally(counts, d[i].features)
		}
	}
	n := newNumbers(counts)
	for _, d := range documents {
		for i := range d {
			d[i].features = n.number(d[i].features)
		}
	}
	return n
}

// wordingCell is the state of learning of one feature: its weight, and the sum of
// its squared slopes, below 0 if it occurs once.
type wordingCell struct{ weight, squares float32 }

// fitWording learns by AdaGrad, document by document.
func fitWording(ctx context.Context, documents [][]wordingExample, n *numbers, seed int64) (*wording, error) {
	cells := make([]wordingCell, len(n.buckets))
	counts := make([]uint8, len(cells))
	for _, d := range documents {
		for i := range d {
			tally(counts, d[i].features)
		}
	}
	for f, times := range counts {
		if times < 2 {
			cells[f].squares = -1
		}
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0x776f7264))
	for range wordingEpochs {
		for _, at := range random.Perm(len(documents)) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for i := range documents[at] {
				e := &documents[at][i]
				score := float32(0)
				for _, f := range e.features {
					score += cells[f].weight
				}
				y := float32(0)
				if e.positive {
					y = 1
				}
				s := (y - sigmoid(score)) * e.weight
				square := s * s
				for _, f := range e.features {
					c := &cells[f]
					if c.squares < 0 {
						continue
					}
					c.squares += square
					c.weight += wordingRate * (s - wordingL2*c.weight) / float32(math.Sqrt(float64(c.squares)+1e-2))
				}
			}
		}
	}
	m := &wording{weights: make([]float32, wordingBuckets)}
	for f, bucket := range n.buckets {
		m.weights[bucket] = cells[f].weight
	}
	return m, nil
}

func (m *wording) score(features []uint32) float32 {
	s := float32(0)
	for _, f := range features {
		s += m.weights[f]
	}
	return s
}

// all returns the logarithm of the odds of every candidate, the mean of its
// first occurrences.
func (m *wording) all(d *document) []float64 {
	s := newDescriber(d)
	scores := make([]float64, len(d.candidates))
	var memory []uint32
	for k := range d.candidates {
		c := &d.candidates[k]
		looked := c.at[:min(len(c.at), wordingOccurrences)]
		for _, at := range looked {
			memory = s.describe(c, int(at), memory[:0])
			scores[k] += float64(m.score(memory)) / float64(len(looked))
		}
	}
	return scores
}

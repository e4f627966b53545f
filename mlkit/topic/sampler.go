package topic

import (
	"math"
	"math/bits"

	"viva/internal/pieces"
)

// sampler is the state of Gibbs sampling: the topic of every token, and what
// follows from it. Matrices of terms and topics are rows of terms.
type sampler struct {
	topicsN, termsN int
	seed            uint64

	first  []int   // where the tokens of a document begin
	words  []int32 // the term of a token, ascending within a document
	topic  []uint16
	alpha  []float64
	beta   float64
	counts []int32 // how often a term has a topic
	totals []int   // how many tokens have a topic

	// shares are (counts + beta) / (totals + terms·beta) after the last sweep, and
	// prior the sum over topics of alpha times share.
	shares  []float32
	inverse []float32 // 1 / (totals + terms·beta)
	prior   []float32

	// samples are the sweeps whose counts have been added up, of terms in
	// termSums and of documents in docSums.
	samples  int
	termSums []int64
	docSums  []float32
}

func newSampler(b *Bags, o LDA) *sampler {
	s := &sampler{
		topicsN: o.Topics, termsN: len(b.terms), seed: uint64(o.Seed),
		first: make([]int, 1, b.Documents()+1), words: make([]int32, 0, b.total),
		topic: make([]uint16, b.total), beta: o.Beta,
		alpha:  make([]float64, o.Topics),
		counts: make([]int32, len(b.terms)*o.Topics), shares: make([]float32, len(b.terms)*o.Topics),
		totals: make([]int, o.Topics), inverse: make([]float32, o.Topics), prior: make([]float32, len(b.terms)),
		termSums: make([]int64, len(b.terms)*o.Topics), docSums: make([]float32, b.Documents()*o.Topics),
	}
	for k := range s.alpha {
		s.alpha[k] = o.Alpha / float64(o.Topics)
	}
	for d := range b.Documents() {
		r := stream(s.seed, 0, d)
		for i := b.start[d]; i < b.start[d+1]; i++ {
			for range b.count[i] {
				k := int(r.below(uint32(o.Topics)))
				s.topic[len(s.words)] = uint16(k)
				s.words = append(s.words, b.term[i])
				s.counts[int(b.term[i])*o.Topics+k]++
			}
		}
		s.first = append(s.first, len(s.words))
	}
	return s
}

// random is the generator SplitMix64 (Steele, Lea and Flood, "Fast Splittable
// Pseudorandom Number Generators", OOPSLA 2014). Each document has a stream of
// its own in each sweep, so that draws do not depend on who makes them.
type random uint64

func stream(seed uint64, sweep, doc int) random {
	r := random(seed)
	r = random(r.next() + uint64(sweep))
	return random(r.next() + uint64(doc))
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws from 0 to n-1.
func (r *random) below(n uint32) uint32 {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return uint32(hi)
}

// high and low are two independent numbers from 0 to below 1 of one draw.
func high(draw uint64) float32 { return float32(draw>>40) / (1 << 24) }
func low(draw uint64) float32  { return float32(draw>>16&(1<<24-1)) / (1 << 24) }

// prepare computes shares from counts.
func (s *sampler) prepare() {
	k := s.topicsN
	partial := make([][]int, (s.termsN+blockSize-1)/blockSize)
	pieces.Each(s.termsN, blockSize, func(_, from, to int) {
		sums := make([]int, k)
		for i, n := range s.counts[from*k : to*k] {
			sums[i%k] += int(n)
		}
		partial[from/blockSize] = sums
	})
	clear(s.totals)
	for _, sums := range partial {
		for t, n := range sums {
			s.totals[t] += n
		}
	}
	for t, n := range s.totals {
		s.inverse[t] = float32(1 / (float64(n) + float64(s.termsN)*s.beta))
	}
	pieces.Each(s.termsN, blockSize, func(_, from, to int) {
		beta := float32(s.beta)
		for w := from; w < to; w++ {
			row, counts := s.shares[w*k:(w+1)*k], s.counts[w*k:(w+1)*k]
			prior := float32(0)
			for t := range row {
				row[t] = (float32(counts[t]) + beta) * s.inverse[t]
				prior += float32(s.alpha[t]) * row[t]
			}
			s.prior[w] = prior
		}
	})
}

// sweep draws a new topic for every token and returns the mean over tokens of the
// logarithm of p(term | topics of the document's other tokens, shares). collect
// says that this sweep is a sample.
func (s *sampler) sweep(number int, collect bool) float64 {
	s.prepare()
	docs := len(s.first) - 1
	fits := make([]float64, (docs+blockSize-1)/blockSize)
	desks := make([]desk, workers())
	pieces.Each(docs, blockSize, func(worker, from, to int) {
		d := &desks[worker]
		d.init(s)
		for doc := from; doc < to; doc++ {
			fits[from/blockSize] += d.document(s, number, doc, collect)
		}
	})
	pieces.Each(len(s.counts), 1<<14, func(_, from, to int) {
		for _, d := range desks {
			if d.moved == nil {
				continue
			}
			for i, n := range d.moved[from:to] {
				s.counts[from+i] += n
			}
		}
	})
	if collect {
		s.samples++
		for i, n := range s.counts {
			s.termSums[i] += int64(n)
		}
	}
	return sum(fits) / float64(max(1, len(s.words)))
}

// desk is what a worker needs: for a document the topics that have tokens, in any
// order, and for the whole sweep what its draws have changed in the counts.
type desk struct {
	active []uint16
	tokens []float32 // how many tokens each of active has
	place  []int32   // where a topic stands in active, -1 for one without tokens
	sums   []float32 // running sums over active
	moved  []int32
}

func (d *desk) init(s *sampler) {
	if d.moved != nil {
		return
	}
	k := s.topicsN
	*d = desk{make([]uint16, 0, k), make([]float32, 0, k), make([]int32, k), make([]float32, k), make([]int32, len(s.counts))}
	for t := range d.place {
		d.place[t] = -1
	}
}

// add gives a topic one more token.
func (d *desk) add(t uint16) {
	at := d.place[t]
	if at < 0 {
		d.place[t] = int32(len(d.active))
		d.active = append(d.active, t)
		d.tokens = append(d.tokens, 1)
		return
	}
	d.tokens[at]++
}

// remove takes a token from a topic.
func (d *desk) remove(t uint16) {
	at := d.place[t]
	if d.tokens[at]--; d.tokens[at] > 0 {
		return
	}
	last := len(d.active) - 1
	d.active[at], d.tokens[at] = d.active[last], d.tokens[last]
	d.place[d.active[at]] = at
	d.place[t] = -1
	d.active, d.tokens = d.active[:last], d.tokens[:last]
}

// document draws the topics of a document's tokens. A topic has the weight
//
//	(tokens of the document in it + alpha) · share of the term
//
// with the token itself taken out. The sum over topics is split into one over
// those that the document has and one, known in advance, over alpha. That the
// token counts in its share is put right by drawing again as often as needed.
func (d *desk) document(s *sampler, number, doc int, collect bool) float64 {
	k := s.topicsN
	words, topics := s.words[s.first[doc]:s.first[doc+1]], s.topic[s.first[doc]:s.first[doc+1]]
	if len(words) == 0 {
		return 0
	}
	for _, t := range topics {
		d.add(t)
	}
	r := stream(s.seed, number+1, doc)
	fit, product := 0.0, 1.0
	for i, w := range words {
		old := topics[i]
		d.remove(old)
		row := s.shares[int(w)*k : int(w+1)*k]
		own := float32(0)
		active := d.active
		tokens, sums := d.tokens[:len(active)], d.sums[:len(active)]
		for j, t := range active {
			own += tokens[j] * row[t]
			sums[j] = own
		}
		total := own + s.prior[w]
		if product *= float64(total); product < 1e-200 || product > 1e200 {
			fit += math.Log(product)
			product = 1
		}
		var t uint16
		for {
			draw := r.next()
			u := high(draw) * total
			if u < own {
				j := 0
				for sums[j] <= u {
					j++
				}
				t = active[j]
			} else {
				t = s.fromPrior(row, u-own)
			}
			// The share without this token is shares - inverse, and 0 at least.
			if t != old || low(draw)*row[t] < row[t]-s.inverse[t] {
				break
			}
		}
		d.add(t)
		if t != old {
			topics[i] = t
			d.moved[int(w)*k+int(old)]--
			d.moved[int(w)*k+int(t)]++
		}
	}
	fit += math.Log(product) - float64(len(words))*math.Log(float64(len(words)-1)+sum(s.alpha))
	for j, t := range d.active {
		if collect {
			s.docSums[doc*k+int(t)] += d.tokens[j]
		}
		d.place[t] = -1
	}
	d.active, d.tokens = d.active[:0], d.tokens[:0]
	return fit
}

// fromPrior returns the topic at u of the running sums of alpha times share.
func (s *sampler) fromPrior(row []float32, u float32) uint16 {
	for t, share := range row {
		if u -= float32(s.alpha[t]) * share; u < 0 {
			return uint16(t)
		}
	}
	return uint16(len(row) - 1)
}

// topics returns the mean over samples of each topic's distribution over terms,
// a row for each topic.
func (s *sampler) topics() []float64 {
	k := s.topicsN
	weights := make([]float64, k*s.termsN)
	for t := range k {
		row := weights[t*s.termsN : (t+1)*s.termsN]
		for w := range row {
			row[w] = float64(s.termSums[w*k+t])/float64(s.samples) + s.beta
		}
		all := sum(row)
		for w := range row {
			row[w] /= all
		}
	}
	return weights
}

// mixtures returns the mean over samples of each document's mixture of topics, a
// row for each document: zeros for one without terms.
func (s *sampler) mixtures() []float64 {
	k := s.topicsN
	alpha := sum(s.alpha)
	mixtures := make([]float64, len(s.docSums))
	for d := range len(s.first) - 1 {
		n := s.first[d+1] - s.first[d]
		if n == 0 {
			continue
		}
		for t := range k {
			mixtures[d*k+t] = (float64(s.docSums[d*k+t])/float64(s.samples) + s.alpha[t]) / (float64(n) + alpha)
		}
	}
	return mixtures
}

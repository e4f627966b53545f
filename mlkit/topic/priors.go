package topic

import "gonum.org/v1/gonum/mathext"

// Priors are learned every so many sweeps, from a sweep on at which the topics
// have begun to differ.
const (
	learnFrom  = 10
	learnEvery = 5
)

// minAlpha keeps a topic from being lost for all documents.
const minAlpha = 1e-3

// minBeta and maxBeta bound beta where counts say nothing about it.
const minBeta, maxBeta = 1e-4, 10

// learnPriors moves alpha and beta a few steps of Minka's fixed point towards
// what makes the counts most likely:
//
//	alpha_k ← alpha_k · Σ_d [Ψ(n_dk + alpha_k) − Ψ(alpha_k)] / Σ_d [Ψ(n_d + Σ alpha) − Ψ(Σ alpha)]
//
// and beta likewise, as the one parameter of all terms.
func (s *sampler) learnPriors() {
	lengths, byTopic := s.documentHistograms()
	for range 3 {
		all := sum(s.alpha)
		below := lengths.digammas(all)
		if below == 0 {
			return
		}
		for t := range s.alpha {
			s.alpha[t] = max(minAlpha, s.alpha[t]*byTopic[t].digammas(s.alpha[t])/below)
		}
	}
	cells, totals := histogram{}, histogram{}
	for _, n := range s.counts {
		cells.add(int(n))
	}
	inTopic := make([]int, s.topicsN)
	for i, n := range s.counts {
		inTopic[i%s.topicsN] += int(n)
	}
	for _, n := range inTopic {
		totals.add(n)
	}
	v := float64(s.termsN)
	for range 3 {
		s.beta = min(maxBeta, max(minBeta, s.beta*cells.digammas(s.beta)/(v*totals.digammas(v*s.beta))))
	}
}

// documentHistograms counts how many documents have how many tokens, in all and
// of each topic.
func (s *sampler) documentHistograms() (lengths histogram, byTopic []histogram) {
	byTopic = make([]histogram, s.topicsN)
	counts := make([]int, s.topicsN)
	for d := range len(s.first) - 1 {
		topics := s.topic[s.first[d]:s.first[d+1]]
		lengths.add(len(topics))
		for _, t := range topics {
			counts[t]++
		}
		for _, t := range topics {
			if counts[t] > 0 {
				byTopic[t].add(counts[t])
				counts[t] = 0
			}
		}
	}
	return lengths, byTopic
}

// histogram counts numbers by their size; those above the last bin are listed.
type histogram struct {
	bins  []int
	large []int
}

const lastBin = 512

func (h *histogram) add(n int) {
	if n > lastBin {
		h.large = append(h.large, n)
		return
	}
	for len(h.bins) <= n {
		h.bins = append(h.bins, 0)
	}
	h.bins[n]++
}

// digammas is the sum over the numbers n of Ψ(n + a) − Ψ(a), which is the sum of
// 1/(a + i) for i from 0 to n − 1.
func (h *histogram) digammas(a float64) float64 {
	total, difference := 0.0, 0.0
	for n, c := range h.bins {
		if n > 0 {
			difference += 1 / (a + float64(n-1))
		}
		total += float64(c) * difference
	}
	psi := mathext.Digamma(a)
	for _, n := range h.large {
		total += mathext.Digamma(float64(n)+a) - psi
	}
	return total
}

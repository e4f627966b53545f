package topic

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"viva/mlkit/coherence"
)

// Model is a fitted topic model. It does not change. Topics are numbered from 0
// in calls and from 1 in what is shown.
type Model struct {
	method string // "LDA" or "NMF"
	about  string
	words  Words
	terms  []string
	topics int
	// weights is a distribution over terms for each topic, row by row; mixtures
	// one over topics for each document.
	weights  []float64
	mixtures []float64
	sizes    []float64
	alpha    []float64 // of LDA
	beta     float64
	scales   []float64 // of NMF: what a topic's terms added up to
	idf      []float64 // of NMF: of each term
	// curve is the fit after each iteration.
	curve []float64

	// Warnings are those of the bags and of fitting.
	Warnings []string
}

// size computes what share of all tokens each topic has.
func (m *Model) size(b *Bags) {
	m.sizes = make([]float64, m.topics)
	for d := range b.Documents() {
		n := float64(b.Length(d))
		for t, share := range m.mixture(d) {
			m.sizes[t] += n * share / float64(b.total)
		}
	}
}

// Method returns "LDA" or "NMF".
func (m *Model) Method() string { return m.method }

// Topics returns the number of topics.
func (m *Model) Topics() int { return m.topics }

// Documents returns the number of documents that the model was fitted to.
func (m *Model) Documents() int { return len(m.mixtures) / m.topics }

// Terms returns the terms in order of the alphabet.
func (m *Model) Terms() []string { return slices.Clone(m.terms) }

// Alpha returns the parameters of the documents' prior, one for each topic; nil
// for NMF.
func (m *Model) Alpha() []float64 { return slices.Clone(m.alpha) }

// Beta returns the parameter of the topics' prior; 0 for NMF.
func (m *Model) Beta() float64 { return m.beta }

// Sizes returns the share of all tokens that each topic has, in 0..1.
func (m *Model) Sizes() []float64 { return slices.Clone(m.sizes) }

// Curve returns the fit after each iteration: for LDA the log-likelihood per
// token, which rises, for NMF the norm of the residual, which falls.
func (m *Model) Curve() []float64 { return slices.Clone(m.curve) }

// Mixture returns the shares of the topics in the document of a row that the
// model was fitted to, in 0..1 with the sum 1; zeros if it has no terms.
func (m *Model) Mixture(row int) ([]float64, error) {
	if row < 0 || row >= m.Documents() {
		return nil, fmt.Errorf("topic: row %d of %d documents", row, m.Documents())
	}
	return slices.Clone(m.mixture(row)), nil
}

func (m *Model) mixture(row int) []float64 { return m.mixtures[row*m.topics : (row+1)*m.topics] }

// Mixtures returns the mixture of every document that the model was fitted to.
func (m *Model) Mixtures() [][]float64 {
	all := make([][]float64, m.Documents())
	for d := range all {
		all[d] = slices.Clone(m.mixture(d))
	}
	return all
}

// Main returns for each document the topic with the largest share, -1 if it has
// no terms.
func (m *Model) Main() []int {
	main := make([]int, m.Documents())
	for d := range main {
		main[d] = -1
		most := 0.0
		for t, share := range m.mixture(d) {
			if share > most {
				main[d], most = t, share
			}
		}
	}
	return main
}

// Term is a term and its probability in a topic.
type Term struct {
	Term   string
	Weight float64
}

func (m *Model) topic(t int) []float64 { return m.weights[t*len(m.terms) : (t+1)*len(m.terms)] }

func (m *Model) checkTopic(t int) error {
	if t < 0 || t >= m.topics {
		return fmt.Errorf("topic: topic %d of %d: topics are numbered from 0", t, m.topics)
	}
	return nil
}

// Distribution returns the probability of each term in a topic, in the order of
// Terms.
func (m *Model) Distribution(topic int) ([]float64, error) {
	if err := m.checkTopic(topic); err != nil {
		return nil, err
	}
	return slices.Clone(m.topic(topic)), nil
}

// TopTerms returns the n most probable terms of a topic, the most probable first;
// of equally probable ones the first in order of the alphabet.
func (m *Model) TopTerms(topic, n int) ([]Term, error) {
	if err := m.checkTopic(topic); err != nil {
		return nil, err
	}
	return m.top(topic, n), nil
}

func (m *Model) top(topic, n int) []Term {
	weights := m.topic(topic)
	order := largest(weights, n)
	top := make([]Term, len(order))
	for i, w := range order {
		top[i] = Term{m.terms[w], weights[w]}
	}
	return top
}

// largest returns the places of the n largest numbers, the largest first.
func largest(x []float64, n int) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[b], x[a]), cmp.Compare(a, b)) })
	return slices.Clip(order[:max(0, min(n, len(order)))])
}

// TopWords returns the n most probable terms of every topic, for package
// coherence.
func (m *Model) TopWords(n int) [][]string {
	all := make([][]string, m.topics)
	for t := range all {
		for _, term := range m.top(t, n) {
			all[t] = append(all[t], term.Term)
		}
	}
	return all
}

// Coherence measures how well the top words of the topics belong together in the
// given documents: those that the model was fitted to, or others.
func (m *Model) Coherence(ctx context.Context, docs *Bags, opt coherence.Options) (*coherence.Score, error) {
	reference, err := docs.Reference()
	if err != nil {
		return nil, err
	}
	return reference.Score(ctx, m.TopWords(max(opt.TopWords, shown)), opt)
}

// Representative returns the rows of the n documents in which a topic has the
// largest share, the largest first. The share is that of the posterior mean, so a
// long document on a topic stands before a short one.
func (m *Model) Representative(topic, n int) ([]int, error) {
	if err := m.checkTopic(topic); err != nil {
		return nil, err
	}
	shares := make([]float64, m.Documents())
	for d := range shares {
		shares[d] = m.mixtures[d*m.topics+topic]
	}
	rows := largest(shares, n)
	return slices.DeleteFunc(rows, func(d int) bool { return shares[d] == 0 }), nil
}

// divergence is the Jensen-Shannon divergence of two distributions to base 2, in
// 0..1.
func divergence(p, q []float64) float64 {
	d := 0.0
	for i := range p {
		m := (p[i] + q[i]) / 2
		if p[i] > 0 {
			d += p[i] * math.Log2(p[i]/m)
		}
		if q[i] > 0 {
			d += q[i] * math.Log2(q[i]/m)
		}
	}
	return min(1, max(0, d/2))
}

package topic

import (
	"context"
	"fmt"
	"math"
	"sort"

	"viva/internal/pieces"
)

// Infer returns the mixture of topics of each text, in 0..1 with the sum 1; zeros
// for a text without terms. Texts are cut into words as those that the model was
// fitted to.
func (m *Model) Infer(ctx context.Context, texts []string) ([][]float64, error) {
	opt, err := m.words.check()
	if err != nil {
		return nil, err
	}
	docs, err := opt.words(ctx, texts)
	if err != nil {
		return nil, err
	}
	return m.InferTokens(ctx, docs)
}

// InferTokens is Infer for documents that have been cut into words already.
func (m *Model) InferTokens(ctx context.Context, docs [][]string) ([][]float64, error) {
	mixtures := make([][]float64, len(docs))
	infer := m.inference()
	pieces.Each(len(docs), blockSize, func(_, from, to int) {
		for d := from; d < to && ctx.Err() == nil; d++ {
			terms, counts := m.bag(docs[d])
			if len(terms) == 0 {
				mixtures[d] = make([]float64, m.topics)
				continue
			}
			mixtures[d] = infer(terms, counts)
		}
	})
	return mixtures, context.Cause(ctx)
}

// bag returns the terms of a document and how often each occurs, ascending.
func (m *Model) bag(doc []string) (terms []int, counts []float64) {
	var all []int
	for _, w := range doc {
		if i := sort.SearchStrings(m.terms, w); i < len(m.terms) && m.terms[i] == w {
			all = append(all, i)
		}
	}
	sort.Ints(all)
	for i, t := range all {
		if i > 0 && t == all[i-1] {
			counts[len(counts)-1]++
			continue
		}
		terms = append(terms, t)
		counts = append(counts, 1)
	}
	return terms, counts
}

// inference returns the function that finds the mixture of a document with terms.
func (m *Model) inference() func(terms []int, counts []float64) []float64 {
	if m.method == "NMF" {
		return newProjection(m).mixture
	}
	return m.foldIn
}

// foldIn finds the mixture of a document under topics that stay as they are: the
// fixed point of
//
//	n_k = Σ_w c_w · (n_k + alpha_k) p(w|k) / Σ_j (n_j + alpha_j) p(w|j)
//
// where n_k is the expected number of tokens in topic k (collapsed variational
// inference of order zero, Asuncion, Welling, Smyth and Teh, "On Smoothing and
// Inference for Topic Models", UAI 2009, without taking the token itself out).
func (m *Model) foldIn(terms []int, counts []float64) []float64 {
	const most, tolerance = 200, 1e-4
	length, alpha := sum(counts), sum(m.alpha)
	n, next, part := make([]float64, m.topics), make([]float64, m.topics), make([]float64, m.topics)
	for k := range n {
		n[k] = length * m.alpha[k] / alpha
	}
	for range most {
		clear(next)
		for i, w := range terms {
			all := 0.0
			for k := range part {
				part[k] = (n[k] + m.alpha[k]) * m.weights[k*len(m.terms)+w]
				all += part[k]
			}
			for k := range part {
				next[k] += counts[i] * part[k] / all
			}
		}
		change := 0.0
		for k := range n {
			change += math.Abs(next[k] - n[k])
		}
		n, next = next, n
		if change < tolerance*length {
			break
		}
	}
	for k := range n {
		n[k] = (n[k] + m.alpha[k]) / (length + alpha)
	}
	return n
}

// Perplexity returns how well an LDA model foresees words of documents that it was
// not fitted to, by document completion: the mixture is inferred from every other
// term of a document, and the others are predicted,
//
//	exp(−Σ ln Σ_k mixture_k p(w|k) / number of predicted terms)
//
// (Wallach, Murray, Salakhutdinov and Mimno, "Evaluation Methods for Topic
// Models", ICML 2009). Smaller is better; the number of terms is chance. Words
// that are no terms of the model are left out, so that models with other terms
// cannot be compared. It is an error if no document has two terms, and for NMF.
func (m *Model) Perplexity(ctx context.Context, docs *Bags) (float64, error) {
	if m.method != "LDA" {
		return 0, fmt.Errorf("topic: a model by %s gives words no probability: there is no perplexity", m.method)
	}
	sums := make([]float64, docs.Documents())
	predicted := make([]int, docs.Documents())
	pieces.Each(docs.Documents(), blockSize, func(_, from, to int) {
		for d := from; d < to && ctx.Err() == nil; d++ {
			sums[d], predicted[d] = m.complete(docs, d)
		}
	})
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	n := 0
	for _, p := range predicted {
		n += p
	}
	if n == 0 {
		return 0, fmt.Errorf("topic: none of %d documents has two terms of the model", docs.Documents())
	}
	return math.Exp(-sum(sums) / float64(n)), nil
}

// complete returns the sum of the logarithms of the probabilities of the terms
// that are predicted, and their number.
func (m *Model) complete(docs *Bags, d int) (float64, int) {
	var seen, hidden []string
	n := 0
	for _, w := range docs.tokens[docs.first[d]:docs.first[d+1]] {
		word := docs.words[w]
		if i := sort.SearchStrings(m.terms, word); i == len(m.terms) || m.terms[i] != word {
			continue
		}
		if n%2 == 0 {
			seen = append(seen, word)
		} else {
			hidden = append(hidden, word)
		}
		n++
	}
	if len(hidden) == 0 {
		return 0, 0
	}
	mixture := m.foldIn(m.bag(seen))
	total := 0.0
	terms, counts := m.bag(hidden)
	for i, w := range terms {
		p := 0.0
		for k, share := range mixture {
			p += share * m.weights[k*len(m.terms)+w]
		}
		total += counts[i] * math.Log(p)
	}
	return total, len(hidden)
}

package topic

import (
	"context"
	"fmt"
	"math"

	"viva/internal/pieces"
	"viva/mlkit/memo"
	"viva/mlkit/trace"
)

// NMF is non-negative matrix factorisation: the TF-IDF weights of the documents,
// X with a row for each, are approximated by the product of mixtures W and topics
// H, both without negative entries, so that ½‖X − WH‖² is small (Frobenius norm).
// TF-IDF is that of package text with its defaults: rows of length 1. The zero
// value finds 20 topics.
//
// The solver is coordinate descent (fast HALS, Cichocki and Phan 2009), as
// scikit-learn's "cd"; it starts from NNDSVDa (Boutsidis and Gallopoulos, "SVD
// based initialization: A head start for nonnegative matrix factorization", 2008),
// zeros replaced by the mean of X. Nothing is drawn at random.
type NMF struct {
	// Topics is the number of topics; 0 means 20. It must not exceed the number of
	// documents with terms, nor that of terms.
	Topics int
	// MaxIter is the largest number of iterations; 0 means 200.
	MaxIter int
	// Tol ends the iterations when the projected gradient has fallen to this share
	// of that of the first; 0 means 1e-4.
	Tol float64
}

// check returns the options with zero values replaced by what they mean.
func (o NMF) check() (NMF, error) {
	if o.Topics == 0 {
		o.Topics = 20
	}
	if o.MaxIter == 0 {
		o.MaxIter = 200
	}
	if o.Tol == 0 {
		o.Tol = 1e-4
	}
	if o.Topics < 2 || o.MaxIter < 1 || !(o.Tol > 0) {
		return o, fmt.Errorf("topic: %d topics, MaxIter %d, Tol %v: at least 2 topics and one iteration are needed, and Tol must be positive", o.Topics, o.MaxIter, o.Tol)
	}
	return o, nil
}

// String describes the options in words.
func (o NMF) String() string {
	o, err := o.check()
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("NMF of TF-IDF, %d topics, at most %d iterations, tolerance %g", o.Topics, o.MaxIter, o.Tol)
}

// Fit finds the topics of the documents. The model is kept, see package memo.
func (o NMF) Fit(ctx context.Context, b *Bags) (*Model, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	if n := b.Documents(); o.Topics > min(n, len(b.terms)) {
		return nil, fmt.Errorf("topic: %d topics of %d documents with %d terms: there cannot be more topics than either", o.Topics, n, len(b.terms))
	}
	key := memo.NewKey("NMF", 1).Text(b.Fingerprint()).Options(o)
	return memo.Do(ctx, key, func(ctx context.Context) (*Model, error) { return o.fit(ctx, b) })
}

func (o NMF) fit(ctx context.Context, b *Bags) (*Model, error) {
	x := weigh(b)
	f, err := startFactors(x, o.Topics)
	if err != nil {
		return nil, err
	}
	m := &Model{method: "NMF", about: o.String(), words: b.opt, terms: b.Terms(), topics: o.Topics, Warnings: append([]string(nil), b.Warnings...)}
	t := x.transpose()
	first, last := 0.0, 0.0
	settled := false
	for i := range o.MaxIter {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		last = descend(x, f.w, f.h, o.Topics) + descend(t, f.h, f.w, o.Topics)
		m.curve = append(m.curve, f.residual(x))
		if i == 0 {
			first = last
		}
		trace.Progress(ctx, "NMF", i+1, o.MaxIter)
		if settled = first == 0 || last <= o.Tol*first; settled {
			break
		}
	}
	n := len(m.curve)
	trace.Logf(ctx, "NMF, %d topics: %d iterations, residual %.6f", o.Topics, n, m.curve[n-1])
	if !settled {
		m.Warnings = append(m.Warnings, fmt.Sprintf("NMF has not settled after %d iterations: give more MaxIter", n))
	}
	m.take(f, b, x.idf)
	return m, nil
}

// factors are W, a row of topics for each document, and H transposed, a row of
// topics for each term.
type factors struct {
	topics int
	w, h   []float64
}

// descend goes once over the coordinates of a, a row for each row of x, so that
// ‖x − a·bᵀ‖ falls with b as it is, and returns the sum of the magnitudes of the
// projected gradient. Rows do not depend on each other.
func descend(x *weighted, a, b []float64, topics int) float64 {
	gram := gramOf(b, topics)
	parts := make([]float64, (x.rows()+blockSize-1)/blockSize)
	pieces.Each(x.rows(), blockSize, func(_, from, to int) {
		product := make([]float64, topics)
		for i := from; i < to; i++ {
			clear(product)
			for e := x.start[i]; e < x.start[i+1]; e++ {
				v := x.value[e]
				for t, h := range b[int(x.column[e])*topics : int(x.column[e]+1)*topics] {
					product[t] += v * h
				}
			}
			parts[from/blockSize] += descendRow(a[i*topics:(i+1)*topics], product, gram)
		}
	})
	return sum(parts)
}

// descendRow goes once over the coordinates of one row of a: product is its row
// of x·b, gram is bᵀb.
func descendRow(row, product, gram []float64) float64 {
	violation := 0.0
	for t := range row {
		gradient := -product[t]
		for r, v := range row {
			gradient += gram[t*len(row)+r] * v
		}
		projected := gradient
		if row[t] == 0 {
			projected = min(0, gradient)
		}
		violation += math.Abs(projected)
		if hessian := gram[t*len(row)+t]; hessian != 0 {
			row[t] = max(0, row[t]-gradient/hessian)
		}
	}
	return violation
}

// gramOf returns bᵀb.
func gramOf(b []float64, topics int) []float64 {
	rows := len(b) / topics
	parts := make([][]float64, (rows+blockSize-1)/blockSize)
	pieces.Each(rows, blockSize, func(_, from, to int) {
		part := make([]float64, topics*topics)
		for i := from; i < to; i++ {
			row := b[i*topics : (i+1)*topics]
			for r, v := range row {
				if v == 0 {
					continue
				}
				for c, u := range row {
					part[r*topics+c] += v * u
				}
			}
		}
		parts[from/blockSize] = part
	})
	gram := make([]float64, topics*topics)
	for _, part := range parts {
		for i, v := range part {
			gram[i] += v
		}
	}
	return gram
}

// residual returns ‖X − WH‖, from ‖X‖² − 2⟨XHᵀ, W⟩ + ⟨WᵀW, HHᵀ⟩.
func (f factors) residual(x *weighted) float64 {
	k := f.topics
	parts := make([]float64, (x.rows()+blockSize-1)/blockSize)
	pieces.Each(x.rows(), blockSize, func(_, from, to int) {
		for i := from; i < to; i++ {
			row := f.w[i*k : (i+1)*k]
			for e := x.start[i]; e < x.start[i+1]; e++ {
				dot := 0.0
				for t, h := range f.h[int(x.column[e])*k : int(x.column[e]+1)*k] {
					dot += row[t] * h
				}
				parts[from/blockSize] += x.value[e] * (x.value[e] - 2*dot)
			}
		}
	})
	total := sum(parts)
	ww, hh := gramOf(f.w, k), gramOf(f.h, k)
	for i, v := range ww {
		total += v * hh[i]
	}
	return math.Sqrt(max(0, total))
}

// take makes distributions of the factors: a topic's terms add up to 1, and a
// document's mixture weighs topics by how much of the document they make up.
func (m *Model) take(f factors, b *Bags, idf []float64) {
	k, v := f.topics, len(m.terms)
	m.weights, m.scales, m.idf = make([]float64, k*v), make([]float64, k), idf
	for t := range k {
		for w := range v {
			m.scales[t] += f.h[w*k+t]
		}
		for w := range v {
			if m.scales[t] > 0 {
				m.weights[t*v+w] = f.h[w*k+t] / m.scales[t]
			}
		}
	}
	m.mixtures = make([]float64, b.Documents()*k)
	for d := range b.Documents() {
		m.mix(m.mixture(d), f.w[d*k:(d+1)*k])
	}
	m.size(b)
}

// mix writes the mixture that belongs to a row of W.
func (m *Model) mix(mixture, row []float64) {
	all := 0.0
	for t, v := range row {
		mixture[t] = v * m.scales[t]
		all += mixture[t]
	}
	if all > 0 {
		for t := range mixture {
			mixture[t] /= all
		}
	}
}

// projection is what projecting documents on a model's topics needs.
type projection struct {
	m       *Model
	h, gram []float64
}

func newProjection(m *Model) *projection {
	k, v := m.topics, len(m.terms)
	p := &projection{m: m, h: make([]float64, v*k)}
	for t := range k {
		for w := range v {
			p.h[w*k+t] = m.weights[t*v+w] * m.scales[t]
		}
	}
	p.gram = gramOf(p.h, k)
	return p
}

// mixture finds the mixture of a document under topics that stay as they are: that
// of the row of W with the least residual.
func (p *projection) mixture(terms []int, counts []float64) []float64 {
	const most, tolerance = 1000, 1e-8
	k := p.m.topics
	square := 0.0
	for i, w := range terms {
		square += math.Pow(counts[i]*p.m.idf[w], 2)
	}
	product := make([]float64, k)
	for i, w := range terms {
		for t, h := range p.h[w*k : (w+1)*k] {
			product[t] += counts[i] * p.m.idf[w] / math.Sqrt(square) * h
		}
	}
	row := make([]float64, k)
	first := 0.0
	for i := range most {
		violation := descendRow(row, product, p.gram)
		if i == 0 {
			first = violation
		}
		if violation <= tolerance*first {
			break
		}
	}
	mixture := make([]float64, k)
	p.m.mix(mixture, row)
	return mixture
}

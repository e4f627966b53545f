package topic

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"viva/internal/pieces"
)

// weighted is a sparse matrix with a row for each document, or transposed.
type weighted struct {
	start   []int
	column  []int32
	value   []float64
	columns int
	idf     []float64 // of each term
}

func (x *weighted) rows() int { return len(x.start) - 1 }

// weigh returns the TF-IDF weights of bags: count · (ln((1+N)/(1+df)) + 1), rows of
// length 1.
func weigh(b *Bags) *weighted {
	x := &weighted{start: b.start, column: b.term, value: make([]float64, len(b.term)), columns: len(b.terms), idf: make([]float64, len(b.terms))}
	for w, df := range b.df {
		x.idf[w] = math.Log(float64(1+b.Documents())/float64(1+df)) + 1
	}
	for i, w := range b.term {
		x.value[i] = float64(b.count[i]) * x.idf[w]
	}
	x.normalise()
	return x
}

func (x *weighted) normalise() {
	for d := range x.rows() {
		row := x.value[x.start[d]:x.start[d+1]]
		square := 0.0
		for _, v := range row {
			square += v * v
		}
		for i := range row {
			row[i] /= math.Sqrt(square)
		}
	}
}

func (x *weighted) transpose() *weighted {
	t := &weighted{start: make([]int, x.columns+1), column: make([]int32, len(x.column)), value: make([]float64, len(x.value)), columns: x.rows()}
	for _, c := range x.column {
		t.start[c+1]++
	}
	for c := range x.columns {
		t.start[c+1] += t.start[c]
	}
	next := append([]int(nil), t.start[:x.columns]...)
	for d := range x.rows() {
		for i := x.start[d]; i < x.start[d+1]; i++ {
			at := next[x.column[i]]
			next[x.column[i]]++
			t.column[at], t.value[at] = int32(d), x.value[i]
		}
	}
	return t
}

// times returns x·b, b with a row for each column of x.
func (x *weighted) times(b *mat.Dense) *mat.Dense {
	_, k := b.Dims()
	out := mat.NewDense(x.rows(), k, nil)
	pieces.Each(x.rows(), blockSize, func(_, from, to int) {
		for d := from; d < to; d++ {
			row := out.RawRowView(d)
			for i := x.start[d]; i < x.start[d+1]; i++ {
				v := x.value[i]
				for j, u := range b.RawRowView(int(x.column[i])) {
					row[j] += v * u
				}
			}
		}
	})
	return out
}

// singular returns the k largest singular values of x with their vectors, a
// column for each, by subspace iteration from a fixed start (Halko, Martinsson and
// Tropp, "Finding Structure with Randomness", SIAM Review 2011).
func (x *weighted) singular(k int) (u *mat.Dense, values []float64, v *mat.Dense, err error) {
	const more, rounds = 10, 8
	size := min(k+more, x.rows(), x.columns)
	t := x.transpose()
	start := mat.NewDense(x.columns, size, nil)
	r := stream(0, 0, 0)
	for i := range x.columns {
		for j := range size {
			start.Set(i, j, float64(high(r.next()))-0.5)
		}
	}
	q := orthonormal(x.times(start))
	for range rounds {
		q = orthonormal(x.times(orthonormal(t.times(q))))
	}
	// x ≈ q·qᵀx, whose singular vectors follow from those of the small qᵀx.
	small := t.times(q) // (qᵀx)ᵀ
	var svd mat.SVD
	if !svd.Factorize(small, mat.SVDThin) {
		return nil, nil, nil, errors.New("topic: the singular value decomposition failed")
	}
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	var whole mat.Dense
	whole.Mul(q, &right)
	return &whole, svd.Values(nil), &left, nil
}

// orthonormal returns an orthonormal basis of what the columns of a span.
func orthonormal(a *mat.Dense) *mat.Dense {
	rows, columns := a.Dims()
	var svd mat.SVD
	// A thin QR is what is needed; gonum's has the full Q, of rows².
	var gram mat.SymDense
	gram.SymOuterK(1, a.T())
	var eigen mat.EigenSym
	if eigen.Factorize(&gram, true) {
		values := eigen.Values(nil)
		if values[0] > 1e-9*values[columns-1] {
			var vectors, basis mat.Dense
			eigen.VectorsTo(&vectors)
			for j, value := range values {
				for i := range columns {
					vectors.Set(i, j, vectors.At(i, j)/math.Sqrt(value))
				}
			}
			basis.Mul(a, &vectors)
			return &basis
		}
	}
	if svd.Factorize(a, mat.SVDThin) {
		var basis mat.Dense
		svd.UTo(&basis)
		return &basis
	}
	return mat.NewDense(rows, columns, nil)
}

// startFactors returns the factors of NNDSVDa: for each singular value the larger
// of the positive and the negative parts of its two vectors, zeros replaced by
// the mean of x.
func startFactors(x *weighted, topics int) (factors, error) {
	u, values, v, err := x.singular(topics)
	if err != nil {
		return factors{}, err
	}
	f := factors{topics: topics, w: make([]float64, x.rows()*topics), h: make([]float64, x.columns*topics)}
	average := sum(x.value) / float64(x.rows()) / float64(x.columns)
	for t := range topics {
		left, right := mat.Col(nil, t, u), mat.Col(nil, t, v)
		sign := 1.0
		if t > 0 && sided(left, -1)*sided(right, -1) > sided(left, 1)*sided(right, 1) {
			sign = -1
		}
		a, b := sided(left, sign), sided(right, sign)
		if t == 0 {
			// The first vectors have one sign, by Perron and Frobenius.
			sign, a, b = 0, 1, 1
		}
		if t == 0 || a > 0 && b > 0 {
			scale := math.Sqrt(values[t] * a * b)
			place(f.w, left, topics, t, sign, scale/a)
			place(f.h, right, topics, t, sign, scale/b)
		}
	}
	for _, part := range [][]float64{f.w, f.h} {
		for i, value := range part {
			if value < 1e-6 {
				part[i] = average
			}
		}
	}
	return f, nil
}

// sided is the length of what a vector has on one side of zero.
func sided(x []float64, sign float64) float64 {
	square := 0.0
	for _, v := range x {
		if s := v * sign; s > 0 {
			square += s * s
		}
	}
	return math.Sqrt(square)
}

// place writes what a vector has on one side of zero, or on both for sign 0, into
// a column.
func place(to, x []float64, width, column int, sign, scale float64) {
	for i, v := range x {
		if sign == 0 {
			v = math.Abs(v)
		} else {
			v = max(0, v*sign)
		}
		to[i*width+column] = v * scale
	}
}

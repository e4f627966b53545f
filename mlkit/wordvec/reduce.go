package wordvec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"viva/internal/pieces"
)

const (
	// spare is how many dimensions more than needed the search has: its last ones are
	// the least exact.
	spare = 20
	// iterations of the subspace; each brings it nearer to that of the largest
	// singular values.
	iterations = 4
	// pieceSize is the number of rows that a goroutine takes at a time.
	pieceSize = 16
)

// dense is a matrix by rows.
type dense struct {
	rows, cols int
	values     []float64
}

func newDense(rows, cols int) *dense { return &dense{rows, cols, make([]float64, rows*cols)} }

func (d *dense) row(i int) []float64 { return d.values[i*d.cols : (i+1)*d.cols] }

// times returns m·x. Rows are computed in parallel, each by one worker.
func (m *matrix) times(x *dense) *dense {
	y := newDense(m.rows, x.cols)
	pieces.Each(m.rows, pieceSize, func(_, from, to int) {
		for i := from; i < to; i++ {
			row := y.row(i)
			for k := m.start[i]; k < m.start[i+1]; k++ {
				v := m.values[k]
				for d, z := range x.row(int(m.columns[k])) {
					row[d] += v * z
				}
			}
		}
	})
	return y
}

// gram returns xᵀx, summed over rows in their order.
func gram(x *dense) *mat.SymDense {
	sum := make([]float64, x.cols*x.cols)
	// Every worker has columns of its own, so that the order of a sum is fixed.
	pieces.Each(x.cols, pieceSize, func(_, from, to int) {
		for i := range x.rows {
			row := x.row(i)
			for a := from; a < to; a++ {
				if v := row[a]; v != 0 {
					out := sum[a*x.cols : (a+1)*x.cols]
					for b := range a + 1 {
						out[b] += v * row[b]
					}
				}
			}
		}
	})
	s := mat.NewSymDense(x.cols, nil)
	for a := range x.cols {
		for b := range a + 1 {
			s.SetSym(a, b, sum[a*x.cols+b])
		}
	}
	return s
}

// turned returns x·w, where w has a column for each of keep, scaled.
func (x *dense) turned(w *mat.Dense, keep []int, scale []float64) *dense {
	y := newDense(x.rows, len(keep))
	// Columns of w as rows, to read them in one go.
	columns := make([][]float64, len(keep))
	for k, c := range keep {
		columns[k] = mat.Col(nil, c, w)
		for i := range columns[k] {
			columns[k][i] *= scale[k]
		}
	}
	pieces.Each(x.rows, pieceSize, func(_, from, to int) {
		for i := from; i < to; i++ {
			row, out := x.row(i), y.row(i)
			for k, column := range columns {
				sum := 0.0
				for d, v := range row {
					sum += v * column[d]
				}
				out[k] = sum
			}
		}
	})
	return y
}

var errDecompose = errors.New("wordvec: the singular value decomposition did not converge")

// spectrum returns the eigenvectors of xᵀx, and which of them, the largest first,
// have eigenvalues that are more than rounding.
func spectrum(x *dense) (w *mat.Dense, keep []int, eigenvalues []float64, err error) {
	var e mat.EigenSym
	if !e.Factorize(gram(x), true) {
		return nil, nil, nil, errDecompose
	}
	all := e.Values(nil)
	w = mat.NewDense(x.cols, x.cols, nil)
	e.VectorsTo(w)
	for k := len(all) - 1; k >= 0; k-- {
		if all[k] > 1e-12*all[len(all)-1] && all[k] > 0 {
			keep = append(keep, k)
			eigenvalues = append(eigenvalues, all[k])
		}
	}
	return w, keep, eigenvalues, nil
}

// orthonormal returns an orthonormal basis of the columns of x.
func orthonormal(x *dense) (*dense, error) {
	// Twice, since once loses half of the digits.
	for range 2 {
		w, keep, eigenvalues, err := spectrum(x)
		if err != nil {
			return nil, err
		}
		scale := make([]float64, len(keep))
		for i, l := range eigenvalues {
			scale[i] = 1 / math.Sqrt(l)
		}
		x = x.turned(w, keep, scale)
	}
	return x, nil
}

// reduce returns, row after row, the left singular vectors of the largest singular
// values times the root of these, scaled to length one. It is the randomised
// subspace iteration of Halko, Martinsson and Tropp (2011), algorithm 4.4.
func (m *matrix) reduce(ctx context.Context, dimensions int, seed int64) ([]float32, int, error) {
	t := m.transposed()
	rng := rand.New(rand.NewPCG(uint64(seed), 0x766563))
	x := newDense(m.cols, min(dimensions+spare, m.rows, m.cols))
	for i := range x.values {
		x.values[i] = rng.NormFloat64()
	}
	var q *dense
	for range iterations {
		if ctx.Err() != nil {
			return nil, 0, fmt.Errorf("wordvec: %w", context.Cause(ctx))
		}
		var err error
		if q, err = orthonormal(m.times(x)); err != nil {
			return nil, 0, err
		}
		x = t.times(q)
	}
	w, keep, squares, err := spectrum(x)
	if err != nil {
		return nil, 0, err
	}
	dimensions = min(dimensions, len(keep))
	scale := make([]float64, dimensions)
	for i := range scale {
		scale[i] = math.Sqrt(math.Sqrt(squares[i]))
	}
	u := q.turned(w, keep[:dimensions], scale)
	values := make([]float32, len(u.values))
	for i := range u.rows {
		length := 0.0
		for _, v := range u.row(i) {
			length += v * v
		}
		if length == 0 {
			continue
		}
		for d, v := range u.row(i) {
			values[i*dimensions+d] = float32(v / math.Sqrt(length))
		}
	}
	return values, dimensions, nil
}

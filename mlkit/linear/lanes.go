package linear

import (
	"viva/internal/own"
	"viva/mlkit/sparse"
)

// lanes is the number of classes that are fitted together. Their weights of
// one feature lie side by side in one cache line, so that one look at a
// document serves all of them.
const lanes = 8

// entry is a stored value of a sparse row. Single precision halves the memory
// that a pass reads; it changes values by at most 6e-8 of themselves, while
// weights and sums are kept in double precision.
type entry struct {
	column int32
	value  float32
}

// rows holds sparse rows for fitting.
type rows struct {
	start   []int
	entries []entry
	// square[i] is the squared length of row i, with 1 for the intercept.
	square []float64
}

func newRows(x *sparse.Matrix) *rows {
	r := &rows{start: make([]int, 1, x.Rows()+1), entries: make([]entry, 0, x.Stored()), square: make([]float64, x.Rows())}
	for i := range x.Rows() {
		columns, values := x.Own(own.Permit{}, i)
		sum := 1.0
		for k, c := range columns {
			v := float32(values[k])
			r.entries = append(r.entries, entry{c, v})
			sum += float64(v) * float64(v)
		}
		r.square[i] = sum
		r.start = append(r.start, len(r.entries))
	}
	return r
}

func (r *rows) row(i int32) []entry { return r.entries[r.start[i]:r.start[i+1]] }

// addDotPortable adds to sum, for each lane, the dot product of a row and the
// weights. Even and odd entries are added up apart, for speed.
func addDotPortable(sum *[lanes]float64, weights [][lanes]float64, row []entry) {
	var odd [lanes]float64
	for len(row) >= 2 {
		w, v := &weights[row[0].column], float64(row[0].value)
		for l := range sum {
			// The conversion of the product keeps processors from fusing
			// multiplication and addition, which would round differently.
			sum[l] += float64(w[l] * v)
		}
		w, v = &weights[row[1].column], float64(row[1].value)
		for l := range odd {
			odd[l] += float64(w[l] * v)
		}
		row = row[2:]
	}
	if len(row) > 0 {
		w, v := &weights[row[0].column], float64(row[0].value)
		for l := range sum {
			sum[l] += float64(w[l] * v)
		}
	}
	for l := range sum {
		sum[l] += odd[l]
	}
}

// addRowPortable adds to the weights, for each lane, its step times a row.
func addRowPortable(weights [][lanes]float64, step *[lanes]float64, row []entry) {
	for _, e := range row {
		w, v := &weights[e.column], float64(e.value)
		for l := range w {
			w[l] += float64(step[l] * v)
		}
	}
}

package linear

import (
	"viva/internal/own"
	"viva/mlkit/sparse"
)

// lanes is the number of classes that are fitted together. Their weights of
// one feature lie side by side in one cache line, so that one look at a
// document serves all of them.
const lanes = 16

// vector has an element for each lane. Single precision halves the memory that
// a pass goes through. It is enough: an error of 1e-7 in the weights changes the
// objective, which is flat at its minimum, by the square of that.
type vector [lanes]float32

// entry is a stored value of a sparse row.
type entry struct {
	column int32
	value  float32
}

// rows holds sparse rows for fitting. Columns are numbered anew, the one with
// the most entries first: what is read most often then lies close together.
type rows struct {
	start   []int
	entries []entry
	// square[i] is the squared length of row i, with 1 for the intercept.
	square []float64
	// feature[c] is the feature of column c.
	feature []int32
}

func newRows(x *sparse.Matrix) *rows {
	r := &rows{start: make([]int, 1, x.Rows()+1), entries: make([]entry, 0, x.Stored()), square: make([]float64, x.Rows())}
	column := r.number(x)
	for i := range x.Rows() {
		columns, values := x.Own(own.Permit{}, i)
		sum := 1.0
		for k, c := range columns {
			v := float32(values[k])
			r.entries = append(r.entries, entry{column[c], v})
			sum += float64(v) * float64(v)
		}
		r.square[i] = sum
		r.start = append(r.start, len(r.entries))
	}
	return r
}

// number fills in the features and returns the column of each.
func (r *rows) number(x *sparse.Matrix) []int32 {
	frequency := make([]int32, x.Cols())
	for i := range x.Rows() {
		columns, _ := x.Own(own.Permit{}, i)
		for _, c := range columns {
			frequency[c]++
		}
	}
	// Sorting by counting: how many features have each frequency, then where
	// those of each begin.
	begin := make([]int32, x.Rows()+2)
	for _, n := range frequency {
		begin[x.Rows()-int(n)+1]++
	}
	for n := range x.Rows() + 1 {
		begin[n+1] += begin[n]
	}
	column := make([]int32, x.Cols())
	r.feature = make([]int32, x.Cols())
	for f, n := range frequency {
		at := &begin[x.Rows()-int(n)]
		column[f], r.feature[*at] = *at, int32(f)
		*at++
	}
	return column
}

func (r *rows) row(i int32) []entry { return r.entries[r.start[i]:r.start[i+1]] }

// addDotPortable adds to sum, for each lane, the dot product of a row and the
// weights. Even and odd entries are added up apart, for speed.
func addDotPortable(sum *vector, weights []vector, row []entry) {
	var odd vector
	for len(row) >= 2 {
		w, v := &weights[row[0].column], row[0].value
		for l := range sum {
			// The conversion of the product keeps processors from fusing
			// multiplication and addition, which would round differently.
			sum[l] += float32(w[l] * v)
		}
		w, v = &weights[row[1].column], row[1].value
		for l := range odd {
			odd[l] += float32(w[l] * v)
		}
		row = row[2:]
	}
	if len(row) > 0 {
		w, v := &weights[row[0].column], row[0].value
		for l := range sum {
			sum[l] += float32(w[l] * v)
		}
	}
	for l := range sum {
		sum[l] += odd[l]
	}
}

// addRowPortable adds to the weights, for each lane, its step times a row.
func addRowPortable(weights []vector, step *vector, row []entry) {
	for _, e := range row {
		w := &weights[e.column]
		for l := range w {
			w[l] += float32(step[l] * e.value)
		}
	}
}

// blocked returns how many blocks hold a number of classes, and how many
// classes each of them has, but the last, which may have fewer. Blocks are
// about equally full, so that workers are about equally busy.
func blocked(classes int) (blocks, each int) {
	blocks = (classes + lanes - 1) / lanes
	return blocks, (classes + blocks - 1) / blocks
}

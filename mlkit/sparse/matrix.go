// Package sparse holds matrices that are mostly zero, row by row: a row is a
// document, a column a feature. A matrix never changes after it was made. The
// package stores and selects; it does not learn, and it knows no text.
package sparse

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"viva/internal/own"
	"viva/mlkit/view"
)

// Matrix is an immutable matrix in compressed sparse row form (CSR).
type Matrix struct {
	cols    int
	start   []int
	columns []int32
	values  []float64
}

// New returns a matrix with cols columns. Row i consists of the entries
// start[i] to start[i+1] of columns and values, so start has one element more
// than there are rows. Within a row columns must ascend.
func New(cols int, start []int, columns []int32, values []float64) (*Matrix, error) {
	return Adopt(own.Permit{}, cols, slices.Clone(start), slices.Clone(columns), slices.Clone(values))
}

// Adopt is New for packages of mlkit, which have no more use for the slices.
func Adopt(_ own.Permit, cols int, start []int, columns []int32, values []float64) (*Matrix, error) {
	switch {
	case cols < 0:
		return nil, fmt.Errorf("sparse: %d columns: must not be negative", cols)
	case len(start) == 0 || start[0] != 0:
		return nil, fmt.Errorf("sparse: start must begin with 0")
	case len(columns) != len(values):
		return nil, fmt.Errorf("sparse: %d columns for %d values", len(columns), len(values))
	case start[len(start)-1] != len(values):
		return nil, fmt.Errorf("sparse: start ends with %d, but there are %d values", start[len(start)-1], len(values))
	}
	for i := 0; i+1 < len(start); i++ {
		if start[i] > start[i+1] {
			return nil, fmt.Errorf("sparse: row %d ends before it begins", i)
		}
		last := int32(-1)
		for k := start[i]; k < start[i+1]; k++ {
			if c := columns[k]; c <= last || int(c) >= cols {
				return nil, fmt.Errorf("sparse: row %d: column %d after column %d of %d: columns must ascend", i, c, last, cols)
			}
			if v := values[k]; math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("sparse: row %d, column %d: value %v is not finite", i, columns[k], v)
			}
			last = columns[k]
		}
	}
	return &Matrix{cols: cols, start: start, columns: columns, values: values}, nil
}

// FromDense returns the matrix with the given rows, which must be of equal
// length. Zeros are not stored.
func FromDense(rows [][]float64) (*Matrix, error) {
	cols := 0
	if len(rows) > 0 {
		cols = len(rows[0])
	}
	start := make([]int, 1, len(rows)+1)
	var columns []int32
	var values []float64
	for i, row := range rows {
		if len(row) != cols {
			return nil, fmt.Errorf("sparse: row %d has %d values, row 0 has %d", i, len(row), cols)
		}
		for j, v := range row {
			if v != 0 {
				columns = append(columns, int32(j))
				values = append(values, v)
			}
		}
		start = append(start, len(values))
	}
	return New(cols, start, columns, values)
}

// Rows returns the number of rows.
func (m *Matrix) Rows() int { return len(m.start) - 1 }

// Cols returns the number of columns.
func (m *Matrix) Cols() int { return m.cols }

// Stored returns the number of entries that are stored.
func (m *Matrix) Stored() int { return len(m.values) }

// Row returns the columns, ascending, and the values stored in row i,
// 0 <= i < Rows.
func (m *Matrix) Row(i int) (columns []int32, values []float64) {
	columns, values = m.row(i)
	return slices.Clone(columns), slices.Clone(values)
}

// Own is Row for packages of mlkit, without a copy.
func (m *Matrix) Own(_ own.Permit, i int) (columns []int32, values []float64) { return m.row(i) }

func (m *Matrix) row(i int) (columns []int32, values []float64) {
	from, to := m.start[i], m.start[i+1]
	return m.columns[from:to:to], m.values[from:to:to]
}

// At returns the entry in row i, column j; 0 where there is none.
func (m *Matrix) At(i, j int) float64 {
	columns, values := m.row(i)
	lo, hi := 0, len(columns)
	for lo < hi {
		if mid := (lo + hi) / 2; int(columns[mid]) < j {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(columns) && int(columns[lo]) == j {
		return values[lo]
	}
	return 0
}

// Dense returns all entries, row by row, zeros included.
func (m *Matrix) Dense() [][]float64 {
	rows := make([][]float64, m.Rows())
	for i := range rows {
		rows[i] = make([]float64, m.cols)
		columns, values := m.row(i)
		for k, c := range columns {
			rows[i][c] = values[k]
		}
	}
	return rows
}

// SelectRows returns the matrix of the given rows, in that order. A row may
// occur more than once.
func (m *Matrix) SelectRows(rows []int) (*Matrix, error) {
	start := make([]int, 1, len(rows)+1)
	total := 0
	for _, r := range rows {
		if r < 0 || r >= m.Rows() {
			return nil, fmt.Errorf("sparse: row %d selected of a matrix with %d rows", r, m.Rows())
		}
		total += m.start[r+1] - m.start[r]
		start = append(start, total)
	}
	columns := make([]int32, 0, total)
	values := make([]float64, 0, total)
	for _, r := range rows {
		c, v := m.row(r)
		columns = append(columns, c...)
		values = append(values, v...)
	}
	return &Matrix{cols: m.cols, start: start, columns: columns, values: values}, nil
}

// FirstColumns returns the matrix of the first n columns, 0 <= n <= Cols.
func (m *Matrix) FirstColumns(n int) (*Matrix, error) {
	if n < 0 || n > m.cols {
		return nil, fmt.Errorf("sparse: the first %d columns of %d", n, m.cols)
	}
	if n == m.cols {
		return m, nil
	}
	first := &Matrix{cols: n, start: make([]int, 1, len(m.start))}
	for i := range m.Rows() {
		columns, values := m.row(i)
		end, _ := slices.BinarySearch(columns, int32(n))
		first.columns = append(first.columns, columns[:end]...)
		first.values = append(first.values, values[:end]...)
		first.start = append(first.start, len(first.columns))
	}
	return first, nil
}

// Transpose returns the matrix with rows and columns exchanged.
func (m *Matrix) Transpose() *Matrix {
	start := make([]int, m.cols+1)
	for _, c := range m.columns {
		start[c+1]++
	}
	for c := range m.cols {
		start[c+1] += start[c]
	}
	next := append([]int(nil), start[:m.cols]...)
	columns := make([]int32, len(m.columns))
	values := make([]float64, len(m.values))
	for i := range m.Rows() {
		row, v := m.row(i)
		for k, c := range row {
			columns[next[c]] = int32(i)
			values[next[c]] = v[k]
			next[c]++
		}
	}
	return &Matrix{cols: m.Rows(), start: start, columns: columns, values: values}
}

// Fingerprint returns the hash of the matrix's shape and entries, as "sha256:"
// and 64 hex digits.
func (m *Matrix) Fingerprint() string {
	h := sha256.New()
	buf := binary.LittleEndian.AppendUint64(nil, uint64(m.Rows()))
	buf = binary.LittleEndian.AppendUint64(buf, uint64(m.cols))
	for i := range m.Rows() {
		columns, values := m.row(i)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(columns)))
		for k, c := range columns {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(c))
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(values[k]))
		}
		h.Write(buf)
		buf = buf[:0]
	}
	h.Write(buf)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer: the shape and how much of it is filled.
func (m *Matrix) View() []view.Item {
	t := view.NewTable("Sparse matrix", "rows", "columns", "stored entries", "filled [%]")
	filled := 0.0
	if m.Rows() > 0 && m.cols > 0 {
		filled = float64(m.Stored()) / float64(m.Rows()) / float64(m.cols)
	}
	t.Columns[3].Digits = 2
	return t.Add(m.Rows(), m.cols, m.Stored(), filled).View()
}

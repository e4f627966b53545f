package sparse_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/sparse"
)

func draw(t *rapid.T) [][]float64 {
	cols := rapid.IntRange(1, 6).Draw(t, "columns")
	value := rapid.SampledFrom([]float64{0, 0, 0, 1, -2.5})
	return rapid.SliceOfN(rapid.SliceOfN(value, cols, cols), 1, 8).Draw(t, "rows")
}

func TestMatrixHoldsWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := draw(t)
		m, err := sparse.FromDense(rows)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Dense(); !reflect.DeepEqual(got, rows) {
			t.Fatalf("dense %v, want %v", got, rows)
		}
		if got := m.Transpose().Transpose(); got.Fingerprint() != m.Fingerprint() {
			t.Fatal("transposing twice changes the matrix")
		}
		transposed := m.Transpose()
		pick := rapid.SliceOf(rapid.IntRange(0, len(rows)-1)).Draw(t, "selected")
		selected, err := m.SelectRows(pick)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range pick {
			for j := range rows[r] {
				if selected.At(i, j) != rows[r][j] || transposed.At(j, r) != rows[r][j] {
					t.Fatalf("row %d, column %d: %v selected, %v transposed, want %v", r, j, selected.At(i, j), transposed.At(j, r), rows[r][j])
				}
			}
		}
	})
}

func TestFingerprintTellsMatricesApart(t *testing.T) {
	seen := map[string][][]float64{}
	for _, rows := range [][][]float64{{{1, 0}}, {{0, 1}}, {{1}, {0}}, {{0}, {1}}, {{1, 1}}, {{2, 0}}, {{1, 0, 0}}, {{1, 0}, {0, 0}}} {
		m, err := sparse.FromDense(rows)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[m.Fingerprint()]; ok {
			t.Errorf("%v and %v have the same fingerprint", rows, other)
		}
		seen[m.Fingerprint()] = rows
	}
}

func TestBadInputIsExplained(t *testing.T) {
	for _, c := range []struct {
		name    string
		cols    int
		start   []int
		columns []int32
		values  []float64
		want    string
	}{
		{"no start", 1, nil, nil, nil, "begin with 0"},
		{"columns that descend", 3, []int{0, 2}, []int32{2, 1}, []float64{1, 1}, "must ascend"},
		{"column twice", 3, []int{0, 2}, []int32{1, 1}, []float64{1, 1}, "must ascend"},
		{"column out of range", 3, []int{0, 1}, []int32{3}, []float64{1}, "must ascend"},
		{"lengths differ", 3, []int{0, 1}, []int32{0}, nil, "1 columns for 0 values"},
		{"start too short", 3, []int{0, 1}, []int32{0, 1}, []float64{1, 1}, "start ends with 1"},
		{"row that ends before it begins", 3, []int{0, 2, 1, 2}, []int32{0, 1}, []float64{1, 1}, "ends before it begins"},
		{"not a number", 3, []int{0, 1}, []int32{0}, []float64{math.NaN()}, "not finite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := sparse.New(c.cols, c.start, c.columns, c.values); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	m, err := sparse.FromDense([][]float64{{1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.SelectRows([]int{1}); err == nil {
		t.Error("a row that does not exist was selected")
	}
	if _, err := sparse.FromDense([][]float64{{1}, {1, 2}}); err == nil {
		t.Error("rows of different length were accepted")
	}
}

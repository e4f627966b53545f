package relation

import (
	"context"
	"fmt"
	"math"
	"slices"

	"viva/internal/own"
	"viva/mlkit/linear"
	"viva/mlkit/sparse"
	"viva/mlkit/wordvec"
)

// analysed are the features of examples, by number, before anything is learned.
type analysed struct {
	names []string
	// rows are the features of readings, ascending: of example i those at 2i and
	// 2i+1.
	rows [][]int32
	// dense are the vectors of examples, nil without word vectors.
	dense []meaning
}

// analyse reads every example in both directions.
func analyse(ctx context.Context, examples []Example, v *wordvec.Vectors) (*analysed, error) {
	a := &analysed{rows: make([][]int32, 0, 2*len(examples))}
	numbers := map[string]int32{}
	for i, e := range examples {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("relation: %w", context.Cause(ctx))
		}
		c := e.cut()
		for _, back := range []bool{false, true} {
			var row []int32
			c.features(back, func(name []byte) {
				n, ok := numbers[string(name)]
				if !ok {
					n = int32(len(a.names))
					a.names = append(a.names, string(name))
					numbers[a.names[n]] = n
				}
				row = append(row, n)
			})
			slices.Sort(row)
			a.rows = append(a.rows, slices.Clip(slices.Compact(row)))
		}
		if v != nil {
			a.dense = append(a.dense, c.meaning(v))
		}
	}
	return a, nil
}

// train learns from examples: which features there are, and their weights. labels
// are those of all examples. It also returns the matrix that it learned from, with
// two rows for each example.
func (a *analysed) train(ctx context.Context, examples []int, labels []string, opt Options) (*Model, *sparse.Matrix, error) {
	count := make([]int, len(a.names))
	first := labels[examples[0]]
	several := false
	for _, i := range examples {
		several = several || labels[i] != first
		for _, f := range a.rows[2*i] {
			count[f]++
		}
		for _, f := range a.rows[2*i+1] {
			// What is in both readings of an example is there once.
			if _, both := slices.BinarySearch(a.rows[2*i], f); !both {
				count[f]++
			}
		}
	}
	if !several {
		return nil, nil, fmt.Errorf("relation: all %d examples are labelled %s: there must be two labels at least", len(examples), first)
	}
	m := &Model{Options: opt, columns: map[string]int32{}}
	column := make([]int32, len(a.names))
	for f, n := range count {
		column[f] = -1
		if n >= opt.MinCount {
			column[f] = int32(len(m.columns))
			m.columns[a.names[f]] = column[f]
		}
	}
	if len(m.columns) == 0 {
		return nil, nil, fmt.Errorf("relation: no feature is in %d examples: lower MinCount", opt.MinCount)
	}
	x, err := a.matrix(examples, column, m)
	if err != nil {
		return nil, nil, err
	}
	classes := make([]string, 0, 2*len(examples))
	for _, i := range examples {
		c := classesOf(labels[i])
		classes = append(classes, c[0], c[1])
	}
	m.linear, err = linear.SVM{C: opt.C, Tol: opt.Tol, MaxIter: opt.MaxIter, ClassWeight: opt.ClassWeight, Seed: opt.Seed}.Fit(ctx, x, classes)
	if err != nil {
		return nil, nil, fmt.Errorf("relation: %w", err)
	}
	m.outputs = outputsOf(m.linear.Classes())
	m.Warnings = slices.Clone(m.linear.Warnings)
	return m, x, nil
}

// matrix has the two rows of each of the examples; column says where the model has a
// feature, −1 that it has not.
func (a *analysed) matrix(examples []int, column []int32, m *Model) (*sparse.Matrix, error) {
	b := m.builder(len(examples))
	for _, i := range examples {
		for reading, row := range a.rows[2*i : 2*i+2] {
			for _, f := range row {
				if c := column[f]; c >= 0 {
					b.columns = append(b.columns, c)
				}
			}
			var d meaning
			if a.dense != nil {
				d = a.dense[i]
			}
			b.end(d, reading == 1)
		}
	}
	return b.matrix()
}

// matrixOf has the two rows of each of the examples, of the features that the model
// knows.
func (m *Model) matrixOf(examples []Example) (*sparse.Matrix, error) {
	b := m.builder(len(examples))
	for _, e := range examples {
		c := e.cut()
		d := c.meaning(m.Options.Vectors)
		for _, back := range []bool{false, true} {
			c.features(back, func(name []byte) {
				if c, ok := m.columns[string(name)]; ok {
					b.columns = append(b.columns, c)
				}
			})
			b.end(d, back)
		}
	}
	return b.matrix()
}

// builder makes a matrix of rows in which every feature that is there has the same
// value, so that they are of length one together, followed by the vectors.
type builder struct {
	// named is the number of features with names, dimensions that of the vectors.
	named, dimensions int
	start             []int
	columns           []int32
	values            []float64
}

func (m *Model) builder(examples int) *builder {
	b := &builder{named: len(m.columns), start: make([]int, 1, 2*examples+1)}
	if m.Options.Vectors != nil {
		b.dimensions = m.Options.Vectors.Dimensions()
	}
	return b
}

// end ends a row whose named features were appended to the columns.
func (b *builder) end(d meaning, back bool) {
	from := len(b.values)
	slices.Sort(b.columns[from:])
	b.columns = b.columns[:from+len(slices.Compact(b.columns[from:]))]
	n := len(b.columns) - from
	for range n {
		b.values = append(b.values, 1/math.Sqrt(float64(n)))
	}
	for part, v := range d.parts(back) {
		for k, x := range v {
			b.columns = append(b.columns, int32(b.named+part*b.dimensions+k))
			b.values = append(b.values, vectorWeight*x)
		}
	}
	b.start = append(b.start, len(b.columns))
}

func (b *builder) matrix() (*sparse.Matrix, error) {
	return sparse.Adopt(own.Permit{}, b.named+vectorParts*b.dimensions, b.start, b.columns, b.values)
}

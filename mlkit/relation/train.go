package relation

import (
	"context"
	"fmt"
	"math"
	"slices"

	"viva/internal/own"
	"viva/mlkit/linear"
	"viva/mlkit/sparse"
)

// analysed are the features of examples, by number, before anything is learned.
type analysed struct {
	names []string
	// rows are the features of readings, ascending: of example i those at 2i and
	// 2i+1.
	rows [][]int32
}

// analyse reads every example in both directions.
func analyse(ctx context.Context, examples []Example) (*analysed, error) {
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
	x, err := a.matrix(examples, column, len(m.columns))
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

// matrix has the two rows of each of the examples; column says where a feature is,
// −1 that it is nowhere.
func (a *analysed) matrix(examples []int, column []int32, columns int) (*sparse.Matrix, error) {
	b := builder{start: make([]int, 1, 2*len(examples)+1)}
	for _, i := range examples {
		for _, row := range a.rows[2*i : 2*i+2] {
			for _, f := range row {
				if c := column[f]; c >= 0 {
					b.columns = append(b.columns, c)
				}
			}
			b.end()
		}
	}
	return b.matrix(columns)
}

// matrixOf has the two rows of each of the examples, of the features that the model
// knows.
func (m *Model) matrixOf(examples []Example) (*sparse.Matrix, error) {
	b := builder{start: make([]int, 1, 2*len(examples)+1)}
	for _, e := range examples {
		c := e.cut()
		for _, back := range []bool{false, true} {
			c.features(back, func(name []byte) {
				if c, ok := m.columns[string(name)]; ok {
					b.columns = append(b.columns, c)
				}
			})
			b.end()
		}
	}
	return b.matrix(len(m.columns))
}

// builder makes a matrix of rows of length one in which every feature that is there
// has the same value.
type builder struct {
	start   []int
	columns []int32
}

func (b *builder) end() {
	from := b.start[len(b.start)-1]
	slices.Sort(b.columns[from:])
	b.columns = b.columns[:from+len(slices.Compact(b.columns[from:]))]
	b.start = append(b.start, len(b.columns))
}

func (b *builder) matrix(columns int) (*sparse.Matrix, error) {
	values := make([]float64, len(b.columns))
	for i, to := range b.start[1:] {
		from := b.start[i]
		for k := from; k < to; k++ {
			values[k] = 1 / math.Sqrt(float64(to-from))
		}
	}
	return sparse.Adopt(own.Permit{}, columns, b.start, b.columns, values)
}

package linear

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"viva/mlkit/sparse"
)

// SVM is a linear support vector machine, one class against the rest. The zero
// value is scikit-learn's LinearSVC with its defaults. It minimises for each
// class
//
//	(|w|² + b²)/2 + C Σ loss(max(0, 1 − y (w·x + b)))
//
// where y is +1 for documents of the class and −1 for others, and loss(z) is
// z². The intercept b is penalised as a weight, as it is there. With two
// classes there is one such problem.
type SVM struct {
	// C is the weight of errors against large weights; 0 means 1.
	C float64
	// Loss is "squared hinge" (the zero value means it) or "hinge", for which
	// loss(z) is z.
	Loss string
	// Tol ends the search when no step would change the dual gradient by more;
	// 0 means 1e-4.
	Tol float64
	// MaxIter is the largest number of passes over the documents; 0 means
	// 1000. Reaching it is a warning.
	MaxIter int
	// ClassWeight "balanced" multiplies C, for the documents of a class, by
	// documents / (classes × documents of the class).
	ClassWeight string
	// Seed determines the order in which documents are visited. The optimum
	// does not depend on it.
	Seed int64
}

func (s SVM) check() (SVM, error) {
	if s.C == 0 {
		s.C = 1
	}
	if s.Loss == "" {
		s.Loss = "squared hinge"
	}
	if s.Tol == 0 {
		s.Tol = 1e-4
	}
	if s.MaxIter == 0 {
		s.MaxIter = 1000
	}
	if s.C < 0 || s.Tol < 0 || s.MaxIter < 0 {
		return s, fmt.Errorf("linear: C %v, Tol %v, MaxIter %d: none may be negative", s.C, s.Tol, s.MaxIter)
	}
	if s.Loss != "squared hinge" && s.Loss != "hinge" {
		return s, fmt.Errorf(`linear: loss %q: it must be "squared hinge" or "hinge"`, s.Loss)
	}
	return s, nil
}

// Fit fits the machine to rows and their labels, classes in parallel. Stopping
// before convergence is a warning on the model.
func (s SVM) Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*Model, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	classes, class, counts, err := encode(x, labels)
	if err != nil {
		return nil, err
	}
	weights, err := classWeights(s.ClassWeight, counts)
	if err != nil {
		return nil, err
	}
	width := len(classes)
	if width == 2 {
		width = 1
	}
	m := &Model{
		Method: fmt.Sprintf("linear SVM, C = %g", s.C), classes: classes, features: x.Cols(), width: width,
		weights: make([]float64, x.Cols()*width), intercepts: make([]float64, width),
	}
	blocks := s.blocks(newRows(x), class, weights, width)
	parallel(len(blocks), 1, func(k, _ int) {
		blocks[k].solve(ctx, rand.New(rand.NewPCG(uint64(s.Seed), uint64(k))), x.Cols())
	})
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	open := 0
	for k := range width {
		b, l := blocks[k/lanes], k%lanes
		m.Iterations = max(m.Iterations, b.passes[l])
		if b.passes[l] == 0 {
			open++
			m.Iterations = s.MaxIter
		}
		m.intercepts[k] = b.bias[l]
		for f := range b.weights {
			m.weights[f*width+k] = b.weights[f][l]
		}
	}
	if open > 0 {
		m.Warnings = append(m.Warnings, fmt.Sprintf("linear SVM: %d of %d problems did not converge in %d passes: raise MaxIter or Tol, or lower C", open, width, s.MaxIter))
	}
	return m, nil
}

// blocks returns the problems of all classes, eight to a block.
func (s SVM) blocks(r *rows, class []int, weights []float64, width int) []*block {
	var blocks []*block
	for first := 0; first < width; first += lanes {
		b := &block{rows: r, tol: s.Tol, limit: s.MaxIter, used: min(lanes, width-first), positive: make([]int8, len(class))}
		for l := range b.used {
			costs := [2]float64{s.C, s.C * weights[first+l]}
			if width == 1 {
				costs = [2]float64{s.C * weights[0], s.C * weights[1]}
			}
			for side, c := range costs {
				if s.Loss == "hinge" {
					b.upper[side][l] = c
				} else {
					b.upper[side][l] = math.Inf(1)
					b.diagonal[side][l] = 0.5 / c
				}
			}
		}
		for i, k := range class {
			if width == 1 {
				k-- // the second class is the positive one
			}
			b.positive[i] = -1
			if k >= first && k < first+b.used {
				b.positive[i] = int8(k - first)
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

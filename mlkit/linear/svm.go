package linear

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"viva/internal/pieces"
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
	// Tol ends the search for a class when its objective is within this share
	// of the minimum, by the duality gap; 0 means 1e-3. Below about 1e-9 the gap
	// drowns in rounding.
	Tol float64
	// MaxIter is the largest number of passes over the documents; 0 means
	// 1000. Reaching it is a warning.
	MaxIter int
	// ClassWeight "balanced" multiplies C, for the documents of a class, by
	// documents / (classes × documents of the class).
	ClassWeight string
	// ClassWeights multiplies C for the documents of the classes named; those
	// not named count 1. It excludes ClassWeight.
	ClassWeights map[string]float64
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
		s.Tol = 1e-3
	}
	if s.MaxIter == 0 {
		s.MaxIter = 1000
	}
	if !(s.C > 0) || !(s.Tol > 0) || s.MaxIter < 0 {
		return s, fmt.Errorf("linear: C %v, Tol %v, MaxIter %d: none may be negative", s.C, s.Tol, s.MaxIter)
	}
	if s.Loss != "squared hinge" && s.Loss != "hinge" {
		return s, fmt.Errorf(`linear: loss %q: it must be "squared hinge" or "hinge"`, s.Loss)
	}
	return s, nil
}

// checkPath checks the values of C on a path.
func checkPath(c []float64) error {
	if len(c) == 0 {
		return fmt.Errorf("linear: a path needs at least one value of C")
	}
	for _, c := range c {
		if !(c > 0) || math.IsInf(c, 0) {
			return fmt.Errorf("linear: C = %v on a path: it must be above 0", c)
		}
	}
	return nil
}

// Fit fits the machine to rows and their labels, classes in parallel. Stopping
// before convergence is a warning on the model.
func (s SVM) Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*Model, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	models, err := s.Path(ctx, x, labels, []float64{s.C})
	if err != nil {
		return nil, err
	}
	return models[0], nil
}

// Path fits a model for each value of C, in that order, starting each from the
// optimum before it, which is faster than fitting them apart where values
// ascend. C itself is not looked at.
func (s SVM) Path(ctx context.Context, x *sparse.Matrix, labels []string, c []float64) ([]*Model, error) {
	s, err := s.check()
	if err != nil {
		return nil, err
	}
	if err := checkPath(c); err != nil {
		return nil, err
	}
	classes, class, counts, err := encode(x, labels)
	if err != nil {
		return nil, err
	}
	weights, warnings, err := classWeights(s.ClassWeight, s.ClassWeights, classes, counts)
	if err != nil {
		return nil, err
	}
	width := len(classes)
	if width == 2 {
		width = 1
	}
	blocks := s.blocks(newRows(x), class, width)
	var models []*Model
	for _, c := range c {
		s.setCosts(blocks, c, weights, width)
		pieces.Each(len(blocks), 1, func(_, k, _ int) {
			blocks[k].solve(ctx, rand.New(rand.NewPCG(uint64(s.Seed), uint64(k))), x.Cols())
		})
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		m := s.model(blocks, x.Cols(), width)
		m.Method, m.classes = fmt.Sprintf("linear SVM, C = %g", c), classes
		m.Warnings = append(slices.Clone(warnings), m.Warnings...)
		models = append(models, m)
	}
	return models, nil
}

// model returns the weights that were found, in the order of the features.
func (s SVM) model(blocks []*block, features, width int) *Model {
	m := &Model{features: features, width: width, weights: make([]float64, features*width), intercepts: make([]float64, width)}
	open := 0
	_, each := blocked(width)
	for k := range width {
		b, l := blocks[k/each], k%each
		m.Iterations = max(m.Iterations, b.passes[l])
		if b.passes[l] == 0 {
			open++
			m.Iterations = s.MaxIter
		}
		m.intercepts[k] = float64(b.bias[l])
	}
	for c, f := range blocks[0].rows.feature {
		row := m.weights[int(f)*width : (int(f)+1)*width]
		for i, b := range blocks {
			for l := range b.used {
				row[i*each+l] = float64(b.weights[c][l])
			}
		}
	}
	if open > 0 {
		m.Warnings = append(m.Warnings, fmt.Sprintf("linear SVM: %d of %d problems did not converge in %d passes: raise MaxIter or Tol, or lower C", open, width, s.MaxIter))
	}
	return m
}

// blocks returns the problems of all classes in blocks, without costs.
func (s SVM) blocks(r *rows, class []int, width int) []*block {
	var blocks []*block
	_, each := blocked(width)
	for first := 0; first < width; first += each {
		b := &block{rows: r, tol: s.Tol, limit: s.MaxIter, used: min(each, width-first), positive: make([]int8, len(class))}
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

// setCosts sets what errors cost: C, times the weight of the class for the
// documents of a problem's own class.
func (s SVM) setCosts(blocks []*block, c float64, weights []float64, width int) {
	_, each := blocked(width)
	for k := range width {
		b, l := blocks[k/each], k%each
		costs := [2]float64{c, c * weights[k]}
		if width == 1 {
			costs = [2]float64{c * weights[0], c * weights[1]}
		}
		for side, cost := range costs {
			if s.Loss == "hinge" {
				b.upper[side][l] = float32(cost)
			} else {
				b.upper[side][l] = float32(math.Inf(1))
				b.diagonal[side][l] = float32(0.5 / cost)
			}
		}
	}
}

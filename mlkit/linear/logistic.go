package linear

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"viva/mlkit/sparse"
)

// Logistic is multinomial logistic regression. The zero value is
// scikit-learn's LogisticRegression with its defaults, but for Tol and MaxIter.
// It minimises
//
//	|W|²/2 + C Σ −log P(label of the document)
//
// where P is the softmax of the scores W x + b; the intercepts b are not
// penalised. With two classes there is one score and P is its sigmoid.
type Logistic struct {
	// C is the weight of errors against large weights; 0 means 1.
	C float64
	// Tol ends the search when the objective is within this share of its
	// minimum, by the duality gap; 0 means 1e-3. Below about 1e-9 the gap drowns
	// in rounding.
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

func (g Logistic) check() (Logistic, error) {
	if g.C == 0 {
		g.C = 1
	}
	if g.Tol == 0 {
		g.Tol = 1e-3
	}
	if g.MaxIter == 0 {
		g.MaxIter = 1000
	}
	if !(g.C > 0) || !(g.Tol > 0) || g.MaxIter < 0 {
		return g, fmt.Errorf("linear: C %v, Tol %v, MaxIter %d: none may be negative", g.C, g.Tol, g.MaxIter)
	}
	return g, nil
}

// Fit fits the regression to rows and their labels. Stopping before
// convergence is a warning on the model.
func (g Logistic) Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*Model, error) {
	g, err := g.check()
	if err != nil {
		return nil, err
	}
	models, err := g.Path(ctx, x, labels, []float64{g.C})
	if err != nil {
		return nil, err
	}
	return models[0], nil
}

// Path fits a model for each value of C, in that order, starting each from the
// optimum before it, which is faster than fitting them apart where values
// ascend. C itself is not looked at.
func (g Logistic) Path(ctx context.Context, x *sparse.Matrix, labels []string, c []float64) ([]*Model, error) {
	g, err := g.check()
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
	weights, warnings, err := classWeights(g.ClassWeight, g.ClassWeights, classes, counts)
	if err != nil {
		return nil, err
	}
	s := newSoftmaxDual(newRows(x), class, len(classes))
	s.tol, s.limit = g.Tol, g.MaxIter
	var models []*Model
	for _, c := range c {
		costs := slices.Clone(weights)
		for k := range costs {
			costs[k] *= c
			if len(classes) == 2 {
				// One score of weights w is two of weights −w/2 and w/2, whose
				// squared length is half that of w.
				costs[k] /= 2
			}
		}
		passes := s.solve(ctx, rand.New(rand.NewPCG(uint64(g.Seed), 0x6c6f67)), costs)
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		m := s.model(x.Cols())
		m.Method, m.classes, m.probabilistic = fmt.Sprintf("logistic regression, C = %g", c), classes, true
		m.Iterations, m.Warnings = passes, slices.Clone(warnings)
		if passes == 0 {
			m.Iterations = g.MaxIter
			m.Warnings = append(m.Warnings, fmt.Sprintf("logistic regression did not converge in %d passes: raise MaxIter or Tol, or lower C", g.MaxIter))
		}
		models = append(models, m)
	}
	return models, nil
}

// model returns the weights that were found, in the order of the features.
func (s *softmaxDual) model(features int) *Model {
	width := s.classes
	if width == 2 {
		width = 1
	}
	m := &Model{features: features, width: width, weights: make([]float64, features*width), intercepts: make([]float64, width)}
	for c, f := range s.rows.feature {
		for k := range s.classes {
			w := float64(s.weights[k/s.each][c][k%s.each])
			switch {
			case width > 1:
				m.weights[int(f)*width+k] = w
			case k == 0:
				m.weights[f] = -w
			default:
				m.weights[f] += w
			}
		}
	}
	copy(m.intercepts, s.bias)
	if width == 1 {
		m.intercepts[0] = s.bias[1] - s.bias[0]
	}
	return m
}

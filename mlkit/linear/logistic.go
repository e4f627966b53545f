package linear

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"viva/mlkit/sparse"
)

// Logistic is multinomial logistic regression. The zero value is
// scikit-learn's LogisticRegression with its defaults, but for MaxIter. It
// minimises
//
//	|W|²/2 + C Σ −log P(label of the document)
//
// where P is the softmax of the scores W x + b; the intercepts b are not
// penalised. With two classes there is one score and P is its sigmoid.
type Logistic struct {
	// C is the weight of errors against large weights; 0 means 1.
	C float64
	// Tol ends the search when no partial derivative of the objective, divided
	// by C, is larger; 0 means 1e-4.
	Tol float64
	// MaxIter is the largest number of steps of L-BFGS; 0 means 1000. Reaching
	// it is a warning.
	MaxIter int
	// ClassWeight "balanced" multiplies C, for the documents of a class, by
	// documents / (classes × documents of the class).
	ClassWeight string
}

// Fit fits the regression to rows and their labels by L-BFGS. Stopping before
// convergence is a warning on the model.
func (g Logistic) Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*Model, error) {
	if g.C == 0 {
		g.C = 1
	}
	if g.Tol == 0 {
		g.Tol = 1e-4
	}
	if g.MaxIter == 0 {
		g.MaxIter = 1000
	}
	if g.C < 0 || g.Tol < 0 || g.MaxIter < 0 {
		return nil, fmt.Errorf("linear: C %v, Tol %v, MaxIter %d: none may be negative", g.C, g.Tol, g.MaxIter)
	}
	classes, class, counts, err := encode(x, labels)
	if err != nil {
		return nil, err
	}
	weights, err := classWeights(g.ClassWeight, counts)
	if err != nil {
		return nil, err
	}
	width := len(classes)
	if width == 2 {
		width = 1
	}
	o := newObjective(x, class, weights, width, 1/g.C)
	problem := optimize.Problem{
		Func: o.value,
		Grad: func(gradient, w []float64) {
			o.value(w)
			o.flat(gradient, o.gradient)
		},
		Status: func() (optimize.Status, error) {
			if err := context.Cause(ctx); err != nil {
				return optimize.Failure, err
			}
			return optimize.NotTerminated, nil
		},
	}
	settings := &optimize.Settings{GradientThreshold: g.Tol, MajorIterations: g.MaxIter, Converger: optimize.NeverTerminate{}}
	result, err := optimize.Minimize(problem, make([]float64, (x.Cols()+1)*width), settings, &optimize.LBFGS{Store: 10})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if result == nil {
		return nil, fmt.Errorf("linear: logistic regression: %w", err)
	}
	m := &Model{
		Method: fmt.Sprintf("logistic regression, C = %g", g.C), classes: classes, features: x.Cols(), width: width, probabilistic: true,
		weights: result.X[:x.Cols()*width], intercepts: result.X[x.Cols()*width:], Iterations: result.MajorIterations,
	}
	if result.Status != optimize.GradientThreshold {
		m.Warnings = append(m.Warnings, fmt.Sprintf("logistic regression did not converge in %d steps: raise MaxIter or Tol, or lower C", result.MajorIterations))
	}
	return m, nil
}

// objective computes what is minimised, divided by C, and its gradient. Sums
// are taken in a fixed order, whatever the number of workers.
//
// The optimiser's variables are the weights, all of one feature side by side,
// then the intercepts. Here classes are held in blocks of eight lanes; lanes
// beyond the last class stay 0.
type objective struct {
	rows    *rows
	columns *rows // the transposed rows: a row for each feature
	class   []int
	costs   []float64 // of the classes
	width   int
	penalty float64

	at     []float64 // the variables for which the rest was computed
	result float64
	// weights, gradient and residuals have an element for each block; within
	// it one for each feature, the intercept last, or for each row.
	weights   [][][lanes]float64
	gradient  [][][lanes]float64
	residuals [][][lanes]float64
	losses    []float64
}

func newObjective(x *sparse.Matrix, class []int, costs []float64, width int, penalty float64) *objective {
	blocks := (width + lanes - 1) / lanes
	o := &objective{
		rows: newRows(x), columns: newRows(x.Transpose()), class: class, costs: costs, width: width, penalty: penalty,
		losses: make([]float64, len(class)),
	}
	for range blocks {
		o.weights = append(o.weights, make([][lanes]float64, x.Cols()+1))
		o.gradient = append(o.gradient, make([][lanes]float64, x.Cols()+1))
		o.residuals = append(o.residuals, make([][lanes]float64, len(class)))
	}
	return o
}

// flat writes what is held in blocks in the optimiser's order.
func (o *objective) flat(to []float64, from [][][lanes]float64) {
	for b, block := range from {
		for f := range block {
			copy(to[f*o.width+b*lanes:(f+1)*o.width], block[f][:])
		}
	}
}

func (o *objective) value(w []float64) float64 {
	if o.at != nil && slices.Equal(o.at, w) {
		return o.result
	}
	o.at = append(o.at[:0], w...)
	features := len(o.columns.square)
	for b, block := range o.weights {
		for f := range block {
			copy(block[f][:], w[f*o.width+b*lanes:(f+1)*o.width])
		}
	}
	parallel(len(o.class), 64, func(from, to int) {
		scores := make([]float64, len(o.weights)*lanes)
		for i := from; i < to; i++ {
			for b, block := range o.weights {
				sum := block[features]
				addDot(&sum, block, o.rows.row(int32(i)))
				copy(scores[b*lanes:], sum[:])
			}
			o.losses[i] = o.residual(i, scores[:o.width])
			for b := range o.residuals {
				copy(o.residuals[b][i][:], scores[b*lanes:])
			}
		}
	})
	parallel(features, 256, func(from, to int) {
		for b, gradient := range o.gradient {
			for f := from; f < to; f++ {
				for l, w := range o.weights[b][f] {
					gradient[f][l] = o.penalty * w
				}
				addDot(&gradient[f], o.residuals[b], o.columns.row(int32(f)))
			}
		}
	})
	o.result = 0
	for _, loss := range o.losses {
		o.result += loss
	}
	for b, residuals := range o.residuals {
		g := &o.gradient[b][features]
		clear(g[:])
		for i := range residuals {
			for l := range g {
				g[l] += residuals[i][l]
			}
		}
	}
	sum := 0.0
	for _, v := range w[:features*o.width] {
		sum += v * v
	}
	o.result += o.penalty * sum / 2
	return o.result
}

// residual replaces the scores of row i by the derivatives of its loss, and
// returns the loss.
func (o *objective) residual(i int, scores []float64) float64 {
	cost := o.costs[o.class[i]]
	if o.width == 1 {
		y := float64(2*o.class[i] - 1)
		margin := y * scores[0]
		scores[0] = -cost * y / (1 + math.Exp(margin))
		if margin > 0 {
			return cost * math.Log1p(math.Exp(-margin))
		}
		return cost * (math.Log1p(math.Exp(margin)) - margin)
	}
	own := scores[o.class[i]]
	most := slices.Max(scores)
	sum := 0.0
	for k, s := range scores {
		scores[k] = math.Exp(s - most)
		sum += scores[k]
	}
	for k := range scores {
		scores[k] *= cost / sum
	}
	scores[o.class[i]] -= cost
	return cost * (math.Log(sum) + most - own)
}

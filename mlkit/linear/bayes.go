package linear

import (
	"context"
	"fmt"
	"math"

	"viva/internal/own"
	"viva/mlkit/sparse"
)

// Bayes is naive Bayes for counts or other weights that are not negative. Its
// decision is linear in them, so what it gives is a Model like the others. The
// zero value is scikit-learn's ComplementNB with its defaults, but for Alpha.
//
// Complement naive Bayes (Rennie, Shih, Teevan and Karger, "Tackling the poor
// assumptions of naive Bayes text classifiers", 2003) estimates a class's
// weights from the documents of all other classes, which makes them less
// sensitive to how many documents each class has.
type Bayes struct {
	// Kind is "complement" (the zero value means it) or "multinomial".
	Kind string
	// Alpha is added to the sum of each feature's weights in a class; 0 means 1,
	// scikit-learn's default. For n-grams much smaller values, as 0.03, are
	// usually better.
	Alpha float64
	// Norm divides a class's weights by their sum. Only for "complement".
	Norm bool
}

// Fit fits the model to rows and their labels in one pass. Values must not be
// negative.
func (b Bayes) Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*Model, error) {
	if b.Kind == "" {
		b.Kind = "complement"
	}
	if b.Kind != "complement" && b.Kind != "multinomial" {
		return nil, fmt.Errorf(`linear: naive Bayes of kind %q: it must be "complement" or "multinomial"`, b.Kind)
	}
	if b.Norm && b.Kind != "complement" {
		return nil, fmt.Errorf(`linear: Norm is for naive Bayes of kind "complement", not %q`, b.Kind)
	}
	if b.Alpha == 0 {
		b.Alpha = 1
	}
	if !(b.Alpha > 0) || math.IsInf(b.Alpha, 0) {
		return nil, fmt.Errorf("linear: naive Bayes with Alpha %v: it must be above 0", b.Alpha)
	}
	classes, class, counts, err := encode(x, labels)
	if err != nil {
		return nil, err
	}
	width := len(classes)
	m := &Model{
		Method:  fmt.Sprintf("%s naive Bayes, alpha = %g", b.Kind, b.Alpha),
		classes: classes, features: x.Cols(), width: width, probabilistic: true, Iterations: 1,
		weights: make([]float64, x.Cols()*width), intercepts: make([]float64, width),
	}
	for i, k := range class {
		columns, values := x.Own(own.Permit{}, i)
		for j, c := range columns {
			if values[j] < 0 {
				return nil, fmt.Errorf("linear: row %d, feature %d is %v: naive Bayes needs values that are not negative", i, c, values[j])
			}
			m.weights[int(c)*width+k] += values[j]
		}
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	if b.Kind == "multinomial" {
		b.multinomial(m, counts)
	} else {
		b.complement(m)
	}
	return m, nil
}

// multinomial turns sums of features by class into logarithms of their shares.
func (b Bayes) multinomial(m *Model, counts []int) {
	totals := make([]float64, m.width)
	documents := 0
	for k, n := range counts {
		totals[k] = b.Alpha * float64(m.features)
		documents += n
	}
	for i, w := range m.weights {
		totals[i%m.width] += w
	}
	for i, w := range m.weights {
		m.weights[i] = math.Log(w+b.Alpha) - math.Log(totals[i%m.width])
	}
	for k, n := range counts {
		m.intercepts[k] = math.Log(float64(n) / float64(documents))
	}
}

// complement turns them into logarithms of what the other classes have, with
// the sign changed.
func (b Bayes) complement(m *Model) {
	totals, sums := make([]float64, m.width), make([]float64, m.width)
	for f := range m.features {
		row := m.weights[f*m.width : (f+1)*m.width]
		all := b.Alpha
		for _, w := range row {
			all += w
		}
		for k, w := range row {
			row[k] = all - w
			totals[k] += row[k]
		}
	}
	for k := range totals {
		totals[k] = math.Log(totals[k])
	}
	for i, w := range m.weights {
		k := i % m.width
		m.weights[i] = totals[k] - math.Log(w)
		sums[k] -= m.weights[i]
	}
	if !b.Norm {
		return
	}
	// As scikit-learn: the logarithms themselves, over their sum, which have
	// the same sign.
	for i, w := range m.weights {
		m.weights[i] = -w / sums[i%m.width]
	}
}

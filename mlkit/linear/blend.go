package linear

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/sparse"
)

// Blend returns the weighted sum of models, which is a linear model again: their
// scores, less their mean over the classes, divided by their standard deviation
// over the rows of x, times the shares. So models vote however large their
// scores are. x is what they were fitted on: nothing else may be known of.
// Shares must not be negative, and not all 0. A model that was fitted on the
// first columns of x only has no say on the others; the first model must know
// all.
func Blend(models []*Model, shares []float64, x *sparse.Matrix) (*Model, error) {
	if len(models) == 0 || len(models) != len(shares) {
		return nil, fmt.Errorf("linear: %d models to blend by %d shares", len(models), len(shares))
	}
	total := 0.0
	for i, s := range shares {
		if !(s >= 0) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("linear: share %v of model %d: it must not be negative", s, i+1)
		}
		total += s
	}
	if total == 0 {
		return nil, fmt.Errorf("linear: a blend in which every share is 0")
	}
	first := models[0]
	width := len(first.classes)
	b := &Model{classes: slices.Clone(first.classes), features: first.features, width: width,
		weights: make([]float64, first.features*width), intercepts: make([]float64, width)}
	var names []string
	for i, m := range models {
		if !slices.Equal(m.classes, b.classes) || m.features > b.features {
			return nil, fmt.Errorf("linear: model %d of the blend has %d classes and %d features, the first has %d and %d", i+1, len(m.classes), m.features, width, b.features)
		}
		b.Iterations = max(b.Iterations, m.Iterations)
		b.Warnings = append(b.Warnings, m.Warnings...)
		names = append(names, fmt.Sprintf("%.3g of %s", shares[i]/total, m.Method))
		if shares[i] == 0 {
			continue
		}
		own, err := x.FirstColumns(m.features)
		if err != nil {
			return nil, fmt.Errorf("linear: %w", err)
		}
		deviation, err := m.Spread(own)
		if err != nil {
			return nil, err
		}
		if deviation > 0 {
			b.add(m, shares[i]/total/deviation)
		}
	}
	b.Method = "blend: " + strings.Join(names, " and ")
	return b, nil
}

// Spread returns the standard deviation of the scores for the rows of x, less
// each row's mean over the classes: how large the model's scores are.
func (m *Model) Spread(x *sparse.Matrix) (float64, error) {
	scores, err := m.Decision(x)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, row := range scores {
		mean := average(row)
		for _, s := range row {
			sum += (s - mean) * (s - mean)
		}
	}
	return math.Sqrt(sum / float64(max(1, len(scores)*len(m.classes)))), nil
}

// add adds a model's centred weights, times a factor.
func (b *Model) add(m *Model, factor float64) {
	row := make([]float64, b.width)
	for f := range m.features {
		for k := range row {
			row[k] = m.weight(k, f)
		}
		mean := average(row)
		for k, w := range row {
			b.weights[f*b.width+k] += factor * (w - mean)
		}
	}
	for k := range row {
		row[k] = m.intercept(k)
	}
	mean := average(row)
	for k, w := range row {
		b.intercepts[k] += factor * (w - mean)
	}
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

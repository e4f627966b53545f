// Package boost fits gradient-boosted decision trees with logistic loss to
// tables of numbers: the probability that a row is positive. Features are cut
// into bins once, and splits are looked for in histograms, as LightGBM does (Ke
// et al. 2017), with the second-order gain of XGBoost (Chen and Guestrin 2016).
//
// FitParts fits several models to parts of one table, and follows what they say
// of the rows, tree by tree.
//
// It is for rankings and yes-or-no questions over tens of dense features. For
// sparse text there is package linear. There are no missing values, no
// categories and no more than two classes.
package boost

import (
	"context"
	"fmt"
	"math"
)

// Options say how trees are grown. The zero value is the default.
type Options struct {
	// Trees is the number of trees; 0 means 200.
	Trees int
	// Leaves is the most leaves that a tree has, at least 2; 0 means 31. Trees
	// grow leaf by leaf, the one that gains most first.
	Leaves int
	// LearningRate is what part of each tree's correction is made, in (0, 1]; 0
	// means 0.1.
	LearningRate float64
	// MinLeaf is the least weight of the rows of a leaf; 0 means 20.
	MinLeaf float64
	// L2 is the weight of large corrections against errors; 0 means 1.
	L2 float64
	// Sample is the share of rows that each tree sees, and Features the share of
	// features, in (0, 1]; 0 means 1: all.
	Sample, Features float64
	// Seed determines which rows and features those are.
	Seed int64
}

// Check returns the options with their defaults written out, or what is wrong
// with them.
func (o Options) Check() (Options, error) {
	if o.Trees == 0 {
		o.Trees = 200
	}
	if o.Leaves == 0 {
		o.Leaves = 31
	}
	if o.LearningRate == 0 {
		o.LearningRate = 0.1
	}
	if o.MinLeaf == 0 {
		o.MinLeaf = 20
	}
	if o.L2 == 0 {
		o.L2 = 1
	}
	if o.Sample == 0 {
		o.Sample = 1
	}
	if o.Features == 0 {
		o.Features = 1
	}
	switch {
	case o.Trees < 0 || o.Trees > maxTrees:
		return o, fmt.Errorf("boost: %d trees: 1 to %d are possible", o.Trees, maxTrees)
	case o.Leaves < 2 || o.Leaves > maxLeaves:
		return o, fmt.Errorf("boost: %d leaves: 2 to %d are possible", o.Leaves, maxLeaves)
	case !(o.LearningRate > 0 && o.LearningRate <= 1):
		return o, fmt.Errorf("boost: a learning rate of %g: it must be in (0, 1]", o.LearningRate)
	case !(o.MinLeaf > 0) || math.IsInf(o.MinLeaf, 0):
		return o, fmt.Errorf("boost: a least leaf weight of %g: it must be above 0", o.MinLeaf)
	case !(o.L2 > 0) || math.IsInf(o.L2, 0):
		return o, fmt.Errorf("boost: L2 of %g: it must be above 0", o.L2)
	case !(o.Sample > 0 && o.Sample <= 1):
		return o, fmt.Errorf("boost: a sample of %g of the rows: it must be in (0, 1]", o.Sample)
	case !(o.Features > 0 && o.Features <= 1):
		return o, fmt.Errorf("boost: a sample of %g of the features: it must be in (0, 1]", o.Features)
	}
	return o, nil
}

const (
	maxTrees  = 100_000
	maxLeaves = 4096
)

// Model is a fitted ensemble. It does not change.
type Model struct {
	features  int
	intercept float64
	trees     []tree
	gain      []float64
}

// Fit learns from columns, one for each feature, all of the same length: the
// probability that a row is positive. Weights, one for each row, say how much
// rows count; nil means 1 for each. Values must be finite. The result does not
// depend on the number of processors.
func Fit(ctx context.Context, columns [][]float64, positive []bool, weights []float64, opt Options) (*Model, error) {
	fits, err := FitParts(ctx, columns, positive, weights, []Part{{}}, opt)
	if err != nil {
		return nil, err
	}
	return fits[0].Model, nil
}

// Features returns the number of features.
func (m *Model) Features() int { return m.features }

// Trees returns the number of trees.
func (m *Model) Trees() int { return len(m.trees) }

// Gain returns, for each feature, what its splits gained in training, as shares
// of the whole: how much the model rests on it.
func (m *Model) Gain() []float64 {
	shares := make([]float64, len(m.gain))
	sum := 0.0
	for _, g := range m.gain {
		sum += g
	}
	if sum > 0 {
		for i, g := range m.gain {
			shares[i] = g / sum
		}
	}
	return shares
}

// Decision returns the logarithm of the odds that a row is positive. A row of
// another length than Features is an error.
func (m *Model) Decision(row []float64) (float64, error) {
	if len(row) != m.features {
		return 0, fmt.Errorf("boost: a row of %d features for a model of %d", len(row), m.features)
	}
	sum := m.intercept
	for i := range m.trees {
		t := &m.trees[i]
		sum += t.value[t.leafOf(row)]
	}
	return sum, nil
}

// Contributions returns by how much each feature moved the decision of a row,
// and, last, where it began: along each path, the change of the expected value
// at every split is the splitting feature's (Saabas 2014). They sum to Decision.
func (m *Model) Contributions(row []float64) ([]float64, error) {
	if len(row) != m.features {
		return nil, fmt.Errorf("boost: a row of %d features for a model of %d", len(row), m.features)
	}
	c := make([]float64, m.features+1)
	c[m.features] = m.intercept
	for i := range m.trees {
		t := &m.trees[i]
		at := int32(0)
		c[m.features] += t.value[0]
		for t.left[at] != 0 {
			f, before := t.feature[at], t.value[at]
			if row[f] <= t.threshold[at] {
				at = t.left[at]
			} else {
				at = t.left[at] + 1
			}
			c[f] += t.value[at] - before
		}
	}
	return c, nil
}

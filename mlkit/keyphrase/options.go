package keyphrase

import (
	"fmt"
	"math"

	"viva/mlkit/boost"
)

// Options say how an extractor is trained. The zero value is the default, which
// was chosen by cross-validation over the training parts of Inspec, SemEval-2010
// Task 5 and ScienceIE together.
type Options struct {
	// Folds is the number of parts into which the training documents are divided,
	// so that what is learned of words is learned from other documents than those
	// that the ranking is learned from; 0 means 5.
	Folds int
	// Trees, Leaves, LearningRate and MinLeaf are the ranker's, see
	// boost.Options; 0 means 200, 15, 0.08 and 30.
	Trees, Leaves         int
	LearningRate, MinLeaf float64
	// Redundancy is by how much the logarithm of the odds of a phrase is lowered
	// that is a part of one ranked above it, or has one as a part; 0 means 0.4, and
	// a negative number none.
	Redundancy float64
	// Balance, in 0..1, says how much collections count: each by its number of
	// documents to the power of 1 - Balance. 0 means that all documents count the
	// same, 1 that all collections do.
	Balance float64
	// Seed determines the parts, the order of learning and the rows of each tree.
	Seed int64
}

func (o Options) withDefaults() (Options, error) {
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.Trees == 0 {
		o.Trees = 200
	}
	if o.Leaves == 0 {
		o.Leaves = 15
	}
	if o.LearningRate == 0 {
		o.LearningRate = 0.08
	}
	if o.MinLeaf == 0 {
		o.MinLeaf = 30
	}
	if o.Folds < 2 {
		return o, fmt.Errorf("keyphrase: Options.Folds is %d: at least 2 are needed", o.Folds)
	}
	if !(o.Balance >= 0 && o.Balance <= 1) {
		return o, fmt.Errorf("keyphrase: Options.Balance is %g: it must be in 0..1", o.Balance)
	}
	switch {
	case math.IsNaN(o.Redundancy) || math.IsInf(o.Redundancy, 0):
		return o, fmt.Errorf("keyphrase: Options.Redundancy is %g: it must be finite", o.Redundancy)
	case o.Redundancy == 0:
		o.Redundancy = 0.4
	}
	if _, err := o.boost().Check(); err != nil {
		return o, fmt.Errorf("keyphrase: %w", err)
	}
	return o, nil
}

// redundancy is the penalty of Redundancy.
func (o Options) redundancy() float64 { return max(o.Redundancy, 0) }

func (o Options) boost() boost.Options {
	return boost.Options{
		Trees: o.Trees, Leaves: o.Leaves, LearningRate: o.LearningRate, MinLeaf: o.MinLeaf, L2: 5,
		Sample: 0.5, Features: 0.5, Seed: o.Seed,
	}
}

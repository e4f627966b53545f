package boost

import (
	"errors"
	"fmt"
	"math"

	"viva/internal/canonical"
)

// formatVersion is that of the form in which models are written.
const formatVersion = 2

// written is a Model in the form in which it is written: the nodes of all trees
// one after the other, Sizes of each tree.
type written struct {
	Version, Features int
	Intercept         float64
	Gain              []float64
	Sizes             []int
	Feature, Left     []int32
	Bin               []uint8
	Threshold, Value  []float64
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	w := written{Version: formatVersion, Features: m.features, Intercept: m.intercept, Gain: m.gain}
	for i := range m.trees {
		t := &m.trees[i]
		w.Sizes = append(w.Sizes, len(t.left))
		w.Feature, w.Left = append(w.Feature, t.feature...), append(w.Left, t.left...)
		w.Bin = append(w.Bin, t.bin...)
		w.Threshold, w.Value = append(w.Threshold, t.threshold...), append(w.Value, t.value...)
	}
	return canonical.Marshal(w)
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. Damaged input is an error.
func (m *Model) UnmarshalBinary(b []byte) error {
	var w written
	if err := canonical.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("boost: not a model: %w", err)
	}
	n := len(w.Left)
	switch {
	case w.Version != formatVersion:
		return fmt.Errorf("boost: the model is of version %d, and this program reads version %d", w.Version, formatVersion)
	case w.Features < 1 || len(w.Gain) != w.Features || len(w.Sizes) > maxTrees:
		return fmt.Errorf("boost: not a model: %d features with %d gains, %d trees", w.Features, len(w.Gain), len(w.Sizes))
	case len(w.Feature) != n || len(w.Bin) != n || len(w.Threshold) != n || len(w.Value) != n:
		return errors.New("boost: not a model: parts of its nodes are missing")
	}
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	if !finite(w.Intercept) {
		return errors.New("boost: not a model: its intercept is no number")
	}
	read := Model{features: w.Features, intercept: w.Intercept, gain: w.Gain}
	from := 0
	for _, size := range w.Sizes {
		if size < 1 || size > n-from {
			return fmt.Errorf("boost: not a model: a tree of %d nodes where %d are left", size, n-from)
		}
		to := from + size
		t := tree{w.Feature[from:to:to], w.Bin[from:to:to], w.Threshold[from:to:to], w.Left[from:to:to], w.Value[from:to:to]}
		for i := range size {
			// Children come after their parent, so that every path ends.
			if l := int(t.left[i]); l != 0 && (l <= i || l+1 >= size) {
				return fmt.Errorf("boost: not a model: node %d of %d has the children %d and %d", i, size, l, l+1)
			}
			if f := int(t.feature[i]); f < 0 || f >= w.Features || !finite(t.threshold[i]) || !finite(t.value[i]) {
				return fmt.Errorf("boost: not a model: node %d is damaged", i)
			}
		}
		read.trees = append(read.trees, t)
		from = to
	}
	if from != n {
		return fmt.Errorf("boost: not a model: %d nodes belong to no tree", n-from)
	}
	*m = read
	return nil
}

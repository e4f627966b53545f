package linear

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"math"
	"slices"

	"viva/internal/stablegob"
)

// fitted is a Model in the form in which it is written. Weights are the bits
// of the numbers, eight bytes each, the lowest first.
type fitted struct {
	Method        string
	Iterations    int
	Warnings      []string
	Classes       []string
	Features      int
	Probabilistic bool
	Weights       []byte
	Intercepts    []float64
	Width         int
}

// form begins everything that is written here: what it is, and the version of
// its form.
const form = "viva linear model 2\n"

// MarshalBinary implements encoding.BinaryMarshaler. What it writes says which
// form it has.
func (m *Model) MarshalBinary() ([]byte, error) {
	weights := make([]byte, 0, 8*len(m.weights))
	for _, w := range m.weights {
		weights = binary.LittleEndian.AppendUint64(weights, math.Float64bits(w))
	}
	b, err := stablegob.Encode(fitted{m.Method, m.Iterations, m.Warnings, m.classes, m.features, m.probabilistic, weights, m.intercepts, m.width})
	return append([]byte(form), b...), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. It is an error if the bytes
// are not a model, are damaged, or have the form of another version.
func (m *Model) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(form))
	if !ok {
		return fmt.Errorf("linear: not a fitted model of this version: it begins with %.24q, want %q: train it again", b, form)
	}
	var f fitted
	if err := gob.NewDecoder(bytes.NewReader(rest)).Decode(&f); err != nil {
		return fmt.Errorf("linear: not a fitted model: %w", err)
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("linear: not a fitted model: %w", err)
	}
	*m = Model{
		Method: f.Method, Iterations: f.Iterations, Warnings: f.Warnings, classes: f.Classes, features: f.Features,
		probabilistic: f.Probabilistic, weights: make([]float64, len(f.Weights)/8), intercepts: f.Intercepts, width: f.Width,
	}
	for i := range m.weights {
		m.weights[i] = math.Float64frombits(binary.LittleEndian.Uint64(f.Weights[8*i:]))
	}
	return nil
}

// check returns what does not fit together.
func (f *fitted) check() error {
	numbers := len(f.Weights) / 8
	switch {
	case len(f.Classes) < 2 || !slices.IsSorted(f.Classes) || len(slices.Compact(slices.Clone(f.Classes))) < len(f.Classes):
		return fmt.Errorf("classes %q: there must be two or more, in ascending order", f.Classes)
	case f.Width != len(f.Classes) && (f.Width != 1 || len(f.Classes) != 2):
		return fmt.Errorf("%d scores for %d classes", f.Width, len(f.Classes))
	case len(f.Intercepts) != f.Width:
		return fmt.Errorf("%d intercepts for %d scores", len(f.Intercepts), f.Width)
	case len(f.Weights)%8 != 0 || f.Features < 1 || numbers%f.Width != 0 || numbers/f.Width != f.Features:
		return fmt.Errorf("%d bytes of weights for %d features and %d scores", len(f.Weights), f.Features, f.Width)
	}
	return nil
}

package linear

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"math"
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

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	weights := make([]byte, 0, 8*len(m.weights))
	for _, w := range m.weights {
		weights = binary.LittleEndian.AppendUint64(weights, math.Float64bits(w))
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(fitted{m.Method, m.Iterations, m.Warnings, m.classes, m.features, m.probabilistic, weights, m.intercepts, m.width})
	return b.Bytes(), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only.
func (m *Model) UnmarshalBinary(b []byte) error {
	var f fitted
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&f); err != nil {
		return fmt.Errorf("linear: not a fitted model: %w", err)
	}
	if f.Features < 0 || f.Width < 0 || len(f.Weights)%8 != 0 || len(f.Weights)/8 != f.Features*f.Width {
		return fmt.Errorf("linear: not a fitted model: %d bytes of weights for %d features and a width of %d", len(f.Weights), f.Features, f.Width)
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

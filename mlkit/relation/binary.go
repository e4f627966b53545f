package relation

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"

	"viva/internal/stablegob"
	"viva/mlkit/linear"
)

// header begins a written model; its last byte is the version of the form. The hash
// of what follows stands after it.
const header = "viva relation extractor\x00\x01"

// fitted is a Model in the form in which it is written.
type fitted struct {
	Features int // the version of what features are
	Options  Options
	Warnings []string
	// Names are the features by column.
	Names  []string
	Linear *linear.Model
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	if m.linear == nil {
		return nil, errors.New("relation: the model is not trained")
	}
	f := fitted{featuresVersion, m.Options, m.Warnings, make([]string, len(m.columns)), m.linear}
	for name, c := range m.columns {
		f.Names[c] = name
	}
	b, err := stablegob.Encode(f)
	if err != nil {
		return nil, fmt.Errorf("relation: %w", err)
	}
	sum := sha256.Sum256(b)
	return append(append([]byte(header), sum[:]...), b...), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. What is no such model, is damaged,
// or was written with other features, is an error.
func (m *Model) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(header[:len(header)-1]))
	if !ok || len(rest) < 1+sha256.Size {
		return errors.New("relation: not a relation extractor")
	}
	if rest[0] != header[len(header)-1] {
		return fmt.Errorf("relation: the model is written in version %d, and this program reads version %d: train it again", rest[0], header[len(header)-1])
	}
	written, content := rest[1:1+sha256.Size], rest[1+sha256.Size:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], written) {
		return errors.New("relation: the model is damaged: its content is not what was written")
	}
	var f fitted
	if err := gob.NewDecoder(bytes.NewReader(content)).Decode(&f); err != nil {
		return fmt.Errorf("relation: not a relation extractor: %w", err)
	}
	switch {
	case f.Features != featuresVersion:
		return fmt.Errorf("relation: the model has features of version %d, and this program makes version %d: train it again", f.Features, featuresVersion)
	case f.Linear == nil:
		return errors.New("relation: not a relation extractor: there are no weights")
	}
	*m = Model{Options: f.Options, Warnings: f.Warnings, columns: make(map[string]int32, len(f.Names)), linear: f.Linear, outputs: outputsOf(f.Linear.Classes())}
	for c, name := range f.Names {
		m.columns[name] = int32(c)
	}
	if len(m.columns) != len(f.Names) || len(m.outputs) < 2 {
		return errors.New("relation: not a relation extractor: a feature is there twice, or there are no labels")
	}
	if m.linear.Features() != len(m.columns)+vectorParts*m.dimensions() {
		return errors.New("relation: not a relation extractor: weights and features do not fit together")
	}
	return nil
}

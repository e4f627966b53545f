package classify

import (
	"bytes"
	"encoding/gob"
	"fmt"

	"viva/internal/stablegob"
	"viva/mlkit/calibrate"
	"viva/mlkit/linear"
	"viva/mlkit/text"
)

// form begins everything that is written here: what it is, and the version of
// its form.
const form = "viva text classifier 1\n"

// written is a Model in the form in which it is written. Calibration is nil
// where there is none.
type written struct {
	Options     Options
	Warnings    []string
	TFIDF       *text.TFIDF
	Linear      *linear.Model
	Calibration *calibrate.Map
}

// MarshalBinary implements encoding.BinaryMarshaler. What it writes says which
// form it has.
func (m *Model) MarshalBinary() ([]byte, error) {
	b, err := stablegob.Encode(written{m.Options, m.Warnings, m.tfidf, m.linear, m.calibration})
	return append([]byte(form), b...), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. It is an error if the bytes
// are not a classifier, are damaged, or have the form of another version.
func (m *Model) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(form))
	if !ok {
		return fmt.Errorf("classify: not a text classifier of this version: it begins with %.24q, want %q: train it again", b, form)
	}
	var w written
	if err := gob.NewDecoder(bytes.NewReader(rest)).Decode(&w); err != nil {
		return fmt.Errorf("classify: not a text classifier: %w", err)
	}
	if w.TFIDF == nil || w.Linear == nil || w.TFIDF.Features() != w.Linear.Features() {
		return fmt.Errorf("classify: not a text classifier: vocabulary and weights do not belong together")
	}
	if c := w.Calibration; c != nil && len(c.Classes()) != len(w.Linear.Classes()) {
		return fmt.Errorf("classify: not a text classifier: calibration for %d classes, weights for %d", len(c.Classes()), len(w.Linear.Classes()))
	}
	*m = Model{Options: w.Options, Warnings: w.Warnings, tfidf: w.TFIDF, linear: w.Linear, calibration: w.Calibration, print: &printed{}}
	return nil
}

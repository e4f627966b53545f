package topic

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"

	"viva/internal/canonical"
)

// header begins a written model: what it is, and the version of the form.
const header = "viva topic model 2\n"

// ErrFormat is returned, wrapped, for what is no written model, or a damaged one.
var ErrFormat = errors.New("not a topic model")

// written is a Model in the form in which it is written, after the header and the
// hash of what follows.
type written struct {
	Method, About     string
	Words             Words
	Terms             []string
	Topics            int
	Weights, Mixtures []float64
	Sizes, Alpha      []float64
	Beta              float64
	Scales, IDF       []float64
	Curve             []float64
	Warnings          []string
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	w := written{m.method, m.about, m.words, m.terms, m.topics, m.weights, m.mixtures, m.sizes, m.alpha, m.beta, m.scales, m.idf, m.curve, m.Warnings}
	body, err := canonical.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("topic: %w", err)
	}
	hash := sha256.Sum256(body)
	return slices.Concat([]byte(header), hash[:], body), nil
}

// Fingerprint returns the hash of all that the model is made of, as "sha256:" and
// 64 hex digits.
func (m *Model) Fingerprint() string {
	content, err := m.MarshalBinary()
	if err != nil {
		return "" // every model can be written: it is numbers and texts
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(content))
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. The error for anything else than
// a whole model of this version is ErrFormat.
func (m *Model) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(header))
	if !ok {
		return fmt.Errorf("topic: %w: it does not begin with %q", ErrFormat, header[:len(header)-1])
	}
	if len(rest) < sha256.Size {
		return fmt.Errorf("topic: %w: it is cut off", ErrFormat)
	}
	if hash := sha256.Sum256(rest[sha256.Size:]); !bytes.Equal(hash[:], rest[:sha256.Size]) {
		return fmt.Errorf("topic: %w: it is damaged: its content has another hash", ErrFormat)
	}
	var w written
	if err := canonical.Unmarshal(rest[sha256.Size:], &w); err != nil {
		return fmt.Errorf("topic: %w: %w", ErrFormat, err)
	}
	if err := w.check(); err != nil {
		return fmt.Errorf("topic: %w: %w", ErrFormat, err)
	}
	*m = Model{
		method: w.Method, about: w.About, words: w.Words, terms: w.Terms, topics: w.Topics, weights: w.Weights, mixtures: w.Mixtures,
		sizes: w.Sizes, alpha: w.Alpha, beta: w.Beta, scales: w.Scales, idf: w.IDF, curve: w.Curve, Warnings: w.Warnings,
	}
	return nil
}

// check tells what does not belong together, so that no method of the model can
// fail on it.
func (w written) check() error {
	if _, err := w.Words.check(); err != nil {
		return err
	}
	switch {
	case w.Method != "LDA" && w.Method != "NMF":
		return fmt.Errorf("method %q", w.Method)
	case w.Topics < 1 || len(w.Terms) < 1 || len(w.Weights) != w.Topics*len(w.Terms):
		return fmt.Errorf("%d weights of %d topics and %d terms", len(w.Weights), w.Topics, len(w.Terms))
	case len(w.Mixtures)%w.Topics != 0 || len(w.Sizes) != w.Topics:
		return fmt.Errorf("%d shares and %d sizes of %d topics", len(w.Mixtures), len(w.Sizes), w.Topics)
	case w.Method == "LDA" && len(w.Alpha) != w.Topics:
		return fmt.Errorf("%d parameters of %d topics", len(w.Alpha), w.Topics)
	case w.Method == "NMF" && (len(w.Scales) != w.Topics || len(w.IDF) != len(w.Terms)):
		return fmt.Errorf("%d scales and %d inverse document frequencies of %d topics and %d terms", len(w.Scales), len(w.IDF), w.Topics, len(w.Terms))
	case !slices.IsSorted(w.Terms):
		return errors.New("terms are not in order")
	}
	for _, values := range [][]float64{w.Weights, w.Mixtures, w.Sizes, w.Alpha, w.Scales, w.IDF, {w.Beta}} {
		for _, v := range values {
			if !(v >= 0) || math.IsInf(v, 1) {
				return fmt.Errorf("the weight %v", v)
			}
		}
	}
	return nil
}

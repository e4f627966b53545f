package text

import (
	"bytes"
	"encoding/gob"
	"fmt"
)

// fitted is a TFIDF in the form in which it is written.
type fitted struct {
	Options   Options
	Terms     []string
	IDF       []float64
	DF        []int
	Documents int
	Warnings  []string
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (t *TFIDF) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(fitted{t.opt, t.terms, t.idf, t.df, t.documents, t.Warnings})
	return b.Bytes(), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes t what was
// written and may be called on a new TFIDF only.
func (t *TFIDF) UnmarshalBinary(b []byte) error {
	var f fitted
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&f); err != nil {
		return fmt.Errorf("text: not a fitted vectoriser: %w", err)
	}
	if len(f.IDF) != len(f.Terms) || len(f.DF) != len(f.Terms) {
		return fmt.Errorf("text: not a fitted vectoriser: %d terms, %d inverse document frequencies, %d document frequencies", len(f.Terms), len(f.IDF), len(f.DF))
	}
	*t = TFIDF{opt: f.Options, terms: f.Terms, idf: f.IDF, df: f.DF, documents: f.Documents, Warnings: f.Warnings}
	return nil
}

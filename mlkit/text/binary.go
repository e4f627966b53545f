package text

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"

	"viva/internal/stablegob"
)

// fitted is a block of a TFIDF in the form in which it is written.
type fitted struct {
	Options   Options
	Terms     []string
	IDF       []float64
	DF        []int
	Documents int
	Warnings  []string
}

// form begins everything that is written here: what it is, and the version of
// its form.
const form = "viva vectoriser 2\n"

// MarshalBinary implements encoding.BinaryMarshaler. What it writes says which
// form it has.
func (t *TFIDF) MarshalBinary() ([]byte, error) {
	var blocks []fitted
	for _, t := range t.blocks() {
		blocks = append(blocks, fitted{t.opt, t.terms, t.idf, t.df, t.documents, t.Warnings})
	}
	b, err := stablegob.Encode(blocks)
	return append([]byte(form), b...), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes t what was
// written and may be called on a new TFIDF only. It is an error if the bytes
// are not a vectoriser, are damaged, or have the form of another version.
func (t *TFIDF) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(form))
	if !ok {
		return fmt.Errorf("text: not a fitted vectoriser of this version: it begins with %.24q, want %q: fit it again", b, form)
	}
	var blocks []fitted
	if err := gob.NewDecoder(bytes.NewReader(rest)).Decode(&blocks); err != nil {
		return fmt.Errorf("text: not a fitted vectoriser: %w", err)
	}
	if len(blocks) == 0 || len(blocks) != 1+len(blocks[0].Options.Also) {
		return fmt.Errorf("text: not a fitted vectoriser: %d blocks", len(blocks))
	}
	var all []*TFIDF
	for _, f := range blocks {
		if err := f.check(); err != nil {
			return fmt.Errorf("text: not a fitted vectoriser: %w", err)
		}
		// Options were complete when they were written; gob leaves out the
		// zero values among them, which check puts back.
		opt, err := f.Options.check()
		if err != nil {
			return fmt.Errorf("text: not a fitted vectoriser: %w", err)
		}
		all = append(all, &TFIDF{opt: opt, terms: f.Terms, idf: f.IDF, df: f.DF, documents: f.Documents, Warnings: f.Warnings})
	}
	*t = *all[0]
	t.more = all[1:]
	return nil
}

// check returns what does not fit together.
func (f *fitted) check() error {
	if len(f.Terms) == 0 || len(f.IDF) != len(f.Terms) || len(f.DF) != len(f.Terms) {
		return fmt.Errorf("%d terms, %d inverse document frequencies, %d document frequencies", len(f.Terms), len(f.IDF), len(f.DF))
	}
	for i, term := range f.Terms {
		if i > 0 && f.Terms[i-1] >= term {
			return fmt.Errorf("term %q after %q", term, f.Terms[i-1])
		}
		if v := f.IDF[i]; math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the inverse document frequency of %q is %v", term, v)
		}
	}
	return nil
}

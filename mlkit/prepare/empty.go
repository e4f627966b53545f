package prepare

import (
	"fmt"

	"viva/mlkit/data"
)

// EmptyOptions say which documents are too short. The zero value removes those
// without a word.
type EmptyOptions struct {
	// MinWords is the smallest number of words; 0 means 1. A word is a run of
	// letters and numbers; of a message the body counts.
	MinWords int
}

func (o EmptyOptions) filled() (EmptyOptions, error) {
	if o.MinWords == 0 {
		o.MinWords = 1
	}
	if o.MinWords < 1 {
		return o, fmt.Errorf("prepare: EmptyOptions.MinWords is %d: it must not be negative", o.MinWords)
	}
	return o, nil
}

// DropEmpty removes documents that have no words, or too few.
func DropEmpty(c *data.Corpus, opt EmptyOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	var removed []Removal
	for row := range c.Len() {
		n := 0
		eachWord(c.Body(row), func(from, to int) { n++ })
		if n >= opt.MinWords {
			continue
		}
		d := c.At(row)
		kind, reason := "empty", "has no word"
		if n > 0 {
			kind, reason = "too short", fmt.Sprintf("has %d words, at least %d are wanted", n, opt.MinWords)
		}
		removed = append(removed, Removal{row, d.ID, d.Label, kind, reason})
	}
	return apply("drop empty documents", "Nothing can be learned from a document without words, and no answer on it is right or wrong.", c, removed)
}

package prepare

import (
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
)

// MaskOptions say which words are made invisible.
type MaskOptions struct {
	// Words are compared without regard to capital letters.
	Words []string
}

// Mask puts spaces in the place of words, so that offsets into the text stay
// right. Entities and relations that a word was part of go.
func Mask(c *data.Corpus, opt MaskOptions) (*Step, error) {
	words, err := opt.set()
	if err != nil {
		return nil, err
	}
	var affected []Removal
	for row := range c.Len() {
		d := c.At(row)
		var has []string
		for w := range wordSet(d.Text) {
			if words[w] {
				has = append(has, w)
			}
		}
		if has != nil {
			slices.Sort(has)
			affected = append(affected, Removal{row, d.ID, d.Label, "masked", "had " + some(has)})
		}
	}
	return masked("mask words", "What must not be used is not to be seen.", c, words, affected)
}

func (o MaskOptions) set() (map[string]bool, error) {
	if len(o.Words) == 0 {
		return nil, fmt.Errorf("prepare: MaskOptions.Words is empty: name the words to mask")
	}
	words := map[string]bool{}
	for _, w := range o.Words {
		n := 0
		w = strings.ToLower(w)
		eachWord(w, func(from, to int) { n += to - from })
		if n != len(w) || n == 0 {
			return nil, fmt.Errorf("prepare: MaskOptions.Words has %q, which is not one word of letters and numbers", w)
		}
		words[w] = true
	}
	return words, nil
}

func masked(name, why string, c *data.Corpus, words map[string]bool, affected []Removal) (*Step, error) {
	after, err := c.Map(func(d data.Document) data.Document {
		d.Text = maskedText(d.Text, words)
		return dropBroken(d)
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return &Step{Name: name, Why: why, Corpus: after, Before: c.Len(), After: after.Len(), Changed: affected, before: c}, nil
}

func maskedText(text string, words map[string]bool) string {
	var out []byte
	eachWord(text, func(from, to int) {
		if words[strings.ToLower(text[from:to])] {
			if out == nil {
				out = []byte(text)
			}
			for i := from; i < to; i++ {
				out[i] = ' '
			}
		}
	})
	if out == nil {
		return text
	}
	return string(out)
}

// dropBroken removes the entities and relations whose words are not in the text
// any more.
func dropBroken(d data.Document) data.Document {
	broken := func(s data.Span) bool { return d.Text[s.Start:s.End] != s.Text }
	d.Entities = slices.DeleteFunc(d.Entities, func(e data.Entity) bool { return broken(e.Span) })
	d.Relations = slices.DeleteFunc(d.Relations, func(r data.Relation) bool { return broken(r.Head) || broken(r.Tail) })
	return d
}

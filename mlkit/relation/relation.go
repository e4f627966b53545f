// Package relation learns to name the relation that a sentence states between two
// marked entities, with its direction: in "the <e1>fire</e1> was caused by a
// <e2>spark</e2>" it is Cause-Effect(e2,e1).
//
// The model is a linear support vector machine over features that need nothing
// but the sentence: words, their stems, endings and order, and what stands
// between and around the entities. There is no parser, no tagger and no lexicon.
// Every sentence is read twice, once from either entity to the other, so that
// what is learned of a cause in one direction serves in the other.
//
// Finding the entities is not its work.
package relation

import (
	"fmt"
	"strings"

	"viva/mlkit/data"
)

// Other is the label of sentences that state none of the relations.
const Other = "Other"

// The directions of a relation, as labels end with them.
const (
	forward  = "(e1,e2)"
	backward = "(e2,e1)"
)

// Base returns a label without its direction.
func Base(label string) string {
	if base, ok := strings.CutSuffix(label, forward); ok {
		return base
	}
	return strings.TrimSuffix(label, backward)
}

// Example is a sentence with two marked entities; spans are in bytes of Text, and
// E1 stands before E2.
type Example struct {
	Text   string
	E1, E2 data.Span
}

// New returns the example of a text and the spans of its entities, which are put
// into their order. The spans must be within the text, not be empty, and not
// overlap.
func New(text string, a, b data.Span) (Example, error) {
	if b.Start < a.Start {
		a, b = b, a
	}
	for _, s := range []data.Span{a, b} {
		if s.Start < 0 || s.End > len(text) || s.Start >= s.End || s.Text != "" && text[s.Start:s.End] != s.Text {
			return Example{}, fmt.Errorf("relation: the entity %q is not in the text at the bytes %d to %d", s.Text, s.Start, s.End)
		}
	}
	if a.End > b.Start {
		return Example{}, fmt.Errorf("relation: the entities %q and %q overlap", text[a.Start:a.End], text[b.Start:b.End])
	}
	a.Text, b.Text = text[a.Start:a.End], text[b.Start:b.End]
	return Example{text, a, b}, nil
}

// Parse returns the example of a sentence with tags, as in the package's comment.
func Parse(marked string) (Example, error) {
	var text strings.Builder
	var spans []data.Span
	rest := marked
	for _, tag := range []string{"e1", "e2"} {
		before, after, ok := strings.Cut(rest, "<"+tag+">")
		inside, tail, closed := strings.Cut(after, "</"+tag+">")
		if !ok || !closed {
			return Example{}, fmt.Errorf("relation: the sentence has no <%s>…</%s>, with <e1> before <e2>: %q", tag, tag, shortened(marked))
		}
		text.WriteString(before)
		start := text.Len()
		text.WriteString(inside)
		spans = append(spans, data.Span{Text: inside, Start: start, End: text.Len()})
		rest = tail
	}
	text.WriteString(rest)
	return New(text.String(), spans[0], spans[1])
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// String returns the sentence with its entities in tags, as Parse reads it.
func (e Example) String() string {
	if e.E1.Start < 0 || e.E1.Start > e.E1.End || e.E1.End > e.E2.Start || e.E2.Start > e.E2.End || e.E2.End > len(e.Text) {
		return e.Text
	}
	return e.Text[:e.E1.Start] + "<e1>" + e.Text[e.E1.Start:e.E1.End] + "</e1>" + e.Text[e.E1.End:e.E2.Start] +
		"<e2>" + e.Text[e.E2.Start:e.E2.End] + "</e2>" + e.Text[e.E2.End:]
}

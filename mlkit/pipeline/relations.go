package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
	"viva/mlkit/relation"
)

type relations struct{ model *relation.Model }

// Predict implements Predictor. The pairs of entities that are looked at are
//
//   - if exactly two entities are marked, these two, whatever stands between;
//   - if others are marked, those that relation.Candidates pairs by its defaults:
//     at most 20 words apart, and within a sentence;
//   - if none is, and the text has the tags <e1> and <e2>, what they mark: the text
//     is then the one without them;
//   - else the same as of marked entities, of the ten keyphrases that YAKE finds.
//     Pipeline marks those that an extractor of keyphrases gives, if it has one.
//
// A document without a pair, or with entities that are not in its text, has a
// reason.
func (r relations) Predict(ctx context.Context, inputs []Input) ([]Output, error) {
	list, readable := outputs(inputs, Relations)
	var examples []relation.Example
	var of []int
	for _, at := range readable {
		found, reason, err := pairs(ctx, inputs[at])
		if err != nil {
			return nil, fmt.Errorf("pipeline: %w", err)
		}
		list[at].Reason, list[at].Pairs = reason, len(found)
		for _, e := range found {
			examples, of = append(examples, e), append(of, at)
		}
	}
	if len(examples) == 0 {
		return list, context.Cause(ctx)
	}
	predicted, err := r.model.Predict(ctx, examples)
	if err != nil {
		return nil, fmt.Errorf("pipeline: %w", err)
	}
	for i, p := range predicted {
		if p.Label != relation.Other {
			o := &list[of[i]]
			o.Relations = append(o.Relations, stated(p, examples[i]))
		}
	}
	return list, nil
}

// stated is the relation that a label says of an example.
func stated(p relation.Prediction, e relation.Example) Relation {
	base := relation.Base(p.Label)
	s := Relation{Type: base, Direction: strings.TrimPrefix(p.Label, base), Head: e.E1, Tail: e.E2, Margin: p.Margin}
	if s.Direction == "(e2,e1)" {
		s.Head, s.Tail = e.E2, e.E1
	}
	return s
}

// pairs returns the pairs of entities of a document that may be related, or the
// reason why there are none.
func pairs(ctx context.Context, in Input) (found []relation.Example, reason string, err error) {
	if len(in.Entities) == 0 && in.isMarked() {
		e, err := relation.Parse(in.Text)
		if err != nil {
			return nil, err.Error(), nil
		}
		return []relation.Example{e}, "", nil
	}
	if err := in.Check(); err != nil {
		return nil, err.Error(), nil
	}
	d := in.document()
	what := "marked entities"
	switch len(d.Entities) {
	case 2:
		e, err := relation.New(d.Text, d.Entities[0].Span, d.Entities[1].Span)
		if err != nil {
			return nil, err.Error(), nil
		}
		return []relation.Example{e}, "", nil
	case 0:
		what = "keyphrases"
		if d.Entities = in.found; in.found == nil {
			phrases, err := keyphrase.YAKE().Extract(ctx, d, 0)
			if err != nil {
				return nil, "", err
			}
			texts := make([]string, len(phrases))
			for i, p := range phrases {
				texts[i] = p.Text
			}
			d.Entities = mentions(d, texts)
		}
	}
	none := fmt.Sprintf("no two %s stand within 20 words in a sentence", what)
	if len(d.Entities) < 2 {
		return nil, none, nil
	}
	c, err := data.New("document", []data.Document{d})
	if err != nil {
		return nil, "", err
	}
	// The entities have been checked, so that the only error left is that none are
	// near each other.
	set, err := relation.Candidates(c, relation.CandidateOptions{})
	if err != nil {
		return nil, none, nil
	}
	return set.Examples, "", nil
}

// mentions finds where phrases stand in the body of a document: whole words, in
// any case, with any white space between them. Where several begin, the longest
// is found, and none begins within another.
func mentions(d data.Document, phrases []string) []data.Entity {
	text := d.Text
	words := make([][]string, 0, len(phrases))
	for _, p := range phrases {
		if w := strings.Fields(p); len(w) > 0 {
			words = append(words, w)
		}
	}
	slices.SortStableFunc(words, func(a, b []string) int { return total(b) - total(a) })
	var found []data.Entity
	inWord := false
	for i := len(text) - len(d.Body()); i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if begins := !inWord; begins {
			end := -1
			for _, w := range words {
				if end = match(text, i, w); end >= 0 {
					break
				}
			}
			if end >= 0 {
				found = append(found, data.Entity{Span: data.Span{Text: text[i:end], Start: i, End: end}})
				i = end
				r, _ = utf8.DecodeLastRuneInString(text[:i])
				inWord = letter(r)
				continue
			}
		}
		inWord = letter(r)
		i += size
	}
	return found
}

func total(words []string) int {
	n := 0
	for _, w := range words {
		n += len(w) + 1
	}
	return n
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// match returns where words that begin at a place of a text end, or -1.
func match(text string, at int, words []string) int {
	for k, w := range words {
		if k > 0 {
			rest := strings.TrimLeftFunc(text[at:], unicode.IsSpace)
			if len(rest) == len(text)-at {
				return -1
			}
			at = len(text) - len(rest)
		}
		if len(text)-at < len(w) || !strings.EqualFold(text[at:at+len(w)], w) {
			return -1
		}
		at += len(w)
	}
	last, _ := utf8.DecodeLastRuneInString(text[:at])
	if next, size := utf8.DecodeRuneInString(text[at:]); size > 0 && letter(last) && letter(next) {
		return -1
	}
	return at
}

package data

import (
	"errors"
	"fmt"
	"strings"
)

// semEval8 reads TRAIN_FILE.TXT or TEST_FILE_FULL.TXT of SemEval-2010 Task 8:
// for each example a line with its number, a TAB and the sentence in quotes with
// the tags <e1> and <e2>, a line with the label, and one with a comment, which is
// left out.
func (r *reader) semEval8(name, text string) error {
	var sentence string
	var at place
	flush := func(label string) error {
		if sentence == "" {
			return nil
		}
		d, err := semEval8Example(sentence, label)
		sentence = ""
		if err != nil {
			return r.malformed(at, err)
		}
		return r.add(d, at)
	}
	err := r.eachLine(name, text, func(line string, where place) error {
		switch {
		case isExample(line):
			if err := flush(""); err != nil {
				return err
			}
			sentence, at = line, where
		case sentence != "":
			return flush(strings.TrimSpace(line))
		case !strings.HasPrefix(line, "Comment:"):
			return r.malformed(where, errors.New("neither an example (number, TAB, sentence) nor its label nor its comment"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush("")
}

// isExample reports whether a line begins with a number and a TAB.
func isExample(line string) bool {
	number, _, ok := strings.Cut(line, "\t")
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

func semEval8Example(line, label string) (Document, error) {
	number, marked, _ := strings.Cut(line, "\t")
	d := Document{ID: number, Label: label}
	marked = strings.TrimSpace(marked)
	marked = strings.TrimSuffix(strings.TrimPrefix(marked, `"`), `"`)
	var text strings.Builder
	for _, tag := range []string{"e1", "e2"} {
		before, rest, ok := strings.Cut(marked, "<"+tag+">")
		inside, after, closed := strings.Cut(rest, "</"+tag+">")
		if !ok || !closed || strings.Contains(inside, "<e") {
			return d, fmt.Errorf("the sentence has no <%s>…</%s>, in the order <e1>, <e2>", tag, tag)
		}
		text.WriteString(before)
		start := text.Len()
		text.WriteString(inside)
		d.Entities = append(d.Entities, Entity{tag, Span{inside, start, text.Len()}})
		marked = after
	}
	text.WriteString(marked)
	d.Text = text.String()
	if strings.Contains(d.Text, "<e1>") || strings.Contains(d.Text, "<e2>") {
		return d, errors.New("the sentence has more than one <e1> or <e2>")
	}
	relation := Relation{Type: label, Head: d.Entities[0].Span, Tail: d.Entities[1].Span}
	if name, ok := strings.CutSuffix(label, "(e1,e2)"); ok {
		relation.Type = name
	} else if name, ok := strings.CutSuffix(label, "(e2,e1)"); ok {
		relation.Type, relation.Head, relation.Tail = name, relation.Tail, relation.Head
	} else if label != "Other" {
		return d, fmt.Errorf("the label %q is neither Other nor a relation with (e1,e2) or (e2,e1)", shortened(label))
	}
	d.Relations = []Relation{relation}
	return d, nil
}

package prepare

import (
	"strings"

	"viva/mlkit/data"
)

// edit says that a text's bytes from..to became the bytes at..end of another.
// What no edit names was copied.
type edit struct{ from, to, at, end int }

// editor makes a new text of an old one by replacing pieces, from left to
// right. Without a replacement that changes something the text stays the same
// string.
type editor struct {
	in    string
	buf   []byte
	done  int // what was copied or replaced of in
	edits []edit
}

// replace puts s in the place of in[from:to].
func (e *editor) replace(from, to int, s string) {
	if e.in[from:to] == s {
		return
	}
	if e.buf == nil {
		e.buf = make([]byte, 0, len(e.in)+16)
	}
	e.buf = append(e.buf, e.in[e.done:from]...)
	at := len(e.buf)
	e.buf = append(e.buf, s...)
	e.done = to
	e.edits = append(e.edits, edit{from, to, at, len(e.buf)})
}

func (e *editor) text() string {
	if e.buf == nil {
		return e.in
	}
	return string(append(e.buf, e.in[e.done:]...))
}

// moved returns where the bytes start..end are after the edits. An end that an
// edit cuts moves outward to the whole of what it made.
func moved(edits []edit, start, end int) (from, to int) {
	from, to = start, end
	for _, e := range edits {
		if e.to <= start {
			from = start - e.to + e.end
		} else if e.from < start {
			from = e.at
		}
		if e.from >= end {
			break
		}
		to = e.end
		if end > e.to {
			to = end - e.to + e.end
		}
	}
	return from, to
}

// rewritten returns the document with another text and its spans where the
// edits moved them, one list of edits for each pass, and the number of entities
// and relations that are gone because nothing is left of a span.
func rewritten(d data.Document, text string, passes [][]edit) (data.Document, int) {
	d.Text = text
	gone := 0
	move := func(s data.Span) (data.Span, bool) {
		from, to := s.Start, s.End
		for _, edits := range passes {
			if from >= to {
				return s, false
			}
			from, to = moved(edits, from, to)
		}
		if from >= to {
			return s, false
		}
		inner := strings.TrimSpace(text[from:to])
		from += strings.Index(text[from:to], inner)
		return data.Span{Text: inner, Start: from, End: from + len(inner)}, inner != ""
	}
	var entities []data.Entity
	for _, e := range d.Entities {
		span, ok := move(e.Span)
		if !ok {
			gone++
			continue
		}
		entities = append(entities, data.Entity{Type: e.Type, Span: span})
	}
	var relations []data.Relation
	for _, r := range d.Relations {
		head, ok1 := move(r.Head)
		tail, ok2 := move(r.Tail)
		if !ok1 || !ok2 {
			gone++
			continue
		}
		relations = append(relations, data.Relation{Type: r.Type, Head: head, Tail: tail})
	}
	d.Entities, d.Relations = entities, relations
	return d, gone
}

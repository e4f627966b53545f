package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// diagnostic is what the template of a problem is filled with.
type diagnostic struct {
	// Level is "error", "warning" or "expected".
	Level, Word, Where string
	ID, Target         string
	Message, Hint      string
	Excerpt            []excerptLine
	Frames             []string
}

// excerptLine is a line of the notebook's source.
type excerptLine struct {
	Number int
	Text   string
	Marked bool
	// Caret is what stands below a marked line to point at the column.
	Caret string
}

// diagnostic draws a problem for its place. Its id is that of the first
// problem with its position, so that the banner can link to it.
func (p *page) diagnostic(d record.Diagnostic, status record.Status) diagnostic {
	x := newDiagnostic(d, p.nb.Source)
	if status == record.Expected {
		x.Level, x.Word = "expected", "Expected error"
	}
	x.ID = problemID(d)
	if p.ids[x.ID] {
		x.ID = ""
	}
	p.ids[problemID(d)] = true
	return x
}

func problemID(d record.Diagnostic) string { return fmt.Sprintf("problem-%d-%d", d.Line, d.Column) }

func newDiagnostic(d record.Diagnostic, source []byte) diagnostic {
	x := diagnostic{Level: "error", Word: "Error", Where: position(d), Message: d.Message, Hint: d.Hint}
	if d.Severity == "warning" {
		x.Level, x.Word = "warning", "Warning"
	}
	x.Excerpt = excerpt(source, d.Line, d.Column)
	for _, f := range d.Frames {
		x.Frames = append(x.Frames, f.String())
	}
	return x
}

func position(d record.Diagnostic) string {
	switch {
	case d.Line == 0:
		return d.File
	case d.Column == 0:
		return fmt.Sprintf("%s:%d", d.File, d.Line)
	}
	return fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column)
}

// problems sorts what went wrong into errors for the banner and warnings of
// the notebook as a whole. A warning of a cell stands in the cell's place only.
func (p *page) problems() (errors, warnings []diagnostic) {
	for _, d := range p.run.Diagnostics {
		x := newDiagnostic(d, p.nb.Source)
		switch {
		case d.Severity != "error":
			if d.Cell < 0 {
				warnings = append(warnings, x)
			}
			continue
		case d.Cell >= 0:
			// The excerpt stands in the cell's place.
			x.Target, x.Excerpt, x.Frames, x.Hint = problemID(d), nil, nil, ""
		default:
			x.Target = p.inlineAt(d)
		}
		errors = append(errors, x)
	}
	return errors, warnings
}

// inlineAt is the anchor of the inline value that a diagnostic is about.
func (p *page) inlineAt(d record.Diagnostic) string {
	for _, in := range p.nb.Inlines {
		if in.Line == d.Line && in.Column == d.Column {
			return fmt.Sprintf("value-%d", in.Index+1)
		}
	}
	return ""
}

// surrounding is how many lines an excerpt shows on each side.
const surrounding = 2

// excerpt is the source around a line, which is marked.
func excerpt(source []byte, line, column int) []excerptLine {
	if line <= 0 {
		return nil
	}
	lines := bytes.Split(source, []byte("\n"))
	if line > len(lines) {
		return nil
	}
	var out []excerptLine
	for n := max(1, line-surrounding); n <= min(len(lines), line+surrounding); n++ {
		text := plainText(string(bytes.TrimRight(lines[n-1], "\r")))
		l := excerptLine{Number: n, Text: text, Marked: n == line}
		if l.Marked && column > 0 && column <= len(lines[n-1])+1 {
			l.Caret = caret(lines[n-1][:column-1])
		}
		out = append(out, l)
	}
	for len(out) > 0 && !out[len(out)-1].Marked && strings.TrimSpace(out[len(out)-1].Text) == "" {
		out = out[:len(out)-1]
	}
	for len(out) > 0 && !out[0].Marked && strings.TrimSpace(out[0].Text) == "" {
		out = out[1:]
	}
	return out
}

// caret is blank up to a column and then points up. Tabs stay, so that it
// stands right whatever the width of a tab.
func caret(before []byte) string {
	var b strings.Builder
	for len(before) > 0 {
		r, n := utf8.DecodeRune(before)
		before = before[n:]
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String() + "^"
}

// stoppedAt is the first cell that did not end well, or nil.
func stoppedAt(nb *notebook.Notebook, run *record.Run) *notebook.Cell {
	for i, c := range run.Cells {
		if c.Status.Bad() {
			return nb.Cells[i]
		}
	}
	return nil
}

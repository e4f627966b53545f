package engine

import (
	"slices"
	"strings"
	"unicode/utf8"

	"viva/mlkit/view"
	"viva/runtime/kernel"
	"viva/runtime/record"
)

// A cell's printed text is kept up to maxText bytes and its items up to
// maxItems, so that an endless loop that prints fills neither the memory nor
// the page.
const (
	maxText  = 1 << 20
	maxItems = 2000
)

// outputs gathers what one unit gives.
type outputs struct {
	outcome
	text  int
	items int
	cut   bool
}

func (o *outputs) add(e kernel.Event) {
	switch {
	case e.Source != nil:
		o.sources = append(o.sources, *e.Source)
	case e.Evaluation != nil:
		if !slices.Contains(o.evaluations, *e.Evaluation) {
			o.evaluations = append(o.evaluations, *e.Evaluation)
		}
	case e.Checked != nil:
		if !slices.Contains(o.checks, *e.Checked) {
			o.checks = append(o.checks, *e.Checked)
		}
	case e.Left != nil:
		o.left = append(o.left, leftFile{e.File, *e.Left})
	case e.File != "":
		if !slices.Contains(o.files, e.File) {
			o.files = append(o.files, e.File)
		}
		if e.Content != "" {
			o.contents = append(o.contents, content{e.File, e.Content})
		}
	case e.Warning != nil:
		o.warnings = append(o.warnings, *e.Warning)
	case e.Value != nil:
		o.value = *e.Value
	case e.Item != nil:
		if o.items++; o.items > maxItems {
			o.stop("the cell showed more than 2,000 things; the rest is left out")
			return
		}
		o.outcome.outputs = append(o.outcome.outputs, record.Output{Item: *e.Item})
	case e.Text != "":
		o.print(e.Stream, e.Text)
	}
}

// print appends text to the last output if it is of the same stream.
func (o *outputs) print(stream, text string) {
	if room := maxText - o.text; len(text) > room {
		if room <= 0 {
			return
		}
		for room > 0 && !utf8.RuneStart(text[room]) {
			room--
		}
		text = text[:room]
		defer o.stop("the cell printed more than 1 MiB; the rest is left out")
	}
	o.text += len(text)
	text = strings.ToValidUTF8(text, "\ufffd")
	if n := len(o.outcome.outputs); n > 0 && o.outcome.outputs[n-1].Stream == stream {
		o.outcome.outputs[n-1].Text += text
		return
	}
	o.outcome.outputs = append(o.outcome.outputs, record.Output{Stream: stream, Item: view.Item{Text: text}})
}

func (o *outputs) stop(why string) {
	if o.cut {
		return
	}
	o.cut = true
	o.text = maxText
	o.outcome.outputs = append(o.outcome.outputs, record.Output{Item: view.Item{Note: &view.Note{Level: "warning", Text: why}}})
}

package pipeline

import (
	"fmt"

	"viva/mlkit/view"
)

// Errors is the number of errors while predicting.
func (r *Result) Errors() int {
	n := 0
	for _, m := range r.Models {
		n += m.Errors
	}
	return n
}

// Gates are the conditions of the test: every model loads, every document goes
// through all of them, there is no error, and no model is passed for having read
// nothing at all.
func (r *Result) Gates() []view.Gate {
	loaded, idle := 0, 0
	for _, m := range r.Models {
		switch {
		case m.Loaded && m.Predicted == 0 && m.Errors == 0:
			loaded++
			idle++
		case m.Loaded:
			loaded++
		}
	}
	all, documents := float64(len(r.Models)), float64(len(r.Rows))
	gates := []view.Gate{
		view.NewGate("every model loads", view.Metric{Name: "models loaded", Value: float64(loaded), Unit: "count", Detail: fmt.Sprintf("of %d", len(r.Models))}, view.Between(all, all)),
		view.NewGate("every document goes through all models", view.Metric{Name: "documents through all models", Value: float64(r.Through), Unit: "count", Detail: fmt.Sprintf("of %d sampled from %s", len(r.Rows), r.Corpus)}, view.Between(documents, documents)),
		view.NewGate("no runtime error", view.Metric{Name: "errors while predicting", Value: float64(r.Errors()), Unit: "count"}, view.AtMost(0)),
		view.NewGate("every loaded model predicts for some document", view.Metric{Name: "models that read no document", Value: float64(idle), Unit: "count"}, view.AtMost(0)),
	}
	if len(r.Failures) > 0 {
		for i := range gates[:3] {
			if !gates[i].Passed {
				gates[i].Evidence = r.failures().View()
				gates[i].Repair = "Save the model again by the notebook that trains it; if a document brings a model down, its text shows what was not foreseen."
			}
		}
	}
	if idle > 0 {
		gates[3].Evidence = r.reasons().View()
		gates[3].Repair = "Take documents that the model is made for: relations need at least two entities or keyphrases in a sentence."
	}
	return gates
}

// shownFailures is how many rows the table of failures has.
const shownFailures = 20

func (r *Result) failures() *view.Table {
	t := view.NewTable("What went wrong", "model", "document", "error")
	for i, f := range r.Failures {
		if i == shownFailures {
			t.Notes = append(t.Notes, fmt.Sprintf("and %d more", len(r.Failures)-i))
			break
		}
		document := f.Document
		if document == "" {
			document = "–"
		}
		t.Add(f.Model, document, f.Err.Error())
	}
	return t
}

func (r *Result) reasons() *view.Table {
	t := view.NewTable("Documents that a model could not read", "model", "documents", "reason")
	for _, m := range r.Models {
		for _, reason := range m.Reasons {
			t.Add(m.Name, reason.Documents, reason.Text)
		}
	}
	return t
}

// Table returns a row for each model: what it did with the sample, and the time
// that a document took.
func (r *Result) Table() *view.Table {
	t := view.NewTable(fmt.Sprintf("%d documents of %s through all models", len(r.Rows), r.Corpus),
		"model", "kind", "version", "loaded", "predicted", "not read", "errors", "loading [s]", "mean [ms]", "median [ms]", "longest [ms]")
	for i := len(t.Columns) - 3; i < len(t.Columns); i++ {
		t.Columns[i].Digits = 2
	}
	for _, m := range r.Models {
		loaded := view.Cell{Text: "yes", Tone: "good"}
		if !m.Loaded {
			loaded = view.Cell{Text: "no", Tone: "bad"}
		}
		t.Add(m.Name, m.Kind, m.Version, loaded, m.Predicted, m.Unread, m.Errors, m.LoadSeconds, 1000*m.Mean, 1000*m.Median, 1000*m.Longest)
	}
	t.Notes = append(t.Notes, "Times are for one document at a time, and differ from run to run.")
	return t
}

// ExampleTable returns the examples: a row for each, with what every model says.
func (r *Result) ExampleTable() *view.Table {
	t := view.NewTable("Sample predictions", "document", "text")
	for _, m := range r.Models {
		t.Columns = append(t.Columns, view.Column{Name: m.Name})
	}
	for _, e := range r.Examples {
		row := []any{e.Input.ID, excerpt(e.Input)}
		for k, o := range e.Outputs {
			said := o.String()
			if o.Kind == "" {
				said = "–"
			}
			row = append(row, view.Cell{Text: said, Tone: tone(r.Models[k], o)})
		}
		t.Add(row...)
	}
	return t
}

func tone(m Stage, o Output) string {
	switch {
	case !m.Loaded || o.Kind == "":
		return "bad"
	case o.Reason != "":
		return "warn"
	}
	return ""
}

// excerptLength is in characters.
const excerptLength = 80

func excerpt(in Input) string {
	r := []rune{}
	space := false
	for _, c := range in.document().Body() {
		if c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			space = len(r) > 0
			continue
		}
		if space {
			r, space = append(r, ' '), false
		}
		if r = append(r, c); len(r) > excerptLength {
			return string(r[:excerptLength]) + "…"
		}
	}
	return string(r)
}

// View implements view.Viewer: the gates, the table, what could not be read,
// sample predictions and the warnings.
func (r *Result) View() []view.Item {
	var items []view.Item
	for _, g := range r.Gates() {
		items = append(items, g.View()...)
	}
	items = append(items, r.Table().View()...)
	if t := r.reasons(); len(t.Rows) > 0 {
		items = append(items, t.View()...)
	}
	items = append(items, r.ExampleTable().View()...)
	for _, w := range r.Warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

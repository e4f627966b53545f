// Package show puts things into the report, at the place where the running
// cell stands. It is the effect; the data are package view's. Values that are
// not of package view are shown as view.Of says.
//
// Outside a notebook, where nobody has called SetSink, what is shown is
// dropped.
package show

import (
	"sync"

	"viva/mlkit/view"
)

var (
	mu   sync.Mutex
	sink func(view.Item)
)

// SetSink makes f receive every item from now on; nil drops them. The kernel
// calls it; cells do not. Calls of f do not overlap.
func SetSink(f func(view.Item)) {
	mu.Lock()
	defer mu.Unlock()
	sink = f
}

func emit(items []view.Item) {
	mu.Lock()
	defer mu.Unlock()
	if sink == nil {
		return
	}
	for _, it := range items {
		sink(it)
	}
}

// Value shows each value as view.Of says it looks.
func Value(values ...any) {
	for _, v := range values {
		emit(view.Of(v))
	}
}

// Table shows a table.
func Table(t *view.Table) { emit(t.View()) }

// Metric shows a measured number and puts it into the record under its name.
func Metric(m view.Metric) { emit(m.View()) }

// Number shows a plain number as a metric. Unit is as in view.Metric.
func Number(name string, value float64, unit string) {
	Metric(view.Metric{Name: name, Value: value, Unit: unit})
}

// Figure shows a picture.
func Figure(f view.Figure) { emit(f.View()) }

// Note shows a remark set apart from the narrative.
func Note(text string) { emit(view.Note{Text: text}.View()) }

// Warning shows a remark that the reader must not miss.
func Warning(text string) { emit(view.Note{Level: "warning", Text: text}.View()) }

// Claim judges a metric against a bound, shows the verdict and returns
// whether the claim is met.
func Claim(text string, m view.Metric, b view.Bound) bool {
	c := view.NewClaim(text, m, b)
	emit(c.View())
	return c.Met
}

// Gate judges a metric against a bound, shows the verdict with the evidence
// and returns whether the gate is passed. One that is not passed fails the
// run, after the report has been written.
func Gate(text string, m view.Metric, b view.Bound, evidence ...any) bool {
	g := view.NewGate(text, m, b)
	for _, e := range evidence {
		g.Evidence = append(g.Evidence, view.Of(e)...)
	}
	emit(g.View())
	return g.Passed
}

// HTML shows an HTML fragment. The report keeps its text and tables and drops
// scripts, styles, forms, frames and anything fetched from elsewhere.
func HTML(fragment string) { emit([]view.Item{{HTML: fragment}}) }

// Text shows preformatted text.
func Text(text string) { emit([]view.Item{{Text: text}}) }

package topic

import (
	"fmt"
	"strings"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

// shown is how many words of a topic are enough to know it by.
const shown = 10

// title is what a topic is called in what is shown.
func title(t int) string { return fmt.Sprintf("topic %d", t+1) }

// line is a topic's first words, joined.
func (m *Model) line(t, n int) string {
	var words []string
	for _, term := range m.top(t, n) {
		words = append(words, term.Term)
	}
	return strings.Join(words, ", ")
}

// TopTable returns a row for each topic: its share of all tokens, its alpha, and
// its n most probable terms with their probabilities; n = 0 means 10.
func (m *Model) TopTable(n int) *view.Table {
	if n == 0 {
		n = shown
	}
	t := view.NewTable("Topics and their most probable words", "topic", "share of tokens [%]")
	if m.alpha != nil {
		t.Columns = append(t.Columns, view.Column{Name: "alpha"})
	}
	t.Columns = append(t.Columns, view.Column{Name: "words, with their probability in the topic in %"})
	for k := range m.topics {
		row := []any{k + 1, m.sizes[k]}
		if m.alpha != nil {
			row = append(row, m.alpha[k])
		}
		var words []string
		for _, term := range m.top(k, n) {
			words = append(words, fmt.Sprintf("%s %.1f", term.Term, 100*term.Weight))
		}
		t.Add(append(row, strings.Join(words, ", "))...)
	}
	return t
}

// RepresentativeTable returns the n documents that each topic has the largest
// share of, with the beginning of their text. texts are those of the documents
// that the model was fitted to, by row.
func (m *Model) RepresentativeTable(texts []string, n int) (*view.Table, error) {
	if len(texts) != m.Documents() {
		return nil, fmt.Errorf("topic: %d texts for a model of %d documents", len(texts), m.Documents())
	}
	t := view.NewTable("Documents that the topics are seen in best", "topic", "row", "share of the topic [%]", "text")
	for k := range m.topics {
		rows, err := m.Representative(k, n)
		if err != nil {
			return nil, err
		}
		for _, d := range rows {
			t.Add(title(k), d, m.mixture(d)[k], beginning(texts[d]))
		}
	}
	return t, nil
}

// beginning is the first words of a text, on one line.
func beginning(text string) string {
	const most = 160
	words := strings.Fields(text)
	length := 0
	for i, w := range words {
		if length += len(w) + 1; length > most {
			return strings.Join(words[:i], " ") + " …"
		}
	}
	return strings.Join(words, " ")
}

// SizesFigure draws the share of all tokens that each topic has.
func (m *Model) SizesFigure() (view.Figure, error) {
	labels := make([]string, m.topics)
	for k := range labels {
		labels[k] = fmt.Sprintf("%d: %s", k+1, m.line(k, 3))
	}
	return chart.Bar(labels, m.sizes, chart.BarOptions{
		Title: "Sizes of the topics", YLabel: "share of tokens", XLabel: "topic", Unit: "%", Sort: "descending", Orientation: "horizontal",
	})
}

// CurveFigure draws the training curve: for LDA the log-likelihood per token
// after each sweep, for NMF the norm of the residual after each iteration.
func (m *Model) CurveFigure() (view.Figure, error) {
	o := chart.LineOptions{Title: "Training curve", XLabel: "sweep", YLabel: "log-likelihood per token"}
	if m.method == "NMF" {
		o.XLabel, o.YLabel = "iteration", "norm of the residual"
	}
	return chart.Line([]chart.Series{{Y: m.curve}}, o)
}

// String describes how the model was made.
func (m *Model) String() string { return m.about }

// View implements view.Viewer: how the model was made, the topics, their map, the
// training curve, and the warnings.
func (m *Model) View() []view.Item {
	table := m.TopTable(shown)
	table.Notes = append(table.Notes, fmt.Sprintf("%s; %d documents, %d terms", m.about, m.Documents(), len(m.terms)))
	items := table.View()
	for _, draw := range []func() (view.Figure, error){m.Map, m.CurveFigure} {
		if f, err := draw(); err == nil {
			items = append(items, f.View()...)
		}
	}
	return append(items, warn(m.Warnings)...)
}

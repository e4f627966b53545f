package prepare

import (
	"fmt"
	"slices"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/view"
)

// moments are the corpora before the first step and after each.
func (r *Result) moments() (names []string, corpora []*data.Corpus) {
	names, corpora = []string{"as handed over"}, []*data.Corpus{r.input}
	for i, s := range r.Steps {
		names = append(names, fmt.Sprintf("%d %s", i+1, s.Name))
		corpora = append(corpora, s.Corpus)
	}
	return names, corpora
}

// parts are the splits that any of the corpora has, and "" if any document has
// none.
func parts(corpora []*data.Corpus) []string {
	have := map[string]bool{}
	for _, c := range corpora {
		for _, s := range c.Splits() {
			have[s] = true
		}
	}
	return slices.DeleteFunc([]string{data.Train, data.Validation, data.Test, ""}, func(s string) bool { return !have[s] })
}

func partName(part string) string {
	if part == "" {
		return "no split"
	}
	return part
}

func countOf(values []string, value string) int {
	n := 0
	for _, v := range values {
		if v == value {
			n++
		}
	}
	return n
}

// FlowTable returns the size of the corpus after every step: documents, those in
// each split, and the numbers of classes, domains and groups.
func (r *Result) FlowTable() *view.Table {
	names, corpora := r.moments()
	splits := parts(corpora)
	columns := []string{"after", "documents"}
	for _, p := range splits {
		columns = append(columns, partName(p))
	}
	t := view.NewTable("Size of "+r.Input.Name+" after every step", append(columns, "classes", "domains", "groups")...)
	for i, c := range corpora {
		row := []any{names[i], c.Len()}
		of := c.Splits()
		for _, p := range splits {
			row = append(row, countOf(of, p))
		}
		t.Add(append(row, len(c.Classes()), len(c.DomainNames()), len(c.GroupNames()))...)
	}
	return t
}

// Flow draws what FlowTable counts: a bar for every step, with the documents
// left in each split and those that the step removed.
func (r *Result) Flow() (view.Figure, error) {
	names, corpora := r.moments()
	var series []chart.Series
	for _, p := range parts(corpora) {
		s := chart.Series{Name: partName(p)}
		for _, c := range corpora {
			s.Y = append(s.Y, float64(countOf(c.Splits(), p)))
		}
		series = append(series, s)
	}
	gone := chart.Series{Name: "removed by this step", Y: []float64{0}}
	for _, s := range r.Steps {
		gone.Y = append(gone.Y, float64(len(s.Removed)))
	}
	f, err := chart.Bars(names, append(series, gone), chart.BarOptions{
		Stacked: true, Orientation: "horizontal", YLabel: "documents", Unit: "count",
		Caption: fmt.Sprintf("What the preparation left of %s: %d of %d documents. The number at a bar counts what the step removed too.", r.Input.Name, r.Output.Documents, r.Input.Documents),
	})
	if err != nil {
		return view.Figure{}, fmt.Errorf("prepare: %w", err)
	}
	return f, nil
}

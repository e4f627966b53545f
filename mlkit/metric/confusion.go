package metric

import (
	"fmt"
	"sort"

	"viva/mlkit/view"
)

// Confusion says which classes were taken for which.
type Confusion struct {
	// Labels are in ascending order.
	Labels []string
	// Counts[i][j] is the number of documents of class Labels[i] that were
	// predicted to be of class Labels[j].
	Counts [][]int
}

// Confusion returns the confusion matrix.
func (r *Report) Confusion() *Confusion {
	counts := square(len(r.confusion))
	for i := range counts {
		copy(counts[i], r.confusion[i])
	}
	return &Confusion{Labels: r.Labels(), Counts: counts}
}

// Pair is a mistake: Count documents of class Truth were predicted to be
// Predicted. Share is that of the documents of class Truth, in 0..1.
type Pair struct {
	Truth     string
	Predicted string
	Count     int
	Share     float64
}

// Worst returns the n most frequent mistakes, the most frequent first; ties in
// order of labels. There may be fewer.
func (c *Confusion) Worst(n int) []Pair {
	var pairs []Pair
	for i, row := range c.Counts {
		support := 0
		for _, k := range row {
			support += k
		}
		for j, k := range row {
			if i != j && k > 0 {
				pairs = append(pairs, Pair{c.Labels[i], c.Labels[j], k, quotient(k, support)})
			}
		}
	}
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i].Count > pairs[j].Count })
	return pairs[:max(0, min(n, len(pairs)))]
}

// WorstTable returns the n most frequent mistakes as a table.
func (c *Confusion) WorstTable(n int) *view.Table {
	t := view.NewTable("Most frequent confusions", "true class", "predicted as", "documents", "share of true class [%]")
	for _, p := range c.Worst(n) {
		t.Add(p.Truth, p.Predicted, p.Count, p.Share)
	}
	return t
}

// View implements view.Viewer: the counts as a table, a row for each true
// class.
func (c *Confusion) View() []view.Item {
	t := view.NewTable("Confusion: a row is a true class, a column a predicted one", "true class")
	for _, label := range c.Labels {
		t.Columns = append(t.Columns, view.Column{Name: label})
	}
	for i, label := range c.Labels {
		row := []any{label}
		for j, k := range c.Counts[i] {
			cell := view.Cell{Text: fmt.Sprint(k)}
			value := float64(k)
			cell.Number = &value
			if i == j {
				cell.Tone = "good"
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	return t.View()
}

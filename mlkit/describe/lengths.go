package describe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/chart"
	"viva/mlkit/view"
)

// Lengths is how long documents are, in words, cut at white space.
type Lengths struct {
	// Total is the number of words of all documents.
	Total int
	All   Quantiles
	// Classes are the labels, sorted, and ByClass their lengths.
	Classes []string
	ByClass []Quantiles

	words  []float64
	labels []string
}

func lengthsOf(ctx context.Context, texts, labels []string) (*Lengths, error) {
	l := &Lengths{words: make([]float64, len(texts)), labels: labels}
	err := inParallel(ctx, len(texts), func(i int) {
		for range strings.FieldsSeq(texts[i]) {
			l.words[i]++
		}
	})
	if err != nil {
		return nil, err
	}
	of := map[string][]float64{}
	for i, n := range l.words {
		l.Total += int(n)
		if labels[i] != "" {
			of[labels[i]] = append(of[labels[i]], n)
		}
	}
	l.All = quantilesOf(l.words)
	for class, words := range of {
		l.Classes = append(l.Classes, class)
		slices.Sort(words)
	}
	slices.Sort(l.Classes)
	for _, class := range l.Classes {
		l.ByClass = append(l.ByClass, quantilesOf(of[class]))
	}
	return l, nil
}

// Words returns the number of words of every document, by row.
func (l *Lengths) Words() []float64 { return slices.Clone(l.words) }

// Table returns the lengths of the documents of each class, the one with the
// shortest median first, of many classes those with the shortest and the
// longest, and of all documents.
func (l *Lengths) Table() *view.Table {
	t := quantileTable("Lengths of the documents, in words", "class")
	order := l.order()
	if len(order) > longTable {
		t.Notes = append(t.Notes, fmt.Sprintf("Of %d classes, the %d with the shortest and the %d with the longest medians.", len(order), tableEdge, tableEdge))
		order = slices.Concat(order[:tableEdge], order[len(order)-tableEdge:])
	}
	if len(l.Classes) > 1 {
		for _, i := range order {
			t.Add(l.ByClass[i].row(l.Classes[i])...)
		}
	}
	t.Add(l.All.row("all")...)
	return t
}

// order is that of the classes by their medians.
func (l *Lengths) order() []int {
	order := make([]int, len(l.Classes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.ByClass[a].Median, l.ByClass[b].Median) })
	return order
}

// skewed reports whether lengths are better seen by their ratios.
func (l *Lengths) skewed() bool { return l.All.High > 8*max(l.All.Low, 1) }

// shown returns the lengths to draw: on a scale of ratios, those above 0.
func (l *Lengths) shown(ratios bool) (words []float64, labels []string, caption string) {
	empty := 0
	for i, n := range l.words {
		if n == 0 && ratios {
			empty++
			continue
		}
		words, labels = append(words, n), append(labels, l.labels[i])
	}
	if empty > 0 {
		caption = " " + counted(empty, "document without words is", "documents without words are") + " left out."
	}
	return words, labels, caption
}

// Histogram draws how many documents have which length.
func (l *Lengths) Histogram() (view.Figure, error) {
	words, _, caption := l.shown(l.skewed())
	return chart.Histogram(words, chart.HistogramOptions{XLabel: "words", YLabel: "documents", LogX: l.skewed(), Caption: "Lengths of the documents." + caption})
}

// Figure draws the lengths of each class as boxes, the one with the shortest
// median first; of many classes those with the shortest and the longest.
func (l *Lengths) Figure() (view.Figure, error) {
	order, many := l.order(), ""
	if len(order) > longChart {
		many = fmt.Sprintf(" Of %d classes, the %d with the shortest and the %d with the longest medians.", len(order), tableEdge, tableEdge)
		order = slices.Concat(order[:tableEdge], order[len(order)-tableEdge:])
	}
	// Documents without a class may be all that have words.
	ratios := l.skewed() && slices.ContainsFunc(order, func(i int) bool { return l.ByClass[i].Max > 0 })
	words, labels, caption := l.shown(ratios)
	at := map[string]int{}
	groups := make([]chart.Series, len(order))
	for i, c := range order {
		at[l.Classes[c]] = i
		groups[i].Name = l.Classes[c]
	}
	for i, n := range words {
		if g, ok := at[labels[i]]; ok {
			groups[g].Y = append(groups[g].Y, n)
		}
	}
	return chart.BoxPlot(groups, chart.BoxOptions{XLabel: "words", YLabel: "class", LogX: ratios,
		Caption: "Lengths of the documents of each class: boxes hold half of them, whiskers nine in ten." + many + caption})
}

// View implements view.Viewer: the histogram, the boxes of the classes and the
// table.
func (l *Lengths) View() []view.Item {
	if l.Total == 0 {
		return l.Table().View()
	}
	items := figure(l.Histogram())
	if len(l.Classes) > 1 {
		items = append(items, figure(l.Figure())...)
	}
	return append(items, l.Table().View()...)
}

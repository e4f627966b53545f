package chart

import (
	"fmt"
	"math"
	"sort"

	"viva/mlkit/view"
)

// ConfusionOptions says how a confusion matrix looks.
type ConfusionOptions struct {
	Title, Caption, Alt string
	// RowsName and ColumnsName say what stands where; "" means "true" and
	// "predicted".
	RowsName, ColumnsName string
	// NoShares leaves out the recall of each row and the precision of each
	// column.
	NoShares bool
}

// ConfusionMatrix draws counts[true class][predicted class], shaded by the
// square root of the share of the row, so that classes of different sizes
// compare and rare confusions are still seen. The recall of
// each class stands at the end of its row and the precision under its column.
// With more than 25 classes, numbers stand on the diagonal only, where they
// fit, and in the tooltips.
//
// counts must be a square of the size of labels without negative numbers, at
// least one of them positive.
func ConfusionMatrix(labels []string, counts [][]int, o ConfusionOptions) (view.Figure, error) {
	n := len(labels)
	if n == 0 {
		return view.Figure{}, fmt.Errorf("chart.ConfusionMatrix: no labels")
	}
	if len(counts) != n {
		return view.Figure{}, fmt.Errorf("chart.ConfusionMatrix: %d rows for %d labels", len(counts), n)
	}
	rows, columns, all, right := make([]int, n), make([]int, n), 0, 0
	for i, row := range counts {
		if len(row) != n {
			return view.Figure{}, fmt.Errorf("chart.ConfusionMatrix: row %d (%q) has %d columns for %d labels", i+1, labels[i], len(row), n)
		}
		for j, c := range row {
			if c < 0 {
				return view.Figure{}, fmt.Errorf("chart.ConfusionMatrix: the count of %q predicted as %q is negative: %d", labels[i], labels[j], c)
			}
			rows[i] += c
			columns[j] += c
			all += c
		}
		right += row[i]
	}
	if all == 0 {
		return view.Figure{}, fmt.Errorf("chart.ConfusionMatrix: nothing to draw: every count is zero")
	}
	labels = oneLines(labels)
	rowsName, columnsName := orElse(o.RowsName, "true"), orElse(o.ColumnsName, "predicted")
	whole, percent := numbers{unit: "count"}, numbers{unit: "%"}
	g := cells{title: o.Title, rows: labels, columns: labels, rowsName: rowsName, columnsName: columnsName}
	g.cell = func(i, j int) cellLook {
		c := counts[i][j]
		share := ratio(c, rows[i])
		look := cellLook{paint: seriesPaint(0), shade: math.Sqrt(orZero(share)), bold: i == j}
		look.tip = fmt.Sprintf("%s %s, %s %s: %s", rowsName, labels[i], columnsName, labels[j], whole.text(float64(c)))
		if rows[i] > 0 {
			look.tip += fmt.Sprintf(" of %s (%s)", whole.text(float64(rows[i])), percent.text(share))
		}
		if i != j {
			look.paint = seriesPaint(1)
		}
		if c > 0 && (n <= 25 || i == j) {
			look.text = whole.text(float64(c))
		}
		return look
	}
	if !o.NoShares {
		g.rowNoteName, g.columnNoteName = "recall", "precision"
		below := percent.tick
		if n > 10 { // no room for the sign
			below, g.columnNoteName = percent.bare, "precision, %"
		}
		for i := range labels {
			g.rowNote = append(g.rowNote, percent.tick(ratio(counts[i][i], rows[i])))
			g.columnNote = append(g.columnNote, below(ratio(counts[i][i], columns[i])))
		}
		if n > 25 {
			g.columnNote = nil
		}
	}
	alt := o.Alt
	if alt == "" {
		alt = fmt.Sprintf("%s of %s, %s: %s on the diagonal.", about("Confusion matrix", o.Title, ""), count(n, "class"), count(all, "case"), numbers{unit: "%", digits: 1}.text(ratio(right, all)))
		alt += confusions(labels, counts, rowsName, columnsName)
		alt += recalls(labels, counts, rows)
	}
	picture, err := g.draw(alt)
	if err != nil {
		return view.Figure{}, err
	}
	t := view.NewTable("", append([]string{rowsName + " \\ " + columnsName}, labels...)...)
	for j := range labels {
		t.Columns[j+1] = view.Column{Name: labels[j], Unit: "count"}
	}
	for i, row := range counts {
		values := []any{labels[i]}
		for _, c := range row {
			values = append(values, c)
		}
		t.Add(values...)
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: t}, nil
}

// ratio returns a/b, or NaN if b is 0.
func ratio(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// confusions names the three most frequent confusions.
func confusions(labels []string, counts [][]int, rowsName, columnsName string) string {
	type pair struct{ i, j, n int }
	var pairs []pair
	for i, row := range counts {
		for j, c := range row {
			if i != j && c > 0 {
				pairs = append(pairs, pair{i, j, c})
			}
		}
	}
	if len(pairs) == 0 {
		return " No confusions."
	}
	sort.SliceStable(pairs, func(a, b int) bool { return pairs[a].n > pairs[b].n })
	var top []string
	for _, p := range pairs[:min(3, len(pairs))] {
		if rowsName == "true" && columnsName == "predicted" {
			top = append(top, fmt.Sprintf("%s taken for %s (%d)", labels[p.i], labels[p.j], p.n))
		} else {
			top = append(top, fmt.Sprintf("%s %s, %s %s (%d)", rowsName, labels[p.i], columnsName, labels[p.j], p.n))
		}
	}
	return " Most frequent confusions: " + list(top) + "."
}

func recalls(labels []string, counts [][]int, rows []int) string {
	shares := make([]float64, len(labels))
	for i := range labels {
		shares[i] = ratio(counts[i][i], rows[i])
	}
	return " Recall " + extremes(labels, shares, numbers{unit: "%"}) + "."
}

// HeatmapOptions says how a heat map looks.
type HeatmapOptions struct {
	Title, Caption, Alt string
	// RowsName and ColumnsName say what the rows and columns are.
	RowsName, ColumnsName string
	// Name says what the values are, Unit is as in view.Metric.
	Name, Unit string
}

// Heatmap draws values[row][column] as shaded cells, from none at 0 to full at
// the largest magnitude, negative ones in a second colour. NaN is an empty
// cell. It returns an error if the lengths differ, a value is infinite, or
// there is nothing to draw.
func Heatmap(rows, columns []string, values [][]float64, o HeatmapOptions) (view.Figure, error) {
	if len(values) != len(rows) {
		return view.Figure{}, fmt.Errorf("chart.Heatmap: %d rows of values for %d row labels", len(values), len(rows))
	}
	for i, row := range values {
		if len(row) != len(columns) {
			return view.Figure{}, fmt.Errorf("chart.Heatmap: row %d (%q) has %d values for %d column labels", i+1, rows[i], len(row), len(columns))
		}
		for j, v := range row {
			if math.Abs(v) > largest {
				return view.Figure{}, fmt.Errorf("chart.Heatmap: the value at row %q, column %q is %g, which is infinite or too large", rows[i], columns[j], v)
			}
		}
	}
	lo, hi, known := span(values...)
	if known == 0 {
		return view.Figure{}, fmt.Errorf("chart.Heatmap: nothing to draw: every value is missing (NaN) or there are none")
	}
	rows, columns = oneLines(rows), oneLines(columns)
	full := math.Max(math.Abs(lo), math.Abs(hi))
	n := numbersOf(o.Unit, values...)
	g := cells{title: o.Title, rows: rows, columns: columns, rowsName: o.RowsName, columnsName: o.ColumnsName}
	g.cell = func(i, j int) cellLook {
		v := values[i][j]
		look := cellLook{paint: seriesPaint(0), tip: rows[i] + ", " + columns[j] + ": " + n.text(v)}
		if math.IsNaN(v) {
			look.tip = rows[i] + ", " + columns[j] + ": missing"
			return look
		}
		look.text = n.bare(v)
		if v < 0 {
			look.paint = seriesPaint(1)
		}
		if full > 0 {
			look.shade = math.Abs(v) / full
		}
		return look
	}
	alt := o.Alt
	if alt == "" {
		var where []string
		var flat []float64
		for i, row := range values {
			for j, v := range row {
				where = append(where, rows[i]+", "+columns[j])
				flat = append(flat, v)
			}
		}
		alt = fmt.Sprintf("%s, %s by %s. %s.", about("Heat map", o.Title, o.Name), count(len(rows), "row"), count(len(columns), "column"), capital(extremes(where, flat, n)))
	}
	picture, err := g.draw(alt)
	if err != nil {
		return view.Figure{}, err
	}
	t := view.NewTable("")
	t.Columns = append(t.Columns, view.Column{Name: o.RowsName})
	for _, c := range columns {
		t.Columns = append(t.Columns, n.column(c))
	}
	for i, row := range values {
		line := []any{rows[i]}
		for _, v := range row {
			line = append(line, n.cell(v))
		}
		t.Add(line...)
	}
	return view.Figure{Caption: o.Caption, Alt: alt, SVG: picture, Data: t}, nil
}

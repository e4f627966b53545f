package chart

import (
	"math"

	"viva/mlkit/view"
)

// seriesTable holds series over labels: a row for each label, and for each
// series its values and, where it has them, its bounds.
func seriesTable(labelName, valueName string, labels []string, series []Series, n numbers) *view.Table {
	t := view.NewTable("")
	t.Columns = append(t.Columns, view.Column{Name: labelName})
	for _, s := range series {
		name := orElse(s.Name, valueName)
		t.Columns = append(t.Columns, n.column(name))
		if s.Low != nil {
			t.Columns = append(t.Columns, n.column(name+", low"), n.column(name+", high"))
		}
	}
	for i, label := range labels {
		row := []any{label}
		for _, s := range series {
			row = append(row, n.cell(s.Y[i]))
			if s.Low != nil {
				row = append(row, n.cell(s.Low[i]), n.cell(s.High[i]))
			}
		}
		t.Add(row...)
	}
	return t
}

// cell is a number as a table entry.
func (n numbers) cell(x float64) any {
	if n.digits == powers && !math.IsNaN(x) {
		return view.Cell{Text: n.text(x), Number: &x}
	}
	return x
}

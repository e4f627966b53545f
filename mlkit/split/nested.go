package split

import (
	"fmt"

	"viva/mlkit/view"
)

// Nested is a division in two levels, for choosing options and measuring at
// once: options are chosen on the inner folds, which divide the training part
// of an outer fold, and the model is measured on the outer fold's test part,
// which the choice has not seen.
type Nested struct {
	Outer *Folds
	// Inner holds for each outer fold the folds of its training part. Rows are
	// those of all documents, as in Outer.
	Inner []*Folds
	// Warnings are those of the outer folds, then those of the inner ones.
	Warnings []string
}

// Nest divides the training part of each outer fold into folds of its own: with
// labels, which may be nil, stratified, and with groups, which may be nil, with
// every group whole. Labels and groups are those of all documents, by row. No
// test row of an outer fold is in any of its inner folds. Errors and warnings
// are those of KFold, StratifiedKFold, GroupKFold or StratifiedGroupKFold, and
// name the outer fold.
func Nest(outer *Folds, labels, groups []string, inner Options) (*Nested, error) {
	if outer == nil || len(outer.Folds) == 0 {
		return nil, fmt.Errorf("split: no outer folds to nest in")
	}
	for _, x := range []struct {
		what string
		have []string
	}{{"labels", labels}, {"groups", groups}} {
		if x.have != nil && len(x.have) != outer.Documents {
			return nil, fmt.Errorf("split: %d %s for outer folds of %d documents", len(x.have), x.what, outer.Documents)
		}
	}
	n := &Nested{Outer: outer.clone()}
	if labels != nil && n.Outer.Imbalance == nil {
		n.Outer.state(labels, groups)
	}
	for _, w := range n.Outer.Warnings {
		n.Warnings = append(n.Warnings, "outer folds: "+w)
	}
	for i, fold := range n.Outer.Folds {
		f, err := divide(len(fold.Train), pick(labels, fold.Train), pick(groups, fold.Train), inner)
		if err != nil {
			return nil, fmt.Errorf("split: the training part of outer %s: %w", n.Outer.name(i), err)
		}
		for j := range f.Folds {
			f.Folds[j].Train, f.Folds[j].Test = at(fold.Train, f.Folds[j].Train), at(fold.Train, f.Folds[j].Test)
		}
		f.Documents = outer.Documents
		for _, w := range f.Warnings {
			n.Warnings = append(n.Warnings, fmt.Sprintf("inner folds of outer %s: %s", n.Outer.name(i), w))
		}
		n.Inner = append(n.Inner, f)
	}
	return n, nil
}

// divide makes folds that respect labels and groups as far as they are given.
func divide(n int, labels, groups []string, opt Options) (*Folds, error) {
	switch {
	case labels != nil && groups != nil:
		return StratifiedGroupKFold(labels, groups, opt)
	case labels != nil:
		return StratifiedKFold(labels, opt)
	case groups != nil:
		return GroupKFold(groups, opt)
	}
	return KFold(n, opt)
}

func pick(values []string, rows []int) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// at returns the rows that stand at the given positions.
func at(rows, positions []int) []int {
	out := make([]int, len(positions))
	for i, p := range positions {
		out[i] = rows[p]
	}
	return out
}

// View implements view.Viewer: the outer folds, the sizes of the inner ones,
// and the warnings.
func (n *Nested) View() []view.Item {
	outer := n.Outer.clone()
	outer.Warnings = nil
	caption := "Inner folds"
	if len(n.Inner) > 0 {
		caption += ": " + n.Inner[0].Method
	}
	t := view.NewTable(caption, "outer fold", "inner folds", "train", "test", "deviation [points]", "of class", "in")
	for i, f := range n.Inner {
		row := []any{n.Outer.name(i), len(f.Folds), sizes(f, func(x Fold) int { return len(x.Train) }), sizes(f, func(x Fold) int { return len(x.Test) })}
		if f.Imbalance != nil {
			d := f.Imbalance.Largest
			row = append(row, d.Points, d.Class, d.Part)
		}
		t.Add(row...)
	}
	items := append(outer.View(), t.View()...)
	return append(items, warn(n.Warnings)...)
}

// sizes writes the smallest and the largest size of a part.
func sizes(f *Folds, size func(Fold) int) string {
	low, high := size(f.Folds[0]), size(f.Folds[0])
	for _, fold := range f.Folds {
		low, high = min(low, size(fold)), max(high, size(fold))
	}
	text := view.FormatUnit(float64(low), "count")
	if high > low {
		text += " to " + view.FormatUnit(float64(high), "count")
	}
	return text
}

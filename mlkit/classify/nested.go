package classify

import (
	"context"
	"fmt"

	"viva/mlkit/split"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Nested measures a search: how well the options that it chooses do on documents
// that the choice has not seen.
type Nested struct {
	// CrossValidation is that of the outer folds, each with its own options.
	// Its Options are those of the grid's base.
	*CrossValidation
	// Searches are those within the training part of each outer fold. Their
	// Model is nil.
	Searches []*Found
}

// NestedCrossValidate runs a search within the training part of each outer fold,
// trains with what it chooses, and tests on the outer fold's test part. Inner
// folds are made as Search makes them.
func NestedCrossValidate(ctx context.Context, texts, labels, groups []string, outer *split.Folds, grid Grid) (*Nested, error) {
	if err := checkFolds(texts, labels, outer); err != nil {
		return nil, err
	}
	if groups != nil && len(groups) != len(texts) {
		return nil, fmt.Errorf("classify: %d groups for %d texts", len(groups), len(texts))
	}
	g, err := grid.check()
	if err != nil {
		return nil, err
	}
	s, err := newSearch(ctx, texts, labels, g)
	if err != nil {
		return nil, err
	}
	n := &Nested{}
	outcomes := make([]outcome, len(outer.Folds))
	for i, fold := range outer.Folds {
		inner, err := s.within(fold.Train, labels, groups)
		if err != nil {
			return nil, fmt.Errorf("classify: outer fold %d of %d: %w", i+1, len(outcomes), err)
		}
		found, err := s.find(ctx, inner)
		if err != nil {
			return nil, fmt.Errorf("classify: outer fold %d of %d: %w", i+1, len(outcomes), err)
		}
		f := &folding{labels: labels, opt: found.Options, data: s.data, counts: s.countsOf(found.Options)}
		if outcomes[i], err = f.run(ctx, fold); err != nil {
			return nil, fmt.Errorf("classify: outer fold %d of %d: %w", i+1, len(outcomes), err)
		}
		n.Searches = append(n.Searches, found)
		trace.Progress(ctx, "nested cross-validation", i+1, len(outcomes))
	}
	f := &folding{labels: labels, opt: g.Base}
	if n.CrossValidation, err = f.assemble(outer, outcomes); err != nil {
		return nil, err
	}
	return n, nil
}

// within returns inner folds of some rows; their rows are those of all
// documents.
func (s *search) within(rows []int, labels, groups []string) (*split.Folds, error) {
	var own []string
	if groups != nil {
		own = pick(groups, rows)
	}
	f, err := innerFolds(pick(labels, rows), own, s.grid)
	if err != nil {
		return nil, err
	}
	inner := &split.Folds{Method: f.Method, Documents: len(labels), Warnings: f.Warnings}
	for _, fold := range f.Folds {
		var global split.Fold
		for _, r := range fold.Train {
			global.Train = append(global.Train, rows[r])
		}
		for _, r := range fold.Test {
			global.Test = append(global.Test, rows[r])
		}
		inner.Folds = append(inner.Folds, global)
	}
	return inner, nil
}

// Table returns a row for each outer fold, with what was chosen within it.
func (n *Nested) Table() *view.Table {
	t := n.CrossValidation.Table()
	t.Caption = "Nested cross-validation: " + n.Method
	t.Notes = nil
	for i, f := range n.Searches {
		t.Notes = append(t.Notes, fmt.Sprintf("Fold %d: %s, with %s %s in the inner folds (%s).", i+1, f.Options, f.Score, view.FormatUnit(f.Points[f.Chosen].Mean, "%"), f.Method))
	}
	return t
}

// View implements view.Viewer: the table of folds, the mean accuracy, the gap
// and the warnings.
func (n *Nested) View() []view.Item {
	items := append(n.Table().View(), n.Accuracy().View()...)
	items = append(items, n.Gap().View()...)
	return append(items, warn(n.Warnings)...)
}

package keyphrase

import (
	"context"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Transfer is how well extractors do on a collection that they were not trained
// on.
type Transfer struct {
	Rows     []TransferRow
	Warnings []string
}

// TransferRow is one collection that was left out. Scores are F1 at ten phrases,
// of precision and recall averaged over documents.
type TransferRow struct {
	Corpus string
	// Left is of the model trained on the other collections, Together of that
	// trained on all, Single of that trained on this one.
	Left, Together, Single float64
	// Methods are the unsupervised ones; TF-IDF counts documents of this
	// collection's training part.
	Methods []MethodScore
}

// MethodScore is what an unsupervised method reached.
type MethodScore struct {
	Name string
	F1   float64
}

// Best returns the best of the unsupervised methods.
func (r TransferRow) Best() MethodScore {
	var best MethodScore
	for i, m := range r.Methods {
		if i == 0 || m.F1 > best.F1 {
			best = m
		}
	}
	return best
}

// LeaveOneOut trains, for each collection, on the training parts of the others and
// measures on its test part, beside models trained on all and on its own, and
// the unsupervised methods. train and test name the same collections in the
// same order.
func LeaveOneOut(ctx context.Context, train, test []*data.Corpus, opt Options) (*Transfer, error) {
	if len(train) < 2 || len(train) != len(test) {
		return nil, fmt.Errorf("keyphrase: %d training and %d test parts: give both of at least two collections", len(train), len(test))
	}
	together, err := Train(ctx, train, opt)
	if err != nil {
		return nil, err
	}
	t := &Transfer{}
	for i := range train {
		var others []*data.Corpus
		for j := range train {
			if j != i {
				others = append(others, train[j])
			}
		}
		left, err := Train(ctx, others, opt)
		if err != nil {
			return nil, err
		}
		single, err := Train(ctx, train[i:i+1], opt)
		if err != nil {
			return nil, err
		}
		tfidf, err := TFIDF(ctx, train[i])
		if err != nil {
			return nil, err
		}
		sequences, err := TFIDFSequences(ctx, train[i])
		if err != nil {
			return nil, err
		}
		row := TransferRow{Corpus: test[i].Name()}
		for _, x := range []struct {
			model *Model
			to    *float64
		}{{left, &row.Left}, {together, &row.Together}, {single, &row.Single}} {
			if *x.to, err = f1At10(ctx, x.model, test[i]); err != nil {
				return nil, err
			}
		}
		for _, m := range []*Method{FirstPhrases(), tfidf, sequences, YAKE(), MultipartiteRank()} {
			score, err := f1At10(ctx, m, test[i])
			if err != nil {
				return nil, err
			}
			row.Methods = append(row.Methods, MethodScore{m.Name(), score})
		}
		if best := row.Best(); row.Left < best.F1 {
			t.Warnings = append(t.Warnings, fmt.Sprintf("On %s the model trained on the other collections is worse than %s: it may not be trusted on such documents.", row.Corpus, best.Name))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func f1At10(ctx context.Context, x Extractor, c *data.Corpus) (float64, error) {
	e, err := Evaluate(ctx, x, c)
	if err != nil {
		return 0, err
	}
	m, err := e.At(At10)
	return m.Macro.F1, err
}

// Table returns a row for each collection.
func (t *Transfer) Table() *view.Table {
	columns := []string{"collection", "trained on the others [%]", "on all [%]", "on this one [%]"}
	if len(t.Rows) > 0 {
		for _, m := range t.Rows[0].Methods {
			columns = append(columns, m.Name+" [%]")
		}
	}
	table := view.NewTable("F1 at 10 on a collection that was left out", append(columns, "at least the best unsupervised")...)
	for _, r := range t.Rows {
		holds := view.Cell{Text: "yes", Tone: "good"}
		if r.Left < r.Best().F1 {
			holds = view.Cell{Text: "no", Tone: "bad"}
		}
		row := []any{r.Corpus, r.Left, r.Together, r.Single}
		for _, m := range r.Methods {
			row = append(row, m.F1)
		}
		table.Add(append(row, holds)...)
	}
	table.Notes = append(table.Notes, "Exact match of Porter stems; precision and recall averaged over documents.")
	return table
}

// View implements view.Viewer.
func (t *Transfer) View() []view.Item { return append(t.Table().View(), warn(t.Warnings)...) }

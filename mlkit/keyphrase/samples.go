package keyphrase

import (
	"context"
	"fmt"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// SampleTable returns, for the documents in the given rows of a corpus, the n best
// phrases, whether the indexer gave each, and what raised and lowered its score
// most; n = 0 leaves the number to the model. Documents without keyphrases have
// nothing to be compared with, and their phrases are shown as neither.
func (m *Model) SampleTable(ctx context.Context, c *data.Corpus, rows []int, n int) (*view.Table, error) {
	t := view.NewTable("Extracted phrases", "document", "phrase", "probability [%]", "keyphrase", "raised by", "lowered by")
	for _, row := range rows {
		if row < 0 || row >= c.Len() {
			return nil, fmt.Errorf("keyphrase: row %d of a corpus of %d documents", row, c.Len())
		}
		doc := c.At(row)
		phrases, err := m.Extract(ctx, doc, n)
		if err != nil {
			return nil, fmt.Errorf("keyphrase: document %s: %w", doc.ID, err)
		}
		keys := make([]string, len(phrases))
		for i, p := range phrases {
			keys[i] = p.Key
		}
		gold := goldOf(doc)
		found := matchExact(keys, gold).found
		for i, p := range phrases {
			verdict := view.Cell{Text: "–"}
			switch {
			case found[i] >= 0:
				verdict = view.Cell{Text: "yes", Tone: "good"}
			case len(gold) > 0:
				verdict = view.Cell{Text: "no", Tone: "bad"}
			}
			var raised, lowered []string
			for _, r := range p.Reasons {
				switch s := fmt.Sprintf("%s (%+.1f)", r.Property, r.Effect); {
				case r.Effect > 0:
					raised = append(raised, s)
				case r.Effect < 0:
					lowered = append(lowered, s)
				}
			}
			id := ""
			if i == 0 {
				id = doc.ID
			}
			t.Add(id, p.Text, p.Score, verdict, strings.Join(raised, ", "), strings.Join(lowered, ", "))
		}
	}
	t.Notes = append(t.Notes, "The numbers in brackets are by how much a property moved the logarithm of the odds that the phrase is a keyphrase.")
	return t, nil
}

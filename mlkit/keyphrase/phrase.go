package keyphrase

import (
	"fmt"
	"strings"

	"viva/mlkit/view"
)

// Phrase is an extracted keyphrase.
type Phrase struct {
	// Text is the phrase as the document writes it, Key the Porter stems of its
	// words, by which phrases are compared.
	Text, Key string
	// Score is what it was ranked by: of a Model the probability, in 0..1, that an
	// indexer would have chosen it; of the unsupervised methods their own measure,
	// larger being better.
	Score float64
	// Reasons, from the model only, are what raised or lowered the score most.
	Reasons []Reason
}

// Reason is what a property of a phrase did to its score.
type Reason struct {
	// Property is a feature's name, Value its value, and Effect by how much it
	// moved the logarithm of the odds.
	Property      string
	Value, Effect float64
}

// Phrases are keyphrases, the best first.
type Phrases []Phrase

// Table returns a row for each phrase.
func (p Phrases) Table() *view.Table {
	t := view.NewTable("Keyphrases", "phrase", "score", "reasons")
	for _, x := range p {
		var reasons []string
		for _, r := range x.Reasons {
			reasons = append(reasons, fmt.Sprintf("%s %.3g (%+.2f)", r.Property, r.Value, r.Effect))
		}
		t.Add(x.Text, x.Score, strings.Join(reasons, "; "))
	}
	if len(p) > 0 && len(p[0].Reasons) > 0 {
		t.Notes = append(t.Notes, "The score is the probability that an indexer would have chosen the phrase; in brackets is what a property did to the logarithm of its odds.")
	}
	return t
}

// View implements view.Viewer.
func (p Phrases) View() []view.Item { return p.Table().View() }

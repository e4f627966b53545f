package classify

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"viva/mlkit/view"
)

// Explained is a prediction with the terms that decided it.
type Explained struct {
	// Excerpt is the beginning of the text, on one line.
	Excerpt string
	// Truth is the text's class, where it was given.
	Truth     string
	Predicted string
	// Second is the class with the next highest score, and Margin by how much
	// the predicted one's is higher.
	Second string
	Margin float64
	// Probability is that of the predicted class, in 0..1, or -1 where
	// the model has no probabilities.
	Probability float64
	// For are the terms that speak most for the predicted class against the
	// second, Against those that speak most for the second, the strongest first.
	// The weight is by how much the text's occurrences change the margin. With
	// what is left out, and the intercepts, they add up to it.
	For, Against []Term
}

// Explanations are explained predictions.
type Explanations struct {
	Predictions []Explained
}

// Explain predicts the class of each text and says which n terms decided for it
// and against it. labels are the true classes, nil where they are not known.
func (m *Model) Explain(ctx context.Context, texts, labels []string, n int) (*Explanations, error) {
	if labels != nil && len(labels) != len(texts) {
		return nil, fmt.Errorf("classify: %d labels for %d texts", len(labels), len(texts))
	}
	x, err := m.tfidf.TransformTexts(ctx, texts)
	if err != nil {
		return nil, err
	}
	scores, err := m.linear.Decision(x)
	if err != nil {
		return nil, err
	}
	// Not all models have probabilities; those that have none are shown without.
	probabilities, _ := m.probabilities(x)
	classes := m.Classes()
	e := &Explanations{}
	for i, row := range scores {
		best, second := 0, 1
		if row[1] > row[0] {
			best, second = 1, 0
		}
		for k := 2; k < len(row); k++ {
			if row[k] > row[best] {
				best, second = k, best
			} else if row[k] > row[second] {
				second = k
			}
		}
		p := Explained{Excerpt: excerpt(texts[i]), Predicted: classes[best], Second: classes[second], Margin: row[best] - row[second], Probability: -1}
		if labels != nil {
			p.Truth = labels[i]
		}
		if probabilities != nil {
			p.Probability = probabilities[i][best]
		}
		parts, err := m.linear.Contributions(x, i, p.Predicted, p.Second)
		if err != nil {
			return nil, err
		}
		sort.SliceStable(parts, func(i, j int) bool { return parts[i].Weight > parts[j].Weight })
		for k := 0; k < min(n, len(parts)) && parts[k].Weight > 0; k++ {
			p.For = append(p.For, Term{m.tfidf.Shown(parts[k].Feature), parts[k].Weight})
		}
		for k := len(parts) - 1; k >= max(0, len(parts)-n) && parts[k].Weight < 0; k-- {
			p.Against = append(p.Against, Term{m.tfidf.Shown(parts[k].Feature), parts[k].Weight})
		}
		e.Predictions = append(e.Predictions, p)
	}
	return e, nil
}

// excerpt returns the beginning of a text on one line.
func excerpt(text string) string {
	const most = 80
	if len(text) > 20*most {
		text = text[:20*most] // enough, and a long text is not gone through
	}
	s := strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// Table returns a row for each prediction.
func (e *Explanations) Table() *view.Table {
	t := view.NewTable("Sample predictions, and the terms that decided them", "text", "class", "predicted", "probability [%]", "before", "for it", "against it")
	for _, p := range e.Predictions {
		predicted := view.Cell{Text: p.Predicted}
		if p.Truth != "" {
			predicted.Tone = map[bool]string{true: "good", false: "bad"}[p.Truth == p.Predicted]
		}
		var probability any
		if p.Probability >= 0 {
			probability = p.Probability
		}
		t.Add(p.Excerpt, p.Truth, predicted, probability, p.Second, words(p.For), words(p.Against))
	}
	t.Notes = append(t.Notes, "“Before” is the class with the next highest score; a term counts by how much it moves the score of the predicted class away from that one's.")
	return t
}

func words(terms []Term) string {
	var list []string
	for _, t := range terms {
		list = append(list, t.Term)
	}
	return strings.Join(list, ", ")
}

// View implements view.Viewer: the table.
func (e *Explanations) View() []view.Item { return e.Table().View() }

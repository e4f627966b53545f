package relation

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/sparse"
	"viva/mlkit/view"
)

// Prediction is what a model says of an example.
type Prediction struct {
	Label string
	// Score is the label's; see Scores.
	Score float64
	// Second is the label with the next highest score, and Margin by how much it is
	// lower. A margin is no probability: CrossValidation.Confidence tells how often
	// labels with such a margin are right.
	Second string
	Margin float64
}

// Predict returns the label of every example: the one with the highest score, and
// of equal ones the first in the order of the alphabet.
func (m *Model) Predict(ctx context.Context, examples []Example) ([]Prediction, error) {
	scores, err := m.Scores(ctx, examples)
	if err != nil {
		return nil, err
	}
	return m.decide(scores), nil
}

func (m *Model) decide(scores [][]float64) []Prediction {
	list := make([]Prediction, len(scores))
	for i, row := range scores {
		best, second := -1, -1
		for k, s := range row {
			switch {
			case best < 0 || s > row[best]:
				best, second = k, best
			case second < 0 || s > row[second]:
				second = k
			}
		}
		list[i] = Prediction{m.outputs[best].label, row[best], m.outputs[second].label, row[best] - row[second]}
	}
	return list
}

// Scores returns, for every example, the score of every label in the order of
// Labels: how far the example is on the label's side of the machine's plane, in
// units of the margin: around 1 and above where the model is sure, below 0 where
// it is not of the label.
func (m *Model) Scores(ctx context.Context, examples []Example) ([][]float64, error) {
	if err := checkExamples(examples); err != nil {
		return nil, err
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("relation: %w", err)
	}
	x, err := m.matrixOf(examples)
	if err != nil {
		return nil, err
	}
	return m.scores(x)
}

// scores joins the scores of the two readings of every example.
func (m *Model) scores(x *sparse.Matrix) ([][]float64, error) {
	s, err := m.linear.Decision(x)
	if err != nil {
		return nil, fmt.Errorf("relation: %w", err)
	}
	all := make([][]float64, len(s)/2)
	for i := range all {
		row := make([]float64, len(m.outputs))
		for k, o := range m.outputs {
			row[k] = o.share[0]*s[2*i][o.class] + o.share[1]*s[2*i+1][o.class]
		}
		all[i] = row
	}
	return all, nil
}

// Evidence is a feature of an example and how much it adds to a label's score.
type Evidence struct {
	// Feature says what was seen, for example "stem between = caus".
	Feature string
	Weight  float64
}

// Reasons are the features of an example that count most for a label.
type Reasons struct {
	Example Example
	Label   string
	// Score is the label's; the evidence, all of it, and the intercept add up to it.
	Score    float64
	Evidence []Evidence
}

// Why returns the n features of an example that count most for or against a label,
// the heaviest first.
func (m *Model) Why(e Example, label string, n int) (*Reasons, error) {
	k := slices.IndexFunc(m.outputs, func(o output) bool { return o.label == label })
	if k < 0 {
		return nil, fmt.Errorf("relation: no label %q: the model knows %q", label, m.Labels())
	}
	scores, err := m.Scores(context.Background(), []Example{e})
	if err != nil {
		return nil, err
	}
	x, err := m.matrixOf([]Example{e})
	if err != nil {
		return nil, err
	}
	o := m.outputs[k]
	class := m.linear.Classes()[o.class]
	sum := map[string]float64{}
	c := e.cut()
	for reading, share := range o.share {
		if share == 0 {
			continue
		}
		columns, values := x.Row(reading)
		var failed error
		seen := map[int32]bool{}
		c.features(reading == 1, func(name []byte) {
			column, ok := m.columns[string(name)]
			if !ok || seen[column] {
				return
			}
			seen[column] = true
			at, _ := slices.BinarySearch(columns, column)
			w, err := m.linear.Weight(class, int(column))
			if err != nil {
				failed = err
			}
			sum[inWords(string(name), reading == 1)] += share * w * values[at]
		})
		for k, column := range columns {
			part := (int(column) - len(m.columns)) / max(1, m.dimensions())
			if int(column) < len(m.columns) {
				continue
			}
			w, err := m.linear.Weight(class, int(column))
			if err != nil {
				failed = err
			}
			sum[vectorName(part, reading == 1)] += share * w * values[k]
		}
		if failed != nil {
			return nil, fmt.Errorf("relation: %w", failed)
		}
	}
	r := &Reasons{Example: e, Label: label, Score: scores[0][k]}
	for f, w := range sum {
		if w != 0 {
			r.Evidence = append(r.Evidence, Evidence{f, w})
		}
	}
	slices.SortFunc(r.Evidence, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)), strings.Compare(a.Feature, b.Feature))
	})
	r.Evidence = r.Evidence[:max(0, min(n, len(r.Evidence)))]
	return r, nil
}

// Table returns the evidence.
func (r *Reasons) Table() *view.Table {
	t := view.NewTable(fmt.Sprintf("Why %s: %s", r.Label, r.Example), "feature", "adds to the score")
	for _, e := range r.Evidence {
		t.Add(e.Feature, e.Weight)
	}
	t.Notes = append(t.Notes, fmt.Sprintf("The score is %.3f.", r.Score))
	return t
}

// View implements view.Viewer.
func (r *Reasons) View() []view.Item { return r.Table().View() }

package relation

import (
	"cmp"
	"fmt"
	"slices"

	"viva/mlkit/metric"
	"viva/mlkit/view"
)

// Confusion returns which relations were taken for which, with their directions.
func (cv *CrossValidation) Confusion() (*metric.Confusion, error) {
	return confusion(cv.Truth, named(cv.Predictions))
}

// RelationConfusion is Confusion without the directions.
func (cv *CrossValidation) RelationConfusion() (*metric.Confusion, error) {
	return confusion(bases(cv.Truth), bases(named(cv.Predictions)))
}

func bases(labels []string) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = Base(l)
	}
	return out
}

func confusion(truth, predicted []string) (*metric.Confusion, error) {
	r, err := metric.Classify(truth, predicted)
	if err != nil {
		return nil, fmt.Errorf("relation: %w", err)
	}
	return r.Confusion(), nil
}

// Band are the predictions with margins of From, inclusive, to To.
type Band struct {
	From, To        float64
	Examples, Right int
}

// Confidence tells how often predictions were right, by their margin: in bands of
// equal numbers of examples, the least sure first. It is what a margin of a new
// example is worth, as far as that is like these.
type Confidence struct{ Bands []Band }

// Confidence returns n bands, or fewer if there are fewer examples; 0 means 10.
func (cv *CrossValidation) Confidence(n int) *Confidence {
	if n <= 0 {
		n = 10
	}
	order := make([]int, len(cv.Predictions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(cv.Predictions[i].Margin, cv.Predictions[j].Margin) })
	n = min(n, len(order))
	c := &Confidence{}
	for k := range n {
		part := order[k*len(order)/n : (k+1)*len(order)/n]
		b := Band{From: cv.Predictions[part[0]].Margin, To: cv.Predictions[part[len(part)-1]].Margin, Examples: len(part)}
		for _, i := range part {
			if cv.Predictions[i].Label == cv.Truth[i] {
				b.Right++
			}
		}
		c.Bands = append(c.Bands, b)
	}
	return c
}

// Share returns the share, in 0..1, of right predictions in the band of a margin:
// an estimate of the probability that a prediction with this margin is right.
func (c *Confidence) Share(margin float64) float64 {
	if len(c.Bands) == 0 {
		return 0
	}
	b := c.Bands[0]
	for _, next := range c.Bands[1:] {
		if margin >= next.From {
			b = next
		}
	}
	return share(b.Right, b.Examples)
}

// Table returns the bands.
func (c *Confidence) Table() *view.Table {
	t := view.NewTable("What a margin is worth", "margin from", "to", "examples", "right [%]")
	for _, b := range c.Bands {
		t.Add(b.From, b.To, b.Examples, share(b.Right, b.Examples))
	}
	return t
}

// View implements view.Viewer.
func (c *Confidence) View() []view.Item { return c.Table().View() }

// Mistakes returns a table of the n mistakes of which the model was most sure, with
// their sentences. examples are those that were cross-validated.
func (cv *CrossValidation) Mistakes(examples []Example, n int) (*view.Table, error) {
	return cv.samples("The surest mistakes", examples, n, func(i int) bool { return cv.Predictions[i].Label != cv.Truth[i] })
}

// Samples is Mistakes for n predictions, right or wrong, spread evenly over the
// examples.
func (cv *CrossValidation) Samples(examples []Example, n int) (*view.Table, error) {
	n = max(1, min(n, len(cv.Rows)))
	chosen := map[int]bool{}
	for k := range n {
		chosen[k*len(cv.Rows)/n] = true
	}
	return cv.samples("Sample predictions", examples, n, func(i int) bool { return chosen[i] })
}

func (cv *CrossValidation) samples(caption string, examples []Example, n int, use func(i int) bool) (*view.Table, error) {
	var order []int
	for i, r := range cv.Rows {
		if r >= len(examples) {
			return nil, fmt.Errorf("relation: %d examples, but row %d was cross-validated: give the examples of the cross-validation", len(examples), r)
		}
		if use(i) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(cv.Predictions[j].Margin, cv.Predictions[i].Margin) })
	t := view.NewTable(caption, "row", "sentence", "truth", "predicted", "margin", "second")
	for _, i := range order[:max(0, min(n, len(order)))] {
		p := cv.Predictions[i]
		right := view.Cell{Text: p.Label, Tone: "bad"}
		if p.Label == cv.Truth[i] {
			right.Tone = "good"
		}
		t.Add(cv.Rows[i], examples[cv.Rows[i]].String(), cv.Truth[i], right, p.Margin, p.Second)
	}
	return t, nil
}

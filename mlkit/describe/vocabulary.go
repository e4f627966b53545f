package describe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/sparse"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// Vocabulary is how many different words there are, and how their number grows
// with the text. Words are those of package text: lower-cased, at least two
// letters, digits or underscores.
type Vocabulary struct {
	// Tokens is the number of words, Types that of different ones.
	Tokens, Types int
	// Hapax is the number of words that occur once, in all documents together.
	Hapax int
	// Growth are points of the curve: the number of different words among the
	// first words, the documents in random order.
	Growth []GrowthPoint
	// K and Beta are the parameters of Heaps' law, types = K · tokens^Beta
	// (Heaps, 1978), by least squares of the logarithms over Growth, whose
	// points are evenly spaced, so that long texts count most; NaN where
	// there are fewer than three points. R2 is the share of the variance of
	// the logarithms that it explains, in 0..1.
	K, Beta, R2 float64
	// Unknown says for validation and test how much of them is not in the
	// training documents.
	Unknown []Unknown
	// Frequent are the most frequent words.
	Frequent []Frequency
}

// GrowthPoint is a point of the growth curve.
type GrowthPoint struct{ Tokens, Types int }

// Unknown is how much of a split's words do not occur in training documents.
type Unknown struct {
	Split string
	// Types and Tokens are shares of the split's different words and of its
	// words, in 0..1.
	Types, Tokens float64
}

// Frequency is how often a word occurs, and in how many documents.
type Frequency struct {
	Word              string
	Tokens, Documents int
}

// terms are the words of every document with their numbers.
type terms struct {
	names  []string
	counts *sparse.Matrix // nil if there are no words
	length []int
}

func countTerms(ctx context.Context, texts []string) (*terms, error) {
	counts, err := text.Count(ctx, texts, text.Options{NoIDF: true, Norm: "none"})
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	t := &terms{length: make([]int, len(texts))}
	for row := range t.length {
		t.length[row] = counts.Length(row)
	}
	fitted, err := counts.Fit(nil)
	if errors.Is(err, text.ErrNoTerms) {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	t.names = fitted.Terms()
	if t.counts, err = fitted.Transform(counts, rowsTo(len(texts))); err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	return t, nil
}

func rowsTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Points of the growth curve, and frequent words that are kept.
const (
	growthPoints = 40
	mostFrequent = 15
)

func vocabularyOf(t *terms, splits []string, seed int64) *Vocabulary {
	v := &Vocabulary{Types: len(t.names), K: math.NaN(), Beta: math.NaN(), R2: math.NaN()}
	for _, n := range t.length {
		v.Tokens += n
	}
	if t.counts == nil {
		return v
	}
	total, documents := make([]int, len(t.names)), make([]int, len(t.names))
	trained := make([]bool, len(t.names))
	type unknown struct{ types, tokens, newTypes, newTokens int }
	in := map[string][]int{}
	order := rand.New(rand.NewPCG(uint64(seed), 0x6865617073)).Perm(len(t.length))
	seen := make([]bool, len(t.names))
	tokens, types := 0, 0
	next := 1
	for _, row := range order {
		columns, values := t.counts.Row(row)
		for k, c := range columns {
			n := int(values[k])
			total[c] += n
			documents[c]++
			if !seen[c] {
				seen[c] = true
				types++
			}
			if splits[row] == data.Train {
				trained[c] = true
			}
		}
		tokens += t.length[row]
		reached := false
		for next <= growthPoints && tokens*growthPoints >= v.Tokens*next {
			next, reached = next+1, true
		}
		if reached && tokens > 0 {
			v.Growth = append(v.Growth, GrowthPoint{tokens, types})
		}
		if splits[row] != "" {
			in[splits[row]] = append(in[splits[row]], row)
		}
	}
	for _, n := range total {
		if n == 1 {
			v.Hapax++
		}
	}
	v.fit()
	frequent := rowsTo(len(total))
	slices.SortStableFunc(frequent, func(a, b int) int { return total[b] - total[a] })
	for _, c := range frequent[:min(len(frequent), mostFrequent)] {
		v.Frequent = append(v.Frequent, Frequency{t.names[c], total[c], documents[c]})
	}
	for _, s := range []string{data.Validation, data.Test} {
		if len(in[s]) == 0 || len(in[data.Train]) == 0 {
			continue
		}
		var u unknown
		have := make([]bool, len(t.names))
		for _, row := range in[s] {
			columns, values := t.counts.Row(row)
			for k, c := range columns {
				u.tokens += int(values[k])
				if !trained[c] {
					u.newTokens += int(values[k])
				}
				if !have[c] {
					have[c] = true
					u.types++
					if !trained[c] {
						u.newTypes++
					}
				}
			}
		}
		if u.types > 0 {
			v.Unknown = append(v.Unknown, Unknown{s, float64(u.newTypes) / float64(u.types), float64(u.newTokens) / float64(u.tokens)})
		}
	}
	return v
}

// fit finds the parameters of Heaps' law.
func (v *Vocabulary) fit() {
	n := float64(len(v.Growth))
	if n < 3 {
		return
	}
	var mx, my, sxx, sxy, syy float64
	for _, p := range v.Growth {
		mx += math.Log(float64(p.Tokens)) / n
		my += math.Log(float64(p.Types)) / n
	}
	for _, p := range v.Growth {
		x, y := math.Log(float64(p.Tokens))-mx, math.Log(float64(p.Types))-my
		sxx, sxy, syy = sxx+x*x, sxy+x*y, syy+y*y
	}
	if sxx == 0 {
		return
	}
	v.Beta = sxy / sxx
	v.K = math.Exp(my - v.Beta*mx)
	if syy > 0 {
		v.R2 = sxy * sxy / (sxx * syy)
	}
}

// Table returns the numbers of words.
func (v *Vocabulary) Table() *view.Table {
	t := view.NewTable("Vocabulary", "measure", "value", "meaning")
	number := func(x float64, text string) view.Cell { return view.Cell{Text: text, Number: &x} }
	share := func(x float64) view.Cell { return number(x, view.FormatUnit(x, "%")) }
	t.Add("words", v.Tokens, "of at least two letters or digits, lower-cased")
	t.Add("different words", v.Types, nil)
	if v.Types == 0 {
		return t
	}
	t.Add("words for each different one", number(float64(v.Tokens)/float64(v.Types), fmt.Sprintf("%.1f", float64(v.Tokens)/float64(v.Types))), nil)
	t.Add("words that occur once", share(float64(v.Hapax)/float64(v.Types)), view.FormatUnit(float64(v.Hapax), "count")+" of the different words")
	if !math.IsNaN(v.Beta) {
		t.Add("Heaps' exponent", number(v.Beta, view.FormatUnit(v.Beta, "")), "the closer to 1, the more new words more text brings; 0.4 to 0.6 is usual for English")
		t.Add("Heaps' factor", number(v.K, view.FormatUnit(v.K, "")), "different words = factor · words to the power of the exponent")
	}
	for _, u := range v.Unknown {
		t.Add("unknown in "+u.Split, share(u.Tokens), fmt.Sprintf("of its words do not occur in training; %s of the different ones", view.FormatUnit(u.Types, "%")))
	}
	return t
}

// FrequentTable returns the most frequent words.
func (v *Vocabulary) FrequentTable() *view.Table {
	t := view.NewTable("The most frequent words", "word", "occurrences", "documents")
	for _, f := range v.Frequent {
		t.Add(f.Word, f.Tokens, f.Documents)
	}
	return t
}

// Figure draws the growth of the vocabulary beside Heaps' law.
func (v *Vocabulary) Figure() (view.Figure, error) {
	counted, law := chart.Series{Name: "counted"}, chart.Series{Name: "Heaps' law"}
	for _, p := range v.Growth {
		counted.X, counted.Y = append(counted.X, float64(p.Tokens)), append(counted.Y, float64(p.Types))
	}
	// So many points that the law is a line without markers.
	const points = 100
	if n := len(counted.X); n > 0 {
		for i := range points {
			x := counted.X[0] + (counted.X[n-1]-counted.X[0])*float64(i)/(points-1)
			law.X, law.Y = append(law.X, math.Round(x)), append(law.Y, math.Round(v.K*math.Pow(x, v.Beta)))
		}
	}
	series, caption := []chart.Series{counted}, "Growth of the vocabulary."
	if !math.IsNaN(v.Beta) {
		series = append(series, law)
		caption += fmt.Sprintf(" Heaps' law: %s · words^%.3f.", view.FormatUnit(v.K, ""), v.Beta)
	}
	return chart.Line(series, chart.LineOptions{XLabel: "words, documents in random order", YLabel: "different words", XUnit: "count", Unit: "count", Zero: true, Caption: caption})
}

// View implements view.Viewer: the growth curve and the numbers.
func (v *Vocabulary) View() []view.Item {
	var items []view.Item
	if len(v.Growth) > 2 {
		items = figure(v.Figure())
	}
	return append(items, v.Table().View()...)
}

package leak

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// FittedOutside wants preprocessing to have learned from training documents
// only.
var FittedOutside = Rule{
	Name:      "preprocessing fitted outside of training",
	Condition: "the vocabulary and its document frequencies come from training documents only",
	Counts:    "terms that more documents have been counted for than training has",
	Why:       "A vocabulary or an IDF that has seen the test documents tells the model which words will be asked for, and a score on them is too good.",
	Severity:  Error,
	Repair:    "Fit on training rows (text.Counts.Fit with rows, classify.CrossValidate, classify.Train on training texts), and only transform the others.",
}

// FittedOptions say what a vocabulary may have been learned from.
type FittedOptions struct {
	// Splits are the splits that it may rest on; nil means training.
	Splits []string
	// Rows, where given, are the rows that it may rest on, such as the training
	// rows of a fold, in place of Splits.
	Rows []int
	// Examples is the number of terms that are shown as evidence; 0 means 10,
	// negative all.
	Examples int
}

// CheckFitted tells whether a vocabulary has learned from documents outside of
// training. It counts again in how many training documents each term is; a term
// for which the vocabulary has counted more was learned from others too. A
// vocabulary that was learned from a part of the training documents passes. It
// may have been learned from whole texts or from bodies: that in which less is
// wrong is taken. Texts that were changed after they were read cannot be
// compared, so check with the corpus whose texts were learned from.
func CheckFitted(ctx context.Context, v *text.TFIDF, c *data.Corpus, opt FittedOptions) (Finding, error) {
	f := Finding{Rule: FittedOutside}
	if v == nil {
		return f, errors.New("leak: no fitted vocabulary to check")
	}
	may, err := opt.rows(c)
	if err != nil {
		return f, err
	}
	forms := [][]string{c.Texts()}
	if c.IsMessages() {
		forms = append(forms, c.Bodies())
	}
	for i, texts := range forms {
		var counts []*text.Counts
		for _, block := range v.Blocks() {
			count := block.Options()
			count.MinDF, count.MaxDF, count.MaxFeatures, count.ByClass = 1, 1, 0, false
			c, err := text.Count(ctx, texts, count)
			if err != nil {
				return f, fmt.Errorf("leak: %w", err)
			}
			counts = append(counts, c)
		}
		g, err := compare(v, counts, may, opt.Examples)
		if err != nil {
			return f, fmt.Errorf("leak: %w", err)
		}
		if i == 0 || g.Count < f.Count {
			f = g
		}
	}
	f.Rule = FittedOutside
	return f, nil
}

// CheckModel is CheckFitted for the vocabulary of a classifier.
func CheckModel(ctx context.Context, m *classify.Model, c *data.Corpus, opt FittedOptions) (Finding, error) {
	if m == nil {
		return Finding{Rule: FittedOutside}, errors.New("leak: no model to check")
	}
	return CheckFitted(ctx, m.Vocabulary(), c, opt)
}

func (o FittedOptions) rows(c *data.Corpus) ([]int, error) {
	if o.Rows != nil {
		seen := map[int]bool{}
		for _, row := range o.Rows {
			if row < 0 || row >= c.Len() || seen[row] {
				return nil, fmt.Errorf("leak: FittedOptions.Rows has row %d of %d documents, or has it twice", row, c.Len())
			}
			seen[row] = true
		}
		return o.Rows, nil
	}
	splits := o.Splits
	if splits == nil {
		splits = []string{data.Train}
	}
	var rows []int
	for _, s := range splits {
		if !slices.Contains([]string{data.Train, data.Validation, data.Test, ""}, s) {
			return nil, fmt.Errorf("leak: FittedOptions.Splits has %q: use train, validation or test", s)
		}
		rows = append(rows, c.Indices(s)...)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("leak: %s has no documents in the splits %q that the vocabulary may rest on", c.Name(), splits)
	}
	return rows, nil
}

// compare compares what a vocabulary has counted, block by block, with counts of
// the rows that it may rest on.
func compare(v *text.TFIDF, counts []*text.Counts, may []int, examples int) (Finding, error) {
	type excess struct {
		term                   string
		fitted, training, rest int
	}
	var outside []excess
	unknown, onlyOutside := 0, 0
	for b, block := range v.Blocks() {
		training, err := counts[b].Fit(may)
		if err != nil {
			return Finding{}, err
		}
		all, err := counts[b].Fit(nil)
		if err != nil {
			return Finding{}, err
		}
		for column, term := range block.Terms() {
			n := block.DocumentFrequency(term)
			k := training.DocumentFrequency(term)
			if n <= k {
				continue
			}
			rest := all.DocumentFrequency(term) - k
			outside = append(outside, excess{block.Shown(column), n, k, rest})
			switch {
			case k == 0 && rest == 0:
				unknown++
			case k == 0:
				onlyOutside++
			}
		}
	}
	f := Finding{
		Rule: FittedOutside, Count: len(outside),
		Detail: fmt.Sprintf("of %s; learned from %s, of which the corpus has %s for training", plural(v.Features(), "term"), plural(v.Documents(), "document"), whole(len(may))),
	}
	if v.Documents() > len(may) && f.Count == 0 {
		// Whatever the others were, no term of theirs shows. They still count
		// in the IDF.
		f.Count = v.Documents() - len(may)
		f.Detail += "; no term shows which the others were, but they count in the inverse document frequencies"
	}
	if onlyOutside > 0 {
		f.Detail += fmt.Sprintf("; only documents outside of training have %s of these", whole(onlyOutside))
	}
	if unknown > 0 {
		f.Detail += fmt.Sprintf("; no document of the corpus has %s of these: other texts were learned from", whole(unknown))
	}
	if len(outside) == 0 {
		return f, nil
	}
	// Terms that training does not have at all are the plainest evidence.
	slices.SortStableFunc(outside, func(a, b excess) int {
		rank := func(e excess) int { return min(e.training, 1) }
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return (b.fitted - b.training) - (a.fitted - a.training)
	})
	f.Evidence = view.NewTable("Terms that were learned from documents outside of training", "term", "documents it was learned from", "training documents with it", "other documents with it")
	in := &input{opt: Options{Examples: examples}}
	if examples == 0 {
		in.opt.Examples = 10
	}
	for i, e := range outside {
		if in.enough(f.Evidence, i, len(outside), "term") {
			break
		}
		f.Evidence.Add(e.term, e.fitted, e.training, e.rest)
	}
	return f, nil
}

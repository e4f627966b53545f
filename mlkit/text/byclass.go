package text

import (
	"fmt"
	"math"
	"slices"
)

const (
	// classFloor is the factor of a term that tells nothing of the class.
	classFloor = 0.3
	// classPrior is the number of documents, with the classes as frequent as in
	// all, that are added to those with a term: a term of one document has not
	// shown much.
	classPrior = 2
)

// FitClasses is Fit with labels, which Options.ByClass needs; blocks without it
// are learned as by Fit. labels has one for each document counted, of which only
// those of the rows are looked at.
//
// The factor of a term is 0.3 + √D, where D is the Kullback–Leibler divergence,
// in nats, of the classes among the documents that have the term from the classes
// of all documents: 0 for a term that is in all classes alike, ln(N/n) for one
// that many documents of a class have, n of all N, and no others. Shares among
// the documents with the term are smoothed by two more documents that have the
// classes of all. So the factor depends neither on the number of classes nor, for
// terms that are not rare, on that of documents.
//
// Terms have been weighted by what they tell of classes since Debole and
// Sebastiani, "Supervised term weighting for automated text categorization"
// (2003). One factor for all classes keeps the rows the same for each of them.
func (c *Counts) FitClasses(rows []int, labels []string) (*TFIDF, error) {
	if len(labels) != c.Documents() {
		return nil, fmt.Errorf("text: %d labels for the counts of %d documents", len(labels), c.Documents())
	}
	return c.learn(rows, labels)
}

// weighByClass multiplies the inverse document frequencies by the factors of the
// terms; c and rows are what t was fitted on.
func (t *TFIDF) weighByClass(c *Counts, rows []int, labels []string) {
	byClass := map[string][]int{}
	for _, row := range rows {
		byClass[labels[row]] = append(byClass[labels[row]], row)
	}
	classes := make([]string, 0, len(byClass))
	for class := range byClass {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	// Most classes do not have most terms, and all those give the same addend but
	// for their share. So only what a class has is gone through.
	divergence := make([]float64, len(t.terms))
	absent := make([]float64, len(t.terms)) // share of the classes without the term
	for i := range absent {
		absent[i] = 1
	}
	with := make([]int, len(t.terms)) // documents of one class
	var touched []int32
	for _, class := range classes {
		share := float64(len(byClass[class])) / float64(len(rows))
		for _, row := range byClass[class] {
			for _, term := range c.term[c.start[row]:c.start[row+1]] {
				col := t.column[term]
				if col < 0 {
					continue
				}
				if with[col] == 0 {
					touched = append(touched, col)
				}
				with[col]++
			}
		}
		for _, col := range touched {
			q := (float64(with[col]) + classPrior*share) / float64(t.df[col]+classPrior)
			divergence[col] += q * math.Log(q/share)
			absent[col] -= share
			with[col] = 0
		}
		touched = touched[:0]
	}
	for col, d := range divergence {
		q := classPrior / float64(t.df[col]+classPrior) // of its share, for a class without the term
		d += max(0, absent[col]) * q * math.Log(q)
		t.idf[col] *= classFloor + math.Sqrt(max(0, d))
	}
}

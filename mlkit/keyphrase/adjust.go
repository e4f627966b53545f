package keyphrase

import (
	"math"
	"slices"
)

// redundancyDepth is how far down the ranking phrases are compared with those
// above them.
const redundancyDepth = 60

// repeated lowers the decision, by a penalty in logarithms of odds, about each
// phrase that is a part of one above it or has one as a part.
func repeated(d *document, decisions []float64, penalty float64) {
	if penalty == 0 {
		return
	}
	ranked := ordered(decisions)
	top := ranked[:min(redundancyDepth, len(ranked))]
	for i, s := range top {
		c := &d.candidates[s.at]
		for _, above := range top[:i] {
			a := &d.candidates[above.at]
			if part(c.ids[:c.n], a.ids[:a.n]) || part(a.ids[:a.n], c.ids[:c.n]) {
				decisions[s.at] -= penalty
				break
			}
		}
	}
}

// part reports whether a stands in b.
func part(a, b []int32) bool {
	for i := 0; i+len(a) <= len(b); i++ {
		if len(a) < len(b) && slices.Equal(a, b[i:i+len(a)]) {
			return true
		}
	}
	return false
}

// blendWeight is the weight of the rank by TF-IDF in documents of an unknown
// length. It was chosen on the training papers of SemEval-2010 Task 5, ranked by
// a model of abstracts and paragraphs; and whole and cut to 700, 1,300 and 2,000
// words, by one of abstracts and other papers.
const blendWeight = 0.5

// blend adds, in documents of a length that was not learned from, the logarithm
// of the odds of being ranked above other candidates by TF-IDF, which holds for
// any length. foreign says how much so, 0 to 1.
func blend(rows [][]float64, decisions []float64, foreign float64) {
	for i := range decisions {
		q := rows[i][tfidfQuantile]
		decisions[i] += blendWeight * foreign * math.Log(q/(1-q))
	}
}

// tfidfQuantile is the feature of that rank. It is within (0, 1), because ties
// count half.
var tfidfQuantile = slices.Index(featureNames, "tf-idf of the phrase, relative")

// A length is known up to known times shorter or longer than one that was learned
// from, and not at all from unknown times beyond that.
const known, unknown = 1.5, 4

// foreign says how far a document's length is from those of the documents that
// were learned from, 0 to 1. A ranker knows nothing of how frequency and position
// count in documents of a length that it has not seen, be it between those of
// abstracts and of papers.
func (f *fitted) foreign(d *document) float64 {
	n := math.Log(float64(len(d.words) + 1))
	nearest := math.Inf(1)
	for _, words := range f.words {
		nearest = min(nearest, math.Abs(n-math.Log(words+1)))
	}
	return min(max(nearest-math.Log(known), 0)/math.Log(unknown), 1)
}

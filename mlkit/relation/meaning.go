package relation

import "viva/mlkit/wordvec"

const (
	// vectorWeight is the length of a word's vector in a row whose other features are
	// of length one together. On SemEval-2010 Task 8 anything between 0.15 and 0.4
	// does as well.
	vectorWeight = 0.3
	// commonest is how many of the most frequent words, but a tenth of all at most, do
	// not count between the entities: they say little of what a sentence is about.
	commonest = 100
	// vectorParts is how many vectors a row has place for: the heads of A and B, and
	// what stands between in one and in the other order.
	vectorParts = 4
)

// meaning are the vectors of the heads of an example's entities, and the mean of
// those of the words between; nil where a word has none.
type meaning struct{ e1, e2, between []float64 }

func (c *cut) meaning(v *wordvec.Vectors) meaning {
	if v == nil {
		return meaning{}
	}
	m := meaning{e1: v.Vector(head(c.e1).text), e2: v.Vector(head(c.e2).text)}
	n, common := 0, min(commonest, v.Words()/10)
	for _, t := range c.between {
		if v.Rank(t.text) < common {
			continue
		}
		if m.between == nil {
			m.between = make([]float64, v.Dimensions())
		}
		for d, x := range v.Vector(t.text) {
			m.between[d] += x
		}
		n++
	}
	for d := range m.between {
		m.between[d] /= float64(n)
	}
	return m
}

// parts are the vectors of a reading, in the order of the columns.
func (m meaning) parts(back bool) [vectorParts][]float64 {
	if back {
		return [vectorParts][]float64{m.e2, m.e1, nil, m.between}
	}
	return [vectorParts][]float64{m.e1, m.e2, m.between, nil}
}

// vectorName says a part in words.
func vectorName(part int, back bool) string {
	switch {
	case part >= 2:
		return "meaning of the words between"
	case (part == 0) != back:
		return "meaning of the head of e1"
	}
	return "meaning of the head of e2"
}

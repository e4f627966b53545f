// Package text turns texts into numbers: tokens, n-grams, counts and TF-IDF
// weights, with the definitions of scikit-learn 1.2 and its defaults.
//
// The work is in two stages, so that nothing of a test document can leak into
// training. Count looks at each document alone; Counts.Fit learns vocabulary
// and document frequencies from the rows it is given, and from no others;
// TFIDF.Transform applies them. Counts.FitClasses learns from the labels of its
// rows too. Cross-validation counts once and fits for each fold. A Vectorizer is the same in one call for texts at hand.
//
// The package does not stem, tag or find sentences.
package text

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Options says what counts as a term and how terms are weighted. The zero
// value is scikit-learn's default: lower-cased words of at least two letters,
// digits or underscores, single words, smoothed IDF, rows of length 1.
type Options struct {
	// Analyzer is "word" (the zero value means it), "char" (runs of
	// characters, across words) or "char_wb" (runs of characters within a
	// word, which gets a space at either end).
	Analyzer string
	// MinN and MaxN are the shortest and the longest n-gram, in words or
	// characters. 0 means: MinN 1, and MaxN as MinN.
	MinN int
	MaxN int
	// KeepCase leaves capital letters as they are.
	KeepCase bool
	// StopWords are left out before n-grams are made. They are compared after
	// lower-casing. Only for the analyzer "word".
	StopWords []string
	// Lead looks at the text's first words only, this many of them, a word being
	// what stands between spaces; 0 means all of the text. As a further block it
	// gives what a text begins with a say of its own: the headline of a report,
	// the header of a message.
	Lead int

	// MinDF is the number of documents a term must occur in; 0 means 1.
	MinDF int
	// MaxDF is the largest share of documents, in 0..1, that a term may occur
	// in; 0 means 1, no limit.
	MaxDF float64
	// MaxFeatures keeps the terms with the most occurrences; 0 means all. Of
	// equally frequent ones the first in order of the alphabet are kept.
	MaxFeatures int

	// Hash puts terms into this many buckets by a hash of their letters, so that
	// the vocabulary cannot grow beyond it; 0 keeps all terms apart. Terms of
	// one bucket are one term, named "#" and its number: n terms fill about
	// Hash × (1 − exp(−n/Hash)) buckets. HashSeed chooses another hash, with
	// other collisions. Buckets are those of scikit-learn's HashingVectorizer
	// without signs.
	Hash     int
	HashSeed int64

	// Sublinear replaces the count n of a term in a document by 1 + ln n.
	Sublinear bool
	// Binary replaces every count by 1.
	Binary bool
	// NoIDF leaves out the inverse document frequency.
	NoIDF bool
	// NoSmoothing computes the inverse document frequency as ln(N/df) + 1
	// instead of ln((1+N)/(1+df)) + 1.
	NoSmoothing bool
	// ByClass multiplies the weight of each term by how much it tells of the
	// class of a document. It needs labels, so it is for Counts.FitClasses, which
	// has the formula, and for package classify.
	ByClass bool
	// Norm is "l2" (the zero value means it), "l1" or "none".
	Norm string

	// Also are further blocks of terms, such as characters beside words, whose
	// columns follow those of this one. Each block has its own vocabulary and
	// weighting and is normalised by itself, as in scikit-learn's FeatureUnion:
	// with two blocks of Norm "l2" and Weight 1 a row has the length √2. Blocks
	// have no further blocks.
	Also []Options
	// Weight multiplies the weights of this block's terms, after Norm; 0 means
	// 1.
	Weight float64
}

// check returns the options with zero values replaced by what they mean.
func (o Options) check() (Options, error) {
	if o.Analyzer == "" {
		o.Analyzer = "word"
	}
	if !slices.Contains([]string{"word", "char", "char_wb"}, o.Analyzer) {
		return o, fmt.Errorf(`text: analyzer %q: it must be "word", "char" or "char_wb"`, o.Analyzer)
	}
	if o.MinN == 0 {
		o.MinN = 1
	}
	if o.MaxN == 0 {
		o.MaxN = o.MinN
	}
	if o.MinN < 1 || o.MaxN < o.MinN {
		return o, fmt.Errorf("text: n-grams of %d to %d: the shortest must be at least 1 and at most the longest", o.MinN, o.MaxN)
	}
	if len(o.StopWords) > 0 && o.Analyzer != "word" {
		return o, fmt.Errorf("text: stop words need the analyzer %q, not %q", "word", o.Analyzer)
	}
	if o.Lead < 0 {
		return o, fmt.Errorf("text: Lead %d: the number of words must not be negative, and 0 means all of the text", o.Lead)
	}
	if o.MinDF == 0 {
		o.MinDF = 1
	}
	if o.MaxDF == 0 {
		o.MaxDF = 1
	}
	if o.MinDF < 1 || o.MaxDF < 0 || o.MaxDF > 1 || o.MaxFeatures < 0 {
		return o, fmt.Errorf("text: MinDF %d, MaxDF %v, MaxFeatures %d: documents and features must not be negative, and MaxDF is a share in 0..1", o.MinDF, o.MaxDF, o.MaxFeatures)
	}
	if o.Norm == "" {
		o.Norm = "l2"
	}
	if !slices.Contains([]string{"l2", "l1", "none"}, o.Norm) {
		return o, fmt.Errorf(`text: norm %q: it must be "l2", "l1" or "none"`, o.Norm)
	}
	if o.Hash < 0 || o.Hash > 1<<31-1 {
		return o, fmt.Errorf("text: Hash %d: the number of buckets must be in 0..2147483647, and 0 means no hashing", o.Hash)
	}
	if o.Weight == 0 {
		o.Weight = 1
	}
	if !(o.Weight > 0) || math.IsInf(o.Weight, 0) {
		return o, fmt.Errorf("text: a block has weight %v: it must be above 0", o.Weight)
	}
	o.Also = slices.Clone(o.Also)
	for i, also := range o.Also {
		if len(also.Also) > 0 {
			return o, fmt.Errorf("text: block %d of Also has blocks of its own: put all into one list", i+1)
		}
		var err error
		if o.Also[i], err = also.check(); err != nil {
			return o, fmt.Errorf("%w (block %d of Also)", err, i+1)
		}
	}
	return o, nil
}

// String describes the options in words, for example "words 1–2, sublinear,
// in at least 2 documents".
func (o Options) String() string {
	o, err := o.check()
	if err != nil {
		return err.Error()
	}
	unit := map[string]string{"word": "words", "char": "characters", "char_wb": "characters within words"}[o.Analyzer]
	parts := []string{unit}
	if o.MaxN > o.MinN {
		parts[0] += fmt.Sprintf(" %d–%d", o.MinN, o.MaxN)
	} else if o.MinN > 1 {
		parts[0] += fmt.Sprintf(" %d", o.MinN)
	}
	if o.Lead > 0 {
		parts[0] += fmt.Sprintf(" of the first %d words", o.Lead)
	}
	if o.KeepCase {
		parts = append(parts, "case kept")
	}
	if n := len(o.StopWords); n > 0 {
		parts = append(parts, fmt.Sprintf("without %d stop words", n))
	}
	if o.MinDF > 1 {
		parts = append(parts, fmt.Sprintf("in at least %d documents", o.MinDF))
	}
	if o.MaxDF < 1 {
		parts = append(parts, fmt.Sprintf("in at most %g %% of documents", 100*o.MaxDF))
	}
	if o.MaxFeatures > 0 {
		parts = append(parts, fmt.Sprintf("the %d most frequent", o.MaxFeatures))
	}
	for _, flag := range []struct {
		set  bool
		name string
	}{{o.Sublinear, "sublinear"}, {o.Binary, "binary"}, {o.NoIDF, "no IDF"}, {o.NoSmoothing, "IDF not smoothed"}, {o.ByClass, "weighted by class"}, {o.Norm != "l2", "norm " + o.Norm}} {
		if flag.set {
			parts = append(parts, flag.name)
		}
	}
	if o.Hash > 0 {
		parts = append(parts, fmt.Sprintf("hashed to %d", o.Hash))
	}
	if o.Weight != 1 {
		parts = append(parts, fmt.Sprintf("times %g", o.Weight))
	}
	s := strings.Join(parts, ", ")
	for _, also := range o.Also {
		s += "; " + also.String()
	}
	return s
}

// clone is the options with lists of their own.
func (o Options) clone() Options {
	o.StopWords = slices.Clone(o.StopWords)
	o.Also = slices.Clone(o.Also)
	for i := range o.Also {
		o.Also[i] = o.Also[i].clone()
	}
	return o
}

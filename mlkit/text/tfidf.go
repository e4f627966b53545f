package text

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"viva/internal/own"
	"viva/mlkit/sparse"
	"viva/mlkit/view"
)

// ErrNoTerms is returned, wrapped, where no term is left to learn from.
var ErrNoTerms = errors.New("no terms are left")

// TFIDF is a fitted vocabulary with inverse document frequencies. Columns are
// terms in ascending order.
type TFIDF struct {
	opt       Options
	terms     []string
	idf       []float64
	df        []int
	documents int
	// counts are those it was fitted on, and column tells the columns of their
	// terms, -1 for none.
	counts uint64
	column []int32

	// Warnings tells of training documents without a term in the vocabulary.
	Warnings []string
}

// Fit learns vocabulary and inverse document frequencies from the documents of
// the given rows and from no others; nil means all rows. It is an error,
// ErrNoTerms, if no term is left.
func (c *Counts) Fit(rows []int) (*TFIDF, error) {
	rows, err := c.rows(rows)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("text: no documents to fit on: %w", ErrNoTerms)
	}
	df := make([]int32, len(c.terms))
	for _, row := range rows {
		for _, t := range c.term[c.start[row]:c.start[row+1]] {
			df[t]++
		}
	}
	kept := c.keep(rows, df)
	if len(kept) == 0 {
		return nil, fmt.Errorf("text: %w of %d documents (%s): loosen MinDF, MaxDF or the stop words, or look at the texts", ErrNoTerms, len(rows), c.opt)
	}
	t := &TFIDF{
		opt: c.opt, documents: len(rows), counts: c.id,
		terms: make([]string, len(kept)), idf: make([]float64, len(kept)), df: make([]int, len(kept)),
		column: make([]int32, len(c.terms)),
	}
	for i := range t.column {
		t.column[i] = -1
	}
	for col, term := range kept {
		t.terms[col] = c.terms[term]
		t.df[col] = int(df[term])
		t.idf[col] = t.opt.idf(int(df[term]), len(rows))
		t.column[term] = int32(col)
	}
	var empty []int
	for _, row := range rows {
		if !slices.ContainsFunc(c.term[c.start[row]:c.start[row+1]], func(term int32) bool { return t.column[term] >= 0 }) {
			empty = append(empty, row)
		}
	}
	if len(empty) > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d of %d training documents have no term of the vocabulary: rows %s", len(empty), len(rows), list(empty)))
	}
	return t, nil
}

// rows returns the rows meant, checked.
func (c *Counts) rows(rows []int) ([]int, error) {
	if rows == nil {
		rows = make([]int, c.Documents())
		for i := range rows {
			rows[i] = i
		}
		return rows, nil
	}
	for _, r := range rows {
		if r < 0 || r >= c.Documents() {
			return nil, fmt.Errorf("text: row %d of %d documents", r, c.Documents())
		}
	}
	return rows, nil
}

// keep returns the terms that stay in the vocabulary, ascending.
func (c *Counts) keep(rows []int, df []int32) []int {
	most := c.opt.MaxDF * float64(len(rows))
	var kept []int
	for term, n := range df {
		if n > 0 && int(n) >= c.opt.MinDF && float64(n) <= most {
			kept = append(kept, term)
		}
	}
	if c.opt.MaxFeatures == 0 || len(kept) <= c.opt.MaxFeatures {
		return kept
	}
	total := make([]int, len(c.terms))
	for _, row := range rows {
		for i := c.start[row]; i < c.start[row+1]; i++ {
			if c.opt.Binary {
				total[c.term[i]]++
			} else {
				total[c.term[i]] += int(c.count[i])
			}
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return total[kept[i]] > total[kept[j]] })
	kept = kept[:c.opt.MaxFeatures]
	slices.Sort(kept)
	return kept
}

// idf returns the inverse document frequency of a term that is in df of n
// documents, in the form of scikit-learn.
func (o Options) idf(df, n int) float64 {
	switch {
	case o.NoIDF:
		return 1
	case o.NoSmoothing:
		return math.Log(float64(n)/float64(df)) + 1
	}
	return math.Log(float64(1+n)/float64(1+df)) + 1
}

// logs holds 1 + ln n for the counts that occur in practice.
var logs = func() (table [256]float64) {
	for n := range table {
		table[n] = 1 + math.Log(float64(n))
	}
	return table
}()

func (o Options) tf(n int32) float64 {
	switch {
	case o.Binary:
		return 1
	case !o.Sublinear:
		return float64(n)
	case int(n) < len(logs):
		return logs[n]
	}
	return 1 + math.Log(float64(n))
}

// Transform returns the weights of the documents of the given rows, in that
// order; nil means all rows. Terms that are not in the vocabulary are left
// out. The counts may be others than those the vocabulary was learned from,
// but must have been made with the same options.
func (t *TFIDF) Transform(c *Counts, rows []int) (*sparse.Matrix, error) {
	if !t.opt.sameTerms(c.opt) {
		return nil, fmt.Errorf("text: the vocabulary was made with %q and the counts with %q: use the same options", t.opt, c.opt)
	}
	rows, err := c.rows(rows)
	if err != nil {
		return nil, err
	}
	column := t.columns(c)
	size := 0
	for _, row := range rows {
		size += c.start[row+1] - c.start[row]
	}
	start := make([]int, 1, len(rows)+1)
	columns := make([]int32, size)
	values := make([]float64, size)
	n := 0
	for _, row := range rows {
		from, sum := n, 0.0
		for i := c.start[row]; i < c.start[row+1]; i++ {
			col := column[c.term[i]]
			if col < 0 {
				continue
			}
			v := t.opt.tf(c.count[i]) * t.idf[col]
			columns[n], values[n] = col, v
			n++
			if t.opt.Norm == "l1" {
				sum += math.Abs(v)
			} else {
				sum += v * v
			}
		}
		if t.opt.Norm == "l2" {
			sum = math.Sqrt(sum)
		}
		if sum > 0 && t.opt.Norm != "none" {
			for i := from; i < n; i++ {
				values[i] /= sum
			}
		}
		start = append(start, n)
	}
	return sparse.Adopt(own.Permit{}, len(t.terms), start, columns[:n:n], values[:n:n])
}

// sameTerms reports whether both options cut texts into the same terms.
func (o Options) sameTerms(p Options) bool {
	return o.Analyzer == p.Analyzer && o.MinN == p.MinN && o.MaxN == p.MaxN && o.KeepCase == p.KeepCase && slices.Equal(o.StopWords, p.StopWords)
}

// columns returns the columns of the terms of c, -1 for none.
func (t *TFIDF) columns(c *Counts) []int32 {
	if c.id == t.counts {
		return t.column
	}
	column := make([]int32, len(c.terms))
	at := 0
	for i, term := range c.terms {
		for at < len(t.terms) && t.terms[at] < term {
			at++
		}
		column[i] = -1
		if at < len(t.terms) && t.terms[at] == term {
			column[i] = int32(at)
		}
	}
	return column
}

// Features returns the number of terms in the vocabulary: the columns of what
// Transform returns.
func (t *TFIDF) Features() int { return len(t.terms) }

// Documents returns the number of documents that the vocabulary was learned
// from.
func (t *TFIDF) Documents() int { return t.documents }

// Terms returns the vocabulary in the order of the columns.
func (t *TFIDF) Terms() []string { return slices.Clone(t.terms) }

// Term returns the term of a column, 0 <= column < Features.
func (t *TFIDF) Term(column int) string { return t.terms[column] }

// Column returns the column of a term, or -1 if it is not in the vocabulary.
func (t *TFIDF) Column(term string) int {
	if i, ok := slices.BinarySearch(t.terms, term); ok {
		return i
	}
	return -1
}

// IDF returns the inverse document frequency of a term and whether it is in
// the vocabulary.
func (t *TFIDF) IDF(term string) (float64, bool) {
	i := t.Column(term)
	if i < 0 {
		return 0, false
	}
	return t.idf[i], true
}

// DocumentFrequency returns the number of training documents with the term; 0
// if it is not in the vocabulary.
func (t *TFIDF) DocumentFrequency(term string) int {
	i := t.Column(term)
	if i < 0 {
		return 0
	}
	return t.df[i]
}

// Options returns the options that the vocabulary was made with.
func (t *TFIDF) Options() Options { return t.opt.clone() }

// Fingerprint returns the hash of options, vocabulary and inverse document
// frequencies, as "sha256:" and 64 hex digits.
func (t *TFIDF) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", t.opt)
	for i, term := range t.terms {
		fmt.Fprintf(h, "%d:%s", len(term), term)
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(t.idf[i])))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer: the size of the vocabulary, and the warnings.
func (t *TFIDF) View() []view.Item {
	table := view.NewTable("TF-IDF: "+t.opt.String(), "training documents", "terms")
	table.Add(t.documents, len(t.terms))
	return append(table.View(), warn(t.Warnings)...)
}

// Vectorizer learns from texts at hand and turns texts into weights, for use
// where no rows are held out. Its options are those of Count.
type Vectorizer struct {
	Options Options
}

// Fit learns vocabulary and inverse document frequencies from all the texts.
func (v Vectorizer) Fit(ctx context.Context, texts []string) (*TFIDF, error) {
	c, err := Count(ctx, texts, v.Options)
	if err != nil {
		return nil, err
	}
	return c.Fit(nil)
}

// FitTransform learns from the texts and returns their weights too.
func (v Vectorizer) FitTransform(ctx context.Context, texts []string) (*TFIDF, *sparse.Matrix, error) {
	c, err := Count(ctx, texts, v.Options)
	if err != nil {
		return nil, nil, err
	}
	t, err := c.Fit(nil)
	if err != nil {
		return nil, nil, err
	}
	m, err := t.Transform(c, nil)
	return t, m, err
}

// TransformTexts returns the weights of the texts.
func (t *TFIDF) TransformTexts(ctx context.Context, texts []string) (*sparse.Matrix, error) {
	c, err := Count(ctx, texts, t.opt)
	if err != nil {
		return nil, err
	}
	return t.Transform(c, nil)
}

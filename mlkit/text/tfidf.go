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
	opt   Options
	terms []string
	// idf is what a term's frequency is multiplied by.
	idf       []float64
	df        []int
	documents int
	// counts are those it was fitted on, and column tells the columns of their
	// terms, -1 for none.
	counts uint64
	column []int32
	// more are the further blocks, of Options.Also.
	more []*TFIDF

	// Warnings tells of training documents without a term in the vocabulary.
	Warnings []string
}

// Fit learns vocabulary and inverse document frequencies from the documents of
// the given rows and from no others; nil means all rows. It is an error,
// ErrNoTerms, if no term is left in a block, and an error if a block is weighted
// by class: see FitClasses.
func (c *Counts) Fit(rows []int) (*TFIDF, error) {
	for _, b := range c.blocks() {
		if b.opt.ByClass {
			return nil, fmt.Errorf("text: terms weighted by class (%s) need labels: use FitClasses, or leave out ByClass", b.opt)
		}
	}
	return c.learn(rows, nil)
}

// learn is Fit with the labels of all documents, nil if no block needs them.
func (c *Counts) learn(rows []int, labels []string) (*TFIDF, error) {
	rows, err := c.rows(rows)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("text: no documents to fit on: %w", ErrNoTerms)
	}
	blocks := c.blocks()
	fitted := make([]*TFIDF, len(blocks))
	for i, b := range blocks {
		if fitted[i], err = b.fit(rows); err != nil {
			return nil, err
		}
		if b.opt.ByClass {
			fitted[i].weighByClass(b, rows, labels)
		}
	}
	t := fitted[0]
	t.more = fitted[1:]
	var empty []int
	for _, row := range rows {
		if !slices.ContainsFunc(fitted, func(f *TFIDF) bool { return f.knows(blocks[slices.Index(fitted, f)], row) }) {
			empty = append(empty, row)
		}
	}
	if len(empty) > 0 {
		t.Warnings = append(t.Warnings, fmt.Sprintf("%d of %d training documents have no term of the vocabulary: rows %s", len(empty), len(rows), list(empty)))
	}
	return t, nil
}

// knows reports whether a document it was fitted on has a term of the block's
// vocabulary.
func (t *TFIDF) knows(c *Counts, row int) bool {
	return slices.ContainsFunc(c.term[c.start[row]:c.start[row+1]], func(term int32) bool { return t.column[term] >= 0 })
}

// fit learns one block.
func (c *Counts) fit(rows []int) (*TFIDF, error) {
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
	return t, nil
}

// blocks returns this block and the further ones.
func (t *TFIDF) blocks() []*TFIDF { return append([]*TFIDF{t}, t.more...) }

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
	counts, blocks := c.blocks(), t.blocks()
	size := 0
	for _, b := range counts {
		for _, row := range rows {
			size += b.start[row+1] - b.start[row]
		}
	}
	column := make([][]int32, len(blocks))
	for i, b := range blocks {
		column[i] = b.columns(counts[i])
	}
	w := weighing{columns: make([]int32, size), values: make([]float64, size)}
	start := make([]int, 1, len(rows)+1)
	for _, row := range rows {
		first := 0
		for i, b := range blocks {
			w.add(b, counts[i], row, column[i], int32(first))
			first += len(b.terms)
		}
		start = append(start, w.n)
	}
	return sparse.Adopt(own.Permit{}, t.Features(), start, w.columns[:w.n:w.n], w.values[:w.n:w.n])
}

// weighing holds the entries of a matrix while it grows; n are there.
type weighing struct {
	n       int
	columns []int32
	values  []float64
}

// add appends the weights of a block's terms in a document; first is the
// block's first column.
func (w *weighing) add(t *TFIDF, c *Counts, row int, column []int32, first int32) {
	from, sum := w.n, 0.0
	for i := c.start[row]; i < c.start[row+1]; i++ {
		col := column[c.term[i]]
		if col < 0 {
			continue
		}
		v := t.opt.tf(c.count[i]) * t.idf[col]
		w.columns[w.n], w.values[w.n] = first+col, v
		w.n++
		if t.opt.Norm == "l1" {
			sum += math.Abs(v)
		} else {
			sum += v * v
		}
	}
	if t.opt.Norm == "l2" {
		sum = math.Sqrt(sum)
	}
	if t.opt.Norm == "none" || sum == 0 {
		sum = 1
	}
	if sum == 1 && t.opt.Weight == 1 {
		return
	}
	for i := from; i < w.n; i++ {
		w.values[i] = w.values[i] / sum * t.opt.Weight
	}
}

// sameTerms reports whether both options cut texts into the same terms.
func (o Options) sameTerms(p Options) bool {
	return o.sameBlock(p) && slices.EqualFunc(o.Also, p.Also, Options.sameBlock)
}

// sameBlock is sameTerms without further blocks.
func (o Options) sameBlock(p Options) bool {
	return o.Analyzer == p.Analyzer && o.MinN == p.MinN && o.MaxN == p.MaxN && o.KeepCase == p.KeepCase && slices.Equal(o.StopWords, p.StopWords) &&
		o.Lead == p.Lead && o.Hash == p.Hash && o.HashSeed == p.HashSeed
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
func (t *TFIDF) Features() int {
	n := 0
	for _, b := range t.blocks() {
		n += len(b.terms)
	}
	return n
}

// Documents returns the number of documents that the vocabulary was learned
// from.
func (t *TFIDF) Documents() int { return t.documents }

// Terms returns the vocabulary in the order of the columns.
func (t *TFIDF) Terms() []string {
	var terms []string
	for _, b := range t.blocks() {
		terms = append(terms, b.terms...)
	}
	return terms
}

// Term returns the term of a column, 0 <= column < Features.
func (t *TFIDF) Term(column int) string {
	b, column := t.block(column)
	return b.terms[column]
}

// Shown returns the term of a column as a person reads it: runs of characters
// are quoted, “ing ”, so that they are not taken for words, and those of a
// text's beginning say so, "oil (lead)".
func (t *TFIDF) Shown(column int) string {
	b, column := t.block(column)
	s := b.terms[column]
	if b.opt.Analyzer != "word" {
		s = "“" + s + "”"
	}
	if b.opt.Lead > 0 {
		s += " (lead)"
	}
	return s
}

// block returns the block of a column, and which of its own columns that is.
func (t *TFIDF) block(column int) (*TFIDF, int) {
	for _, b := range t.more {
		if column < len(t.terms) {
			break
		}
		column -= len(t.terms)
		t = b
	}
	return t, column
}

// Column returns the column of a term, or -1 if it is not in the vocabulary.
// With several blocks, it is that of the first block that has the term.
func (t *TFIDF) Column(term string) int {
	first := 0
	for _, b := range t.blocks() {
		if i, ok := slices.BinarySearch(b.terms, term); ok {
			return first + i
		}
		first += len(b.terms)
	}
	return -1
}

// IDF returns the inverse document frequency of a term, times what it tells of the
// class where terms are weighted by that, and whether it is in the vocabulary.
func (t *TFIDF) IDF(term string) (float64, bool) {
	i := t.Column(term)
	if i < 0 {
		return 0, false
	}
	b, i := t.block(i)
	return b.idf[i], true
}

// DocumentFrequency returns the number of training documents with the term; 0
// if it is not in the vocabulary.
func (t *TFIDF) DocumentFrequency(term string) int {
	i := t.Column(term)
	if i < 0 {
		return 0
	}
	b, i := t.block(i)
	return b.df[i]
}

// Options returns the options that the vocabulary was made with.
func (t *TFIDF) Options() Options { return t.opt.clone() }

// Fingerprint returns the hash of options, vocabulary and inverse document
// frequencies, as "sha256:" and 64 hex digits.
func (t *TFIDF) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", t.opt)
	for _, b := range t.blocks() {
		for i, term := range b.terms {
			fmt.Fprintf(h, "%d:%s", len(term), term)
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(b.idf[i])))
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer: the size of the vocabulary, and the warnings.
func (t *TFIDF) View() []view.Item {
	table := view.NewTable("TF-IDF: "+t.opt.String(), "training documents", "terms")
	table.Add(t.documents, t.Features())
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

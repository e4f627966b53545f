package topic

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"

	"viva/internal/own"
	"viva/mlkit/coherence"
	"viva/mlkit/view"
)

// Bags holds the words of each document: in their order, which coherence is
// measured on, and of those that are terms how often each occurs, which models
// are fitted to. It does not change.
type Bags struct {
	opt Words

	words  []string // different words, numbered
	first  []int    // where the words of a document begin in tokens
	tokens []int32

	terms []string // ascending
	df    []int    // in how many documents a term is
	start []int    // where the terms of a document begin in term and count
	term  []int32  // ascending within a document
	count []int32
	total int // occurrences of terms

	// Warnings tells of documents without terms.
	Warnings []string
}

// Count cuts texts into words, in parallel, and counts those that are terms.
// Documents without terms are kept, have no topics, and are told of in the
// warnings. It is an error if there are no texts or no term is left.
func Count(ctx context.Context, texts []string, opt Words) (*Bags, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	docs, err := opt.words(ctx, texts)
	if err != nil {
		return nil, err
	}
	return bagsOf(docs, opt)
}

// FromTokens is Count for documents that have been cut into words already, of
// which all are kept: StopWords, MoreStopWords and MinLength do not apply.
func FromTokens(docs [][]string, opt Words) (*Bags, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	return bagsOf(docs, opt)
}

func bagsOf(docs [][]string, opt Words) (*Bags, error) {
	total := 0
	for _, doc := range docs {
		total += len(doc)
	}
	b := &Bags{opt: opt, first: make([]int, 1, len(docs)+1), tokens: make([]int32, 0, total)}
	number := map[string]int32{}
	for _, doc := range docs {
		for _, w := range doc {
			n, ok := number[w]
			if !ok {
				n = int32(len(b.words))
				number[w] = n
				b.words = append(b.words, w)
			}
			b.tokens = append(b.tokens, n)
		}
		b.first = append(b.first, len(b.tokens))
	}
	return b, b.index()
}

// index finds the terms and counts them.
func (b *Bags) index() error {
	n := b.Documents()
	if n == 0 {
		return fmt.Errorf("topic: no documents")
	}
	df := make([]int, len(b.words))
	seen := make([]int, len(b.words))
	for d := range n {
		for _, w := range b.tokens[b.first[d]:b.first[d+1]] {
			if seen[w] != d+1 {
				seen[w] = d + 1
				df[w]++
			}
		}
	}
	kept := b.keep(df)
	if len(kept) == 0 {
		return fmt.Errorf("topic: no terms are left of %d different words in %d documents (%s): loosen MinDF, MaxDF or the stop words, or look at the texts", len(b.words), n, b.opt)
	}
	termOf := make([]int32, len(b.words)) // of a word, from 1; 0 for none
	for i, w := range kept {
		b.terms = append(b.terms, b.words[w])
		b.df = append(b.df, df[w])
		termOf[w] = int32(i + 1)
	}
	b.start = make([]int, 1, n+1)
	var inDoc []int32
	var empty []int
	for d := range n {
		inDoc = inDoc[:0]
		for _, w := range b.tokens[b.first[d]:b.first[d+1]] {
			if t := termOf[w]; t > 0 {
				inDoc = append(inDoc, t-1)
			}
		}
		b.total += len(inDoc)
		slices.Sort(inDoc)
		for i, t := range inDoc {
			if i > 0 && t == inDoc[i-1] {
				b.count[len(b.count)-1]++
				continue
			}
			b.term = append(b.term, t)
			b.count = append(b.count, 1)
		}
		if len(inDoc) == 0 {
			empty = append(empty, d)
		}
		b.start = append(b.start, len(b.term))
	}
	if len(empty) > 0 {
		b.Warnings = append(b.Warnings, fmt.Sprintf("%d of %d documents have no term and therefore no topics: rows %s", len(empty), n, list(empty)))
	}
	return nil
}

// list prints the first few of the rows.
func list(rows []int) string {
	const most = 10
	if len(rows) <= most {
		return fmt.Sprint(rows)
	}
	return fmt.Sprintf("%v and %d more", rows[:most], len(rows)-most)
}

// keep returns the words that are terms, in order of the alphabet.
func (b *Bags) keep(df []int) []int {
	most := b.opt.MaxDF * float64(b.Documents())
	var kept []int
	for w, n := range df {
		if n >= max(1, b.opt.MinDF) && float64(n) <= most {
			kept = append(kept, w)
		}
	}
	if limit := b.opt.MaxTerms; limit > 0 && len(kept) > limit {
		slices.SortFunc(kept, func(v, w int) int {
			return cmp.Or(cmp.Compare(df[w], df[v]), cmp.Compare(b.words[v], b.words[w]))
		})
		kept = kept[:limit]
	}
	slices.SortFunc(kept, func(v, w int) int { return cmp.Compare(b.words[v], b.words[w]) })
	return kept
}

// Select returns the bags of the documents of the given rows, in that order, as
// if there had been no others: terms are chosen anew among their words.
func (b *Bags) Select(rows []int) (*Bags, error) {
	docs := make([][]string, len(rows))
	for i, r := range rows {
		if r < 0 || r >= b.Documents() {
			return nil, fmt.Errorf("topic: row %d selected of %d documents", r, b.Documents())
		}
		for _, w := range b.tokens[b.first[r]:b.first[r+1]] {
			docs[i] = append(docs[i], b.words[w])
		}
	}
	return bagsOf(docs, b.opt)
}

// Documents returns the number of documents, those without terms included.
func (b *Bags) Documents() int { return len(b.first) - 1 }

// Tokens returns the number of occurrences of terms in all documents.
func (b *Bags) Tokens() int { return b.total }

// Terms returns the terms in order of the alphabet.
func (b *Bags) Terms() []string { return slices.Clone(b.terms) }

// DocumentFrequency returns the number of documents that have a term; 0 if it is
// none.
func (b *Bags) DocumentFrequency(term string) int {
	if i := sort.SearchStrings(b.terms, term); i < len(b.terms) && b.terms[i] == term {
		return b.df[i]
	}
	return 0
}

// Length returns the number of occurrences of terms in the document of a row,
// 0 <= row < Documents.
func (b *Bags) Length(row int) int {
	n := 0
	for _, c := range b.count[b.start[row]:b.start[row+1]] {
		n += int(c)
	}
	return n
}

// Options returns the options that the words were chosen by.
func (b *Bags) Options() Words {
	opt := b.opt
	opt.MoreStopWords = slices.Clone(opt.MoreStopWords)
	return opt
}

// Reference returns the documents with all their words as a corpus that
// coherence can be measured on.
func (b *Bags) Reference() (*coherence.Reference, error) {
	return coherence.AdoptReference(own.Permit{}, b.words, b.first, b.tokens)
}

// Fingerprint returns the hash of all words in their order and of the options, as
// "sha256:" and 64 hex digits.
func (b *Bags) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", b.opt)
	for _, w := range b.words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	buf := make([]byte, 0, 4*4096)
	for d := range b.Documents() {
		buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(b.first[d]))
		for _, w := range b.tokens[b.first[d]:b.first[d+1]] {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(w))
		}
		h.Write(buf)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer: how much there is, and the warnings.
func (b *Bags) View() []view.Item {
	t := view.NewTable("Bags of words: "+b.opt.String(), "documents", "different words", "terms", "terms per document")
	t.Columns[3].Digits = 1
	t.Add(b.Documents(), len(b.words), len(b.terms), float64(b.total)/float64(b.Documents()))
	return append(t.View(), warn(b.Warnings)...)
}

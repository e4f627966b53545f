package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"viva/mlkit/trace"
)

// Corpus is a list of documents that does not change. Its methods may be
// called from several goroutines at once.
type Corpus struct {
	name     string
	path     string
	docs     []Document
	sums     [][sha256.Size]byte
	warnings []string
	// What the reader of the corpus says about it beside its documents.
	vocabulary []string
	skipped    []Skipped
}

// New returns a corpus of the given documents. It is an error if there are
// none, if two documents of one split have the same ID, or if a split is not
// named Train, Validation, Test or "". Documents without an ID are numbered.
func New(name string, docs []Document) (*Corpus, error) {
	own := make([]Document, len(docs))
	for i, d := range docs {
		own[i] = d.clone()
		if d.ID == "" {
			own[i].ID = fmt.Sprintf("%s-%d", name, i+1)
		}
	}
	if err := checkDocuments(name, own); err != nil {
		return nil, err
	}
	return newCorpus(name, "", own, nil), nil
}

func checkDocuments(name string, docs []Document) error {
	if len(docs) == 0 {
		return fmt.Errorf("data: %s: %w", name, ErrEmpty)
	}
	type key struct{ split, id string }
	seen := make(map[key]int, len(docs))
	for i, d := range docs {
		switch d.Split {
		case "", Train, Validation, Test:
		default:
			return fmt.Errorf("data: %s: document %d (%s): unknown split %q: use train, validation or test", name, i+1, d.ID, d.Split)
		}
		k := key{d.Split, d.ID}
		if j, ok := seen[k]; ok {
			return fmt.Errorf("data: %s: documents %d and %d of the split %q have the same ID %q: %w", name, j+1, i+1, d.Split, d.ID, ErrDuplicateID)
		}
		seen[k] = i
	}
	return nil
}

// newCorpus takes the documents as its own.
func newCorpus(name, path string, docs []Document, warnings []string) *Corpus {
	c := &Corpus{name: name, path: path, docs: docs, warnings: warnings}
	c.sums = make([][sha256.Size]byte, len(docs))
	inParallel(len(docs), func(i int) { c.sums[i] = docs[i].sum() })
	return c
}

// inParallel calls f for 0 to n-1 on all processors. The calls must not depend
// on each other.
func inParallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				f(i)
			}
		})
	}
	wg.Wait()
}

func (d Document) clone() Document {
	d.Labels = slices.Clone(d.Labels)
	d.Keyphrases = slices.Clone(d.Keyphrases)
	d.Alternatives = slices.Clone(d.Alternatives)
	for i, spellings := range d.Alternatives {
		d.Alternatives[i] = slices.Clone(spellings)
	}
	d.Entities = slices.Clone(d.Entities)
	d.Relations = slices.Clone(d.Relations)
	return d
}

// sum hashes every field, each preceded by its length, so that no two
// different documents are written alike.
func (d Document) sum() [sha256.Size]byte {
	h := sha256.New()
	var buf []byte
	field := func(s string) {
		buf = binary.AppendUvarint(buf[:0], uint64(len(s)))
		h.Write(buf)
		buf = append(buf[:0], s...)
		h.Write(buf)
	}
	number := func(n int) {
		buf = binary.AppendVarint(buf[:0], int64(n))
		h.Write(buf)
	}
	for _, s := range []string{d.ID, d.Text, d.Title, d.Label, d.Group, d.Domain, d.Split} {
		field(s)
	}
	list := func(items []string) {
		number(len(items))
		for _, s := range items {
			field(s)
		}
	}
	truth := func(b bool) {
		if b {
			number(1)
		} else {
			number(0)
		}
	}
	list(d.Keyphrases)
	span := func(s Span) {
		field(s.Text)
		number(s.Start)
		number(s.End)
	}
	number(len(d.Relations))
	for _, r := range d.Relations {
		field(r.Type)
		span(r.Head)
		span(r.Tail)
	}
	truth(d.Message)
	number(len(d.Entities))
	for _, e := range d.Entities {
		field(e.Type)
		span(e.Span)
	}
	field(d.Author)
	number(int(d.Time.Unix()))
	number(d.Time.Nanosecond())
	list(d.Labels)
	number(len(d.Alternatives))
	for _, spellings := range d.Alternatives {
		list(spellings)
	}
	truth(d.Stemmed)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// Name returns what people call the corpus: the base name of its path, or
// "sample".
func (c *Corpus) Name() string { return c.name }

// Path returns the path that the corpus was read from; empty for the sample
// and for corpora that were made from documents.
func (c *Corpus) Path() string { return c.path }

// Warnings returns what a reader must know about how the corpus was read.
func (c *Corpus) Warnings() []string { return slices.Clone(c.warnings) }

// Fingerprint returns the hash of all documents in their order, as "sha256:"
// and 64 hex digits. The name and the path of the corpus do not count.
func (c *Corpus) Fingerprint() string {
	h := sha256.New()
	for _, s := range c.sums {
		h.Write(s[:])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Vocabulary returns the words that the data set says its texts are made of,
// in its order, or nil.
func (c *Corpus) Vocabulary() []string { return slices.Clone(c.vocabulary) }

// Source describes the corpus for the record of a run.
func (c *Corpus) Source() trace.Source {
	return trace.Source{Name: c.name, Path: c.path, Fingerprint: c.Fingerprint(), Documents: len(c.docs)}
}

// Len returns the number of documents.
func (c *Corpus) Len() int { return len(c.docs) }

// At returns the document in row i, 0 <= i < Len. Like the index of a slice, a
// row that does not exist is a mistake of the program.
func (c *Corpus) At(i int) Document { return c.docs[i].clone() }

// Body returns the body of the document in row i: a message without its
// headers, any other text whole.
func (c *Corpus) Body(i int) string { return c.docs[i].Body() }

// Find returns the row of the first document with the ID, or -1.
func (c *Corpus) Find(id string) int {
	return slices.IndexFunc(c.docs, func(d Document) bool { return d.ID == id })
}

// Documents returns all documents.
func (c *Corpus) Documents() []Document {
	docs := make([]Document, len(c.docs))
	for i := range docs {
		docs[i] = c.docs[i].clone()
	}
	return docs
}

func (c *Corpus) column(f func(*Document) string) []string {
	col := make([]string, len(c.docs))
	for i := range col {
		col[i] = f(&c.docs[i])
	}
	return col
}

// IDs returns the ID of every document, by row.
func (c *Corpus) IDs() []string { return c.column(func(d *Document) string { return d.ID }) }

// Texts returns the text of every document, by row.
func (c *Corpus) Texts() []string { return c.column(func(d *Document) string { return d.Text }) }

// Bodies returns the body of every document, by row.
func (c *Corpus) Bodies() []string { return c.column(func(d *Document) string { return d.Body() }) }

// Titles returns the title of every document, by row.
func (c *Corpus) Titles() []string { return c.column(func(d *Document) string { return d.Title }) }

// Labels returns the class of every document, by row.
func (c *Corpus) Labels() []string { return c.column(func(d *Document) string { return d.Label }) }

// Groups returns the group of every document, by row.
func (c *Corpus) Groups() []string { return c.column(func(d *Document) string { return d.Group }) }

// Domains returns the domain of every document, by row.
func (c *Corpus) Domains() []string { return c.column(func(d *Document) string { return d.Domain }) }

// Splits returns the split of every document, by row.
func (c *Corpus) Splits() []string { return c.column(func(d *Document) string { return d.Split }) }

// IsMessages reports whether every document, or nearly every one, is a message
// with headers.
func (c *Corpus) IsMessages() bool {
	n := 0
	for i := range c.docs {
		if c.docs[i].Message {
			n++
		}
	}
	return n > 0 && float64(n) >= messageShare*float64(len(c.docs))
}

// Indices returns the rows of the documents of a split, in order.
func (c *Corpus) Indices(split string) []int {
	var rows []int
	for i := range c.docs {
		if c.docs[i].Split == split {
			rows = append(rows, i)
		}
	}
	return rows
}

// Select returns the corpus of the given rows, in the given order. Like the
// index of a slice, a row that does not exist is a mistake of the program.
func (c *Corpus) Select(rows []int) *Corpus {
	s := &Corpus{name: c.name, path: c.path, warnings: c.warnings, vocabulary: c.vocabulary, skipped: c.skipped}
	s.docs = make([]Document, len(rows))
	s.sums = make([][sha256.Size]byte, len(rows))
	for i, r := range rows {
		s.docs[i], s.sums[i] = c.docs[r], c.sums[r]
	}
	return s
}

// InSplit returns the corpus of the documents of one split. It may be empty.
func (c *Corpus) InSplit(split string) *Corpus { return c.Select(c.Indices(split)) }

// HasSplit reports whether any document is in a split.
func (c *Corpus) HasSplit() bool {
	return slices.ContainsFunc(c.docs, func(d Document) bool { return d.Split != "" })
}

// Filter returns the corpus of the documents for which keep is true.
func (c *Corpus) Filter(keep func(Document) bool) *Corpus {
	var rows []int
	for i := range c.docs {
		if keep(c.docs[i].clone()) {
			rows = append(rows, i)
		}
	}
	return c.Select(rows)
}

// Map returns the corpus of what f makes of every document. The errors are
// New's.
func (c *Corpus) Map(f func(Document) Document) (*Corpus, error) {
	docs := make([]Document, len(c.docs))
	for i := range docs {
		docs[i] = f(c.docs[i].clone()).clone()
	}
	if err := checkDocuments(c.name, docs); err != nil {
		return nil, err
	}
	m := newCorpus(c.name, c.path, docs, c.warnings)
	m.vocabulary, m.skipped = c.vocabulary, c.skipped
	return m, nil
}

// WithSplits returns the corpus with its documents in the given splits, one
// for each row: Train, Validation, Test or "".
func (c *Corpus) WithSplits(splits []string) (*Corpus, error) {
	if len(splits) != len(c.docs) {
		return nil, fmt.Errorf("data: %s: %d splits for %d documents: give one for each", c.name, len(splits), len(c.docs))
	}
	i := -1
	return c.Map(func(d Document) Document {
		i++
		d.Split = splits[i]
		return d
	})
}

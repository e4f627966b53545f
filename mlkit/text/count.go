package text

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Counts holds how often each term occurs in each document. It holds nothing
// that depends on more than one document, except the list of all terms, which
// Fit narrows to those of its own rows.
type Counts struct {
	opt   Options
	terms []string // ascending
	start []int
	term  []int32 // ascending within a document
	count []int32
	// id tells counts apart, so that a TFIDF knows those it was fitted on.
	id uint64
	// more are the further blocks, of Options.Also.
	more []*Counts

	// Warnings tells of documents without terms.
	Warnings []string
}

var lastID atomic.Uint64

// Count cuts every text into terms and counts them, in parallel. MinDF and the
// other options that concern more than one document are not applied here. No
// texts are an error; texts without a term are a warning.
func Count(ctx context.Context, texts []string, opt Options) (*Counts, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("text: no texts to count")
	}
	c, err := countBlock(ctx, texts, opt)
	if err != nil {
		return nil, err
	}
	for _, also := range opt.Also {
		block, err := countBlock(ctx, texts, also)
		if err != nil {
			return nil, err
		}
		c.more = append(c.more, block)
	}
	c.warn()
	return c, nil
}

func countBlock(ctx context.Context, texts []string, opt Options) (*Counts, error) {
	counters, err := countAll(ctx, texts, opt)
	if err != nil {
		return nil, err
	}
	c := &Counts{opt: opt.clone(), start: make([]int, len(texts)+1), id: lastID.Add(1)}
	c.terms = mergeTerms(counters)
	for _, w := range counters {
		for _, d := range w.docs {
			c.start[d.row+1] = d.to - d.from
		}
	}
	for i := range texts {
		c.start[i+1] += c.start[i]
	}
	c.term = make([]int32, c.start[len(texts)])
	c.count = make([]int32, c.start[len(texts)])
	each(len(counters), func(i int) { counters[i].collect(c) })
	return c, nil
}

// warn warns of documents that have no term in any block.
func (c *Counts) warn() {
	c.Warnings = nil
	var empty []int
	for row := range c.Documents() {
		terms := 0
		for _, b := range c.blocks() {
			terms += b.start[row+1] - b.start[row]
		}
		if terms == 0 {
			empty = append(empty, row)
		}
	}
	if len(empty) > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%d of %d documents have no term: rows %s", len(empty), c.Documents(), list(empty)))
	}
}

// blocks returns this block and the further ones.
func (c *Counts) blocks() []*Counts { return append([]*Counts{c}, c.more...) }

// list prints the first few of the rows.
func list(rows []int) string {
	const most = 10
	if len(rows) <= most {
		return fmt.Sprint(rows)
	}
	s := fmt.Sprint(rows[:most])
	return fmt.Sprintf("%s and %d more", s, len(rows)-most)
}

// each calls f(0) to f(n-1), each in its own goroutine.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// counter counts the documents that one worker took. Term numbers are its own
// until mergeTerms has told what they are for all.
type counter struct {
	*dictionary
	global []int32 // a term's number among all terms
	name   []byte  // of a bucket

	// words are those whose characters have been cut into terms already, and
	// the terms of word i are cut[cutEnds[i-1]:cutEnds[i]].
	words   *dictionary
	cut     []int32
	cutEnds []int

	docs  []span
	terms []int32
	count []int32
}

// cutLimit bounds the memory for words that are remembered: 64 MiB.
const cutLimit = 1 << 24

type span struct{ row, from, to int }

// chunk is how many documents a worker takes at a time.
const chunk = 64

func countAll(ctx context.Context, texts []string, opt Options) ([]*counter, error) {
	chunks := (len(texts) + chunk - 1) / chunk
	counters := make([]*counter, min(runtime.GOMAXPROCS(0), chunks))
	var next, done atomic.Int64
	each(len(counters), func(i int) {
		w := &counter{dictionary: newDictionary(), words: newDictionary()}
		counters[i] = w
		a := newAnalyzer(opt)
		for ctx.Err() == nil {
			from := int(next.Add(chunk)) - chunk
			if from >= len(texts) {
				return
			}
			to := min(from+chunk, len(texts))
			for row := from; row < to; row++ {
				w.add(a, row, texts[row])
			}
			trace.Progress(ctx, "counting terms", int(done.Add(int64(to-from))), len(texts))
		}
	})
	return counters, context.Cause(ctx)
}

// add counts the terms of one document.
func (w *counter) add(a *analyzer, row int, text string) {
	from := len(w.terms)
	text = a.lead(text)
	if a.opt.Analyzer == "char_wb" {
		a.eachWord(text, func(word []byte) { w.addWord(a, word, from) })
	} else {
		a.terms(text, func(term []byte) { w.addTerm(w.termNumber(a, term), from) })
	}
	w.docs = append(w.docs, span{row, from, len(w.terms)})
}

// termNumber returns the number of a term, or of its bucket.
func (w *counter) termNumber(a *analyzer, term []byte) int32 {
	if a.opt.Hash > 0 {
		w.name = bucket(w.name, term, uint32(a.opt.HashSeed), a.opt.Hash)
		term = w.name
	}
	t, fresh := w.number(term)
	if fresh {
		w.global = append(w.global, -1)
	}
	return t
}

// addTerm counts a term in the document whose terms begin at from. Until terms
// are merged, global holds where a term was last counted: positions before from
// are of earlier documents.
func (w *counter) addTerm(t int32, from int) {
	if at := w.global[t]; int(at) >= from {
		w.count[at]++
		return
	}
	w.global[t] = int32(len(w.terms))
	w.terms = append(w.terms, t)
	w.count = append(w.count, 1)
}

// addWord counts the terms within a word. Words come again and again, so what
// they are cut into is remembered.
func (w *counter) addWord(a *analyzer, word []byte, from int) {
	i, fresh := int32(0), true
	if len(w.cut) < cutLimit {
		i, fresh = w.words.number(word)
		if fresh {
			a.withinWord(word, func(term []byte) { w.cut = append(w.cut, w.termNumber(a, term)) })
			w.cutEnds = append(w.cutEnds, len(w.cut))
		}
	} else if i, fresh = w.words.find(word); fresh {
		a.withinWord(word, func(term []byte) { w.addTerm(w.termNumber(a, term), from) })
		return
	}
	begin := 0
	if i > 0 {
		begin = w.cutEnds[i-1]
	}
	for _, t := range w.cut[begin:w.cutEnds[i]] {
		w.addTerm(t, from)
	}
}

// mergeTerms returns all terms in ascending order and tells every counter the
// numbers that its terms have among them.
func mergeTerms(counters []*counter) []string {
	orders := make([][]keyed, len(counters))
	each(len(counters), func(i int) {
		names := counters[i].names()
		order := make([]keyed, len(names))
		for t, name := range names {
			order[t] = keyed{prefix(name), int32(t), name}
		}
		slices.SortFunc(order, keyed.compare)
		orders[i] = order
	})
	var terms []string
	for {
		var least *keyed
		for i := range orders {
			if len(orders[i]) > 0 && (least == nil || orders[i][0].compare(*least) < 0) {
				least = &orders[i][0]
			}
		}
		if least == nil {
			return terms
		}
		name := least.name
		for i := range orders {
			if len(orders[i]) > 0 && orders[i][0].name == name {
				counters[i].global[orders[i][0].term] = int32(len(terms))
				orders[i] = orders[i][1:]
			}
		}
		terms = append(terms, name)
	}
}

// keyed is a term with its first eight bytes as a number, which decide most
// comparisons.
type keyed struct {
	prefix uint64
	term   int32
	name   string
}

func (k keyed) compare(other keyed) int {
	if k.prefix != other.prefix {
		return cmp.Compare(k.prefix, other.prefix)
	}
	return cmp.Compare(k.name, other.name)
}

func prefix(s string) uint64 {
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}

// collect writes the documents of a counter to where they belong.
func (w *counter) collect(c *Counts) {
	var sorted []uint64
	for _, d := range w.docs {
		sorted = sorted[:0]
		for i := d.from; i < d.to; i++ {
			sorted = append(sorted, uint64(w.global[w.terms[i]])<<32|uint64(w.count[i]))
		}
		slices.Sort(sorted)
		at := c.start[d.row]
		for i, v := range sorted {
			c.term[at+i] = int32(v >> 32)
			c.count[at+i] = int32(v)
		}
	}
}

// Documents returns the number of documents.
func (c *Counts) Documents() int { return len(c.start) - 1 }

// Terms returns the number of different terms in all documents, of all blocks.
func (c *Counts) Terms() int {
	n := 0
	for _, b := range c.blocks() {
		n += len(b.terms)
	}
	return n
}

// Options returns the options that the terms were made with.
func (c *Counts) Options() Options { return c.opt.clone() }

// Of returns how often a term occurs in the document of a row; 0 for a row
// that does not exist. With several blocks, the first that has the term counts.
func (c *Counts) Of(row int, term string) int {
	for _, b := range c.blocks() {
		if n := b.of(row, term); n > 0 {
			return n
		}
	}
	return 0
}

func (c *Counts) of(row int, term string) int {
	t, ok := slices.BinarySearch(c.terms, term)
	if !ok || row < 0 || row >= c.Documents() {
		return 0
	}
	from, to := c.start[row], c.start[row+1]
	if i, ok := slices.BinarySearch(c.term[from:to], int32(t)); ok {
		return int(c.count[from+i])
	}
	return 0
}

// Length returns the number of terms in the document of a row, repetitions
// counted, of all blocks, 0 <= row < Documents.
func (c *Counts) Length(row int) int {
	n := 0
	for _, b := range c.blocks() {
		for _, k := range b.count[b.start[row]:b.start[row+1]] {
			n += int(k)
		}
	}
	return n
}

// Fingerprint returns the hash of all counts and of the options, as "sha256:"
// and 64 hex digits.
func (c *Counts) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", c.opt)
	for _, b := range c.blocks() {
		b.hash(h)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func (c *Counts) hash(h io.Writer) {
	for _, t := range c.terms {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	var buf []byte
	for row := range c.Documents() {
		buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(c.start[row]))
		for i := c.start[row]; i < c.start[row+1]; i++ {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(c.term[i]))
			buf = binary.LittleEndian.AppendUint32(buf, uint32(c.count[i]))
		}
		h.Write(buf)
	}
}

// View implements view.Viewer: how much there is, and the warnings.
func (c *Counts) View() []view.Item {
	t := view.NewTable("Term counts: "+c.opt.String(), "documents", "different terms", "terms per document")
	total := 0
	for row := range c.Documents() {
		total += c.Length(row)
	}
	t.Columns[2].Digits = 1
	t.Add(c.Documents(), c.Terms(), float64(total)/float64(c.Documents()))
	return append(t.View(), warn(c.Warnings)...)
}

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

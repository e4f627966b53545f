package keyphrase

import (
	"strings"

	"viva/mlkit/data"
)

// maxWords is the most words that a candidate has.
const maxWords = 5

// stemIDs are the stems of a candidate's words, by their numbers in the
// document, -1 behind the last.
type stemIDs [maxWords]int32

// candidate is a phrase of a document, with all places where its stems occur.
type candidate struct {
	ids  stemIDs
	n    int
	at   []int32
	stop int
	// count is the number of occurrences in the whole text; at may have only the
	// first of them.
	count int
}

// document is a text cut into words and candidates. It has learned nothing, so
// that folds share it.
type document struct {
	text  string
	words []word
	// stems are the document's different stems, ids the words' numbers in it, and
	// count how often each occurs.
	stems []string
	ids   []int32
	count []int
	// candidates stand in the order of their first occurrence.
	candidates []candidate
	// index finds a candidate by its stems.
	index map[stemIDs]int32
	// titleStems are the stems of the title.
	titleStems map[int32]bool
	hasTitle   bool
	paper      bool
}

// newDocument cuts a text.
func newDocument(text, givenTitle string, dropRare bool) *document {
	s := newStems()
	if t := strings.TrimSpace(givenTitle); t != "" && !strings.HasPrefix(strings.TrimSpace(text), t) {
		text = t + "\n" + text
	}
	d := &document{text: text, words: cutWords(text, s), titleStems: map[int32]bool{}}
	markZones(text, givenTitle, d.words)
	d.paper = len(d.words) >= paperWords
	number := map[string]int32{}
	d.ids = make([]int32, len(d.words))
	for i := range d.words {
		w := &d.words[i]
		id, ok := number[w.stem]
		if !ok {
			id = int32(len(d.stems))
			number[w.stem] = id
			d.stems = append(d.stems, w.stem)
			d.count = append(d.count, 0)
		}
		d.ids[i] = id
		d.count[id]++
		if w.zone == title {
			d.hasTitle = true
			if !w.stop {
				d.titleStems[id] = true
			}
		}
	}
	d.findCandidates(dropRare)
	return d
}

func prepare(doc data.Document) *document { return newDocument(doc.Body(), doc.Title, true) }

// innerStops is how many function words a candidate may have inside, as in
// "degree of parallelism".
const innerStops = 1

// findCandidates lists all sequences of up to maxWords words without marks
// between them that neither begin nor end with a function word or a numeral on
// its own, and have at least one letter in an outer word.
func (d *document) findCandidates(dropRare bool) {
	d.index = map[stemIDs]int32{}
	for i := range d.words {
		first := &d.words[i]
		if first.stop || first.zone == front {
			continue
		}
		stop := 0
		ids := stemIDs{-1, -1, -1, -1, -1}
		for n := 1; n <= maxWords && i+n <= len(d.words); n++ {
			last := &d.words[i+n-1]
			if n > 1 && last.before != 0 {
				break
			}
			ids[n-1] = d.ids[i+n-1]
			if last.stop {
				if stop++; stop > innerStops {
					break
				}
				continue
			}
			if n == 1 && (first.numeral || last.end-last.start < 2) || n > 1 && first.numeral && last.numeral {
				continue
			}
			d.add(ids, i, n, stop)
		}
	}
	if d.paper && dropRare {
		d.dropRare()
	}
}

func (d *document) add(ids stemIDs, i, n, stop int) {
	k, ok := d.index[ids]
	if !ok {
		k = int32(len(d.candidates))
		d.index[ids] = k
		d.candidates = append(d.candidates, candidate{ids: ids, n: n, stop: stop})
	}
	c := &d.candidates[k]
	c.count++
	c.at = append(c.at, int32(i))
}

// dropRare leaves out, in a paper, what occurs once and not in its beginning:
// title, abstract, or the first words.
func (d *document) dropRare() {
	kept := d.candidates[:0]
	for _, c := range d.candidates {
		early := int(c.at[0]) < paperWords/4
		if z := d.words[c.at[0]].zone; z == title || z == abstract || z == heading {
			early = true
		}
		if c.count > 1 || early {
			kept = append(kept, c)
		}
	}
	clear(d.index)
	d.candidates = kept
	for i, c := range d.candidates {
		d.index[c.ids] = int32(i)
	}
}

// key is the candidate's stems as they are compared with those of an indexer.
func (d *document) key(c *candidate) string {
	if c.n == 1 {
		return d.stems[c.ids[0]]
	}
	size := c.n
	for _, id := range c.ids[:c.n] {
		size += len(d.stems[id])
	}
	var b strings.Builder
	b.Grow(size)
	for i, id := range c.ids[:c.n] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(d.stems[id])
	}
	return b.String()
}

// surface is the candidate as it is written most often among its first
// occurrences, the earliest first; a capital that only begins a sentence is not
// kept.
func (d *document) surface(c *candidate) string {
	best, most := "", 0
	seen := map[string]int{}
	for _, at := range c.at[:min(len(c.at), maxLooked)] {
		first, last := &d.words[at], &d.words[int(at)+c.n-1]
		s := strings.Join(strings.Fields(d.text[first.start:last.end]), " ")
		if first.opens && first.upper && !first.allUpper {
			s = lowerFirst(s)
		}
		seen[s]++
		if seen[s] > most {
			best, most = s, seen[s]
		}
	}
	return best
}

func lowerFirst(s string) string {
	for i, r := range s {
		if i > 0 {
			return strings.ToLower(s[:i]) + s[i:]
		}
		_ = r
	}
	return strings.ToLower(s)
}

// goldOf returns what an indexer gave, as a list of phrases that each have one
// or several keys. Phrases with a key that an earlier one has are left out.
func goldOf(doc data.Document) [][]string {
	s := newStems()
	key := s.key
	if doc.Stemmed {
		key = stemmedKey
	}
	var all [][]string
	seen := map[string]bool{}
phrases:
	for i, p := range doc.Keyphrases {
		spellings := []string{p}
		if doc.Alternatives != nil {
			spellings = append(spellings, doc.Alternatives[i]...)
		}
		var keys []string
		for _, sp := range spellings {
			if k := key(sp); k != "" {
				if seen[k] && len(keys) == 0 {
					continue phrases
				}
				keys = append(keys, k)
			}
		}
		for _, k := range keys {
			seen[k] = true
		}
		if keys != nil {
			all = append(all, keys)
		}
	}
	return all
}

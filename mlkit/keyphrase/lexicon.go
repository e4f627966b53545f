package keyphrase

// lexicon is what training documents tell about stems and phrases: in how many
// they occur, and in how many of those they are keyphrases.
type lexicon struct {
	documents int
	// number finds a key: a stem or the stems of a phrase.
	number map[string]int32
	entry  []entry
}

// entry is what is known of a key, in numbers of documents.
type entry struct {
	// in have the key as a candidate or a word, of which gold as a keyphrase. within
	// have the stem as a part of a keyphrase of theirs.
	in, gold, within float32
}

// terms are a document's keys by their numbers in a lexicon's index.
type terms struct {
	stems, candidates []int32
}

// index numbers the keys of documents.
type index struct{ number map[string]int32 }

func (x *index) of(key string) int32 {
	n, ok := x.number[key]
	if !ok {
		n = int32(len(x.number))
		x.number[key] = n
	}
	return n
}

func (x *index) terms(d *document) terms {
	t := terms{stems: make([]int32, len(d.stems)), candidates: make([]int32, len(d.candidates))}
	for i, s := range d.stems {
		t.stems[i] = x.of(s)
	}
	for i := range d.candidates {
		t.candidates[i] = x.of(d.key(&d.candidates[i]))
	}
	return t
}

// count adds a document (sign 1) or takes it away (sign -1).
func (l *lexicon) count(e *example, t terms, sign float32) {
	if sign > 0 {
		l.documents++
	} else {
		l.documents--
	}
	for _, n := range t.stems {
		l.entry[n].in += sign
	}
	within := map[int32]bool{}
	for i, n := range t.candidates {
		c := &e.doc.candidates[i]
		if c.n > 1 {
			l.entry[n].in += sign
		}
		if e.gold[i] {
			l.entry[n].gold += sign
			for _, id := range c.ids[:c.n] {
				within[t.stems[id]] = true
			}
		}
	}
	for n := range within {
		l.entry[n].within += sign
	}
}

// prune leaves out what occurred in one document only and was no keyphrase.
func (l *lexicon) prune(number map[string]int32) {
	kept := make([]entry, 0, len(l.entry)/4)
	l.number = map[string]int32{}
	for key, n := range number {
		if e := l.entry[n]; e.in >= 2 || e.gold > 0 || e.within > 0 {
			l.number[key] = n
		}
	}
	// Numbers are given in the order of the old ones, which does not depend on
	// the order of the map.
	old := make([]int32, len(l.entry))
	for i := range old {
		old[i] = -1
	}
	used := make([]bool, len(l.entry))
	for _, n := range l.number {
		used[n] = true
	}
	for n := range l.entry {
		if used[n] {
			old[n] = int32(len(kept))
			kept = append(kept, l.entry[n])
		}
	}
	for key, n := range l.number {
		l.number[key] = old[n]
	}
	l.entry = kept
}

// lookup returns the entries of a document's stems and candidates.
func (l *lexicon) lookup(d *document) (stems, candidates []entry) {
	stems, candidates = make([]entry, len(d.stems)), make([]entry, len(d.candidates))
	for i, s := range d.stems {
		if n, ok := l.number[s]; ok {
			stems[i] = l.entry[n]
		}
	}
	for i := range d.candidates {
		if n, ok := l.number[d.key(&d.candidates[i])]; ok {
			candidates[i] = l.entry[n]
		}
	}
	return stems, candidates
}

func (l *lexicon) entries(t terms) (stems, candidates []entry) {
	stems, candidates = make([]entry, len(t.stems)), make([]entry, len(t.candidates))
	for i, n := range t.stems {
		stems[i] = l.entry[n]
	}
	for i, n := range t.candidates {
		candidates[i] = l.entry[n]
	}
	return stems, candidates
}

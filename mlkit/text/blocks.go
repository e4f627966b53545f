package text

import "fmt"

// Join returns counts with the blocks of opt from counts of one block each,
// without counting anything again: parts[0] for opt itself, the others for
// opt.Also, in order. Only options that concern weights and the vocabulary may
// differ from those that a part was counted with. So grids of options count
// every kind of term once.
func Join(opt Options, parts []*Counts) (*Counts, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	if len(parts) != 1+len(opt.Also) {
		return nil, fmt.Errorf("text: %d counts joined for %d blocks", len(parts), 1+len(opt.Also))
	}
	var blocks []*Counts
	for i, p := range parts {
		own := opt
		if i > 0 {
			own = opt.Also[i-1]
		}
		if len(p.more) > 0 {
			return nil, fmt.Errorf("text: the counts joined as block %d have %d blocks themselves", i+1, 1+len(p.more))
		}
		if !own.sameBlock(p.opt) {
			return nil, fmt.Errorf("text: the counts joined as block %d were made with %q, not %q: only weights and vocabulary may differ", i+1, p.opt, own)
		}
		if p.Documents() != parts[0].Documents() {
			return nil, fmt.Errorf("text: counts of %d documents joined with counts of %d", p.Documents(), parts[0].Documents())
		}
		blocks = append(blocks, &Counts{opt: own.clone(), terms: p.terms, start: p.start, term: p.term, count: p.count, id: p.id})
	}
	c := blocks[0]
	c.more = blocks[1:]
	c.warn()
	return c, nil
}

// Blocks returns the options of each block, this one first, without further
// blocks: what Join's parts are counted with.
func (o Options) Blocks() []Options {
	blocks := []Options{o.clone()}
	blocks[0].Also = nil
	for _, also := range o.Also {
		blocks = append(blocks, also.clone())
	}
	return blocks
}

// Terms returns the options without all that concerns only weights and the
// vocabulary: options with equal Terms cut texts into the same terms. Only the
// first block is looked at.
func (o Options) Terms() Options {
	if checked, err := o.check(); err == nil {
		o = checked
	}
	return Options{Analyzer: o.Analyzer, MinN: o.MinN, MaxN: o.MaxN, KeepCase: o.KeepCase, StopWords: o.clone().StopWords, Lead: o.Lead, Hash: o.Hash, HashSeed: o.HashSeed}
}

// WordFeatures returns how many of the first columns are terms of words: those
// of the blocks before the first one of characters, or of another part of the
// text than the first block's.
func (t *TFIDF) WordFeatures() int {
	n := 0
	for _, b := range t.blocks() {
		if b.opt.Analyzer != "word" || b.opt.Lead != t.opt.Lead {
			break
		}
		n += len(b.terms)
	}
	return n
}

// Blocks returns the vocabulary of each block by itself, in their order. The same
// letters may be a word in one and a run of characters in another; by name, the
// methods of the whole find the first.
func (t *TFIDF) Blocks() []*TFIDF {
	first := *t
	first.opt, first.more = t.opt.Blocks()[0], nil
	return append([]*TFIDF{&first}, t.more...)
}

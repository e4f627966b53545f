package coherence

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"viva/internal/own"
)

// Reference is a corpus of tokens in which words are looked for. It does not
// change and may be used from several goroutines at once.
type Reference struct {
	number map[string]int32
	words  int
	start  []int
	tokens []int32
}

// NewReference returns the corpus of the given documents, each a list of tokens
// in the order of the text: those that a model leaves out too, since they take up
// room in a window. Documents without tokens count for u_mass only. It is an
// error if no document has a token.
func NewReference(docs [][]string) (*Reference, error) {
	r := &Reference{number: map[string]int32{}, start: make([]int, 1, len(docs)+1)}
	total := 0
	for _, doc := range docs {
		total += len(doc)
	}
	r.tokens = make([]int32, 0, total)
	for _, doc := range docs {
		for _, w := range doc {
			n, ok := r.number[w]
			if !ok {
				n = int32(len(r.number))
				r.number[w] = n
			}
			r.tokens = append(r.tokens, n)
		}
		r.start = append(r.start, len(r.tokens))
	}
	r.words = len(r.number)
	if total == 0 {
		return nil, fmt.Errorf("coherence: none of %d documents has a token", len(docs))
	}
	return r, nil
}

// AdoptReference is NewReference for packages of mlkit that have numbered their
// tokens: document i is tokens[start[i]:start[i+1]], and words tells the numbers'
// words.
func AdoptReference(_ own.Permit, words []string, start []int, tokens []int32) (*Reference, error) {
	if len(tokens) == 0 {
		return nil, fmt.Errorf("coherence: none of %d documents has a token", len(start)-1)
	}
	r := &Reference{number: make(map[string]int32, len(words)), words: len(words), start: start, tokens: tokens}
	for i, w := range words {
		r.number[w] = int32(i)
	}
	return r, nil
}

// Documents returns the number of documents, those without tokens included.
func (r *Reference) Documents() int { return len(r.start) - 1 }

// Tokens returns the number of tokens of all documents.
func (r *Reference) Tokens() int { return len(r.tokens) }

// Score measures the coherence of topics, each the list of its words with the
// heaviest first. Words that the reference does not have cohere with none, and
// are told of in the warnings. Documents are counted in parallel; the result does
// not depend on how many at a time.
func (r *Reference) Score(ctx context.Context, topics [][]string, opt Options) (*Score, error) {
	opt, err := opt.check()
	if err != nil {
		return nil, err
	}
	topics, err = top(topics, opt.TopWords)
	if err != nil {
		return nil, err
	}
	c, err := r.count(ctx, topics, opt)
	if err != nil {
		return nil, err
	}
	s := &Score{Measure: opt.Measure, TopWords: opt.TopWords, Window: opt.Window, VirtualDocuments: c.documents}
	for t, words := range topics {
		s.Topics = append(s.Topics, measure(opt.Measure, c, t, len(words)))
		for _, w := range words {
			if _, ok := r.number[w]; !ok {
				s.Warnings = append(s.Warnings, fmt.Sprintf("topic %d: the word %q is not in the reference", t+1, w))
			}
		}
	}
	s.Mean = mean(s.Topics)
	return s, nil
}

// membership is a word's place in a topic.
type membership struct{ topic, rank int32 }

// counts holds in how many virtual documents the words of a topic occur, and
// together with each other: a square for each topic.
type counts struct {
	width     int
	square    []int64
	documents int
}

func (c *counts) at(topic, i, j int) int64 {
	return c.square[(topic*c.width+max(i, j))*c.width+min(i, j)]
}

func newCounts(topics, width int) *counts {
	return &counts{width: width, square: make([]int64, topics*width*width)}
}

// chunk is how many documents a worker takes at a time.
const chunk = 256

// count counts the virtual documents of all documents.
func (r *Reference) count(ctx context.Context, topics [][]string, opt Options) (*counts, error) {
	width := 0
	// members tells in which topics the words are that are looked for, and which
	// tells their place in members, 0 for a word of no topic.
	members := [][]membership{nil}
	which := make([]int32, r.words)
	for t, words := range topics {
		width = max(width, len(words))
		for rank, w := range words {
			n, ok := r.number[w]
			if !ok {
				continue
			}
			if which[n] == 0 {
				which[n] = int32(len(members))
				members = append(members, nil)
			}
			members[which[n]] = append(members[which[n]], membership{int32(t), int32(rank)})
		}
	}
	var next atomic.Int64
	workers := make([]*counter, max(1, min(runtime.GOMAXPROCS(0), (r.Documents()+chunk-1)/chunk)))
	var wg sync.WaitGroup
	for i := range workers {
		workers[i] = newCounter(newCounts(len(topics), width), members, opt)
		wg.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= r.Documents() {
					return
				}
				for d := from; d < min(from+chunk, r.Documents()); d++ {
					workers[i].add(r.tokens[r.start[d]:r.start[d+1]], which)
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	sum := workers[0].counts
	for _, w := range workers[1:] {
		sum.documents += w.counts.documents
		for i, n := range w.counts.square {
			sum.square[i] += n
		}
	}
	return sum, nil
}

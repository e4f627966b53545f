// Package wordvec learns vectors of words from unlabelled texts: words that stand
// beside the same words get vectors that point the same way, so that a model that
// has seen "box" knows something about "crate".
//
// A word's row counts what stands one and two places before and after it; counts
// become positive pointwise mutual information, with the frequencies of contexts
// raised to 0.75 (Levy, Goldberg and Dagan, "Improving distributional similarity
// with lessons learned from word embeddings", 2015), and the rows are reduced to
// few dimensions by a truncated singular value decomposition. Nothing comes with
// the package: every vector is learned from the texts it is given.
package wordvec

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/memo"
	"viva/mlkit/view"
)

// Options say how vectors are learned.
type Options struct {
	// Dimensions of the vectors; 0 means 100. There are fewer if the texts have
	// fewer words.
	Dimensions int
	// MinCount is how often a word must occur to have a vector; 0 means 3.
	MinCount int
	// MaxWords is how many words have one, the most frequent first; 0 means 40,000.
	MaxWords int
	// Contexts is how many of the most frequent words count as neighbours; 0 means
	// 8,000.
	Contexts int
	// Seed is that of the random start of the decomposition.
	Seed int64
}

func (o Options) filled() (Options, error) {
	for _, x := range []struct {
		name  string
		value *int
		zero  int
	}{{"Dimensions", &o.Dimensions, 100}, {"MinCount", &o.MinCount, 3}, {"MaxWords", &o.MaxWords, 40000}, {"Contexts", &o.Contexts, 8000}} {
		if *x.value < 0 {
			return o, fmt.Errorf("wordvec: %s %d: it must not be negative", x.name, *x.value)
		}
		if *x.value == 0 {
			*x.value = x.zero
		}
	}
	return o, nil
}

// Vectors are words with their vectors. Each is of length one, or zero where a word
// stands beside no other more often than by chance.
type Vectors struct {
	Options Options
	// Tokens is how many words and signs were read.
	Tokens int

	words      []string
	index      map[string]int
	dimensions int
	values     []float32 // those of word i begin at i*dimensions
}

// Learn learns the vectors of the words of texts: letters in lower case. The result
// is kept from run to run, and is the same for any number of workers. It is an error
// if no word has a neighbour.
func Learn(ctx context.Context, texts []string, opt Options) (*Vectors, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	key := memo.NewKey("word vectors", 1).Texts(texts).Options(opt)
	return memo.Do(ctx, key, func(ctx context.Context) (*Vectors, error) { return learn(ctx, texts, opt) })
}

func learn(ctx context.Context, texts []string, opt Options) (*Vectors, error) {
	t := read(texts, opt)
	if len(t.words) == 0 {
		return nil, fmt.Errorf("wordvec: no word occurs %d times in the %d texts: give more texts, or lower MinCount", opt.MinCount, len(texts))
	}
	m := t.association(opt.Contexts)
	if len(m.columns) == 0 {
		return nil, errors.New("wordvec: no word has a neighbour more often than by chance: give more texts")
	}
	v := &Vectors{Options: opt, Tokens: t.tokens, words: t.words}
	var err error
	if v.values, v.dimensions, err = m.reduce(ctx, opt.Dimensions, opt.Seed); err != nil {
		return nil, err
	}
	v.number()
	return v, nil
}

func (v *Vectors) number() {
	v.index = make(map[string]int, len(v.words))
	for i, w := range v.words {
		v.index[w] = i
	}
}

// Words returns the number of words that have a vector.
func (v *Vectors) Words() int { return len(v.words) }

// Dimensions returns the length of the vectors.
func (v *Vectors) Dimensions() int { return v.dimensions }

// Rank returns a word's place by frequency, counted from 0, and -1 if it has no
// vector.
func (v *Vectors) Rank(word string) int {
	if i, ok := v.index[word]; ok {
		return i
	}
	return -1
}

// Vector returns the vector of a word in lower case, nil if it has none.
func (v *Vectors) Vector(word string) []float64 {
	i, ok := v.index[word]
	if !ok {
		return nil
	}
	x := make([]float64, v.dimensions)
	for d, y := range v.row(i) {
		x[d] = float64(y)
	}
	return x
}

func (v *Vectors) row(i int) []float32 { return v.values[i*v.dimensions : (i+1)*v.dimensions] }

// Neighbour is a word and the cosine of its vector with another's.
type Neighbour struct {
	Word   string
	Cosine float64
}

// Nearest returns the n words nearest to a word, the nearest first; none if it has
// no vector.
func (v *Vectors) Nearest(word string, n int) []Neighbour {
	x := v.Vector(word)
	if x == nil {
		return nil
	}
	all := make([]Neighbour, 0, len(v.words))
	for i, w := range v.words {
		sum := 0.0
		for d, y := range v.row(i) {
			sum += float64(y) * x[d]
		}
		if w != word {
			all = append(all, Neighbour{w, sum})
		}
	}
	slices.SortFunc(all, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(b.Cosine, a.Cosine), cmp.Compare(a.Word, b.Word))
	})
	return all[:max(0, min(n, len(all)))]
}

// Fingerprint returns the hash of words and vectors, as "sha256:" and 64 hex digits.
func (v *Vectors) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d\n", v.words, v.dimensions)
	h.Write(v.bits())
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer.
func (v *Vectors) View() []view.Item {
	t := view.NewTable("Word vectors: positive pointwise mutual information, truncated singular value decomposition", "words", "dimensions", "tokens read")
	return t.Add(len(v.words), v.dimensions, v.Tokens).View()
}

// tokens calls emit with the words of a text in lower case, and with each sign that
// is neither letter nor digit nor white space. The bytes are good during the call.
func tokens(text string, emit func([]byte)) {
	var word []byte
	flush := func() {
		if len(word) > 0 {
			emit(word)
			word = word[:0]
		}
	}
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			word = utf8.AppendRune(word, unicode.ToLower(r))
			continue
		case unicode.IsSpace(r) || unicode.IsDigit(r):
			flush()
			continue
		}
		flush()
		emit(utf8.AppendRune(nil, r))
	}
	flush()
}

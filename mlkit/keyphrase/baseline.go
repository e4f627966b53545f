package keyphrase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/data"
)

// Method is an unsupervised extractor: what a trained one must beat. There is no
// part-of-speech tagger behind any of them: where the literature takes sequences
// of nouns and adjectives as candidates, these take the longest sequences of
// content words, of up to five, where function words, adverbs in -ly and a list
// of verbs with which papers report are none.
type Method struct {
	name string
	// rank returns a score for each candidate; those with negative infinity are
	// none.
	rank func(d *document) []float64
}

// baselineNumber is how many phrases an unsupervised method chooses where the
// number is left to it: they have no measure of their own of how many are right.
const baselineNumber = 10

// Name implements Extractor.
func (m *Method) Name() string { return m.name }

// Extract implements Extractor. n = 0 means 10.
func (m *Method) Extract(ctx context.Context, doc data.Document, n int) (Phrases, error) {
	if n < 0 {
		return nil, fmt.Errorf("keyphrase: %d phrases are wanted: give at least 1, or 0 for %d", n, baselineNumber)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if n == 0 {
		n = baselineNumber
	}
	d := prepareWhole(doc)
	scores := m.rank(d)
	order := make([]int, 0, len(scores))
	for i, s := range scores {
		if !math.IsInf(s, -1) && !math.IsNaN(s) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), a-b) })
	phrases := make(Phrases, 0, min(n, len(order)))
	for _, i := range order[:min(n, len(order))] {
		c := &d.candidates[i]
		phrases = append(phrases, Phrase{Text: d.surface(c), Key: d.key(c), Score: scores[i]})
	}
	return phrases, nil
}

// prepareWhole is prepare without dropping rare candidates: the methods are
// defined over all.
func prepareWhole(doc data.Document) *document { return newDocument(doc.Body(), doc.Title, false) }

var none = math.Inf(-1)

// contentRuns calls f for the longest sequences of content words of up to
// maxWords.
func contentRuns(d *document, f func(at, n int)) {
	ok := func(i int) bool {
		w := &d.words[i]
		return !w.stop && !w.numeral && w.zone != front && !reportingWords[w.lower] && !(len(w.lower) > 4 && strings.HasSuffix(w.lower, "ly"))
	}
	for i := 0; i < len(d.words); {
		if !ok(i) {
			i++
			continue
		}
		j := i + 1
		for j < len(d.words) && d.words[j].before == 0 && ok(j) {
			j++
		}
		if j-i <= maxWords && (j-i > 1 || d.words[i].end-d.words[i].start > 2) {
			f(i, j-i)
		}
		i = j
	}
}

// runCandidates are the candidates that are a longest sequence somewhere, with
// where they are.
func runCandidates(d *document) (order []int32, at map[int32][]int) {
	at = map[int32][]int{}
	contentRuns(d, func(i, n int) {
		ids := stemIDs{-1, -1, -1, -1, -1}
		copy(ids[:], d.ids[i:i+n])
		k, ok := d.index[ids]
		if !ok {
			return
		}
		if at[k] == nil {
			order = append(order, k)
		}
		at[k] = append(at[k], i)
	})
	return order, at
}

// FirstPhrases ranks the longest sequences of content words by where they occur
// first.
func FirstPhrases() *Method {
	return &Method{name: "FirstPhrases", rank: func(d *document) []float64 {
		scores := make([]float64, len(d.candidates))
		for i := range scores {
			scores[i] = none
		}
		order, at := runCandidates(d)
		for _, k := range order {
			scores[k] = -float64(at[k][0])
		}
		return scores
	}}
}

// frequencies returns the inverse document frequencies of a corpus, by key.
func frequencies(ctx context.Context, c *data.Corpus) (func(key string) float64, error) {
	if c == nil || c.Len() == 0 {
		return nil, errors.New("keyphrase: TF-IDF needs documents to count document frequencies in")
	}
	docs := c.Documents()
	keys := make([][]string, len(docs))
	err := parallel(ctx, len(docs), func(_ context.Context, i int) error {
		d := prepareWhole(docs[i])
		for j := range d.candidates {
			if isTerm(&d.candidates[j]) {
				keys[i] = append(keys[i], d.key(&d.candidates[j]))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	df := map[string]int{}
	for _, list := range keys {
		for _, k := range list {
			df[k]++
		}
	}
	n := float64(len(docs))
	return func(key string) float64 { return math.Log2((1 + n) / (1 + float64(df[key]))) }, nil
}

// TFIDF ranks n-grams of up to three words, without function words, by their
// frequency in the document times log2((1+N)/(1+df)), where df is in how many of
// the N documents of the corpus the stems occur. Keyphrases are not looked at.
func TFIDF(ctx context.Context, c *data.Corpus) (*Method, error) {
	idf, err := frequencies(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Method{name: "TF-IDF", rank: func(d *document) []float64 {
		scores := make([]float64, len(d.candidates))
		for i := range scores {
			c := &d.candidates[i]
			scores[i] = none
			if isTerm(c) {
				scores[i] = float64(c.count) * idf(d.key(c))
			}
		}
		return scores
	}}, nil
}

// TFIDFSequences ranks the longest sequences of content words by the sum of
// their words' TF-IDF, see TFIDF.
func TFIDFSequences(ctx context.Context, c *data.Corpus) (*Method, error) {
	idf, err := frequencies(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Method{name: "TF-IDF of sequences", rank: func(d *document) []float64 {
		scores := make([]float64, len(d.candidates))
		for i := range scores {
			scores[i] = none
		}
		order, _ := runCandidates(d)
		for _, k := range order {
			c := &d.candidates[k]
			scores[k] = 0
			for _, id := range c.ids[:c.n] {
				scores[k] += float64(d.count[id]) * idf(d.stems[id])
			}
		}
		return scores
	}}, nil
}

func isTerm(c *candidate) bool { return c.n <= 3 && c.stop == 0 }

// YAKE ranks by the statistical features of Campos et al. (2020), "YAKE! Keyword
// extraction from single documents using multiple local features": n-grams of up
// to three words, neighbours within one word. As there, a term's score is
// relatedness · position / (casing + frequency/relatedness +
// sentences/relatedness), small being good, and a phrase's the product of its
// terms' over (1 + their sum) · its frequency; Score is its negative logarithm.
// Phrases that differ in inflection only are one here, so that no others are
// taken for repetitions.
func YAKE() *Method { return &Method{name: "YAKE", rank: yake} }

func yake(d *document) []float64 {
	n := len(d.stems)
	sentence := make([]int, len(d.words))
	s := 0
	for i := range d.words {
		if d.words[i].opens && i > 0 {
			s++
		}
		sentence[i] = s
	}
	acronym, upper, tf := make([]float64, n), make([]float64, n), make([]float64, n)
	places := make([][]int, n)
	left, right := make([]map[int32]int, n), make([]map[int32]int, n)
	for i := range d.words {
		id, w := d.ids[i], &d.words[i]
		tf[id]++
		if w.allUpper {
			acronym[id]++
		}
		if w.upper && !w.opens {
			upper[id]++
		}
		if p := places[id]; len(p) == 0 || p[len(p)-1] != sentence[i] {
			places[id] = append(p, sentence[i])
		}
		if left[id] == nil {
			left[id], right[id] = map[int32]int{}, map[int32]int{}
		}
		if i > 0 && w.before == 0 {
			left[id][d.ids[i-1]]++
			right[d.ids[i-1]][id]++
		}
	}
	stop := make([]bool, n)
	for i := range d.words {
		stop[d.ids[i]] = d.words[i].stop || d.words[i].numeral
	}
	// The mean and deviation of the frequency are those of content words.
	count, mean, square, most := 0.0, 0.0, 0.0, 0.0
	for id := range n {
		most = max(most, tf[id])
		if !stop[id] {
			count++
			mean += tf[id]
			square += tf[id] * tf[id]
		}
	}
	if count > 0 {
		mean /= count
	}
	deviation := math.Sqrt(max(0, square/max(count, 1)-mean*mean))
	share := func(m map[int32]int) float64 {
		sum := 0
		for _, c := range m {
			sum += c
		}
		if sum == 0 {
			return 0
		}
		return float64(len(m)) / float64(sum)
	}
	term := make([]float64, n)
	for id := range n {
		casing := max(acronym[id], upper[id]) / (1 + math.Log(tf[id]))
		position := math.Log(math.Log(3 + float64(places[id][len(places[id])/2])))
		frequency := tf[id] / (mean + deviation)
		related := 1 + (share(left[id])+share(right[id]))*tf[id]/most
		sentences := float64(len(places[id])) / float64(s+1)
		term[id] = related * position / (casing + frequency/related + sentences/related)
	}
	scores := make([]float64, len(d.candidates))
	for i := range scores {
		c := &d.candidates[i]
		scores[i] = none
		if !isTerm(c) {
			continue
		}
		product, sum := 1.0, 0.0
		for _, id := range c.ids[:c.n] {
			product *= term[id]
			sum += term[id]
		}
		scores[i] = -math.Log(product / (float64(c.count) * (1 + sum)))
	}
	return scores
}

// Package coherence measures how well the top words of a topic belong
// together, by how often they stand near each other in a reference corpus. The
// measures are those of Röder, Both and Hinneburg, "Exploring the Space of Topic
// Coherence Measures", WSDM 2015, computed as gensim's CoherenceModel does.
//
// A measure judges lists of words, wherever they come from: the package knows no
// topic model, and it does not say whether documents are described well (that is
// perplexity, in package topic).
//
// # Definitions
//
// p(w) is the share of virtual documents in which a word occurs, p(v,w) that in
// which both do. Virtual documents are all runs of Window tokens in each document
// (a shorter document is one), for u_mass the documents. With ε = 1e-12,
//
//	pmi(v,w)  = ln((p(v,w) + ε) / (p(v) p(w)))
//	npmi(v,w) = pmi(v,w) / -ln(p(v,w) + ε)
//
// c_uci and c_npmi are the means of pmi and npmi over all pairs of a topic's top
// words, with windows of 10 tokens. u_mass is the mean of
// ln((p(v,w) + ε) / p(w)) over pairs, w the higher in rank. c_v is the mean over
// the top words of the cosine between the vector of a word, its npmi with each of
// the top words, and the sum of these vectors, with windows of 110 tokens.
package coherence

import (
	"fmt"
	"math"
	"slices"

	"viva/mlkit/view"
)

// Options says which measure is computed, and how. The zero value is c_v of the
// ten top words.
type Options struct {
	// Measure is "c_v" (the zero value means it), "c_npmi", "c_uci" or "u_mass".
	Measure string
	// TopWords is how many words of each topic are judged; 0 means 10. A topic
	// with fewer words is judged by those it has.
	TopWords int
	// Window is the number of tokens in a virtual document; 0 means 110 for c_v
	// and 10 for c_npmi and c_uci. u_mass has no windows.
	Window int
	// ExactWindows counts a word wherever it is in a window. gensim (up to 4.3)
	// loses sight of a word when its first occurrence leaves the window, though
	// another may still be in it, and published values were computed so; that is
	// the default.
	ExactWindows bool
}

// windows are the usual sizes, in tokens.
var windows = map[string]int{"c_v": 110, "c_npmi": 10, "c_uci": 10, "u_mass": 0}

// check returns the options with zero values replaced by what they mean.
func (o Options) check() (Options, error) {
	if o.Measure == "" {
		o.Measure = "c_v"
	}
	usual, ok := windows[o.Measure]
	if !ok {
		return o, fmt.Errorf(`coherence: measure %q: it must be "c_v", "c_npmi", "c_uci" or "u_mass"`, o.Measure)
	}
	if o.TopWords == 0 {
		o.TopWords = 10
	}
	if o.TopWords < 2 {
		return o, fmt.Errorf("coherence: %d top words: at least 2 are needed to compare", o.TopWords)
	}
	if o.Window < 0 || o.Window > 0 && usual == 0 {
		return o, fmt.Errorf("coherence: window of %d tokens for %s: it must be positive, and u_mass has none", o.Window, o.Measure)
	}
	if o.Window == 0 {
		o.Window = usual
	}
	return o, nil
}

// Score is the coherence of some topics.
type Score struct {
	// Measure, TopWords and Window are those of the options, zero values
	// replaced.
	Measure  string
	TopWords int
	Window   int
	// Topics holds a value for each topic, in the order in which they were given,
	// and Mean their mean. c_v is in -1..1, of real topics in 0..1; c_npmi is in
	// -1..1; c_uci and u_mass have no bounds.
	Topics []float64
	Mean   float64
	// VirtualDocuments is the number of windows or, for u_mass, of documents.
	VirtualDocuments int
	// Warnings tells of words that the reference does not have.
	Warnings []string
}

// Metric returns the mean.
func (s *Score) Metric() view.Metric {
	detail := fmt.Sprintf("mean of %d topics, %d top words", len(s.Topics), s.TopWords)
	if s.Window > 0 {
		detail += fmt.Sprintf(", windows of %d tokens", s.Window)
	}
	return view.Metric{Name: "topic coherence " + s.Measure, Value: s.Mean, Detail: detail}
}

// Table returns a row for each topic, numbered from 1.
func (s *Score) Table() *view.Table {
	t := view.NewTable("Topic coherence", "topic", s.Measure)
	for i, c := range s.Topics {
		t.Add(i+1, c)
	}
	return t
}

// View implements view.Viewer: the mean, the topics and the warnings.
func (s *Score) View() []view.Item {
	items := append(s.Metric().View(), s.Table().View()...)
	for _, w := range s.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

// Diversity returns the share, in 0..1, of different words among the n top words
// of all topics (Dieng, Ruiz and Blei, "Topic Modeling in Embedding Spaces", TACL
// 2020, where n is 25): 1 if no word is in two topics. n = 0 means 10. It is an
// error if there are no words.
func Diversity(topics [][]string, n int) (float64, error) {
	if n == 0 {
		n = 10
	}
	if n < 0 {
		return 0, fmt.Errorf("coherence: diversity of %d top words", n)
	}
	seen, all := map[string]bool{}, 0
	for _, words := range topics {
		for _, w := range words[:min(n, len(words))] {
			seen[w] = true
			all++
		}
	}
	if all == 0 {
		return 0, fmt.Errorf("coherence: diversity of %d topics without words", len(topics))
	}
	return float64(len(seen)) / float64(all), nil
}

const epsilon = 1e-12

// measure turns counts into the coherence of one topic.
func measure(name string, c *counts, topic int, n int) float64 {
	switch name {
	case "c_v":
		return c.contextual(topic, n)
	case "u_mass":
		return c.overPairs(topic, n, c.conditional)
	case "c_npmi":
		return c.overPairs(topic, n, c.npmi)
	}
	return c.overPairs(topic, n, c.pmi)
}

// overPairs is the mean of f over the pairs of a topic's n words, the first of
// them the lower in rank.
func (c *counts) overPairs(topic, n int, f func(topic, i, j int) float64) float64 {
	sum, pairs := 0.0, 0
	for i := 1; i < n; i++ {
		for j := range i {
			sum += f(topic, i, j)
			pairs++
		}
	}
	if pairs == 0 {
		return 0
	}
	return sum / float64(pairs)
}

// pmi is 0 where a word never occurs.
func (c *counts) pmi(topic, i, j int) float64 {
	d := float64(c.documents)
	p, q := float64(c.at(topic, i, i))/d, float64(c.at(topic, j, j))/d
	if p == 0 || q == 0 {
		return 0
	}
	return math.Log((float64(c.at(topic, i, j))/d + epsilon) / (p * q))
}

func (c *counts) npmi(topic, i, j int) float64 {
	return c.pmi(topic, i, j) / -math.Log(float64(c.at(topic, i, j))/float64(c.documents)+epsilon)
}

func (c *counts) conditional(topic, i, j int) float64 {
	d := float64(c.documents)
	q := float64(c.at(topic, j, j)) / d
	if q == 0 {
		return 0
	}
	return math.Log((float64(c.at(topic, i, j))/d + epsilon) / q)
}

// contextual is c_v.
func (c *counts) contextual(topic, n int) float64 {
	if n == 0 {
		return 0
	}
	vectors := make([][]float64, n)
	all := make([]float64, n)
	for i := range vectors {
		vectors[i] = make([]float64, n)
		for j := range vectors[i] {
			vectors[i][j] = c.npmi(topic, i, j)
			all[j] += vectors[i][j]
		}
	}
	sum := 0.0
	for _, v := range vectors {
		sum += cosine(v, all)
	}
	return sum / float64(n)
}

// cosine is 0 where a vector is.
func cosine(a, b []float64) float64 {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab += a[i] * b[i]
		aa += a[i] * a[i]
		bb += b[i] * b[i]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / (math.Sqrt(aa) * math.Sqrt(bb))
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// top returns the first n words of each topic, checked.
func top(topics [][]string, n int) ([][]string, error) {
	if len(topics) == 0 {
		return nil, fmt.Errorf("coherence: no topics")
	}
	cut := make([][]string, len(topics))
	for t, words := range topics {
		cut[t] = words[:min(n, len(words))]
		for i, w := range cut[t] {
			if slices.Contains(cut[t][:i], w) {
				return nil, fmt.Errorf("coherence: topic %d has the word %q twice", t+1, w)
			}
		}
		if len(cut[t]) < 2 {
			return nil, fmt.Errorf("coherence: topic %d has %d words: at least 2 are needed to compare", t+1, len(cut[t]))
		}
	}
	return cut, nil
}

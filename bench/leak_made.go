package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"viva/mlkit/neardup"
)

const (
	threshold = 0.8
	gramWords = 5
	// madeWords is how many words a made-up document has at least: with the last
	// sentence whole they are about a hundred.
	madeWords = 92
	madeSeed  = 1
)

// madeCorpus is made of real sentences in random order, with planted near
// copies.
type madeCorpus struct {
	texts   []string
	planted []planted
}

type planted struct{ of, copy int }

// sentences cuts texts into distinct sentences of 5 to 40 words.
func sentences(texts []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, text := range texts {
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			words := strings.Fields(paragraph)
			from := 0
			for i, w := range words {
				if !strings.ContainsAny(w[len(w)-1:], ".?!") && i+1 < len(words) {
					continue
				}
				sentence := strings.Join(words[from:i+1], " ")
				from = i + 1
				if n := len(wordsOf(sentence)); n < 5 || n > 40 {
					continue
				}
				if key := neardup.Normalise(sentence); !seen[key] {
					seen[key] = true
					all = append(all, strings.Clone(sentence))
				}
			}
		}
	}
	return all
}

// makeUp makes so many documents, of which one in a hundred is a near copy of
// one that is not.
func makeUp(sentences []string, documents int) *madeCorpus {
	r := rand.New(rand.NewPCG(madeSeed, uint64(documents)))
	m := &madeCorpus{texts: make([]string, documents)}
	copies := r.Perm(documents)[:documents/100]
	slices.Sort(copies)
	isCopy := make([]bool, documents)
	for _, row := range copies {
		isCopy[row] = true
	}
	lengths := make([]int, len(sentences))
	for i, s := range sentences {
		lengths[i] = len(strings.Fields(s))
	}
	for row := range m.texts {
		if isCopy[row] {
			continue
		}
		var parts []string
		for n := 0; n < madeWords; {
			i := r.IntN(len(sentences))
			parts = append(parts, sentences[i])
			n += lengths[i]
		}
		m.texts[row] = strings.Join(parts, " ")
	}
	for _, row := range copies {
		of := r.IntN(documents)
		for isCopy[of] {
			of = r.IntN(documents)
		}
		m.texts[row] = edited(m.texts[of], sentences, r)
		m.planted = append(m.planted, planted{of, row})
	}
	return m
}

// edited returns a text with few changes, by which it mostly stays a near copy.
func edited(text string, sentences []string, r *rand.Rand) string {
	words := strings.Fields(text)
	other := func() string {
		from := strings.Fields(sentences[r.IntN(len(sentences))])
		return from[r.IntN(len(from))]
	}
	at := func() int { return r.IntN(len(words)) }
	switch r.IntN(6) {
	case 0: // other words
		for range 1 + r.IntN(2) {
			words[at()] = other()
		}
	case 1: // more words
		for range 1 + r.IntN(2) {
			words = slices.Insert(words, at(), other())
		}
	case 2: // fewer words
		for range 1 + r.IntN(2) {
			i := at()
			words = slices.Delete(words, i, i+1)
		}
	case 3: // the end cut off
		words = words[:len(words)-1-r.IntN(len(words)/6)]
	case 4: // something at the beginning or the end
		more := strings.Fields(sentences[r.IntN(len(sentences))])
		if r.IntN(2) == 0 {
			words = append(words, more...)
		} else {
			words = append(more, words...)
		}
	case 5: // neighbours exchanged
		i := r.IntN(len(words) - 1)
		words[i], words[i+1] = words[i+1], words[i]
	}
	text = strings.Join(words, " ")
	if r.IntN(3) == 0 {
		text = strings.ReplaceAll(strings.ToUpper(text), ",", " -")
	}
	return text
}

// wordsOf returns the words of a normalised text.
func wordsOf(text string) []string { return strings.Fields(neardup.Normalise(text)) }

// similarity is the Jaccard index of the sets of word 5-grams.
func similarity(a, b string) float64 {
	set := func(text string) map[[gramWords]string]bool {
		words := wordsOf(text)
		s := map[[gramWords]string]bool{}
		for i := 0; i+gramWords <= len(words); i++ {
			s[[gramWords]string(words[i:i+gramWords])] = true
		}
		return s
	}
	x, y := set(a), set(b)
	both := 0
	for g := range x {
		if y[g] {
			both++
		}
	}
	return float64(both) / float64(max(1, len(x)+len(y)-both))
}

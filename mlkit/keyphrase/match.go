package keyphrase

import (
	"slices"
	"strings"
)

// matches pairs extracted phrases with an indexer's. Each of these is found
// once, by any of its spellings.
type matches struct {
	// found says of each extracted phrase which of the indexer's it is, or -1.
	found []int
	hits  int
}

func matchExact(extracted []string, phrases [][]string) matches {
	m := matches{found: make([]int, len(extracted))}
	used := make([]bool, len(phrases))
	for i, key := range extracted {
		m.found[i] = -1
		for j, spellings := range phrases {
			if !used[j] && slices.Contains(spellings, key) {
				used[j], m.found[i] = true, j
				m.hits++
				break
			}
		}
	}
	return m
}

// joining are the function words that occur within keyphrases. They are their own
// stems, and no stem of another word is among them.
var joining = map[string]bool{
	"a": true, "an": true, "and": true, "at": true, "by": true, "for": true, "from": true, "in": true, "of": true, "on": true, "or": true,
	"the": true, "to": true, "with": true,
}

// matchPartial counts the extracted phrases that share a word's stem with one of
// the indexer's, and those of the indexer's that share one with an extracted
// phrase: a measure of subject rather than of wording, and a generous one.
func matchPartial(extracted []string, phrases [][]string) (right, found int) {
	content := func(key string) []string {
		return slices.DeleteFunc(strings.Fields(key), func(w string) bool { return joining[w] })
	}
	given := map[string]bool{}
	for _, key := range extracted {
		for _, w := range content(key) {
			given[w] = true
		}
	}
	wanted := map[string]bool{}
	for _, spellings := range phrases {
		hit := false
		for _, key := range spellings {
			for _, w := range content(key) {
				wanted[w] = true
				hit = hit || given[w]
			}
		}
		if hit {
			found++
		}
	}
	for _, key := range extracted {
		if slices.ContainsFunc(content(key), func(w string) bool { return wanted[w] }) {
			right++
		}
	}
	return right, found
}

package keyphrase

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// The kinds of mistakes at ten phrases. A missed keyphrase is of the first kind
// that holds, and so is a phrase that was wrongly extracted.
const (
	MissedAbsent       = "absent: its words are not in the text in this order"
	MissedBoundary     = "boundary: a phrase that is longer or shorter by one word was extracted"
	MissedRanked       = "ranked too low"
	MissedNoCandidate  = "no candidate: in the text, but never considered"
	WrongPart          = "a part of a keyphrase"
	WrongContains      = "contains a keyphrase"
	WrongOverlaps      = "shares a word with a keyphrase"
	WrongUnrelated     = "unrelated"
	confusionLimit     = 10
	examplesOfMistakes = 5
)

var (
	missedKinds = []string{MissedAbsent, MissedBoundary, MissedRanked, MissedNoCandidate}
	wrongKinds  = []string{WrongPart, WrongContains, WrongOverlaps, WrongUnrelated}
)

// Confusion says what was missed and what was wrongly extracted at ten phrases.
type Confusion struct {
	// Right is the number of keyphrases that were found.
	Right         int
	Missed, Wrong []Mistake
}

// Mistake is a kind of mistakes with some of them.
type Mistake struct {
	Kind     string
	Count    int
	Examples []string
}

// confused are the mistakes made in one document.
type confused struct {
	Right         int
	Missed, Wrong map[string][]string
}

func confuse(doc data.Document, ranked Phrases, phrases [][]string) confused {
	c := confused{Missed: map[string][]string{}, Wrong: map[string][]string{}}
	top := ranked[:min(confusionLimit, len(ranked))]
	keys := make([]string, len(top))
	for i := range top {
		keys[i] = top[i].Key
	}
	m := matchExact(keys, phrases)
	c.Right = m.hits
	found := make([]bool, len(phrases))
	for i, j := range m.found {
		if j >= 0 {
			found[j] = true
			continue
		}
		c.Wrong[wrongKind(keys[i], phrases)] = append(c.Wrong[wrongKind(keys[i], phrases)], fmt.Sprintf("%s: “%s”", doc.ID, top[i].Text))
	}
	s := newStems()
	text := " " + s.key(doc.Title+"\n"+doc.Body()) + " "
	written := map[string]string{}
	for i, p := range doc.Keyphrases {
		k := s.key(p)
		if doc.Stemmed {
			k = stemmedKey(p)
		}
		if _, ok := written[k]; !ok {
			written[k] = doc.Keyphrases[i]
		}
	}
	for j, spellings := range phrases {
		if found[j] {
			continue
		}
		kind, near := missedKind(spellings, text, ranked, keys)
		example := fmt.Sprintf("%s: “%s”", doc.ID, cmp.Or(written[spellings[0]], spellings[0]))
		if near != "" {
			example += ", " + near
		}
		c.Missed[kind] = append(c.Missed[kind], example)
	}
	return c
}

func wrongKind(key string, phrases [][]string) string {
	best := WrongUnrelated
	words := strings.Fields(key)
	for _, spellings := range phrases {
		for _, gold := range spellings {
			switch {
			case within(key, gold):
				return WrongPart
			case within(gold, key):
				best = WrongContains
			case best == WrongUnrelated && slices.ContainsFunc(strings.Fields(gold), func(w string) bool { return slices.Contains(words, w) && !joining[w] }):
				best = WrongOverlaps
			}
		}
	}
	return best
}

// within reports whether the words of a are a part of those of b.
func within(a, b string) bool { return a != b && strings.Contains(" "+b+" ", " "+a+" ") }

func missedKind(spellings []string, text string, ranked Phrases, top []string) (kind, near string) {
	present := slices.ContainsFunc(spellings, func(k string) bool { return strings.Contains(text, " "+k+" ") })
	if !present {
		return MissedAbsent, ""
	}
	for _, gold := range spellings {
		for i, key := range top {
			longer, shorter := gold, key
			if len(shorter) > len(longer) {
				longer, shorter = shorter, longer
			}
			if within(shorter, longer) && strings.Count(longer, " ")-strings.Count(shorter, " ") == 1 {
				return MissedBoundary, fmt.Sprintf("extracted “%s”", ranked[i].Text)
			}
		}
	}
	for i, p := range ranked {
		if slices.Contains(spellings, p.Key) {
			return MissedRanked, fmt.Sprintf("at rank %d", i+1)
		}
	}
	if len(ranked) == rankedDepth {
		return MissedRanked, fmt.Sprintf("below rank %d", rankedDepth)
	}
	return MissedNoCandidate, ""
}

func confusion(outcomes []*outcome) *Confusion {
	c := &Confusion{}
	gather := func(kinds []string, of func(confused) map[string][]string) []Mistake {
		var all []Mistake
		for _, kind := range kinds {
			m := Mistake{Kind: kind}
			for _, o := range outcomes {
				list := of(o.Mistakes)[kind]
				m.Count += len(list)
				// One example of a document, so that they show different ones.
				if len(list) > 0 && len(m.Examples) < examplesOfMistakes {
					m.Examples = append(m.Examples, list[0])
				}
			}
			all = append(all, m)
		}
		return all
	}
	for _, o := range outcomes {
		c.Right += o.Mistakes.Right
	}
	c.Missed = gather(missedKinds, func(x confused) map[string][]string { return x.Missed })
	c.Wrong = gather(wrongKinds, func(x confused) map[string][]string { return x.Wrong })
	return c
}

// Table returns a row for each kind of mistake, with its share of the missed
// keyphrases or of the phrases wrongly extracted.
func (c *Confusion) Table() *view.Table {
	t := view.NewTable("Mistakes at 10 phrases", "", "kind", "count", "share [%]", "examples")
	for _, part := range []struct {
		name string
		list []Mistake
	}{{"missed", c.Missed}, {"wrongly extracted", c.Wrong}} {
		sum := 0
		for _, m := range part.list {
			sum += m.Count
		}
		for _, m := range part.list {
			t.Add(part.name, m.Kind, m.Count, float64(m.Count)/float64(max(sum, 1)), strings.Join(m.Examples, "; "))
		}
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%d keyphrases were found. Keyphrases that are published as stems are shown so.", c.Right))
	return t
}

// View implements view.Viewer.
func (c *Confusion) View() []view.Item { return c.Table().View() }

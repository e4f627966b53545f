package describe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/view"
)

// Characters is what texts are written in: a check of their decoding and their
// language.
type Characters struct {
	// Total is the number of characters.
	Total int
	// NonASCII is the number of those outside ASCII, and NonASCIIDocuments that
	// of documents that have some.
	NonASCII, NonASCIIDocuments int
	// Replacement is the number of replacement characters, U+FFFD, which stand
	// where bytes could not be decoded, with that of documents that have some
	// and the IDs of the first.
	Replacement, ReplacementDocuments int
	Examples                          []string
	// Control is the number of control characters save tabs and line breaks,
	// and ControlDocuments that of documents that have some.
	Control, ControlDocuments int
	// Scripts are those of the letters, the most frequent first.
	Scripts []Script
	// English is the share of English function words (the, of, and, …) among
	// all words, in 0..1: about 0.4 in running English text.
	English float64
	// Foreign is the number of documents of at least 20 words that have less
	// than 0.1 of them: other languages, or no running text. ForeignExamples
	// are the IDs of the first.
	Foreign         int
	ForeignExamples []string
}

// Script is how many letters are of a writing system.
type Script struct {
	Name    string
	Letters int
}

// scripts are looked for in this order.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}, {"Han", unicode.Han}, {"Hiragana", unicode.Hiragana},
	{"Katakana", unicode.Katakana}, {"Hangul", unicode.Hangul}, {"Arabic", unicode.Arabic}, {"Hebrew", unicode.Hebrew}, {"Devanagari", unicode.Devanagari}, {"Thai", unicode.Thai},
}

// functionWords are the most frequent words of English that belong to no
// subject.
var functionWords = strings.Fields(`all an and are as at be been but by can could did do does for from had has have he her his how if in into is it its
	more my no not of on one only or other our out she so some such than that the their them then there these they this to up was we were what when
	which who will with would you your`)

// Bounds of what is called foreign.
const (
	foreignWords = 20
	foreignShare = 0.1
)

func charactersOf(ctx context.Context, ids, texts []string, t *terms) (*Characters, error) {
	type tally struct {
		total, nonASCII, replacement, control int
		scripts                               []int
	}
	tallies := make([]tally, len(texts))
	err := inParallel(ctx, len(texts), func(i int) {
		n := tally{scripts: make([]int, len(scripts)+1)}
		for _, r := range texts[i] {
			n.total++
			switch {
			case r < utf8.RuneSelf:
				if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
					n.scripts[0]++
				} else if (r < ' ' || r == 0x7f) && r != '\n' && r != '\t' && r != '\r' {
					n.control++
				}
			case r == utf8.RuneError:
				n.replacement++
				n.nonASCII++
			default:
				n.nonASCII++
				if unicode.IsControl(r) {
					n.control++
				} else if unicode.IsLetter(r) {
					n.scripts[scriptOf(r)]++
				}
			}
		}
		tallies[i] = n
	})
	if err != nil {
		return nil, err
	}
	c := &Characters{}
	letters := make([]int, len(scripts)+1)
	for i, n := range tallies {
		c.Total, c.NonASCII, c.Replacement, c.Control = c.Total+n.total, c.NonASCII+n.nonASCII, c.Replacement+n.replacement, c.Control+n.control
		if n.nonASCII > 0 {
			c.NonASCIIDocuments++
		}
		if n.control > 0 {
			c.ControlDocuments++
		}
		if n.replacement > 0 {
			if c.ReplacementDocuments++; len(c.Examples) < 5 {
				c.Examples = append(c.Examples, ids[i])
			}
		}
		for s, k := range n.scripts {
			letters[s] += k
		}
	}
	for s, k := range letters {
		if k == 0 {
			continue
		}
		name := "other"
		if s < len(scripts) {
			name = scripts[s].name
		}
		c.Scripts = append(c.Scripts, Script{name, k})
	}
	slices.SortStableFunc(c.Scripts, func(a, b Script) int { return b.Letters - a.Letters })
	c.judgeLanguage(ids, t)
	return c, nil
}

func scriptOf(r rune) int {
	for i, s := range scripts {
		if unicode.Is(s.table, r) {
			return i
		}
	}
	return len(scripts)
}

func (c *Characters) judgeLanguage(ids []string, t *terms) {
	if t.counts == nil {
		return
	}
	function := make([]bool, len(t.names))
	for _, w := range functionWords {
		if i, ok := slices.BinarySearch(t.names, w); ok {
			function[i] = true
		}
	}
	english, all := 0, 0
	for row, length := range t.length {
		n := 0
		columns, values := t.counts.Row(row)
		for k, column := range columns {
			if function[column] {
				n += int(values[k])
			}
		}
		english, all = english+n, all+length
		if length >= foreignWords && float64(n) < foreignShare*float64(length) {
			if c.Foreign++; len(c.ForeignExamples) < 5 {
				c.ForeignExamples = append(c.ForeignExamples, ids[row])
			}
		}
	}
	c.English = float64(english) / float64(max(all, 1))
}

// Table returns the numbers of the characters.
func (c *Characters) Table() *view.Table {
	t := view.NewTable("Characters and language", "property", "value", "share [%]", "documents", "meaning")
	share := func(n int) float64 { return float64(n) / float64(max(c.Total, 1)) }
	t.Add("characters", c.Total)
	t.Add("outside ASCII", c.NonASCII, share(c.NonASCII), c.NonASCIIDocuments)
	meaning := any(nil)
	if c.Replacement > 0 {
		meaning = "bytes were lost in decoding: " + first(c.Examples, 5)
	}
	t.Add("replacement characters", c.Replacement, share(c.Replacement), c.ReplacementDocuments, meaning)
	t.Add("control characters", c.Control, share(c.Control), c.ControlDocuments)
	letters := 0
	for _, s := range c.Scripts {
		letters += s.Letters
	}
	for _, s := range c.Scripts {
		t.Add(s.Name+" letters", s.Letters, float64(s.Letters)/float64(letters), nil, "share of all letters")
	}
	t.Add("English function words", nil, c.English, nil, "share of all words; about 40 % in running English text")
	if c.Foreign > 0 {
		t.Add("documents with hardly any of them", nil, nil, c.Foreign, fmt.Sprintf("at least %d words, less than %.0f %%: another language, or no running text: %s", foreignWords, 100*foreignShare, first(c.ForeignExamples, 5)))
	}
	return t
}

// View implements view.Viewer.
func (c *Characters) View() []view.Item { return c.Table().View() }

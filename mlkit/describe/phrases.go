package describe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Keyphrases is what phrases indexers gave to the documents.
type Keyphrases struct {
	// All counts all documents, and Splits those of each split.
	All    Phrases
	Splits []Phrases
}

// Phrases counts the keyphrases of some documents.
type Phrases struct {
	Split string
	// Documents is the number of those that have keyphrases.
	Documents int
	// Phrases is the number of phrases, and Different that of different ones,
	// after lower-casing.
	Phrases, Different int
	// Present is the number of phrases that occur in the title or the text of
	// their document, word for word after lower-casing: what an extractor can
	// find at all.
	Present int
	// Words[n] is the number of phrases of n words, cut at white space, and
	// PresentWords[n] that of those that are present.
	Words, PresentWords []int
}

// keyphrasesOf is nil where no document has keyphrases.
func keyphrasesOf(ctx context.Context, docs []data.Document) (*Keyphrases, error) {
	present := make([][]bool, len(docs))
	some := false
	for _, d := range docs {
		some = some || len(d.Keyphrases) > 0
	}
	if !some {
		return nil, nil
	}
	err := inParallel(ctx, len(docs), func(i int) {
		if len(docs[i].Keyphrases) == 0 {
			return
		}
		text := plain(docs[i].Title + "\n" + docs[i].Text)
		for _, p := range docs[i].Keyphrases {
			present[i] = append(present[i], occurs(text, plain(p)))
		}
	})
	if err != nil {
		return nil, err
	}
	k := &Keyphrases{All: phrasesOf("all", docs, present, func(data.Document) bool { return true })}
	for _, s := range []string{data.Train, data.Validation, data.Test} {
		p := phrasesOf(s, docs, present, func(d data.Document) bool { return d.Split == s })
		if p.Documents > 0 {
			k.Splits = append(k.Splits, p)
		}
	}
	return k, nil
}

// plain lower-cases a text and makes every run of white space one space.
func plain(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

// occurs reports whether a phrase occurs in a text, not within a word.
func occurs(text, phrase string) bool {
	if phrase == "" {
		return false
	}
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	firstRune, _ := utf8.DecodeRuneInString(phrase)
	lastRune, _ := utf8.DecodeLastRuneInString(phrase)
	for from := 0; ; {
		at := strings.Index(text[from:], phrase)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(phrase):])
		if !(inWord(firstRune) && inWord(before)) && !(inWord(lastRune) && inWord(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + size
	}
}

func phrasesOf(name string, docs []data.Document, present [][]bool, keep func(data.Document) bool) Phrases {
	p := Phrases{Split: name}
	different := map[string]bool{}
	for i, d := range docs {
		if len(d.Keyphrases) == 0 || !keep(d) {
			continue
		}
		p.Documents++
		for j, phrase := range d.Keyphrases {
			p.Phrases++
			different[plain(phrase)] = true
			n := len(strings.Fields(phrase))
			for len(p.Words) <= n {
				p.Words, p.PresentWords = append(p.Words, 0), append(p.PresentWords, 0)
			}
			p.Words[n]++
			if present[i][j] {
				p.Present++
				p.PresentWords[n]++
			}
		}
	}
	p.Different = len(different)
	return p
}

// Table returns the numbers of keyphrases of each split.
func (k *Keyphrases) Table() *view.Table {
	t := view.NewTable("Keyphrases", "split", "documents", "phrases", "different", "per document", "words each", "present [%]")
	t.Columns[4].Digits, t.Columns[5].Digits = 1, 2
	for _, p := range append(slices.Clone(k.Splits), k.All) {
		words := 0
		for n, count := range p.Words {
			words += n * count
		}
		t.Add(p.Split, p.Documents, p.Phrases, p.Different, float64(p.Phrases)/float64(max(p.Documents, 1)), float64(words)/float64(max(p.Phrases, 1)), float64(p.Present)/float64(max(p.Phrases, 1)))
	}
	t.Notes = append(t.Notes, "Present: word for word in the title or the text, after lower-casing. No extractor finds the others.")
	return t
}

// Figure draws how many phrases have how many words, present ones and others.
func (k *Keyphrases) Figure() (view.Figure, error) {
	const most = 6
	var labels []string
	present, absent := chart.Series{Name: "present in the text"}, chart.Series{Name: "not present"}
	for n, count := range k.All.Words {
		here := k.All.PresentWords[n]
		switch {
		case n == 0 && count == 0:
		case n > most:
			last := len(labels) - 1
			labels[last] = fmt.Sprintf("%d or more", most)
			present.Y[last] += float64(here)
			absent.Y[last] += float64(count - here)
		default:
			labels = append(labels, fmt.Sprint(n))
			present.Y, absent.Y = append(present.Y, float64(here)), append(absent.Y, float64(count-here))
		}
	}
	opt := chart.BarOptions{Caption: "Words of the keyphrases, those that are present in the text and others.", XLabel: "words", YLabel: "phrases", Unit: "count", Stacked: true}
	switch k.All.Present {
	case k.All.Phrases:
		opt.Caption = "Words of the keyphrases, all of which are present in the text."
		return chart.Bar(labels, present.Y, opt)
	case 0:
		opt.Caption = "Words of the keyphrases, none of which is present in the text."
		return chart.Bar(labels, absent.Y, opt)
	}
	return chart.Bars(labels, []chart.Series{present, absent}, opt)
}

// View implements view.Viewer: the figure and the table.
func (k *Keyphrases) View() []view.Item {
	if k == nil {
		return absent("keyphrases")
	}
	return append(figure(k.Figure()), k.Table().View()...)
}

// Types is how many entities or relations of each type there are.
type Types struct {
	// What is "entities" or "relations".
	What  string
	Total int
	// Names are the types, the most frequent first; Counts their numbers,
	// Documents the numbers of documents that have one, and Different the
	// numbers of different texts, after lower-casing.
	Names                        []string
	Counts, Documents, Different []int
	Splits                       []string
	// BySplit[s][i] is the number of type i in split s.
	BySplit [][]int
}

func entitiesOf(docs []data.Document) *Types {
	return typesOf("entities", docs, func(d data.Document, add func(kind, text string)) {
		for _, e := range d.Entities {
			add(e.Type, e.Text)
		}
	})
}

func relationsOf(docs []data.Document) *Types {
	return typesOf("relations", docs, func(d data.Document, add func(kind, text string)) {
		for _, r := range d.Relations {
			add(r.Type, r.Head.Text+"\x00"+r.Tail.Text)
		}
	})
}

// typesOf is nil where there is nothing to count.
func typesOf(what string, docs []data.Document, each func(data.Document, func(kind, text string))) *Types {
	t := &Types{What: what}
	count, documents, split := map[string]int{}, map[string]int{}, map[[2]string]int{}
	texts := map[string]map[string]bool{}
	in := map[string]bool{}
	for _, d := range docs {
		here := map[string]bool{}
		each(d, func(kind, text string) {
			t.Total++
			count[kind]++
			split[[2]string{kind, d.Split}]++
			in[d.Split] = true
			if !here[kind] {
				here[kind] = true
				documents[kind]++
			}
			if texts[kind] == nil {
				texts[kind] = map[string]bool{}
			}
			texts[kind][plain(text)] = true
		})
	}
	if t.Total == 0 {
		return nil
	}
	t.Names = slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	for _, s := range []string{data.Train, data.Validation, data.Test} {
		if in[s] {
			t.Splits, t.BySplit = append(t.Splits, s), append(t.BySplit, make([]int, len(t.Names)))
		}
	}
	for i, name := range t.Names {
		t.Counts, t.Documents, t.Different = append(t.Counts, count[name]), append(t.Documents, documents[name]), append(t.Different, len(texts[name]))
		for s := range t.Splits {
			t.BySplit[s][i] = split[[2]string{name, t.Splits[s]}]
		}
	}
	return t
}

// Table returns the numbers of each type.
func (t *Types) Table() *view.Table {
	v := view.NewTable(strings.ToUpper(t.What[:1])+t.What[1:]+" of each type", slices.Concat([]string{"type", "number", "share [%]", "different", "documents"}, t.Splits)...)
	for i, name := range t.Names {
		row := []any{cmp.Or(name, "(none)"), t.Counts[i], float64(t.Counts[i]) / float64(t.Total), t.Different[i], t.Documents[i]}
		for s := range t.Splits {
			row = append(row, t.BySplit[s][i])
		}
		v.Add(row...)
	}
	return v
}

// Figure draws the number of each type, of many types the most frequent.
func (t *Types) Figure() (view.Figure, error) {
	n := min(len(t.Names), longChart)
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(t.Counts[i])
	}
	opt := chart.BarOptions{Caption: strings.ToUpper(t.What[:1]) + t.What[1:] + " of each type.", XLabel: "type", YLabel: t.What, Unit: "count"}
	if n < len(t.Names) {
		opt.Caption = fmt.Sprintf("The %d most frequent of %d types of %s.", n, len(t.Names), t.What)
	}
	return chart.Bar(t.Names[:n], values, opt)
}

// View implements view.Viewer: for more than one type the figure, and the
// table.
func (t *Types) View() []view.Item {
	if t == nil {
		return absent("such annotations")
	}
	var items []view.Item
	if len(t.Names) > 1 {
		items = figure(t.Figure())
	}
	return append(items, t.Table().View()...)
}

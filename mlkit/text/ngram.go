package text

import (
	"strings"
	"unicode/utf8"
)

// analyzer cuts a text into terms, n-grams included, as the options say.
type analyzer struct {
	opt     Options
	stop    map[string]bool
	scanner scanner
	joined  []byte // words of one text, a space after each
	ends    []int  // where each of them ends in joined, without the space
	chars   []int  // where each character begins, and the end
}

func newAnalyzer(opt Options) *analyzer {
	a := &analyzer{opt: opt}
	if len(opt.StopWords) > 0 {
		a.stop = make(map[string]bool, len(opt.StopWords))
		for _, w := range opt.StopWords {
			a.stop[w] = true
		}
	}
	return a
}

// lead returns the part of a text that is looked at.
func (a *analyzer) lead(text string) string {
	if a.opt.Lead == 0 {
		return text
	}
	words, within := 0, false
	for i, r := range text {
		space := isSpace(r)
		if space && within && words == a.opt.Lead {
			return text[:i]
		}
		if !space && !within {
			words++
		}
		within = !space
	}
	return text
}

// terms calls emit for every occurrence of a term, in no particular order, but
// for the analyzer "char_wb", for which eachWord and withinWord do it. The
// slice is valid during the call only.
func (a *analyzer) terms(text string, emit func(term []byte)) {
	switch a.opt.Analyzer {
	case "char":
		a.characters([]byte(a.normalise(text)), emit)
	default:
		if a.opt.MaxN == 1 && a.stop == nil {
			a.scanner.words(text, a.opt.KeepCase, emit)
			return
		}
		a.wordNGrams(text, emit)
	}
}

func (a *analyzer) wordNGrams(text string, emit func(term []byte)) {
	a.joined, a.ends = a.joined[:0], a.ends[:0]
	a.scanner.words(text, a.opt.KeepCase, func(word []byte) {
		if a.stop[string(word)] {
			return
		}
		a.joined = append(a.joined, word...)
		a.ends = append(a.ends, len(a.joined))
		a.joined = append(a.joined, ' ')
	})
	for n := a.opt.MinN; n <= a.opt.MaxN; n++ {
		from := 0
		for first := 0; first+n <= len(a.ends); first++ {
			emit(a.joined[from:a.ends[first+n-1]])
			from = a.ends[first] + 1
		}
	}
}

// normalise lower-cases, and replaces two or more spaces of any kind by one.
func (a *analyzer) normalise(text string) string {
	if !a.opt.KeepCase {
		text = lower(text)
	}
	var b strings.Builder
	run, first := 0, rune(0)
	flush := func() {
		if run == 1 {
			b.WriteRune(first)
		} else if run > 1 {
			b.WriteByte(' ')
		}
		run = 0
	}
	for _, r := range text {
		if isSpace(r) {
			if run == 0 {
				first = r
			}
			run++
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

func (a *analyzer) characters(text []byte, emit func(term []byte)) {
	a.mark(text)
	for n := a.opt.MinN; n <= a.opt.MaxN; n++ {
		for i := 0; i+n < len(a.chars); i++ {
			emit(text[a.chars[i]:a.chars[i+n]])
		}
	}
}

// eachWord calls emit for every run of characters between spaces, with a space
// at either end.
func (a *analyzer) eachWord(text string, emit func(word []byte)) {
	if !a.opt.KeepCase {
		text = lower(text)
	}
	for word := range strings.FieldsFuncSeq(text, isSpace) {
		a.joined = append(append(append(a.joined[:0], ' '), word...), ' ')
		emit(a.joined)
	}
}

// withinWord emits n-grams of a word. If it is shorter than n it is emitted
// whole, once.
func (a *analyzer) withinWord(word []byte, emit func(term []byte)) {
	a.mark(word)
	length := len(a.chars) - 1
	for n := a.opt.MinN; n <= a.opt.MaxN; n++ {
		if n >= length {
			emit(word)
			break
		}
		for i := 0; i+n <= length; i++ {
			emit(word[a.chars[i]:a.chars[i+n]])
		}
	}
}

func (a *analyzer) mark(text []byte) {
	a.chars = a.chars[:0]
	for i := 0; i < len(text); {
		a.chars = append(a.chars, i)
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	a.chars = append(a.chars, len(text))
}

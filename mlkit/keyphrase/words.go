package keyphrase

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a word of a text.
type word struct {
	lower, stem string
	// start and end are its bytes in the text.
	start, end int
	// stop says that it is a function word, numeral that it has no letter.
	stop, numeral bool
	// upper and allUpper say that its first letter, or all of at least two, are
	// capitals.
	upper, allUpper bool
	// opens says that it is the first of a sentence or of a line of its own.
	opens bool
	// before is the punctuation mark between the word before and this one, 0
	// where there is none; a line that ends a paragraph counts as '\n'.
	before rune
	// zone is the part of the text that it stands in.
	zone zone
}

// zone is a part of a paper.
type zone uint8

const (
	body zone = iota
	title
	// front is what stands between title and abstract: authors and addresses.
	front
	abstract
	heading
	references
)

// isJoint reports whether a mark joins what stands on both sides into a word.
func isJoint(r rune) bool {
	switch r {
	case '-', '/', '\'', '’', '+', '&', '_', '.', '‐', '‑':
		return true
	}
	return false
}

func isLetterOrNumber(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// cutWords cuts a text into words: runs of letters and numbers, with single
// joints between them ("peer-to-peer", "TCP/IP"). A dot joins numbers and
// initials only.
func cutWords(text string, stems *stems) []word {
	words := make([]word, 0, len(text)/6)
	var mark rune
	newline := false
	sentence := true
	breaks := paragraphBreaks(text)
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if !isLetterOrNumber(r) {
			switch {
			case r == '\n' && breaks(i):
				mark, newline, sentence = '\n', true, true
			case unicode.IsSpace(r) || newline:
			default:
				if mark == 0 || mark == '\'' || mark == '"' {
					mark = r
				}
				if r == '.' || r == '!' || r == '?' || r == ':' {
					sentence = true
				}
			}
			i += size
			continue
		}
		end := wordEnd(text, i)
		w := word{start: i, end: end, before: mark, opens: sentence}
		fill(&w, text[i:end], stems)
		words = append(words, w)
		mark, newline, sentence = 0, false, false
		i = end
	}
	return words
}

// wordEnd returns where the word that begins at i ends.
func wordEnd(text string, i int) int {
	end, run, digits := i, 0, true
	for j := i; j < len(text); {
		r, size := rune(text[j]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[j:])
		}
		switch {
		case isLetterOrNumber(r):
			run++
			digits = digits && unicode.IsNumber(r)
			j += size
			end = j
			continue
		case r == '+' && run > 0 && strings.HasPrefix(text[j:], "++"):
			return j + 2
		case !isJoint(r) || r == '.' && run > 1 && !digits:
			return end
		}
		next, _ := utf8.DecodeRuneInString(text[j+size:])
		if j+size >= len(text) || !isLetterOrNumber(next) || r == '.' && digits && !unicode.IsNumber(next) {
			return end
		}
		run, digits = 0, true
		j += size
	}
	return end
}

func fill(w *word, surface string, stems *stems) {
	w.lower, w.stem = stems.of(surface)
	w.stop = functionWords[w.lower]
	letters, upper := 0, 0
	for i, r := range surface {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				upper++
				w.upper = w.upper || i == 0
			}
		}
	}
	w.numeral = letters == 0
	w.allUpper = upper >= 2 && upper == letters
}

// shortLine is the share of the usual length below which a line is taken to end
// a paragraph: it is a heading, an item of a list or a last line.
const shortLine = 0.6

// paragraphBreaks returns a function that says whether the line break at a byte
// ends a paragraph. In a text of few lines every line is a paragraph; where
// lines are wrapped, those do that are followed by a blank one or are short.
func paragraphBreaks(text string) func(int) bool {
	lines := strings.Split(text, "\n")
	if len(lines) <= 8 {
		return func(int) bool { return true }
	}
	lengths := make([]int, 0, len(lines))
	for _, l := range lines {
		if n := len(strings.TrimSpace(l)); n > 0 {
			lengths = append(lengths, n)
		}
	}
	if len(lengths) == 0 {
		return func(int) bool { return true }
	}
	slices.Sort(lengths)
	usual := lengths[len(lengths)*3/4]
	ends := map[int]bool{}
	at := 0
	for i, l := range lines {
		n := len(strings.TrimSpace(l))
		blank := i+1 < len(lines) && strings.TrimSpace(lines[i+1]) == ""
		at += len(l)
		ends[at] = blank || usual > 200 || float64(n) < shortLine*float64(usual)
		at++
	}
	return func(i int) bool { return ends[i] }
}

// stems remembers stems, since texts repeat their words.
type stems struct {
	known map[string][2]string
}

func newStems() *stems { return &stems{known: map[string][2]string{}} }

// of returns a word in lower case, and its stem: every run of letters in it
// stemmed on its own, as the references of SemEval-2010 Task 5 have it.
func (s *stems) of(surface string) (lower, stem string) {
	if k, ok := s.known[surface]; ok {
		return k[0], k[1]
	}
	lower = strings.Map(func(r rune) rune {
		switch r {
		case '’':
			return '\''
		case '‐', '‑':
			return '-'
		}
		return unicode.ToLower(r)
	}, surface)
	var b strings.Builder
	start := 0
	for i, r := range lower {
		if isLetterOrNumber(r) {
			continue
		}
		b.WriteString(stemPart(lower[start:i]))
		b.WriteRune(r)
		start = i + utf8.RuneLen(r)
	}
	b.WriteString(stemPart(lower[start:]))
	stem = b.String()
	s.known[strings.Clone(surface)] = [2]string{lower, stem}
	return lower, stem
}

// stemPart stems a run of letters. The references of SemEval-2010 Task 5 take
// "datum" and "data" for one word.
func stemPart(part string) string {
	if part == "datum" {
		return "data"
	}
	return porter(part)
}

// key returns the form in which phrases are compared: the stems of their words.
func (s *stems) key(phrase string) string {
	var b strings.Builder
	for i := 0; i < len(phrase); {
		r, size := utf8.DecodeRuneInString(phrase[i:])
		if !isLetterOrNumber(r) {
			i += size
			continue
		}
		end := wordEnd(phrase, i)
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		_, stem := s.of(phrase[i:end])
		b.WriteString(stem)
		i = end
	}
	return b.String()
}

// stemmedKey is key for a phrase whose words are stems.
func stemmedKey(phrase string) string {
	fields := strings.Fields(strings.ToLower(phrase))
	for i, f := range fields {
		fields[i] = strings.TrimRight(f, "'’.,;")
	}
	return strings.Join(fields, " ")
}

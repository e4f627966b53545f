package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Tokens returns the words of a text as the default options see them: what
// the regular expression (?u)\b\w\w+\b finds in the lower-cased text, where \w
// is a letter, a number or an underscore of any script.
func Tokens(text string) []string {
	var tokens []string
	var s scanner
	s.words(text, false, func(word []byte) { tokens = append(tokens, string(word)) })
	return tokens
}

// scanner cuts texts into terms. It reuses its buffers, so each goroutine
// needs its own.
type scanner struct {
	buf []byte
}

// asciiWord maps an ASCII byte to its lower-case form where it belongs to a
// word, else to 0. asciiKeep is the same with case kept.
var asciiWord, asciiKeep [utf8.RuneSelf]byte

func init() {
	for c := range asciiWord {
		if r := rune(c); isWord(r) {
			asciiWord[c] = byte(unicode.ToLower(r))
			asciiKeep[c] = byte(r)
		}
	}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// words calls emit for every word of at least two characters. The slice is
// valid during the call only.
func (s *scanner) words(text string, keepCase bool, emit func(word []byte)) {
	table := &asciiWord
	if keepCase {
		table = &asciiKeep
	} else {
		text = lowerSpecial(text)
	}
	word := s.buf[:0]
	length := 0 // in characters
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			if l := table[c]; l != 0 {
				word = append(word, l)
				length++
				continue
			}
		} else {
			r, size := utf8.DecodeRuneInString(text[i:])
			i += size
			if !keepCase {
				r = unicode.ToLower(r)
			}
			if isWord(r) {
				word = utf8.AppendRune(word, r)
				length++
				continue
			}
		}
		if length > 1 {
			emit(word)
		}
		word, length = word[:0], 0
	}
	if length > 1 {
		emit(word)
	}
	s.buf = word
}

// lowerSpecial lower-cases a text that has letters whose lower-case form is
// not a single letter of its own (İ) or depends on what stands around it (Σ).
// It returns any other text as it is.
func lowerSpecial(text string) string {
	if strings.Contains(text, "Σ") || strings.Contains(text, "İ") {
		return cases.Lower(language.Und).String(text)
	}
	return text
}

func lower(text string) string { return strings.ToLower(lowerSpecial(text)) }

// isSpace is Python's definition, which counts the four ASCII separators.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

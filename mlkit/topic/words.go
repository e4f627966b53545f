package topic

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/internal/pieces"
	"viva/mlkit/text"
)

// Words says which words of a text are kept, and which of these are terms: what a
// model knows. The zero value suits English text: lower-cased words of at least
// three letters that are no stop words, and of these as terms those in at least 5
// documents and in at most half of them.
type Words struct {
	// StopWords is "english" (the zero value means it), see
	// text.EnglishStopWords, or "none".
	StopWords string
	// MoreStopWords are left out too. They are compared after lower-casing.
	MoreStopWords []string
	// MinLength is the least number of characters; 0 means 3.
	MinLength int
	// MinDF is the number of documents a term must occur in; 0 means 5.
	MinDF int
	// MaxDF is the largest share of documents, in 0..1, that a term may occur in;
	// 0 means 0.5.
	MaxDF float64
	// MaxTerms keeps the terms that are in the most documents; 0 means all. Of
	// terms in equally many the first in order of the alphabet are kept.
	MaxTerms int
}

// check returns the options with zero values replaced by what they mean.
func (w Words) check() (Words, error) {
	if w.StopWords == "" {
		w.StopWords = "english"
	}
	if w.StopWords != "english" && w.StopWords != "none" {
		return w, fmt.Errorf(`topic: stop words %q: it must be "english" or "none"; words of your own go to MoreStopWords`, w.StopWords)
	}
	if w.MinLength == 0 {
		w.MinLength = 3
	}
	if w.MinDF == 0 {
		w.MinDF = 5
	}
	if w.MaxDF == 0 {
		w.MaxDF = 0.5
	}
	if w.MinLength < 1 || w.MinDF < 1 || w.MaxTerms < 0 {
		return w, fmt.Errorf("topic: MinLength %d, MinDF %d, MaxTerms %d: none may be negative", w.MinLength, w.MinDF, w.MaxTerms)
	}
	if !(w.MaxDF > 0 && w.MaxDF <= 1) {
		return w, fmt.Errorf("topic: MaxDF %v: it is a share of documents, above 0 and at most 1", w.MaxDF)
	}
	w.MoreStopWords = slices.Clone(w.MoreStopWords)
	return w, nil
}

// String describes the options in words.
func (w Words) String() string {
	w, err := w.check()
	if err != nil {
		return err.Error()
	}
	parts := []string{fmt.Sprintf("words of at least %d letters", w.MinLength)}
	if w.StopWords == "english" {
		parts = append(parts, "without English stop words")
	}
	if n := len(w.MoreStopWords); n > 0 {
		parts = append(parts, fmt.Sprintf("without %d more", n))
	}
	parts = append(parts, fmt.Sprintf("in at least %d documents and at most %g %%", w.MinDF, 100*w.MaxDF))
	if w.MaxTerms > 0 {
		parts = append(parts, fmt.Sprintf("the %d most frequent", w.MaxTerms))
	}
	return strings.Join(parts, ", ")
}

// filter says which tokens are words.
type filter struct {
	least int
	stop  map[string]bool
}

func (w Words) filter() filter {
	f := filter{least: w.MinLength, stop: map[string]bool{}}
	if w.StopWords == "english" {
		for _, s := range text.EnglishStopWords() {
			f.stop[s] = true
		}
	}
	for _, s := range w.MoreStopWords {
		f.stop[strings.ToLower(s)] = true
	}
	return f
}

// keeps reports whether a token is a word: long enough, of letters (and the marks
// that scripts put on them) only, and no stop word.
func (f filter) keeps(token string) bool {
	if utf8.RuneCountInString(token) < f.least || f.stop[token] {
		return false
	}
	for _, r := range token {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}

// words returns the words of each text, in their order.
func (w Words) words(ctx context.Context, texts []string) ([][]string, error) {
	f := w.filter()
	docs := make([][]string, len(texts))
	pieces.Each(len(texts), blockSize, func(_, from, to int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			tokens := text.Tokens(texts[i])
			docs[i] = slices.DeleteFunc(tokens, func(t string) bool { return !f.keeps(t) })
		}
	})
	return docs, context.Cause(ctx)
}

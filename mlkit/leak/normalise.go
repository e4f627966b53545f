package leak

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Normalise returns the form in which texts are compared: NFKC, case folded,
// with single spaces for every run of characters that are neither letters nor
// numbers, and none at the ends.
func Normalise(text string) string {
	ascii := true
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	var b strings.Builder
	b.Grow(len(text))
	gap := false
	if ascii {
		for i := range len(text) {
			c := text[i]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
				if gap && b.Len() > 0 {
					b.WriteByte(' ')
				}
				gap = false
				b.WriteByte(c)
			} else {
				gap = true
			}
		}
		return b.String()
	}
	for _, r := range cases.Fold().String(norm.NFKC.String(text)) {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	return b.String()
}

// shingles returns the hashes of the distinct word n-grams of a normalised
// text, sorted. Two different n-grams have the same hash with a probability of
// 2^-64.
func shingles(normalised string, n int) []uint64 {
	words := make([]uint64, 0, len(normalised)/5+1)
	for word := range strings.SplitSeq(normalised, " ") {
		words = append(words, hashWord(word))
	}
	if len(words) < n {
		return nil
	}
	grams := make([]uint64, 0, len(words)-n+1)
	for i := range len(words) - n + 1 {
		h := uint64(0)
		for _, w := range words[i : i+n] {
			h = mix(h ^ w)
		}
		grams = append(grams, h)
	}
	return sortedSet(grams)
}

// hashWord is FNV-1a.
func hashWord(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
// The constant makes a sequence of mixes depend on the order.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

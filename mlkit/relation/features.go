package relation

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
)

// featuresVersion changes with what features are and how they are weighted.
const featuresVersion = 1

// token is a word, a number or a sign, in lower case, and its stem by Porter's
// second algorithm.
type token struct{ text, stem string }

// tokens cuts a piece of a sentence: runs of letters, runs of digits, and every
// other character that is not white space by itself.
func tokens(s string) []token {
	var list []token
	kind := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || r == '\'':
			return 1
		case unicode.IsDigit(r):
			return 2
		case unicode.IsSpace(r):
			return 0
		}
		return 3
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		k := kind(r)
		j := i + n
		for k != 3 && j < len(s) {
			next, m := utf8.DecodeRuneInString(s[j:])
			if kind(next) != k {
				break
			}
			j += m
		}
		if k != 0 {
			lower := strings.ToLower(s[i:j])
			stem := lower
			if k == 1 {
				stem = english.Stem(lower, true)
			}
			list = append(list, token{lower, stem})
		}
		i = j
	}
	return list
}

// cut is an example in the pieces that features are made of.
type cut struct {
	before, e1, between, e2, after []token
}

func (e Example) cut() *cut {
	return &cut{
		tokens(e.Text[:e.E1.Start]), tokens(e.Text[e.E1.Start:e.E1.End]), tokens(e.Text[e.E1.End:e.E2.Start]),
		tokens(e.Text[e.E2.Start:e.E2.End]), tokens(e.Text[e.E2.End:]),
	}
}

// head is the word that an entity is about: its last one, in English.
func head(entity []token) token {
	if len(entity) == 0 {
		return token{}
	}
	return entity[len(entity)-1]
}

// ending is the last n characters of a word, or all of it.
func ending(s string, n int) string {
	at := len(s)
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return s[at:]
}

// beginning is the first n characters of a word, or all of it.
func beginning(s string, n int) string {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return s[:at]
}

// bin is a length as a feature: exact while small.
func bin(n int) string {
	switch {
	case n <= 6:
		return strconv.Itoa(n)
	case n <= 9:
		return "7-9"
	case n <= 14:
		return "10-14"
	}
	return "15-"
}

// longest is how many words of what stands between the entities are one feature.
const longest = 7

// features calls add with the name of every feature of a reading: from the first
// entity to the second or, if back, the other way. A and B are the entities in the
// order of the reading. Features of the entities alone are the same whichever stands
// first in the text; those of the words around them are marked with the order,
// since "A caused B" does not read as "B caused A". The bytes of a name are good
// during the call only; the same name may come twice.
//
// A name is a template, "=" and what was found there.
func (c *cut) features(back bool, add func(name []byte)) {
	a, b, order := c.e1, c.e2, ">"
	if back {
		a, b, order = b, a, "<"
	}
	var buf []byte
	put := func(template string, found ...string) {
		buf = append(append(buf[:0], template...), '=')
		for i, f := range found {
			if i > 0 {
				buf = append(buf, ' ')
			}
			buf = append(buf, f...)
		}
		add(buf)
	}
	// placed is put for what depends on the order.
	placed := func(template string, found ...string) { put(order+template, found...) }
	between := c.between
	n := len(between)
	stems := make([]string, n)
	for i, t := range between {
		stems[i] = t.stem
	}

	ha, hb := head(a), head(b)
	for i, entity := range [][]token{a, b} {
		role := roles[i]
		h := head(entity)
		put("head of "+role, h.stem)
		placed("head of "+role, h.stem)
		for size := 2; size <= 4; size++ {
			put("ending of "+role, ending(h.text, size))
		}
		placed("ending of "+role, ending(h.text, 3))
		for size := 3; size <= 6; size++ {
			put("beginning of "+role, beginning(h.text, size))
		}
		for _, t := range entity[:max(0, len(entity)-1)] {
			put("other word of "+role, t.stem)
		}
		for _, stem := range stems {
			placed("word between, with head of "+role, stem, h.stem)
		}
	}
	put("heads of A and B", ha.stem, hb.stem)
	put("endings of A and B", ending(ha.text, 3), ending(hb.text, 3))

	for i, t := range between {
		placed("word between", t.text)
		placed("stem between", t.stem)
		placed("beginning between", beginning(t.text, 4))
		placed("beginning between", beginning(t.text, 5))
		if i+1 < n {
			placed("words between", stems[i:i+2]...)
		}
		if i+2 < n {
			placed("words between", stems[i:i+3]...)
			placed("words between", stems[i], "…", stems[i+2])
		}
	}
	placed("number of words between", bin(n))
	placed("all between", stems[:min(n, longest)]...)
	if n > 0 {
		placed("first word between", stems[0])
		placed("last word between", stems[n-1])
		placed("first and last word between", stems[0], stems[n-1])
		placed("first word between, with ending of A", stems[0], ending(ha.text, 3))
		placed("last word between, with ending of B", stems[n-1], ending(hb.text, 3))
	}

	before := func(i int) string {
		if i < len(c.before) {
			return c.before[len(c.before)-1-i].stem
		}
		return "^"
	}
	after := func(i int) string {
		if i < len(c.after) {
			return c.after[i].stem
		}
		return "$"
	}
	for i := range 3 {
		placed("near before", before(i))
		placed("near after", after(i))
	}
	placed("just before", before(0))
	placed("just before", before(1), before(0))
	placed("just after", after(0))
	placed("just after", after(0), after(1))
	placed("before and between", append([]string{before(0), "…"}, stems[:min(n, 3)]...)...)
}

// roles are how templates name the entities of a reading; every one of these
// letters in a template is a role.
var roles = [2]string{"A", "B"}

// inWords says a feature's name with the entities as the text has them.
func inWords(name string, back bool) string {
	template, found, _ := strings.Cut(strings.TrimLeft(name, "<>"), "=")
	names := []string{"A", "e1", "B", "e2"}
	if back {
		names[1], names[3] = names[3], names[1]
	}
	return strings.NewReplacer(names...).Replace(template) + " = " + found
}

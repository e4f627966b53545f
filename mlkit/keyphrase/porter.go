package keyphrase

// porter returns the stem of a lower-case word by the algorithm of Porter
// (1980), "An algorithm for suffix stripping", with the two departures of his
// own later programs (bli for abli, logi to log), as the keyphrase tasks and
// their reference stems have it. Whatever is not a vowel counts as a consonant,
// digits too. Words of one or two letters are their own stems.
//
// This is not the later "English" stemmer (Porter2) of package snowball, whose
// stems differ.
func porter(word string) string {
	if len(word) <= 2 {
		return word
	}
	p := stemmer{b: []byte(word)}
	p.plurals()
	p.pastAndGerund()
	p.finalY()
	p.replaceFirst(step2)
	p.replaceFirst(step3)
	p.remove()
	p.tidy()
	return string(p.b)
}

type stemmer struct {
	b []byte
}

func (p *stemmer) consonant(i int) bool {
	switch p.b[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return false
	case 'y':
		return i == 0 || !p.consonant(i-1)
	}
	return true
}

// measure counts the sequences of vowels that a consonant follows in the first
// n letters: the m of [C](VC)^m[V].
func (p *stemmer) measure(n int) int {
	m := 0
	vowel := false
	for i := range n {
		if p.consonant(i) {
			if vowel {
				m++
			}
			vowel = false
		} else {
			vowel = true
		}
	}
	return m
}

func (p *stemmer) hasVowel(n int) bool {
	for i := range n {
		if !p.consonant(i) {
			return true
		}
	}
	return false
}

func (p *stemmer) doubled() bool {
	n := len(p.b)
	return n > 1 && p.b[n-1] == p.b[n-2] && p.consonant(n-1)
}

// short reports whether the first n letters end consonant, vowel, consonant,
// and the last is not w, x or y.
func (p *stemmer) short(n int) bool {
	if n < 3 || !p.consonant(n-1) || p.consonant(n-2) || !p.consonant(n-3) {
		return false
	}
	c := p.b[n-1]
	return c != 'w' && c != 'x' && c != 'y'
}

// stem is the length of what is left without the suffix, or -1.
func (p *stemmer) stem(suffix string) int {
	n := len(p.b) - len(suffix)
	if n < 0 || string(p.b[n:]) != suffix {
		return -1
	}
	return n
}

func (p *stemmer) set(n int, suffix string) { p.b = append(p.b[:n], suffix...) }

func (p *stemmer) plurals() {
	switch {
	case p.stem("sses") >= 0, p.stem("ies") >= 0:
		p.b = p.b[:len(p.b)-2]
	case p.stem("ss") >= 0:
	case p.stem("s") >= 0:
		p.b = p.b[:len(p.b)-1]
	}
}

func (p *stemmer) pastAndGerund() {
	if n := p.stem("eed"); n >= 0 {
		if p.measure(n) > 0 {
			p.b = p.b[:n+2]
		}
		return
	}
	n := max(p.stem("ed"), p.stem("ing"))
	if n < 0 || !p.hasVowel(n) {
		return
	}
	p.b = p.b[:n]
	switch {
	case p.stem("at") >= 0, p.stem("bl") >= 0, p.stem("iz") >= 0:
		p.set(n, "e")
	case p.doubled():
		if c := p.b[n-1]; c != 'l' && c != 's' && c != 'z' {
			p.b = p.b[:n-1]
		}
	case p.measure(n) == 1 && p.short(n):
		p.set(n, "e")
	}
}

func (p *stemmer) finalY() {
	if n := p.stem("y"); n >= 0 && p.hasVowel(n) {
		p.b[n] = 'i'
	}
}

type replacement struct{ from, to string }

var (
	step2 = []replacement{
		{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"}, {"bli", "ble"}, {"alli", "al"},
		{"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"}, {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"},
		{"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"}, {"logi", "log"},
	}
	step3 = []replacement{
		{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""},
	}
	step4 = []string{
		"al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
	}
)

// replaceFirst replaces the first suffix of the list that the word has, if
// what is left has a measure above 0.
func (p *stemmer) replaceFirst(list []replacement) {
	for _, r := range list {
		if n := p.stem(r.from); n >= 0 {
			if p.measure(n) > 0 {
				p.set(n, r.to)
			}
			return
		}
	}
}

func (p *stemmer) remove() {
	for _, suffix := range step4 {
		n := p.stem(suffix)
		if n < 0 {
			continue
		}
		if suffix == "ion" && (n == 0 || p.b[n-1] != 's' && p.b[n-1] != 't') {
			continue
		}
		if p.measure(n) > 1 {
			p.b = p.b[:n]
		}
		return
	}
}

func (p *stemmer) tidy() {
	if n := p.stem("e"); n >= 0 {
		if m := p.measure(n); m > 1 || m == 1 && !p.short(n) {
			p.b = p.b[:n]
		}
	}
	if n := len(p.b); n > 0 && p.b[n-1] == 'l' && p.doubled() && p.measure(n) > 1 {
		p.b = p.b[:n-1]
	}
}

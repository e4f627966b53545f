package keyphrase

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// The features of a candidate. Names are those that reasons and reports show.
// "relative" is relative to the document's other candidates: the share of them
// that have less.
var featureNames = []string{
	"words", "letters", "occurrences", "occurrences, relative", "occurrences per 1000 words", "share of the most frequent",
	"first position", "first position, words", "last position", "spread", "first position, relative",
	"idf, mean", "idf, least", "idf, greatest", "idf of the phrase", "tf-idf", "tf-idf, relative", "tf-idf of the phrase, relative",
	"in the title", "words in the title", "has a title", "in the abstract", "in headings", "in references only", "share in references",
	"capitalised", "capitals only", "abbreviation explained", "function words inside", "digits", "hyphens",
	"begins", "begins, greatest", "inside, least", "inside, mean", "ends", "ends, greatest", "goes on before", "goes on after", "ends before its end", "begins after its start",
	"phrase boundaries", "phrase boundaries, greatest", "phrase boundaries, relative",
	"keyphrase before", "keyphrase before, documents", "stems in keyphrases, mean", "stems in keyphrases, least",
	"longer candidates with it", "longest share of a longer one", "C-value", "sub-phrase frequency", "word association", "first word's frequency", "last word's frequency",
	"neighbours before", "neighbours after", "edge before", "edge after",
	"wording", "wording, relative", "wording, place", "wording below the best", "wording against longer", "wording against shorter",
	"wording against what overlaps", "wording against what overlaps, most", "expected keyphrases",
	"document's words", "document's candidates", "same length, relative",
}

// maxLooked is how many occurrences of a candidate are looked at closely.
const maxLooked = 40

// learned is what training says about a document's words and candidates.
type learned struct {
	documents         int
	stems, candidates []entry
	boundaries        [][questions]float32
	// wording are the answers of the model of wording for the candidates.
	wording []float64
}

// idf is the inverse document frequency, smoothed; the document that asks is not
// among those that were counted.
func (l *learned) idf(in float32) float64 {
	return math.Log(float64(l.documents+1) / (float64(in) + 0.5))
}

// features returns a row for each candidate.
func (d *document) features(l *learned) [][]float64 {
	f := newFeaturing(d, l)
	rows := make([][]float64, len(d.candidates))
	memory := make([]float64, len(d.candidates)*len(featureNames))
	for i := range d.candidates {
		rows[i] = memory[i*len(featureNames) : (i+1)*len(featureNames) : (i+1)*len(featureNames)]
		f.row(i, rows[i])
	}
	return rows
}

type featuring struct {
	d *document
	l *learned
	// what is known of each candidate
	tf, tfidf, phraseTFIDF, chunk, chunkMax, first []float64
	tfRank, tfidfRank, phraseRank, chunkRank       []float64
	firstRank, sameLength, wordingRank             []float64
	longer                                         []int
	longerCount, longerMax                         []int
	// bestLonger and bestShorter are the best wording of candidates with a
	// candidate as a part, and of its parts; cover that of those over a word.
	bestLonger, bestShorter, cover []float64
	best, expected                 float64
	maxCount                       int
}

func newFeaturing(d *document, l *learned) *featuring {
	n := len(d.candidates)
	f := &featuring{d: d, l: l, longer: make([]int, n), longerCount: make([]int, n), longerMax: make([]int, n)}
	for _, list := range []*[]float64{&f.tf, &f.tfidf, &f.phraseTFIDF, &f.chunk, &f.chunkMax, &f.first} {
		*list = make([]float64, n)
	}
	f.best = math.Inf(-1)
	f.cover, f.bestLonger, f.bestShorter = make([]float64, len(d.words)), make([]float64, n), make([]float64, n)
	for i := range f.cover {
		f.cover[i] = math.Inf(-1)
	}
	for i := range n {
		f.bestLonger[i], f.bestShorter[i] = math.Inf(-1), math.Inf(-1)
	}
	for i := range d.candidates {
		c := &d.candidates[i]
		f.maxCount = max(f.maxCount, c.count)
		f.tf[i] = float64(c.count)
		f.first[i] = -float64(c.at[0])
		sum := 0.0
		for _, id := range c.ids[:c.n] {
			sum += l.idf(l.stems[id].in)
		}
		f.tfidf[i] = f.tf[i] * sum / float64(c.n)
		in := l.candidates[i].in
		if c.n == 1 {
			in = l.stems[c.ids[0]].in
		}
		f.phraseTFIDF[i] = f.tf[i] * l.idf(in)
		f.chunk[i], f.chunkMax[i] = f.chunkOf(c)
		f.containment(i, c)
		f.best = max(f.best, l.wording[i])
		f.expected += 1 / (1 + math.Exp(-l.wording[i]))
		for _, at := range c.at {
			for j := int(at); j < int(at)+c.n; j++ {
				f.cover[j] = max(f.cover[j], l.wording[i])
			}
		}
	}
	f.tfRank, f.tfidfRank, f.phraseRank = quantiles(f.tf), quantiles(f.tfidf), quantiles(f.phraseTFIDF)
	f.chunkRank, f.firstRank, f.wordingRank = quantiles(f.chunk), quantiles(f.first), quantiles(l.wording)
	f.sameLength = make([]float64, n)
	for words := 1; words <= maxWords; words++ {
		var at []int
		var values []float64
		for i := range d.candidates {
			if d.candidates[i].n == words {
				at, values = append(at, i), append(values, f.phraseTFIDF[i])
			}
		}
		for k, q := range quantiles(values) {
			f.sameLength[at[k]] = q
		}
	}
	return f
}

// chunkOf says how much the boundary model takes a candidate for a phrase: the
// logarithm of the product of its answers, as mean and greatest of the
// occurrences.
func (f *featuring) chunkOf(c *candidate) (mean, most float64) {
	most = math.Inf(-1)
	looked := c.at[:min(len(c.at), maxLooked)]
	for _, at := range looked {
		s := 0.0
		for i := range c.n {
			s += logSigmoid(f.l.boundaries[int(at)+i][inside])
		}
		s = s/float64(c.n) + logSigmoid(f.l.boundaries[at][begins]) + logSigmoid(f.l.boundaries[int(at)+c.n-1][ends])
		mean += s
		most = max(most, s)
	}
	return mean / float64(len(looked)), most
}

func logSigmoid(x float32) float64 { return -math.Log1p(math.Exp(-float64(x))) }

// containment counts a candidate with each shorter one that is a part of it.
func (f *featuring) containment(at int, c *candidate) {
	for n := 1; n < c.n; n++ {
		for i := 0; i+n <= c.n; i++ {
			sub := stemIDs{-1, -1, -1, -1, -1}
			copy(sub[:], c.ids[i:i+n])
			if k, ok := f.d.index[sub]; ok {
				f.longer[k]++
				f.bestLonger[k] = max(f.bestLonger[k], f.l.wording[at])
				f.bestShorter[at] = max(f.bestShorter[at], f.l.wording[k])
				f.longerCount[k] += c.count
				f.longerMax[k] = max(f.longerMax[k], c.count)
			}
		}
	}
}

// quantiles returns for each value the share of the values that are less, ties
// counting half.
func quantiles(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(values[a], values[b]), a-b) })
	q := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			q[order[k]] = float64(i+j) / float64(2*len(values))
		}
		i = j
	}
	return q
}

func (f *featuring) row(k int, row []float64) {
	d, l := f.d, f.l
	c := &d.candidates[k]
	at := 0
	put := func(x float64) { row[at] = x; at++ }
	flag := func(on bool) {
		x := 0.0
		if on {
			x = 1
		}
		put(x)
	}
	words := float64(len(d.words))
	firstAt, lastAt := float64(c.at[0]), float64(c.at[len(c.at)-1])
	letters, digits, hyphens := 0, 0, 0
	for _, id := range c.ids[:c.n] {
		s := d.stems[id]
		letters += len(s)
		digits += strings.Count(s, "0") + boolToInt(strings.ContainsAny(s, "123456789"))
		hyphens += strings.Count(s, "-") + strings.Count(s, "/")
	}
	put(float64(c.n))
	put(float64(letters))
	put(math.Log(f.tf[k]))
	put(f.tfRank[k])
	put(1000 * f.tf[k] / (words + 50))
	put(f.tf[k] / float64(f.maxCount))
	put(firstAt / words)
	put(math.Log1p(firstAt))
	put(lastAt / words)
	put((lastAt - firstAt) / words)
	put(f.firstRank[k])

	sum, least, most := 0.0, math.Inf(1), math.Inf(-1)
	withinSum, withinLeast := 0.0, math.Inf(1)
	titled := 0
	for _, id := range c.ids[:c.n] {
		e := l.stems[id]
		x := l.idf(e.in)
		sum += x
		least, most = min(least, x), max(most, x)
		share := math.Log((float64(e.within) + 0.3) / (float64(e.in) + 3))
		withinSum += share
		withinLeast = min(withinLeast, share)
		if d.titleStems[id] {
			titled++
		}
	}
	n := float64(c.n)
	put(sum / n)
	put(least)
	put(most)
	in := l.candidates[k].in
	if c.n == 1 {
		in = l.stems[c.ids[0]].in
	}
	put(l.idf(in))
	put(math.Log1p(f.tfidf[k]))
	put(f.tfidfRank[k])
	put(f.phraseRank[k])

	var zones [references + 1]int
	capital, allCapital, inner := 0, 0, 0
	explained := false
	leftEdge, rightEdge := 0, 0
	looked := c.at[:min(len(c.at), maxLooked)]
	lefts, rights := make(map[int32]bool, len(looked)), make(map[int32]bool, len(looked))
	var b struct{ begin, beginMax, insideLeast, insideMean, end, endMax, before, after, endEarly, beginLate float64 }
	b.beginMax, b.endMax = math.Inf(-1), math.Inf(-1)
	for _, i := range looked {
		first, last := int(i), int(i)+c.n-1
		w := &d.words[first]
		zones[w.zone]++
		if w.upper && !w.opens {
			capital++
		}
		if w.allUpper {
			allCapital++
		}
		if first == 0 || w.before != 0 || d.words[first-1].stop {
			leftEdge++
		}
		if first > 0 {
			lefts[d.ids[first-1]] = true
		}
		if last+1 == len(d.words) || d.words[last+1].before != 0 || d.words[last+1].stop {
			rightEdge++
		}
		if last+1 < len(d.words) {
			next := &d.words[last+1]
			rights[d.ids[last+1]] = true
			explained = explained || next.before == '(' && next.allUpper && abbreviates(d.words[first:last+1], next.lower)
		}
		begin, end := float64(l.boundaries[first][begins]), float64(l.boundaries[last][ends])
		b.begin += begin
		b.beginMax = max(b.beginMax, begin)
		b.end += end
		b.endMax = max(b.endMax, end)
		low := math.Inf(1)
		for j := first; j <= last; j++ {
			x := float64(l.boundaries[j][inside])
			b.insideMean += x / n
			low = min(low, x)
		}
		b.insideLeast += low
		before, after := -6.0, -6.0
		if first > 0 && w.before == 0 {
			before = float64(l.boundaries[first-1][inside])
		}
		if last+1 < len(d.words) && d.words[last+1].before == 0 {
			after = float64(l.boundaries[last+1][inside])
		}
		b.before += before
		b.after += after
		early, late := -6.0, -6.0
		for j := first; j < last; j++ {
			early = max(early, float64(l.boundaries[j][ends]))
			late = max(late, float64(l.boundaries[j+1][begins]))
		}
		b.endEarly += early
		b.beginLate += late
	}
	for _, w := range d.words[c.at[0] : int(c.at[0])+c.n] {
		inner += boolToInt(w.stop)
	}
	m := float64(len(looked))
	put(float64(min(zones[title], 2)))
	put(float64(titled) / n)
	flag(d.hasTitle)
	put(float64(min(zones[abstract], 5)))
	put(float64(min(zones[heading], 5)))
	flag(zones[references] == len(looked))
	put(float64(zones[references]) / m)
	put(float64(capital) / m)
	put(float64(allCapital) / m)
	flag(explained)
	put(float64(inner))
	put(float64(digits))
	put(float64(hyphens))
	for _, x := range []float64{b.begin / m, b.beginMax, b.insideLeast / m, b.insideMean / m, b.end / m, b.endMax, b.before / m, b.after / m, b.endEarly / m, b.beginLate / m} {
		put(x)
	}
	put(f.chunk[k])
	put(f.chunkMax[k])
	put(f.chunkRank[k])

	e := l.candidates[k]
	if c.n == 1 {
		e.in = l.stems[c.ids[0]].in
	}
	put(math.Log((float64(e.gold) + 0.1) / (float64(e.in) + 1)))
	put(math.Log1p(float64(e.gold)))
	put(withinSum / n)
	put(withinLeast)

	put(math.Log1p(float64(f.longer[k])))
	put(float64(f.longerMax[k]) / f.tf[k])
	nested := 0.0
	if f.longer[k] > 0 {
		nested = float64(f.longerCount[k]) / float64(f.longer[k])
	}
	put(math.Log2(n+1) * (f.tf[k] - nested) / math.Sqrt(words))
	lowest, all := math.Inf(1), 0.0
	for _, id := range c.ids[:c.n] {
		lowest = min(lowest, float64(d.count[id]))
		all += float64(d.count[id])
	}
	put(f.tf[k] / lowest)
	put(n * f.tf[k] / all)
	put(math.Log(float64(d.count[c.ids[0]])))
	put(math.Log(float64(d.count[c.ids[c.n-1]])))
	put(float64(len(lefts)) / m)
	put(float64(len(rights)) / m)
	put(float64(leftEdge) / m)
	put(float64(rightEdge) / m)
	put(l.wording[k])
	put(f.wordingRank[k])
	put(math.Log1p((1 - f.wordingRank[k]) * float64(len(d.candidates))))
	put(l.wording[k] - f.best)
	put(l.wording[k] - max(f.bestLonger[k], -10))
	put(l.wording[k] - max(f.bestShorter[k], -10))
	over, overMost := 0.0, math.Inf(-1)
	for _, i := range looked {
		for j := int(i); j < int(i)+c.n; j++ {
			over += f.cover[j] / n / m
			overMost = max(overMost, f.cover[j])
		}
	}
	put(l.wording[k] - over)
	put(l.wording[k] - overMost)
	put(f.expected)
	put(math.Log1p(words))
	put(math.Log1p(float64(len(d.candidates))))
	put(f.sameLength[k])
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// abbreviates reports whether the letters of an abbreviation are the initials of
// the words, of which function words may be left out.
func abbreviates(words []word, short string) bool {
	plural, ok := strings.CutSuffix(short, "s")
	return initials(words, short) || ok && initials(words, plural)
}

func initials(words []word, short string) bool {
	i := 0
	for w := range words {
		for part := range strings.FieldsFuncSeq(words[w].lower, func(r rune) bool { return r == '-' || r == '/' }) {
			switch {
			case i < len(short) && part[0] == short[i]:
				i++
			case !words[w].stop:
				return false
			}
		}
	}
	return i == len(short)
}

package prepare

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/data"
	"viva/mlkit/memo"
	"viva/mlkit/view"
)

// Cue is a word that gives a class away.
type Cue struct {
	Word, Class string
	// Documents is the number of training documents that have the word, Groups
	// that of the groups they come from.
	Documents, Groups int
	// Purity is the share of them that are of the class.
	Purity float64
	// Share is the share of the class's training documents that have the word.
	Share float64
	// Chance bounds the probability of such a word by chance.
	Chance float64
	// Weight is the word's weight for the class in a naive Bayes classifier of
	// the words that a document has: the natural logarithm of the ratio of its
	// probability in the class and outside, each with half a document more
	// that has it and half a one more that has not.
	Weight float64
}

// Cues finds the words that give a class away, the widest first. It looks at
// the training documents alone, or at all where there is no training split.
//
// For every word and class, MinPurity and MinShare count documents. The chance
// is that of the binomial distribution: with N groups that have the word, k of
// them in the class, and the class's share p of all documents, the probability
// of k or more of N, times the number of words and classes (Bonferroni).
// Groups and not documents are counted for it, because the passages of one
// article and the messages of one thread share their words anyhow.
func Cues(ctx context.Context, c *data.Corpus, opt EasyOptions) ([]Cue, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	key := memo.NewKey("cues", 1).Text(c.Fingerprint()).Texts(opt.Words).Float(opt.MinPurity).Float(opt.MinShare).Float(opt.MaxChance).Float(opt.MinWeight)
	return memo.Do(ctx, key, func(ctx context.Context) ([]Cue, error) { return findCues(ctx, c, opt) })
}

func findCues(ctx context.Context, c *data.Corpus, opt EasyOptions) ([]Cue, error) {
	train := c.Select(trainingRows(c))
	classes := train.Classes()
	if len(classes) < 2 {
		return nil, fmt.Errorf("prepare: %s has %d classes: words can give a class away only among two or more", c.Name(), len(classes))
	}
	only := map[string]bool{}
	for _, w := range opt.Words {
		only[strings.ToLower(w)] = true
	}
	texts, labels := train.Texts(), train.Labels()
	wordsOf := make([][]string, len(texts))
	err := eachRow(ctx, len(texts), "looking for cues", func(row int) {
		for w := range wordSet(texts[row]) {
			if len(only) == 0 || only[w] {
				wordsOf[row] = append(wordsOf[row], w)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	// last is the group that was counted last; rows come group by group.
	type tally struct{ documents, groups, last []int32 }
	words := map[string]*tally{}
	size := make([]int32, len(classes))
	rows, groups := byGroup(train)
	group := int32(0)
	for i, row := range rows {
		if i == 0 || groups[row] != groups[rows[i-1]] {
			group++
		}
		class, ok := slices.BinarySearch(classes, labels[row])
		if !ok {
			continue
		}
		size[class]++
		for _, w := range wordsOf[row] {
			t := words[w]
			if t == nil {
				n := len(classes)
				counts := make([]int32, 3*n)
				t = &tally{counts[:n], counts[n : 2*n], counts[2*n:]}
				words[w] = t
			}
			t.documents[class]++
			if t.last[class] != group {
				t.last[class] = group
				t.groups[class]++
			}
		}
	}
	tests := float64(len(words) * len(classes))
	var cues []Cue
	for w, t := range words {
		documents, groups := sum(t.documents), sum(t.groups)
		for class, n := range t.documents {
			cue := Cue{
				Word: w, Class: classes[class], Documents: documents, Groups: groups,
				Purity: float64(n) / float64(documents),
				Share:  float64(n) / float64(size[class]),
			}
			outside, rest := documents-int(n), sum(size)-int(size[class])
			cue.Weight = math.Log((float64(n)+0.5)/(float64(size[class])+1)) - math.Log((float64(outside)+0.5)/(float64(rest)+1))
			if n == 0 || cue.Purity < opt.MinPurity || cue.Share < opt.MinShare || cue.Weight < opt.MinWeight {
				continue
			}
			p := float64(size[class]) / float64(sum(size))
			cue.Chance = min(1, tests*upperTail(groups, int(t.groups[class]), p))
			if cue.Chance <= opt.MaxChance {
				cues = append(cues, cue)
			}
		}
	}
	slices.SortFunc(cues, func(a, b Cue) int {
		return cmp.Or(-cmp.Compare(a.Share, b.Share), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Word, b.Word))
	})
	return cues, nil
}

// trainingRows returns the rows of the training documents, or all where there
// is no training split.
func trainingRows(c *data.Corpus) []int {
	rows := c.Indices(data.Train)
	if len(rows) == 0 {
		for row := range c.Len() {
			rows = append(rows, row)
		}
	}
	return rows
}

func sum(counts []int32) int {
	s := 0
	for _, n := range counts {
		s += int(n)
	}
	return s
}

// upperTail is the probability of k or more successes in n trials of
// probability p.
func upperTail(n, k int, p float64) float64 {
	logN, _ := math.Lgamma(float64(n + 1))
	total := 0.0
	for i := k; i <= n; i++ {
		logI, _ := math.Lgamma(float64(i + 1))
		logRest, _ := math.Lgamma(float64(n - i + 1))
		total += math.Exp(logN - logI - logRest + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(1, total)
}

// eachWord calls f with the place of every run of letters and numbers.
func eachWord(text string, f func(from, to int)) {
	from := -1
	for i := 0; i < len(text); {
		c, n := text[i], 1
		inside := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if c >= utf8.RuneSelf {
			var r rune
			r, n = utf8.DecodeRuneInString(text[i:])
			inside = unicode.IsLetter(r) || unicode.IsNumber(r)
		}
		switch {
		case inside && from < 0:
			from = i
		case !inside && from >= 0:
			f(from, i)
			from = -1
		}
		i += n
	}
	if from >= 0 {
		f(from, len(text))
	}
}

// wordSet returns the distinct words of a text in lower case.
func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	lower := strings.ToLower(text)
	eachWord(lower, func(from, to int) { set[lower[from:to]] = true })
	return set
}

// rowsWith returns for every cue the rows of the documents that have it.
func rowsWith(ctx context.Context, c *data.Corpus, cues []Cue) ([][]int, error) {
	at := map[string][]int{}
	for i, cue := range cues {
		at[cue.Word] = append(at[cue.Word], i)
	}
	texts := c.Texts()
	has := make([][]int, len(texts))
	err := eachRow(ctx, len(texts), "looking for documents with cues", func(row int) {
		text := strings.ToLower(texts[row])
		eachWord(text, func(from, to int) { has[row] = append(has[row], at[text[from:to]]...) })
		slices.Sort(has[row])
		has[row] = slices.Compact(has[row])
	})
	if err != nil {
		return nil, err
	}
	rows := make([][]int, len(cues))
	for row, list := range has {
		for _, i := range list {
			rows[i] = append(rows[i], row)
		}
	}
	return rows, nil
}

func cueTable(cues []Cue) *view.Table {
	t := view.NewTable("Words that give a class away", "word", "class", "training documents", "groups", "purity [%]", "share of the class [%]", "weight")
	const most = 25
	for i, cue := range cues {
		if i == most {
			t.Notes = append(t.Notes, fmt.Sprintf("%d more.", len(cues)-most))
			break
		}
		t.Add(cue.Word, cue.Class, cue.Documents, cue.Groups, cue.Purity, cue.Share, cue.Weight)
	}
	return t
}

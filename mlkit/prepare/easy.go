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
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// EasyOptions say when a word gives a class away, and what then happens.
type EasyOptions struct {
	// MinPurity is the smallest share of the documents with the word that are
	// of the class; 0 means 0.98.
	MinPurity float64
	// MinShare is the smallest share of the documents of the class that have
	// the word; 0 means 0.05.
	MinShare float64
	// MaxChance bounds the probability that some word or other would be as
	// pure by chance; 0 means 0.01. It keeps rare words of small corpora from
	// being taken for cues.
	MaxChance float64
	// MaxRemoved bounds the share of the documents of a class that are
	// removed; 0 means 0.4. Cues beyond it are left alone, with a warning.
	MaxRemoved float64
	// Mask keeps the documents and puts spaces in place of the cues, so that
	// offsets into the text stay right.
	Mask bool
	// Words, if any, are the only words that may be cues; for example known
	// ones.
	Words []string
}

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
	train := c.InSplit(data.Train)
	if train.Len() == 0 {
		train = c
	}
	classes := train.Classes()
	if len(classes) < 2 {
		return nil, fmt.Errorf("prepare: %s has %d classes: words can give a class away only among two or more", c.Name(), len(classes))
	}
	only := map[string]bool{}
	for _, w := range opt.Words {
		only[strings.ToLower(w)] = true
	}
	type tally struct{ documents, groups []int32 }
	words := map[string]*tally{}
	size := make([]int32, len(classes))
	rows, groups := byGroup(train)
	var seen map[[2]int]bool
	index := map[string]int{}
	for i, row := range rows {
		if i%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			trace.Progress(ctx, "looking for cues", i, train.Len())
		}
		if i == 0 || groups[row] != groups[rows[i-1]] {
			seen = map[[2]int]bool{}
		}
		d := train.At(row)
		class, ok := slices.BinarySearch(classes, d.Label)
		if !ok {
			continue
		}
		size[class]++
		for w := range wordSet(d.Text) {
			if len(only) > 0 && !only[w] {
				continue
			}
			t := words[w]
			if t == nil {
				t = &tally{make([]int32, len(classes)), make([]int32, len(classes))}
				words[w] = t
				index[w] = len(index)
			}
			t.documents[class]++
			if m := [2]int{index[w], class}; !seen[m] {
				seen[m] = true
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
			if n == 0 || cue.Purity < opt.MinPurity || cue.Share < opt.MinShare {
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

// byGroup returns the rows ordered by their groups, and the group of every
// row. A document without a group is one of its own.
func byGroup(c *data.Corpus) (rows []int, groups []string) {
	groups = c.Groups()
	rows = make([]int, len(groups))
	for i, id := range c.IDs() {
		rows[i] = i
		groups[i] = cmp.Or(groups[i], "\x00"+id)
	}
	slices.SortStableFunc(rows, func(a, b int) int { return strings.Compare(groups[a], groups[b]) })
	return rows, groups
}

func (o EasyOptions) filled() (EasyOptions, error) {
	for _, f := range []struct {
		name     string
		value    *float64
		standard float64
	}{
		{"MinPurity", &o.MinPurity, 0.98}, {"MinShare", &o.MinShare, 0.05},
		{"MaxChance", &o.MaxChance, 0.01}, {"MaxRemoved", &o.MaxRemoved, 0.4},
	} {
		if *f.value == 0 {
			*f.value = f.standard
		}
		if !(*f.value > 0 && *f.value <= 1) {
			return o, fmt.Errorf("prepare: EasyOptions.%s is %v: it must be above 0 and at most 1", f.name, *f.value)
		}
	}
	return o, nil
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
		r, n := utf8.DecodeRuneInString(text[i:])
		switch inside := unicode.IsLetter(r) || unicode.IsNumber(r); {
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

// RemoveEasy removes the documents that a single word gives away: those that
// have one of the Cues of the corpus, in every split and whatever their class,
// so that the choice does not look at the class of a test document.
//
// Cues are taken in their order as long as no class loses more of its
// documents than MaxRemoved permits.
func RemoveEasy(ctx context.Context, c *data.Corpus, opt EasyOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	cues, err := Cues(ctx, c, opt)
	if err != nil {
		return nil, err
	}
	labels := c.Labels()
	size := map[string]int{}
	for _, l := range labels {
		size[l]++
	}
	having := rowsWith(c, cues)
	lost := map[string]int{}
	given := map[int]Cue{}
	var used []Cue
	var left []string
	for i, cue := range cues {
		more := map[string]int{}
		for _, row := range having[i] {
			if _, ok := given[row]; !ok {
				more[labels[row]]++
			}
		}
		fits := true
		for label, n := range more {
			if float64(lost[label]+n) > opt.MaxRemoved*float64(size[label]) {
				fits = false
			}
		}
		if !fits && !opt.Mask {
			left = append(left, cue.Word)
			continue
		}
		used = append(used, cue)
		for _, row := range having[i] {
			if _, ok := given[row]; !ok {
				given[row] = cue
				lost[labels[row]]++
			}
		}
	}
	var affected []Removal
	for row := range c.Len() {
		if cue, ok := given[row]; ok {
			d := c.At(row)
			affected = append(affected, Removal{row, d.ID, d.Label, "cue " + cue.Word,
				fmt.Sprintf("has the word %q: %s of the training documents with it are of the class %q", cue.Word, view.FormatUnit(cue.Purity, "%"), cue.Class)})
		}
	}
	const why = "A word that only one class uses lets a model answer without reading the text; the score then says little about texts without it."
	var s *Step
	if opt.Mask {
		if s, err = masked(c, used, affected, why); err != nil {
			return nil, err
		}
	} else {
		s = apply("remove easy examples", why, c, affected)
	}
	if len(left) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d cues were left alone, because a class would have lost more than %s of its documents: %s.",
			len(left), view.FormatUnit(opt.MaxRemoved, "%"), some(left)))
	}
	if len(cues) == 0 {
		s.Warnings = append(s.Warnings, "No word gives a class away by these measures.")
	}
	s.details = append(s.details, func() *view.Table { return cueTable(used) })
	return s, nil
}

func some(words []string) string {
	const most = 10
	if len(words) > most {
		return strings.Join(words[:most], ", ") + ", …"
	}
	return strings.Join(words, ", ")
}

// rowsWith returns for every cue the rows of the documents that have it.
func rowsWith(c *data.Corpus, cues []Cue) [][]int {
	at := map[string][]int{}
	for i, cue := range cues {
		at[cue.Word] = append(at[cue.Word], i)
	}
	rows := make([][]int, len(cues))
	for row, text := range c.Texts() {
		for w := range wordSet(text) {
			for _, i := range at[w] {
				rows[i] = append(rows[i], row)
			}
		}
	}
	return rows
}

func masked(c *data.Corpus, cues []Cue, affected []Removal, why string) (*Step, error) {
	words := map[string]bool{}
	for _, cue := range cues {
		words[cue.Word] = true
	}
	after, err := c.Map(func(d data.Document) data.Document {
		text := []byte(d.Text)
		eachWord(d.Text, func(from, to int) {
			if words[strings.ToLower(d.Text[from:to])] {
				for i := from; i < to; i++ {
					text[i] = ' '
				}
			}
		})
		d.Text = string(text)
		return dropBroken(d)
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return &Step{Name: "mask cues", Why: why, Corpus: after, Before: c.Len(), After: after.Len(), Changed: affected, before: c}, nil
}

// dropBroken removes the relations whose terms are not in the text any more.
func dropBroken(d data.Document) data.Document {
	holds := func(s data.Span) bool { return d.Text[s.Start:s.End] == s.Text }
	d.Relations = slices.DeleteFunc(d.Relations, func(r data.Relation) bool { return !holds(r.Head) || !holds(r.Tail) })
	return d
}

func cueTable(cues []Cue) *view.Table {
	t := view.NewTable("Words that give a class away", "word", "class", "training documents", "groups", "purity [%]", "share of the class [%]")
	const most = 25
	for i, cue := range cues {
		if i == most {
			t.Notes = append(t.Notes, fmt.Sprintf("%d more.", len(cues)-most))
			break
		}
		t.Add(cue.Word, cue.Class, cue.Documents, cue.Groups, cue.Purity, cue.Share)
	}
	return t
}

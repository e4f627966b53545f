package leak

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"viva/internal/own"
	"viva/mlkit/data"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// A word gives a class away if nearly all documents that have it are of the
// class, if enough of the class have it to matter, and if that is no chance.
const (
	// cuePurity is the smallest share of the documents with the word that are of
	// the class, cueLift how many times the class's share of all documents that
	// must be.
	cuePurity = 0.98
	cueLift   = 1.1
	// cueShare is the smallest share of the class that has the word.
	cueShare = 0.05
	// chanceLimit bounds the probability that a check finds something where
	// nothing is wrong, over all that it tries (Bonferroni).
	chanceLimit = 0.01
)

// GiveAwayWords wants no single word to decide the class.
//
// It looks at the training documents, or at all where there is no training
// split. The chance is that of the binomial distribution, as in prepare.Cues:
// groups are counted and not documents, because the passages of one article
// share their words anyhow.
var GiveAwayWords = Rule{
	Name:      "give-away words",
	Condition: "no single word gives the class away",
	Counts:    "words of which 98 % of the training documents are of one class",
	Why:       "A model that finds such a word need not read on: the score says little about texts without it.",
	Severity:  Warning,
	Repair:    "Remove the easy documents or mask the words (prepare.RemoveEasy), or take headers and signatures off when reading.",
	run:       giveAwayWords,
}

const (
	fewClasses = "fewer than two classes have documents to learn from"
	fewToLearn = "there are fewer than 20 documents with a class to learn from"
	// enough is the number of documents below which nothing is learned.
	enough = 20
)

// learning returns the rows that are learned from: those of the training
// split, or all where there is none, as far as they have a class. The classes
// are in ascending order, and class holds the place of each row's among them.
func (in *input) learning() (rows, class []int, classes []string, skipped string) {
	training := slices.ContainsFunc(in.docs, func(d data.Document) bool { return d.Split == data.Train })
	have := map[string]bool{}
	for row, d := range in.docs {
		if d.Label == "" || training && d.Split != data.Train {
			continue
		}
		rows = append(rows, row)
		if !have[d.Label] {
			have[d.Label] = true
			classes = append(classes, d.Label)
		}
	}
	slices.Sort(classes)
	for _, row := range rows {
		k, _ := slices.BinarySearch(classes, in.docs[row].Label)
		class = append(class, k)
	}
	switch {
	case len(rows) < enough:
		skipped = fewToLearn
	case len(classes) < 2:
		skipped = fewClasses
	}
	return rows, class, classes, skipped
}

// groupOf returns the group of a row; a document without one is its own.
func (in *input) groupOf(row int) string {
	return cmp.Or(in.docs[row].Group, "\x00"+in.docs[row].ID)
}

// groupsOf returns the groups of rows.
func (in *input) groupsOf(rows []int) []string {
	groups := make([]string, len(rows))
	for i, row := range rows {
		groups[i] = in.groupOf(row)
	}
	return groups
}

// cue is a word that gives a class away.
type cue struct {
	word      string
	column    int32
	class     int
	documents int
	purity    float64
	lift      float64
	share     float64
	chance    float64
}

func giveAwayWords(ctx context.Context, in *input) (Finding, error) {
	rows, class, classes, skipped := in.learning()
	if skipped != "" {
		return Finding{Skipped: skipped}, nil
	}
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = in.docs[row].Text
	}
	counts, err := text.Count(ctx, texts, text.Options{MinDF: 3, Binary: true, NoIDF: true, Norm: "none"})
	if err != nil {
		return Finding{}, err
	}
	words, err := counts.Fit(nil)
	if err != nil {
		return Finding{Skipped: "no word is in three training documents"}, nil
	}
	having, err := words.Transform(counts, nil)
	if err != nil {
		return Finding{}, err
	}
	size := make([]int, len(classes))
	for _, k := range class {
		size[k]++
	}
	// Documents are gone through group by group, so that a group is counted
	// once for each word and class.
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	groups := in.groupsOf(rows)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(groups[a], groups[b]) })
	width := len(classes)
	documents, distinct, seen := make([]int32, width*words.Features()), make([]int32, width*words.Features()), make([]int32, width*words.Features())
	group := int32(0)
	for i, at := range order {
		if i == 0 || groups[at] != groups[order[i-1]] {
			group++
		}
		columns, _ := having.Own(own.Permit{}, at)
		for _, column := range columns {
			cell := int(column)*width + class[at]
			documents[cell]++
			if seen[cell] != group {
				seen[cell] = group
				distinct[cell]++
			}
		}
	}
	var cues []cue
	tests := float64(len(documents))
	for column := range words.Features() {
		all, allGroups := 0, 0
		for k := range width {
			all += int(documents[column*width+k])
			allGroups += int(distinct[column*width+k])
		}
		for k := range width {
			n, base := int(documents[column*width+k]), float64(size[k])/float64(len(rows))
			c := cue{column: int32(column), class: k, documents: all, purity: float64(n) / float64(all), share: float64(n) / float64(size[k])}
			c.lift = c.purity / base
			if c.purity < cuePurity || c.lift < cueLift || c.share < cueShare {
				continue
			}
			if c.chance = min(1, tests*upperTail(allGroups, int(distinct[column*width+k]), base)); c.chance <= chanceLimit {
				c.word = words.Term(column)
				cues = append(cues, c)
			}
		}
	}
	f := Finding{Count: len(cues)}
	if len(cues) == 0 {
		return f, nil
	}
	slices.SortFunc(cues, func(a, b cue) int { return cmp.Or(-cmp.Compare(a.share, b.share), cmp.Compare(a.column, b.column)) })
	given, is := 0, make([]bool, words.Features())
	for _, c := range cues {
		is[c.column] = true
	}
	for i := range rows {
		columns, _ := having.Own(own.Permit{}, i)
		if slices.ContainsFunc(columns, func(column int32) bool { return is[column] }) {
			given++
		}
	}
	f.Detail = fmt.Sprintf("%s of the %s documents that are learned from have at least one of them", view.FormatUnit(float64(given)/float64(len(rows)), "%"), whole(len(rows)))
	f.Evidence = view.NewTable("Words that give a class away", "word", "class", "training documents", "of the class [%]", "times the class's share", "share of the class [%]", "by chance")
	f.Evidence.Columns[4].Digits = 1
	for i, c := range cues {
		if in.enough(f.Evidence, i, len(cues), "word") {
			break
		}
		f.Evidence.Add(c.word, classes[c.class], c.documents, c.purity, c.lift, c.share, fmt.Sprintf("%.1g", c.chance))
	}
	return f, nil
}

// enough reports whether evidence has as many rows as the options ask for, and
// then says how many more there are.
func (in *input) enough(t *view.Table, i, total int, what string) bool {
	if in.opt.Examples < 0 || i < in.opt.Examples {
		return false
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%s more.", plural(total-i, what)))
	return true
}

// upperTail is the probability of k or more successes in n independent trials
// of probability p, by the incomplete beta function.
func upperTail(n, k int, p float64) float64 {
	switch {
	case k <= 0 || p >= 1:
		return 1
	case k > n || p <= 0:
		return 0
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}

func whole(n int) string { return view.FormatUnit(float64(n), "count") }

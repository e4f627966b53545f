package prepare

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// EasyOptions say which documents are easy, and what then happens. The zero
// value looks for words that give a class away.
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
	// MinWeight is the smallest weight of a cue, see Cue.Weight; 0 means any.
	MinWeight float64
	// MaxRemoved bounds the share of the documents of a class that are
	// removed; 0 means 0.4. What is beyond it is left alone, with a warning.
	MaxRemoved float64
	// Mask keeps the documents and puts spaces in place of the cues, so that
	// offsets into the text stay right.
	Mask bool
	// Words, if any, are the only words that may be cues; for example known
	// ones.
	Words []string
	// MinCertainty, if above 0, also removes the documents whose class a
	// trivial classifier gets right with at least this probability; 0.99 is a
	// sensible value. It is logistic regression on the ten words of each class
	// that tell most (chi-squared), and has not been trained on what it judges:
	// training documents are judged by five-fold cross-validation that keeps
	// groups whole.
	MinCertainty float64
	// Near, if above 0, also removes near copies of training documents of the
	// same class, down to this Jaccard index of word 5-grams; 0.5 is a sensible
	// value, below it the search becomes slow.
	Near float64
	// Only removes documents of one split and leaves the others alone; "" takes
	// them from all.
	Only string
	// Seed determines the folds.
	Seed int64
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
	if !(o.MinWeight >= 0) {
		return o, fmt.Errorf("prepare: EasyOptions.MinWeight is %v: it must not be negative", o.MinWeight)
	}
	if o.MinCertainty != 0 && !(o.MinCertainty >= 0.5 && o.MinCertainty <= 1) {
		return o, fmt.Errorf("prepare: EasyOptions.MinCertainty is %v: it must be 0, or from 0.5 to 1", o.MinCertainty)
	}
	if !(o.Near >= 0 && o.Near <= 1) {
		return o, fmt.Errorf("prepare: EasyOptions.Near is %v: it must be from 0 to 1", o.Near)
	}
	if o.Mask && (o.MinCertainty > 0 || o.Near > 0 || o.Only != "") {
		return o, fmt.Errorf("prepare: EasyOptions.Mask masks cues in all documents: it does not go with MinCertainty, Near or Only, which choose documents")
	}
	if err := checkSplit("EasyOptions.Only", o.Only); err != nil {
		return o, err
	}
	o.Words = slices.Clone(o.Words)
	if len(o.Words) == 0 {
		o.Words = nil
	}
	return o, nil
}

// checkSplit refuses the name of a split that does not exist.
func checkSplit(option, name string) error {
	switch name {
	case "", data.Train, data.Validation, data.Test:
		return nil
	}
	return fmt.Errorf("prepare: unknown %s %q: use %s, %s or %s", option, name, data.Train, data.Validation, data.Test)
}

// RemoveEasy removes the documents whose class can be told without reading
// them: those with a word that gives it away (see Cues), and, if asked for, near
// copies of training documents and those that a trivial classifier is certain
// of. What is easy is learned from training documents alone.
//
// A document is easy only if the shortcut leads to its own class. One that has a
// cue of another class, which would have misled a model, is hard and stays; so
// does a document without a class. In held-out splits the choice looks at the
// class of the document, so what remains there is harder than what a model will
// meet; Only "train" leaves them as they are.
//
// Cues are taken in their order, then near copies in the order of the rows, then
// the documents with the highest certainty, as long as no class loses more of its
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
	const why = "A shortcut lets a model answer without reading the text; the score then says little about texts without it."
	if opt.Mask {
		return maskCues(ctx, c, cues, why)
	}
	q := newQuota(c, opt)
	having, err := rowsWith(ctx, c, cues)
	if err != nil {
		return nil, err
	}
	misled := misled(q.labels, cues, having)
	used, left := q.takeCues(cues, having, misled)
	unread := 0
	if opt.Near > 0 {
		copies, err := copiesOfTraining(ctx, c, opt.Near)
		if err != nil {
			return nil, err
		}
		for _, r := range copies {
			if !q.take(r.Row, "near copy of training text", fmt.Sprintf("%s copy of %s in the training documents (Jaccard %.2f)", r.Kind, c.At(r.Kept).ID, r.Jaccard)) {
				unread++
			}
		}
	}
	var warnings []string
	if opt.MinCertainty > 0 {
		sure, err := certainty(ctx, c, opt.Seed)
		if err != nil {
			return nil, err
		}
		warnings = append(warnings, sure.Warnings...)
		var rows []int
		for row, p := range sure.Own {
			if p >= opt.MinCertainty && !misled.rows[row] {
				rows = append(rows, row)
			}
		}
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(sure.Own[b], sure.Own[a]) })
		for _, row := range rows {
			if !q.take(row, "certain", fmt.Sprintf("a trivial classifier that had not seen it gives its class %s", view.FormatUnit(sure.Own[row], "%"))) {
				unread++
			}
		}
	}
	s, err := apply("remove easy examples", why, c, q.removals())
	if err != nil {
		return nil, err
	}
	s.Warnings = append(s.Warnings, warnings...)
	limit := view.FormatUnit(opt.MaxRemoved, "%")
	if len(left) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d cues were left alone, because a class would have lost more than %s of its documents: %s.", len(left), limit, some(left)))
	}
	if unread > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d easy documents were left, because a class would have lost more than %s of its documents.", unread, limit))
	}
	if len(cues) == 0 {
		s.Warnings = append(s.Warnings, "No word gives a class away by these measures.")
	}
	s.details = append(s.details, func() *view.Table { return cueTable(used) }, func() *view.Table { return misledTable(c, misled) })
	return s, nil
}

// quota takes documents as long as their class can spare them.
type quota struct {
	corpus         *data.Corpus
	labels, splits []string
	only           string
	allowed        map[string]float64
	taken          map[string]int
	gone           map[int]Removal
}

func newQuota(c *data.Corpus, opt EasyOptions) *quota {
	q := &quota{corpus: c, labels: c.Labels(), splits: c.Splits(), only: opt.Only, allowed: map[string]float64{}, taken: map[string]int{}, gone: map[int]Removal{}}
	for row, l := range q.labels {
		if q.open(row) {
			q.allowed[l]++
		}
	}
	for l := range q.allowed {
		q.allowed[l] *= opt.MaxRemoved
	}
	return q
}

// open reports whether a row may be removed at all.
func (q *quota) open(row int) bool {
	return q.labels[row] != "" && (q.only == "" || q.splits[row] == q.only)
}

// fits reports whether a class can spare n documents more.
func (q *quota) fits(class string, n int) bool {
	return float64(q.taken[class]+n) <= q.allowed[class]
}

// take removes a row, unless it is gone or must not be. It returns false if its
// class cannot spare it.
func (q *quota) take(row int, kind, reason string) bool {
	if _, ok := q.gone[row]; ok || !q.open(row) {
		return true
	}
	label := q.labels[row]
	if !q.fits(label, 1) {
		return false
	}
	q.taken[label]++
	q.gone[row] = Removal{row, q.corpus.At(row).ID, label, kind, reason}
	return true
}

// takeCues takes the documents of the cues' own classes, a cue whole or not at
// all, and returns the cues that were used and the words of those that were not.
func (q *quota) takeCues(cues []Cue, having [][]int, misled misleading) (used []Cue, left []string) {
	for i, cue := range cues {
		var rows []int
		for _, row := range having[i] {
			if _, gone := q.gone[row]; !gone && q.open(row) && q.labels[row] == cue.Class && !misled.rows[row] {
				rows = append(rows, row)
			}
		}
		if !q.fits(cue.Class, len(rows)) {
			left = append(left, cue.Word)
			continue
		}
		used = append(used, cue)
		for _, row := range rows {
			q.take(row, "cue "+cue.Word, fmt.Sprintf("has the word %q: %s of the training documents with it are of the class %q", cue.Word, view.FormatUnit(cue.Purity, "%"), cue.Class))
		}
	}
	return used, left
}

func (q *quota) removals() []Removal {
	var list []Removal
	for row := range q.labels {
		if r, ok := q.gone[row]; ok {
			list = append(list, r)
		}
	}
	return list
}

// misleading are documents with a cue of a class that is not theirs.
type misleading struct {
	rows map[int]bool
	by   map[int]Cue
}

func misled(labels []string, cues []Cue, having [][]int) misleading {
	m := misleading{map[int]bool{}, map[int]Cue{}}
	for i, cue := range cues {
		for _, row := range having[i] {
			if labels[row] != "" && labels[row] != cue.Class && !m.rows[row] {
				m.rows[row], m.by[row] = true, cue
			}
		}
	}
	return m
}

func misledTable(c *data.Corpus, m misleading) *view.Table {
	t := view.NewTable("Documents that a cue would have misled, which stay", "document", "class", "word", "class of the word", "text")
	for row := range c.Len() {
		if !m.rows[row] {
			continue
		}
		if len(t.Rows) == examples {
			t.Notes = append(t.Notes, fmt.Sprintf("%d more.", len(m.rows)-examples))
			break
		}
		d, cue := c.At(row), m.by[row]
		t.Add(d.ID, d.Label, cue.Word, cue.Class, beginning(c.Body(row)))
	}
	return t
}

func maskCues(ctx context.Context, c *data.Corpus, cues []Cue, why string) (*Step, error) {
	words := map[string]bool{}
	for _, cue := range cues {
		words[cue.Word] = true
	}
	having, err := rowsWith(ctx, c, cues)
	if err != nil {
		return nil, err
	}
	given := map[int]Cue{}
	for i, rows := range having {
		for _, row := range rows {
			if _, ok := given[row]; !ok {
				given[row] = cues[i]
			}
		}
	}
	var affected []Removal
	for row := range c.Len() {
		if cue, ok := given[row]; ok {
			d := c.At(row)
			affected = append(affected, Removal{row, d.ID, d.Label, "cue " + cue.Word,
				fmt.Sprintf("had the word %q: %s of the training documents with it are of the class %q", cue.Word, view.FormatUnit(cue.Purity, "%"), cue.Class)})
		}
	}
	s, err := masked("mask cues", why, c, words, affected)
	if err != nil {
		return nil, err
	}
	for _, cue := range cues {
		s.masked = append(s.masked, cue.Word)
	}
	if len(cues) == 0 {
		s.Warnings = append(s.Warnings, "No word gives a class away by these measures.")
	}
	s.details = append(s.details, func() *view.Table { return cueTable(cues) })
	return s, nil
}

func some(words []string) string {
	const most = 10
	if len(words) > most {
		return strings.Join(words[:most], ", ") + ", …"
	}
	return strings.Join(words, ", ")
}

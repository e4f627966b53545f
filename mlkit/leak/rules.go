package leak

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Rule is a condition that the checks demand of a corpus.
type Rule struct {
	Name string
	// Condition is what must hold.
	Condition string
	// Counts says what Finding.Count counts.
	Counts string
	// Why says what goes wrong where it does not hold.
	Why      string
	Severity string
	Repair   string
	run      func(context.Context, *input) (Finding, error)
}

// input is what checks look at.
type input struct {
	corpus *data.Corpus
	// docs are the corpus' documents. Nothing changes them.
	docs   []data.Document
	copies *Copies
	report *Report
	opt    Options
}

// plain makes a check of one that is quick and cannot fail.
func plain(f func(*input) Finding) func(context.Context, *input) (Finding, error) {
	return func(_ context.Context, in *input) (Finding, error) { return f(in), nil }
}

const (
	noSplits = "the corpus has no splits"
	noGroups = "no document has a group"
)

// ExactCopies demands that no text stands in two splits.
var ExactCopies = Rule{
	Name:      "exact copies",
	Condition: "no document has an exact copy in another split",
	Counts:    "documents with an exact copy in an earlier split",
	Why:       "A model that has learned the document by heart answers right without having understood anything.",
	Severity:  Error,
	Repair:    "Remove the copies before splitting (prepare.Deduplicate).",
	run:       plain(func(in *input) Finding { return in.copiesOf(Exact, in.report.Exact) }),
}

// NormalisedCopies demands it of texts without case, punctuation and spacing.
var NormalisedCopies = Rule{
	Name:      "normalised copies",
	Condition: "no document has a copy in another split once case, punctuation and spacing are set aside",
	Counts:    "documents with a normalised copy in an earlier split",
	Why:       "Most models drop case and punctuation: to them these are exact copies.",
	Severity:  Error,
	Repair:    "Remove the copies before splitting (prepare.Deduplicate).",
	run:       plain(func(in *input) Finding { return in.copiesOf(Normalised, in.report.Normalised) }),
}

// NearCopies demands it of texts that are nearly the same.
var NearCopies = Rule{
	Name:      "near copies",
	Condition: "no document has a near copy in another split",
	Counts:    "documents with a near copy in an earlier split",
	Why:       "A text with a few words changed is still known to a model that has seen the other.",
	Severity:  Error,
	Repair:    "Remove the copies before splitting (prepare.Deduplicate).",
	run:       plain(func(in *input) Finding { return in.copiesOf(Near, in.report.Near) }),
}

// DocumentsInTwoSplits demands that an ID stands in one split.
var DocumentsInTwoSplits = Rule{
	Name:      "documents in two splits",
	Condition: "no document is in two splits",
	Counts:    "IDs in more than one split",
	Why:       "A document that is trained on cannot test anything.",
	Severity:  Error,
	Repair:    "Split again (prepare.Split), or give different documents different IDs.",
	run: plain(func(in *input) Finding {
		if !in.corpus.HasSplit() {
			return Finding{Skipped: noSplits}
		}
		return in.divided("ID", in.corpus.IDs())
	}),
}

// GroupsInTwoSplits demands that groups stay whole.
var GroupsInTwoSplits = Rule{
	Name:      "groups in two splits",
	Condition: "every group is in one split",
	Counts:    "groups in more than one split",
	Why:       "Passages of one article share its words, messages of one thread quote each other: what is learned from one part gives the other away.",
	Severity:  Error,
	Repair:    "Split by group (prepare.Split, split.StratifiedGroupKFold).",
	run: plain(func(in *input) Finding {
		switch {
		case !in.corpus.HasSplit():
			return Finding{Skipped: noSplits}
		case len(in.corpus.GroupNames()) == 0:
			return Finding{Skipped: noGroups}
		}
		return in.divided("group", in.corpus.Groups())
	}),
}

// ConflictingLabels wants copies to have one class.
var ConflictingLabels = Rule{
	Name:      "conflicting labels",
	Condition: "copies of a document have the same class",
	Counts:    "documents with a copy of another class",
	Why:       "One of the labels is wrong, or the classes overlap: no model can get both right.",
	Severity:  Warning,
	Repair:    "Decide which label is right, or leave all copies out (prepare.Deduplicate with Conflicts \"remove\").",
	run: plain(func(in *input) Finding {
		rows := in.copies.Conflicts()
		f := Finding{Count: len(rows)}
		if len(rows) == 0 {
			return f
		}
		pairs, _ := in.copies.pairs(func(a, b data.Document) bool { return a.Label != b.Label })
		f.Detail = fmt.Sprintf("%d pairs of copies, in the same split or across", len(pairs))
		f.Evidence = pairTable("Copies with different classes", in.corpus, pairs, in.opt)
		return f
	}),
}

// copiesOf reports copies across splits of a kind; the evidence leaves out the
// narrower kinds, which have their own finding.
func (in *input) copiesOf(kind string, count int) Finding {
	if !in.corpus.HasSplit() {
		return Finding{Skipped: noSplits}
	}
	f := Finding{Count: count}
	if count == 0 {
		return f
	}
	var pairs []Pair
	for _, p := range in.report.Pairs {
		if p.Kind == kind {
			pairs = append(pairs, p)
		}
	}
	narrower := 0
	switch kind {
	case Normalised:
		narrower = in.report.Exact
	case Near:
		narrower = in.report.Normalised
	}
	f.Detail = plural(len(pairs), "pair")
	if narrower > 0 {
		f.Detail = fmt.Sprintf("%d of them by a closer kind of copy, and %s more", narrower, f.Detail)
	}
	if len(pairs) > 0 {
		f.Evidence = pairTable(strings.ToUpper(kind[:1])+kind[1:]+" copies across splits", in.corpus, pairs, in.opt)
	}
	return f
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return view.FormatUnit(float64(n), "count") + " " + what + "s"
}

// divided reports the values of a property that stand in several splits.
func (in *input) divided(what string, values []string) Finding {
	type member struct {
		set   uint8
		count map[string]int
		first int
	}
	members := map[string]*member{}
	splits := in.corpus.Splits()
	for row, v := range values {
		if v == "" || splits[row] == "" {
			continue
		}
		m := members[v]
		if m == nil {
			m = &member{count: map[string]int{}, first: row}
			members[v] = m
		}
		m.set |= bit(splits[row])
		m.count[splits[row]]++
	}
	var divided []string
	documents := 0
	for v, m := range members {
		if m.set&(m.set-1) != 0 {
			divided = append(divided, v)
			for _, n := range m.count {
				documents += n
			}
		}
	}
	f := Finding{Count: len(divided)}
	if len(divided) == 0 {
		return f
	}
	f.Detail = fmt.Sprintf("of %s; they have %s", plural(len(members), what), plural(documents, "document"))
	total := func(v string) (n int) {
		for _, k := range members[v].count {
			n += k
		}
		return n
	}
	slices.SortFunc(divided, func(a, b string) int {
		return cmp.Or(-cmp.Compare(total(a), total(b)), cmp.Compare(members[a].first, members[b].first))
	})
	names := in.corpus.SplitNames()
	f.Evidence = view.NewTable(fmt.Sprintf("The largest %ss in more than one split", what), slices.Concat([]string{what, "title of its first document"}, names)...)
	for i, v := range divided {
		if in.opt.Examples >= 0 && i == in.opt.Examples {
			f.Evidence.Notes = append(f.Evidence.Notes, fmt.Sprintf("%s more.", plural(len(divided)-i, what)))
			break
		}
		cells := []any{v, in.corpus.At(members[v].first).Title}
		for _, s := range names {
			cells = append(cells, members[v].count[s])
		}
		f.Evidence.Add(cells...)
	}
	return f
}

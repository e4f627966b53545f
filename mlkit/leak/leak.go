// Package leak finds what lets a model see its examination before it sits it:
// copies of a document in two splits, documents and groups that stand in two
// splits, words and properties that give the class away, identifiers, later
// documents in training, splits that are not alike, groups that do not hold
// together what belongs together, and preprocessing that has seen what it is
// tested on.
//
// Every check is a Rule, a value that says what must hold, why, and what to do
// where it does not. Check runs all of them, or those that Options names, on a
// corpus; CheckFitted looks at a vocabulary.
//
// Documents are compared in three ways, each wider than the one before:
//
//   - exact: the texts are the same after white space is trimmed at both ends
//   - normalised: they are the same after NFKC, case folding, and turning every
//     run of characters that are neither letters nor numbers into one space
//   - near: the sets of their word 5-grams, taken from the normalised texts,
//     have a Jaccard index of at least the threshold. Every pair is verified.
//     Texts of fewer words than an n-gram has no near copies
//
// Texts that are empty are nobody's copies. Of a message with headers the body
// is compared: the date and the path differ in every copy. Package neardup finds
// them; this one knows what they mean for splits and classes.
//
// The package finds and shows. What to do about it is package prepare's.
package leak

import (
	"context"
	"fmt"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/neardup"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Kinds of copies.
const (
	Exact      = "exact"
	Normalised = "normalised"
	Near       = "near"
)

// Severities of checks. What a check of severity Error finds forbids to
// believe any score; a Warning wants to be read.
const (
	Error   = "error"
	Warning = "warning"
)

// Options say how documents are compared.
type Options struct {
	// Threshold is the smallest Jaccard index of near copies, in (0, 1]; 0
	// means 0.8. Below 0.5 the search becomes slow.
	Threshold float64
	// Words is the length of the n-grams in words; 0 means 5.
	Words int
	// WholeText compares messages with their headers.
	WholeText bool
	// Method is how near copies are found: neardup.Exact ("exact"), which finds
	// all, or neardup.MinHash ("minhash"). Empty chooses by size: MinHash for
	// more than about a billion words.
	Method string
	// Recall is the share of pairs at the threshold that MinHash is to find; 0
	// means 0.995.
	Recall float64
	// MemoryBytes is how much memory the search may take before it goes to a
	// temporary file; 0 means a quarter of the machine's. What is found does not
	// depend on it.
	MemoryBytes int64
	// Examples is the number of pairs, groups or words that a finding shows as
	// evidence; 0 means 10, negative all.
	Examples int
	// Checks are the names of the checks to make, those of Rules; nil means all.
	// They are made in the order of Rules.
	Checks []string
	// Skip are the names of checks to leave out.
	Skip []string
}

func (o Options) filled() (Options, error) {
	if o.Examples == 0 {
		o.Examples = 10
	}
	search, err := neardup.Options{Threshold: o.Threshold, Words: o.Words, Method: o.Method, Recall: o.Recall, MemoryBytes: o.MemoryBytes}.Filled()
	if err != nil {
		return o, fmt.Errorf("leak: %w", err)
	}
	o.Threshold, o.Words, o.Method, o.Recall, o.MemoryBytes = search.Threshold, search.Words, search.Method, search.Recall, search.MemoryBytes
	return o, nil
}

// Report is what the checks found.
type Report struct {
	// Corpus and Fingerprint name the data that was checked.
	Corpus      string
	Fingerprint string
	Documents   int
	Threshold   float64
	// Method is how near copies were found, neardup.Exact or neardup.MinHash, and
	// Recall the probability with which a pair at the threshold was.
	Method string
	Recall float64
	// Exact, Normalised and Near are the numbers of validation and test
	// documents that have a copy in an earlier split (train, then validation).
	// Each kind counts the ones before it too: an exact copy is also a
	// normalised and a near one.
	Exact, Normalised, Near int
	// Counts has these numbers for every two splits.
	Counts []Count
	// Pairs are the copies across splits, in the order of their rows.
	Pairs    []Pair
	Findings []Finding
	Warnings []string
}

// Count is the number of documents of the split To that have a copy in the
// split From; as in Report, each kind counts the ones before it.
type Count struct {
	From, To                string
	Exact, Normalised, Near int
}

// Pair is two documents that are copies of each other, the first in the
// earlier split or, within a split, in the earlier row.
type Pair struct {
	RowA, RowB     int
	SplitA, IDA    string
	SplitB, IDB    string
	LabelA, LabelB string
	Kind           string
	// Jaccard is 1 for exact and normalised copies.
	Jaccard   float64
	SameLabel bool
}

// Finding is the result of one check.
type Finding struct {
	Rule Rule
	// Count is what the check counts: 0 if nothing is wrong.
	Count int
	// Detail says in words what the count rests on.
	Detail string
	// Evidence shows examples; nil if nothing is wrong.
	Evidence *view.Table
	// Measures are what else was measured, whether or not something is wrong.
	Measures []view.Metric
	// Skipped says why the check could not be made; empty if it was.
	Skipped string
}

// Check runs the checks on a corpus: all of Rules, or those that the options
// choose. What it rests on, near-duplicates and the classifiers that tell splits
// apart, is kept through package memo. It tells package trace that the corpus was
// checked and whether it passed. Errors are those of the options and of a
// context that has ended.
func Check(ctx context.Context, c *data.Corpus, opt Options) (*Report, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	rules, err := opt.chosen()
	if err != nil {
		return nil, err
	}
	// What is found does not depend on which checks are made of it.
	search := opt
	search.Checks, search.Skip = nil, nil
	copies, err := Find(ctx, c, search)
	if err != nil {
		return nil, err
	}
	r := &Report{Corpus: c.Name(), Fingerprint: c.Fingerprint(), Documents: c.Len(), Threshold: opt.Threshold, Method: copies.Method(), Recall: copies.Recall()}
	if !c.HasSplit() {
		r.Warnings = append(r.Warnings, "The corpus has no splits: nothing can leak from one to another yet. Check again once it is split.")
	}
	r.Counts = copies.counts()
	r.Exact, r.Normalised, r.Near = copies.leaked()
	var cut bool
	r.Pairs, cut = copies.pairs(func(a, b data.Document) bool { return a.Split != b.Split && a.Split != "" && b.Split != "" })
	if cut {
		r.Warnings = append(r.Warnings, fmt.Sprintf("There are more than %d pairs of copies: only these are listed. The numbers of documents count all.", maxPairs))
	}
	in := &input{corpus: c, docs: c.Documents(), copies: copies, report: r, opt: opt}
	for _, rule := range rules {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("leak: %w", err)
		}
		f, err := rule.run(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("leak: checking %s: %w", rule.Name, err)
		}
		f.Rule = rule
		if f.Skipped != "" {
			r.Warnings = append(r.Warnings, fmt.Sprintf("Not checked: %s, because %s.", rule.Name, f.Skipped))
		}
		r.Findings = append(r.Findings, f)
	}
	trace.Checked(ctx, trace.LeakCheck{Corpus: r.Fingerprint, Source: c.Origin(), Passed: r.Passed()})
	return r, nil
}

// Passed reports whether no check of severity Error found anything.
func (r *Report) Passed() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Rule.Severity == Error && f.Count > 0 })
}

// Package prepare makes a corpus fit to train and test on: it writes texts alike,
// removes copies and what gives the class away, puts together what belongs
// together, balances domains and splits anew. Every step is recorded with what
// it removed and why, so that a report can show it to those who doubt it.
//
// Each step is a function of a corpus and of options. A Recipe is a list of such
// options: Run takes the steps one after the other, and its Result carries the
// fingerprints of the recipe and of the data before and after, by which a report
// says what its numbers rest on. A recipe can be saved, loaded, compared, and
// used on new texts.
//
// The package does not find leaks in a split (package leak does). It trains
// classifiers only to judge documents by them, and keeps none. Steps never change
// a corpus, invent no document and keep their order; each has a new corpus.
package prepare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
)

// Step is a step of preparation that was taken.
type Step struct {
	// Name is what was done, for example "remove copies".
	Name string
	// Why says what it is good for, in a sentence.
	Why string
	// Corpus is what the step made.
	Corpus *data.Corpus
	// Before and After are the numbers of documents.
	Before, After int
	// Removed are the documents that were left out, in their order.
	Removed []Removal
	// Changed are the documents that were changed and kept, in their order.
	Changed []Removal
	// Warnings say what the step could not do, or did with a price.
	Warnings []string

	before *data.Corpus
	// masked are the words that were made invisible.
	masked []string
	// details are the step's own tables.
	details []detail
}

// Removal is a document that a step left out or changed.
type Removal struct {
	// Row is the document's row in the corpus before the step.
	Row   int
	ID    string
	Label string
	// Kind sorts removals, for example "exact copy".
	Kind string
	// Reason says why, for this document.
	Reason string
}

// apply leaves out the removals, and warns of classes and splits of which
// nothing is left. It is an error if no document is left.
func apply(name, why string, c *data.Corpus, removed []Removal) (*Step, error) {
	gone := make(map[int]bool, len(removed))
	for _, r := range removed {
		gone[r.Row] = true
	}
	rows := make([]int, 0, c.Len()-len(gone))
	for i := range c.Len() {
		if !gone[i] {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("prepare: %s would leave none of the %d documents of %s: loosen its options", name, c.Len(), c.Name())
	}
	slices.SortFunc(removed, func(a, b Removal) int { return a.Row - b.Row })
	after := c.Select(rows)
	s := &Step{Name: name, Why: why, Corpus: after, Before: c.Len(), After: after.Len(), Removed: removed, before: c}
	for _, p := range []struct {
		what        string
		before, now []string
	}{{"class", c.Classes(), after.Classes()}, {"split", c.SplitNames(), after.SplitNames()}} {
		lost := slices.DeleteFunc(p.before, func(name string) bool { return slices.Contains(p.now, name) })
		for _, name := range lost {
			s.Warnings = append(s.Warnings, fmt.Sprintf("The %s %q has no document left.", p.what, name))
		}
	}
	return s, nil
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

// Package prepare makes a corpus fit to train and test on: it removes copies,
// removes what gives the class away, balances domains and splits anew. Every
// step is recorded with what it removed and why, so that a report can show it
// to those who doubt it.
//
// The package does not find leaks in a split (package leak does) and trains
// nothing. Steps never change a corpus; each has a new one.
package prepare

import (
	"slices"

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

// apply leaves out the removals.
func apply(name, why string, c *data.Corpus, removed []Removal) *Step {
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
	slices.SortFunc(removed, func(a, b Removal) int { return a.Row - b.Row })
	after := c.Select(rows)
	return &Step{Name: name, Why: why, Corpus: after, Before: c.Len(), After: after.Len(), Removed: removed, before: c}
}

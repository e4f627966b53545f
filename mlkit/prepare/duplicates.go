package prepare

import (
	"context"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/leak"
)

// DuplicateOptions say which copies are removed. The zero value removes exact,
// normalised and near copies, and keeps the earliest of each.
type DuplicateOptions struct {
	// Threshold is the smallest Jaccard index of near copies; 0 means 0.8.
	Threshold float64
	// WholeText compares messages with their headers.
	WholeText bool
	// KeepNear keeps near copies: only exact and normalised ones go.
	KeepNear bool
	// Conflicts is what happens to copies of different classes: "keep" (the
	// default, "") keeps the earliest, as of all copies, and warns; "remove"
	// removes them all, since nobody knows which class is right.
	Conflicts string
}

func (o DuplicateOptions) filled() (DuplicateOptions, error) {
	if o.Threshold == 0 {
		o.Threshold = 0.8
	}
	if !(o.Threshold > 0 && o.Threshold <= 1) {
		return o, fmt.Errorf("prepare: DuplicateOptions.Threshold is %v: it must be above 0 and at most 1", o.Threshold)
	}
	return o, choose("DuplicateOptions.Conflicts", &o.Conflicts, "keep", "remove")
}

// Deduplicate removes documents until no two are copies of each other. What is
// a copy is defined in package leak.
func Deduplicate(ctx context.Context, c *data.Corpus, opt DuplicateOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	search := leak.Options{Threshold: opt.Threshold, WholeText: opt.WholeText}
	if opt.KeepNear {
		search.Threshold = 1
	}
	copies, err := leak.Find(ctx, c, search)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	conflicting := map[int]bool{}
	for _, row := range copies.Conflicts() {
		conflicting[row] = true
	}
	var removed []Removal
	seen := map[int]bool{}
	undecided := 0
	for _, r := range copies.Redundant() {
		if opt.KeepNear && r.Kind == leak.Near {
			continue
		}
		d, kept := c.At(r.Row), c.At(r.Kept)
		reason := fmt.Sprintf("%s copy of %s", r.Kind, kept.ID)
		if r.Kind == leak.Near {
			reason += fmt.Sprintf(" (Jaccard %.2f)", r.Jaccard)
		}
		if !r.SameLabel {
			reason += fmt.Sprintf(", which has the class %q", kept.Label)
			undecided++
		}
		seen[r.Row] = true
		removed = append(removed, Removal{r.Row, d.ID, d.Label, r.Kind + " copy", reason})
	}
	var warnings []string
	if opt.Conflicts == "remove" {
		for row := range c.Len() {
			if conflicting[row] && !seen[row] {
				d := c.At(row)
				removed = append(removed, Removal{row, d.ID, d.Label, "conflicting class", "a copy of it has another class"})
			}
		}
	} else if undecided > 0 {
		warnings = append(warnings, fmt.Sprintf("%d removed copies had another class than the one that was kept; which is right was not decided.", undecided))
	}
	s, err := apply("remove copies", "A document that is seen twice is learned by heart, and tests nothing where its copy was trained on.", c, removed)
	if err != nil {
		return nil, err
	}
	s.Warnings = append(warnings, s.Warnings...)
	return s, nil
}

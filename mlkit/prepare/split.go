package prepare

import (
	"cmp"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/split"
	"viva/mlkit/view"
)

// SplitOptions say how a corpus is split. The zero value gives 15 % each to
// validation and test, keeps groups whole and spreads classes in proportion.
type SplitOptions struct {
	// Validation and Test are shares of all documents; 0 means 0.15 each.
	Validation, Test float64
	// Seed chooses which groups go where.
	Seed int64
	// IgnoreGroups splits by document, as a careless project does; for
	// comparison.
	IgnoreGroups bool
}

func (o SplitOptions) filled() (SplitOptions, error) {
	for _, share := range []*float64{&o.Validation, &o.Test} {
		if *share == 0 {
			*share = 0.15
		}
	}
	if !(o.Validation > 0 && o.Test > 0 && o.Validation+o.Test < 1) {
		return o, fmt.Errorf("prepare: SplitOptions.Validation is %v and Test is %v: both must be above 0, and together less than 1", o.Validation, o.Test)
	}
	return o, nil
}

// Split puts every document in train, validation or test anew. Documents
// without a group are groups of their own. The errors are those of
// split.TrainValidationTest.
func Split(c *data.Corpus, opt SplitOptions) (*Step, error) {
	var groups, labels []string
	why := "What is tested on must be unknown to the model: a group that is trained on is not tested on."
	if opt.IgnoreGroups {
		why = "Documents are drawn one by one; groups are cut, which a careful split avoids."
	} else {
		_, groups = byGroup(c)
	}
	if len(c.Classes()) > 0 {
		labels = c.Labels()
		for row, l := range labels {
			if l == "" {
				return nil, fmt.Errorf("prepare: the document %s of %s has no class: give it one, or leave out unlabelled documents", c.At(row).ID, c.Name())
			}
		}
	}
	parts, err := split.TrainValidationTest(c.Len(), labels, groups, split.Shares{Validation: opt.Validation, Test: opt.Test, Seed: opt.Seed})
	if err != nil {
		return nil, fmt.Errorf("prepare: %s: %w", c.Name(), err)
	}
	splits := parts.Splits()
	after, err := c.WithSplits(splits)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	var changed []Removal
	for row, to := range splits {
		d := c.At(row)
		if d.Split == to {
			continue
		}
		from := cmp.Or(d.Split, "no split")
		changed = append(changed, Removal{row, d.ID, d.Label, "from " + from + " to " + to,
			fmt.Sprintf("was in %s, is in %s with its group %q", from, to, d.Group)})
	}
	s := &Step{Name: "split", Why: why, Corpus: after, Before: c.Len(), After: after.Len(), Changed: changed, Warnings: parts.Warnings, before: c}
	s.details = append(s.details, func() *view.Table { return after.SplitTable() }, func() *view.Table { return after.ClassTable() })
	return s, nil
}

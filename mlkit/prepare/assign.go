package prepare

import (
	"fmt"

	"viva/mlkit/data"
)

// AssignOptions say what documents get that lack a group or a domain.
type AssignOptions struct {
	// Domain is the domain of documents without one; "" means "unknown".
	Domain string
}

func (o AssignOptions) filled() AssignOptions {
	if o.Domain == "" {
		o.Domain = "unknown"
	}
	return o
}

// Assign gives every document a group and a domain, which splitting and
// balancing need. A document without a group becomes a group of its own: that
// is an assumption, and where documents do share a source it hides a leak, so
// it comes with a warning.
func Assign(c *data.Corpus, opt AssignOptions) (*Step, error) {
	domain := opt.filled().Domain
	taken := map[string]bool{}
	for _, g := range c.GroupNames() {
		taken[g] = true
	}
	s := &Step{Name: "assign groups and domains", Why: "Folds are cut around groups and classes balanced over domains: every document needs both.", Before: c.Len(), before: c}
	row, groups, domains := 0, 0, 0
	after, err := c.Map(func(d data.Document) data.Document {
		what := ""
		if d.Group == "" {
			d.Group = d.ID
			for taken[d.Group] {
				d.Group += "'"
			}
			taken[d.Group] = true
			groups++
			what = "group"
		}
		if d.Domain == "" {
			d.Domain = domain
			domains++
			if what != "" {
				what += " and "
			}
			what += "domain"
		}
		if what != "" {
			s.Changed = append(s.Changed, Removal{row, d.ID, d.Label, "no " + what, fmt.Sprintf("had no %s; is in the group %q and the domain %q", what, d.Group, d.Domain)})
		}
		row++
		return d
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.Corpus, s.After = after, after.Len()
	if groups > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d documents had no group, and each was taken to be its own. If some are cut from one source, say so in a group column, or scores will be too good.", groups))
	}
	if domains > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d documents had no domain and got the domain %q.", domains, domain))
	}
	return s, nil
}

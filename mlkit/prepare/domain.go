package prepare

import (
	"cmp"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// DomainOptions say what gives a document its domain.
type DomainOptions struct {
	// By is what the domain is.
	By Key
	// Replace gives a new domain to documents that have one too.
	Replace bool
}

func (o DomainOptions) filled() (DomainOptions, error) {
	var err error
	o.By, err = o.By.filled("DomainOptions.By")
	return o, err
}

// AssignDomains gives documents their domain by a key: a field, a part of it,
// or a function. Documents for which the key is empty keep what they have.
func AssignDomains(c *data.Corpus, opt DomainOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	s := &Step{Name: "assign domains", Why: "Classes are balanced over domains, and topics are sought within one: every document needs its domain.", Before: c.Len(), before: c}
	domains := opt.By.values(c)
	row, without := 0, 0
	after, err := c.Map(func(d data.Document) data.Document {
		old := d.Domain
		if v := domains[row]; v != "" && (old == "" || opt.Replace) {
			d.Domain = v
		}
		if d.Domain == "" {
			without++
		}
		if d.Domain != old {
			s.Changed = append(s.Changed, Removal{row, d.ID, d.Label, "domain by " + opt.By.label(),
				fmt.Sprintf("is in the domain %q, was in %s", d.Domain, cmp.Or(quoted(old), "none"))})
		}
		row++
		return d
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.Corpus, s.After = after, after.Len()
	if without > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d documents still have no domain, because their %s is empty.", without, opt.By.label()))
	}
	if n := len(after.DomainNames()); n > 0 && n <= most {
		s.details = append(s.details, func() *view.Table { return after.DomainTable() })
	}
	return s, nil
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

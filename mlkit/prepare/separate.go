package prepare

import (
	"context"
	"fmt"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/sparse"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// SeparateOptions say how a corpus is cut into domains.
type SeparateOptions struct {
	// MinDocuments is the smallest number of documents of a domain; 0 means 50.
	// Smaller ones are set aside.
	MinDocuments int
	// KeepUncertain keeps documents that read as if they were of another domain.
	KeepUncertain bool
	// MinLead is by how much the score of the document's own domain must exceed
	// that of every other, for it to be certain. 0 means that its own must be the
	// best. Scores are those of a support vector machine: 1 is a document beyond
	// doubt.
	MinLead float64
	// Seed determines the folds.
	Seed int64
}

func (o SeparateOptions) filled() (SeparateOptions, error) {
	if o.MinDocuments == 0 {
		o.MinDocuments = 50
	}
	if o.MinDocuments < 1 {
		return o, fmt.Errorf("prepare: SeparateOptions.MinDocuments is %d: it must not be negative", o.MinDocuments)
	}
	if !(o.MinLead >= 0) {
		return o, fmt.Errorf("prepare: SeparateOptions.MinLead is %v: it must not be negative", o.MinLead)
	}
	return o, nil
}

// Separation is a corpus cut into one corpus for each domain.
type Separation struct {
	// Domains are the domains that have a corpus, sorted, and Corpora these, in
	// the order of the documents.
	Domains []string
	Corpora []*data.Corpus
	// Step is the step by which documents were set aside: its Removed list them,
	// and its Corpus is all the others together.
	Step *Step
	// Warnings are those of the step.
	Warnings []string
}

// Of returns the corpus of a domain, or nil if there is none.
func (s *Separation) Of(domain string) *data.Corpus {
	if i, ok := slices.BinarySearch(s.Domains, domain); ok {
		return s.Corpora[i]
	}
	return nil
}

// SeparateDomains cuts a corpus into one corpus for each domain, for example to
// seek topics in each. Documents without a domain are set aside, those of domains
// that are too small, and those whose domain is uncertain: a linear support
// vector machine on TF-IDF weights, which was not trained on the document, finds
// that it reads like another domain. It is five-fold cross-validation that keeps
// groups whole, over the training documents; others are judged by a machine that
// was trained on all of these.
//
// It is an error if no domain is large enough.
func SeparateDomains(ctx context.Context, c *data.Corpus, opt SeparateOptions) (*Separation, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	domains, size := c.Domains(), map[string]int{}
	for _, d := range domains {
		size[d]++
	}
	removed := map[int]Removal{}
	aside := func(row int, kind, reason string) {
		d := c.At(row)
		removed[row] = Removal{row, d.ID, d.Label, kind, reason}
		domains[row] = ""
	}
	small := func(kind string) {
		for row, d := range domains {
			switch _, gone := removed[row]; {
			case gone:
			case d == "":
				aside(row, "no domain", "has no domain")
			case size[d] < opt.MinDocuments:
				aside(row, kind, fmt.Sprintf("is of the domain %q, which has %d documents; at least %d are wanted", d, size[d], opt.MinDocuments))
			}
		}
	}
	small("domain too small")
	var warnings []string
	if large := len(size) - countBelow(size, opt.MinDocuments); !opt.KeepUncertain && large > 1 {
		sure, err := belonging(ctx, c, domains, opt.Seed)
		if err != nil {
			return nil, err
		}
		warnings = append(warnings, sure.Warnings...)
		for row, d := range slices.Clone(domains) {
			if d != "" && !(sure.Own[row] > opt.MinLead) {
				size[d]--
				reason := fmt.Sprintf("is of the domain %q and reads like %q", d, sure.Best[row])
				if sure.Best[row] == d {
					reason = fmt.Sprintf("is of the domain %q, which leads by %.2f only", d, sure.Own[row])
				}
				aside(row, "uncertain domain", reason)
			}
		}
		small("domain too small without uncertain documents")
	}
	if len(removed) == c.Len() {
		return nil, fmt.Errorf("prepare: no domain of %s has %d documents: lower SeparateOptions.MinDocuments", c.Name(), opt.MinDocuments)
	}
	list := make([]Removal, 0, len(removed))
	for row := range c.Len() {
		if r, ok := removed[row]; ok {
			list = append(list, r)
		}
	}
	s := &Separation{}
	s.Step, err = apply("separate domains", "Topics of several domains together are the domains; what is talked about within one shows only there.", c, list)
	if err != nil {
		return nil, err
	}
	s.Step.Warnings = append(warnings, s.Step.Warnings...)
	s.Warnings = slices.Clone(s.Step.Warnings)
	s.Domains = s.Step.Corpus.DomainNames()
	for _, d := range s.Domains {
		s.Corpora = append(s.Corpora, s.Step.Corpus.Filter(func(doc data.Document) bool { return doc.Domain == d }))
	}
	return s, nil
}

// countBelow counts the names that have fewer documents, or no name.
func countBelow(size map[string]int, least int) int {
	n := 0
	for name, k := range size {
		if name == "" || k < least {
			n++
		}
	}
	return n
}

// belonging returns by how much every document's own domain leads over the best
// other one.
func belonging(ctx context.Context, c *data.Corpus, domains []string, seed int64) (verdicts, error) {
	key := memo.NewKey("belonging to a domain", 1).Text(c.Fingerprint()).Texts(domains).Int(int(seed))
	return memo.Do(ctx, key, func(ctx context.Context) (verdicts, error) {
		counts, err := text.Count(ctx, c.Bodies(), text.Options{Sublinear: true, MinDF: 2})
		if err != nil {
			return verdicts{}, fmt.Errorf("prepare: %w", err)
		}
		_, groups := byGroup(c)
		return crossFit(ctx, "asking which domain a text is of", domains, groups, trainingRows(c), seed, func(ctx context.Context, rows []int) (judge, error) {
			return domainMachine(ctx, counts, domains, rows, seed)
		}, lead)
	})
}

func domainMachine(ctx context.Context, counts *text.Counts, domains []string, rows []int, seed int64) (judge, error) {
	terms, err := counts.Fit(rows)
	if err != nil {
		return nil, err
	}
	weights := func(rows []int) (*sparse.Matrix, error) { return terms.Transform(counts, rows) }
	x, err := weights(rows)
	if err != nil {
		return nil, err
	}
	own := make([]string, len(rows))
	for i, row := range rows {
		own[i] = domains[row]
	}
	m, err := linear.SVM{Seed: seed}.Fit(ctx, x, own)
	if err != nil {
		return nil, err
	}
	return func(rows []int) ([][]float64, []string, error) {
		x, err := weights(rows)
		if err != nil {
			return nil, nil, err
		}
		scores, err := m.Decision(x)
		return scores, m.Classes(), err
	}, nil
}

// lead is by how much one score exceeds the best of the others.
func lead(scores []float64, own int) float64 {
	best := scores[(own+1)%len(scores)]
	for i, s := range scores {
		if i != own {
			best = max(best, s)
		}
	}
	return scores[own] - best
}

// Table returns for every domain the documents before, those that were set aside
// for each reason, and those left.
func (s *Separation) Table() *view.Table {
	t := view.NewTable("A corpus for each domain", "domain", "documents", "too small", "uncertain", "left", "groups")
	before, uncertain, small := map[string]int{}, map[string]int{}, map[string]int{}
	domains := s.Step.before.Domains()
	for _, d := range domains {
		before[d]++
	}
	for _, r := range s.Step.Removed {
		if r.Kind == "uncertain domain" {
			uncertain[domains[r.Row]]++
		} else {
			small[domains[r.Row]]++
		}
	}
	for _, d := range s.Step.before.DomainNames() {
		groups := 0
		if c := s.Of(d); c != nil {
			groups = len(c.GroupNames())
		}
		t.Add(d, before[d], small[d], uncertain[d], before[d]-small[d]-uncertain[d], groups)
	}
	if n := before[""]; n > 0 {
		t.Add("none", n, nil, nil, 0, nil)
	}
	return t
}

// View implements view.Viewer: the domains, and the step by which documents were
// set aside.
func (s *Separation) View() []view.Item { return append(s.Table().View(), s.Step.View()...) }

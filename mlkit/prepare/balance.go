package prepare

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// BalanceOptions say how far domains may differ within a class.
type BalanceOptions struct {
	// MaxRatio is how many times as many documents as the smallest domain of a
	// class the others may have in it; 0 means 2. Domains that a class has not
	// at all do not count.
	MaxRatio float64
	// MaxDocuments, if above 0, bounds the documents of a domain within a
	// class as well.
	MaxDocuments int
	// MinDocuments is the number of documents that a domain must have within a
	// class to set the measure there; 0 means 1. Smaller ones are kept whole and
	// do not make the others as small as they are.
	MinDocuments int
	// Only balances the documents of one split and leaves the others alone;
	// "" takes all documents together.
	Only string
	// Seed chooses which documents go.
	Seed int64
}

func (o BalanceOptions) filled() (BalanceOptions, error) {
	if o.MaxRatio == 0 {
		o.MaxRatio = 2
	}
	if o.MinDocuments == 0 {
		o.MinDocuments = 1
	}
	if !(o.MaxRatio >= 1) || math.IsInf(o.MaxRatio, 1) {
		return o, fmt.Errorf("prepare: BalanceOptions.MaxRatio is %v: it must be at least 1", o.MaxRatio)
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"MaxDocuments", o.MaxDocuments}, {"MinDocuments", o.MinDocuments}} {
		if f.value < 0 {
			return o, fmt.Errorf("prepare: BalanceOptions.%s is %d: it must not be negative", f.name, f.value)
		}
	}
	return o, checkSplit("BalanceOptions.Only", o.Only)
}

// BalanceDomains undersamples: it removes documents until no domain prevails
// within a class, and never repeats one. In
// each class and domain it keeps groups drawn at random as long as they fit,
// and never cuts one.
func BalanceDomains(c *data.Corpus, opt BalanceOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	domains := c.DomainNames()
	if len(domains) == 0 {
		return nil, fmt.Errorf("prepare: no document of %s has a domain: give them one to balance domains", c.Name())
	}
	cells := map[[2]string][]int{}
	for row := range c.Len() {
		if d := c.At(row); d.Domain != "" && d.Label != "" && (opt.Only == "" || d.Split == opt.Only) {
			key := [2]string{d.Label, d.Domain}
			cells[key] = append(cells[key], row)
		}
	}
	random := rand.New(rand.NewPCG(uint64(opt.Seed), 0x62616c616e6365))
	var removed []Removal
	var alone, halved []string
	for _, class := range c.Classes() {
		smallest, found, all, gone := math.MaxInt, 0, 0, len(removed)
		for _, domain := range domains {
			n := len(cells[[2]string{class, domain}])
			all += n
			if n > 0 {
				found++
			}
			if n >= opt.MinDocuments {
				smallest = min(smallest, n)
			}
		}
		if found == 1 {
			alone = append(alone, class)
		}
		if found == 0 {
			continue
		}
		limit := all
		if smallest < math.MaxInt {
			limit = int(opt.MaxRatio * float64(smallest))
		}
		if opt.MaxDocuments > 0 {
			limit = min(limit, opt.MaxDocuments)
		}
		for _, domain := range domains {
			rows := cells[[2]string{class, domain}]
			for _, row := range surplus(c, rows, limit, random) {
				d := c.At(row)
				removed = append(removed, Removal{row, d.ID, d.Label, "surplus of " + domain,
					fmt.Sprintf("%d documents of the domain %q in the class %q, where at most %d are wanted", len(rows), domain, class, limit)})
			}
		}
		if 2*(len(removed)-gone) > all {
			halved = append(halved, class)
		}
	}
	s, err := apply("balance domains", "Where a class comes mostly from one domain, a model can learn the subject in its place.", c, removed)
	if err != nil {
		return nil, err
	}
	if len(halved) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d classes lost more than half of their documents, because a domain is small in them: %s. MinDocuments keeps small domains from setting the measure.", len(halved), some(halved)))
	}
	if len(alone) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d of %d classes have documents of one domain only, which leaving out documents cannot balance: %s.", len(alone), len(c.Classes()), some(alone)))
	}
	s.details = append(s.details, func() *view.Table { return crossTable("Documents of each class, by domain, before", s.before) })
	if len(removed) > 0 {
		s.details = append(s.details, func() *view.Table { return crossTable("Documents of each class, by domain, after", s.Corpus) })
	}
	return s, nil
}

func crossTable(caption string, c *data.Corpus) *view.Table {
	t := c.CrossTable()
	t.Caption = caption
	return t
}

// surplus returns the rows to leave out so that at most limit remain, whole
// groups at a time. If no group fits, the smallest stays.
func surplus(c *data.Corpus, rows []int, limit int, random *rand.Rand) []int {
	if len(rows) <= limit {
		return nil
	}
	var names []string
	groups := map[string][]int{}
	for _, row := range rows {
		d := c.At(row)
		name := cmp.Or(d.Group, "\x00"+d.ID)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], row)
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	kept := map[string]bool{}
	left := limit
	for _, name := range names {
		if n := len(groups[name]); n <= left {
			kept[name] = true
			left -= n
		}
	}
	if len(kept) == 0 {
		kept[slices.MinFunc(names, func(a, b string) int { return len(groups[a]) - len(groups[b]) })] = true
	}
	var out []int
	for _, name := range names {
		if !kept[name] {
			out = append(out, groups[name]...)
		}
	}
	return out
}

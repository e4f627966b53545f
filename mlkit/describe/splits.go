package describe

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Splits is how documents are divided into training, validation and test, and
// how much classes and domains differ between them.
type Splits struct {
	// Names are the splits that have documents; Documents, Groups, Classes and
	// Domains are their numbers.
	Names                               []string
	Documents, Groups, Classes, Domains []int
	// Without is the number of documents in no split.
	Without int
	// ByClass and ByDomain compare the splits; nil where there is one split, or
	// nothing to compare.
	ByClass, ByDomain *Comparison
}

// Comparison is how much a property's distribution differs between splits.
type Comparison struct {
	// What is "class" or "domain", Plural its plural.
	What, Plural string
	Names        []string
	Splits       []string
	// Shares[s][i] is the share of name i among the documents of split s, in
	// 0..1, and Counts its documents.
	Shares [][]float64
	Counts [][]int
	// Test is the chi-square test that all splits have the same shares.
	Test Homogeneity
	// Divergences are those of every two splits.
	Divergences []Divergence
}

// Divergence is the Jensen–Shannon divergence of two splits to the base 2, in
// 0..1: 0 for the same shares, 1 if they have nothing in common (Lin, 1991,
// https://doi.org/10.1109/18.61115).
type Divergence struct {
	A, B string
	Bits float64
}

// Homogeneity is Pearson's chi-square test that the rows of a table have the
// same distribution, without a correction of continuity.
type Homogeneity struct {
	Statistic float64
	Freedom   int
	// P is the probability of a statistic at least as large if they have; NaN
	// if there is nothing to compare.
	P float64
	// V is Cramér's V, in 0..1, which unlike P does not grow with the number of
	// documents.
	V float64
	// Small is the share of cells with fewer than 5 expected documents; with
	// more than a fifth of them, P is not to be relied on (Cochran, 1954).
	Small float64
}

// homogeneityOf tests a table of counts. Rows and columns without documents do
// not count.
func homogeneityOf(counts [][]int) Homogeneity {
	columns, total := make([]float64, len(counts[0])), 0.0
	rows := make([]float64, len(counts))
	for i, row := range counts {
		for j, n := range row {
			rows[i] += float64(n)
			columns[j] += float64(n)
			total += float64(n)
		}
	}
	r, c := 0, 0
	for _, n := range rows {
		if n > 0 {
			r++
		}
	}
	for _, n := range columns {
		if n > 0 {
			c++
		}
	}
	h := Homogeneity{Freedom: (r - 1) * (c - 1), P: math.NaN()}
	if r < 2 || c < 2 {
		h.Freedom = 0
		return h
	}
	small := 0
	for i, row := range counts {
		for j, n := range row {
			expected := rows[i] * columns[j] / total
			if expected == 0 {
				continue
			}
			d := float64(n) - expected
			h.Statistic += d * d / expected
			if expected < 5 {
				small++
			}
		}
	}
	h.P = distuv.ChiSquared{K: float64(h.Freedom)}.Survival(h.Statistic)
	h.V = math.Sqrt(h.Statistic / total / float64(min(r, c)-1))
	h.Small = float64(small) / float64(r*c)
	return h
}

// divergence returns the Jensen–Shannon divergence of two distributions.
func divergence(p, q []float64) float64 {
	sum := 0.0
	for i := range p {
		m := (p[i] + q[i]) / 2
		if p[i] > 0 {
			sum += p[i] * math.Log2(p[i]/m) / 2
		}
		if q[i] > 0 {
			sum += q[i] * math.Log2(q[i]/m) / 2
		}
	}
	return math.Max(sum, 0)
}

// splitsOf is nil where no document is in a split.
func splitsOf(c *data.Corpus) *Splits {
	if !c.HasSplit() {
		return nil
	}
	s := &Splits{Names: c.SplitNames(), Without: len(c.Indices(""))}
	for _, name := range s.Names {
		part := c.InSplit(name)
		s.Documents, s.Groups = append(s.Documents, part.Len()), append(s.Groups, len(part.GroupNames()))
		s.Classes, s.Domains = append(s.Classes, len(part.Classes())), append(s.Domains, len(part.DomainNames()))
	}
	s.ByClass = comparisonOf(distributionOf("class", "classes", c.Labels(), c.Splits()))
	s.ByDomain = comparisonOf(distributionOf("domain", "domains", c.Domains(), c.Splits()))
	return s
}

func comparisonOf(d *Distribution) *Comparison {
	if d == nil || len(d.Splits) < 2 || len(d.Names) < 2 {
		return nil
	}
	c := &Comparison{What: d.What, Plural: d.Plural, Names: d.Names, Splits: d.Splits, Counts: d.BySplit, Test: homogeneityOf(d.BySplit)}
	for _, counts := range d.BySplit {
		total := 0
		for _, n := range counts {
			total += n
		}
		shares := make([]float64, len(counts))
		for i, n := range counts {
			shares[i] = float64(n) / float64(total)
		}
		c.Shares = append(c.Shares, shares)
	}
	for b := range c.Splits {
		for a := range b {
			c.Divergences = append(c.Divergences, Divergence{c.Splits[a], c.Splits[b], divergence(c.Shares[a], c.Shares[b])})
		}
	}
	return c
}

// warnings names the classes and domains that a split lacks.
func (s *Splits) warnings() []string {
	var all []string
	for _, c := range []*Comparison{s.ByClass, s.ByDomain} {
		if c == nil {
			continue
		}
		for i, split := range c.Splits {
			var missing []string
			for j, n := range c.Counts[i] {
				if n == 0 {
					missing = append(missing, fmt.Sprintf("%q", c.Names[j]))
				}
			}
			if len(missing) > 0 {
				all = append(all, fmt.Sprintf("%s no document in %s: %s", counted(len(missing), c.What+" has", c.Plural+" have"), split, first(missing, 10)))
			}
		}
	}
	return all
}

// Table returns the size of every split.
func (s *Splits) Table() *view.Table {
	t := view.NewTable("Sizes of the splits", "split", "documents", "share [%]", "groups", "classes", "domains")
	total := s.Without
	for _, n := range s.Documents {
		total += n
	}
	for i, name := range s.Names {
		t.Add(name, s.Documents[i], float64(s.Documents[i])/float64(total), s.Groups[i], s.Classes[i], s.Domains[i])
	}
	if s.Without > 0 {
		t.Add("(none)", s.Without, float64(s.Without)/float64(total))
	}
	return t
}

// View implements view.Viewer: the sizes, and the comparisons.
func (s *Splits) View() []view.Item {
	if s == nil {
		return absent("splits")
	}
	items := s.Table().View()
	if s.ByClass != nil {
		items = append(items, s.ByClass.View()...)
	}
	if s.ByDomain != nil {
		items = append(items, s.ByDomain.View()...)
	}
	return items
}

// order is that of the names by how much their shares differ, most first.
func (c *Comparison) order() []int {
	order := make([]int, len(c.Names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.spread(b), c.spread(a)) })
	return order
}

// spread is the difference of the largest and the smallest share.
func (c *Comparison) spread(i int) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for s := range c.Splits {
		low, high = math.Min(low, c.Shares[s][i]), math.Max(high, c.Shares[s][i])
	}
	return high - low
}

// Table returns the share of every class in every split, those first that
// differ most.
func (c *Comparison) Table() *view.Table {
	columns := []string{c.What}
	for _, s := range c.Splits {
		columns = append(columns, s+" [%]")
	}
	t := view.NewTable("Shares of the "+c.Plural+" in each split", append(columns, "difference [points]")...)
	order := c.order()
	for _, i := range order[:min(len(order), longTable)] {
		row := []any{c.Names[i]}
		for s := range c.Splits {
			row = append(row, c.Shares[s][i])
		}
		t.Add(append(row, c.spread(i))...)
	}
	if rest := len(order) - longTable; rest > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more %s differ less.", rest, c.Plural))
	}
	return t
}

// DifferenceTable returns the chi-square test and the divergences.
func (c *Comparison) DifferenceTable() *view.Table {
	t := view.NewTable("How much the "+c.Plural+" differ between the splits", "measure", "value", "meaning")
	number := func(x float64, text string) view.Cell { return view.Cell{Text: text, Number: &x} }
	for _, d := range c.Divergences {
		t.Add(fmt.Sprintf("Jensen–Shannon divergence, %s and %s", d.A, d.B), number(d.Bits, fmt.Sprintf("%.4f bits", d.Bits)), "0: the same shares; 1: nothing in common")
	}
	h := c.Test
	t.Add("Cramér's V", number(h.V, fmt.Sprintf("%.3f", h.V)), "0: the same shares; 1: the split determines the "+c.What)
	t.Add("chi-square", number(h.Statistic, view.FormatUnit(h.Statistic, "")), fmt.Sprintf("%d degrees of freedom", h.Freedom))
	p := view.Cell{Text: view.FormatUnit(h.P, "")}
	meaning := "of so large a difference if documents were divided at random"
	if !math.IsNaN(h.P) {
		p = number(h.P, fmt.Sprintf("%.3f", h.P))
		if h.P < 0.001 {
			p.Text = "< 0.001"
		}
	}
	if h.Small > 0.2 {
		meaning += fmt.Sprintf("; not to be relied on, since %s of the cells expect fewer than 5 documents", view.FormatUnit(h.Small, "%"))
	}
	t.Add("probability", p, meaning)
	return t
}

// mostCompared is the largest number of classes in a comparison's picture.
const mostCompared = 12

// Figure draws the share of every class in every split; of many classes those
// that differ most.
func (c *Comparison) Figure() (view.Figure, error) {
	order, caption := c.order(), fmt.Sprintf("Shares of the %s in each split, those first that differ most.", c.Plural)
	if len(order) > mostCompared {
		caption = fmt.Sprintf("Shares in each split of those %d of %d %s that differ most.", mostCompared, len(order), c.Plural)
		order = order[:mostCompared]
	}
	names, series := make([]string, len(order)), make([]chart.Series, len(c.Splits))
	for i, at := range order {
		names[i] = c.Names[at]
	}
	for s, split := range c.Splits {
		series[s].Name = split
		for _, at := range order {
			series[s].Y = append(series[s].Y, c.Shares[s][at])
		}
	}
	return chart.Bars(names, series, chart.BarOptions{Caption: caption, XLabel: c.What, YLabel: "share of the split's documents", Unit: "%"})
}

// View implements view.Viewer: the figure and the measures.
func (c *Comparison) View() []view.Item {
	if c == nil {
		return absent("two splits to compare")
	}
	return append(figure(c.Figure()), c.DifferenceTable().View()...)
}

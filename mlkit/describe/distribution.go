package describe

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Distribution is how documents are spread over classes, or over domains.
type Distribution struct {
	// What is "class" or "domain", Plural its plural.
	What, Plural string
	// Names are sorted; Counts are their documents, and BySplit[s][i] those in
	// split Splits[s].
	Names   []string
	Counts  []int
	Splits  []string
	BySplit [][]int
	// Missing is the number of documents without the property.
	Missing int
	// Ratio is the number of documents of the largest class over that of the
	// smallest, 1 for a balanced corpus.
	Ratio float64
	// Majority is the share of the largest, in 0..1: the accuracy of a
	// classifier that always answers with it.
	Majority float64
	// Entropy is Shannon's, in bits; Evenness is it over its largest value,
	// log2 of the number of classes, in 0..1 (Pielou, 1966); 1 for one class.
	Entropy, Evenness float64
	// Effective is 2^Entropy, the number of equally large classes with the same
	// entropy (Hill, 1973, https://doi.org/10.2307/1934352, of order 1).
	Effective float64
}

// distributionOf counts values; nil if there are none.
func distributionOf(what, plural string, values, splits []string) *Distribution {
	d := &Distribution{What: what, Plural: plural}
	for _, v := range values {
		if v == "" {
			d.Missing++
		} else {
			d.Names = append(d.Names, v)
		}
	}
	if len(d.Names) == 0 {
		return nil
	}
	total := float64(len(d.Names))
	slices.Sort(d.Names)
	d.Names = slices.Compact(d.Names)
	d.Counts = make([]int, len(d.Names))
	have := map[string][]int{}
	for row, v := range values {
		i, ok := slices.BinarySearch(d.Names, v)
		if !ok {
			continue
		}
		d.Counts[i]++
		if s := splits[row]; s != "" {
			if have[s] == nil {
				have[s] = make([]int, len(d.Names))
			}
			have[s][i]++
		}
	}
	for _, s := range []string{data.Train, data.Validation, data.Test} {
		if have[s] != nil {
			d.Splits, d.BySplit = append(d.Splits, s), append(d.BySplit, have[s])
		}
	}
	d.Ratio = float64(slices.Max(d.Counts)) / float64(slices.Min(d.Counts))
	d.Majority = float64(slices.Max(d.Counts)) / total
	for _, n := range d.Counts {
		p := float64(n) / total
		d.Entropy -= p * math.Log2(p)
	}
	d.Entropy = math.Max(d.Entropy, 0)
	d.Evenness = 1
	if len(d.Names) > 1 {
		d.Evenness = d.Entropy / math.Log2(float64(len(d.Names)))
	}
	d.Effective = math.Exp2(d.Entropy)
	return d
}

// Longest lists and largest pictures of classes, beyond which only the extremes
// are shown.
const (
	longTable  = 40
	longChart  = 30
	tableEdge  = 12
	chartSlice = 25
)

// Table returns the documents of each class, its share and its documents in
// each split, the largest class first; of many classes the largest and the
// smallest.
func (d *Distribution) Table() *view.Table {
	t := view.NewTable("Documents of each "+d.What, slices.Concat([]string{d.What, "documents", "share [%]"}, d.Splits)...)
	order, total := d.order(), 0
	for _, n := range d.Counts {
		total += n
	}
	add := func(i int) {
		row := []any{d.Names[i], d.Counts[i], float64(d.Counts[i]) / float64(total)}
		for _, s := range d.BySplit {
			row = append(row, s[i])
		}
		t.Add(row...)
	}
	if len(order) <= longTable {
		for _, i := range order {
			add(i)
		}
	} else {
		for _, i := range order[:2*tableEdge] {
			add(i)
		}
		rest := order[2*tableEdge : len(order)-tableEdge]
		sum, split := 0, make([]int, len(d.BySplit))
		for _, i := range rest {
			sum += d.Counts[i]
			for s := range d.BySplit {
				split[s] += d.BySplit[s][i]
			}
		}
		row := []any{fmt.Sprintf("(%d more %s)", len(rest), d.Plural), sum, float64(sum) / float64(total)}
		for _, n := range split {
			row = append(row, n)
		}
		t.Add(row...)
		for _, i := range order[len(order)-tableEdge:] {
			add(i)
		}
	}
	if d.Missing > 0 {
		t.Notes = append(t.Notes, counted(d.Missing, "document has", "documents have")+" none.")
	}
	return t
}

// order is that of the classes by size, the largest first.
func (d *Distribution) order() []int {
	order := make([]int, len(d.Names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.Counts[b], d.Counts[a]) })
	return order
}

// BalanceTable returns the measures of imbalance.
func (d *Distribution) BalanceTable() *view.Table {
	t := view.NewTable("Balance of the "+d.Plural, "measure", "value", "meaning")
	n := float64(len(d.Names))
	number := func(x float64, unit string) view.Cell { return view.Cell{Text: view.FormatUnit(x, unit), Number: &x} }
	order := d.order()
	t.Add("largest over smallest", number(d.Ratio, ""), fmt.Sprintf("%s (%s) over %s (%s); 1 is balanced", d.Names[order[0]], view.FormatUnit(float64(d.Counts[order[0]]), "count"),
		d.Names[order[len(order)-1]], view.FormatUnit(float64(d.Counts[order[len(order)-1]]), "count")))
	t.Add("share of the largest", number(d.Majority, "%"), fmt.Sprintf("the accuracy of always answering with it; %s if all were equal", view.FormatUnit(1/n, "%")))
	t.Add("entropy", number(d.Entropy, "bits"), fmt.Sprintf("%s bits if all were equal", view.FormatUnit(math.Log2(n), "")))
	t.Add("evenness", number(d.Evenness, ""), "entropy over its largest value; 1 is balanced")
	t.Add("effective number", number(d.Effective, ""), fmt.Sprintf("equally large %s with the same entropy, of %d", d.Plural, len(d.Names)))
	return t
}

// Figure draws the documents of each class, stacked by split where there are
// splits; of many classes the largest and the smallest.
func (d *Distribution) Figure() (view.Figure, error) {
	order, caption := d.order(), fmt.Sprintf("Documents of each %s.", d.What)
	if len(order) > longChart {
		caption = fmt.Sprintf("Documents of the %d largest and the %d smallest of %d %s.", chartSlice-5, 5, len(order), d.Plural)
		order = slices.Concat(order[:chartSlice-5], order[len(order)-5:])
	}
	names := make([]string, len(order))
	for i, at := range order {
		names[i] = d.Names[at]
	}
	pick := func(counts []int) []float64 {
		values := make([]float64, len(order))
		for i, at := range order {
			values[i] = float64(counts[at])
		}
		return values
	}
	opt := chart.BarOptions{Caption: caption, XLabel: d.What, YLabel: "documents", Unit: "count"}
	rest := slices.Clone(d.Counts)
	var series []chart.Series
	for s, counts := range d.BySplit {
		series = append(series, chart.Series{Name: d.Splits[s], Y: pick(counts)})
		for i, n := range counts {
			rest[i] -= n
		}
	}
	if len(series) < 2 {
		return chart.Bar(names, pick(d.Counts), opt)
	}
	if slices.Max(rest) > 0 {
		series = append(series, chart.Series{Name: "no split", Y: pick(rest)})
	}
	opt.Stacked = true
	return chart.Bars(names, series, opt)
}

// View implements view.Viewer: the figure, the table, and for more than one
// class the balance.
func (d *Distribution) View() []view.Item {
	if d == nil {
		return absent("classes or domains to count")
	}
	items := append(figure(d.Figure()), d.Table().View()...)
	if len(d.Names) > 1 {
		items = append(items, d.BalanceTable().View()...)
	}
	return items
}

// Cross counts the documents of every class in every domain.
type Cross struct {
	Classes, Domains []string
	// Documents[class][domain]
	Documents [][]int
	// V is Cramér's V of class and domain, in 0..1: 0 if the domain says nothing
	// about the class, 1 if it determines it (Cramér, 1946).
	V float64
}

// crossOf is nil where there are no classes or not at least two domains.
func crossOf(c *data.Corpus) *Cross {
	x := &Cross{Classes: c.Classes(), Domains: c.DomainNames(), Documents: c.Cross()}
	if len(x.Classes) == 0 || len(x.Domains) < 2 {
		return nil
	}
	x.V = homogeneityOf(x.Documents).V
	return x
}

// Figure draws the cross table as a heat map.
func (x *Cross) Figure() (view.Figure, error) {
	values := make([][]float64, len(x.Documents))
	for i, row := range x.Documents {
		for _, n := range row {
			values[i] = append(values[i], float64(n))
		}
	}
	return chart.Heatmap(x.Classes, x.Domains, values, chart.HeatmapOptions{
		RowsName: "class", ColumnsName: "domain", Name: "documents", Unit: "count",
		Caption: "Documents of each class, by domain. A class that is found mostly in one domain lets a model learn the subject in place of the class.",
	})
}

// Metric returns Cramér's V of class and domain.
func (x *Cross) Metric() view.Metric {
	return view.Metric{Name: "Cramér's V of class and domain", Value: x.V, Detail: "0: the domain says nothing about the class; 1: it determines it"}
}

// View implements view.Viewer: the heat map, whose numbers are its data, and
// Cramér's V.
func (x *Cross) View() []view.Item {
	if x == nil {
		return absent("classes in several domains")
	}
	return append(figure(x.Figure()), x.Metric().View()...)
}

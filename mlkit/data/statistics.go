package data

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"viva/mlkit/view"
)

// Classes returns the distinct labels, sorted. Documents without a label do
// not count; nor do documents without the property in question in the other
// lists of names.
func (c *Corpus) Classes() []string { return distinct(c.Labels()) }

// DomainNames returns the distinct domains, sorted.
func (c *Corpus) DomainNames() []string { return distinct(c.Domains()) }

// GroupNames returns the distinct groups, sorted.
func (c *Corpus) GroupNames() []string { return distinct(c.Groups()) }

// SplitNames returns the splits that have documents: train, validation, test,
// in this order.
func (c *Corpus) SplitNames() []string {
	have := tally(c.Splits())
	return slices.DeleteFunc([]string{Train, Validation, Test}, func(s string) bool { return have[s] == 0 })
}

func tally(values []string) map[string]int {
	n := map[string]int{}
	for _, v := range values {
		n[v]++
	}
	return n
}

func distinct(values []string) []string {
	n := tally(values)
	delete(n, "")
	return slices.Sorted(maps.Keys(n))
}

func counts(names, values []string) []float64 {
	n := tally(values)
	out := make([]float64, len(names))
	for i, name := range names {
		out[i] = float64(n[name])
	}
	return out
}

// ClassCounts returns the classes and the number of documents of each.
func (c *Corpus) ClassCounts() (classes []string, documents []float64) {
	return c.Classes(), counts(c.Classes(), c.Labels())
}

// DomainCounts returns the domains and the number of documents of each.
func (c *Corpus) DomainCounts() (domains []string, documents []float64) {
	return c.DomainNames(), counts(c.DomainNames(), c.Domains())
}

// SplitCounts returns the splits and the number of documents of each.
func (c *Corpus) SplitCounts() (splits []string, documents []float64) {
	return c.SplitNames(), counts(c.SplitNames(), c.Splits())
}

// GroupSizes returns the number of documents of every group, in the order of
// GroupNames.
func (c *Corpus) GroupSizes() []float64 { return counts(c.GroupNames(), c.Groups()) }

// Lengths returns the number of words of every document's text, by row.
func (c *Corpus) Lengths() []float64 {
	n := make([]float64, len(c.docs))
	inParallel(len(n), func(i int) { n[i] = float64(c.docs[i].Words()) })
	return n
}

// Cross returns the number of documents of every class (rows, as in Classes)
// in every domain (columns, as in DomainNames).
func (c *Corpus) Cross() [][]int {
	classes, domains := c.Classes(), c.DomainNames()
	n := make([][]int, len(classes))
	for i := range n {
		n[i] = make([]int, len(domains))
	}
	for i := range c.docs {
		row, ok1 := slices.BinarySearch(classes, c.docs[i].Label)
		col, ok2 := slices.BinarySearch(domains, c.docs[i].Domain)
		if ok1 && ok2 {
			n[row][col]++
		}
	}
	return n
}

// View implements view.Viewer: the corpus in a few lines.
func (c *Corpus) View() []view.Item {
	t := view.NewTable("The corpus "+c.name, "property", "value")
	t.Add("documents", len(c.docs))
	for _, p := range []struct {
		name   string
		values []string
		names  []string
	}{
		{"classes", c.Labels(), c.Classes()},
		{"domains", c.Domains(), c.DomainNames()},
		{"groups", c.Groups(), c.GroupNames()},
	} {
		t.Add(p.name, len(p.names))
		if missing := tally(p.values)[""]; missing > 0 {
			t.Add("documents without "+strings.TrimSuffix(strings.Replace(p.name, "classes", "class", 1), "s"), missing)
		}
	}
	if splits := c.SplitNames(); len(splits) == 0 {
		t.Add("splits", "none")
	} else {
		names, n := c.SplitCounts()
		for i := range names {
			t.Add("in "+names[i], n[i])
			t.Rows[len(t.Rows)-1][1].Text = view.FormatUnit(n[i], "count")
		}
		if without := tally(c.Splits())[""]; without > 0 {
			t.Add("in no split", without)
		}
	}
	q := quartiles(c.Lengths())
	t.Add("median length", view.Cell{Text: view.FormatUnit(q.median, "count") + " words", Number: &q.median})
	t.Add("fingerprint", c.Fingerprint())
	t.Notes = c.Warnings()
	return t.View()
}

// ClassTable returns for every class the number of documents, its share, and
// its documents in each split.
func (c *Corpus) ClassTable() *view.Table {
	return c.shareTable("Documents of each class", "class", c.Classes(), c.Labels())
}

// DomainTable returns for every domain the number of documents, its share, and
// its documents in each split.
func (c *Corpus) DomainTable() *view.Table {
	return c.shareTable("Documents of each domain", "domain", c.DomainNames(), c.Domains())
}

func (c *Corpus) shareTable(caption, what string, names, values []string) *view.Table {
	splits := c.SplitNames()
	t := view.NewTable(caption, slices.Concat([]string{what, "documents", "share [%]"}, splits)...)
	n := tally(values)
	inSplit := map[[2]string]int{}
	for i, v := range values {
		inSplit[[2]string{v, c.docs[i].Split}]++
	}
	row := func(name, key string) {
		cells := []any{name, n[key], float64(n[key]) / float64(len(values))}
		for _, s := range splits {
			cells = append(cells, inSplit[[2]string{key, s}])
		}
		t.Add(cells...)
	}
	for _, name := range names {
		row(name, name)
	}
	if n[""] > 0 {
		row("(none)", "")
	}
	return t
}

// CrossTable returns the number of documents of every class in every domain. A
// class that is found mostly in one domain lets a model learn the subject in
// place of the class.
func (c *Corpus) CrossTable() *view.Table {
	classes, domains := c.Classes(), c.DomainNames()
	t := view.NewTable("Documents of each class, by domain", slices.Concat([]string{"class"}, domains, []string{"all"})...)
	for i, row := range c.Cross() {
		cells, sum := []any{classes[i]}, 0
		for _, n := range row {
			cells, sum = append(cells, n), sum+n
		}
		t.Add(append(cells, sum)...)
	}
	return t
}

// SplitTable returns for every split the number of documents, its share, and
// how many groups, classes and domains it has.
func (c *Corpus) SplitTable() *view.Table {
	t := view.NewTable("Sizes of the splits", "split", "documents", "share [%]", "groups", "classes", "domains")
	for _, s := range append(c.SplitNames(), "") {
		part := c.InSplit(s)
		if part.Len() == 0 {
			continue
		}
		t.Add(cmp.Or(s, "(none)"), part.Len(), float64(part.Len())/float64(c.Len()), len(part.GroupNames()), len(part.Classes()), len(part.DomainNames()))
	}
	return t
}

// LengthTable returns for every class the lengths of its documents in words:
// the smallest, the quartiles, the largest and the mean.
func (c *Corpus) LengthTable() *view.Table {
	t := view.NewTable("Lengths of the documents, in words", "class", "documents", "shortest [count]", "lower quartile [count]", "median [count]", "upper quartile [count]", "longest [count]", "mean [count]")
	lengths := c.Lengths()
	row := func(name string, keep func(label string) bool) {
		var of []float64
		for i, n := range lengths {
			if keep(c.docs[i].Label) {
				of = append(of, n)
			}
		}
		if len(of) > 0 {
			q := quartiles(of)
			t.Add(name, len(of), q.min, q.low, q.median, q.high, q.max, q.mean)
		}
	}
	for _, name := range c.Classes() {
		row(name, func(l string) bool { return l == name })
	}
	row("all", func(string) bool { return true })
	return t
}

type summary struct{ min, low, median, high, max, mean float64 }

// quartiles interpolates linearly between the nearest ranks, as numpy's
// percentile does by default.
func quartiles(values []float64) summary {
	if len(values) == 0 {
		return summary{}
	}
	v := slices.Sorted(slices.Values(values))
	at := func(p float64) float64 {
		x := p * float64(len(v)-1)
		i := int(x)
		if i+1 == len(v) {
			return v[i]
		}
		return v[i] + (x-float64(i))*(v[i+1]-v[i])
	}
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return summary{v[0], at(0.25), at(0.5), at(0.75), v[len(v)-1], sum / float64(len(v))}
}

// PreparationTable returns for every property that an experiment needs on
// every document how many documents lack it.
func (c *Corpus) PreparationTable() *view.Table {
	t := view.NewTable("What every document must have", "property", "documents with it", "documents without it", "verdict")
	for _, p := range []struct {
		name  string
		value func(Document) string
	}{
		{"text", func(d Document) string { return strings.TrimSpace(d.Text) }},
		{"class", func(d Document) string { return d.Label }},
		{"domain", func(d Document) string { return d.Domain }},
		{"group", func(d Document) string { return d.Group }},
		{"split", func(d Document) string { return d.Split }},
	} {
		without := 0
		for _, d := range c.docs {
			if p.value(d) == "" {
				without++
			}
		}
		verdict := view.Cell{Text: "complete", Tone: "good"}
		if without > 0 {
			verdict = view.Cell{Text: fmt.Sprintf("%d missing", without), Tone: "bad"}
		}
		t.Add(p.name, c.Len()-without, without, verdict)
	}
	return t
}

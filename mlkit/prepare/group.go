package prepare

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// GroupOptions say which documents belong together. The zero value joins
// documents of one group and copies.
type GroupOptions struct {
	// By are the keys: documents that have one in common belong together, and
	// so do those that are joined through others. Empty means the field
	// "group".
	By []Key
	// IgnoreCopies leaves copies apart. By default exact, normalised and near
	// copies belong together.
	IgnoreCopies bool
	// Threshold is the smallest Jaccard index of near copies; 0 means 0.8.
	Threshold float64
	// WholeText compares messages with their headers.
	WholeText bool
	// MaxShare is the share of all documents above which a group comes with a
	// warning that names the key that made it; 0 means 0.1. Such a group can
	// only go to one side of a split.
	MaxShare float64
}

func (o GroupOptions) filled() (GroupOptions, error) {
	if len(o.By) == 0 {
		o.By = []Key{{Field: "group"}}
	}
	o.By = slices.Clone(o.By)
	for i := range o.By {
		var err error
		if o.By[i], err = o.By[i].filled(fmt.Sprintf("GroupOptions.By[%d]", i)); err != nil {
			return o, err
		}
	}
	if o.Threshold == 0 {
		o.Threshold = 0.8
	}
	if o.MaxShare == 0 {
		o.MaxShare = 0.1
	}
	for name, v := range map[string]float64{"Threshold": o.Threshold, "MaxShare": o.MaxShare} {
		if !(v > 0 && v <= 1) {
			return o, fmt.Errorf("prepare: GroupOptions.%s is %v: it must be above 0 and at most 1", name, v)
		}
	}
	return o, nil
}

// links are what one key joins: lists of rows that belong together.
type links struct {
	key       string
	documents int
	sets      [][]int
}

// AssignGroups puts documents into one group that share a key or are copies of
// each other, and those that are joined through others: so a thread, an author
// or a story stays whole when the corpus is split. Keys are compared without
// regard to capital letters and white space. A group is named after the group
// of its earliest document that has one, else after its earliest document;
// documents that share nothing are groups of their own.
func AssignGroups(ctx context.Context, c *data.Corpus, opt GroupOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	var all []links
	for _, k := range opt.By {
		trace.Progress(ctx, "joining documents by "+k.label(), len(all), len(opt.By)+1)
		all = append(all, linksOf(k.label(), k.values(c)))
	}
	if !opt.IgnoreCopies {
		sets, err := clusters(ctx, c, opt.Threshold, opt.WholeText)
		if err != nil {
			return nil, err
		}
		l := links{key: "copies", sets: sets}
		for _, rows := range sets {
			l.documents += len(rows)
		}
		all = append(all, l)
	}
	roots := join(c.Len(), all, -1)
	names := groupNames(c, roots)
	s := &Step{Name: "assign groups", Why: "Documents of one source share words and authors: they must not be torn apart by a split.", Before: c.Len(), before: c}
	row := 0
	after, err := c.Map(func(d data.Document) data.Document {
		if d.Group != names[row] {
			kind, reason := "new group", fmt.Sprintf("had no group, is in %q", names[row])
			if d.Group != "" {
				kind, reason = "joined with another group", fmt.Sprintf("was in the group %q, is in %q", d.Group, names[row])
			}
			s.Changed = append(s.Changed, Removal{row, d.ID, d.Label, kind, reason})
			d.Group = names[row]
		}
		row++
		return d
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.Corpus, s.After = after, after.Len()
	s.Warnings = append(giants(c.Len(), all, roots, names, opt.MaxShare), tornGroups(after)...)
	s.details = append(s.details, func() *view.Table { return joinTable(c.Len(), all) })
	return s, nil
}

func linksOf(name string, values []string) links {
	l := links{key: name}
	at := map[string]int{}
	for row, v := range values {
		if v == "" {
			continue
		}
		l.documents++
		v = folded(v)
		i, ok := at[v]
		if !ok {
			i = len(l.sets)
			at[v] = i
			l.sets = append(l.sets, nil)
		}
		l.sets[i] = append(l.sets[i], row)
	}
	return l
}

// join returns for every row the earliest row that it is joined with, by all
// links but those of one key.
func join(n int, all []links, without int) []int {
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for k, l := range all {
		if k == without {
			continue
		}
		for _, rows := range l.sets {
			for _, row := range rows[1:] {
				a, b := root(rows[0]), root(row)
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	for i := range parent {
		parent[i] = root(i)
	}
	return parent
}

// groupNames names every component. A name that two of them would have goes to
// the first; no document is given the group of one that it is not joined with.
func groupNames(c *data.Corpus, roots []int) []string {
	groups, ids := c.Groups(), c.IDs()
	name := map[int]string{}
	owner := map[string]int{}
	for row, g := range groups {
		root := roots[row]
		if _, named := name[root]; g == "" || named {
			continue
		}
		if _, taken := owner[g]; !taken {
			name[root], owner[g] = g, root
		}
	}
	free := func(s string) string {
		for {
			if _, taken := owner[s]; !taken {
				return s
			}
			s += "'"
		}
	}
	out := make([]string, len(roots))
	for row, root := range roots {
		if name[root] == "" {
			// The root is the earliest row, so it comes first.
			n := ids[root]
			if groups[root] != "" {
				n = groups[root]
			}
			n = free(n)
			name[root], owner[n] = n, root
		}
		out[row] = name[root]
	}
	return out
}

// largest returns the size of the largest component and its root.
func largest(roots []int) (size, root int) {
	n := make([]int, len(roots))
	for _, r := range roots {
		n[r]++
		if n[r] > size {
			size = n[r]
		}
	}
	return size, slices.Index(n, size)
}

// giants warns of a group that is too large, with the key without which it would
// be smallest and the values by which that key joins most of it.
func giants(n int, all []links, roots []int, names []string, maxShare float64) []string {
	const fewest = 10
	size, root := largest(roots)
	if size < fewest || float64(size) <= maxShare*float64(n) {
		return nil
	}
	best, smallest := 0, size+1
	for k := range all {
		// What is left of the giant alone counts.
		without := join(n, all, k)
		left := map[int]int{}
		most := 0
		for row, r := range roots {
			if r == root {
				left[without[row]]++
				most = max(most, left[without[row]])
			}
		}
		if most < smallest {
			best, smallest = k, most
		}
	}
	text := fmt.Sprintf("The group %q has %d of %d documents (%s) and can only go to one side of a split.", names[root], size, n, view.FormatUnit(float64(size)/float64(n), "%"))
	if smallest == size {
		return []string{text + " Every key alone would make it."}
	}
	type value struct{ name, size int }
	var sets []value
	for i, rows := range all[best].sets {
		if roots[rows[0]] == root && len(rows) > 1 {
			sets = append(sets, value{i, len(rows)})
		}
	}
	slices.SortStableFunc(sets, func(a, b value) int { return b.size - a.size })
	return []string{fmt.Sprintf("%s The key %q did it: without it, at most %d of them are one group. It joins them by %d values, the largest of %d documents. Leave the key out, make it narrower, or have it ignore values that say nothing.",
		text, all[best].key, smallest, len(sets), sets[0].size)}
}

// tornGroups warns of groups that stand in two splits.
func tornGroups(c *data.Corpus) []string {
	in := map[string]string{}
	torn := map[string]bool{}
	for row := range c.Len() {
		d := c.At(row)
		if d.Split == "" {
			continue
		}
		if s, ok := in[d.Group]; ok && s != d.Split {
			torn[d.Group] = true
		}
		in[d.Group] = d.Split
	}
	if len(torn) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d groups now stand in two splits: split anew.", len(torn))}
}

func joinTable(n int, all []links) *view.Table {
	t := view.NewTable("What belongs together", "key", "documents with it", "values", "values of two or more", "groups so far", "largest group so far")
	for k, l := range all {
		shared := 0
		for _, rows := range l.sets {
			if len(rows) > 1 {
				shared++
			}
		}
		roots := join(n, all[:k+1], -1)
		components := 0
		for row, r := range roots {
			if r == row {
				components++
			}
		}
		size, _ := largest(roots)
		t.Add(strings.ToUpper(l.key[:1])+l.key[1:], l.documents, len(l.sets), shared, components, size)
	}
	return t
}

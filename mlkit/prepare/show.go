package prepare

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// most is the number of domains up to which a step shows all.
const most = 25

// examples is the number of removed documents that a step shows.
const examples = 8

// detail makes a step's own table when it is looked at.
type detail = func() *view.Table

// View implements view.Viewer: what was removed and why, classes before and
// after, the step's own tables, and examples.
func (s *Step) View() []view.Item {
	items := s.ReasonTable().View()
	for _, d := range s.details {
		if t := d(); len(t.Rows) > 0 {
			items = append(items, t.View()...)
		}
	}
	if len(s.Removed) > 0 {
		items = append(items, s.ClassTable().View()...)
		// A property with one value tells nothing, one with very many too much.
		if n := len(s.before.DomainNames()); n > 1 && n <= most {
			items = append(items, s.DomainTable().View()...)
		}
		if len(s.before.SplitNames()) > 1 {
			items = append(items, s.SplitTable().View()...)
		}
	}
	if len(s.Removed)+len(s.Changed) > 0 {
		items = append(items, s.ExampleTable(examples).View()...)
	}
	for _, w := range s.Warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

// ReasonTable returns the documents before, those left out for each reason,
// and those after.
func (s *Step) ReasonTable() *view.Table {
	t := view.NewTable("Step: "+s.Name, "", "documents", "share [%]")
	share := func(n int) float64 { return float64(n) / float64(max(s.Before, 1)) }
	t.Add("before", s.Before, share(s.Before))
	for _, list := range []struct {
		what     string
		removals []Removal
	}{{"removed: ", s.Removed}, {"changed: ", s.Changed}} {
		var kinds []string
		n := map[string]int{}
		for _, r := range list.removals {
			if n[r.Kind] == 0 {
				kinds = append(kinds, r.Kind)
			}
			n[r.Kind]++
		}
		slices.SortStableFunc(kinds, func(a, b string) int { return n[b] - n[a] })
		const listed = 12
		other := 0
		for i, k := range kinds {
			if i >= listed {
				other += n[k]
				continue
			}
			t.Add(list.what+k, n[k], share(n[k]))
		}
		if other > 0 {
			t.Add(fmt.Sprintf("%s%d other reasons", list.what, len(kinds)-listed), other, share(other))
		}
	}
	t.Add("after", s.After, share(s.After))
	t.Notes = append(t.Notes, s.Why)
	return t
}

// ClassTable returns the documents of each class before and after.
func (s *Step) ClassTable() *view.Table {
	return s.countTable("Classes", "class", (*data.Corpus).Labels)
}

// DomainTable returns the documents of each domain before and after.
func (s *Step) DomainTable() *view.Table {
	return s.countTable("Domains", "domain", (*data.Corpus).Domains)
}

// SplitTable returns the documents of each split before and after.
func (s *Step) SplitTable() *view.Table {
	return s.countTable("Splits", "split", (*data.Corpus).Splits)
}

// countTable counts the documents with each value of a property. What has none
// gets a row if there is any such document.
func (s *Step) countTable(caption, name string, of func(*data.Corpus) []string) *view.Table {
	t := view.NewTable(caption+" before and after: "+s.Name, name, "before", "share before [%]", "after", "share after [%]", "removed")
	before, after, removed := map[string]int{}, map[string]int{}, map[string]int{}
	old := of(s.before)
	for _, v := range old {
		before[v]++
	}
	for _, v := range of(s.Corpus) {
		after[v]++
	}
	for _, r := range s.Removed {
		removed[old[r.Row]]++
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	names := slices.Sorted(maps.Keys(all))
	if name == "split" {
		order := []string{data.Train, data.Validation, data.Test, ""}
		slices.SortFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	}
	for _, v := range names {
		t.Add(cmp.Or(v, "none"), before[v], float64(before[v])/float64(max(s.Before, 1)), after[v], float64(after[v])/float64(max(s.After, 1)), removed[v])
	}
	return t
}

// ExampleTable returns up to n removed or changed documents, spread evenly
// over all of them, with the reason and the beginning of the text.
func (s *Step) ExampleTable(n int) *view.Table {
	caption, list := "Examples of what was removed: ", s.Removed
	if len(list) == 0 {
		caption, list = "Examples of what was changed: ", s.Changed
	}
	t := view.NewTable(caption+s.Name, "document", "class", "reason", "text")
	n = max(0, min(n, len(list)))
	for i := range n {
		r := list[i*len(list)/n]
		t.Add(r.ID, r.Label, r.Reason, beginning(s.before.Body(r.Row)))
	}
	if rest := len(list) - n; rest > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more.", rest))
	}
	return t
}

func beginning(text string) string {
	const words, longest = 14, 160
	fields := strings.Fields(text)
	s := strings.Join(fields[:min(words, len(fields))], " ")
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest])
	}
	if len(fields) > words {
		s += " …"
	}
	return s
}

// Summary returns a table of steps, in the order in which they were taken.
func Summary(steps ...*Step) *view.Table {
	t := view.NewTable("Preparation, step by step", "step", "before", "removed", "changed", "after", "why")
	for _, s := range steps {
		t.Add(s.Name, s.Before, len(s.Removed), len(s.Changed), s.After, s.Why)
	}
	return t
}

package prepare

import (
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/view"
)

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
		const most = 12
		other := 0
		for i, k := range kinds {
			if i >= most {
				other += n[k]
				continue
			}
			t.Add(list.what+k, n[k], share(n[k]))
		}
		if other > 0 {
			t.Add(fmt.Sprintf("%s%d other reasons", list.what, len(kinds)-most), other, share(other))
		}
	}
	t.Add("after", s.After, share(s.After))
	t.Notes = append(t.Notes, s.Why)
	return t
}

// ClassTable returns the documents of each class before and after.
func (s *Step) ClassTable() *view.Table {
	t := view.NewTable("Classes before and after: "+s.Name, "class", "before", "share before [%]", "after", "share after [%]")
	classes, before := s.before.ClassCounts()
	after := map[string]float64{}
	names, counts := s.Corpus.ClassCounts()
	for i, name := range names {
		after[name] = counts[i]
	}
	for i, class := range classes {
		t.Add(class, int(before[i]), before[i]/float64(s.Before), int(after[class]), after[class]/float64(max(s.After, 1)))
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

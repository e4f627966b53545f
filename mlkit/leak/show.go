package leak

import (
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Passed reports whether nothing is wrong, as far as it could be checked.
func (f Finding) Passed() bool { return f.Count == 0 }

// Metric returns the count under the rule's name.
func (f Finding) Metric() view.Metric {
	return view.Metric{Name: f.Rule.Counts, Value: float64(f.Count), Unit: "count", Detail: f.Detail}
}

// Gate returns the finding as a condition with its evidence.
func (f Finding) Gate() view.Gate {
	g := view.NewGate(f.Rule.Condition, f.Metric(), view.AtMost(0))
	if !g.Passed {
		g.Repair = f.Rule.Repair
		if f.Evidence != nil {
			g.Evidence = f.Evidence.Copy().View()
		}
	}
	return g
}

// View implements view.Viewer: the verdict, with the evidence if something is
// wrong, and what else was measured.
func (f Finding) View() []view.Item {
	items := f.Gate().View()
	if f.Skipped != "" {
		items = []view.Item{{Note: &view.Note{Level: "warning", Text: fmt.Sprintf("Not checked: %s, because %s.", f.Rule.Name, f.Skipped)}}}
	} else if f.Rule.Severity != Error {
		items = nil
		if f.Count > 0 {
			items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: fmt.Sprintf("It does not hold that %s. %s %s", f.Rule.Condition, f.Rule.Why, f.Rule.Repair)}})
		}
		items = append(items, f.Metric().View()...)
		if f.Evidence != nil {
			items = append(items, f.Evidence.Copy().View()...)
		}
	}
	return append(items, f.measures()...)
}

// measures shows what else was measured.
func (f Finding) measures() []view.Item {
	var items []view.Item
	for _, m := range f.Measures {
		if m.Interval != nil {
			interval := *m.Interval
			m.Interval = &interval
		}
		items = append(items, m.View()...)
	}
	return items
}

// Gates returns the findings of severity Error as conditions. Checks that
// could not be made are not among them; Warnings names those.
func (r *Report) Gates() []view.Gate {
	var gates []view.Gate
	for _, f := range r.Findings {
		if f.Rule.Severity == Error && f.Skipped == "" {
			gates = append(gates, f.Gate())
		}
	}
	return gates
}

// Table returns what every check found, in a row each.
func (r *Report) Table() *view.Table {
	t := view.NewTable("Leakage checks on "+r.Corpus, "condition", "found", "verdict", "what was counted")
	for _, f := range r.Findings {
		verdict := view.Cell{Text: "holds", Tone: "good"}
		found := any(f.Count)
		switch {
		case f.Skipped != "":
			verdict, found = view.Cell{Text: "not checked", Tone: "warn"}, nil
		case f.Count > 0 && f.Rule.Severity == Error:
			verdict = view.Cell{Text: "broken", Tone: "bad"}
		case f.Count > 0:
			verdict = view.Cell{Text: "look at it", Tone: "warn"}
		}
		counted := f.Rule.Counts
		if f.Detail != "" {
			counted += "; " + f.Detail
		}
		t.Add(f.Rule.Condition, found, verdict, counted)
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%s; near copies have a Jaccard index of word n-grams of at least %.2g.", plural(r.Documents, "document"), r.Threshold), foundBy(r.Method, r.Recall))
	t.Notes = append(t.Notes, r.Warnings...)
	return t
}

// CountTable returns for every two splits how many documents of the later one
// have a copy in the earlier one.
func (r *Report) CountTable() *view.Table {
	t := view.NewTable("Documents that have a copy in an earlier split", "documents of", "with a copy in", "exact", "normalised", "near")
	for _, c := range r.Counts {
		t.Add(c.To, c.From, c.Exact, c.Normalised, c.Near)
	}
	t.Notes = append(t.Notes, "Each kind of copy counts the kinds to its left too.")
	return t
}

// RepairTable returns for every check that found something why it matters and
// what to do.
func (r *Report) RepairTable() *view.Table {
	t := view.NewTable("What to do", "check", "found", "why it matters", "repair")
	for _, f := range r.Findings {
		if f.Count > 0 {
			t.Add(f.Rule.Name, f.Count, f.Rule.Why, f.Rule.Repair)
		}
	}
	return t
}

// Finding returns what the named check found.
func (r *Report) Finding(name string) (Finding, error) {
	for _, f := range r.Findings {
		if f.Rule.Name == name {
			return f.clone(), nil
		}
	}
	return Finding{}, fmt.Errorf("leak: the report has no check %q: see Options.Checks and Options.Skip", name)
}

// clone returns a finding that shares nothing with this one.
func (f Finding) clone() Finding {
	if f.Evidence != nil {
		f.Evidence = f.Evidence.Copy()
	}
	f.Measures = slices.Clone(f.Measures)
	for i, m := range f.Measures {
		if m.Interval != nil {
			interval := *m.Interval
			f.Measures[i].Interval = &interval
		}
	}
	return f
}

// View implements view.Viewer: the table of all checks, what to do about what
// they found, and the evidence.
func (r *Report) View() []view.Item {
	items := r.Table().View()
	if t := r.RepairTable(); len(t.Rows) > 0 {
		items = append(items, t.View()...)
	}
	for _, f := range r.Findings {
		items = append(items, f.measures()...)
		if f.Evidence != nil {
			items = append(items, f.Evidence.Copy().View()...)
		}
	}
	return items
}

// PairTable returns the first n pairs of copies across splits, all if n is
// negative, with both texts side by side.
func (r *Report) PairTable(c *data.Corpus, n int) *view.Table {
	if n == 0 {
		n = 10
	}
	return pairTable("Copies across splits", c, r.Pairs, Options{Examples: n})
}

func pairTable(caption string, c *data.Corpus, pairs []Pair, opt Options) *view.Table {
	t := view.NewTable(caption, "document", "its text", "copy", "its text", "kind", "Jaccard", "classes")
	for i, p := range pairs {
		if opt.Examples >= 0 && i == opt.Examples {
			t.Notes = append(t.Notes, fmt.Sprintf("%s more.", plural(len(pairs)-i, "pair")))
			break
		}
		textA, textB := c.Body(p.RowA), c.Body(p.RowB)
		if opt.WholeText {
			textA, textB = c.At(p.RowA).Text, c.At(p.RowB).Text
		}
		textA, textB = excerpts(textA, textB)
		classes := view.Cell{Text: p.LabelA}
		if !p.SameLabel {
			classes = view.Cell{Text: p.LabelA + " / " + p.LabelB, Tone: "warn"}
		}
		t.Add(place(p.SplitA, p.IDA), textA, place(p.SplitB, p.IDB), textB, p.Kind, p.Jaccard, classes)
	}
	return t
}

func place(split, id string) string {
	if split == "" {
		return id
	}
	return split + ": " + id
}

// excerpts returns a dozen words of each of two copies: from a little before
// the first place where they differ, or the beginning if they do not.
func excerpts(a, b string) (string, string) {
	const before, length = 4, 14
	x, y := strings.Fields(a), strings.Fields(b)
	from := 0
	for from < len(x) && from < len(y) && x[from] == y[from] {
		from++
	}
	if from == len(x) && from == len(y) {
		from = 0
	}
	from = max(0, from-before)
	cut := func(words []string) string {
		const longest = 160
		to := min(from+length, len(words))
		s := strings.Join(words[min(from, to):to], " ")
		if r := []rune(s); len(r) > longest {
			s = string(r[:longest])
		}
		if from > 0 {
			s = "… " + s
		}
		if to < len(words) {
			s += " …"
		}
		return s
	}
	return cut(x), cut(y)
}

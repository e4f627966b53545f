package split

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/view"
)

// Imbalance says how far a division is from the ideal of stratification, in
// which every part has the same share of each class as all documents together.
// Whole documents, and whole groups all the more, allow it only roughly.
// Documents without a label do not count.
type Imbalance struct {
	// Parts are the names of the parts: the folds' test parts, or training,
	// validation and test.
	Parts []string
	// Classes are the labels, sorted.
	Classes []string
	// Whole is the number of documents of each class in all.
	Whole []int
	// Documents[p][c] is the number of documents of class c in part p, and
	// Ideal[p][c] what it would be if the part had every class in proportion.
	Documents [][]int
	Ideal     [][]float64
	// Deviation[p][c] is the share of class c among the documents of part p
	// minus its share among all, in −1..1.
	Deviation [][]float64
	// Largest is the deviation of the largest magnitude.
	Largest Deviation
	// Missing lists every class that a part has no document of.
	Missing []Missing
}

// Deviation is how far one part is from the ideal in one class.
type Deviation struct {
	Part, Class string
	// Documents is how many there are, Ideal how many there would be.
	Documents int
	Ideal     float64
	// Share is the class's share among the documents of the part, in 0..1, and
	// Points by how much it is above that among all documents.
	Share, Points float64
}

// String describes the deviation in words.
func (d Deviation) String() string {
	return fmt.Sprintf("The largest: %q has a share of %s in %s instead of %s (%d documents instead of %s).", d.Class,
		view.FormatUnit(d.Share, "%"), d.Part, view.FormatUnit(d.Share-d.Points, "%"), d.Documents, strings.TrimSuffix(fmt.Sprintf("%.1f", d.Ideal), ".0"))
}

// Missing is a class without documents in a part.
type Missing struct {
	Class, Part string
	// Training says that the documents to train on are meant, else those to
	// test on.
	Training bool
	// Documents is the number of documents of the class in all.
	Documents int
}

// imbalance measures parts against all documents with a label among the rows
// of whole. It is nil if no document has a label.
func imbalance(labels []string, whole []int, names []string, parts [][]int) *Imbalance {
	m := &Imbalance{Parts: names}
	for _, row := range whole {
		if labels[row] != "" {
			m.Classes = append(m.Classes, labels[row])
		}
	}
	slices.Sort(m.Classes)
	m.Classes = slices.Compact(m.Classes)
	if len(m.Classes) == 0 {
		return nil
	}
	number := make(map[string]int, len(m.Classes))
	for i, class := range m.Classes {
		number[class] = i
	}
	count := func(rows []int) (counts []int, total int) {
		counts = make([]int, len(m.Classes))
		for _, row := range rows {
			if c, ok := number[labels[row]]; ok {
				counts[c]++
				total++
			}
		}
		return counts, total
	}
	var all int
	m.Whole, all = count(whole)
	for p, rows := range parts {
		counts, size := count(rows)
		ideal, deviation := make([]float64, len(counts)), make([]float64, len(counts))
		for c, n := range counts {
			share := float64(m.Whole[c]) / float64(all)
			ideal[c] = share * float64(size)
			if size > 0 {
				deviation[c] = float64(n)/float64(size) - share
			}
			if n == 0 {
				m.Missing = append(m.Missing, Missing{Class: m.Classes[c], Part: names[p], Documents: m.Whole[c]})
			}
		}
		m.Documents, m.Ideal, m.Deviation = append(m.Documents, counts), append(m.Ideal, ideal), append(m.Deviation, deviation)
		if worst := m.worst(p); p == 0 || math.Abs(worst.Points) > math.Abs(m.Largest.Points) {
			m.Largest = worst
		}
	}
	return m
}

// worst returns the largest deviation in a part.
func (m *Imbalance) worst(part int) Deviation {
	at := 0
	for c, d := range m.Deviation[part] {
		if math.Abs(d) > math.Abs(m.Deviation[part][at]) {
			at = c
		}
	}
	n, size := m.Documents[part][at], 0
	for _, k := range m.Documents[part] {
		size += k
	}
	return Deviation{Part: m.Parts[part], Class: m.Classes[at], Documents: n, Ideal: m.Ideal[part][at], Share: float64(n) / math.Max(float64(size), 1), Points: m.Deviation[part][at]}
}

func (m *Imbalance) clone() *Imbalance {
	if m == nil {
		return nil
	}
	c := *m
	c.Parts, c.Classes, c.Whole, c.Missing = slices.Clone(m.Parts), slices.Clone(m.Classes), slices.Clone(m.Whole), slices.Clone(m.Missing)
	c.Documents, c.Ideal, c.Deviation = nil, nil, nil
	for p := range m.Documents {
		c.Documents = append(c.Documents, slices.Clone(m.Documents[p]))
		c.Ideal = append(c.Ideal, slices.Clone(m.Ideal[p]))
		c.Deviation = append(c.Deviation, slices.Clone(m.Deviation[p]))
	}
	return &c
}

// state measures the imbalance of folds and adds a warning for each class that
// is missing in a part. Labels and groups are those of all documents; groups
// may be nil.
func (f *Folds) state(labels, groups []string) {
	all := make([]int, len(labels))
	for i := range all {
		all[i] = i
	}
	f.stateAmong(all, labels, groups)
}

// stateAmong is state for folds of some of the documents.
func (f *Folds) stateAmong(rows []int, labels, groups []string) {
	names, tests := make([]string, len(f.Folds)), make([][]int, len(f.Folds))
	for i, fold := range f.Folds {
		names[i], tests[i] = f.name(i), fold.Test
	}
	m := imbalance(labels, rows, names, tests)
	if m == nil {
		return
	}
	for i, fold := range f.Folds {
		trained := make(map[string]bool, len(m.Classes))
		for _, row := range fold.Train {
			trained[labels[row]] = true
		}
		for c, class := range m.Classes {
			if !trained[class] {
				m.Missing = append(m.Missing, Missing{Class: class, Part: names[i], Training: true, Documents: m.Whole[c]})
			}
		}
	}
	f.Imbalance = m
	for _, w := range m.warnings(oneGroup(rows, labels, groups)) {
		if !slices.Contains(f.Warnings, w) {
			f.Warnings = append(f.Warnings, w)
		}
	}
}

// oneGroup returns the classes that lie within one group, with the group.
func oneGroup(rows []int, labels, groups []string) map[string]string {
	only := map[string]string{}
	if groups == nil {
		return only
	}
	for _, row := range rows {
		class, group := labels[row], groups[row]
		if was, ok := only[class]; ok && was != group {
			group = ""
		}
		only[class] = group
	}
	return only
}

// Longest lists of classes and folds in warnings.
const (
	mostClasses = 20
	mostFolds   = 8
)

// warnings names every class that is missing, with the folds: a line for each
// class.
func (m *Imbalance) warnings(only map[string]string) []string {
	type key struct {
		class    string
		training bool
	}
	var order []key
	parts, documents := map[key][]string{}, map[string]int{}
	for _, x := range m.Missing {
		k := key{x.Class, x.Training}
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], x.Part)
		documents[x.Class] = x.Documents
	}
	var all []string
	for i, k := range order {
		if i == mostClasses {
			all = append(all, fmt.Sprintf("%d more classes are missing in folds: Imbalance.Missing lists them", len(order)-i))
			break
		}
		what := "tested"
		if k.training {
			what = "trained on"
		}
		w := fmt.Sprintf("label %q (%s) is not %s in %s", k.class, plural(documents[k.class], "document"), what, listed(parts[k]))
		if k.training && only[k.class] != "" {
			w += fmt.Sprintf(": it occurs in group %q only", only[k.class])
		}
		all = append(all, w)
	}
	return all
}

// listed joins names as a sentence does; of many, the first.
func listed(names []string) string {
	if n := len(names); n > mostFolds {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostFolds-1], ", "), n-mostFolds+1)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// WithLabels returns the folds with the imbalance of the classes and a warning
// for each class that is missing in a part: for methods that divide without
// looking at labels. Documents whose label is empty do not count.
func (f *Folds) WithLabels(labels []string) (*Folds, error) {
	if len(labels) != f.Documents {
		return nil, fmt.Errorf("split: %d labels for folds of %d documents", len(labels), f.Documents)
	}
	c := f.clone()
	if f.Imbalance == nil {
		c.state(labels, nil)
	}
	return c, nil
}

// Table returns the deviation of every class in every part, the classes with
// the largest deviation first, at most the given number of classes; 0 means
// all. With more than ten parts only the extremes are shown.
func (m *Imbalance) Table(classes int) *view.Table {
	order := make([]int, len(m.Classes))
	largest := make([]float64, len(m.Classes))
	for c := range order {
		order[c] = c
		for p := range m.Parts {
			largest[c] = math.Max(largest[c], math.Abs(m.Deviation[p][c]))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case largest[a] > largest[b]:
			return -1
		case largest[a] < largest[b]:
			return 1
		}
		return 0
	})
	columns := []string{"class", "documents", "share [%]"}
	wide := len(m.Parts) > 10
	if wide {
		columns = append(columns, "lowest [points]", "in", "highest [points]", "in")
	} else {
		for _, p := range m.Parts {
			columns = append(columns, p+" [points]")
		}
	}
	t := view.NewTable("Shares of the classes, compared with all documents", columns...)
	all := 0
	for _, n := range m.Whole {
		all += n
	}
	if classes <= 0 {
		classes = len(order)
	}
	for _, c := range order[:min(classes, len(order))] {
		row := []any{m.Classes[c], m.Whole[c], float64(m.Whole[c]) / float64(all)}
		low, high := 0, 0
		for p := range m.Parts {
			d := m.Deviation[p][c]
			if d < m.Deviation[low][c] {
				low = p
			}
			if d > m.Deviation[high][c] {
				high = p
			}
			if !wide {
				row = append(row, m.cell(p, c))
			}
		}
		if wide {
			row = append(row, m.cell(low, c), m.Parts[low], m.cell(high, c), m.Parts[high])
		}
		t.Add(row...)
	}
	if rest := len(order) - len(t.Rows); rest > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more classes deviate less.", rest))
	}
	t.Notes = append(t.Notes, m.Largest.String())
	return t
}

func (m *Imbalance) cell(part, class int) view.Cell {
	d := m.Deviation[part][class]
	c := view.Cell{Text: strings.TrimSuffix(view.FormatUnit(d, "points"), " points"), Number: &d}
	if m.Documents[part][class] == 0 {
		c.Text, c.Tone = c.Text+" (none)", "warn"
	}
	return c
}

// View implements view.Viewer: the deviations of the classes in every part, of
// many classes those that deviate most.
func (m *Imbalance) View() []view.Item {
	if m == nil {
		return view.Note{Text: "The imbalance of the classes is not known: the folds were made without labels. WithLabels states it."}.View()
	}
	return m.Table(30).View()
}

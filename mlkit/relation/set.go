package relation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Set are the examples of a corpus with their labels.
type Set struct {
	Examples []Example
	Labels   []string
	// Rows tells which document of the corpus each example is from, and Groups what
	// must not be torn apart by folds: the document's group, or else its ID.
	Rows     []int
	Groups   []string
	Warnings []string
}

// Read returns an example for each relation of a corpus's documents, as format
// "semeval2010-t8" reads them: one to a sentence. Labels say the direction with
// (e1,e2) or (e2,e1), by the order in the text; Other has none. A corpus without
// relations, or with entities that overlap, is an error; see Candidates for texts
// in which most pairs of entities are not related.
func Read(c *data.Corpus) (*Set, error) {
	s := &Set{}
	for row, d := range c.Documents() {
		for _, r := range d.Relations {
			e, err := New(d.Text, r.Head, r.Tail)
			if err != nil {
				return nil, fmt.Errorf("document %s: %w", d.ID, err)
			}
			if r.Type == "" {
				return nil, fmt.Errorf("relation: document %s has a relation without a type", d.ID)
			}
			s.add(e, directed(r, nil), row, d)
		}
	}
	if len(s.Examples) == 0 {
		return nil, fmt.Errorf("relation: no document of %s states a relation: open a corpus with relations", c.Name())
	}
	return s, nil
}

func (s *Set) add(e Example, label string, row int, d data.Document) {
	s.Examples, s.Labels, s.Rows = append(s.Examples, e), append(s.Labels, label), append(s.Rows, row)
	s.Groups = append(s.Groups, cmp.Or(d.Group, d.ID))
}

// Relations returns the labels without their directions, for stratified folds: with
// them, a label may be too rare.
func (s *Set) Relations() []string { return bases(s.Labels) }

// directed is the label of a relation.
func directed(r data.Relation, undirected []string) string {
	switch {
	case r.Type == Other || slices.Contains(undirected, r.Type):
		return r.Type
	case r.Head.Start < r.Tail.Start:
		return r.Type + forward
	}
	return r.Type + backward
}

// CandidateOptions say which pairs of entities may be related.
type CandidateOptions struct {
	// MaxWords is how many words may stand between two entities; 0 means 20.
	MaxWords int
	// Sentences says that a pair may lie in two sentences. Without it, there may be
	// no ".", "!" or "?", followed by white space and an upper-case letter, between.
	Sentences bool
	// Undirected are the types of relations that have no direction, for example
	// "Synonym-of": their labels are the same whichever entity stands first.
	Undirected []string
}

// Candidates returns an example for every pair of a document's entities that lie
// near each other, in the order of the text, with the type of their relation as its
// label, or Other if there is none. Overlapping entities, and an entity that is
// marked twice, make no pair. Relations of pairs that are no candidates cannot be
// found by any model, and recall does not count them: how many there are is a warning. A pair with two relations keeps the first, with a warning.
func Candidates(c *data.Corpus, opt CandidateOptions) (*Set, error) {
	if opt.MaxWords == 0 {
		opt.MaxWords = 20
	}
	if opt.MaxWords < 0 {
		return nil, fmt.Errorf("relation: MaxWords %d: it must not be negative", opt.MaxWords)
	}
	s := &Set{}
	lost, double := 0, 0
	for row, d := range c.Documents() {
		stated := map[[4]int]string{}
		for _, r := range d.Relations {
			if r.Type == "" {
				return nil, fmt.Errorf("relation: document %s has a relation without a type", d.ID)
			}
			at := place(r.Head, r.Tail)
			if old, ok := stated[at]; ok {
				if old != directed(r, opt.Undirected) {
					double++
				}
				continue
			}
			stated[at] = directed(r, opt.Undirected)
		}
		entities := make([]data.Span, 0, len(d.Entities))
		for _, e := range d.Entities {
			entities = append(entities, e.Span)
		}
		slices.SortFunc(entities, func(a, b data.Span) int {
			if a.Start != b.Start {
				return a.Start - b.Start
			}
			return a.End - b.End
		})
		entities = slices.Compact(entities)
		for i, a := range entities {
			for _, b := range entities[i+1:] {
				if b.Start < a.End {
					continue
				}
				if !opt.near(d.Text[a.End:b.Start], d.Text[b.Start:b.End]) {
					// Whatever begins later is farther away.
					break
				}
				e, err := New(d.Text, a, b)
				if err != nil {
					return nil, fmt.Errorf("document %s: %w", d.ID, err)
				}
				label := Other
				if l, ok := stated[place(a, b)]; ok {
					label = l
					delete(stated, place(a, b))
				}
				s.add(e, label, row, d)
			}
		}
		lost += len(stated)
	}
	if len(s.Examples) == 0 {
		return nil, fmt.Errorf("relation: no document of %s has two entities near each other: open a corpus with entities", c.Name())
	}
	if lost > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d relations are between entities that overlap or are too far apart: they are no candidates, and no model can find them.", lost))
	}
	if double > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d relations are of pairs that have another already: the first counts.", double))
	}
	return s, nil
}

// place tells pairs of spans apart, whichever is named first.
func place(a, b data.Span) [4]int {
	if b.Start < a.Start || b.Start == a.Start && b.End < a.End {
		a, b = b, a
	}
	return [4]int{a.Start, a.End, b.Start, b.End}
}

// near says whether entities with this text between them may be related; second is
// the text of the second one.
func (o CandidateOptions) near(between, second string) bool {
	words := 0
	for range strings.FieldsSeq(between) {
		words++
	}
	return words <= o.MaxWords && (o.Sentences || !endsSentence(between+second))
}

func endsSentence(s string) bool {
	stop, space := false, false
	for _, r := range s {
		switch {
		case r == '.' || r == '!' || r == '?':
			stop, space = true, false
		case unicode.IsSpace(r):
			space = stop
		case unicode.IsUpper(r) && space:
			return true
		default:
			stop, space = false, false
		}
	}
	return false
}

// Table returns how many examples there are of each label.
func (s *Set) Table() *view.Table {
	t := view.NewTable("Examples of relations", "label", "examples", "share [%]")
	count := map[string]int{}
	for _, l := range s.Labels {
		count[l]++
	}
	labels := make([]string, 0, len(count))
	for l := range count {
		labels = append(labels, l)
	}
	slices.Sort(labels)
	for _, l := range labels {
		t.Add(l, count[l], float64(count[l])/float64(len(s.Labels)))
	}
	return t
}

// View implements view.Viewer: the table and the warnings.
func (s *Set) View() []view.Item { return append(s.Table().View(), warn(s.Warnings)...) }

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

package split

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Plan is a division that is written down by the IDs of the documents: it can
// be saved, read by people, and applied to the corpus again, whatever the order
// of its documents. Beside each ID stand the document's split at the time, since
// an ID is unique only within its split, and a hash of its text, so that a
// document that has changed since is noticed. A Plan does not change.
type Plan struct {
	kind        string
	corpus      string
	fingerprint string
	method      string
	recipe      string
	// columns are the folds; of nested folds the outer ones, each followed by
	// its inner ones.
	columns []column
	entries []entry
}

// The kinds of plans.
const (
	planFolds  = "folds"
	planParts  = "parts"
	planNested = "nested folds"
)

// column is a fold. Of nested folds, inner is 0 for an outer fold and else the
// number of the outer fold, counted from 1, that it divides.
type column struct {
	name  string
	inner int
}

type entry struct {
	id, split, text string
	// parts holds what the document is in each column.
	parts []part
}

type part byte

const (
	nowhere part = iota
	training
	validation
	test
)

// Plan returns the folds by the IDs of the corpus that was divided.
func (f *Folds) Plan(c *data.Corpus) (*Plan, error) {
	p, err := newPlan(planFolds, c, f.Documents, f.Method, f.Recipe)
	if err != nil {
		return nil, err
	}
	p.add(f, 0)
	return p, nil
}

// Plan returns the outer and inner folds by the IDs of the corpus that was
// divided.
func (n *Nested) Plan(c *data.Corpus) (*Plan, error) {
	p, err := newPlan(planNested, c, n.Outer.Documents, n.Outer.Method, n.Outer.Recipe)
	if err != nil {
		return nil, err
	}
	for i, inner := range n.Inner {
		outer := *n.Outer
		outer.Folds = []Fold{{Name: n.Outer.name(i), Train: n.Outer.Folds[i].Train, Test: n.Outer.Folds[i].Test}}
		p.add(&outer, 0)
		p.add(inner, i+1)
	}
	if len(n.Inner) > 0 {
		p.method += "; inner: " + n.Inner[0].Method
		p.recipe += "; inner: " + n.Inner[0].Recipe
	}
	return p, nil
}

// Plan returns the parts by the IDs of the corpus that was divided.
func (h *Holdout) Plan(c *data.Corpus) (*Plan, error) {
	splits := h.Splits()
	p, err := newPlan(planParts, c, len(splits), h.Method, h.Recipe)
	if err != nil {
		return nil, err
	}
	p.columns = []column{{name: "part"}}
	for row, s := range splits {
		p.entries[row].parts = []part{map[string]part{"": nowhere, data.Train: training, data.Validation: validation, data.Test: test}[s]}
	}
	return p, nil
}

func newPlan(kind string, c *data.Corpus, documents int, method, recipe string) (*Plan, error) {
	if c.Len() != documents {
		return nil, fmt.Errorf("split: a division of %d documents cannot be planned for the %d of %s: give the corpus that was divided", documents, c.Len(), c.Name())
	}
	p := &Plan{kind: kind, corpus: c.Name(), fingerprint: c.Fingerprint(), method: method, recipe: recipe, entries: make([]entry, c.Len())}
	for row := range p.entries {
		d := c.At(row)
		p.entries[row] = entry{id: d.ID, split: d.Split, text: textHash(d.Text)}
	}
	return p, nil
}

// textHash names a text. Sixteen digits suffice to notice a change; nobody
// gains by forging one.
func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// add appends a column for each fold.
func (p *Plan) add(f *Folds, inner int) {
	for i, fold := range f.Folds {
		p.columns = append(p.columns, column{f.name(i), inner})
		for row := range p.entries {
			p.entries[row].parts = append(p.entries[row].parts, nowhere)
		}
		at := len(p.columns) - 1
		for _, row := range fold.Train {
			p.entries[row].parts[at] = training
		}
		for _, row := range fold.Test {
			p.entries[row].parts[at] = test
		}
	}
}

// Method returns how the division was made.
func (p *Plan) Method() string { return p.method }

// Recipe returns the function that made the division, with its options as JSON.
func (p *Plan) Recipe() string { return p.recipe }

// Fingerprint returns that of the corpus that was divided.
func (p *Plan) Fingerprint() string { return p.fingerprint }

// Documents returns the number of documents of the plan.
func (p *Plan) Documents() int { return len(p.entries) }

// ApplyOptions says what may differ between the corpus that was divided and
// the one to which the plan is applied. The zero value demands that every
// document of either is in the other.
type ApplyOptions struct {
	// AllowMissing leaves documents of the plan that are not in the corpus out
	// of the folds.
	AllowMissing bool
	// AllowNew puts documents of the corpus that are not in the plan in no part.
	AllowNew bool
}

// Folds returns the folds for a corpus: the same documents together, whatever
// their order now. A document is found by its ID and its split, or by its ID
// alone where that is unique in both.
//
// It is an error if documents are missing or new and the options do not allow
// it, or if a part is left without documents. Warnings tell what was allowed,
// and how many documents have another text than when they were divided.
func (p *Plan) Folds(c *data.Corpus, opt ApplyOptions) (*Folds, error) {
	if p.kind != planFolds {
		return nil, p.wrongKind(planFolds)
	}
	found, warnings, err := p.find(c, opt)
	if err != nil {
		return nil, err
	}
	all, err := p.folds(c, found, 0, len(p.columns))
	if err != nil {
		return nil, err
	}
	all.Warnings = append(warnings, all.Warnings...)
	return all, nil
}

// Nested returns nested folds for a corpus. Errors and warnings are those of
// Folds.
func (p *Plan) Nested(c *data.Corpus, opt ApplyOptions) (*Nested, error) {
	if p.kind != planNested {
		return nil, p.wrongKind(planNested)
	}
	found, warnings, err := p.find(c, opt)
	if err != nil {
		return nil, err
	}
	n := &Nested{Warnings: warnings}
	var outer []Fold
	for from := 0; from < len(p.columns); {
		to := from + 1
		for to < len(p.columns) && p.columns[to].inner > 0 {
			to++
		}
		o, err := p.folds(c, found, from, from+1)
		if err != nil {
			return nil, err
		}
		outer = append(outer, o.Folds...)
		inner, err := p.folds(c, found, from+1, to)
		if err != nil {
			return nil, err
		}
		for _, w := range inner.Warnings {
			n.Warnings = append(n.Warnings, fmt.Sprintf("inner folds of outer %s: %s", p.columns[from].name, w))
		}
		n.Inner = append(n.Inner, inner)
		from = to
	}
	if n.Outer, err = New(p.method, c.Len(), outer); err != nil {
		return nil, err
	}
	n.Outer.Recipe = p.recipe
	n.Outer.state(c.Labels(), nil)
	return n, nil
}

// Holdout returns training, validation and test for a corpus. Errors and
// warnings are those of Folds.
func (p *Plan) Holdout(c *data.Corpus, opt ApplyOptions) (*Holdout, error) {
	if p.kind != planParts {
		return nil, p.wrongKind(planParts)
	}
	found, warnings, err := p.find(c, opt)
	if err != nil {
		return nil, err
	}
	splits := make([]string, c.Len())
	for row, e := range found {
		if e != nil {
			splits[row] = []string{"", data.Train, data.Validation, data.Test}[e.parts[0]]
		}
	}
	h, err := FromSplits(splits, c.Labels())
	if err != nil {
		return nil, err
	}
	h.Method, h.Recipe, h.Warnings = p.method, p.recipe, append(warnings, h.Warnings...)
	return h, nil
}

func (p *Plan) wrongKind(want string) error {
	method := map[string]string{planFolds: "Folds", planParts: "Holdout", planNested: "Nested"}[p.kind]
	return fmt.Errorf("split: the plan %q has %s, not %s: use its method %s", p.method, p.kind, want, method)
}

// folds returns the folds of some columns.
func (p *Plan) folds(c *data.Corpus, found []*entry, from, to int) (*Folds, error) {
	f := make([]Fold, to-from)
	var among []int
	for i := range f {
		f[i].Name = p.columns[from+i].name
		if f[i].Name == fmt.Sprintf("fold %d", i+1) {
			f[i].Name = ""
		}
	}
	for row, e := range found {
		if e == nil {
			continue
		}
		used := false
		for i := range f {
			switch e.parts[from+i] {
			case training:
				f[i].Train, used = append(f[i].Train, row), true
			case test:
				f[i].Test, used = append(f[i].Test, row), true
			}
		}
		if used {
			among = append(among, row)
		}
	}
	folds, err := New(p.method, c.Len(), f)
	if err != nil {
		return nil, err
	}
	folds.Recipe = p.recipe
	folds.stateAmong(among, c.Labels(), c.Groups())
	return folds, nil
}

// find returns the plan's entry of every document of the corpus, or nil for a
// new one.
func (p *Plan) find(c *data.Corpus, opt ApplyOptions) (found []*entry, warnings []string, err error) {
	type key struct{ id, split string }
	byKey, byID, inCorpus := make(map[key]*entry, len(p.entries)), make(map[string][]*entry, len(p.entries)), map[string]int{}
	for i := range p.entries {
		e := &p.entries[i]
		byKey[key{e.id, e.split}] = e
		byID[e.id] = append(byID[e.id], e)
	}
	ids, splits := c.IDs(), c.Splits()
	for _, id := range ids {
		inCorpus[id]++
	}
	found = make([]*entry, len(ids))
	taken := make(map[*entry]bool, len(ids))
	var unknown, changed, missing []string
	for row, id := range ids {
		e := byKey[key{id, splits[row]}]
		if e == nil && len(byID[id]) == 1 && inCorpus[id] == 1 {
			e = byID[id][0]
		}
		if e == nil {
			unknown = append(unknown, id)
			continue
		}
		found[row], taken[e] = e, true
		if e.text != textHash(c.At(row).Text) {
			changed = append(changed, id)
		}
	}
	for i := range p.entries {
		if e := &p.entries[i]; !taken[e] {
			missing = append(missing, e.id)
		}
	}
	if len(missing) > 0 && !opt.AllowMissing || len(unknown) > 0 && !opt.AllowNew {
		return nil, nil, fmt.Errorf("split: the plan for %s does not fit %s: %s of the plan %s not in the corpus%s, and %s of the corpus %s not in the plan%s; "+
			"use the corpus that was divided, divide this one anew, or set AllowMissing and AllowNew", p.corpus, c.Name(),
			plural(len(missing), "document"), are(missing), examples(missing), plural(len(unknown), "document"), are(unknown), examples(unknown))
	}
	if len(missing) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s of the plan %s not in the corpus%s", plural(len(missing), "document"), are(missing), examples(missing)))
	}
	if len(unknown) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s of the corpus %s not in the plan, and in no part%s", plural(len(unknown), "document"), are(unknown), examples(unknown)))
	}
	if len(changed) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s another text than when they were divided%s", counted(len(changed), "document has", "documents have"), examples(changed)))
	}
	return found, warnings, nil
}

func are(list []string) string {
	if len(list) == 1 {
		return "is"
	}
	return "are"
}

// examples writes the first IDs of a list in brackets.
func examples(ids []string) string {
	const most = 3
	if len(ids) == 0 {
		return ""
	}
	text := fmt.Sprintf(" (%q", ids[0])
	for _, id := range ids[1:min(len(ids), most)] {
		text += fmt.Sprintf(", %q", id)
	}
	if len(ids) > most {
		text += ", …"
	}
	return text + ")"
}

// View implements view.Viewer: what the plan was made of, and the sizes of its
// parts.
func (p *Plan) View() []view.Item {
	about := view.NewTable("A plan by document ID", "property", "value")
	about.Add("kind", p.kind).Add("method", p.method).Add("recipe", p.recipe).Add("corpus", p.corpus).Add("fingerprint", p.fingerprint).Add("documents", len(p.entries))
	sizes := view.NewTable("Documents of each part", "part", data.Train, data.Validation, data.Test, "in no part")
	if p.kind != planParts {
		sizes.Columns = slices.Delete(sizes.Columns, 2, 3)
	}
	for i, col := range p.columns {
		var n [4]int
		for _, e := range p.entries {
			n[e.parts[i]]++
		}
		name := col.name
		if col.inner > 0 {
			name = "– inner " + name
		}
		if p.kind == planParts {
			sizes.Add(name, n[training], n[validation], n[test], n[nowhere])
		} else {
			sizes.Add(name, n[training], n[test], n[nowhere])
		}
	}
	return append(about.View(), sizes.View()...)
}

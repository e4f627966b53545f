package preview

import (
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/report"
)

// patch leads from one state of a page to the next. A nil part is as it was.
type patch struct {
	From     int     `json:"from"`
	To       int     `json:"to"`
	Title    string  `json:"title"`
	Head     *string `json:"head,omitempty"`
	Contents *string `json:"contents,omitempty"`
	Foot     *string `json:"foot,omitempty"`
	// Order are the IDs of all blocks, and Blocks the HTML of those that the
	// page does not have.
	Order  []string          `json:"order"`
	Blocks map[string]string `json:"blocks"`
}

// difference is the patch that makes a page of another, and whether there is
// any.
func difference(from, to report.Page) (patch, bool) {
	p := patch{Title: to.Title, Blocks: map[string]string{}, Order: []string{}}
	changed := from.Title != to.Title || len(from.Blocks) != len(to.Blocks)
	part := func(was, is string) *string {
		if was == is {
			return nil
		}
		changed = true
		return &is
	}
	p.Head, p.Contents, p.Foot = part(from.Head, to.Head), part(from.Contents, to.Contents), part(from.Foot, to.Foot)
	had := map[string]bool{}
	for _, b := range from.Blocks {
		had[b.ID] = true
	}
	for i, b := range to.Blocks {
		p.Order = append(p.Order, b.ID)
		if !had[b.ID] {
			p.Blocks[b.ID] = b.HTML
		}
		changed = changed || i >= len(from.Blocks) || from.Blocks[i].ID != b.ID
	}
	return p, changed
}

// greeting is what a page that has seen a state is told first.
func (n *book) greeting(seen int) message {
	if seen == n.sequence {
		return message{"hello", n.sequence}
	}
	p, _ := difference(report.Page{}, n.page)
	p.From, p.To = -1, n.sequence
	// Parts that are empty now may not be so on the page.
	p.Head, p.Contents, p.Foot = &n.page.Head, &n.page.Contents, &n.page.Foot
	return message{"patch", p}
}

// merged is a record with what the last good one has in the place of what has
// not run, and the cells where that is so.
func (n *book) merged(r *record.Run) (*record.Run, []int) {
	if n.good == nil {
		return r, nil
	}
	m := *r
	m.Cells = append([]record.Cell(nil), r.Cells...)
	m.Inlines = append([]record.Inline(nil), r.Inlines...)
	var stale []int
	from := counterparts(n.goodNB, n.nb)
	for i := range m.Cells {
		c := &m.Cells[i]
		if c.Status != record.NotRun || from[i] < 0 {
			continue
		}
		old := n.good.Cells[from[i]]
		if old.Status == record.NotRun || old.Status == record.Off {
			continue
		}
		c.Status, c.Outputs, c.Duration, c.Volatile = old.Status, old.Outputs, old.Duration, old.Volatile
		stale = append(stale, i)
	}
	used := map[int]bool{}
	for i := range m.Inlines {
		if m.Inlines[i].Status != record.NotRun {
			continue
		}
		for j, old := range n.good.Inlines {
			if old.Expr == m.Inlines[i].Expr && old.Status == record.OK && !used[j] {
				m.Inlines[i].Status, m.Inlines[i].Text = old.Status, old.Text
				used[j] = true
				break
			}
		}
	}
	return &m, stale
}

// counterparts finds for each cell of a version the one of an older version
// that it was: that of the same label or code, else the one that stands in the
// same place between such ones; -1 for none.
func counterparts(old, now *notebook.Notebook) []int {
	from := make([]int, len(now.Cells))
	used := map[int]bool{}
	match := func(i int, same func(a, b *notebook.Cell) bool) {
		for j, c := range old.Cells {
			if !used[j] && same(c, now.Cells[i]) {
				from[i], used[j] = j, true
				return
			}
		}
	}
	for i := range from {
		from[i] = -1
		match(i, func(a, b *notebook.Cell) bool { return a.Options.Label != "" && a.Options.Label == b.Options.Label })
	}
	for i := range from {
		if from[i] < 0 {
			match(i, func(a, b *notebook.Cell) bool { return a.Code == b.Code })
		}
	}
	for i := range from {
		if from[i] >= 0 {
			continue
		}
		j := i + len(old.Cells) - len(now.Cells)
		if i == 0 {
			j = 0
		} else if from[i-1] >= 0 {
			j = from[i-1] + 1
		}
		if j >= 0 && j < len(old.Cells) && !used[j] {
			from[i], used[j] = j, true
		}
	}
	return from
}

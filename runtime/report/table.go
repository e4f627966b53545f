package report

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"viva/mlkit/view"
)

const (
	// shortRows is how many rows of a long table the page shows at first.
	shortRows = 25
	// mostRows is how many rows of a table the page holds; a browser slows
	// down beyond. The record holds all of them.
	mostRows = 5000
)

// table draws a numbered table.
func (p *page) table(t *view.Table, c *captions) string {
	p.tables++
	id, name := fmt.Sprintf("table-%d", p.tables), fmt.Sprintf("Table %d", p.tables)
	p.ids[id] = true
	caption := t.Caption
	if c.table != "" {
		caption, c.table = c.table, ""
	}
	c.name(p, name)
	label := name
	if caption != "" {
		label += ": " + caption
	}
	class := "table"
	if len(t.Rows) > tallTable {
		class += " tall"
	}
	return fmt.Sprintf(`<figure class="%s" id="%s">%s%s</figure>`, class, id, captionHTML(name, caption), p.tableHTML(t, label))
}

// tallTable is the number of rows above which a table may be divided between two
// pages of paper: kept whole, it leaves much of a page empty.
const tallTable = 8

// tableHTML draws the table itself in a container that scrolls. Label names it
// for those who cannot see it.
func (p *page) tableHTML(t *view.Table, label string) string {
	columns := len(t.Columns)
	for _, row := range t.Rows {
		columns = max(columns, len(row))
	}
	rows := t.Rows[:min(len(t.Rows), mostRows)]
	numeric := make([]bool, columns)
	for j := range numeric {
		numeric[j] = isNumeric(t.Rows, j)
	}
	var b strings.Builder
	long := ""
	if len(rows) > shortRows {
		long = fmt.Sprintf(` class="long" data-rows="%d"`, len(rows))
	}
	fmt.Fprintf(&b, `<div class="scroll" tabindex="0" role="region" aria-label="%s"><table%s><thead><tr>`, html.EscapeString(label), long)
	for j := range columns {
		name, class := "", ""
		if j < len(t.Columns) {
			name = html.EscapeString(t.Columns[j].Name)
		}
		if numeric[j] {
			class = ` class="num"`
		}
		if len(rows) > 1 && name != "" {
			name = `<button type="button" class="sort">` + name + `</button>`
		}
		fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, class, name)
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, row := range rows {
		b.WriteString("<tr>")
		for j := range columns {
			var c view.Cell
			if j < len(row) {
				c = row[j]
			}
			p.cellHTML(&b, c, numeric[j])
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>")
	if len(rows) > shortRows {
		fmt.Fprintf(&b, `<p class="more"><span class="shown">The first %d of %s rows are shown.</span> <button type="button" class="all">Show all %s rows</button></p>`,
			shortRows, view.FormatUnit(float64(len(rows)), "count"), view.FormatUnit(float64(len(rows)), "count"))
	}
	if n := len(t.Rows) - len(rows); n > 0 {
		fmt.Fprintf(&b, `<p class="notes">%s more are in the record (the JSON file) only.</p>`, counted(n, "row"))
	}
	for _, n := range t.Notes {
		b.WriteString(`<p class="notes">` + html.EscapeString(n) + `</p>`)
	}
	return b.String()
}

func (p *page) cellHTML(b *strings.Builder, c view.Cell, numeric bool) {
	var classes []string
	if numeric {
		classes = append(classes, "num")
	}
	if !numeric && isName(c.Text) {
		classes = append(classes, "name")
	}
	if !numeric && utf8.RuneCountInString(c.Text) > sentence {
		classes = append(classes, "sentence")
	}
	switch c.Tone {
	case "good", "warn", "bad":
		classes = append(classes, "tone-"+c.Tone)
	}
	b.WriteString("<td")
	if len(classes) > 0 {
		b.WriteString(` class="` + strings.Join(classes, " ") + `"`)
	}
	if c.Number != nil {
		b.WriteString(` data-value="` + strconv.FormatFloat(*c.Number, 'g', -1, 64) + `"`)
	}
	text := strings.ReplaceAll(html.EscapeString(plainText(c.Text)), "\n", "<br>")
	if target := p.opt.target(c.Link); target != "" {
		text = `<a href="` + html.EscapeString(target) + `">` + text + "</a>"
	}
	b.WriteString(">" + text + "</td>")
}

// sentence is the number of characters from which a text gets a width that it
// can be read in, even where the table then has to be scrolled sideways.
const sentence = 60

// isName reports whether a text is one short word, such as a document's
// identifier, which a narrow column would break at its hyphens.
func isName(text string) bool {
	return len(text) <= 24 && strings.Contains(text, "-") && !strings.ContainsAny(text, " \n\t")
}

// isNumeric reports whether a column holds numbers and nothing else but blanks
// and dashes.
func isNumeric(rows [][]view.Cell, j int) bool {
	some := false
	for _, row := range rows {
		if j >= len(row) {
			continue
		}
		switch c := row[j]; {
		case c.Number != nil:
			some = true
		case c.Text != "" && c.Text != "–" && c.Text != "-":
			return false
		}
	}
	return some
}

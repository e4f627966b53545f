package report

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	nethtml "golang.org/x/net/html"

	"viva/mlkit/view"
)

// item draws one thing that a cell showed.
func (p *page) item(it view.Item, c *captions) (string, error) {
	switch {
	case it.Table != nil:
		return p.table(it.Table, c), nil
	case it.Metric != nil:
		return metrics([]*view.Metric{it.Metric})
	case it.Figure != nil:
		return p.figure(it.Figure, c)
	case it.Note != nil:
		return note(it.Note)
	case it.Claim != nil:
		return p.claim(it.Claim)
	case it.Gate != nil:
		return p.gate(it.Gate)
	case it.HTML != "":
		return p.htmlItem(it.HTML)
	case it.Text != "":
		return stream("", it.Text), nil
	}
	return "", nil
}

// figure draws a picture with its caption and, folded, the numbers in it.
func (p *page) figure(f *view.Figure, c *captions) (string, error) {
	p.figures++
	n := p.figures
	id := fmt.Sprintf("figure-%d", n)
	p.ids[id] = true
	name := fmt.Sprintf("Figure %d", n)
	caption, alt := f.Caption, f.Alt
	if c.figure != "" {
		caption, c.figure = c.figure, ""
	}
	if c.alt != "" {
		alt, c.alt = c.alt, ""
	}
	if alt == "" {
		alt = caption
	}
	c.name(p, name)
	pic, err := rememberedSVG(f.SVG, fmt.Sprintf("f%d-", n), alt)
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="figure" id="%s">`, id)
	if err != nil {
		fmt.Fprintf(&b, `<p class="missing">⚠ %s</p>`, html.EscapeString(err.Error()))
	} else {
		b.WriteString(`<div class="picture">` + pic.svg + `</div>`)
	}
	b.WriteString(captionHTML(name, caption))
	if f.Data != nil && len(f.Data.Rows) > 0 {
		fmt.Fprintf(&b, `<details class="data"><summary>Data of %s</summary>%s</details>`, strings.ToLower(name[:1])+name[1:], p.tableHTML(f.Data, name+", data"))
	}
	b.WriteString("</figure>")
	return b.String(), nil
}

// name makes a reference to the cell's label say what the item is called. The
// first item wins, unless the label's prefix asks for the other kind.
func (c *captions) name(p *page, name string) {
	if c.label == "" {
		return
	}
	kind := strings.ToLower(name[:3]) // "fig" or "tab"
	wanted := strings.HasPrefix(c.label, "fig") && kind == "fig" ||
		(strings.HasPrefix(c.label, "tbl") || strings.HasPrefix(c.label, "tab")) && kind == "tab"
	if p.names[c.label] == "" || wanted && !c.named {
		p.names[c.label] = name
		c.named = wanted
	}
}

func captionHTML(name, caption string) string {
	if caption == "" {
		return `<figcaption><span class="label">` + name + `</span></figcaption>`
	}
	return `<figcaption><span class="label">` + name + `.</span> ` + html.EscapeString(caption) + `</figcaption>`
}

// htmlItem sanitises an HTML fragment that a cell made.
func (p *page) htmlItem(fragment string) (string, error) {
	root, err := parseFragment(completeTags(fragment), nil)
	if err != nil {
		return "", fmt.Errorf("an HTML fragment: %w", err)
	}
	setAttr(root, "class", "fragment")
	p.walk(root)
	var b bytes.Buffer
	if err := nethtml.Render(&b, root); err != nil {
		return "", fmt.Errorf("an HTML fragment: %w", err)
	}
	return b.String(), nil
}

// metric is what the template of a measured number is filled with.
type metric struct {
	Name, Value, Interval, Detail string
}

func newMetric(m *view.Metric) metric {
	return metric{Name: m.Name, Value: m.Text(), Interval: intervalText(m), Detail: m.Detail}
}

func intervalText(m *view.Metric) string {
	i := m.Interval
	if i == nil {
		return ""
	}
	text := m.RangeText()
	if i.Level > 0 {
		text = strings.ReplaceAll(view.FormatUnit(i.Level, "%"), ".0", "") + " interval " + text
	}
	if i.Method != "" {
		text += " (" + i.Method + ")"
	}
	return text
}

func metrics(row []*view.Metric) (string, error) {
	list := make([]metric, len(row))
	for i, m := range row {
		list[i] = newMetric(m)
	}
	h, err := fragment("metrics", list)
	return string(h), err
}

func note(n *view.Note) (string, error) {
	level, word := n.Level, ""
	switch level {
	case "warning":
		word = "Warning"
	case "error":
		word = "Error"
	default:
		level, word = "info", "Note"
	}
	h, err := fragment("note", map[string]any{"Level": level, "Word": word, "Paragraphs": strings.Split(plainText(n.Text), "\n\n")})
	return string(h), err
}

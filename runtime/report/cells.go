package report

import (
	"fmt"
	"html"
	"strings"
	"viva/runtime/highlight"

	"viva/mlkit/view"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// cellAnchor is the id of a cell's place on the page.
func cellAnchor(c *notebook.Cell) string {
	if c.Options.Label != "" {
		return c.Options.Label
	}
	return fmt.Sprintf("cell-%d", c.Index+1)
}

// cell draws a cell's code, what it gave and what went wrong, or "" where its
// options leave nothing to see. A verdict and an error are shown whatever the
// options say: a page must not hide that a gate is closed.
func (p *page) cell(c *notebook.Cell) (string, error) {
	result := p.run.Cells[c.Index]
	var b strings.Builder
	code := shownCode(c.Code)
	stopped := result.Status == record.NotRun || result.Status.Bad()
	if c.Options.Include && code != "" && (c.Options.Echo || stopped) {
		open := " open"
		if c.Options.Fold {
			open = ""
		}
		fmt.Fprintf(&b, `<details class="code"%s><summary>Code</summary><pre tabindex="0"><code>%s</code></pre></details>`+"\n", open, highlight.HTML(code, "go"))
	}
	outputs := result.Outputs
	if !c.Options.Include {
		outputs = verdictsOf(outputs)
	}
	given, err := p.outputs(c, outputs)
	if err != nil {
		return "", err
	}
	b.WriteString(given)
	if c.Options.Include || stopped {
		b.WriteString(p.remarks(result))
	}
	for _, d := range p.run.Diagnostics {
		if d.Cell != c.Index {
			continue
		}
		h, err := fragment("diagnostic", p.diagnostic(d, result.Status))
		if err != nil {
			return "", err
		}
		b.WriteString(string(h))
	}
	if b.Len() == 0 {
		return "", nil
	}
	inner := b.String()
	return fmt.Sprintf(`<div class="cell %s" id="%s" data-cell="%d" data-block="%s">`+"\n%s</div>",
		statusClass(result.Status), html.EscapeString(cellAnchor(c)), c.Index, p.block(cellAnchor(c)+"\n"+inner), inner), nil
}

func verdictsOf(outputs []record.Output) []record.Output {
	var kept []record.Output
	for _, o := range outputs {
		if o.Gate != nil || o.Claim != nil {
			kept = append(kept, o)
		}
	}
	return kept
}

func statusClass(s record.Status) string { return strings.ReplaceAll(string(s), " ", "-") }

// remarks draws what remarkTexts says.
func (p *page) remarks(result record.Cell) string {
	var b strings.Builder
	for _, text := range p.remarkTexts(result) {
		b.WriteString(`<p class="remark">` + html.EscapeString(text) + "</p>\n")
	}
	return b.String()
}

// remarkTexts say how a cell ended, where that is not plain success. What a
// failure was is said by its diagnostic.
func (p *page) remarkTexts(result record.Cell) []string {
	var all []string
	switch result.Status {
	case record.NotRun:
		switch stopped := stoppedAt(p.nb, p.run); {
		case stopped != nil:
			all = append(all, fmt.Sprintf("Not run: the run ended with the cell on line %d.", stopped.Line))
		case p.run.Status.Bad():
			all = append(all, "Not run: the run ended before it.")
		default:
			all = append(all, "Not run.")
		}
	case record.Off:
		all = append(all, "Not evaluated: the cell’s option says eval: false.")
	case record.TimedOut:
		all = append(all, "Stopped after "+duration(result.Duration)+": the cell took longer than its time limit. What it had given until then stands above.")
	case record.Interrupted:
		all = append(all, "Interrupted after "+duration(result.Duration)+". What it had given until then stands above.")
	case record.Killed:
		all = append(all, "The kernel process ended while this cell ran. What it had given until then stands above.")
	}
	if len(result.Volatile) > 0 {
		all = append(all, "This cell "+strings.Join(result.Volatile, " and ")+": it may give something else in the next run.")
	}
	return all
}

// outputs draws what a cell gave, in order. Metrics that follow one another
// stand in one row.
func (p *page) outputs(c *notebook.Cell, outputs []record.Output) (string, error) {
	var b strings.Builder
	captions := captionsOf(c)
	for i := 0; i < len(outputs); i++ {
		o := outputs[i]
		var h string
		var err error
		switch {
		case o.Stream != "":
			h = stream(o.Stream, o.Text)
		case o.Metric != nil:
			var row []*view.Metric
			for ; i < len(outputs) && outputs[i].Metric != nil; i++ {
				row = append(row, outputs[i].Metric)
			}
			i--
			h, err = metrics(row)
		default:
			h, err = p.item(o.Item, &captions)
		}
		if err != nil {
			return "", err
		}
		if h != "" {
			b.WriteString(h + "\n")
		}
	}
	return b.String(), nil
}

// captions are what a cell's options say of its first figure and table. Each
// is used once: a caption that fits one figure misleads under the next.
type captions struct {
	label              string
	figure, alt, table string
	// named is true once the label names an item of the kind it asks for.
	named bool
}

func captionsOf(c *notebook.Cell) captions {
	return captions{label: c.Options.Label, figure: c.Options.FigCap, alt: c.Options.FigAlt, table: c.Options.TblCap}
}

// stream draws what a cell printed. Log lines are folded.
func stream(name, text string) string {
	text = strings.TrimRight(plainText(text), "\n")
	if text == "" {
		return ""
	}
	escaped := html.EscapeString(text)
	switch name {
	case "log":
		n := strings.Count(text, "\n") + 1
		return fmt.Sprintf(`<details class="log"><summary>Log, %s</summary><pre tabindex="0">%s</pre></details>`, counted(n, "line"), escaped)
	case "stderr":
		return `<pre class="printed stderr" tabindex="0" aria-label="printed to standard error">` + escaped + `</pre>`
	}
	return `<pre class="printed" tabindex="0">` + escaped + `</pre>`
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return view.FormatUnit(float64(n), "count") + " " + noun + "s"
}

// inline draws the value of an expression in prose.
func (p *page) inline(in *notebook.Inline) slot {
	result := p.run.Inlines[in.Index]
	id := fmt.Sprintf("value-%d", in.Index+1)
	p.ids[id] = true
	if result.Status == record.OK {
		text := plainText(result.Text)
		return slot{html: `<span class="value" id="` + id + `">` + html.EscapeString(text) + `</span>`, text: text}
	}
	word := string(result.Status)
	return slot{
		html: fmt.Sprintf(`<span class="value missing" id="%s" title="%s">⚠ <code>%s</code> (%s)</span>`,
			id, html.EscapeString(fmt.Sprintf("line %d", in.Line)), html.EscapeString(in.Expr), html.EscapeString(word)),
		text: in.Expr,
	}
}

// hasCode reports whether any code is shown, and so whether the page needs a
// button for it.
func (p *page) hasCode() bool {
	for i, c := range p.nb.Cells {
		s := p.run.Cells[i].Status
		if c.Options.Include && (c.Options.Echo || s == record.NotRun || s.Bad()) && shownCode(c.Code) != "" {
			return true
		}
	}
	return false
}

package report

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path"
	"strings"

	"viva/mlkit/view"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// mostMarkdownRows is how many rows of a table stand in the Markdown, which
// has no way to fold them.
const mostMarkdownRows = 50

// cellText is a cell as Markdown.
func (m *markdown) cellText(c *notebook.Cell) (string, error) {
	result := m.run.Cells[c.Index]
	var parts []string
	add := func(text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			parts = append(parts, text)
		}
	}
	if c.Options.Label != "" && bytes.Contains(m.nb.Source, []byte("(#"+c.Options.Label+")")) {
		add(`<a id="` + c.Options.Label + `"></a>`)
	}
	code := shownCode(c.Code)
	stopped := result.Status == record.NotRun || result.Status.Bad()
	if c.Options.Include && code != "" && (c.Options.Echo || stopped) {
		listing := fence(code, "go")
		if c.Options.Fold {
			listing = folded("Code", listing)
		}
		add(listing)
	}
	outputs := result.Outputs
	if !c.Options.Include {
		outputs = verdictsOf(outputs)
	}
	captions := captionsOf(c)
	for i := 0; i < len(outputs); i++ {
		if outputs[i].Metric == nil {
			text, err := m.outputText(outputs[i], &captions)
			if err != nil {
				return "", err
			}
			add(text)
			continue
		}
		var list strings.Builder
		for ; i < len(outputs) && outputs[i].Metric != nil; i++ {
			list.WriteString("- " + metricText(outputs[i].Metric) + "\n")
		}
		i--
		add(list.String())
	}
	if c.Options.Include || stopped {
		for _, remark := range m.remarkTexts(result) {
			add("*" + markdownText(remark) + "*")
		}
	}
	for _, d := range m.run.Diagnostics {
		if d.Cell == c.Index {
			add(m.diagnosticText(d, result.Status))
		}
	}
	return strings.Join(parts, "\n\n"), nil
}

func folded(summary, text string) string {
	return "<details><summary>" + summary + "</summary>\n\n" + strings.Trim(text, "\n") + "\n\n</details>\n"
}

func (m *markdown) outputText(o record.Output, c *captions) (string, error) {
	if o.Stream == "" {
		return m.itemText(o.Item, c)
	}
	text := strings.TrimRight(plainText(o.Text), "\n")
	if text == "" {
		return "", nil
	}
	if o.Stream == "log" {
		return folded("Log, "+counted(strings.Count(text, "\n")+1, "line"), fence(text, "text")), nil
	}
	return fence(text, "text"), nil
}

func (m *markdown) itemText(it view.Item, c *captions) (string, error) {
	switch {
	case it.Table != nil:
		return m.tableText(it.Table, c), nil
	case it.Metric != nil:
		return metricText(it.Metric), nil
	case it.Figure != nil:
		return m.figureText(it.Figure, c), nil
	case it.Note != nil:
		word := map[string]string{"warning": "⚠ **Warning.** ", "error": "✗ **Error.** "}[it.Note.Level]
		var paragraphs []string
		for _, p := range strings.Split(it.Note.Text, "\n\n") {
			paragraphs = append(paragraphs, markdownText(p))
		}
		return quote(word + strings.Join(paragraphs, "\n\n")), nil
	case it.Claim != nil:
		return m.verdictText(claimVerdict(it.Claim), nil)
	case it.Gate != nil:
		v := newVerdict("gate", it.Gate.Text, it.Gate.Metric, it.Gate.Bound, it.Gate.Passed)
		if !it.Gate.Passed {
			v.Repair = it.Gate.Repair
		}
		return m.verdictText(v, it.Gate.Evidence)
	case it.HTML != "":
		h, err := m.htmlItem(it.HTML)
		// A blank line would end the HTML for Markdown.
		return strings.ReplaceAll(h, "\n\n", "\n&#10;"), err
	case it.Text != "":
		return m.outputText(record.Output{Stream: "stdout", Item: it}, c)
	}
	return "", nil
}

func metricText(x *view.Metric) string {
	text := markdownText(x.Name) + ": **" + markdownText(x.Text()) + "**"
	if i := intervalText(x); i != "" {
		text += ", " + markdownText(i)
	}
	if x.Detail != "" {
		text += "; " + markdownText(x.Detail)
	}
	return text
}

func captionText(name, caption string) string {
	if caption == "" {
		return "**" + name + "**"
	}
	return "**" + name + ".** " + markdownText(caption)
}

func (m *markdown) tableText(t *view.Table, c *captions) string {
	m.tables++
	name, caption := fmt.Sprintf("Table %d", m.tables), t.Caption
	if c.table != "" {
		caption, c.table = c.table, ""
	}
	c.name(m.page, name)
	return captionText(name, caption) + "\n\n" + pipeTable(t)
}

// pipeTable is a table as GFM, with its notes.
func pipeTable(t *view.Table) string {
	columns := len(t.Columns)
	for _, row := range t.Rows {
		columns = max(columns, len(row))
	}
	var b strings.Builder
	line := func(cell func(j int) string) {
		for j := range columns {
			b.WriteString("| " + cell(j) + " ")
		}
		b.WriteString("|\n")
	}
	line(func(j int) string {
		if j < len(t.Columns) {
			return markdownText(t.Columns[j].Name)
		}
		return ""
	})
	line(func(j int) string {
		if isNumeric(t.Rows, j) {
			return "--:"
		}
		return "---"
	})
	rows := t.Rows[:min(len(t.Rows), mostMarkdownRows)]
	for _, row := range rows {
		line(func(j int) string {
			if j < len(row) {
				text := strings.ReplaceAll(markdownLines(row[j].Text), "\n", "<br>")
				if to := row[j].Link; to != "" && link(to) && !strings.ContainsAny(to, "<>|\n") {
					return "[" + text + "](<" + to + ">)"
				}
				return text
			}
			return ""
		})
	}
	if n := len(t.Rows) - len(rows); n > 0 {
		b.WriteString("\n" + counted(n, "further row") + " in the record (the JSON file).\n")
	}
	for _, n := range t.Notes {
		b.WriteString("\n" + markdownText(n) + "\n")
	}
	return b.String()
}

// markdownLines escapes text line by line.
func markdownLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = markdownText(l)
	}
	return strings.Join(lines, "\n")
}

func (m *markdown) figureText(f *view.Figure, c *captions) string {
	m.figures++
	name := fmt.Sprintf("Figure %d", m.figures)
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
	c.name(m.page, name)
	pic, err := rememberedSVG(f.SVG, "", alt)
	if err != nil {
		return quote("⚠ "+markdownText(err.Error())) + "\n" + captionText(name, caption)
	}
	// A page whose replacement is interrupted still refers to the pictures it
	// was drawn with: another picture has another name.
	content := []byte(standalone(pic))
	file := path.Join(m.folder, fmt.Sprintf("figure-%d-%.4x.svg", m.figures, sha256.Sum256(content)))
	m.files[file] = content
	return "![" + markdownText(alt) + "](<" + file + ">)\n\n" + captionText(name, caption)
}

// verdictText is a gate or claim as a line, with the evidence below it.
func (m *markdown) verdictText(v verdict, evidence []view.Item) (string, error) {
	n := 1
	for _, other := range m.verdicts {
		if other.Kind == v.Kind {
			n++
		}
	}
	v.ID = fmt.Sprintf("%s-%d", v.Kind, n)
	m.verdicts = append(m.verdicts, v)
	text := fmt.Sprintf(`<a id="%s"></a>%s **%s:** %s: measured **%s**`, v.ID, v.Sign(), v.Word(), markdownText(v.Text), markdownText(v.Value))
	if v.Interval != "" {
		text += ", " + markdownText(v.Interval)
	}
	text += "; bound: " + markdownText(v.Bound)
	if v.Name != "" {
		text += "; metric: " + markdownText(v.Name)
		if v.Detail != "" {
			text += ", " + markdownText(v.Detail)
		}
	}
	if v.Source != "" {
		text += "; source: " + markdownText(v.Source)
	}
	parts := []string{text}
	if v.Repair != "" {
		parts = append(parts, "Repair: "+markdownText(v.Repair))
	}
	for _, it := range evidence {
		t, err := m.itemText(it, &captions{})
		if err != nil {
			return "", err
		}
		parts = append(parts, strings.Trim(t, "\n"))
	}
	return strings.Join(parts, "\n\n"), nil
}

func (m *markdown) diagnosticText(d record.Diagnostic, status record.Status) string {
	x := newDiagnostic(d, m.nb.Source)
	sign := "✗"
	switch {
	case status == record.Expected:
		x.Word, sign = "Expected error", "✓"
	case x.Level == "warning":
		sign = "⚠"
	}
	text := fmt.Sprintf("%s **%s** %s\n\n%s\n", sign, x.Word, codeSpan(x.Where), markdownLines(x.Message))
	if len(x.Excerpt) > 0 {
		text += "\n" + fence(excerptText(x.Excerpt), "text")
	}
	if len(x.Frames) > 0 {
		text += "\nin " + markdownText(strings.Join(x.Frames, ", called from ")) + "\n"
	}
	if x.Hint != "" {
		text += "\n*" + markdownText(x.Hint) + "*\n"
	}
	return quote(text)
}

func excerptText(lines []excerptLine) string {
	width := len(fmt.Sprint(lines[len(lines)-1].Number))
	var b strings.Builder
	for _, l := range lines {
		mark := " "
		if l.Marked {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %*d  %s\n", mark, width, l.Number, l.Text)
		if l.Caret != "" {
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", width+4), l.Caret)
		}
	}
	return b.String()
}

// head writes the title block, the errors and the verdicts.
func (m *markdown) head(b *bytes.Buffer) {
	meta := m.nb.Meta
	fmt.Fprintf(b, "# %s\n\n", markdownText(meta.Title))
	var by []string
	if len(meta.Author) > 0 {
		by = append(by, markdownText(strings.Join(meta.Author, ", ")))
	}
	if meta.Date != "" {
		by = append(by, markdownText(meta.Date))
	}
	if len(by) > 0 {
		b.WriteString(strings.Join(by, " · ") + "\n\n")
	}
	s := runBadge(m.run)
	fmt.Fprintf(b, "**%s %s**\n\n", s.Sign, s.Text)
	for _, d := range m.run.Diagnostics {
		switch {
		case d.Severity == "error" && d.Cell >= 0:
			b.WriteString(quote(fmt.Sprintf("✗ **Error** %s: %s", codeSpan(position(d)), markdownText(d.Message))) + "\n")
		case d.Cell < 0:
			b.WriteString(m.diagnosticText(d, m.run.Status) + "\n")
		}
	}
	if a := strings.TrimSpace(meta.Abstract); a != "" {
		b.WriteString(quote(a) + "\n")
	}
	if len(m.verdicts) > 0 {
		b.WriteString(newVerdictList(m.verdicts).Heading() + ":\n\n")
		for _, v := range m.verdicts {
			value := "**" + markdownText(v.Value) + "**"
			if v.Range != "" {
				value += ", interval " + markdownText(v.Range)
			}
			fmt.Fprintf(b, "- %s [%s](#%s): %s (%s)\n", v.Sign(), markdownText(v.Text), v.ID, value, markdownText(v.Bound))
		}
		b.WriteString("\n")
	}
}

// foot writes the provenance.
func (m *markdown) foot(b *bytes.Buffer) {
	v := newProvenance(m.nb, m.run, m.opt)
	b.WriteString("\n## Provenance\n\n")
	for _, f := range v.Facts {
		text := markdownText(f.Text)
		switch {
		case f.Name == "Commit" && f.Code != "":
			text = codeSpan(f.Code) + ", " + text
		case f.Code != "":
			text += " " + codeSpan(f.Code)
		}
		fmt.Fprintf(b, "- %s: %s\n", f.Name, text)
	}
	for _, p := range v.Params {
		set := ""
		if p.Set {
			set = ", set on the command line"
		}
		fmt.Fprintf(b, "- Parameter %s%s\n", codeSpan(p.Name+" = "+p.Value), set)
	}
	for _, s := range v.Sources {
		fmt.Fprintf(b, "- Data: %s %s\n", markdownText(sourceText(s)), codeSpan(s.Fingerprint))
		for _, f := range []struct{ name, text string }{{"licence:", s.Licence}, {"cite:", s.Citation}, {"from", s.Address}} {
			if f.text != "" {
				fmt.Fprintf(b, "  - %s %s\n", f.name, markdownText(f.text))
			}
		}
	}
}

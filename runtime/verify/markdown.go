package verify

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Summary says in one line what came out, for example
// "exact: 5 cells and 2 values".
func (c *Certificate) Summary() string {
	if len(c.Results()) == 0 && c.Verified.Started.IsZero() {
		return "different: the notebook has changed since it was run"
	}
	var parts []string
	for _, v := range []Verdict{Different, Volatile, Within, Exact} {
		if n := c.Count(v); n > 0 && (v != Exact || c.Verdict != Exact) {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	of := plural(len(c.Cells), "cell")
	if len(c.Inlines) > 0 {
		of += " and " + plural(len(c.Inlines), "value")
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%s: %s", c.Verdict, of)
	}
	return fmt.Sprintf("%s: of %s %s", c.Verdict, of, strings.Join(parts, ", "))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Text says a difference in one line.
func (d Difference) Text() string {
	s := fmt.Sprintf("%s: recorded %s, now %s", d.Place, quoted(d.Recorded), quoted(d.Verified))
	if d.Absolute != nil && d.Relative != nil {
		s += fmt.Sprintf(" (apart by %s, relatively %s)", short(*d.Absolute), short(*d.Relative))
	}
	return s
}

// quoted is a text as it is, or in quotes where it could not be told from what
// stands around it.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n,;") || strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// Name is what people call a result: "cell 3 (tbl-scores)", or the expression
// of an inline value.
func (r Result) Name() string {
	switch {
	case r.Cell < 0:
		return "the value of `" + r.Expr + "`"
	case r.Label != "":
		return fmt.Sprintf("cell %d (%s)", r.Cell+1, r.Label)
	}
	return fmt.Sprintf("cell %d", r.Cell+1)
}

// Markdown is the certificate as a page for people, with a newline at its end.
func (c *Certificate) Markdown() string {
	var b strings.Builder
	title := c.Title
	if title == "" {
		title = c.Notebook
	}
	fmt.Fprintf(&b, "# Certificate: %s\n\n**%s.** %s\n\n", plainText(title), strings.ToUpper(c.Summary()[:1])+c.Summary()[1:], c.sentence())

	b.WriteString("## The notebook as a whole\n\n| what | verdict |\n|---|---|\n")
	for _, k := range c.Checks {
		fmt.Fprintf(&b, "| %s | %s |\n", k.Name, verdictText(k.Verdict))
	}
	for _, k := range c.Checks {
		for i, d := range k.Differences {
			if i == 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "- %s: %s\n", k.Name, plainText(d.Text()))
		}
	}
	if results := c.Results(); len(results) > 0 {
		b.WriteString("\n## Cell by cell\n\n| what | line | verdict | largest difference within tolerance |\n|---|--:|---|---|\n")
		for _, r := range results {
			largest := ""
			if r.Largest != nil {
				largest = r.Largest.Text()
			}
			verdict := verdictText(r.Verdict)
			if len(r.Volatile) > 0 {
				verdict += " (" + strings.Join(r.Volatile, ", ") + ")"
			}
			fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", plainText(r.Name()), r.Line, verdict, plainText(largest))
		}
		for _, r := range results {
			if r.Total == 0 {
				continue
			}
			fmt.Fprintf(&b, "\n%s, line %d:\n\n", plainText(upperFirst(r.Name())), r.Line)
			for _, d := range r.Differences {
				fmt.Fprintf(&b, "- %s\n", plainText(d.Text()))
			}
			if more := r.Total - len(r.Differences); more > 0 {
				fmt.Fprintf(&b, "- and %d more\n", more)
			}
		}
	}

	b.WriteString("\n## What it rests on\n\n| | recorded | verified |\n|---|---|---|\n")
	row := func(name, x, y string) {
		if x != "" || y != "" {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", name, plainText(x), plainText(y))
		}
	}
	x, y := c.Recorded, c.Verified
	p, q := x.Provenance, y.Provenance
	row("started", moment(x.Started), moment(y.Started))
	row("took", took(x), took(y))
	row("ended", string(x.Status), string(y.Status))
	row("engine", p.Engine, q.Engine)
	row("tool", p.Tool, q.Tool)
	row("Go", p.Go, q.Go)
	row("platform", slash(p.OS, p.Arch), slash(q.OS, q.Arch))
	row("processor", p.CPU, q.CPU)
	row("cores", count(p.Cores), count(q.Cores))
	row("memory", memory(p.Memory), memory(q.Memory))
	row("commit", commit(p.Commit, p.Dirty), commit(q.Commit, q.Dirty))
	row("notebook, sha256", x.SHA256, y.SHA256)
	row("seed", fmt.Sprint(x.Seed), verifiedOnly(y, fmt.Sprint(y.Seed)))
	row("parameters", parameters(x), parameters(y))
	row("data", sources(x), sources(y))
	row("record, sha256", c.Record, "")
	row("program, sha256", "", c.Binary.SHA256)
	row("program, build", "", build(c.Binary))
	return b.String()
}

func (c *Certificate) sentence() string {
	if c.Verified.Started.IsZero() {
		return fmt.Sprintf("`%s` is not the notebook of the report beside this file, so nothing was run. Run it, then verify.", c.Notebook)
	}
	return fmt.Sprintf("`%s` was run again from a clean process on %s and compared with the record of %s. Numbers are within tolerance up to a relative difference of %s; how long things took is not compared.",
		c.Notebook, moment(c.Verified.Started), moment(c.Recorded.Started), short(c.Tolerance))
}

func verdictText(v Verdict) string {
	if v == Different {
		return "**different**"
	}
	return string(v)
}

// plainText escapes what Markdown would read as markup, also within tables.
func plainText(s string) string {
	s = strings.NewReplacer("\r", " ", "\n", " ").Replace(s)
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "&", "&amp;", "[", `\[`, "`", "\\`", "#", `\#`, "~", `\~`, "$", `\$`).Replace(s)
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func took(s Side) string { return verifiedOnly(s, s.Duration.Round(time.Millisecond).String()) }

// verifiedOnly is empty for a side that was not run.
func verifiedOnly(s Side, text string) string {
	if s.Started.IsZero() {
		return ""
	}
	return text
}

func slash(a, b string) string { return strings.Trim(a+"/"+b, "/") }

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func memory(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

func commit(hash string, dirty bool) string {
	if dirty {
		return hash + ", with changes"
	}
	return hash
}

func parameters(s Side) string {
	var all []string
	for _, p := range s.Params {
		all = append(all, p.Name+" = "+quoted(p.Value))
	}
	return strings.Join(all, "; ")
}

func sources(s Side) string {
	var all []string
	for _, d := range s.Sources {
		name := d.Name
		if d.Path != "" {
			name = d.Path
		}
		all = append(all, fmt.Sprintf("%s, %s, %s", name, plural(d.Documents, "document"), d.Fingerprint))
	}
	return strings.Join(all, "; ")
}

func build(b Binary) string {
	var all []string
	for _, s := range []string{strings.TrimSpace(b.Module + " " + b.Version), commit(b.Revision, b.Modified && b.Revision != ""), b.Go} {
		if s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, "; ")
}

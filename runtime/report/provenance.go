package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"viva/mlkit/leak"
	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// provenance is what the template at the end of a page is filled with.
type provenance struct {
	Facts   []fact
	Params  []record.Param
	Sources []trace.Source
	Cells   []cellTime
	Total   string
	Beside  []string
}

// fact is a line of the provenance. Code is set in a fixed-width face.
type fact struct {
	Name, Text, Code string
}

// cellTime is how long a cell ran. Share is its part of the longest, in
// hundredths, for a bar.
type cellTime struct {
	Anchor, Name, Status, Time string
	Line, Share                int
}

func (p *page) provenance() (template.HTML, error) {
	return fragment("provenance", newProvenance(p.nb, p.run, p.opt))
}

// newProvenance gathers what a run rested on. The notebook is nil where it
// could not be parsed.
func newProvenance(nb *notebook.Notebook, run *record.Run, opt Options) provenance {
	v := provenance{
		Facts: facts(run), Params: run.Params, Sources: run.Sources,
		Total: duration(run.Duration), Beside: opt.Beside,
	}
	if nb == nil {
		return v
	}
	if len(nb.Meta.Requires) > 0 {
		v.Facts = append(v.Facts, fact{Name: "Requires", Text: strings.Join(nb.Meta.Requires, ", ")})
	}
	longest := time.Duration(1)
	for _, c := range run.Cells {
		longest = max(longest, c.Duration)
	}
	for i, c := range run.Cells {
		t := cellTime{Anchor: cellAnchor(nb.Cells[i]), Name: c.Label, Line: c.Line, Time: duration(c.Duration), Share: int(100 * c.Duration / longest)}
		if t.Name == "" {
			t.Name = fmt.Sprintf("cell %d", i+1)
		}
		if c.Status != record.OK {
			t.Status = string(c.Status)
		}
		if c.Status == record.NotRun || c.Status == record.Off {
			t.Time = "–"
		}
		v.Cells = append(v.Cells, t)
	}
	return v
}

func facts(run *record.Run) []fact {
	pr := run.Provenance
	commit := fact{Name: "Commit", Text: "none: the notebook is not in a git repository"}
	if pr.Commit != "" {
		commit = fact{Name: "Commit", Code: pr.Commit, Text: "nothing differed from it"}
		if pr.Dirty {
			commit.Text = "with changes that are not committed"
		}
	}
	machine := []string{pr.OS + "/" + pr.Arch}
	if pr.CPU != "" {
		machine = append(machine, pr.CPU)
	}
	if pr.Cores > 0 {
		machine = append(machine, counted(pr.Cores, "core"))
	}
	if pr.Memory > 0 {
		machine = append(machine, fmt.Sprintf("%.1f GiB of memory", float64(pr.Memory)/(1<<30)))
	}
	all := []fact{
		{Name: "Notebook", Text: run.Notebook, Code: "sha256:" + run.SHA256},
		commit,
		{Name: "Tool", Text: pr.Tool},
		{Name: "Go", Text: pr.Go},
		{Name: "Engine", Text: pr.Engine},
		{Name: "Seed", Text: fmt.Sprint(run.Seed)},
		{Name: "Started", Text: run.Started.UTC().Format("2 January 2006, 15:04:05 UTC")},
		{Name: "Took", Text: duration(run.Duration)},
		{Name: "Machine", Text: strings.Join(machine, ", ")},
	}
	for _, u := range run.Tests {
		text := leak.TestReuse(u.Data, u.Documents, u.Runs, u.Models, u.Earlier).Detail
		all = append(all, fact{Name: "Test documents", Text: strings.ToUpper(text[:1]) + text[1:], Code: u.Test})
	}
	if e := run.Entry; e != nil {
		all = append(all, fact{Name: "Ledger", Text: fmt.Sprintf("run %d", e.Line), Code: "sha256:" + e.SHA256})
	}
	kept := all[:0]
	for _, f := range all {
		if f.Text != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// sourceText says of a data set what a person calls it and how much it held.
func sourceText(s trace.Source) string {
	text := s.Name
	if s.Path != "" && s.Path != s.Name {
		text += ", " + s.Path
	}
	if s.Documents > 0 {
		text += ", " + view.FormatUnit(float64(s.Documents), "count") + " documents"
	}
	return text
}

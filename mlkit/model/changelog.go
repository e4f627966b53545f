package model

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strings"

	"viva/internal/atomicfile"
	"viva/mlkit/view"
)

// Change is a metric that differs between two versions. Before or After is nil
// if the metric is in one of them only.
type Change struct {
	Name          string
	Before, After *view.Metric
}

// By returns the difference as a person reads it; empty if one side is missing
// or not a number.
func (c Change) By() string {
	if c.Before == nil || c.After == nil {
		return ""
	}
	unit := c.After.Unit
	if unit == "%" {
		unit = "points"
	}
	d := c.After.Value - c.Before.Value
	switch {
	case math.IsNaN(d):
		return ""
	case d > 0:
		return "+" + view.FormatUnit(d, unit)
	}
	return view.FormatUnit(d, unit)
}

// changes lists the metrics that are not as they were, in the order of the later
// version; those that are gone come last.
func changes(before, after []view.Metric) []Change {
	find := func(list []view.Metric, name string) *view.Metric {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
		return nil
	}
	var all []Change
	for i := range after {
		b := find(before, after[i].Name)
		same := b != nil && (b.Value == after[i].Value || math.IsNaN(b.Value) && math.IsNaN(after[i].Value))
		if !same {
			all = append(all, Change{after[i].Name, b, &after[i]})
		}
	}
	for i := range before {
		if find(after, before[i].Name) == nil {
			all = append(all, Change{before[i].Name, &before[i], nil})
		}
	}
	return all
}

const changelogHead = "# Changelog of the trained models\n\nWritten whenever a model is saved whose metrics are not those of the version before; the latest first.\n"

// writeChanges puts what has changed at the top of the changelog. The first
// version of a model is told of as well.
func writeChanges(path string, s *Saved) error {
	if s.Previous != nil && len(s.Changes) == 0 {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	rest, ok := strings.CutPrefix(string(b), changelogHead)
	if !ok && len(b) > 0 {
		rest = "\n" + string(b) // somebody else's; it is kept below
	}
	return atomicfile.Write(path, []byte(changelogHead+entryText(s)+rest))
}

func entryText(s *Saved) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s, %s: version %s\n\n", s.Created.Format("2006-01-02 15:04"), s.Name, s.Version)
	changed := s.Changes
	if s.Previous == nil {
		b.WriteString("The first version.\n\n")
		changed = changes(nil, s.Metrics)
	} else {
		fmt.Fprintf(&b, "Before: version %s of %s.\n\n", s.Previous.Version, s.Previous.Created.Format("2006-01-02"))
	}
	for _, d := range s.Data {
		fmt.Fprintf(&b, "- data: %s, %d documents, %.19s…\n", d.Name, d.Documents, d.Fingerprint)
	}
	b.WriteString("\n")
	writeTable(&b, changed)
	return b.String()
}

// writeTable writes changes as a table in Markdown.
func writeTable(b *strings.Builder, list []Change) {
	b.WriteString("| metric | before | now | change |\n|---|---|---|---|\n")
	for _, c := range list {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", escapeCell(c.Name), metricText(c.Before), metricText(c.After), c.By())
	}
}

func metricText(m *view.Metric) string {
	if m == nil {
		return "–"
	}
	return m.Text()
}

func escapeCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

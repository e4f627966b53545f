package model

import (
	"cmp"
	"fmt"

	"viva/mlkit/view"
)

// View implements view.Viewer: where the version is, and what has changed.
func (s *Saved) View() []view.Item {
	t := view.NewTable("", "model", "kind", "version", "trained", "replaces")
	t.Add(s.Name, s.Kind, s.Version, s.Created.Format("2006-01-02"), cmp.Or(s.Replaces, "–"))
	items := t.View()
	if s.Previous != nil {
		items = append(items, s.ChangeTable().View()...)
	}
	return items
}

// ChangeTable compares the metrics with those of the version before; without
// one, or where all are the same, it has a note that says so and no rows.
func (s *Saved) ChangeTable() *view.Table {
	t := view.NewTable("Metrics against the version before", "metric", "before", "now", "change")
	for _, c := range s.Changes {
		t.Add(c.Name, metricText(c.Before), metricText(c.After), c.By())
	}
	switch {
	case s.Previous == nil && s.Replaces != "":
		t.Notes = append(t.Notes, fmt.Sprintf("Version %s, which this one replaced, is gone.", s.Replaces))
	case s.Previous == nil:
		t.Notes = append(t.Notes, "There is no version before.")
	case len(s.Changes) == 0:
		t.Notes = append(t.Notes, "Every metric is as it was.")
	}
	return t
}

// MetricTable returns the metrics as they were saved, one to a row.
func (s *Saved) MetricTable() *view.Table {
	t := view.NewTable("", "metric", "value", "95 % interval", "measured on")
	for _, m := range s.Metrics {
		t.Add(m.Name, m.Text(), m.RangeText(), m.Detail)
	}
	return t
}

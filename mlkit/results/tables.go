package results

import (
	"fmt"
	"strings"

	"viva/mlkit/view"
)

// placed is a metric with the cell that showed it.
type placed struct {
	metric view.Metric
	cell   cellRecord
}

// metrics lists each metric once: the first of its name.
func (r *Run) metrics() []placed {
	var all []placed
	seen := map[string]bool{}
	r.each(func(c cellRecord, it view.Item) {
		m := it.Metric
		if it.Claim != nil {
			m = &it.Claim.Metric
		}
		if m != nil && !seen[m.Name] {
			seen[m.Name] = true
			all = append(all, placed{*m, c})
		}
	})
	return all
}

// ClaimTable returns a row for each claim of the runs, met or not, with what was
// measured and a link to the cell that judged it.
func ClaimTable(runs []*Run) *view.Table {
	t := view.NewTable("", "notebook", "claim", "measured", "95 % interval", "demanded", "verdict")
	open := false
	for _, r := range runs {
		r.each(func(c cellRecord, it view.Item) {
			if it.Claim == nil {
				return
			}
			m := it.Claim.Metric
			word := view.Cell{Text: "met", Tone: "good"}
			switch {
			case it.Claim.Open():
				open = true
				word = view.Cell{Text: "not met, open", Tone: "warn"}
			case !it.Claim.Met:
				word = view.Cell{Text: "not met", Tone: "bad"}
			}
			t.Add(r.Title(), view.Cell{Text: it.Claim.Text, Link: r.link(c)}, m.TextBeside(it.Claim.Bound), interval(m), it.Claim.Bound.Text(m.Unit), word)
		})
	}
	if open {
		t.Notes = append(t.Notes, "Open: what was measured is as demanded, but its interval reaches beyond it.")
	}
	return t
}

// GateTable returns a row for each gate of the runs, with a link to its cell.
func GateTable(runs []*Run) *view.Table {
	t := view.NewTable("", "notebook", "gate", "measured", "demanded", "verdict")
	for _, r := range runs {
		r.each(func(c cellRecord, it view.Item) {
			if it.Gate == nil {
				return
			}
			m := it.Gate.Metric
			word := view.Cell{Text: "passed", Tone: "good"}
			if !it.Gate.Passed {
				word = view.Cell{Text: "FAILED", Tone: "bad"}
			}
			t.Add(r.Title(), view.Cell{Text: it.Gate.Text, Link: r.link(c)}, m.TextBeside(it.Gate.Bound), it.Gate.Bound.Text(m.Unit), word)
		})
	}
	return t
}

// MetricTable returns a row for each metric of a run, with a link to the cell that
// showed it.
func (r *Run) MetricTable() *view.Table {
	t := view.NewTable("", "metric", "value", "95 % interval", "measured on")
	for _, p := range r.metrics() {
		t.Add(view.Cell{Text: p.metric.Name, Link: r.link(p.cell)}, p.metric.Text(), interval(p.metric), p.metric.Detail)
	}
	return t
}

// interval is a metric's interval as a person reads it, with its level where that
// is not the usual one.
func interval(m view.Metric) string {
	i := m.Interval
	if i == nil {
		return ""
	}
	text := m.RangeText()
	if i.Level != 0.95 {
		text += fmt.Sprintf(" (%.3g %%)", 100*i.Level)
	}
	return text
}

// Overview returns a row for each run: how it ended, how many gates and claims
// held, what ran it, its seed, and the data that it read with the beginning of
// their fingerprints.
func Overview(runs []*Run) *view.Table {
	t := view.NewTable("", "notebook", "ended", "gates passed", "claims met", "engine", "seed", "data")
	for _, r := range runs {
		gates, claims, passed, met := r.Gates(), r.Claims(), 0, 0
		for _, g := range gates {
			if g.Passed {
				passed++
			}
		}
		for _, c := range claims {
			if c.Met {
				met++
			}
		}
		of := func(n, all int, tone string) view.Cell {
			c := view.Cell{Text: fmt.Sprintf("%d of %d", n, all)}
			if n < all {
				c.Tone = tone
			}
			return c
		}
		ended := view.Cell{Text: r.Status()}
		if r.Status() != "ok" {
			ended.Tone = "bad"
		}
		var data []string
		for _, s := range r.record.Sources {
			data = append(data, fmt.Sprintf("%s (%s)", s.Name, brief(s.Fingerprint)))
		}
		t.Add(view.Cell{Text: r.Title(), Link: r.notebook}, ended, of(passed, len(gates), "bad"), of(met, len(claims), "warn"), r.Engine(), fmt.Sprint(r.Seed()), strings.Join(data, ", "))
	}
	return t
}

// brief is the beginning of a fingerprint, enough to tell it from others.
func brief(fingerprint string) string {
	hex := strings.TrimPrefix(fingerprint, "sha256:")
	return hex[:min(len(hex), 12)]
}

// TestTable returns a row for each test split that the runs evaluated on: how many
// different models have been evaluated on it, in all runs that the ledger of the
// output folder knows. It is history and no result: another run counts more.
func TestTable(runs []*Run) *view.Table {
	t := view.NewTable("", "notebook", "test split of", "documents", "models evaluated on it, ever", "runs")
	for _, r := range runs {
		for _, u := range r.record.Tests {
			t.Add(view.Cell{Text: r.Title(), Link: r.notebook}, u.Data, u.Documents, u.Models, u.Runs)
		}
	}
	return t
}

package results

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// written writes the record of a notebook that showed some of everything.
func written(t *testing.T, change func(map[string]any)) string {
	t.Helper()
	accuracy := view.Metric{Name: "accuracy, test", Value: 0.861, Unit: "%", Interval: &view.Interval{Low: 0.84, High: 0.93, Level: 0.95}, Detail: "500 documents"}
	claims := []view.Claim{
		view.NewClaim("accuracy is 85–92 %", accuracy, view.Between(0.85, 0.92)),
		view.NewClaim("the gap is at most 10 points", view.Metric{Name: "gap", Value: 0.12, Unit: "points"}, view.AtMost(0.1)),
		view.NewClaim("there are documents", view.Metric{Name: "documents", Value: 500, Unit: "count"}, view.AtLeast(1)),
	}
	gate := view.NewGate("no copies", view.Metric{Name: "copies", Value: 2, Unit: "count"}, view.AtMost(0))
	cells := []map[string]any{
		{"index": 0, "label": "tbl-sizes", "outputs": []any{
			map[string]any{"stream": "stdout", "text": "printed"},
			view.Item{Table: view.NewTable("Sizes", "split", "documents").Add("train", 400)},
		}},
		{"index": 1, "label": "test-score", "outputs": []any{view.Item{Metric: &accuracy}, view.Item{Claim: &claims[0]}}},
		{"index": 2, "outputs": []any{view.Item{Claim: &claims[1]}, view.Item{Claim: &claims[2]}, view.Item{Gate: &gate}}},
	}
	record := map[string]any{
		"format": Format, "notebook": "notebooks/01-a.md", "title": "A", "status": "ok", "seed": 7, "engine": "yaegi", "cells": cells,
		"sources": []trace.Source{{Name: "sample", Fingerprint: "sha256:" + strings.Repeat("ab", 32), Documents: 390}},
		"tests":   []map[string]any{{"data": "sample", "documents": 46, "runs": 3, "models": 2}},
	}
	if change != nil {
		change(record)
	}
	b, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "01-a.json"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func opened(t *testing.T) *Run {
	t.Helper()
	r, err := Open(context.Background(), "01-a.md", Options{Folder: written(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rows are a table's texts, with links behind an arrow.
func rows(t *view.Table) []string {
	var all []string
	for _, row := range t.Rows {
		var texts []string
		for _, c := range row {
			if c.Link != "" {
				c.Text += " → " + c.Link
			}
			texts = append(texts, c.Text)
		}
		all = append(all, strings.Join(texts, " | "))
	}
	return all
}

func TestRunTellsWhatItsNotebookShowed(t *testing.T) {
	r := opened(t)
	if r.Title() != "A" || r.Seed() != 7 || r.Engine() != "yaegi" || len(r.Claims()) != 3 || r.Passed() {
		t.Errorf("%q, seed %d, engine %q, %d claims, passed %v", r.Title(), r.Seed(), r.Engine(), len(r.Claims()), r.Passed())
	}
	c, err := r.Cell("tbl-sizes")
	if err != nil {
		t.Fatal(err)
	}
	items := c.View()
	if len(items) != 1 || items[0].Table == nil || items[0].Table.Rows[0][1].Text != "400" || c.Link() != "01-a.md#tbl-sizes" {
		t.Errorf("%s showed %+v", c.Link(), items)
	}
	items[0].Table.Rows[0][1].Text = "changed"
	if again, _ := c.Table(); again.Rows[0][1].Text != "400" {
		t.Error("a change of what was returned is seen by others")
	}
	for _, name := range []string{"accuracy, test", "gap", "copies"} {
		if m, err := r.Metric(name); err != nil || m.Name != name {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}

func TestTables(t *testing.T) {
	runs := []*Run{opened(t)}
	for _, c := range []struct {
		name string
		got  *view.Table
		want []string
	}{
		{"claims", ClaimTable(runs), []string{
			"A | accuracy is 85–92 % → 01-a.md#test-score | 86.1 % | 84.0 % to 93.0 % | 85.0 % to 92.0 % | not met, open",
			"A | the gap is at most 10 points → 01-a.md#cell-3 | 12.0 points |  | at most 10.0 points | not met",
			"A | there are documents → 01-a.md#cell-3 | 500 |  | at least 1 | met",
		}},
		{"gates", GateTable(runs), []string{"A | no copies → 01-a.md#cell-3 | 2 | at most 0 | FAILED"}},
		{"metrics", runs[0].MetricTable(), []string{
			"accuracy, test → 01-a.md#test-score | 86.1 % | 84.0 % to 93.0 % | 500 documents",
			"gap → 01-a.md#cell-3 | 12.0 points |  | ", "documents → 01-a.md#cell-3 | 500 |  | ",
		}},
		{"overview", Overview(runs), []string{"A → 01-a.md | ok | 0 of 1 | 1 of 3 | yaegi | 7 | sample (abababababab)"}},
		{"tests", TestTable(runs), []string{"A → 01-a.md | sample | 46 | 2 | 3"}},
	} {
		if diff := cmp.Diff(c.want, rows(c.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestMistakes(t *testing.T) {
	r := opened(t)
	_, cell := r.Cell("test-scores")
	_, metric := r.Metric("accuracy, tests")
	_, table := func() (any, error) { c, _ := r.Cell("test-score"); return c.Table() }()
	open := func(name string, change func(map[string]any)) error {
		_, err := Open(context.Background(), name, Options{Folder: written(t, change)})
		return err
	}
	for _, c := range []struct {
		err     error
		want    string
		missing bool
	}{
		{cell, `01-a.md has no cell with the label "test-scores": it is not there; did you mean "test-score"?`, true},
		{metric, `has shown no metric "accuracy, tests": it is not there; did you mean "accuracy, test"?`, true},
		{table, "01-a.md#test-score has shown no table", true},
		{open("02-b.md", nil), "02-b.md has not been run, there is no record", true},
		{open("../01-a.md", nil), "is not the name of a notebook", false},
		{open("", nil), "is not the name of a notebook", false},
		{open("01-a", func(r map[string]any) { r["format"] = 99 }), "is of the format 99, and this program reads 1; run 01-a.md again", false},
		{open("01-a", func(r map[string]any) { r["cells"] = "none" }), "is damaged", false},
		{open("01-a", func(r map[string]any) {
			r["cells"] = []any{map[string]any{"outputs": []any{map[string]any{"table": 3}}}}
		}), "is damaged: cell 1", false},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) || errors.Is(c.err, ErrMissing) != c.missing {
			t.Errorf("want %q (missing %v), got %v", c.want, c.missing, c.err)
		}
	}
}

func TestReadingIsTold(t *testing.T) {
	dir := written(t, nil)
	t.Setenv("VIVA_OUTPUTS", dir)
	var told []string
	ctx := trace.With(context.Background(), trace.Tracer{File: func(path string) { told = append(told, path) }})
	if _, err := Open(ctx, "01-a.md", Options{}); err != nil {
		t.Fatal(err)
	}
	want := []string{trace.Variable("VIVA_OUTPUTS"), filepath.Join(dir, "01-a.json")}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"format":1,"cells":[{"label":"a","outputs":[{"metric":{"name":"m","value":null}}]}]}`))
	f.Add([]byte(`{"format":1,"cells":[{"outputs":[{"claim":{"bound":{}}},{"gate":null},{"stream":"log"},null]}]}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, "a.json"), b, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := Open(context.Background(), "a", Options{Folder: dir})
		if err != nil {
			return
		}
		runs := []*Run{r}
		for _, t := range []*view.Table{ClaimTable(runs), GateTable(runs), r.MetricTable(), Overview(runs), TestTable(runs)} {
			_ = t.View()
		}
		for _, c := range r.record.Cells {
			if found, err := r.Cell(c.Label); err == nil {
				_ = found.View()
			}
		}
	})
}

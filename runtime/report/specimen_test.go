package report

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"viva/mlkit/chart"
	"viva/mlkit/trace"
	"viva/mlkit/view"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// specimen is a notebook that has one of everything, with the record of a run
// that failed near its end.
func specimen(t testing.TB) (*notebook.Notebook, *record.Run) {
	t.Helper()
	source, err := os.ReadFile("testdata/specimen.md")
	if err != nil {
		t.Fatal(err)
	}
	nb := parse(t, "notebooks/specimen.md", string(source))
	run := runOf(nb)
	run.Params = []record.Param{{Name: "data", Type: "string", Value: "sample"}, {Name: "folds", Type: "int", Value: "5", Set: true}}
	run.Seed = 7
	run.Sources = []trace.Source{{Name: "sample", Fingerprint: "sha256:" + strings.Repeat("5e", 32), Documents: 364}, {
		Name: "letters", Path: "letters", Fingerprint: "sha256:" + strings.Repeat("6f", 32), Documents: 20,
		Licence: `"for *research* only" <see README>`, Citation: "Ada Example. A Collection of Letters. 2024.", Address: "https://example.org/letters",
	}}
	run.Provenance = record.Provenance{
		Commit: strings.Repeat("a1b2", 10), Dirty: true, Tool: "run v0.1.0", Go: "1.26.8", Engine: "yaegi 0.16.1",
		OS: "linux", Arch: "amd64", CPU: "An Example CPU @ 2.40GHz", Cores: 2, Memory: 8 << 30,
	}
	give := func(label string, i int, outputs ...record.Output) {
		c := &run.Cells[i]
		if c.Label != label {
			t.Fatalf("cell %d has the label %q, not %q", i, c.Label, label)
		}
		c.Outputs = outputs
		c.Duration = time.Duration(i*i*137+20) * time.Millisecond
	}
	labels := []string{"definition", "process", "comparison", "cause and effect", "chronology", "classification"}

	give("", 0, log("read 364 documents\nnormalised 364 documents\n"),
		item(view.Metric{Name: "documents", Value: 364, Unit: "count"}),
		item(view.Metric{Name: "articles", Value: 121, Unit: "count"}),
		item(view.Metric{Name: "accuracy, test split", Value: 0.8713, Unit: "%", Detail: "73 documents",
			Interval: &view.Interval{Low: 0.812, High: 0.921, Level: 0.95, Method: "bootstrap, 2000 resamples"}}))
	bars, err := chart.Bars(labels, []chart.Series{
		{Name: "train", Y: []float64{61, 48, 22, 39, 44, 41}}, {Name: "validation", Y: []float64{10, 9, 7, 8, 11, 9}}, {Name: "test", Y: []float64{9, 10, 8, 10, 9, 9}},
	}, chart.BarOptions{Unit: "count"})
	give("fig-classes", 1, figure(t, bars, err))

	pairs := view.NewTable("Documents that stand in two splits.", "pair", "first split", "second split", "similarity")
	pairs.Add("astronomy-0012 = astronomy-0014", "train", "test", 1.0).Add("medicine-0003 = medicine-0005", "train", "validation", 1.0)
	gate := view.NewGate("no document stands in two splits", view.Metric{Name: "exact duplicates across splits", Value: 2, Unit: "count"}, view.AtMost(0))
	gate.Evidence = pairs.View()
	gate.Repair = "split by article: split.StratifiedGroupKFold"
	give("", 2, item(gate), item(view.NewGate("every class has at least ten documents", view.Metric{Name: "smallest class", Value: 37, Unit: "count"}, view.AtLeast(10))))

	folds := view.NewTable("", "fold", "estimate", "accuracy [%]", "macro F1", "documents", "time [s]")
	for i := range 5 {
		f := float64(i)
		folds.Add(i+1, "stratified", 0.93-0.004*f, 0.92-0.003*f, 73, 0.81+0.1*f)
		folds.Add(i+1, "stratified, grouped", 0.89-0.006*f, 0.881-0.007*f, 1000+73, 0.79+0.1*f)
	}
	folds.Rows[3][2].Tone, folds.Rows[9][2].Tone = "good", "bad"
	folds.Notes = []string{"Time is that of vectorising and fitting, on one worker."}
	give("tbl-folds", 3, printed("stdout", "fold 1: 0.930\nfold 2: 0.926\nfold 3: 0.922\n"), printed("stderr", "fold 4 took twice as long\n"), item(folds))

	confusion, err := chart.ConfusionMatrix(labels, [][]int{{9, 0, 1, 0, 0, 0}, {0, 8, 0, 1, 0, 0}, {2, 0, 5, 0, 0, 1}, {0, 1, 0, 8, 1, 0}, {0, 0, 0, 0, 9, 0}, {0, 0, 1, 0, 0, 8}}, chart.ConfusionOptions{Caption: "Confusion of the classes, test split."})
	met := view.NewClaim("grouped accuracy is at least 85 %", view.Metric{Name: "accuracy, grouped folds", Value: 0.887, Unit: "%", Detail: "5 folds"}, view.AtLeast(0.85))
	met.Source = "Example and Example, 2019, table 3"
	missed := view.NewClaim("the gap between training and validation is at most 10 points", view.Metric{Name: "gap", Value: 0.124, Unit: "points"}, view.AtMost(0.10))
	give("fig-confusion", 4, figure(t, confusion, err), item(met), item(missed),
		item(view.Note{Text: "The four comparisons that were misread are listed in the record."}),
		item(view.Note{Level: "warning", Text: "Two classes have fewer than ten test documents.\n\nTheir intervals are wide."}),
		record.Output{Item: view.Item{HTML: `<p>A <b>fragment</b> from a cell<script>alert(1)</script></p><table><tr><th>a</th><td>1</td></tr></table>`}})

	long := view.NewTable("Every document with its prediction.", "document", "class", "predicted", "score", "words")
	for i := range 120 {
		long.Add(fmt.Sprintf("doc-%04d", i), labels[i*7%6], labels[i*5%6], float64(i*37%100)/100, 50+i*13%41)
	}
	give("", 5, item(long))

	run.Cells[6].Status = record.Expected
	run.Cells[7].Status, run.Cells[7].Duration = record.Failed, 1200*time.Millisecond
	run.Cells[7].Outputs = []record.Output{printed("stdout", "evaluating…\n")}
	run.Cells[7].Volatile = []string{"reads the clock"}
	run.Cells[8].Status = record.NotRun
	run.Inlines[0].Text = "364"
	run.Inlines[1].Status, run.Inlines[1].Text = record.NotRun, ""
	run.Status = record.Failed
	run.Duration = 9400 * time.Millisecond
	run.Diagnostics = []record.Diagnostic{
		{Severity: "warning", File: nb.Path, Line: nb.Cells[6].CodeLine + 1, Cell: 6, Message: "split: KFold: 1 fold: at least 2 are needed"},
		{Severity: "error", File: nb.Path, Line: nb.Cells[7].CodeLine + 1, Column: 13, Cell: 7, Message: "evaluate: class \"comparison\" has no document in fold 3",
			Hint: "use fewer folds, or split.StratifiedKFold", Frames: []record.Frame{{Func: "evaluate", Line: 41}, {Func: "the cell", Line: nb.Cells[7].CodeLine + 1}}},
	}
	return nb, run
}

func parse(t testing.TB, path, source string) *notebook.Notebook {
	t.Helper()
	nb, err := parseQuietly(path, source)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func parseQuietly(path, source string) (*notebook.Notebook, error) {
	return notebook.Parse(path, []byte(source), nil)
}

// runOf is a record in which every cell ran to its end and gave nothing.
func runOf(nb *notebook.Notebook) *record.Run {
	run := &record.Run{
		Format: record.Format, Notebook: nb.Path, Title: nb.Meta.Title, Status: record.OK,
		SHA256: strings.Repeat("0f", 32), Started: time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC),
	}
	for _, c := range nb.Cells {
		run.Cells = append(run.Cells, record.Cell{Index: c.Index, Label: c.Options.Label, Line: c.Line, Status: record.OK})
	}
	for _, in := range nb.Inlines {
		run.Inlines = append(run.Inlines, record.Inline{Line: in.Line, Expr: in.Expr, Status: record.OK})
	}
	return run
}

func item(v view.Viewer) record.Output { return record.Output{Item: v.View()[0]} }

func figure(t testing.TB, f view.Figure, err error) record.Output {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return item(f)
}

func printed(stream, text string) record.Output {
	return record.Output{Stream: stream, Item: view.Item{Text: text}}
}

func log(text string) record.Output { return printed("log", text) }

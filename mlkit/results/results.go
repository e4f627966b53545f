// Package results reads what other notebooks gave when they last ran: their
// claims, gates and metrics, and whatever a cell of theirs showed. A report that
// tells of several notebooks takes its numbers from here, so that none is copied
// by hand.
//
// It reads the records that the command writes beside the reports. It runs
// nothing, and judges nothing anew.
package results

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/internal/outputfolder"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Format is the format of records that this package reads.
const Format = 1

// Options say where records are. The zero value is for the command's own layout.
type Options struct {
	// Folder is the folder of the reports; "" means the output folder of the
	// command, which is outputs if nothing else is said.
	Folder string
}

// Run is what one notebook gave when it last ran. It does not change.
type Run struct {
	notebook string
	record   runRecord
}

// runRecord is the part of a record that is read.
type runRecord struct {
	Format  int            `json:"format"`
	Title   string         `json:"title"`
	Status  string         `json:"status"`
	Seed    int64          `json:"seed"`
	Engine  string         `json:"engine"`
	Sources []trace.Source `json:"sources"`
	Tests   []testRecord   `json:"tests"`
	Cells   []cellRecord   `json:"cells"`
}

// testRecord is how often a test split has been evaluated on.
type testRecord struct {
	Data      string `json:"data"`
	Documents int    `json:"documents"`
	Runs      int    `json:"runs"`
	Models    int    `json:"models"`
}

type cellRecord struct {
	Index int    `json:"index"`
	Label string `json:"label"`
	// Outputs are decoded anew for everybody who asks, so that nobody's change of
	// a table is seen by others.
	Outputs []json.RawMessage `json:"outputs"`
}

// items returns what the cell showed, without what it printed.
func (c cellRecord) items() ([]view.Item, error) {
	var all []view.Item
	for _, b := range c.Outputs {
		var o struct {
			Stream string `json:"stream"`
			view.Item
		}
		if err := json.Unmarshal(b, &o); err != nil {
			return nil, err
		}
		if o.Stream == "" {
			all = append(all, o.Item)
		}
	}
	return all, nil
}

// ErrMissing is wrapped by errors about notebooks of which there is no record,
// and about cells and metrics that are not in it.
var ErrMissing = errors.New("it is not there")

// Open reads the record of a notebook that was run before. Notebook is its file
// as links name it, such as "03-classifier.md", relative to the folder that was
// rendered. The error wraps ErrMissing if it has not been run.
func Open(ctx context.Context, notebook string, opt Options) (*Run, error) {
	folder := opt.Folder
	if folder == "" {
		trace.Opening(ctx, trace.Variable(outputfolder.Variable))
		folder = outputfolder.Path()
	}
	base := strings.TrimSuffix(filepath.ToSlash(notebook), ".md")
	if base == "" || !filepath.IsLocal(filepath.FromSlash(base)) {
		return nil, fmt.Errorf("results: %q is not the name of a notebook: give its file as a link would, such as 03-classifier.md", notebook)
	}
	name := filepath.Join(folder, filepath.FromSlash(base)+".json")
	b, err := trace.ReadFile(ctx, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("results: %s has not been run, there is no record %s: %w; run it first, with the same -o", base+".md", filepath.ToSlash(name), ErrMissing)
	case err != nil:
		return nil, fmt.Errorf("results: %w", err)
	}
	r := &Run{notebook: base + ".md"}
	if err := json.Unmarshal(b, &r.record); err != nil {
		return nil, fmt.Errorf("results: %s is damaged: %w; run %s again", filepath.ToSlash(name), err, r.notebook)
	}
	if r.record.Format != Format {
		return nil, fmt.Errorf("results: %s is of the format %d, and this program reads %d; run %s again", filepath.ToSlash(name), r.record.Format, Format, r.notebook)
	}
	for _, c := range r.record.Cells {
		if _, err := c.items(); err != nil {
			return nil, fmt.Errorf("results: %s is damaged: cell %d: %w; run %s again", filepath.ToSlash(name), c.Index+1, err, r.notebook)
		}
	}
	return r, nil
}

// Notebook returns the notebook's file, with forward slashes.
func (r *Run) Notebook() string { return r.notebook }

// Title returns the notebook's title.
func (r *Run) Title() string { return cmp.Or(r.record.Title, path.Base(r.notebook)) }

// Status returns how the run ended, "ok" if nothing failed.
func (r *Run) Status() string { return r.record.Status }

// Seed returns the seed of the run.
func (r *Run) Seed() int64 { return r.record.Seed }

// Engine returns what ran the cells, "yaegi" or "go".
func (r *Run) Engine() string { return r.record.Engine }

// Sources returns what data the run read.
func (r *Run) Sources() []trace.Source { return slices.Clone(r.record.Sources) }

// Passed reports whether the run ended well and every gate was passed.
func (r *Run) Passed() bool {
	return r.record.Status == "ok" && !slices.ContainsFunc(r.Gates(), func(g view.Gate) bool { return !g.Passed })
}

// Claims returns the claims in the order of the notebook.
func (r *Run) Claims() []view.Claim {
	var all []view.Claim
	r.each(func(_ cellRecord, it view.Item) {
		if it.Claim != nil {
			all = append(all, *it.Claim)
		}
	})
	return all
}

// Gates returns the gates in the order of the notebook.
func (r *Run) Gates() []view.Gate {
	var all []view.Gate
	r.each(func(_ cellRecord, it view.Item) {
		if it.Gate != nil {
			all = append(all, *it.Gate)
		}
	})
	return all
}

// Metrics returns the metrics in the order of the notebook: those that were shown
// by themselves, and those that claims are about, each once.
func (r *Run) Metrics() []view.Metric {
	var all []view.Metric
	for _, p := range r.metrics() {
		all = append(all, p.metric)
	}
	return all
}

// Metric returns the metric of a name. It may also be that of a gate. The error
// wraps ErrMissing if there is none, and names the nearest.
func (r *Run) Metric(name string) (view.Metric, error) {
	var names []string
	for _, m := range r.Metrics() {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	for _, g := range r.Gates() {
		if g.Metric.Name == name {
			return g.Metric, nil
		}
	}
	return view.Metric{}, fmt.Errorf("results: %s has shown no metric %q: %w%s", r.notebook, name, ErrMissing, did(name, names))
}

// Cell returns what the cell of a label showed. The error wraps ErrMissing if
// there is no such cell, and names the nearest.
func (r *Run) Cell(label string) (*Cell, error) {
	var labels []string
	for _, c := range r.record.Cells {
		if label != "" && c.Label == label {
			return &Cell{run: r, record: c}, nil
		}
		labels = append(labels, c.Label)
	}
	return nil, fmt.Errorf("results: %s has no cell with the label %q: %w%s", r.notebook, label, ErrMissing, did(label, labels))
}

func did(name string, names []string) string {
	if near := nearest.Name(name, slices.DeleteFunc(names, func(s string) bool { return s == "" })); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// each calls f for whatever the cells showed.
func (r *Run) each(f func(cellRecord, view.Item)) {
	for _, c := range r.record.Cells {
		items, _ := c.items() // Open has seen that they can be read
		for _, it := range items {
			f(c, it)
		}
	}
}

// link returns the address of a cell in the notebook's report.
func (r *Run) link(c cellRecord) string {
	return r.notebook + "#" + cmp.Or(c.Label, fmt.Sprintf("cell-%d", c.Index+1))
}

// Cell is what one cell of another notebook showed.
type Cell struct {
	run    *Run
	record cellRecord
}

// Link returns where the cell stands in its report, as a link in prose names it,
// such as "03-classifier.md#test-score".
func (c *Cell) Link() string { return c.run.link(c.record) }

// Table returns the first table that the cell showed. The error wraps ErrMissing
// if there is none.
func (c *Cell) Table() (*view.Table, error) {
	for _, it := range c.View() {
		if it.Table != nil {
			return it.Table, nil
		}
	}
	return nil, fmt.Errorf("results: the cell %s has shown no table: %w", c.Link(), ErrMissing)
}

// View implements view.Viewer: what the cell showed, without what it printed.
func (c *Cell) View() []view.Item {
	items, _ := c.record.items() // Open has seen that they can be read
	return items
}

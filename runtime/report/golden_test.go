package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"viva/internal/golden"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// TestGoldens draws small notebooks. Each testdata/*.txtar holds a notebook,
// what its cells gave as JSON (a list of cells by index, the inline values
// with their status, diagnostics), and what is expected: the page between its style and
// its provenance, and the Markdown above its provenance.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range archive.Files {
				parts[f.Name] = string(f.Data)
			}
			nb := parse(t, "note.md", parts["note.md"])
			run := runFrom(t, nb, parts["run.json"])
			opt := Options{ReadFile: func(name string) ([]byte, error) {
				if text, ok := parts[name]; ok {
					return []byte(strings.TrimSuffix(text, "\n")), nil
				}
				return nil, fmt.Errorf("open %s: %w", name, os.ErrNotExist)
			}}
			page := middle(t, drawHTML(t, nb, run, opt))
			doc, err := Markdown(nb, run, opt)
			if err != nil {
				t.Fatal(err)
			}
			text, _, _ := strings.Cut(string(doc.Text), "\n## Provenance\n")
			if golden.Updating() {
				for i, f := range archive.Files {
					switch f.Name {
					case "want.html":
						archive.Files[i].Data = []byte(page)
					case "want.md":
						archive.Files[i].Data = []byte(text)
					}
				}
				golden.Write(t, file, string(txtar.Format(archive)))
				return
			}
			golden.Same(t, file+", want.html", parts["want.html"], page)
			golden.Same(t, file+", want.md", parts["want.md"], text)
		})
	}
}

// runFrom is the record of a run with the given parts, all else being well.
func runFrom(t testing.TB, nb *notebook.Notebook, text string) *record.Run {
	t.Helper()
	run := runOf(nb)
	if text == "" {
		return run
	}
	var parts struct {
		Status  record.Status
		Cells   map[int]json.RawMessage
		Inlines []struct {
			Text   string
			Status record.Status
		}
		Diagnostics []record.Diagnostic
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&parts); err != nil {
		t.Fatalf("run.json: %v", err)
	}
	for i, c := range parts.Cells {
		if err := json.Unmarshal(c, &run.Cells[i]); err != nil {
			t.Fatalf("run.json: cell %d: %v", i, err)
		}
	}
	for i, in := range parts.Inlines {
		run.Inlines[i].Text = in.Text
		if in.Status != "" {
			run.Inlines[i].Status = in.Status
		}
	}
	run.Diagnostics = parts.Diagnostics
	if parts.Status != "" {
		run.Status = parts.Status
	}
	return run
}

func drawHTML(t testing.TB, nb *notebook.Notebook, run *record.Run, opt Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, nb, run, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// middle is a page without what is the same on every page and without the
// hashes that name its blocks.
func middle(t testing.TB, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "<header")
	text, _, end := strings.Cut(rest, "<footer>")
	if !ok || !end {
		t.Fatalf("the page has no header or no footer:\n%s", page)
	}
	return blockName.ReplaceAllString("<header"+text, "")
}

// blockName is the attribute that names a block by its content.
var blockName = regexp.MustCompile(` data-block="[0-9a-f-]+"`)

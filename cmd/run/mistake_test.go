package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

var savedAs = regexp.MustCompile(`\S+broken-\d+\.(json|txt)`)

// A panic while a notebook runs becomes an error of that notebook.
func TestMistakesOfTheProgramCostOneNotebook(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := settings{out: t.TempDir(), json: true}
	show := newDisplay(environment{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}, s)
	j := &job{path: "broken.md", name: "broken", nb: &notebook.Notebook{Path: "broken.md", Cells: []*notebook.Cell{nil}}}
	err := j.render(t.Context(), s, show)
	if err == nil || !strings.Contains(err.Error(), "broken.md: a mistake in this program") || strings.Contains(err.Error(), "goroutine") {
		t.Fatalf("got %v", err)
	}
	if stack, err := os.ReadFile(savedAs.FindString(err.Error())); err != nil || !bytes.Contains(stack, []byte("goroutine")) {
		t.Errorf("the file holds %q (%v)", stack, err)
	}
	if j.outcome.passed || j.outcome.run.Status != record.Failed {
		t.Errorf("%+v", j.outcome)
	}
}

// A panic while the report is drawn does not cost the results.
func TestMistakesInDrawingSaveTheResults(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	j := &job{path: "broken.md", name: "broken", nb: &notebook.Notebook{Path: "broken.md"}}
	j.outcome.run = &record.Run{Notebook: "broken.md", Title: "hours of work", Status: record.OK}
	err := j.write(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "; the results were saved to ") {
		t.Fatalf("got %v", err)
	}
	names := savedAs.FindAllString(err.Error(), -1)
	if saved, err := os.ReadFile(names[len(names)-1]); err != nil || !bytes.Contains(saved, []byte("hours of work")) {
		t.Errorf("the file holds %q (%v)", saved, err)
	}
}

package main

import (
	"testing"
	"time"

	"viva/runtime/cell"
	"viva/runtime/notebook"
)

func TestInterpretedProgramsAreNotebooksToo(t *testing.T) {
	for _, p := range interpretedPrograms {
		if _, diagnostics := cell.CheckFile(p.name+".go", p.program(), nil); len(diagnostics) > 0 {
			t.Errorf("the program %s: %+v", p.name, diagnostics)
		}
		nb, err := notebook.Parse(p.name+".md", []byte(p.notebook()), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, diagnostics := cell.Check(nb, nil); len(diagnostics) > 0 {
			t.Errorf("the notebook %s: %+v", p.name, diagnostics)
		}
	}
}

func TestLoweredAndPlainGiveTheSame(t *testing.T) {
	p := interpreted{"small", nil, "func work() int {\n\tn := 0\n\tfor i := 0; i < 10; i++ {\n\t\tn += i\n\t}\n\treturn n\n}"}
	for name, run := range map[string]func() (string, error){
		"lowered": func() (string, error) { return runLowered(t.Context(), p) },
		"plain":   func() (string, error) { return runPlain(t.Context(), p) },
	} {
		out, err := run()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answer, took, err := readTimed(out)
		if err != nil || answer != "45" || took <= 0 || took > time.Minute {
			t.Errorf("%s: %q in %v, %v; want 45 in some time", name, answer, took, err)
		}
	}
	if _, _, err := readTimed("45\n"); err == nil {
		t.Error("a missing time is not noticed")
	}
}

func TestStartOfTwentyCells(t *testing.T) {
	nb, err := notebook.Parse("twenty.md", []byte(twentyCells()), nil)
	if err != nil || len(nb.Cells) != 20 {
		t.Fatalf("%v, %d cells, want 20", err, len(nb.Cells))
	}
	ms, err := startTime(t.Context(), 1)
	if err != nil || ms <= 0 {
		t.Errorf("%v ms, %v", ms, err)
	}
}

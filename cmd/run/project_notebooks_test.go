package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/runtime/record"
)

// Two runs of the project's first notebooks give the same records, but for times,
// and so does one that is compiled, but for the engine. Those that train for longer
// are compared by run verify, in .ci/run.
func TestTwoRunsGiveTheSameRecord(t *testing.T) {
	dir := t.TempDir()
	notebooks, err := filepath.Abs("../../notebooks")
	if err != nil {
		t.Fatal(err)
	}
	read := func(out, name string) record.Run {
		b, err := os.ReadFile(filepath.Join(dir, out, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var r record.Run
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		r.Duration = 0
		for i := range r.Cells {
			r.Cells[i].Duration = 0
		}
		return r
	}
	outs := []string{"first", "second", "compiled"}
	if _, err := exec.LookPath("go"); err != nil {
		outs = outs[:2]
	}
	for _, out := range outs {
		cmd := exec.Command("run", "-q", "-o", out, filepath.Join(notebooks, "01-verify.md"), filepath.Join(notebooks, "03-classifier.md"), filepath.Join(notebooks, "05-relations.md"))
		if out == "compiled" {
			cmd.Args = slices.Insert(cmd.Args, 1, "-engine", "go")
		}
		cmd.Dir = dir
		if b, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		// Models are written by every run, though nothing else is done anew.
		for _, name := range []string{"text-classifier", "relation-extractor"} {
			if found, err := filepath.Glob(filepath.Join(dir, out, "models", name, "*", "weights.bin")); err != nil || len(found) != 1 {
				t.Errorf("the run %s has written %d versions of %s (%v)", out, len(found), name, err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "outputs")); err == nil {
			t.Errorf("the run %s has written to outputs", out)
		}
	}
	for _, name := range []string{"01-verify", "03-classifier", "05-relations"} {
		first := read("first", name)
		for _, out := range outs[1:] {
			other := read(out, name)
			other.Started, other.Entry = first.Started, first.Entry
			if out == "compiled" && other.Engine == "go" {
				other.Engine, other.Provenance.Engine = first.Engine, first.Provenance.Engine
			}
			if diff := cmp.Diff(first, other); diff != "" {
				t.Errorf("%s differs (-first +%s):\n%s", name, out, diff)
			}
		}
	}
}

// Those that need no more also run on a corpus of texts and classes: no split, no
// groups, no domains.
func TestNotebooksRunOnPlainTextsAndClasses(t *testing.T) {
	dir := t.TempDir()
	notebooks, err := filepath.Abs("../../notebooks")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	words := map[string][]string{
		"ships": strings.Fields("sea sail harbour keel mast crew tide anchor deck storm"),
		"birds": strings.Fields("wing feather nest song beak flight egg tree seed storm"),
	}
	var b strings.Builder
	b.WriteString("label,text\n")
	for i := range 120 {
		label := []string{"ships", "birds"}[i%2]
		fmt.Fprintf(&b, "%s,\"", label)
		for range 12 {
			b.WriteString(words[label][rng.IntN(10)] + " ")
		}
		fmt.Fprintf(&b, "and number %d\"\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "plain.csv"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("run", "-p", "data=plain.csv")
	for _, name := range []string{"01-verify.md", "03-classifier.md", "04-topics.md"} {
		cmd.Args = append(cmd.Args, filepath.Join(notebooks, name))
	}
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(dir, "outputs", "01-verify.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "120 documents had no group") {
		t.Error("the report does not say that groups were assumed")
	}
	// Of a corpus without keyphrases none can be learned: the notebook says so.
	cmd = exec.Command("run", "-p", "data=plain.csv", filepath.Join(notebooks, "01-verify.md"), filepath.Join(notebooks, "02-keyphrases.md"))
	cmd.Dir = dir
	out, err = cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "plain.csv has no keyphrases") {
		t.Errorf("keyphrases of a corpus that has none: %v: %s", err, out)
	}
}

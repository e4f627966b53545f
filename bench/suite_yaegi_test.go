package main

import (
	"io"
	"testing"
	"time"
)

func TestYaegisComments(t *testing.T) {
	const head = "package main\n\nfunc main() {}\n"
	for _, c := range []struct{ name, source, leftOut, output string }{
		{"output", head + "// Output:\n// 1  \n//\n//  2\n", "", "1\n\n 2\n"},
		{"none", head, "", ""},
		{"an empty one", head + "// Output:\n", "", ""},
		{"no program", "package p\n", "is no program", ""},
		{"network", "package main\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\nfunc main() {}\n", "uses the network", ""},
		{"random", "package main\nimport r \"crypto/rand\"\nfunc main() {}\n", "draws at random", ""},
		{"other modules", "package main\nimport \"github.com/traefik/yaegi/_test/p1\"\nfunc main() {}\n", "imports packages of yaegi's own", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := leftOut(c.source); got != c.leftOut {
				t.Errorf("left out: %q, want %q", got, c.leftOut)
			}
			if got := commentedOutput(c.source); got != c.output {
				t.Errorf("output %q, want %q", got, c.output)
			}
		})
	}
}

func TestProgramsThatMustNotRun(t *testing.T) {
	const mistake = "// Error:\n// 1:1: no\n"
	for _, c := range []struct {
		name, source string
		was, is      verdict
	}{
		{"a.go", mistake, refusedByChecker, same},
		{"a.go", mistake, same, accepted},
		{"a.go", mistake, wrongOutput, accepted},
		{"a.go", mistake, refusedByInterpreter, refusedByInterpreter},
		{"a.go", "", refusedByChecker, refusedByChecker},
		{"redeclaration-global1.go", "", refusedByChecker, same},
		{"panic0.go", "", panicked, same},
		{"panic0.go", "", wrongOutput, wrongOutput},
	} {
		p := outcome{name: c.name, verdict: c.was, detail: "3: panic: stop!"}
		if judgeMistaken(&p, c.source); p.verdict != c.is {
			t.Errorf("%s, %q, %s is judged %s, want %s", c.name, c.source, c.was, p.verdict, c.is)
		}
	}
}

// One of every twelve: a change that has the interpreter run its own tests
// otherwise than Go is noticed here.
func TestYaegisProgramsDoNotFallBack(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	if _, err := yaegiSuite(t.Context()); err != nil {
		t.Skip(err)
	}
	results, err := conformance(t.Context(), settings{suite: "yaegi", every: 12, log: io.Discard, timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	total := map[string]float64{}
	for _, r := range results {
		if r.Folder == "" {
			total[r.Name] = r.Value
		}
	}
	if total["programs"] < 60 || total["interpreted"] < 0.85*total["programs"] || total["different"] > 1 {
		t.Errorf("of yaegi's programs: %v", total)
	}
}

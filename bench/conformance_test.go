package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"viva/runtime/kernel"
	"viva/runtime/native"
)

func TestMain(m *testing.M) {
	kernel.Main()
	os.Exit(m.Run())
}

func TestEachOutcomeIsTold(t *testing.T) {
	toolchain, err := native.Find(t.Context(), "")
	if err != nil {
		t.Skip(err)
	}
	run := runner{toolchain: toolchain, timeout: 20 * time.Second}
	const head = "// run\n\npackage main\n\nimport \"fmt\"\n\n"
	for _, c := range []struct {
		name, source, want string
		verdict            verdict
		detail             string
	}{
		{"same", head + "func main() { fmt.Println(1) }\n", "1\n", same, ""},
		{"package variables in the order of their dependencies", head + "var a = b + 1\nvar b = f()\nfunc f() int { return 2 }\nfunc init() { a++ }\nfunc main() { fmt.Println(a, b) }\n", "4 2\n", same, ""},
		{"exit 0", "package main\nimport \"os\"\nfunc main() { os.Exit(0) }\n", "", same, ""},
		{"other output", head + "func main() { fmt.Println(1) }\n", "2\n", wrongOutput, `line 1 is "1", want "2"`},
		{"panic", "package main\nfunc main() { panic(\"no\") }\n", "", panicked, "panic: no"},
		{"compiled", "package main\nimport \"testing\"\nfunc main() { println(testing.Short == nil) }\n", "false\n", compiled, ""},
		{"refused", "package main\nimport \"unsafe\"\nvar _ unsafe.Pointer\nfunc main() {}\n", "", refusedByChecker, "package unsafe is not available in cells"},
		{"overflowing stack", "package main\nfunc f(n int) int { return f(n+1) + 1 }\nfunc main() { f(0) }\n", "", died, "stack overflowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, detail := run.program(t.Context(), "x.go", c.source, c.want)
			if v != c.verdict || !strings.Contains(detail, c.detail) {
				t.Errorf("got %q %q, want %q %q", v, detail, c.verdict, c.detail)
			}
		})
	}
}

func TestTally(t *testing.T) {
	got := map[string]float64{}
	for _, r := range tally([]outcome{{"ken", "a", same, ""}, {"ken", "b", refusedByChecker, ""}, {"ken", "c", refusedByInterpreter, ""}, {"ken", "d", wrongOutput, ""}, {"ken", "f", compiled, ""}, {".", "e", same, ""}}, "ken") {
		got[r.Name] = r.Value
	}
	for name, want := range map[string]float64{"programs": 5, "interpreted": 1, "refused": 2, "refused_by_interpreter": 1, "different": 1, "different_output": 1, "native": 1} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

func TestRunnablePrograms(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.go": "// run\n\npackage main\n", "b.go": "// errorcheck\n", "c.go": "// run -race\n",
		"d.go": "// run\nimport \"unsafe\"\n", "e.go": "// run\nimport \"runtime\"\n", "f.txt": "// run\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := runnable(folder)
	if err != nil || strings.Join(names, " ") != "a.go" {
		t.Errorf("got %v, %v", names, err)
	}
}

// Go's own programs run as they do compiled: a change that loses some is
// noticed here, on one of twenty, or of as many as VIVA_CONFORMANCE_EVERY says. A few
// are only slow.
func TestConformanceDoesNotFallBack(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	if _, err := goTests(t.Context()); err != nil {
		t.Skip(err)
	}
	every := 20
	if n, err := strconv.Atoi(os.Getenv("VIVA_CONFORMANCE_EVERY")); err == nil {
		every = n
	}
	results, err := conformance(t.Context(), settings{every: every, log: io.Discard, timeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	total := map[string]float64{}
	for _, r := range results {
		if r.Folder == "" {
			total[r.Name] = r.Value
		}
	}
	if total["programs"] < float64(800/every) || total["interpreted"] < 0.86*total["programs"] || total["different"]-total["too_slow"] > 1 || total["too_slow"] > 5 {
		t.Errorf("of Go's programs: %v", total)
	}
}

// Package layers holds no code: its test keeps the arrows of
// docs/architecture.md pointing downward.
package layers

import (
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// layers are the packages of the module from the top down. A package may
// import only what stands in a lower layer; mlkit's packages may import each
// other, as far as Go itself permits.
var layers = [][]string{
	{"cmd/run", "bench"},
	{"runtime/preview"},
	{"runtime/engine", "runtime/report", "runtime/verify", "runtime/ledger"},
	{"runtime/kernel", "runtime/native"},
	{"runtime/cell"},
	{"runtime/lower"},
	{"runtime/dynamic"},
	{"runtime/notebook", "runtime/symbols", "runtime/symbols/gen"},
	{"runtime/kernel/child"},
	{"runtime/pull"},
	{"runtime/download", "runtime/highlight", "runtime/highlight/gen", "runtime/record", "runtime/store", "runtime/watch"},
	{"mlkit/*", "mlkit/memo/memotest"},
	{"internal/*"},
}

func layer(pkg string) int {
	for i, names := range layers {
		for _, n := range names {
			if n == pkg || strings.HasSuffix(n, "/*") && path.Dir(pkg) == strings.TrimSuffix(n, "/*") {
				return i
			}
		}
	}
	return -1
}

func TestArrowsPointDownward(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "viva/...").Output()
	if err != nil {
		t.Skipf("the go command is needed to list imports: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], "viva/")
		at := layer(from)
		if at < 0 {
			t.Errorf("%s stands in no layer; add it here and to docs/architecture.md", from)
			continue
		}
		for _, p := range fields[1:] {
			to, ok := strings.CutPrefix(p, "viva/")
			if !ok {
				continue
			}
			seen++
			below := layer(to)
			withinMlkit := strings.HasPrefix(from, "mlkit/") && strings.HasPrefix(to, "mlkit/")
			if below < at || below == at && !withinMlkit {
				t.Errorf("%s imports %s, which does not stand below it", from, to)
			}
			if to == "mlkit/show" && strings.HasPrefix(from, "mlkit/") {
				t.Errorf("%s imports mlkit/show: methods return what they have to show, cells show it", from)
			}
		}
	}
	if seen == 0 {
		t.Error("no imports found")
	}
}

// Every module that go.mod requires has its reason in docs/architecture.md.
func TestDependenciesAreDefended(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse("go.mod", mod, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Require {
		if !r.Indirect && !strings.Contains(string(page), "| "+r.Mod.Path+" | ") {
			t.Errorf("%s is required without a reason", r.Mod.Path)
		}
	}
	for line := range strings.Lines(string(page)) {
		fields := strings.Split(line, " | ")
		name := strings.TrimPrefix(fields[0], "| ")
		if len(fields) == 2 && strings.Contains(name, ".") && !strings.Contains(string(mod), name+" v") {
			t.Errorf("%s is defended but not required", name)
		}
	}
}

// Package layers holds no code: its test keeps the arrows of
// docs/architecture.md pointing downward.
package layers

import (
	"os/exec"
	"path"
	"strings"
	"testing"
)

// layers are the packages of the module from the top down. A package may
// import only what stands in a lower layer; mlkit's packages may import each
// other, as far as Go itself permits.
var layers = [][]string{
	{"cmd/run", "bench"},
	{"runtime/engine", "runtime/report"},
	{"runtime/kernel"},
	{"runtime/cell"},
	{"runtime/notebook", "runtime/symbols", "runtime/symbols/gen"},
	{"runtime/record"},
	{"mlkit/*"},
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

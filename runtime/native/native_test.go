package native

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"viva/runtime/kernel/child"
)

// module writes a module's files and returns its folder.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func find(t *testing.T, dir string) *Toolchain {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no Go toolchain")
	}
	if out, err := exec.Command("go", "env", "GOCACHE").Output(); err == nil {
		t.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	tool, err := Find(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

func output(t *testing.T, exe string) string {
	t.Helper()
	out, err := exec.Command(exe).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// program prints what package word of the module says.
const program = "package main\n\nimport (\n\t\"os\"\n\n\t\"example.com/me/word\"\n)\n\nfunc main() { os.Stdout.WriteString(word.Hello) }\n"

func TestProgramsImportTheModuleAround(t *testing.T) {
	word := map[string]string{
		"go.mod":       "module example.com/me\n\ngo 1.20\n",
		"word/word.go": "package word\n\nconst Hello = \"hello\"\n",
	}
	dir := module(t, word)
	tool := find(t, filepath.Join(dir, "word"))
	exe, err := tool.Build(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	if got := output(t, exe); got != "hello" {
		t.Errorf("got %q", got)
	}
	built, err := os.Stat(exe)
	if err != nil {
		t.Fatal(err)
	}

	// The same program is not built again; a package that changed is.
	again, err := tool.Build(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := os.Stat(again); err != nil || again != exe || !os.SameFile(built, now) {
		t.Errorf("it was built again: %s, %v", again, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "word", "word.go"), []byte("package word\n\nconst Hello = \"good bye\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if exe, err = tool.Build(t.Context(), program); err != nil {
		t.Fatal(err)
	}
	if got := output(t, exe); got != "good bye" {
		t.Errorf("got %q", got)
	}

	// Nothing was written into the module.
	for name, text := range word {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || name == "go.mod" && string(b) != text {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v", entries)
	}
}

func TestTypesOfPackagesOutside(t *testing.T) {
	dir := module(t, map[string]string{
		"go.mod":       "module example.com/me\n\ngo 1.24\n",
		"word/word.go": "package words\n\nimport \"io\"\n\nfunc Write(w io.Writer) {}\n",
		"bad/bad.go":   "package bad\n\nvar x int = \"a\"\n",
	})
	tool := find(t, dir)
	p, err := tool.Package(t.Context(), "example.com/me/word")
	if err != nil || p.Name != "words" || !strings.Contains(strings.Join(p.Deps, " "), "io") || len(p.Export) == 0 {
		t.Errorf("%+v %v", p, err)
	}
	for path, want := range map[string]string{
		"example.com/me/nothing": "example.com/me/nothing",
		"example.com/me/bad":     "cannot use \"a\"",
		"example.org/elsewhere":  "nothing is downloaded for a notebook",
		"os/exce":                "os/exce",
	} {
		if _, err := tool.Package(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestOutsideOfModulesVivasOwnServes(t *testing.T) {
	tool := find(t, t.TempDir())
	if tool.path != viva || tool.modfile != "" {
		t.Errorf("%+v", tool)
	}
	if _, err := tool.Build(t.Context(), "package main\n\nimport \"viva/runtime/kernel/child\"\n\nfunc main() { child.Program(child.Compiled{}) }\n"); err != nil {
		t.Error(err)
	}
}

func TestModulesThatRequireVivaAreUsedAsTheyAre(t *testing.T) {
	own, err := source("")
	if err != nil {
		t.Fatal(err)
	}
	dir := module(t, map[string]string{"go.mod": "module example.com/me\n\ngo 1.24\n\nrequire viva v0.0.0\n\nreplace viva => " + own + "\n"})
	if tool := find(t, dir); tool.module != dir || tool.modfile != "" {
		t.Errorf("%+v", tool)
	}
}

func TestCompilerErrorsAreTheNotebooks(t *testing.T) {
	tool := find(t, t.TempDir())
	_, err := tool.Build(t.Context(), "package main\n\nfunc main() {\n"+child.Directive("dir/n.md", 40, 7)+"x = 1\n}\n")
	var wrong *CompileError
	if !errors.As(err, &wrong) || wrong.Line != 40 || wrong.Column != 7 || wrong.Message != "undefined: x" {
		t.Errorf("%#v", err)
	}
}

func TestWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(context.Background(), ""); !errors.Is(err, ErrNoToolchain) {
		t.Error(err)
	}
}

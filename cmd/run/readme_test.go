package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"viva/runtime/store"
)

// watchAsInReadme lets the command render everything once.
func watchAsInReadme(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	live, done := false, false
	for lines := bufio.NewScanner(out); !done && lines.Scan(); {
		live = live || strings.HasPrefix(lines.Text(), "live at http://127.0.0.1:")
		done = strings.Contains(lines.Text(), "03-classifier.md  ")
	}
	_ = cmd.Process.Signal(os.Interrupt)
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil || !live || !done {
		t.Errorf("watch: %v; live %t, rendered %t", err, live, done)
	}
}

// Every command and the example of the README work as they stand there.
func TestReadmeCommands(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	t.Setenv(store.Environment, filepath.Join(work, "results")) // who follows it has one
	if err := os.CopyFS(filepath.Join(work, "notebooks"), os.DirFS(filepath.Join(root, "notebooks"))); err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	inCI := strings.Split(string(ci), "\n")
	ran := 0
	for _, block := range regexp.MustCompile("(?s)\n```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			args, ok := strings.CutPrefix(line, "go run ./cmd/run")
			switch {
			case line == "go test ./...":
				continue // what runs this test
			case !ok:
				t.Errorf("README has a command that no test runs: %s", line)
				continue
			}
			ran++
			cmd := exec.Command("run", strings.Fields(args)...) // TestMain puts it on the PATH
			if slices.Contains(inCI, line) {
				// Tried on all notebooks there: two are enough here.
				cmd.Args = append(cmd.Args, "notebooks/01-verify.md", "notebooks/03-classifier.md")
			}
			cmd.Dir = work
			if strings.HasPrefix(args, " watch") {
				watchAsInReadme(t, cmd)
				continue
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", line, err, out)
			}
		}
	}
	if ran < 4 {
		t.Errorf("only %d commands found in README.md", ran)
	}
	example := regexp.MustCompile("(?s)\n````markdown\n(.*?)````").FindSubmatch(readme)
	if example == nil {
		t.Fatal("README has no example")
	}
	if err := os.WriteFile(filepath.Join(work, "example.md"), example[1], 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("run", "example.md")
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the example: %v\n%s", err, out)
	}
	for _, page := range []string{"outputs/example.html", "outputs/01-verify.html", "outputs/03-classifier.html", "outputs/seed-11/01-verify.html"} {
		if _, err := os.Stat(filepath.Join(work, page)); err != nil {
			t.Error(err)
		}
	}
}

//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"viva/runtime/record"
)

// command is the program, to be started in dir. Its processes carry mark in
// their environment.
func command(t *testing.T, dir, mark string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Args = append([]string{"run"}, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "VIVA_TEST_MARK="+mark, "TMPDIR="+t.TempDir())
	return cmd
}

// exitStatus is the status with which a command ended, -1 after a signal.
func exitStatus(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

// awaitEnd fails the test if processes with the mark survive.
func awaitEnd(t *testing.T, mark string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	var alive []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		alive = nil
		entries, err := filepath.Glob("/proc/[0-9]*/environ")
		if err != nil || len(entries) == 0 {
			t.Fatalf("no processes in /proc: %v", err)
		}
		for _, name := range entries {
			// A process that has ended has no environment left.
			if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, []byte("VIVA_TEST_MARK="+mark+"\x00")) {
				line, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
				alive = append(alive, fmt.Sprintf("%s %q", name, line))
			}
		}
		if len(alive) == 0 {
			return
		}
	}
	t.Fatalf("processes survive: %s", alive)
}

// eventsOf starts the command, which prints JSON events, and tells their kinds.
func eventsOf(t *testing.T, cmd *exec.Cmd) <-chan string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kinds := make(chan string, 1000)
	go func() {
		defer close(kinds)
		for d := json.NewDecoder(out); ; {
			var e struct {
				Event string `json:"event"`
			}
			if d.Decode(&e) != nil {
				return // the program has ended
			}
			kinds <- e.Event
		}
	}()
	return kinds
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// kept is a notebook whose report names its version at its beginning, in many
// places, and at its end.
const kept = "---\nparams:\n  version: none\n---\n\n# Kept\n\nBegins with `{go} params.version`.\n\n" +
	"```go\nt := view.NewTable(\"Versions\", \"row\", \"version\")\nfor i := range 1500 {\n\tt.Add(i, params.version)\n}\nt\n```\n\n" +
	"Ends with `{go} params.version`.\n"

// whole reports whether a report's file is complete and of one version.
func whole(name, version string, content []byte) error {
	text := string(content)
	switch filepath.Ext(name) {
	case ".html":
		if !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			return errors.New("does not end")
		}
	case ".json":
		var run record.Run
		if err := json.Unmarshal(content, &run); err != nil {
			return err
		}
		if got := run.Params[0].Value; got != version {
			return fmt.Errorf("its parameter is %s", got)
		}
		return nil
	}
	first, last := strings.Index(text, "Begins with "), strings.LastIndex(text, "Ends with ")
	if first < 0 || last < 0 || !strings.Contains(text[last:], version) {
		return errors.New("lacks its beginning or its end")
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if strings.HasPrefix(word, "version-") && strings.HasSuffix(word, "-end") && word != version {
			return fmt.Errorf("holds %s", word)
		}
	}
	return nil
}

// A program that is killed at any moment leaves of each file the old content or
// the new, and no process.
func TestKillLeavesWholeReports(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 10
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"notebooks/a.md": kept, "notebooks/b.md": kept})
	files := []string{"a.json", "a.md", "a.html", "b.json", "b.md", "b.html"}
	version := func(round int) string { return fmt.Sprintf("version-%d-end", round) }

	began := time.Now()
	var calculated, writing time.Duration
	peace := command(t, dir, "kill-first", "-json", "-p", "version="+version(0))
	for kind := range eventsOf(t, peace) {
		switch kind {
		case "done":
			calculated = time.Since(began)
		case "written":
			writing = time.Since(began) - calculated
		}
	}
	if err := peace.Wait(); err != nil {
		t.Fatal(err)
	}
	full := time.Since(began)
	content, of := map[string]string{}, map[string]string{}
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(dir, "outputs", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := whole(name, version(0), b); err != nil {
			t.Fatalf("%s, which was written in peace: %v", name, err)
		}
		content[name], of[name] = string(b), version(0)
	}

	random := rand.New(rand.NewPCG(1, 2))
	replaced, midway, mixed := 0, 0, 0
	for round := 1; round <= rounds; round++ {
		mark := fmt.Sprintf("kill-%d-%d", os.Getpid(), round)
		cmd := command(t, dir, mark, "-json", "-p", "version="+version(round))
		kinds := eventsOf(t, cmd)
		// Half of the moments cover the whole run, each at random in its part;
		// the others lie where the first or the second report is written.
		delay := time.Duration((float64(round-1) + random.Float64()) / float64(rounds) * 1.05 * float64(full))
		if round%2 == 0 {
			for done := random.IntN(2); done >= 0; {
				kind, ok := <-kinds
				if !ok {
					t.Fatalf("round %d ended by itself", round)
				}
				if kind == "done" {
					done--
				}
			}
			delay = time.Duration(1.2 * random.Float64() * float64(writing))
		}
		time.Sleep(delay)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		awaitEnd(t, mark)

		now := 0
		for _, name := range files {
			b, err := os.ReadFile(filepath.Join(dir, "outputs", name))
			if err != nil {
				t.Fatalf("round %d, killed after %v: %v", round, delay, err)
			}
			if string(b) == content[name] {
				continue
			}
			if err := whole(name, version(round), b); err != nil {
				t.Fatalf("round %d, killed after %v: %s is neither the report of %s nor that of %s: %v", round, delay, name, of[name], version(round), err)
			}
			content[name], of[name] = string(b), version(round)
			now++
		}
		replaced += now
		if now > 0 && now < len(files) {
			mixed++
		}
		left, err := filepath.Glob(filepath.Join(dir, "outputs", ".viva-*.tmp"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range left {
			midway++
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("a run takes %v, writing a report %v; in %d rounds %d files were replaced, %d rounds ended between two files and %d within one", full, writing, rounds, replaced, mixed, midway)
	if replaced == 0 {
		t.Error("no round came as far as to write: the test shows nothing")
	}
}

const endless = "# Endless\n\n```go\n\"the first result\"\n```\n\n```go\nmust(0, os.WriteFile(\"running\", nil, 0o644))\nfor {\n}\n```\n\n```go\n\"never\"\n```\n"

// await waits until the file exists.
func await(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Fatalf("%s does not appear", path)
}

func TestInterruptWritesTheReportSoFar(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, map[string]string{"a.md": endless, "b.md": "# B\n\n```go\n\"rendered before\"\n```\n"})
			mark := fmt.Sprintf("interrupt-%d-%d", os.Getpid(), signal)
			if out, err := command(t, dir, mark, "b.md").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			before, err := os.ReadFile(filepath.Join(dir, "outputs/b.html"))
			if err != nil {
				t.Fatal(err)
			}

			var stdout, stderr bytes.Buffer
			cmd := command(t, dir, mark, "a.md", "b.md")
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, filepath.Join(dir, "running"))
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if status := exitStatus(t, cmd.Wait()); status != 1 {
				t.Errorf("exit status %d, want 1", status)
			}
			awaitEnd(t, mark)
			for _, want := range []string{"a.md:9:1: interrupted\n", "✗ a.md", "– b.md  not run\n"} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("%q is not in %q", want, stderr.String())
				}
			}
			if !strings.Contains(stdout.String(), "outputs/a.html") || !strings.Contains(stdout.String(), "(not run)") {
				t.Errorf("summary %q", stdout.String())
			}

			var run record.Run
			b, err := os.ReadFile(filepath.Join(dir, "outputs/a.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &run); err != nil {
				t.Fatal(err)
			}
			for i, want := range []record.Status{record.OK, record.Interrupted, record.NotRun} {
				if got := run.Cells[i].Status; got != want {
					t.Errorf("cell %d is %s, want %s", i, got, want)
				}
			}
			page, err := os.ReadFile(filepath.Join(dir, "outputs/a.html"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(page, []byte("the first result")) {
				t.Error("the report lacks the result that was there")
			}
			if after, err := os.ReadFile(filepath.Join(dir, "outputs/b.html")); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the report of the notebook that did not begin was touched (%v)", err)
			}
		})
	}
}

// The cell does not heed the interrupt, so the program would wait for it a
// moment; a second interrupt does not.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.md": endless})
	mark := fmt.Sprintf("twice-%d", os.Getpid())
	cmd := command(t, dir, mark, "a.md")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, filepath.Join(dir, "running"))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	_ = cmd.Process.Signal(os.Interrupt)
	select {
	case <-ended:
		t.Fatal("the first interrupt already ended the program")
	case <-time.After(300 * time.Millisecond):
	}
	_ = cmd.Process.Signal(os.Interrupt)
	// Had it waited for the cell, it would exit with status 1.
	if status := exitStatus(t, <-ended); status != -1 {
		t.Errorf("exit status %d; want the end by the signal", status)
	}
	awaitEnd(t, mark)
	if _, err := os.Stat(filepath.Join(dir, "outputs/a.html")); err == nil {
		t.Error("a report was written")
	}
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"viva/runtime/ledger"
)

// smallDisk mounts a file system of one mebibyte at dir/outputs.
func smallDisk(t *testing.T, dir string) string {
	t.Helper()
	at := filepath.Join(dir, "outputs")
	if err := os.Mkdir(at, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a file system that is full needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return at
}

const small = "```go\n\"the old report\"\n```\n"

func TestFullDiskKeepsOldReportAndNewResults(t *testing.T) {
	dir := t.TempDir()
	out := smallDisk(t, dir)
	write(t, dir, map[string]string{"a.md": small})
	if text, err := command(t, dir, "disk", "a.md").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	before := folder(t, out)
	write(t, dir, map[string]string{"a.md": "```go\nfmt.Println(strings.Repeat(\"hours of work \", 60000))\n```\n"})
	cmd := command(t, dir, "disk", "a.md")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if status := exitStatus(t, cmd.Run()); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	m := regexp.MustCompile(`(?m)^run: writing outputs/a\.[a-z]+: no space left on device; the results were saved to (\S+\.json)$`).FindStringSubmatch(stderr.String())
	if m == nil || strings.Contains(stderr.String(), "goroutine") {
		t.Fatalf("standard error is %q", stderr.String())
	}
	if saved, err := os.ReadFile(m[1]); err != nil || strings.Count(string(saved), "hours of work") != 60000 {
		t.Errorf("the saved results: %d bytes, %v", len(saved), err)
	}
	if after := folder(t, out); after != before {
		t.Errorf("the outputs were\n%s\nand are\n%s", before, after)
	}
}

func TestReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	out := smallDisk(t, dir)
	write(t, dir, map[string]string{"a.md": "```go\nmust(0, os.WriteFile(\"ran\", nil, 0o644))\n```\n"})
	if err := syscall.Mount("tmpfs", out, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip(err)
	}
	text, err := command(t, dir, "disk", "a.md").CombinedOutput()
	if status := exitStatus(t, err); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	if want := "run: the output folder outputs cannot be written to: read-only file system; choose another with -o\n"; string(text) != want {
		t.Errorf("got %q, want %q", text, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the notebook was run for nothing")
	}
}

// folder is the names and contents of a folder's files.
func folder(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		if e.Name() == ledger.Name {
			continue // the run is in the history, whatever became of its report
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %q\n", e.Name(), content)
	}
	return b.String()
}

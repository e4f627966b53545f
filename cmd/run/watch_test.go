package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// watched is a running watch verb.
type watched struct {
	t   *testing.T
	url string
	// lines are what it prints.
	lines chan string
	end   func() error
}

// startWatch runs the verb in a folder with notebooks, by their names.
func startWatch(t *testing.T, notebooks map[string]string, args ...string) *watched {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range notebooks {
		save(t, name, text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, environment{stdout: io.Discard, stderr: in}, append([]string{"watch"}, args...))
		in.Close()
	}()
	w := &watched{t: t, lines: make(chan string, 1000)}
	go func() {
		defer close(w.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			w.lines <- s.Text()
		}
	}()
	w.end = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = w.end() })
	w.url = strings.TrimPrefix(w.wait(`^live at `), "live at ")
	return w
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// wait waits for a line that is printed.
func (w *watched) wait(pattern string) string {
	w.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.After(30 * time.Second)
	var seen []string
	for {
		select {
		case line, ok := <-w.lines:
			if !ok {
				w.t.Fatalf("it ended; no line was like %s:\n%s", pattern, strings.Join(seen, "\n"))
			}
			if re.MatchString(line) {
				return line
			}
			seen = append(seen, line)
		case <-deadline:
			w.t.Fatalf("no line is like %s:\n%s", pattern, strings.Join(seen, "\n"))
		}
	}
}

// reportHolds waits until a report, which is written a while after the run, holds
// a text.
func reportHolds(t *testing.T, path, want string) {
	t.Helper()
	var b []byte
	var err error
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err = os.ReadFile(path); err == nil && strings.Contains(string(b), want) {
			return
		}
	}
	t.Errorf("the report lacks %q: %v\n%s", want, err, b)
}

const twoCells = "# N\n\nWords.\n\n```go\nx := 20\n```\n\n```go\nfmt.Println(\"is\", x+1)\n```\n"

func TestWatchRunsWhatAnEditConcerns(t *testing.T) {
	w := startWatch(t, map[string]string{"notebooks/n.md": twoCells})
	w.wait(`n\.md  2 of 2 cells ran`)
	report := func(want string) {
		t.Helper()
		reportHolds(t, "outputs/n.md", want)
	}
	report("is 21")
	save(t, "notebooks/n.md", strings.Replace(twoCells, "Words.", "Other words.", 1))
	w.wait(`n\.md  0 of 2 cells ran`)
	report("Other words")
	save(t, "notebooks/n.md", strings.Replace(twoCells, "x+1", "x+2", 1))
	w.wait(`n\.md  1 of 2 cells ran`)
	report("is 22")

	save(t, "notebooks/n.md", strings.Replace(twoCells, "x+1", "y", 1))
	w.wait(`0 of 2 cells ran.*failed`)
	w.wait(`n\.md:10:19: undefined: y`)
	save(t, "notebooks/n.md", "---\ntitle: [\n---\n")
	w.wait(`n\.md:2:\d+: `)
	save(t, "notebooks/n.md", twoCells)
	w.wait(`n\.md  0 of 2 cells ran`)
	report("is 21")

	save(t, "notebooks/more.md", "# More\n\n```go\n1\n```\n")
	w.wait(`more\.md  1 of 1 cells ran`)
	if err := os.Rename("notebooks/more.md", "notebooks/most.md"); err != nil {
		t.Fatal(err)
	}
	w.wait(`more\.md  is gone`)
	w.wait(`most\.md  . of 1 cells ran`)
	if err := w.end(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestWatchFollowsDataAndRequirements(t *testing.T) {
	w := startWatch(t, map[string]string{
		"notebooks/a.md": "# A\n\n```go\nc := must(data.Open(ctx, \"d.jsonl\", data.Options{}))\nfmt.Println(c.Len(), \"documents\")\n```\n",
		"notebooks/b.md": "---\nrequires: [a.md]\n---\n\n# B\n\n```go\nmust(data.Open(ctx, \"d.jsonl\", data.Options{})).Len()\n```\n",
	})
	w.wait(`a\.md:4:1: .*there is no file or folder d\.jsonl`)
	w.wait(`b\.md:1:1: this notebook requires a\.md, which has not passed`)
	save(t, "d.jsonl", `{"id":"a","text":"one","label":"x"}`+"\n")
	w.wait(`a\.md  1 of 1 cells ran`)
	w.wait(`b\.md  1 of 1 cells ran`)
	save(t, "d.jsonl", `{"id":"a","text":"one","label":"x"}`+"\n"+`{"id":"b","text":"two","label":"x"}`+"\n")
	w.wait(`a\.md  1 of 1 cells ran`)
	reportHolds(t, "outputs/a.md", "2 documents")
}

func TestASaveEndsTheRunOfTheOlderText(t *testing.T) {
	slow := "# N\n\n```go\nfmt.Println(\"slow\")\n<-ctx.Done()\n```\n"
	w := startWatch(t, map[string]string{"notebooks/n.md": slow})
	time.Sleep(300 * time.Millisecond)
	for range 5 {
		save(t, "notebooks/n.md", slow+"\nmore\n")
		time.Sleep(10 * time.Millisecond)
	}
	save(t, "notebooks/n.md", twoCells)
	w.wait(`n\.md  2 of 2 cells ran, \d+ (m)?s`)
}

func TestWatchMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, "n.md", twoCells)
	for want, args := range map[string][]string{
		"no such file":             {"watch", "missing.md"},
		"there is no folder":       {"watch"},
		"a port is a number":       {"watch", "-port", "70000", "n.md"},
		"at least one notebook":    {"watch", "-j", "0", "n.md"},
		"no parameter \"q\"":       {"watch", "-p", "q=1", "n.md"},
		"its name does not end in": {"watch", "n.txt"},
	} {
		save(t, "n.txt", "")
		if err := run(t.Context(), environment{stdout: io.Discard, stderr: io.Discard}, args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

// Who edits often and then pauses has another interpreter afterwards, and what
// was computed is still known.
func TestWatchRenewsAWornInterpreter(t *testing.T) {
	cell := func(i int) string {
		return fmt.Sprintf("```go\nx := []int{1, 2}\n```\n\n```go\nn := 0\n%sn\n```\n\n```go\nfmt.Print(x, n)\n```\n", strings.Repeat(fmt.Sprintf("n += len(fmt.Sprint(%d))\n", i), 1500))
	}
	w := startWatch(t, map[string]string{"notebooks/n.md": cell(0)})
	w.wait(`3 of 3 cells ran`)
	save(t, "notebooks/n.md", cell(1))
	w.wait(`2 of 3 cells ran`)
	w.wait(`has a new interpreter`)
	save(t, "notebooks/n.md", cell(2))
	w.wait(`2 of 3 cells ran`)
	reportHolds(t, "outputs/n.html", "[1 2] 1500")
}

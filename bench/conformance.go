package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"viva/runtime/cell"
	"viva/runtime/kernel"
	"viva/runtime/record"
)

// conformanceFolders are those of Go's own tests that are run, "." for the
// files at the top.
var conformanceFolders = []string{".", "ken", "chan", "interface", "typeparam", "fixedbugs"}

// programTimeout is how long one program may run.
const programTimeout = 10 * time.Second

// verdict says how a program came out.
type verdict string

const (
	same verdict = "interpreted"
	// refusedByChecker and refusedByInterpreter ran nothing and gave a reason.
	refusedByChecker     verdict = "refused by the checker"
	refusedByInterpreter verdict = "refused by the interpreter's compiler"
	// The rest ran otherwise than Go says.
	wrongOutput      verdict = "wrong output"
	panicked         verdict = "panic"
	interpreterError verdict = "interpreter error"
	tooLong          verdict = "timeout"
	died             verdict = "kernel died"
	checkerFailed    verdict = "checker failed"
)

// outcome is what became of one program.
type outcome struct {
	folder, name string
	verdict      verdict
	// detail is the reason, or what differs.
	detail string
}

// conformance runs Go's own test programs through the checker, the lowering
// and the kernel, each in a process of its own, and compares what they print
// with what they print when compiled. Go keeps the expected output beside the
// program; without such a file there is none, and the program panics if
// something is wrong.
func conformance(ctx context.Context, s settings) ([]result, error) {
	root, err := goTests(ctx)
	if err != nil {
		return nil, err
	}
	var programs []outcome
	for _, folder := range conformanceFolders {
		if s.folder != "" && folder != s.folder {
			continue
		}
		names, err := runnable(filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			programs = append(programs, outcome{folder: folder, name: n})
		}
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("no programs in folder %q: folders are %s", s.folder, strings.Join(conformanceFolders, ", "))
	}
	programs = sample(programs, s.every)
	if err := runPrograms(ctx, root, programs); err != nil {
		return nil, err
	}
	if s.list {
		slices.SortStableFunc(programs, func(a, b outcome) int { return strings.Compare(string(a.verdict), string(b.verdict)) })
		for _, p := range programs {
			if p.verdict != same {
				fmt.Fprintf(s.log, "%s\t%s\t%s\n", p.verdict, filepath.Join(p.folder, p.name), firstLine(p.detail))
			}
		}
	}
	results := tally(programs, "")
	for _, folder := range conformanceFolders {
		if s.folder == "" || folder == s.folder {
			results = append(results, tally(programs, folder)...)
		}
	}
	return results, nil
}

// goTests is the folder of Go's own tests.
func goTests(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("finding Go's own tests: %w", err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(root); err != nil {
		return "", fmt.Errorf("this Go came without its tests: %w", err)
	}
	return root, nil
}

// runnable lists the programs of a folder that are to be run by themselves:
// files with a line that is exactly "// run", without unsafe and runtime.
func runnable(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		text := string(b)
		if slices.Contains(strings.Split(text, "\n"), "// run") && !strings.Contains(text, `"unsafe"`) && !strings.Contains(text, `"runtime"`) {
			names = append(names, filepath.Base(f))
		}
	}
	return names, nil
}

// sample keeps one of every so many programs.
func sample(programs []outcome, every int) []outcome {
	var kept []outcome
	for i := 0; i < len(programs); i += max(every, 1) {
		kept = append(kept, programs[i])
	}
	return kept
}

// runPrograms fills in the outcomes, two programs at a time.
func runPrograms(ctx context.Context, root string, programs []outcome) error {
	var group errgroup.Group
	group.SetLimit(2)
	for i := range programs {
		group.Go(func() error {
			p := &programs[i]
			path := filepath.Join(root, p.folder, p.name)
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			want, err := os.ReadFile(strings.TrimSuffix(path, ".go") + ".out")
			if err != nil && !os.IsNotExist(err) {
				return err
			}
			p.verdict, p.detail = runProgram(ctx, p.name, string(source), string(want))
			return ctx.Err()
		})
	}
	return group.Wait()
}

// runProgram runs one program in a kernel of its own.
func runProgram(ctx context.Context, name, source, want string) (v verdict, detail string) {
	defer func() {
		if r := recover(); r != nil {
			v, detail = checkerFailed, firstLine(fmt.Sprint(r))
		}
	}()
	program, diagnostics := cell.CheckFile(name, source)
	if program == nil {
		d := diagnostics[0]
		return refusedByChecker, fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
	}
	k, err := kernel.Start(ctx, kernel.Options{Prelude: program.Prelude, Memory: 1 << 30})
	if err != nil {
		return died, err.Error()
	}
	defer k.Close()
	var mu sync.Mutex
	var printed strings.Builder
	r := k.Run(ctx, program.Cells[0], programTimeout, func(e kernel.Event) {
		mu.Lock()
		defer mu.Unlock()
		if printed.Len() < 1<<20 {
			printed.WriteString(e.Text)
		}
	})
	mu.Lock()
	got := printed.String()
	mu.Unlock()
	switch {
	case r.Status == record.TimedOut:
		return tooLong, firstLine(r.Failure.Message)
	case r.Status == record.Killed:
		return died, firstLine(r.Failure.Message)
	case r.Failure == nil || r.Failure.Message == "the cell called os.Exit(0)":
		if got != want {
			return wrongOutput, differing(got, want)
		}
		return same, ""
	case strings.HasPrefix(r.Failure.Message, kernel.Fault):
		return interpreterError, firstLine(r.Failure.Message)
	case strings.HasPrefix(r.Failure.Message, kernel.Refusal):
		if got != "" {
			return interpreterError, firstLine(r.Failure.Message)
		}
		return refusedByInterpreter, fmt.Sprintf("%d: %s", r.Failure.Line, firstLine(r.Failure.Message))
	}
	return panicked, firstLine(fmt.Sprintf("%d: %s; printed %.80q", r.Failure.Line, r.Failure.Message, got))
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}

// differing shows the first line in which two outputs differ.
func differing(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "(end)", "(end)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d is %.100q, want %.100q", i+1, a, b)
		}
	}
	return ""
}

// tally counts the outcomes of a folder, of all for "". There is no native
// engine, so none are counted as compiled.
func tally(programs []outcome, folder string) []result {
	counts := map[verdict]int{}
	total := 0
	for _, p := range programs {
		if folder == "" || p.folder == folder {
			counts[p.verdict]++
			total++
		}
	}
	refused := counts[refusedByChecker] + counts[refusedByInterpreter]
	var results []result
	for _, r := range []struct {
		name string
		n    int
		note string
	}{
		{"programs", total, ""},
		{"interpreted", counts[same], ""},
		{"native", 0, "there is no native engine"},
		{"refused", refused, ""},
		{"refused_by_interpreter", counts[refusedByInterpreter], "part of refused"},
		{"different", total - refused - counts[same], ""},
		{"different_output", counts[wrongOutput], "part of different"},
	} {
		results = append(results, result{Name: r.name, Value: float64(r.n), Unit: "programs", Folder: folder, Note: r.note})
	}
	return results
}

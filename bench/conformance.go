package main

import (
	"cmp"
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
	"viva/runtime/native"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// conformanceFolders are those of Go's own tests that are run, "." for the
// files at the top.
var conformanceFolders = []string{".", "ken", "chan", "interface", "typeparam", "fixedbugs"}

// verdict says how a program came out.
type verdict string

const (
	same verdict = "interpreted"
	// compiled says that it was beyond the interpreter, or to be compiled.
	compiled verdict = "compiled natively"
	// The refused ones ran nothing and gave a reason.
	refusedByChecker     verdict = "refused by the checker"
	refusedByInterpreter verdict = "refused by the interpreter's compiler"
	refusedByCompiler    verdict = "refused by the Go compiler"
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
	tests, err := suites[cmp.Or(s.suite, "go")](ctx)
	if err != nil {
		return nil, err
	}
	var programs []outcome
	for _, folder := range tests.folders {
		if s.folder != "" && folder != s.folder {
			continue
		}
		names, err := tests.programs(filepath.Join(tests.root, folder))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			programs = append(programs, outcome{folder: folder, name: n})
		}
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("no programs in folder %q: folders are %s", s.folder, strings.Join(tests.folders, ", "))
	}
	programs = sample(programs, s.every)
	toolchain, err := native.Find(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := runPrograms(ctx, tests, programs, runner{toolchain, s.compile, s.timeout}); err != nil {
		return nil, err
	}
	if s.list {
		slices.SortStableFunc(programs, func(a, b outcome) int { return strings.Compare(string(a.verdict), string(b.verdict)) })
		for _, p := range programs {
			if p.verdict != same && p.verdict != compiled {
				fmt.Fprintf(s.log, "%s\t%s\t%s\n", p.verdict, filepath.Join(p.folder, p.name), firstLine(p.detail))
			}
		}
	}
	results := tally(programs, "")
	for _, folder := range tests.folders {
		if s.folder == "" || folder == s.folder {
			results = append(results, tally(programs, folder)...)
		}
	}
	return results, nil
}

// suite is a set of programs whose outcome with the Go compiler is known.
type suite struct {
	root    string
	folders []string
	// programs lists those of a folder.
	programs func(folder string) ([]string, error)
	// want is what a program prints.
	want func(path, source string) (string, error)
	// judge changes the verdict on a program that must not end well; nil if
	// there are none.
	judge func(p *outcome, source string)
}

// suites are those that there are.
var suites = map[string]func(context.Context) (suite, error){"go": goSuite, "yaegi": yaegiSuite}

// goSuite is made of the tests that come with Go, which keeps the output of a
// program beside it, if it has any.
func goSuite(ctx context.Context) (suite, error) {
	root, err := goTests(ctx)
	return suite{root: root, folders: conformanceFolders, programs: runnable, want: func(path, _ string) (string, error) {
		want, err := os.ReadFile(strings.TrimSuffix(path, ".go") + ".out")
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		return string(want), nil
	}}, err
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
func sample[T any](programs []T, every int) []T {
	var kept []T
	for i := 0; i < len(programs); i += max(every, 1) {
		kept = append(kept, programs[i])
	}
	return kept
}

// runPrograms fills in the outcomes, two programs at a time.
func runPrograms(ctx context.Context, tests suite, programs []outcome, r runner) error {
	var group errgroup.Group
	group.SetLimit(2)
	for i := range programs {
		group.Go(func() error {
			p := &programs[i]
			path := filepath.Join(tests.root, p.folder, p.name)
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			want, err := tests.want(path, string(source))
			if err != nil {
				return err
			}
			p.verdict, p.detail = r.program(ctx, p.name, string(source), want)
			if tests.judge != nil {
				tests.judge(p, string(source))
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// runner runs programs.
type runner struct {
	toolchain *native.Toolchain
	// compile has all programs compiled, not only what the interpreter cannot
	// run.
	compile bool
	// timeout is how long one program may run.
	timeout time.Duration
}

// program runs one program in a kernel of its own.
func (r runner) program(ctx context.Context, name, source, want string) (v verdict, detail string) {
	defer func() {
		if r := recover(); r != nil {
			v, detail = checkerFailed, firstLine(fmt.Sprint(r))
		}
	}()
	if strings.Contains(source, `"os/exec"`) && strings.Contains(source, `"go"`) {
		return refusedByChecker, "it runs the go command"
	}
	program, diagnostics := cell.CheckFile(name, source, func(path string) (*symbols.Outside, error) { return r.toolchain.Package(ctx, path) })
	if program == nil {
		d := diagnostics[0]
		return refusedByChecker, fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
	}
	opt, code := kernel.Options{Prelude: program.Prelude, Memory: 1 << 30}, program.Cells[0]
	if !r.compile && len(program.Refused) == 0 {
		v, detail := r.run(ctx, opt, program, code, same, want)
		if v != refusedByInterpreter {
			return v, detail
		}
	}
	if len(program.Native.Refused) > 0 {
		d := program.Native.Refused[0]
		return refusedByChecker, fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
	}
	exe, err := r.toolchain.Build(ctx, program.Native.Source)
	if err != nil {
		return refusedByCompiler, firstLine(err.Error())
	}
	opt.Program = exe
	return r.run(ctx, opt, program, code.Native(), compiled, want)
}

// run runs a checked program; ok is the verdict if it prints what it should.
func (r runner) run(ctx context.Context, opt kernel.Options, program *cell.Program, code cell.Code, ok verdict, want string) (verdict, string) {
	k, err := kernel.Start(ctx, opt)
	if err != nil {
		return died, err.Error()
	}
	defer k.Close()
	var mu sync.Mutex
	var printed strings.Builder
	end := k.Run(ctx, code, r.timeout, func(e kernel.Event) {
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
	case end.Status == record.TimedOut:
		return tooLong, firstLine(end.Failure.Message)
	case end.Status == record.Killed && end.Failure.Message != "the cell ended its process with exit status 0":
		return died, firstLine(end.Failure.Message)
	case end.Failure == nil || end.Status == record.Killed || end.Failure.Message == "the cell called os.Exit(0)":
		if got != want {
			return wrongOutput, differing(got, want)
		}
		return ok, ""
	case strings.HasPrefix(end.Failure.Message, kernel.Fault):
		return interpreterError, firstLine(end.Failure.Message)
	case strings.HasPrefix(end.Failure.Message, kernel.Refusal):
		if got != "" {
			return interpreterError, firstLine(end.Failure.Message)
		}
		return refusedByInterpreter, fmt.Sprintf("%d: %s", program.Line(end.Failure.Line), firstLine(end.Failure.Message))
	}
	return panicked, firstLine(fmt.Sprintf("%d: %s; printed %.80q", program.Line(end.Failure.Line), end.Failure.Message, got))
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

// tally counts the outcomes of a folder, of all for "".
func tally(programs []outcome, folder string) []result {
	counts := map[verdict]int{}
	total := 0
	for _, p := range programs {
		if folder == "" || p.folder == folder {
			counts[p.verdict]++
			total++
		}
	}
	refused := counts[refusedByChecker] + counts[refusedByInterpreter] + counts[refusedByCompiler]
	var results []result
	for _, r := range []struct {
		name string
		n    int
		note string
	}{
		{"programs", total, ""},
		{"interpreted", counts[same], ""},
		{"native", counts[compiled], ""},
		{"refused", refused, ""},
		{"refused_by_interpreter", counts[refusedByInterpreter], "part of refused"},
		{"different", total - refused - counts[same] - counts[compiled], ""},
		{"different_output", counts[wrongOutput], "part of different"},
		{"too_slow", counts[tooLong], "part of different: did not end within -timeout"},
	} {
		results = append(results, result{Name: r.name, Value: float64(r.n), Unit: "programs", Folder: folder, Note: r.note})
	}
	return results
}

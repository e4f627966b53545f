package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/traefik/yaegi/interp"

	"viva/runtime/engine"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// Bounds that the notes of the results name.
const (
	maxToPlain = 1.3
	maxStartMS = 100
)

// interpret measures what it costs to run cells interpreted: against the
// same code built by the Go compiler, and against the interpreter that is
// given the source as it stands. The three take turns, each for the number of
// runs, and their medians are compared.
func interpret(ctx context.Context, s settings) ([]result, error) {
	dir, err := os.MkdirTemp("", "bench-interpret-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var results []result
	worst := 0.0
	for _, p := range interpretedPrograms {
		exe, err := buildNative(ctx, dir, p)
		if err != nil {
			return nil, err
		}
		ways := []struct {
			name string
			run  func() (string, error)
		}{
			{"lowered", func() (string, error) { return runLowered(ctx, p) }},
			{"plain", func() (string, error) { return runPlain(ctx, p) }},
			{"native", func() (string, error) {
				out, err := exec.CommandContext(ctx, exe).Output()
				return string(out), err
			}},
		}
		seconds := map[string][]float64{}
		answer := ""
		for range s.runs {
			for _, w := range ways {
				out, err := w.run()
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", p.name, w.name, err)
				}
				got, took, err := readTimed(out)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", p.name, w.name, err)
				}
				if answer == "" {
					answer = got
				}
				if got != answer {
					return nil, fmt.Errorf("%s, %s: the result is %s, before it was %s", p.name, w.name, got, answer)
				}
				seconds[w.name] = append(seconds[w.name], took.Seconds())
			}
		}
		lowered, plain, native := median(seconds["lowered"]), median(seconds["plain"]), median(seconds["native"])
		fmt.Fprintf(s.log, "%-17s lowered %.3f s, plain %.3f s, native %.5f s\n", p.name, lowered, plain, native)
		worst = max(worst, lowered/plain)
		results = append(results,
			result{Name: p.name + "_seconds", Value: lowered, Unit: "s"},
			result{Name: p.name + "_to_plain", Value: lowered / plain, Unit: "times", Note: "lowered against the interpreter alone; below 1 is faster"},
			result{Name: p.name + "_to_native", Value: lowered / native, Unit: "times", Note: "lowered against compiled"})
	}
	results = append(results, result{Name: "worst_to_plain", Value: worst, Unit: "times", Note: bound(worst, maxToPlain)})
	start, err := startTime(ctx, s.runs)
	if err != nil {
		return nil, err
	}
	return append(results, result{Name: "start_ms", Value: start, Unit: "ms", Note: "check, lowering and start of a notebook of 20 cells; " + bound(start, maxStartMS)}), nil
}

func bound(value, limit float64) string {
	if value <= limit {
		return fmt.Sprintf("within the bound of %g", limit)
	}
	return fmt.Sprintf("over the bound of %g", limit)
}

// buildNative builds the program in a folder of its own and returns the path
// of what it built.
func buildNative(ctx context.Context, dir string, p interpreted) (string, error) {
	dir = filepath.Join(dir, p.name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	for name, text := range map[string]string{"go.mod": "module program\n\ngo 1.26\n", "main.go": p.program()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	exe := filepath.Join(dir, "program.exe")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", exe, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", p.name, err, out)
	}
	return exe, nil
}

// runLowered runs the piece as a notebook and returns what it printed.
func runLowered(ctx context.Context, p interpreted) (string, error) {
	nb, err := notebook.Parse(p.name+".md", []byte(p.notebook()), nil)
	if err != nil {
		return "", err
	}
	r := engine.Run(ctx, nb, engine.Options{})
	if err := failure(r); err != nil {
		return "", err
	}
	if !strings.Contains(r.Provenance.Engine, "yaegi") {
		return "", fmt.Errorf("it was run by %q and not interpreted", r.Provenance.Engine)
	}
	var b strings.Builder
	for _, c := range r.Cells {
		for _, o := range c.Outputs {
			b.WriteString(o.Text)
		}
	}
	return b.String(), nil
}

// failure is what kept a notebook from running to its end.
func failure(r *record.Run) error {
	if r.Status == record.OK {
		return nil
	}
	for _, d := range r.Diagnostics {
		if d.Severity == "error" {
			return fmt.Errorf("%s:%d: %s", d.File, d.Line, d.Message)
		}
	}
	return fmt.Errorf("the run ended %s", r.Status)
}

// runPlain gives the program to the interpreter as it is.
func runPlain(ctx context.Context, p interpreted) (string, error) {
	// What earlier runs left behind is not this one's to collect.
	runtime.GC()
	var out bytes.Buffer
	i := interp.New(interp.Options{Stdout: &out, Stderr: io.Discard})
	tables := interp.Exports{}
	for path, name := range symbols.Packages() {
		tables[path+"/"+name] = symbols.Table(path)
	}
	if err := i.Use(tables); err != nil {
		return "", err
	}
	_, err := i.EvalWithContext(ctx, p.program())
	return out.String(), err
}

func readTimed(out string) (answer string, took time.Duration, err error) {
	var ns int64
	if _, err := fmt.Sscan(out, &answer, &ns); err != nil {
		return "", 0, fmt.Errorf("it printed %.80q, not a result and a time: %w", out, err)
	}
	return answer, time.Duration(ns), nil
}

// startTime is the median time, in milliseconds, from the beginning of the
// check of a notebook of twenty cells to the beginning of its first cell.
func startTime(ctx context.Context, runs int) (float64, error) {
	nb, err := notebook.Parse("twenty.md", []byte(twentyCells()), nil)
	if err != nil {
		return 0, err
	}
	var times []float64
	for range runs {
		var began time.Time
		var took time.Duration
		r := engine.Run(ctx, nb, engine.Options{Observe: func(e engine.Event) {
			switch {
			case e.Kind == "start":
				began = time.Now()
			case e.Kind == "cell" && e.Cell == 0:
				took = time.Since(began)
			}
		}})
		if err := failure(r); err != nil {
			return 0, err
		}
		times = append(times, float64(took)/float64(time.Millisecond))
	}
	return median(times), nil
}

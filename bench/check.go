package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"viva/runtime/cell"
	"viva/runtime/notebook"
)

//go:embed testdata/check20.md
var check20 []byte

// minChecks is the least number of timed checks: one takes so short that a few
// say little.
const minChecks = 15

// timeCheck times "run check" on a notebook of twenty cells, from the start of
// the process to its end, and the check alone.
func timeCheck(ctx context.Context, s settings) (results []result, err error) {
	folder, err := os.MkdirTemp("", "bench-check")
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := os.RemoveAll(folder); err == nil {
			err = e
		}
	}()
	command, err := buildCommand(ctx, folder)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "twenty.md")
	if err := os.WriteFile(file, check20, 0o644); err != nil {
		return nil, err
	}
	nb, err := notebook.Parse(file, check20, nil)
	if err != nil {
		return nil, err
	}
	var whole, cpu, alone []float64
	for range max(s.runs, minChecks) {
		start := time.Now()
		c := exec.CommandContext(ctx, command, "check", file)
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("run check: %w\n%s", err, out)
		}
		whole = append(whole, milliseconds(time.Since(start)))
		cpu = append(cpu, milliseconds(c.ProcessState.UserTime()+c.ProcessState.SystemTime()))
		start = time.Now()
		if program, found := cell.Check(nb, nil); program == nil {
			return nil, fmt.Errorf("%s:%d: %s", file, found[0].Line, found[0].Message)
		}
		alone = append(alone, milliseconds(time.Since(start)))
	}
	return []result{
		{Name: "check_ms", Value: median(whole), Unit: "ms", Note: "the process, from start to end"},
		{Name: "check_cpu_ms", Value: median(cpu), Unit: "ms", Note: "processor time of the process"},
		{Name: "check_alone_ms", Value: median(alone), Unit: "ms", Note: "checking and lowering, in a running process"},
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

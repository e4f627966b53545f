package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// footprint is how much memory a program and the kernels that it started hold,
// in MiB: resident, and with shared pages in proportion.
type footprint struct {
	program, kernel float64
	pss             float64
}

func (f footprint) total() float64 { return f.program + f.kernel }

func (f footprint) results(prefix string) []result {
	return []result{
		{Name: prefix + "rss_mib", Value: f.total(), Unit: "MiB", Note: "program and kernel"},
		{Name: prefix + "program_rss_mib", Value: f.program, Unit: "MiB"},
		{Name: prefix + "kernel_rss_mib", Value: f.kernel, Unit: "MiB"},
		{Name: prefix + "pss_mib", Value: f.pss, Unit: "MiB", Note: "program and kernel, shared pages in proportion"},
	}
}

// footprintOf measures a process and its children, on Linux.
func footprintOf(pid int) (footprint, error) {
	var f footprint
	var err error
	if f.program, f.pss, err = memoryOf(pid); err != nil {
		return f, err
	}
	for _, child := range children(pid) {
		rss, pss, err := memoryOf(child)
		if err != nil {
			continue // it has ended meanwhile
		}
		f.kernel += rss
		f.pss += pss
	}
	return f, nil
}

// memoryOf is the resident size of a process, and the proportional one.
func memoryOf(pid int) (rss, pss float64, err error) {
	name := fmt.Sprintf("/proc/%d/smaps_rollup", pid)
	b, err := os.ReadFile(name)
	if err != nil {
		return 0, 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	return mebibytes(b, "Rss:"), mebibytes(b, "Pss:"), nil
}

// mebibytes is the value on the line of /proc that begins with a name.
func mebibytes(b []byte, name string) float64 {
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			if kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64); err == nil {
				return kib / 1024
			}
		}
	}
	return 0
}

// children are the processes that a process has started.
func children(pid int) []int {
	var all []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// The name of the program stands in parentheses and may hold anything.
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(fields) < 2 || fields[1] != strconv.Itoa(pid) {
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
			all = append(all, child)
		}
	}
	return all
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// python is where Debian's packages of the peers are seen; another Python on
// the path may lack them.
const python = "/usr/bin/python3"

// runPeer runs a Python script and returns the JSON object that it prints.
func runPeer(ctx context.Context, script string, args ...string) (map[string]float64, error) {
	folder, err := os.MkdirTemp("", "bench-peer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "peer.py")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return nil, err
	}
	interpreter := python
	if _, err := os.Stat(interpreter); err != nil {
		interpreter = "python3"
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, interpreter, append([]string{path}, args...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("peer: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var values map[string]float64
	if err := json.Unmarshal(out, &values); err != nil {
		return nil, fmt.Errorf("peer printed %q: %w", out, err)
	}
	return values, nil
}

// resetPeak has peakMiB begin anew, where the system can.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peakMiB returns the largest resident size of this process so far, or, where
// the system does not tell, the memory that Go has taken from it.
func peakMiB() float64 {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if peak := mebibytes(status, "VmHWM:"); peak > 0 {
			return peak
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / (1 << 20)
}

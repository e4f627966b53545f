package engine

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"viva/runtime/kernel"
	"viva/runtime/record"
)

// provenance says what a run of the notebook at path rests on.
func provenance(path, tool string) record.Provenance {
	p := record.Provenance{
		Tool: tool, Go: strings.TrimPrefix(runtime.Version(), "go"), Engine: engineText(choice{engine: Yaegi}),
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: processor(), Cores: runtime.NumCPU(), Memory: kernel.MachineMemory(),
	}
	p.Commit, p.Dirty = commit(filepath.Dir(path))
	return p
}

// engineText names an engine and its version, and why it was chosen.
func engineText(c choice) string {
	if c.engine != Go {
		return "yaegi " + yaegiVersion()
	}
	text := "go " + c.toolchain.Version
	if c.why != "" {
		text += ", because of " + c.why
	}
	return text
}

var yaegiVersion = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/traefik/yaegi" {
				return strings.TrimPrefix(d.Version, "v")
			}
		}
	}
	return "(unknown version)"
})

// commit asks git for the folder's commit. Without git, or outside a
// repository, there is none.
func commit(dir string) (hash string, dirty bool) {
	git := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		return string(bytes.TrimSpace(out)), err
	}
	hash, err := git("rev-parse", "HEAD")
	if err != nil {
		return "", false
	}
	status, err := git("status", "--porcelain")
	return hash, err == nil && status != ""
}

// processor is the name of the processor where the system tells it in a file.
var processor = sync.OnceValue(func() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
})

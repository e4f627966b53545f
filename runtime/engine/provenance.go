package engine

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"viva/internal/machine"
	"viva/runtime/record"
)

// provenance says what a run rests on, but for the commit.
func provenance(tool string) record.Provenance {
	return record.Provenance{
		Tool: tool, Go: strings.TrimPrefix(runtime.Version(), "go"), Engine: engineText(choice{engine: Yaegi}),
		OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: processor(), Cores: runtime.NumCPU(), Memory: machine.Memory(),
	}
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

// checkout is what git says of a folder.
type checkout struct {
	// commit is the hash, empty outside a repository or without git; dirty says
	// that files differ from it.
	commit string
	dirty  bool
}

// askGit asks git for the state of a folder. In a large repository that takes
// longer than everything else, so the answer is waited for when it is needed.
func askGit(dir string) (answer func() checkout) {
	c := make(chan checkout, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, "git", "status", "--porcelain=v2", "--branch")
		cmd.Dir = dir
		// A status must not take the lock that a commit at the same time needs.
		cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
		var state checkout
		if out, err := cmd.Output(); err == nil {
			for line := range strings.Lines(string(out)) {
				header, isHeader := strings.CutPrefix(line, "# ")
				if id, ok := strings.CutPrefix(header, "branch.oid "); ok && !strings.HasPrefix(id, "(") {
					state.commit = strings.TrimSpace(id)
				}
				state.dirty = state.dirty || !isHeader
			}
		}
		if state.commit == "" {
			state = checkout{}
		}
		c <- state
	}()
	return sync.OnceValue(func() checkout { return <-c })
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

package native

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"viva/internal/atomicfile"
	"viva/runtime/kernel/child"
)

// CompileError is an error of the Go compiler in a notebook's code.
type CompileError struct {
	// Line and Column are the notebook's, 0 for code that is not its.
	Line, Column int
	Message      string
}

func (e *CompileError) Error() string { return e.Message }

// Of compiled notebooks, as many as most stay on the disk, and none that nobody
// has run for as long as kept.
const (
	kept = 7 * 24 * time.Hour
	most = 100
)

// Build compiles a notebook's program and returns the path of the executable.
// What was compiled before and has not changed is not compiled again. An error
// in the code is a *CompileError.
func (t *Toolchain) Build(ctx context.Context, source string) (string, error) {
	// The file has the language that the notebook was checked for, whatever
	// the module around it says.
	if own := runtime.Version(); version.IsValid(own) {
		source = "//go:build " + version.Lang(own) + "\n\n" + source
	}
	sum := sha256.Sum256([]byte(t.module + "\n" + t.modfile + "\n" + t.Version + "\n" + source))
	key := hex.EncodeToString(sum[:12])
	root, err := cacheFolder("compiled")
	if err != nil {
		return "", err
	}
	dir, err := cacheFolder("compiled", key)
	if err != nil {
		return "", err
	}
	now := time.Now()
	_ = os.Chtimes(dir, now, now)
	defer trim(root, now)

	// The package stands in the module by way of an overlay only, so that it
	// may import the module's packages, internal ones too.
	file := filepath.Join(dir, "main.go")
	place := filepath.Join(t.module, "_viva_"+key)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(place, "main.go"): file}})
	if err != nil {
		return "", fmt.Errorf("preparing to compile: %w", err)
	}
	for name, text := range map[string][]byte{file: []byte(source), filepath.Join(dir, "overlay.json"): overlay} {
		if old, err := os.ReadFile(name); err == nil && string(old) == string(text) {
			continue
		}
		if err := atomicfile.Write(name, text); err != nil {
			return "", fmt.Errorf("preparing to compile: %w", err)
		}
	}
	exe := filepath.Join(dir, "notebook")
	if runtime.GOOS == "windows" {
		exe += ".exe"
	}
	_, err = t.run(ctx, t.module, "build", "-o", exe, "-overlay", filepath.Join(dir, "overlay.json"), "-buildvcs=false", "-ldflags=-w", "./"+filepath.Base(place))
	if err != nil {
		return "", buildError(err)
	}
	return exe, nil
}

// trim deletes compiled notebooks.
func trim(root string, now time.Time) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return
	}
	type folder struct {
		name string
		used time.Time
	}
	var folders []folder
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() {
			folders = append(folders, folder{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(folders, func(a, b folder) int { return b.used.Compare(a.used) })
	for i, f := range folders {
		if i >= most || now.Sub(f.used) > kept {
			_ = os.RemoveAll(filepath.Join(root, f.name))
		}
	}
}

var compilerLine = regexp.MustCompile(`^(.+?):([0-9]+)(?::([0-9]+))?: (.+)$`)

// buildError finds the first error with a position in what the go command
// said.
func buildError(err error) error {
	var failed *commandError
	if !errors.As(err, &failed) {
		return fmt.Errorf("compiling the notebook: %w", err)
	}
	if offline := offline(failed.text); offline != nil {
		return fmt.Errorf("compiling the notebook: %w", offline)
	}
	lines := slices.DeleteFunc(strings.Split(failed.text, "\n"), func(l string) bool { return strings.HasPrefix(l, "#") || l == "" })
	for _, l := range lines {
		m := compilerLine.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if column, ok := child.Column(m[1]); ok {
			line, _ := strconv.Atoi(m[2])
			return &CompileError{Line: line, Column: column, Message: m[4]}
		}
		return &CompileError{Message: m[4] + " (in " + m[1] + ", line " + m[2] + ")"}
	}
	return fmt.Errorf("compiling the notebook: %w", failed)
}

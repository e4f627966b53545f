// Package native compiles notebooks with the Go toolchain of the machine, and
// finds the types of packages that cells import and that are not embedded in
// this program. It writes nothing into the user's folders, downloads nothing,
// and runs nothing but the go command: what it builds speaks the kernel's
// protocol, and package kernel runs it.
package native

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Toolchain is an installed Go and the module that notebooks are built in.
type Toolchain struct {
	// command is the path of the go command.
	command string
	// Version is Go's, such as "1.26.8".
	Version string
	// module is the folder of the module that the go command is run in.
	module string
	// path is the module's path.
	path string
	// modfile is what stands in the place of its go.mod, empty for that itself.
	modfile string
}

// ErrNoToolchain says that there is no go command.
var ErrNoToolchain = errors.New("no Go toolchain was found: there is no go command in PATH")

// viva is the module of this program, which compiled notebooks import.
const viva = "viva"

// Find finds the toolchain and the module for notebooks that run in a folder.
func Find(ctx context.Context, dir string) (*Toolchain, error) {
	command, err := exec.LookPath("go")
	if err != nil {
		return nil, ErrNoToolchain
	}
	t := &Toolchain{command: command}
	out, err := t.run(ctx, dir, "env", "-json", "GOVERSION", "GOMOD", "GOMODCACHE")
	if err != nil {
		return nil, fmt.Errorf("asking the Go toolchain for its version: %w", err)
	}
	var env struct{ GOVERSION, GOMOD, GOMODCACHE string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("asking the Go toolchain for its version: %w", err)
	}
	t.Version = strings.TrimPrefix(env.GOVERSION, "go")
	if own := runtime.Version(); version.IsValid(own) && version.Compare(version.Lang(env.GOVERSION), version.Lang(own)) < 0 {
		return nil, fmt.Errorf("the Go toolchain is %s; notebooks are checked as %s: install that or a later one", env.GOVERSION, version.Lang(own))
	}
	if env.GOMOD != "" && env.GOMOD != os.DevNull {
		ready, err := t.within(env.GOMOD, env.GOMODCACHE)
		if err != nil || ready {
			return t, err
		}
	}
	// Outside of any module, viva's own serves.
	if t.module, err = source(env.GOMODCACHE); err != nil {
		return nil, err
	}
	t.path = viva
	return t, nil
}

// within makes the toolchain build in the module of a go.mod file.
func (t *Toolchain) within(gomod, cache string) (ready bool, err error) {
	b, err := os.ReadFile(gomod)
	if err != nil {
		return false, fmt.Errorf("reading the module of this folder: %w", err)
	}
	file, err := modfile.Parse(gomod, b, nil)
	if err != nil {
		return false, fmt.Errorf("reading the module of this folder: %w", err)
	}
	if file.Module == nil {
		return false, nil
	}
	t.module, t.path = filepath.Dir(gomod), file.Module.Mod.Path
	if t.path == viva {
		return true, nil
	}
	for _, r := range file.Require {
		if r.Mod.Path == viva {
			return true, nil
		}
	}
	own, err := source(cache)
	if err != nil {
		return false, err
	}
	t.modfile, err = extended(file, t.module, own)
	return true, err
}

// source is the folder of viva's own source.
func source(cache string) (string, error) {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(cache, dir) // built with -trimpath from the module cache
	}
	b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || modfile.ModulePath(b) != viva {
		return "", fmt.Errorf("compiled notebooks import viva, whose source is not in %s: start run in a module that requires it", dir)
	}
	return dir, nil
}

// run runs the go command in a folder and returns what it prints. It does not
// let it download anything.
func (t *Toolchain) run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	if t.modfile != "" {
		args = slices.Insert(slices.Clone(args), 1, "-mod=mod", "-modfile="+t.modfile)
	}
	cmd := exec.CommandContext(ctx, t.command, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local")
	if t.modfile != "" {
		cmd.Env = append(cmd.Env, "GOWORK=off")
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return stdout.Bytes(), &commandError{text: strings.TrimSpace(stderr.String()), err: err}
	}
	return stdout.Bytes(), nil
}

// commandError is what the go command said when it failed.
type commandError struct {
	text string
	err  error
}

func (e *commandError) Error() string {
	if e.text == "" {
		return e.err.Error()
	}
	return e.text
}

func (e *commandError) Unwrap() error { return e.err }

// offline explains why the go command did not find a module, nil if what it
// said is something else.
func offline(text string) error {
	for _, sign := range []string{"GOPROXY=off", "missing go.sum entry", "no required module provides", "updates to go.mod needed"} {
		if strings.Contains(text, sign) {
			first, _, _ := strings.Cut(text, "\n")
			return fmt.Errorf("its module is not on this machine, and nothing is downloaded for a notebook: get it with \"go get\" or \"go mod download\" first (%s)", first)
		}
	}
	return nil
}

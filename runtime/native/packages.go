package native

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/tools/go/gcexportdata"

	"viva/runtime/symbols"
)

// Package asks the toolchain for a package of the standard library, of the
// module or of what it requires. It compiles it if that has not been done.
func (t *Toolchain) Package(ctx context.Context, path string) (*symbols.Outside, error) {
	out, err := t.run(ctx, t.module, "list", "-e", "-export", "-json=Name,ImportPath,Export,Deps,Error,DepsErrors", "--", path)
	if err != nil {
		var failed *commandError
		if errors.As(err, &failed) {
			if offline := offline(failed.text); offline != nil {
				return nil, fmt.Errorf("package %s: %w", path, offline)
			}
		}
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	type trouble struct{ Err string }
	var p struct {
		Name, Export string
		Deps         []string
		Error        *trouble
		DepsErrors   []*trouble
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&p); err != nil {
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	if p.Error != nil {
		if offline := offline(p.Error.Err); offline != nil {
			return nil, fmt.Errorf("package %s: %w", path, offline)
		}
		return nil, fmt.Errorf("package %s: %s", path, strings.TrimSpace(p.Error.Err))
	}
	if len(p.DepsErrors) > 0 {
		return nil, fmt.Errorf("package %s: %s", path, strings.TrimSpace(p.DepsErrors[0].Err))
	}
	if p.Export == "" {
		return nil, fmt.Errorf("package %s cannot be compiled: run go build %s to see why", path, path)
	}
	f, err := os.Open(p.Export)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	defer f.Close()
	//lint:ignore SA1019 Read itself does not take the archives that go list -export names as long as they are archives.
	r, err := gcexportdata.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("package %s: reading its types: %w", path, err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("package %s: reading its types: %w", path, err)
	}
	return &symbols.Outside{Name: p.Name, Deps: p.Deps, Export: data}, nil
}

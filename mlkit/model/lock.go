package model

import (
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock keeps other processes from saving models in a folder. The system ends the
// lock of a process that was killed.
func lock(folder string) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	return lockedfile.MutexAt(filepath.Join(folder, ".lock")).Lock()
}

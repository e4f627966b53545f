package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Saving takes well under lockLife; a lock that is older was left by a process
// that was killed.
const (
	lockLife  = time.Minute
	lockRetry = 20 * time.Millisecond
)

// lock keeps other processes from saving models in a folder. A folder can be made
// only once, on every system.
func lock(folder string) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, ".lock")
	for deadline := time.Now().Add(2 * lockLife); ; time.Sleep(lockRetry) {
		err := os.Mkdir(path, 0o777)
		if err == nil {
			return func() { os.Remove(path) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > lockLife {
			os.Remove(path)
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("another process has been saving for %s; if there is none, remove %s", 2*lockLife, filepath.ToSlash(path))
		}
	}
}

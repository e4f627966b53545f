package main

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
)

// mistake is the error for a panic of the program itself. It costs one
// notebook, not the others, and the stack, which means nothing to who wrote the
// notebook, goes to a file.
func (j *job) mistake(value any) error {
	err := fmt.Errorf("%s: a mistake in this program, not in the notebook: %v", j.path, value)
	if saved, saveErr := saveTemporarily(filepath.Base(j.name)+"-*.txt", debug.Stack()); saveErr == nil {
		err = fmt.Errorf("%w; please report it with %s", err, saved)
	}
	return err
}

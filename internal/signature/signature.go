// Package signature tells whether files are as they were, without reading them.
package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Missing is the signature of a file that is not there.
const Missing = "missing"

// Of returns a hash of the name, size, time and mode of a file, or of all files
// below a folder, with the latest of the times. Times have a coarse grain: who
// relies on a signature must know that nothing was written in the moment before it
// was taken.
func Of(path string) (sum string, latest time.Time, err error) {
	h := sha256.New()
	note := func(path string, info fs.FileInfo) {
		fmt.Fprintf(h, "%q %d %d %v\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return Missing, latest, nil
	}
	note(path, info)
	if info.IsDir() {
		// The separator has a link to a folder followed.
		err = filepath.WalkDir(path+string(filepath.Separator), func(p string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err == nil && info.Mode()&fs.ModeSymlink != 0 {
				info, err = os.Stat(p)
			}
			if err == nil {
				note(p, info)
			}
			return err
		})
		if err != nil {
			return "", latest, fmt.Errorf("looking at %s: %w", path, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), latest, nil
}

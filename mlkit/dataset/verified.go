package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"viva/internal/atomicfile"
)

// settled is how long before it was read a file must have been written, for its
// time to tell whether it was written again: times have a coarse grain.
const settled = 2 * time.Second

// verifiedName is where it is kept which files were compared with their
// checksums, so that a set is not hashed whenever it is opened.
const verifiedName = ".verified.json"

// verified are the files that were found good, by absolute path. A file whose
// size or time differs is compared again.
type verified struct {
	path  string // of the file that keeps them; empty if there is none
	mu    sync.Mutex
	files map[string]stamp
	dirty bool
}

// stamp is how a file looked when it was found good. Expected is a hash of what
// it was compared with.
type stamp struct {
	Size     int64     `json:"size"`
	Time     time.Time `json:"time"`
	Expected string    `json:"expected"`
}

// openVerified reads what is kept in the folder of downloads. Whatever is wrong
// with it costs a computation and no more.
func openVerified(opt Options) *verified {
	v := &verified{files: map[string]stamp{}}
	dir, err := opt.folder()
	if err != nil {
		return v
	}
	v.path = filepath.Join(dir, verifiedName)
	if b, err := os.ReadFile(v.path); err == nil {
		if json.Unmarshal(b, &v.files) != nil || v.files == nil {
			v.files = map[string]stamp{}
		}
	}
	return v
}

// close keeps what was found.
func (v *verified) close() {
	if !v.dirty || v.path == "" {
		return
	}
	if b, err := json.MarshalIndent(v.files, "", "  "); err == nil {
		_ = atomicfile.Write(v.path, b) // a folder that cannot be written to costs a computation
	}
}

func (f File) expected() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %q %+v", f.Form, f.Bytes, f.SHA256, f.Original))
	return hex.EncodeToString(sum[:16])
}

// compare is compareFile, unless the file is as it was when it was found good.
func (v *verified) compare(ctx context.Context, f File, name string, anew bool) error {
	key, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	before, err := os.Stat(name)
	if err != nil {
		return err
	}
	now := stamp{before.Size(), before.ModTime().UTC(), f.expected()}
	v.mu.Lock()
	known, ok := v.files[key]
	v.mu.Unlock()
	if ok && !anew && known.Size == now.Size && known.Time.Equal(now.Time) && known.Expected == now.Expected {
		return nil
	}
	began := time.Now()
	err = f.compareFile(ctx, name)
	after, statErr := os.Stat(name)
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case err != nil:
		if ok {
			delete(v.files, key)
			v.dirty = true
		}
	case statErr == nil && after.Size() == before.Size() && after.ModTime().Equal(before.ModTime()) && before.ModTime().Before(began.Add(-settled)):
		v.files[key] = now
		v.dirty = true
	}
	return err
}

// find compares the file of a set below a root, or its original beside where the
// compressed file would be. It returns the path at which it is or should be.
func (v *verified) find(ctx context.Context, s Set, f File, root string, anew bool) (string, error) {
	name := s.below(root, f)
	err := v.compare(ctx, f, name, anew)
	if errors.Is(err, fs.ErrNotExist) && f.Form != Verbatim {
		plain := strings.TrimSuffix(name, ".gz")
		if err := v.compare(ctx, f, plain, anew); !errors.Is(err, fs.ErrNotExist) {
			return plain, err
		}
	}
	return name, err
}

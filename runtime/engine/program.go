package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"viva/runtime/store"
)

// programFingerprint is the hash of this program's file. What another program
// has computed is never used, since its code may be other code.
var programFingerprint = sync.OnceValues(func() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
})

// rememberedFingerprint is programFingerprint, which is remembered for as long
// as the program's file is the same by its name, size and time.
func rememberedFingerprint(s *store.Store) (string, error) {
	name, err := os.Executable()
	if err != nil {
		return programFingerprint()
	}
	info, err := os.Stat(name)
	if err != nil {
		return programFingerprint()
	}
	id := store.ID(sha256.Sum256(fmt.Appendf(nil, "program %q %d %d", name, info.Size(), info.ModTime().UnixNano())))
	if b, ok := s.Get(id); ok {
		return string(b), nil
	}
	sum, err := programFingerprint()
	if err == nil {
		_ = s.Put(id, []byte(sum))
	}
	return sum, err
}

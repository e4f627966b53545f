package engine

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// programID identifies this program's code. What another program has computed is
// never used, since its code may be other code.
var programID = sync.OnceValues(func() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	defer f.Close()
	if id := buildID(f); id != "" {
		return id, nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading this program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
})

// buildID is what the Go toolchain has written into a program, empty if there is
// none: its last part is a hash of the program's content. On ELF systems it is a
// note, elsewhere it stands at the beginning of the code; see cmd/go/internal/work
// and cmd/internal/buildid.
func buildID(f *os.File) string {
	if file, err := elf.NewFile(f); err == nil {
		note := file.Section(".note.go.buildid")
		if note == nil {
			return ""
		}
		const header = 16 // lengths, kind and name of the note
		b, err := note.Data()
		if err != nil || len(b) <= header {
			return ""
		}
		return string(bytes.TrimRight(b[header:], "\x00"))
	}
	start := make([]byte, 64<<10)
	n, err := f.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	_, rest, found := bytes.Cut(start[:n], []byte("\xff Go build ID: \""))
	id, _, ended := bytes.Cut(rest, []byte("\"\n \xff"))
	if !found || !ended {
		return ""
	}
	return string(id)
}

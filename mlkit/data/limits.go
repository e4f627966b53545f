package data

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
)

// ErrTooLarge is wrapped by errors about input that would take more memory
// than Options.MaxBytes, or more than its own size can honestly hold.
var ErrTooLarge = errors.New("too large")

// The limits on what a file may make of itself. They are wide of anything that
// a corpus of texts is, so that only mistakes and traps meet them.
const (
	// defaultMaxBytes is Options.MaxBytes where it is 0.
	defaultMaxBytes = 2 << 30
	// documentCost is what a document takes beside its text.
	documentCost = 512
	// maxDocument bounds a row of a table and a file of a folder: the longest
	// books are a few megabytes.
	maxDocument = 32 << 20
	// A compressed file may grow by maxRatio, but to freeExpansion in any
	// case. Text is compressed to a third or a tenth, and rarely to a
	// fiftieth; the formats themselves allow a thousandfold.
	maxRatio      = 200
	freeExpansion = 64 << 20
	// maxColumns bounds the columns of a row and the fields of an object.
	maxColumns = 10_000
	// maxSpans bounds the entities and the relations of a document.
	maxSpans = 100_000
	// maxSkipped bounds the list of what was left out; the rest is counted.
	maxSkipped = 10_000
)

// budget is what is left of Options.MaxBytes. Several readers share one.
type budget struct {
	max  int64
	used atomic.Int64
}

func newBudget(max int64) *budget {
	if max == 0 {
		max = defaultMaxBytes
	}
	return &budget{max: max}
}

// take charges n bytes that the named file needs.
func (b *budget) take(name string, n int64) error {
	if b.used.Add(n) > b.max {
		return fmt.Errorf("%s: reading stopped here, since the corpus would be larger than %s: read a part of it, or set Options.MaxBytes: %w", name, bytesOf(b.max), ErrTooLarge)
	}
	return nil
}

// bytesOf writes a number of bytes in binary units.
func bytesOf(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size {
			return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(unit.size)), ".0") + " " + unit.name
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// allowance bounds what may come out of a compressed file, with all that is
// compressed in it once more.
type allowance struct {
	name string
	size int64 // of the compressed file
	left int64
}

func newAllowance(name string, size int64) *allowance {
	return &allowance{name, size, max(freeExpansion, maxRatio*size)}
}

// reader reads from a decompressor and fails when more comes out than the
// compressed file can honestly hold. Reading stops there, so that a trap costs
// no time either.
func (a *allowance) reader(decompressor io.Reader) io.Reader { return &expansion{decompressor, a} }

type expansion struct {
	in io.Reader
	*allowance
}

func (e *expansion) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	if e.left -= int64(n); e.left < 0 {
		return 0, fmt.Errorf("%s: its %s expand to more than %s, as those of no text do; reading stopped there: decompress it yourself if it is what it should be: %w", e.name, bytesOf(e.size), bytesOf(max(freeExpansion, maxRatio*e.size)), ErrTooLarge)
	}
	return n, err
}

// minRead is the room that a buffer has at least when it is read into.
const minRead = 4 << 10

// read appends all that comes from in to buf, charging it, and fails if it is
// longer than most.
func (b *budget) read(in io.Reader, buf []byte, name string, most int64) ([]byte, error) {
	for start := len(buf); ; {
		if cap(buf)-len(buf) < minRead {
			buf = append(make([]byte, 0, max(8*minRead, 2*cap(buf))), buf...)
		}
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)-start) > most {
			return nil, tooLong(name)
		}
		if over := b.take(name, int64(n)); over != nil {
			return nil, over
		}
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func tooLong(name string) error {
	return fmt.Errorf("%s: longer than %s, as no document is: cut it into documents: %w", name, bytesOf(maxDocument), ErrTooLarge)
}

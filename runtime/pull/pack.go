package pull

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"viva/internal/atomicfile"
	"viva/mlkit/dataset"
)

// packed is a file of a tar that is made here.
type packed struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// A tar consists of blocks, and programs fill it up to whole records.
const (
	block  = 512
	record = 20 * block
)

// pack writes a tar of files in the order of their names, without times and
// owners, so that the same files always give the same bytes.
func pack(w io.Writer, files []packed) error {
	slices.SortFunc(files, func(a, b packed) int { return strings.Compare(a.name, b.name) })
	written := int64(0)
	fill := func(unit int64) error {
		n := (unit - written%unit) % unit
		written += n
		_, err := w.Write(make([]byte, n))
		return err
	}
	for _, f := range files {
		head, err := header(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if _, err := w.Write(head); err != nil {
			return err
		}
		in, err := f.open()
		if err != nil {
			return err
		}
		n, err := io.Copy(w, in)
		in.Close()
		if err == nil && n != f.size {
			err = fmt.Errorf("%d bytes instead of %d", n, f.size)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		written += block + n
		if err := fill(block); err != nil {
			return err
		}
	}
	if _, err := w.Write(make([]byte, 2*block)); err != nil { // the end
		return err
	}
	written += 2 * block
	return fill(record)
}

// header is the block before a file: as package tar writes it, but for the
// numbers of devices, which files do not have and the packers of mirrors leave
// empty.
func header(f packed) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: f.name, Size: f.size, Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	})
	if err != nil {
		return nil, err
	}
	head := b.Bytes()
	clear(head[329:345])
	copy(head[148:156], "        ")
	sum := 0
	for _, c := range head {
		sum += int(c)
	}
	copy(head[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return head, nil
}

// writeCompressed writes a compressed file, if what write gives is the original
// that is expected.
func writeCompressed(f dataset.File, name string, write func(io.Writer) error) error {
	return atomicfile.WriteFunc(name, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<20)
		z := gzip.NewWriter(b)
		checked, done := checking(f.Original, z)
		pieces := bufio.NewWriterSize(checked, 1<<16) // a tar has many small ones
		err := write(pieces)
		if err == nil {
			err = pieces.Flush()
		}
		if err := errors.Join(err, done(err == nil)); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		return b.Flush()
	})
}

// checking returns a writer that passes everything on, and a function that says
// whether that was the content that is expected.
func checking(sums dataset.Checksums, w io.Writer) (io.Writer, func(whole bool) error) {
	r, feed := io.Pipe()
	result := make(chan error, 1)
	go func() {
		err := sums.Compare(r)
		_, _ = io.Copy(io.Discard, r)
		result <- err
	}()
	return io.MultiWriter(w, feed), func(whole bool) error {
		feed.Close()
		if err := <-result; whole {
			return err
		}
		return nil
	}
}

// extract takes files out of an archive, a tar that may be compressed: give is
// asked for each regular file, and returns nil to leave it.
func extract(ctx context.Context, name string, give func(member string, size int64) (io.Writer, error)) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	b := bufio.NewReaderSize(stopping{ctx, in}, 1<<16)
	var content io.Reader = b
	if head, err := b.Peek(2); err == nil && bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if content, err = gzip.NewReader(b); err != nil {
			return err
		}
	}
	t := tar.NewReader(content)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		w, err := give(strings.TrimPrefix(h.Name, "./"), h.Size)
		if err != nil {
			return err
		}
		if w == nil {
			continue
		}
		if _, err := io.Copy(w, t); err != nil {
			return err
		}
	}
}

// stopping reads until its context ends.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

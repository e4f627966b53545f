package dataset

import (
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Checksums are what is known of a file's content. All that are given must
// hold; MD5 and GitBlob are for files of which nothing better was published.
type Checksums struct {
	// Bytes is the size.
	Bytes int64
	// SHA256, MD5 and GitBlob are hexadecimal, in small letters. GitBlob is the
	// name that git gives to the content.
	SHA256  string `yaml:"sha256"`
	MD5     string `yaml:"md5"`
	GitBlob string `yaml:"git-blob"`
}

func (c Checksums) check() error {
	for _, f := range []struct {
		name, value string
		digits      int
	}{{"sha256", c.SHA256, 64}, {"md5", c.MD5, 32}, {"git-blob", c.GitBlob, 40}} {
		if b, err := hex.DecodeString(f.value); f.value != "" && (err != nil || 2*len(b) != f.digits || strings.ToLower(f.value) != f.value) {
			return fmt.Errorf("%s %q is not %d hexadecimal digits in small letters", f.name, f.value, f.digits)
		}
	}
	return nil
}

// Compare reads a content and returns an error that wraps ErrDamaged if it is
// another one. It reads no further than one byte behind the size.
func (c Checksums) Compare(r io.Reader) error {
	if c.Bytes > 0 {
		r = io.LimitReader(r, c.Bytes+1)
	}
	sums := []struct {
		name, want string
		h          hash.Hash
	}{{"sha256", c.SHA256, sha256.New()}, {"md5", c.MD5, md5.New()}, {"git-blob", c.GitBlob, sha1.New()}}
	fmt.Fprintf(sums[2].h, "blob %d\x00", c.Bytes)
	var all []io.Writer
	for _, s := range sums {
		if s.want != "" {
			all = append(all, s.h)
		}
	}
	n, err := io.Copy(io.MultiWriter(all...), r)
	if err != nil {
		return err
	}
	switch {
	case c.Bytes > 0 && n > c.Bytes:
		return fmt.Errorf("%w: it has more than the %d bytes that are expected", ErrDamaged, c.Bytes)
	case c.Bytes > 0 && n < c.Bytes:
		return fmt.Errorf("%w: it has %d of the %d bytes that are expected", ErrDamaged, n, c.Bytes)
	}
	for _, s := range sums {
		if got := hex.EncodeToString(s.h.Sum(nil)); s.want != "" && got != s.want {
			return fmt.Errorf("%w: its %s is %s, expected is %s", ErrDamaged, s.name, got, s.want)
		}
	}
	return nil
}

// compareFile compares the file at a path with what is known of it: either it
// is as in the mirrors, or it holds the original, in any compression. The error
// wraps ErrDamaged, or is the system's.
func (f File) compareFile(ctx context.Context, name string) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a file", ErrDamaged)
	}
	content := stopping{ctx, in}
	compressed := f.Form != Verbatim && strings.HasSuffix(name, ".gz")
	if f.SHA256 != "" && f.Bytes == info.Size() && compressed {
		if err := (Checksums{Bytes: f.Bytes, SHA256: f.SHA256}).Compare(content); !errors.Is(err, ErrDamaged) {
			return err
		}
		if _, err := in.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	if !compressed {
		return f.Original.Compare(content)
	}
	z, err := gzip.NewReader(content)
	if err == nil {
		err = f.Original.Compare(z)
	}
	var system *fs.PathError
	if err != nil && !errors.Is(err, ErrDamaged) && ctx.Err() == nil && !errors.As(err, &system) {
		err = fmt.Errorf("%w: it cannot be decompressed: %w", ErrDamaged, err)
	}
	return err
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

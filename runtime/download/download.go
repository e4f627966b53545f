// Package download fetches one file over HTTP, whatever the server and the line
// do to it: connections that are cut are resumed, what servers say about ranges
// is checked, nothing endless is read, and the file appears under its name when
// its content was found right, or not at all. Which files, and what is right,
// is its caller's business.
package download

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"viva/internal/atomicfile"
)

// Errors that Fetch wraps, for errors.Is.
var (
	// ErrOffline says that the server could not be reached at all.
	ErrOffline = errors.New("no network")
	// ErrRefused says that the server answered that it will not give the file.
	ErrRefused = errors.New("the server refuses")
	// ErrWrong says that what the server gave is not the file that was expected.
	ErrWrong = errors.New("the server gave something else")
	// ErrBroken says that the download broke off again and again.
	ErrBroken = errors.New("the download broke off")
)

// Request describes a file to be fetched. Zero values are the defaults.
type Request struct {
	// Address begins with http:// or https://.
	Address string
	// Path is where the file will be. Folders that are missing are made.
	Path string
	// Bytes is the size, 0 if it is not known; then AtMost bounds it.
	Bytes, AtMost int64
	// Check says of the whole content whether it is right. nil accepts all.
	Check func(io.Reader) error
	// Progress is told how many bytes are there.
	Progress func(done int64)
	// Log is told why something is tried again.
	Log func(text string)
	// Transport sends the requests; nil is the network.
	Transport http.RoundTripper
	// Stall is how long a server may send nothing (default 30s).
	Stall time.Duration
	// Tries is how often in a row the download may break off without having
	// got further (default 6).
	Tries int
	// Pause is the wait before the second try, doubled before each further one
	// (default 500ms, at most 30s).
	Pause time.Duration
	// MostWait is the longest wait that a server may ask for (default 2m).
	MostWait time.Duration
}

func (r Request) withDefaults() Request {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&r.Stall, 30*time.Second)
	set(&r.Pause, 500*time.Millisecond)
	set(&r.MostWait, 2*time.Minute)
	if r.Tries <= 0 {
		r.Tries = 6
	}
	if r.Bytes > 0 {
		r.AtMost = r.Bytes
	}
	if r.Progress == nil {
		r.Progress = func(int64) {}
	}
	if r.Log == nil {
		r.Log = func(string) {}
	}
	if r.Check == nil {
		r.Check = func(io.Reader) error { return nil }
	}
	return r
}

// enough is how many bytes a try must bring to count as having got further.
const enough = 64 << 10

// wrongTries is how often the whole is fetched before it is given up that the
// server gives the right content. Once may be an accident of the line, or a
// file that was changed while it was fetched in parts.
const wrongTries = 2

// Fetch downloads a file. A download that a process, a crash or ctx broke off
// goes on where it ended. Two calls at the same time must not have the same
// Path.
func Fetch(ctx context.Context, r Request) error {
	r = r.withDefaults()
	if u, err := url.Parse(r.Address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is not an address that begins with http:// or https://", r.Address)
	}
	if r.AtMost <= 0 {
		return fmt.Errorf("%s: the download has no bound", r.Address)
	}
	if err := os.MkdirAll(filepath.Dir(r.Path), 0o777); err != nil {
		return err
	}
	p, err := openPart(r)
	if err != nil {
		return err
	}
	defer p.file.Close()
	if err := fetchAll(ctx, r, p); err != nil {
		return fmt.Errorf("%s: %w", r.Address, err)
	}
	return p.finish(r.Path)
}

// fetchAll fetches until the part is whole and right.
func fetchAll(ctx context.Context, r Request, p *part) error {
	client := &http.Client{Transport: r.Transport}
	if r.Transport == nil {
		client.Transport = network
	}
	wrong, broken, pause := 0, 0, r.Pause
	furthest := p.size
	for {
		err := p.whole(r)
		if err == nil {
			return nil
		}
		if errors.Is(err, errIncomplete) {
			if err = attempt(ctx, client, r, p); err == nil {
				continue // and check what is there
			}
		}
		var again *retry
		switch {
		case ctx.Err() != nil:
			p.keep()
			return context.Cause(ctx)
		case errors.Is(err, ErrWrong):
			if wrong++; wrong == wrongTries {
				p.discard()
				return err
			}
			if err := p.restart(); err != nil {
				return err
			}
		case errors.As(err, &again):
			if p.size >= furthest+enough {
				broken, pause, furthest = 0, r.Pause, p.size
			}
			most := r.Tries
			if again.offline {
				most = min(most, offlineTries)
			}
			if broken++; broken >= most {
				p.keep()
				return again.final(broken)
			}
			if again.after > r.MostWait {
				p.keep()
				return fmt.Errorf("%w for now: it asks to wait %s", ErrRefused, again.after.Round(time.Second))
			}
		default:
			p.keep()
			return err
		}
		wait := pause
		if again != nil {
			wait = max(wait, again.after)
		}
		pause = min(2*pause, 30*time.Second)
		r.Log(fmt.Sprintf("%s: %v; trying again in %s", r.Address, err, wait.Round(time.Millisecond)))
		select {
		case <-ctx.Done():
			p.keep()
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// errIncomplete says that bytes are missing still.
var errIncomplete = errors.New("bytes are missing")

// part is what there is of a file that is fetched. It lies beside the file's
// place under a hidden name, and what must be known to go on lies beside it.
type part struct {
	file *os.File
	path string
	size int64
	// ended says that the server has sent all that it has, where the size is
	// not known beforehand.
	ended bool
	noted note
}

// note is kept beside a part.
type note struct {
	Address string `json:"address"`
	// Validator is the ETag or the date that the server gave, to be sent with
	// If-Range.
	Validator string `json:"validator,omitempty"`
	// Total is the size that the server gave, 0 if it did not.
	Total int64 `json:"total,omitempty"`
}

func partName(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
}

func openPart(r Request) (*part, error) {
	p := &part{path: partName(r.Path)}
	var err error
	if p.file, err = os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	if p.size, err = p.file.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(p.path + ".json")
	if err != nil || json.Unmarshal(b, &p.noted) != nil || p.noted.Address != r.Address || p.size > r.AtMost {
		if err := p.restart(); err != nil {
			return nil, err
		}
		p.noted.Address = r.Address
	}
	r.Progress(p.size)
	return p, nil
}

// restart forgets what is there.
func (p *part) restart() error {
	p.size, p.ended = 0, false
	p.noted.Validator, p.noted.Total = "", 0
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	_, err := p.file.Seek(0, io.SeekStart)
	return err
}

// whole returns nil if all is there and right, and errIncomplete if not all is
// there.
func (p *part) whole(r Request) error {
	switch {
	case r.Bytes > 0 && p.size < r.Bytes:
		return errIncomplete
	case r.Bytes <= 0 && !p.ended && (p.noted.Total == 0 || p.size < p.noted.Total):
		return errIncomplete
	}
	if err := r.Check(io.NewSectionReader(p.file, 0, p.size)); err != nil {
		return fmt.Errorf("%w: %w", ErrWrong, err)
	}
	return nil
}

// note writes down what must be known to go on.
func (p *part) note() {
	if b, err := json.Marshal(p.noted); err == nil {
		_ = atomicfile.Write(p.path+".json", b)
	}
}

// keep makes what is there last, for another process to go on.
func (p *part) keep() {
	p.note()
	_ = p.file.Sync()
}

// discard removes what is there.
func (p *part) discard() {
	p.file.Close()
	os.Remove(p.path)
	os.Remove(p.path + ".json")
}

// finish gives the part its name.
func (p *part) finish(path string) error {
	err := p.file.Sync()
	if closeErr := p.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(p.path, path)
	}
	os.Remove(p.path + ".json")
	return err
}

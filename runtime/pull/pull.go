// Package pull downloads data sets of the registry, and makes of what it
// downloads the files that the registry describes. Package download knows how to
// get one file over a bad line; package dataset what is right.
package pull

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/sync/errgroup"

	"viva/internal/atomicfile"
	"viva/mlkit/dataset"
	"viva/mlkit/trace"
	"viva/runtime/download"
)

type transportKey struct{}

// withTransport returns a context in which addresses are asked for through t.
func withTransport(ctx context.Context, t http.RoundTripper) context.Context {
	return context.WithValue(ctx, transportKey{}, t)
}

// Set downloads a data set, unless the mirror has it, and returns the folder
// in which its files are and where that is. Files that are there and right stay;
// a download that broke off goes on. Every file is compared with its checksum
// before it gets its name. Two processes may pull the same set: one of them
// waits.
//
// Progress in bytes and what is tried again are told to package trace. Errors
// name the address; one that wraps download.ErrOffline says how to do without a
// network.
func Set(ctx context.Context, name string, opt dataset.Options) (folder string, state dataset.State, err error) {
	s, err := dataset.Lookup(name, opt)
	if err != nil {
		return "", "", err
	}
	if folder, state, err := dataset.Look(ctx, s.Name, opt); err != nil || state == dataset.InMirror || state == dataset.Pulled {
		return folder, state, err
	}
	p := &pull{set: s}
	if p.dir, _, err = dataset.Downloads(ctx, s, opt); err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return "", "", fmt.Errorf("the folder for downloads cannot be made: %w; name another with %s", err, dataset.FolderVariable)
	}
	unlock, err := p.lock(ctx)
	if err != nil {
		return "", "", err
	}
	defer unlock()
	atomicfile.Clean(p.dir)
	if err := p.all(ctx, opt); err != nil {
		err = fmt.Errorf("the data set %s was not pulled: %w", s.Name, err)
		if errors.Is(err, download.ErrOffline) {
			err = fmt.Errorf("%w; use a folder that has the files, with -mirror DIR or %s, or try again: what has arrived is kept", err, dataset.MirrorVariable)
		}
		return "", "", err
	}
	return p.dir, dataset.Pulled, nil
}

// pull is a download at work.
type pull struct {
	set  dataset.Set
	dir  string
	done atomic.Int64
	// total is what is fetched, in bytes; 0 if the size of a part is not known.
	total int64
}

// lock waits until no other process pulls the set. The lock of a process that is
// killed ends with it.
func (p *pull) lock(ctx context.Context) (unlock func(), err error) {
	type locked struct {
		unlock func()
		err    error
	}
	c := make(chan locked, 1)
	go func() {
		u, err := lockedfile.MutexAt(filepath.Join(p.dir, ".lock")).Lock()
		c <- locked{u, err}
	}()
	slow := time.After(time.Second)
	for {
		select {
		case l := <-c:
			if l.err != nil {
				return nil, fmt.Errorf("the folder for downloads cannot be locked: %w", l.err)
			}
			return l.unlock, nil
		case <-slow:
			trace.Logf(ctx, "%s: waiting for another process that pulls it", p.set.Name)
		case <-ctx.Done():
			go func() {
				if l := <-c; l.err == nil {
					l.unlock()
				}
			}()
			return nil, ctx.Err()
		}
	}
}

// all fetches what is missing.
func (p *pull) all(ctx context.Context, opt dataset.Options) error {
	_, results, err := dataset.Downloads(ctx, p.set, opt)
	if err != nil {
		return err
	}
	var missing []dataset.File
	for i, f := range p.set.Files {
		r := results[i]
		switch {
		case r.Err == nil:
			continue
		case !errors.Is(r.Err, fs.ErrNotExist):
			trace.Logf(ctx, "%s: %v; it is fetched again", r.Path, r.Err)
			if err := os.RemoveAll(r.Path); err != nil {
				return err
			}
		}
		missing = append(missing, f)
	}
	var archives []dataset.Archive
	for _, a := range p.set.Archives {
		if slices.ContainsFunc(missing, func(f dataset.File) bool { return f.Origin.Archive == a.Name }) {
			archives = append(archives, a)
		}
	}
	known := true
	for _, a := range archives {
		p.total += a.Bytes
		known = known && a.Bytes > 0
	}
	for _, f := range missing {
		if f.Origin.Archive == "" {
			p.total += f.Original.Bytes
		}
	}
	if !known {
		p.total = 0
	}
	for _, a := range archives {
		if err := p.archive(ctx, a, missing); err != nil {
			return err
		}
	}
	for _, f := range missing {
		var err error
		switch {
		case f.Origin.Archive != "":
		case f.Origin.Members != "":
			err = p.members(ctx, f)
		default:
			err = p.file(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetch downloads one address to a hidden file in the set's folder, and returns
// its path.
func (p *pull) fetch(ctx context.Context, address, name string, sums dataset.Checksums, atMost int64) (string, error) {
	to := filepath.Join(p.dir, filepath.FromSlash(name))
	before := int64(0)
	transport, _ := ctx.Value(transportKey{}).(http.RoundTripper)
	err := download.Fetch(ctx, download.Request{
		Address: address, Path: to, Bytes: sums.Bytes, AtMost: atMost, Transport: transport,
		Check: sums.Compare,
		Log:   func(text string) { trace.Logf(ctx, "%s", text) },
		Progress: func(n int64) {
			p.step(ctx, n-before)
			before = n
		},
	})
	return to, err
}

func (p *pull) step(ctx context.Context, n int64) {
	trace.Progress(ctx, "pulling "+p.set.Name, int(p.done.Add(n)), int(p.total))
}

// file fetches the original of a file.
func (p *pull) file(ctx context.Context, f dataset.File) error {
	if f.Form == dataset.Verbatim {
		_, err := p.fetch(ctx, f.Origin.Address, f.Path, f.Original, 0)
		return err
	}
	name, err := p.fetch(ctx, f.Origin.Address, path.Join(path.Dir(f.Path), "."+path.Base(f.Path)+".original"), f.Original, 0)
	if err != nil {
		return err
	}
	defer os.Remove(name)
	return writeCompressed(f, filepath.Join(p.dir, filepath.FromSlash(f.Path)), func(w io.Writer) error {
		in, err := os.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(w, stopping{ctx, in})
		return err
	})
}

// memberFetches is how many members are fetched at once: enough to hide the way
// there and back, few enough not to be a nuisance.
const memberFetches = 4

// members fetches the files of a folder one by one, and packs them. Those that
// have arrived stay until all have.
func (p *pull) members(ctx context.Context, f dataset.File) error {
	list, err := p.set.Members(f)
	if err != nil {
		return err
	}
	dir := path.Join(path.Dir(f.Path), "."+path.Base(f.Path)+".members")
	// In a tar every file takes whole blocks, so that its size says nothing
	// about what is fetched.
	var bytes int64
	for _, m := range list {
		bytes += m.Bytes
	}
	p.step(ctx, f.Original.Bytes-bytes)
	g, fetching := errgroup.WithContext(ctx)
	g.SetLimit(memberFetches)
	files := make([]packed, len(list))
	for i, m := range list {
		name := path.Join(dir, m.Name)
		full := filepath.Join(p.dir, filepath.FromSlash(name))
		files[i] = packed{m.Name, m.Bytes, func() (io.ReadCloser, error) { return os.Open(full) }}
		g.Go(func() error {
			if fetching.Err() != nil {
				return fetching.Err()
			}
			if same(m.Checksums, full) {
				p.step(fetching, m.Bytes)
				return nil
			}
			if m.Bytes == 0 {
				return atomicfile.Write(full, nil)
			}
			address, err := url.JoinPath(f.Origin.Address, m.Name)
			if err != nil {
				return err
			}
			_, err = p.fetch(fetching, address, name, m.Checksums, 0)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	err = writeCompressed(f, filepath.Join(p.dir, filepath.FromSlash(f.Path)), func(w io.Writer) error { return pack(w, files) })
	if err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(p.dir, filepath.FromSlash(dir)))
}

// archive fetches an archive and takes out of it what is missing.
func (p *pull) archive(ctx context.Context, a dataset.Archive, missing []dataset.File) error {
	name, err := p.fetch(ctx, a.Address, "."+path.Base(a.Name)+".archive", a.Checksums, a.AtMost)
	if err != nil {
		return err
	}
	defer os.Remove(name)
	for _, f := range missing {
		if f.Origin.Archive != a.Name {
			continue
		}
		if err := p.takeOut(ctx, name, f); err != nil {
			return fmt.Errorf("%s, out of %s: %w", f.Path, a.Address, err)
		}
	}
	return nil
}

// takeOut writes a file that is a member of an archive, or the folder in it. What
// is kept in memory is bounded by what the registry says.
func (p *pull) takeOut(ctx context.Context, archive string, f dataset.File) error {
	o := f.Origin
	var files []packed
	var contents []*bytes.Buffer
	left := f.Original.Bytes
	err := extract(ctx, archive, func(member string, size int64) (io.Writer, error) {
		if member != o.Member && (o.Folder == "" || !within(member, o.Folder)) {
			return nil, nil
		}
		if left -= size; left < 0 {
			return nil, fmt.Errorf("%w: it has more than the %d bytes that are expected", dataset.ErrDamaged, f.Original.Bytes)
		}
		b := &bytes.Buffer{}
		contents = append(contents, b)
		files = append(files, packed{member, size, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }})
		return b, nil
	})
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("there is no %s%s in the archive", o.Member, o.Folder)
	}
	name := filepath.Join(p.dir, filepath.FromSlash(f.Path))
	switch {
	case f.Form == dataset.TarGzip:
		return writeCompressed(f, name, func(w io.Writer) error { return pack(w, files) })
	case len(contents) > 1:
		return fmt.Errorf("%w: the archive has %s twice", dataset.ErrDamaged, o.Member)
	}
	content := contents[0].Bytes()
	if f.Form == dataset.Gzip {
		return writeCompressed(f, name, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
	}
	if err := f.Original.Compare(bytes.NewReader(content)); err != nil {
		return err
	}
	return atomicfile.Write(name, content)
}

// within reports whether a member of an archive is in a folder of it.
func within(member, folder string) bool {
	clean := path.Clean(folder) + "/"
	return len(member) > len(clean) && member[:len(clean)] == clean && filepath.IsLocal(filepath.FromSlash(member))
}

// same reports whether a file is there and right.
func same(sums dataset.Checksums, name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	return sums.Compare(f) == nil
}

package child

import (
	"bytes"
	"io"
	"os"
	"sync"
)

// capture takes what compiled code writes to os.Stdout and os.Stderr.
type capture struct {
	mu      sync.Mutex
	writers []*os.File
	// replaced are the process's own files. A file that nothing refers to is
	// closed, and the reason of a crash is written to the process's stderr.
	replaced []*os.File
	flushed  chan struct{}
}

// flushMark begins with a byte that it does not hold again, so that what was
// printed before cannot make one with its beginning.
var flushMark = []byte("\x00kernel: flush\n")

func captureFiles(print func(stream, text string)) (*capture, error) {
	c := &capture{flushed: make(chan struct{})}
	for _, f := range []struct {
		name string
		file **os.File
	}{{"stdout", &os.Stdout}, {"stderr", &os.Stderr}} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		c.replaced = append(c.replaced, *f.file)
		*f.file = w
		c.writers = append(c.writers, w)
		go func() {
			buf := make([]byte, 64<<10)
			kept := 0
			for {
				n, err := r.Read(buf[kept:])
				if err != nil {
					return
				}
				text, mark := buf[:kept+n], true
				for mark {
					var before []byte
					before, text, mark = bytes.Cut(text, flushMark)
					if !mark {
						// The rest of a mark may come with the next read.
						split := len(before) - partOf(flushMark, before)
						before, text = before[:split], before[split:]
					}
					if len(before) > 0 {
						print(f.name, string(before))
					}
					if mark {
						c.flushed <- struct{}{}
					}
				}
				kept = copy(buf, text)
			}
		}()
	}
	return c, nil
}

// partOf is the length of the longest end of b with which mark begins.
func partOf(mark, b []byte) int {
	for n := min(len(mark)-1, len(b)); n > 0; n-- {
		if bytes.HasSuffix(b, mark[:n]) {
			return n
		}
	}
	return 0
}

// Flush waits until all that was written to os.Stdout and os.Stderr has been
// passed on.
func (c *Child) Flush() {
	if c.files == nil {
		return
	}
	c.files.mu.Lock()
	defer c.files.mu.Unlock()
	for _, w := range c.files.writers {
		if _, err := w.Write(flushMark); err == nil {
			<-c.files.flushed
		}
	}
}

// InOrder returns a writer to w that waits, before each write, until what was
// printed elsewhere has been passed on: standard output and standard error come
// through pipes of their own, and would change places otherwise.
func (c *Child) InOrder(w io.Writer) io.Writer { return inOrder{c, w} }

type inOrder struct {
	c *Child
	w io.Writer
}

func (o inOrder) Write(b []byte) (int, error) {
	o.c.Flush()
	return o.w.Write(b)
}

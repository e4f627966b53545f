package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// content is what all servers should give, longer than what counts as having
// got further.
var content = func() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 5*enough+123)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}()

func check(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(b, content) {
		err = errors.New("other bytes")
	}
	return err
}

// server answers the request n, from 1, by the function, and writes down the
// ranges that were asked for.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		n := len(s.ranges)
		s.mu.Unlock()
		answer(w, r, n)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.ranges...)
}

// cut sends the head and the first bytes of an answer, and cuts the connection.
func cut(w http.ResponseWriter, body []byte, n int) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body[:n])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// partly answers with bytes from a place on, under any name of the range.
func partly(w http.ResponseWriter, from int, contentRange string) {
	w.Header().Set("Content-Range", contentRange)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)-from))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(content[from:])
}

func good(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), bytes.NewReader(content))
}

func request(t *testing.T, address string) Request {
	return Request{
		Address: address, Path: filepath.Join(t.TempDir(), "sub", "file"), Bytes: int64(len(content)), Check: check,
		Pause: time.Millisecond, Stall: 5 * time.Second, Log: func(text string) { t.Log(text) },
	}
}

// fetched fails unless exactly the file is there.
func fetched(t *testing.T, r Request, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(r.Path); err != nil || !bytes.Equal(b, content) {
		t.Fatalf("the file has other bytes: %v", err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(r.Path)); len(entries) != 1 {
		t.Errorf("something lies beside the file: %v", entries)
	}
}

// notFetched fails unless the error wraps the target, says so, and nothing is
// there under the file's name.
func notFetched(t *testing.T, r Request, err, target error, says string) {
	t.Helper()
	if !errors.Is(err, target) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), r.Address) {
		t.Errorf("error %v\nis not %v, or does not say %q", err, target, says)
	}
	if _, err := os.Stat(r.Path); err == nil {
		t.Error("a file appeared all the same")
	}
}

func TestFetch(t *testing.T) {
	var last int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding %q: an encoding would have another checksum", got)
		}
		good(w, r)
	})
	r := request(t, s.URL)
	r.Progress = func(done int64) { last = done }
	fetched(t, r, Fetch(t.Context(), r))
	if last != int64(len(content)) {
		t.Errorf("progress ended at %d of %d", last, len(content))
	}
	// A server that does not say how much it will send.
	s = serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		for part := range bytes.Lines(content) {
			_, _ = w.Write(part)
			_ = http.NewResponseController(w).Flush()
		}
	})
	r = request(t, s.URL)
	r.Bytes, r.AtMost = 0, int64(len(content))
	fetched(t, r, Fetch(t.Context(), r))
}

// Connections that are cut are resumed where they were cut.
func TestCutConnectionsAreResumed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		switch n {
		case 1:
			w.Header().Set("ETag", `"a"`)
			cut(w, content, 1000)
		case 2:
			if r.Header.Get("If-Range") != `"a"` {
				t.Errorf("If-Range %q: the server could give a part of another file", r.Header.Get("If-Range"))
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 1000-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(content[1000:2000])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			good(w, r)
		}
	})
	r := request(t, s.URL)
	fetched(t, r, Fetch(t.Context(), r))
	if got := s.asked(); len(got) < 3 || got[0] != "" || got[1] != "bytes=1000-" || got[len(got)-1] != "bytes=2000-" {
		t.Errorf("ranges asked for: %q", got)
	}
}

// A download that was interrupted goes on in another call, as in another
// process; one that was killed without a word too.
func TestInterruptedDownloadGoesOn(t *testing.T) {
	for _, killed := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n > 1 {
				good(w, r)
				return
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			_, _ = w.Write(content[:100_000])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		r := request(t, s.URL)
		r.Progress = func(done int64) {
			if done == 100_000 {
				cancel()
			}
		}
		if killed {
			// What is on the disk when the process dies at that moment.
			r.Progress = func(done int64) {
				if done == 100_000 {
					copyPart(t, r.Path, r.Path+"2")
					cancel()
				}
			}
		}
		notFetchedBy(t, ctx, r)
		if killed {
			r.Path += "2"
		}
		r.Progress = nil
		if err := Fetch(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if got := s.asked(); len(got) != 2 || got[1] != "bytes=100000-" {
			t.Errorf("killed %v: ranges asked for: %q", killed, got)
		}
	}
}

func copyPart(t *testing.T, from, to string) {
	for _, ending := range []string{"", ".json"} {
		b, err := os.ReadFile(partName(from) + ending)
		if err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(partName(to)+ending, b, 0o644); err != nil {
			t.Error(err)
		}
	}
}

func notFetchedBy(t *testing.T, ctx context.Context, r Request) {
	t.Helper()
	if err := Fetch(ctx, r); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if _, err := os.Stat(r.Path); err == nil {
		t.Fatal("a file appeared all the same")
	}
}

// What servers say about ranges is not believed unless it fits.
func TestLiesAboutRanges(t *testing.T) {
	n := len(content)
	for name, lie := range map[string]func(w http.ResponseWriter){
		"the whole for a part":       func(w http.ResponseWriter) { _, _ = w.Write(content) },
		"the whole, called a part":   func(w http.ResponseWriter) { partly(w, 0, fmt.Sprintf("bytes 0-%d/%d", n-1, n)) },
		"another part":               func(w http.ResponseWriter) { partly(w, 500, fmt.Sprintf("bytes 500-%d/%d", n-1, n)) },
		"another part under a name":  func(w http.ResponseWriter) { partly(w, 500, fmt.Sprintf("bytes 1000-%d/%d", n-1, n)) },
		"another size":               func(w http.ResponseWriter) { partly(w, 1000, fmt.Sprintf("bytes 1000-%d/%d", n-1, n+7)) },
		"no range":                   func(w http.ResponseWriter) { partly(w, 1000, "") },
		"a range backwards":          func(w http.ResponseWriter) { partly(w, 1000, fmt.Sprintf("bytes %d-1000/%d", n-1, n)) },
		"a range of other things":    func(w http.ResponseWriter) { partly(w, 1000, fmt.Sprintf("lines 1000-%d/%d", n-1, n)) },
		"a range that does not fit":  func(w http.ResponseWriter) { partly(w, 1000, fmt.Sprintf("bytes 1000-%d/*", n+99)) },
		"that there is no such part": func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
				switch {
				case n == 1:
					cut(w, content, 1000)
				case r.Header.Get("Range") != "":
					lie(w)
				default:
					good(w, r)
				}
			})
			r := request(t, s.URL)
			fetched(t, r, Fetch(t.Context(), r))
		})
	}
}

// A server that cuts every whole answer and lies about every part is given up.
func TestLyingForEver(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.Header.Get("Range") == "" {
			cut(w, content, 2*enough)
		}
		partly(w, 0, "bytes 0-1/2")
	})
	r := request(t, s.URL)
	notFetched(t, r, Fetch(t.Context(), r), ErrBroken, "6 times in a row")
	if n := len(s.asked()); n > 20 {
		t.Errorf("%d requests", n)
	}
}

func TestWrongContent(t *testing.T) {
	wrong := bytes.Clone(content)
	wrong[77]++
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		says   string
	}{
		"other bytes": {func(w http.ResponseWriter) { _, _ = w.Write(wrong) }, "other bytes"},
		"more bytes": {func(w http.ResponseWriter) {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(content)
			_, _ = w.Write([]byte("more"))
		}, "more than"},
		"another size": {func(w http.ResponseWriter) { cut(w, append(wrong, 1), 10) }, "expected are"},
		"endless bytes": {func(w http.ResponseWriter) {
			for {
				if _, err := w.Write(wrong); err != nil {
					return
				}
			}
		}, "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) { c.answer(w) })
			r := request(t, s.URL)
			notFetched(t, r, Fetch(t.Context(), r), ErrWrong, c.says)
			if entries, _ := os.ReadDir(filepath.Dir(r.Path)); len(entries) != 0 {
				t.Errorf("wrong bytes were kept: %v", entries)
			}
			if n := len(s.asked()); n != wrongTries {
				t.Errorf("%d requests, want %d", n, wrongTries)
			}
		})
	}
	// Parts of two different files are found out, and the whole is fetched.
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			cut(w, wrong, 1000)
		}
		good(w, r)
	})
	r := request(t, s.URL)
	fetched(t, r, Fetch(t.Context(), r))
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		code, times int
		header      string
		target      error
		says        string
		requests    int
	}{
		{404, 99, "", ErrRefused, "404 Not Found", 1},
		{403, 99, "", ErrRefused, "403 Forbidden", 1},
		{500, 2, "", nil, "", 3},
		{500, 99, "", ErrRefused, "6 times in a row", 6},
		{503, 1, "0", nil, "", 2},
		{429, 1, "1", nil, "", 2},
		{429, 1, "3600", ErrRefused, "asks to wait 1h", 1},
		{429, 1, "Fri, 01 Jan 2100 00:00:00 GMT", ErrRefused, "asks to wait", 1},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
			if n > c.times {
				good(w, r)
				return
			}
			w.Header().Set("Retry-After", c.header)
			http.Error(w, "no", c.code)
		})
		r := request(t, s.URL)
		began := time.Now()
		err := Fetch(t.Context(), r)
		if c.target == nil {
			fetched(t, r, err)
		} else {
			notFetched(t, r, err, c.target, c.says)
		}
		if n := len(s.asked()); n != c.requests {
			t.Errorf("%d %s: %d requests, want %d", c.code, c.header, n, c.requests)
		}
		if c.header == "1" && time.Since(began) < time.Second {
			t.Errorf("%d: the server asked to wait", c.code)
		}
	}
}

// A server that sends nothing any more is left, and the rest is asked for.
func TestStall(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.Header.Get("Range") != "" {
			good(w, r)
			return
		}
		if n > 1 {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			_, _ = w.Write(content[:1000])
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	})
	r := request(t, s.URL)
	r.Stall = 200 * time.Millisecond
	fetched(t, r, Fetch(t.Context(), r))
	if got := s.asked(); len(got) < 3 || got[len(got)-1] != "bytes=1000-" {
		t.Errorf("ranges asked for: %q", got)
	}
}

func TestOffline(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // so that nobody answers there
	r := request(t, "http://"+l.Addr().String()+"/a")
	began := time.Now()
	notFetched(t, r, Fetch(t.Context(), r), ErrOffline, "cannot be reached")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to say so", took)
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	r := request(t, "ftp://example.org/a")
	if err := Fetch(t.Context(), r); err == nil || !strings.Contains(err.Error(), "begins with http://") {
		t.Errorf("error %v", err)
	}
	r = request(t, "http://127.0.0.1:1/a")
	r.Bytes = 0
	if err := Fetch(t.Context(), r); err == nil || !strings.Contains(err.Error(), "no bound") {
		t.Errorf("error %v", err)
	}
}

func TestInterruptedWhileItWaits(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) { w.WriteHeader(500) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := request(t, s.URL)
	r.Pause = time.Hour
	if err := Fetch(ctx, r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/10", "bytes 5-9/*", "bytes 9-5/10", "bytes */10", "", "bytes 0-18446744073709551615/18446744073709551616", "bytes -1-2/3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, last, total, err := contentRange(s)
		if err == nil && (first < 0 || last < first || total != 0 && total <= last) {
			t.Errorf("%q: %d-%d of %d", s, first, last, total)
		}
	})
}

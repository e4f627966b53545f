package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// network is how servers are reached.
var network http.RoundTripper = func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 15 * time.Second
	return t
}()

// offlineTries is how often a server is called that does not answer: without a
// network nobody should have to wait.
const offlineTries = 2

// retry is an error after which it is worth trying again.
type retry struct {
	err error
	// after is how long the server asks to wait.
	after   time.Duration
	offline bool
}

func (e *retry) Error() string { return e.err.Error() }

// final is the error when no more is tried.
func (e *retry) final(tries int) error {
	if e.offline {
		return fmt.Errorf("%w: %w", ErrOffline, e.err)
	}
	return fmt.Errorf("%w, %d times in a row: %w", ErrBroken, tries, e.err)
}

var errStalled = errors.New("the server sent nothing any more")

// attempt asks for what is missing, once, and appends it to the part. It
// returns nil when the server says that this was all.
func attempt(ctx context.Context, client *http.Client, r Request, p *part) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(r.Stall, func() { cancel(errStalled) })
	defer watchdog.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "viva")
	// The checksums are those of the file, not of an encoding of it.
	req.Header.Set("Accept-Encoding", "identity")
	if p.size > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
		if p.noted.Validator != "" {
			req.Header.Set("If-Range", p.noted.Validator)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer resp.Body.Close()
	if err := p.accept(r, resp); err != nil {
		return err
	}
	if r.AtMost-p.size >= enough {
		p.note() // this process may be killed; less is soon fetched again
	}

	buf := make([]byte, 64<<10)
	for {
		watchdog.Reset(r.Stall)
		n, err := resp.Body.Read(buf)
		if p.size+int64(n) > r.AtMost {
			return fmt.Errorf("%w: more than the %d bytes that are expected", ErrWrong, r.AtMost)
		}
		if _, err := p.file.WriteAt(buf[:n], p.size); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
		p.size += int64(n)
		r.Progress(p.size)
		switch {
		case errors.Is(err, io.EOF):
			return p.sent(r)
		case err != nil:
			return interrupted(ctx, err)
		}
	}
}

// accept judges the head of an answer, and prepares the part for its body.
func (p *part) accept(r Request, resp *http.Response) error {
	h := resp.Header
	switch resp.StatusCode {
	case http.StatusOK:
		// Also the answer to a request for a range, of a server that knows none
		// or whose file is another one by now.
		if p.size > 0 {
			r.Log(fmt.Sprintf("%s: the server begins anew", r.Address))
		}
		if err := p.restart(); err != nil {
			return err
		}
		if n := resp.ContentLength; n >= 0 {
			if r.Bytes > 0 && n != r.Bytes || n > r.AtMost {
				return fmt.Errorf("%w: a file of %d bytes, expected are %s", ErrWrong, n, r.expects())
			}
			p.noted.Total = n
		}
	case http.StatusPartialContent:
		total, err := p.fits(r, h.Get("Content-Range"))
		if err != nil {
			// Whether the server is wrong about the range or about its name for
			// it, a request without one is the way out.
			if err := p.restart(); err != nil {
				return err
			}
			return &retry{err: err}
		}
		p.noted.Total = total
	case http.StatusRequestedRangeNotSatisfiable:
		if err := p.restart(); err != nil {
			return err
		}
		return &retry{err: errors.New("the server does not have the range")}
	default:
		err := fmt.Errorf("%w: it answers %s", ErrRefused, resp.Status)
		switch code := resp.StatusCode; {
		case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500 && code != http.StatusNotImplemented:
			return &retry{err: err, after: retryAfter(h.Get("Retry-After"), time.Now())}
		}
		return err
	}
	if v := h.Get("ETag"); v != "" && !strings.HasPrefix(v, "W/") {
		p.noted.Validator = v
	} else if p.noted.Validator == "" && v == "" {
		p.noted.Validator = h.Get("Last-Modified")
	}
	return nil
}

func (r Request) expects() string {
	if r.Bytes > 0 {
		return strconv.FormatInt(r.Bytes, 10)
	}
	return fmt.Sprint("at most ", r.AtMost)
}

// fits checks that a range is the one that was asked for, and returns the size
// of the whole, 0 if the server does not say.
func (p *part) fits(r Request, text string) (total int64, err error) {
	first, last, total, err := contentRange(text)
	switch {
	case err != nil:
		return 0, err
	case p.size == 0:
		return 0, errors.New("the server answers with a range that nobody asked for")
	case first != p.size:
		return 0, fmt.Errorf("the server sends the range from byte %d, asked was %d", first, p.size)
	case r.Bytes > 0 && total > 0 && total != r.Bytes:
		return 0, fmt.Errorf("the server speaks of a file of %d bytes, expected are %d", total, r.Bytes)
	case p.noted.Total > 0 && total > 0 && total != p.noted.Total:
		return 0, fmt.Errorf("the server spoke of %d bytes before, and of %d now", p.noted.Total, total)
	case last >= r.AtMost:
		return 0, fmt.Errorf("the server sends the range up to byte %d of %s", last, r.expects())
	}
	if total == 0 {
		total = p.noted.Total
	}
	return total, nil
}

// contentRange reads "bytes 5-9/10"; a total of * is 0.
func contentRange(text string) (first, last, total int64, err error) {
	wrong := fmt.Errorf("the server sends a range that cannot be read: %q", text)
	span, ok := strings.CutPrefix(text, "bytes ")
	span, size, ok2 := strings.Cut(span, "/")
	a, b, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, 0, wrong
	}
	number := func(s string) int64 {
		n, err := strconv.ParseUint(s, 10, 63)
		if err != nil {
			ok = false
		}
		return int64(n)
	}
	first, last = number(a), number(b)
	if size != "*" {
		total = number(size)
		ok = ok && total > last
	}
	if !ok || last < first {
		return 0, 0, 0, wrong
	}
	return first, last, total, nil
}

// sent judges the end of a body that was not cut.
func (p *part) sent(r Request) error {
	want := r.Bytes
	if want <= 0 {
		want = p.noted.Total
	}
	if want > 0 && p.size < want {
		// A range may be shorter than what was asked for, and a body without a
		// length ends where the connection does.
		return &retry{err: fmt.Errorf("the server ended after %d of %d bytes", p.size, want)}
	}
	p.ended = true
	return nil
}

// retryAfter reads the wait that a server asks for: seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// interrupted is the error for a body that broke off.
func interrupted(ctx context.Context, err error) error {
	if context.Cause(ctx) == errStalled {
		err = errStalled
	}
	return &retry{err: err}
}

// unreachable is the error for a request that had no answer.
func unreachable(ctx context.Context, err error) error {
	if context.Cause(ctx) == errStalled {
		return &retry{err: errStalled}
	}
	var op *net.OpError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return &retry{err: fmt.Errorf("the server's name cannot be looked up: %w", dns), offline: true}
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"):
		return &retry{err: fmt.Errorf("the server cannot be reached: %w", op), offline: true}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &retry{err: fmt.Errorf("the server does not answer: %w", err), offline: true}
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &retry{err: err}
	}
	// A certificate that nobody vouches for, too many redirects: the next try
	// would end the same.
	return err
}

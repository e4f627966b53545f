package preview

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"viva/runtime/notebook"
	"viva/runtime/report"
)

// serve starts a server with one notebook and a folder of files.
func serve(t *testing.T, interrupted *int) *Server {
	t.Helper()
	dir := t.TempDir()
	files := filepath.Join(dir, "outputs")
	for name, text := range map[string]string{"outputs/n.md": "kept", "outputs/n.html": "<p>page</p>", "secret.txt": "secret"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(files, "link.txt")); err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Files: files, Interrupt: func(string) { *interrupted++ }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(0); err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(t.Context()) }()
	t.Cleanup(s.Close)
	nb, err := notebook.Parse("n.md", []byte("# N\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Notebook("n", nb, report.Options{})
	return s
}

// try sends a request that would be let through, but for what change does to
// it.
func try(s *Server, method, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+s.listener.Addr().String()+path, nil)
	r.AddCookie(&http.Cookie{Name: cookie, Value: s.session})
	if method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", "http://"+s.listener.Addr().String())
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	return w
}

// paths are one for each route. A route without one fails the test.
var paths = map[string]string{
	"GET /{$}": "/", "GET /n/{name...}": "/n/n", "GET /events/{name...}": "/events/none", "GET /assets/{file}": "/assets/live.css",
	"GET /files/{path...}": "/files/n.md", "POST /interrupt/{name...}": "/interrupt/n",
}

func TestEveryRouteIsBehindTheGate(t *testing.T) {
	interrupted := 0
	s := serve(t, &interrupted)
	refusals := map[string]func(*http.Request){
		"no cookie":          func(r *http.Request) { r.Header.Del("Cookie") },
		"another cookie":     func(r *http.Request) { r.Header.Set("Cookie", cookie+"=guess") },
		"the token as one":   func(r *http.Request) { r.Header.Set("Cookie", cookie+"="+s.token) },
		"a wrong token":      func(r *http.Request) { r.Header.Del("Cookie"); r.URL.RawQuery = "token=guess" },
		"a foreign host":     func(r *http.Request) { r.Host = "example.com" },
		"another port":       func(r *http.Request) { r.Host = "127.0.0.1:1" },
		"a name that points": func(r *http.Request) { r.Host = "127.0.0.1.nip.io" + r.Host[strings.LastIndex(r.Host, ":"):] },
		"a foreign fetch": func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "cors")
			r.Header.Set("Origin", "https://example.com")
		},
	}
	for _, route := range s.routes {
		name := route.method + " " + route.pattern
		path := paths[name]
		if path == "" {
			t.Errorf("the route %s is not tried here", name)
			continue
		}
		before := interrupted
		for what, change := range refusals {
			if w := try(s, route.method, path, change); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d %s", name, what, w.Code, w.Body)
			}
		}
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"} {
			if method == route.method || method == "HEAD" && route.method == "GET" {
				continue
			}
			if w := try(s, method, path, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }); w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s asked with %s: %d", name, method, w.Code)
			}
		}
		if interrupted != before {
			t.Errorf("%s: a refused request interrupted a run", name)
		}
		w := try(s, route.method, path, nil)
		if w.Code == http.StatusForbidden || w.Code == http.StatusMethodNotAllowed {
			t.Errorf("%s is refused to the browser that was let in: %d", name, w.Code)
		}
		for header := range headers {
			if w.Header().Get(header) == "" {
				t.Errorf("%s: the answer has no %s", name, header)
			}
		}
	}
	if interrupted != 1 {
		t.Errorf("interrupted %d times", interrupted)
	}
	for _, origin := range []string{"https://example.com", "null", "http://127.0.0.1:1"} {
		w := try(s, "POST", "/interrupt/n", func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", origin) })
		if w.Code != http.StatusForbidden {
			t.Errorf("interrupting from %s: %d", origin, w.Code)
		}
	}
}

func TestTheTokenIsExchanged(t *testing.T) {
	s := serve(t, new(int))
	w := try(s, "GET", "/n/n?token="+s.token+"&x=1", func(r *http.Request) { r.Header.Del("Cookie") })
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/n/n?x=1" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if c := w.Header().Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") || strings.Contains(c, s.token) {
		t.Errorf("the cookie is %s", c)
	}
	w = try(s, "GET", "//example.com/?token="+s.token, nil)
	if to := w.Header().Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "://") {
		t.Errorf("it leads away, to %s", to)
	}
}

func TestFilesStayInTheirFolder(t *testing.T) {
	s := serve(t, new(int))
	if w := try(s, "GET", "/files/n.md", nil); w.Code != 200 || w.Body.String() != "kept" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := try(s, "GET", "/files/n.html", nil); !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a report is shown with the rights of this server's pages: %v", w.Header())
	}
	for _, path := range []string{
		"/files/../secret.txt", "/files/..%2fsecret.txt", "/files/%2e%2e/secret.txt", "/files/%2e%2e%2fsecret.txt", "/files/x/..%2f..%2fsecret.txt",
		"/files/..%5csecret.txt", "/files//etc/passwd", "/files/%2fetc%2fpasswd", "/files/link.txt", "/files/", "/files/.", "/assets/..%2fgate.go", "/assets/notebook.html",
	} {
		if w := try(s, "GET", path, nil); w.Code == 200 || strings.Contains(w.Body.String(), "secret") && !strings.Contains(w.Body.String(), "See Other") && !strings.Contains(w.Body.String(), "Moved") && !strings.Contains(w.Body.String(), "Redirect") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// A page that does not read what it is sent costs nobody anything.
func TestASlowPageIsDropped(t *testing.T) {
	s := serve(t, new(int))
	c := &client{name: "n", queue: make(chan []byte, 2), gone: make(chan struct{})}
	s.mu.Lock()
	s.clients[c] = true
	for range 5 {
		s.tell("n", message{"state", 1})
	}
	s.mu.Unlock()
	select {
	case <-c.gone:
	case <-time.After(time.Second):
		t.Error("it is still served")
	}
}

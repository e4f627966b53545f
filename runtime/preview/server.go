// Package preview serves the live pages of notebooks on this machine: the
// report as it will be, changed in place while the notebook is edited and run,
// and an index of all notebooks. It is told what happens and serves it; it
// neither watches files nor runs anything.
package preview

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"time"

	"viva/runtime/report"
)

// Options say what a server may do.
type Options struct {
	// Interrupt ends the run of a notebook; it returns at once.
	Interrupt func(name string)
	// Files is the folder whose files may be read below /files/; empty for none.
	Files string
	// Log is told what goes wrong; nil drops it.
	Log *slog.Logger
}

// Server is a live preview. Its methods may be called from any goroutine.
type Server struct {
	opt      Options
	token    string
	session  string
	listener net.Listener
	http     *http.Server
	hosts    map[string]bool
	files    *os.Root
	routes   []route

	mu        sync.Mutex
	notebooks map[string]*book
	clients   map[*client]bool
	closed    bool
}

// New returns a server that does not listen yet.
func New(opt Options) (*Server, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opt: opt, token: secret(), session: secret(), notebooks: map[string]*book{}, clients: map[*client]bool{}}
	if opt.Files != "" {
		var err error
		if s.files, err = os.OpenRoot(opt.Files); err != nil {
			return nil, fmt.Errorf("the folder of the reports: %w", err)
		}
	}
	s.routes = s.table()
	return s, nil
}

// secret is a random text of 256 bits.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Listen takes a port of this machine's own interface, any free one for 0.
func (s *Server) Listen(port int) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("the live page: %w", err)
	}
	s.listener = l
	_, text, _ := net.SplitHostPort(l.Addr().String())
	s.hosts = map[string]bool{"127.0.0.1:" + text: true, "localhost:" + text: true, "[::1]:" + text: true}
	s.http = &http.Server{
		Handler: s.gate(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelDebug),
	}
	return nil
}

// URL is the address that lets a browser in, with the token that it exchanges
// for a cookie.
func (s *Server) URL() string {
	return "http://" + s.listener.Addr().String() + "/?token=" + s.token
}

// Serve answers until ctx ends.
func (s *Server) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, s.Close)
	defer stop()
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the live page: %w", err)
	}
	return nil
}

// Close ends all connections.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.clients {
		c.drop()
	}
	for _, n := range s.notebooks {
		n.stop()
	}
	s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close()
	}
	if s.files != nil {
		_ = s.files.Close()
	}
}

// Notebooks tells the names of notebooks that there are, before any of them is
// read.
func (s *Server) Notebooks(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.of(name)
	}
	s.tellIndex()
}

// Remove drops a notebook that is no more.
func (s *Server) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.notebooks[name]; n != nil {
		n.stop()
		delete(s.notebooks, name)
	}
	for c := range s.clients {
		if c.name == name {
			c.send(message{Event: "removed"})
		}
	}
	s.tellIndex()
}

// names are those of the notebooks, in order. The lock is held.
func (s *Server) names() []string {
	all := make([]string, 0, len(s.notebooks))
	for n := range s.notebooks {
		all = append(all, n)
	}
	sort.Strings(all)
	return all
}

// of is the notebook of a name, made if there is none. The lock is held.
func (s *Server) of(name string) *book {
	n := s.notebooks[name]
	if n == nil {
		n = &book{server: s, name: name, opt: report.Options{}}
		n.state.Name, n.state.Status = name, "waiting"
		s.notebooks[name] = n
	}
	return n
}

package preview

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// message is what a page is told: the name of an event, and its data as JSON.
type message struct {
	Event string
	Data  any
}

// maxClients bounds how many pages may be open at once.
const maxClients = 64

// client is an open page.
type client struct {
	name  string // of its notebook, empty for the index
	queue chan []byte
	gone  chan struct{}
	once  sync.Once
}

// send hands a message to a page. One that does not keep up is dropped: it
// comes again and is given the state as it is then.
func (c *client) send(m message) {
	data, err := json.Marshal(m.Data)
	if err != nil {
		return
	}
	select {
	case c.queue <- fmt.Appendf(nil, "event: %s\ndata: %s\n\n", m.Event, data):
	default:
		c.drop()
	}
}

func (c *client) drop() { c.once.Do(func() { close(c.gone) }) }

// events is the stream of what a page has to know.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	c := &client{name: r.PathValue("name"), queue: make(chan []byte, 256), gone: make(chan struct{})}
	seen, err := strconv.Atoi(r.URL.Query().Get("seen"))
	if err != nil {
		seen = -1
	}
	s.mu.Lock()
	n := s.notebooks[c.name]
	switch {
	case s.closed || c.name != "" && n == nil:
		s.mu.Unlock()
		http.Error(w, "there is no such notebook", http.StatusNotFound)
		return
	case len(s.clients) >= maxClients:
		s.mu.Unlock()
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	s.clients[c] = true
	if n != nil {
		c.send(n.greeting(seen))
		c.send(message{"state", n.state})
		c.send(message{"moved", n.moved})
	} else {
		c.send(message{"index", s.states()})
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.clients, c)
		s.mu.Unlock()
	}()

	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{})
	ping := time.NewTicker(15 * time.Second)
	defer ping.Stop()
	for {
		var b []byte
		select {
		case b = <-c.queue:
		case <-ping.C:
			b = []byte(": still here\n\n")
		case <-c.gone:
			return
		case <-r.Context().Done():
			return
		}
		_ = out.SetWriteDeadline(time.Now().Add(10 * time.Second))
		if _, err := w.Write(b); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
	}
}

// tell sends a message to the pages of a notebook. The lock is held.
func (s *Server) tell(name string, m message) {
	for c := range s.clients {
		if c.name == name {
			c.send(m)
		}
	}
}

// tellIndex tells the index what there is. The lock is held.
func (s *Server) tellIndex() {
	for c := range s.clients {
		if c.name == "" {
			c.send(message{"index", s.states()})
		}
	}
}

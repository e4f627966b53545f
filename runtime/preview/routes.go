package preview

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"viva/runtime/report"
)

//go:embed assets
var assets embed.FS

// route is one thing that can be asked for. There are no others.
type route struct {
	method, pattern string
	handle          http.HandlerFunc
}

func (s *Server) table() []route {
	return []route{
		{"GET", "/{$}", s.index},
		{"GET", "/n/{name...}", s.page},
		{"GET", "/events/{name...}", s.events},
		{"GET", "/assets/{file}", s.asset},
		{"GET", "/files/{path...}", s.file},
		{"POST", "/interrupt/{name...}", s.interrupt},
	}
}

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"html": func(s string) template.HTML { return template.HTML(s) }, // report has made it safe
}).ParseFS(assets, "assets/*.html"))

func (s *Server) write(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		s.opt.Log.Error("drawing a page", "page", name, "error", err)
		http.Error(w, "the page could not be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	states := s.states()
	s.mu.Unlock()
	s.write(w, "index.html", states)
}

// states are those of all notebooks, in order. The lock is held.
func (s *Server) states() []state {
	all := make([]state, 0, len(s.notebooks))
	for _, name := range s.names() {
		all = append(all, s.notebooks[name].state)
	}
	return all
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := s.notebooks[r.PathValue("name")]
	if n == nil {
		s.mu.Unlock()
		http.Error(w, "there is no such notebook", http.StatusNotFound)
		return
	}
	data := struct {
		report.Page
		State    state
		Sequence int
	}{n.page, n.state, n.sequence}
	s.mu.Unlock()
	s.write(w, "notebook.html", data)
}

// asset serves the scripts and styles of reports, and those of live pages.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, err := report.Asset(name)
	if err != nil {
		b, err = assets.ReadFile("assets/" + name)
	}
	if ext := path.Ext(name); err != nil || ext != ".css" && ext != ".js" {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	_, _ = w.Write(b)
}

// file serves a written report. It is shown apart from this server's pages:
// its scripts have no right to ask here for anything.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("path")
	if s.files == nil {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	f, err := s.files.Open(name)
	if err != nil {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if strings.HasSuffix(name, ".html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	w.Header().Set("Content-Security-Policy", "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = io.Copy(w, f)
}

func (s *Server) interrupt(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	s.mu.Lock()
	known := s.notebooks[name] != nil
	s.mu.Unlock()
	if !known {
		http.Error(w, "there is no such notebook", http.StatusNotFound)
		return
	}
	if s.opt.Interrupt != nil {
		s.opt.Interrupt(name)
	}
	w.WriteHeader(http.StatusNoContent)
}

package preview

import (
	"slices"
	"time"

	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/report"

	"viva/runtime/engine"
)

// Pages are drawn at most this often while a notebook runs, and a plan is only
// drawn if the run is not over by then: most are.
const (
	drawAfter = 25 * time.Millisecond
	drawEvery = 150 * time.Millisecond
)

// tail is how many of the last lines that a running cell printed are shown.
const tail = 4

// state is what is known of a notebook's run.
type state struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Status is "waiting", "running", "ok", "failed", "errors" (it does not
	// check) or "interrupted".
	Status string `json:"status"`
	// Ran and Of count cells: those that ran of those that had to, in this run.
	Ran   int   `json:"ran"`
	Of    int   `json:"of"`
	Cells int   `json:"cells"`
	Took  int64 `json:"took"` // milliseconds
	// Cell is the index of the running cell, -1 for none; Line is its line, and
	// Since how many milliseconds ago it began when this was sent.
	Cell     int       `json:"cell"`
	Line     int       `json:"line"`
	Since    int64     `json:"since"`
	Progress *progress `json:"progress,omitempty"`
	Log      []string  `json:"log,omitempty"`
	// Queued are cells that will run, Stale those that show what an earlier
	// version gave, Failed those that ended badly.
	Queued []int `json:"queued"`
	Stale  []int `json:"stale"`
	Failed []int `json:"failed"`
	Errors int   `json:"errors"`

	began time.Time
}

type progress struct {
	Label string `json:"label"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// book is a notebook and its page. The server's lock guards it.
type book struct {
	server *Server
	name   string
	opt    report.Options
	nb     *notebook.Notebook
	source []byte
	// good is the last record of a run that was not stopped by errors in the
	// check, with the notebook that it belongs to; last is the last finished one.
	good    *record.Run
	goodNB  *notebook.Notebook
	last    *record.Run
	partial *record.Run

	page     report.Page
	sequence int
	state    state
	moved    []move

	drawn time.Time
	timer *time.Timer
}

func (n *book) stop() {
	if n.timer != nil {
		n.timer.Stop()
		n.timer = nil
	}
}

// Notebook tells that a version of a notebook was read and is about to run.
func (s *Server) Notebook(name string, nb *notebook.Notebook, opt report.Options) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.of(name)
	n.nb, n.source, n.opt, n.partial = nb, nb.Source, opt, nil
	n.state.Title, n.state.Cells = nb.Meta.Title, len(nb.Cells)
	if n.sequence == 0 {
		n.draw() // there is something to open at once
	}
}

// Broken tells that a version could not be read, and why. The page keeps what
// it shows and says what is wrong.
func (s *Server) Broken(name string, source []byte, diagnostics []record.Diagnostic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.of(name)
	n.source = source
	n.state.Status, n.state.Errors, n.state.Cell = "errors", len(diagnostics), -1
	n.state.Queued, n.state.Failed = nil, nil
	if n.good == nil {
		n.state.Title = name
		if page, err := report.LiveFailure(name, source, diagnostics, nil); err == nil {
			n.show(page)
		}
	} else {
		n.nb = n.goodNB
		r := *n.good
		r.Status, r.Diagnostics = record.Failed, diagnostics
		for i := range r.Diagnostics {
			r.Diagnostics[i].Cell = -1
		}
		n.state.Stale = everyCell(r.Cells)
		n.render(&r)
	}
	n.tell()
}

func everyCell(cells []record.Cell) []int {
	all := make([]int, len(cells))
	for i := range cells {
		all[i] = i
	}
	return all
}

// Event tells what happens in a run of a notebook.
func (s *Server) Event(name string, e engine.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.notebooks[name]
	if n == nil || n.nb == nil {
		return
	}
	st := &n.state
	switch e.Kind {
	case "start":
		st.Ran, st.Of, st.Errors, st.Cell, st.Queued, st.Log, st.Progress = 0, 0, 0, -1, nil, nil, nil
		return
	case "checked":
		n.partial = e.Record
		return // what follows tells what to make of it
	case "plan":
		st.Status, st.Queued, st.Stale, st.Failed, st.Of = "running", e.Stale, slices.Clone(e.Stale), nil, len(e.Stale)
		if len(e.Stale) > 0 {
			n.later(drawAfter)
		}
		return
	case "cell":
		st.Cell, st.Line, st.began, st.Progress, st.Log = e.Cell, e.Line, time.Now(), nil, nil
		st.Queued = slices.DeleteFunc(slices.Clone(st.Queued), func(i int) bool { return i == e.Cell })
		n.later(drawAfter)
		return
	case "progress":
		st.Progress = &progress{e.Progress.Label, e.Progress.Done, e.Progress.Total}
		n.later(drawAfter)
		return
	case "text":
		st.Log = append(st.Log, lines(e.Text)...)
		st.Log = slices.Clone(st.Log[max(0, len(st.Log)-tail):])
		n.later(drawAfter)
		return
	case "ended":
		n.partial = e.Record
		st.Ran++
		st.Cell, st.Progress, st.Log = -1, nil, nil
		st.Stale = slices.DeleteFunc(slices.Clone(st.Stale), func(i int) bool { return i == e.Cell })
		n.later(drawAfter)
		return
	case "restart":
		return
	case "done":
		n.done(e)
	}
}

// lines are the lines of a printed text.
func lines(text string) []string {
	var all []string
	start := 0
	for i := range len(text) {
		if text[i] == '\n' {
			all = append(all, text[start:i])
			start = i + 1
		}
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return slices.DeleteFunc(all, func(l string) bool { return l == "" })
}

// done takes over the result of a run.
func (n *book) done(e engine.Event) {
	n.stop()
	st, r := &n.state, e.Record
	n.partial = nil
	st.Cell, st.Queued, st.Progress, st.Log, st.Took = -1, nil, nil, nil, e.Took.Milliseconds()
	st.Stale, st.Failed, st.Errors = nil, nil, 0
	for _, d := range r.Diagnostics {
		if d.Severity == "error" {
			st.Errors++
		}
	}
	ran := false
	for i, c := range r.Cells {
		ran = ran || c.Status != record.NotRun && c.Status != record.Off
		if c.Status.Bad() {
			st.Failed = append(st.Failed, i)
		}
	}
	switch {
	case r.Status == record.Interrupted:
		st.Status = "interrupted"
	case !r.Status.Bad():
		st.Status = "ok"
	case ran || len(r.Cells) == 0:
		st.Status = "failed"
	default:
		st.Status = "errors"
	}
	if t := r.Tally(); st.Status == "ok" && t.GatesPassed < t.Gates {
		st.Status = "failed"
	}
	shown := r
	if st.Status == "ok" || st.Status == "failed" {
		if n.last != nil {
			n.moved = moves(n.last, r)
		}
		n.good, n.goodNB, n.last = r, n.nb, r
		n.server.tell(n.name, message{"moved", n.moved})
	} else {
		shown, st.Stale = n.merged(r)
	}
	n.render(shown)
	n.tell()
}

// later draws the page, and tells the state, a little later; not more often
// than the eye can follow.
func (n *book) later(wait time.Duration) {
	if n.timer != nil {
		return
	}
	wait = max(wait, drawEvery-time.Since(n.drawn))
	n.timer = time.AfterFunc(wait, func() {
		n.server.mu.Lock()
		defer n.server.mu.Unlock()
		if n.timer == nil {
			return // the run is over
		}
		n.timer = nil
		n.draw()
		n.tell()
	})
}

// draw draws what is known so far.
func (n *book) draw() {
	r := n.partial
	if r == nil {
		r = engine.NotRun(n.nb, "")
	}
	merged, _ := n.merged(r)
	n.render(merged)
}

// render draws a record and tells the pages what is different.
func (n *book) render(r *record.Run) {
	page, err := report.Live(n.nb, r, n.opt)
	if err != nil {
		n.server.opt.Log.Error("drawing a report", "notebook", n.name, "error", err)
		return
	}
	n.show(page)
}

func (n *book) show(page report.Page) {
	n.drawn = time.Now()
	p, changed := difference(n.page, page)
	n.page = page
	if !changed && n.sequence > 0 {
		return
	}
	p.From, n.sequence = n.sequence, n.sequence+1
	p.To = n.sequence
	n.server.tell(n.name, message{"patch", p})
}

// tell tells the state to the notebook's pages and to the index.
func (n *book) tell() {
	if n.state.Cell >= 0 {
		n.state.Since = time.Since(n.state.began).Milliseconds()
	}
	n.server.tell(n.name, message{"state", n.state})
	n.server.tellIndex()
}

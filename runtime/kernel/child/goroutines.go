package child

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// GoroutineGrace is how long a cell that has come to its end waits for the
// goroutines that it started. Those that still run then are reported.
const GoroutineGrace = 2 * time.Second

// PanicGrace is how long a cell may go on after a panic in one of its
// goroutines. In Go it would end at once, but nothing can stop code from
// outside and keep its process, so it is given the time to come to its end by
// itself, and what it prints is dropped; then its process ends.
const PanicGrace = 500 * time.Millisecond

// task is a goroutine that a cell's go statement started.
type task struct {
	line int
	// cell is the number of the request that the goroutine belongs to: that in
	// which the statement ran, or that of the goroutine that ran it.
	cell int
	// stopped is why a goroutine of a compiled notebook ends itself.
	stopped *Failure
}

// tasks are the goroutines that go statements started and that still run.
type tasks struct {
	mu      sync.Mutex
	cell    int
	running map[*task]bool
	ids     map[uint64]*task
	// stale counts those of earlier cells.
	stale int
	// changed receives when a goroutine of this cell has ended.
	changed chan struct{}
	// failure is a panic in one of them that no cell has failed with yet.
	failure *Failure
	// dropped says that something a stale one gave was dropped.
	dropped bool
}

func newTasks() tasks {
	return tasks{running: map[*task]bool{}, ids: map[uint64]*task{}, changed: make(chan struct{}, 1)}
}

// begin makes a new cell the one to which goroutines belong, and reports
// whether some of earlier ones still run.
func (ts *tasks) begin() (stale bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.cell++
	ts.stale = len(ts.running)
	ts.changed = make(chan struct{}, 1)
	return ts.stale > 0
}

// Go runs f in a goroutine that belongs to the running cell. Line is that of
// the go statement. A panic in it fails the cell.
func (c *Child) Go(line int, f func()) {
	t := c.tasks.add(line)
	go c.runTask(t, f)
}

// add adds a goroutine that is about to start.
func (ts *tasks) add(line int) *task {
	t := &task{line: line}
	parent := goroutineID()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t.cell = ts.cell
	if p := ts.ids[parent]; p != nil && p.cell != ts.cell {
		t.cell = p.cell
		ts.stale++
	}
	ts.running[t] = true
	return t
}

// runTask is what a goroutine that was added runs.
func (c *Child) runTask(t *task, f func()) {
	ts := &c.tasks
	id := goroutineID()
	ts.mu.Lock()
	ts.ids[id] = t
	ts.mu.Unlock()
	defer func() {
		if v := recover(); v != nil {
			c.failTask(c.taskPanicked(t, v))
		} else if t.stopped != nil {
			c.failTask(t.stopped)
		}
		ts.mu.Lock()
		defer ts.mu.Unlock()
		delete(ts.running, t)
		delete(ts.ids, id)
		if t.cell != ts.cell {
			ts.stale--
			return
		}
		select {
		case ts.changed <- struct{}{}:
		default:
		}
	}()
	f()
}

// current is the calling goroutine, nil if no go statement of a cell started
// it.
func (ts *tasks) current() *task {
	id := goroutineID()
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.ids[id]
}

// taskPanicked says what a panic in a goroutine means. Where the place of the
// panic is not known, the line of the go statement stands for it.
func (c *Child) taskPanicked(t *task, v any) *Failure {
	f := c.runner.Panicked(v)
	if message, ok := strings.CutPrefix(f.Message, "panic: "); ok {
		f.Message = GoroutinePanic + message
		if f.Column == 0 {
			f.Line = t.line
		}
		if f.Hint == "" {
			f.Hint = GoroutineHint
		}
	}
	return f
}

// failTask makes f the failure of the running cell, or of the next if none
// runs.
func (c *Child) failTask(f *Failure) {
	c.Flush() // what was printed before is not dropped
	c.tasks.mu.Lock()
	defer c.tasks.mu.Unlock()
	if c.tasks.failure != nil {
		return
	}
	c.tasks.failure = f
	cell := c.tasks.cell
	time.AfterFunc(PanicGrace, func() {
		c.tasks.mu.Lock()
		overdue := c.tasks.failure == f && c.tasks.cell == cell && c.busy.Load()
		c.tasks.mu.Unlock()
		if overdue {
			c.end(f)
		}
	})
}

// How panics in goroutines are told.
const (
	GoroutinePanic = "panic in a goroutine: "
	GoroutineHint  = "recover it in the goroutine, or send it over a channel as an error"
)

// takeFailure is the panic in a goroutine that the cell has to fail with.
func (ts *tasks) takeFailure() *Failure {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	f := ts.failure
	ts.failure = nil
	return f
}

// mine are the lines whose goroutines belong to this cell and still run.
func (ts *tasks) mine() []int {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	var lines []int
	for t := range ts.running {
		if t.cell == ts.cell {
			lines = append(lines, t.line)
		}
	}
	slices.Sort(lines)
	return lines
}

// end ends the process, because nothing else can end the cell.
func (c *Child) end(f *Failure) {
	c.Flush()
	c.flushTails()
	c.message(Message{Done: &Done{Failure: f, Ending: true}})
	os.Exit(4)
}

// settle waits for the goroutines of a cell whose statements have ended, and
// warns of those that do not end. They may be waiting for a cell below.
func (c *Child) settle() {
	deadline := time.After(GoroutineGrace)
	look := time.NewTicker(NapTick)
	defer look.Stop()
	var naps naps
	for waiting := true; waiting && len(c.tasks.mine()) > 0 && !c.tasks.failing(); {
		select {
		case <-c.tasks.changed:
		case <-look.C:
			// If nothing in this process will wake them, there is nothing to wait for.
			waiting = c.mayWake() || !naps.asleep(c.own)
		case <-deadline:
			waiting = false
		}
	}
	lines := c.tasks.mine()
	if len(lines) == 0 {
		return
	}
	c.Send(Event{Warning: &Failure{Message: StillRun(lines), Started: lines, Line: lines[0],
		Hint: "wait for them, for example with a sync.WaitGroup; what they print from here on is dropped"}})
}

// StillRun says on which lines goroutines were started that still run.
func StillRun(lines []int) string {
	if len(lines) == 1 {
		return fmt.Sprintf("1 goroutine still runs: started on line %d", lines[0])
	}
	places := slices.Compact(slices.Clone(lines))
	texts := make([]string, len(places))
	for i, l := range places {
		texts[i] = strconv.Itoa(l)
	}
	word := "lines"
	if len(places) == 1 {
		word = "line"
	}
	return fmt.Sprintf("%d goroutines still run: started on %s %s", len(lines), word, strings.Join(texts, ", "))
}

func (ts *tasks) failing() bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.failure != nil
}

// silenced reports whether what the calling goroutine gives is to be dropped:
// it belongs to an earlier cell, or its cell has failed by a panic already.
func (c *Child) silenced() bool {
	c.tasks.mu.Lock()
	defer c.tasks.mu.Unlock()
	switch {
	case c.tasks.failure != nil:
		return true
	case c.tasks.stale == 0 && c.busy.Load():
		return false
	}
	// Between two cells there is none that it could be shown with, and the
	// goroutines of the one before are not counted as stale yet.
	if t := c.tasks.ids[goroutineID()]; t != nil && (t.cell != c.tasks.cell || !c.busy.Load()) {
		c.tasks.dropped = true
		return true
	}
	return false
}

// tellDropped warns, once in a cell, of what stale goroutines gave meanwhile.
func (c *Child) tellDropped() {
	c.tasks.mu.Lock()
	dropped := c.tasks.dropped
	c.tasks.dropped = false
	c.tasks.mu.Unlock()
	if dropped {
		c.Send(Event{Warning: &Failure{Message: "what goroutines of cells above printed while this cell ran was dropped",
			Hint: "let each cell wait for the goroutines that it starts"}})
	}
}

// goroutineID is the number of the calling goroutine.
func goroutineID() uint64 {
	var buf [64]byte
	rest := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	digits, _, _ := bytes.Cut(rest, []byte{' '})
	id, _ := strconv.ParseUint(string(digits), 10, 64)
	return id
}

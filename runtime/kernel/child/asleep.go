package child

import (
	"bytes"
	"context"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A cell that waits for something that cannot happen would wait until its
// timeout. Go tells so when all goroutines are asleep, but in a kernel some are
// always awake, its own. So the kernel looks at the states of the others: if
// all of them wait for each other, and nothing outside can wake one, the cell
// ends. Timers are outside, and no state tells that a channel is one's, so
// nothing is judged in a kernel whose code uses time or context, or waits for
// the end of ctx.

// NapTick is how often the goroutines' states are looked at, and need in naps.asleep how
// many times they must be the same in a row.
const NapTick = 250 * time.Millisecond

// mainGoroutine runs the cells' statements, or waits for the goroutine that does.
const mainGoroutine = 1

// heeded is the cells' context; it knows whether somebody waits for its end.
type heeded struct {
	context.Context
	waits *atomic.Bool
}

func (h heeded) Done() <-chan struct{} {
	h.waits.Store(true)
	return h.Context.Done()
}

// Timed notes that code may be woken by time.
func (c *Child) Timed() { c.timed.Store(true) }

// mayWake reports whether sleeping goroutines may be woken from outside.
func (c *Child) mayWake() bool { return c.timed.Load() || c.waits.Load() || c.tasks.failing() }

// watch ends the process with a message when the running cell's goroutines are
// all asleep.
func (c *Child) watch(stop <-chan struct{}) {
	tick := time.NewTicker(NapTick)
	defer tick.Stop()
	var naps naps
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		if c.mayWake() || !naps.asleep(c.own) {
			continue
		}
		select {
		case <-stop:
			return
		default:
		}
		c.end(&Failure{Message: AsleepMessage, Line: c.Running(), Hint: AsleepHint})
	}
}

// What a deadlock is told as.
const (
	AsleepMessage = "the cell waits for something that cannot happen: all goroutines are asleep"
	AsleepHint    = "look for a channel that nobody sends to or receives from, a mutex that is locked twice, or a WaitGroup that is never done"
)

// naps remembers how often in a row the same goroutines were asleep.
type naps struct {
	last string
	seen int
}

// asleep reports whether all goroutines but the kernel's own and the calling one
// have slept in the same places for some ticks.
func (n *naps) asleep(own map[uint64]bool) bool {
	const need = 3
	state, ok := sleeping(own)
	if !ok || state != n.last {
		n.last, n.seen = state, 0
		return false
	}
	n.seen++
	return n.seen >= need-1
}

// asleepStates are those in which only another goroutine can wake one.
var asleepStates = map[string]bool{
	"chan receive": true, "chan send": true, "chan receive (nil chan)": true, "chan send (nil chan)": true,
	"select": true, "select (no cases)": true, "semacquire": true, "sync.Mutex.Lock": true,
	"sync.RWMutex.Lock": true, "sync.RWMutex.RLock": true, "sync.Cond.Wait": true, "sync.WaitGroup.Wait": true,
}

// sleeping reports whether all goroutines are asleep but the kernel's own and
// the calling one, and which they are. It costs a moment in which the
// world stands still, so it first asks the scheduler if any other runs.
func sleeping(own map[uint64]bool) (string, bool) {
	busy := []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}, {Name: "/sched/goroutines/running:goroutines"}}
	metrics.Read(busy)
	if busy[0].Value.Kind() == metrics.KindUint64 && busy[0].Value.Uint64() > 0 ||
		busy[1].Value.Kind() == metrics.KindUint64 && busy[1].Value.Uint64() > 1 {
		return "", false
	}
	buf := make([]byte, 1<<20)
	n := runtime.Stack(buf, true)
	if n == len(buf) {
		return "", false // too many to judge
	}
	var state strings.Builder
	asleep := 0
	for i, block := range bytes.Split(buf[:n], []byte("\n\n")) {
		id, what, ok := header(block)
		if !ok {
			return "", false
		}
		if i == 0 || own[id] {
			continue // the first is the calling one
		}
		if !asleepStates[what] {
			return "", false
		}
		asleep++
		state.WriteString(strconv.FormatUint(id, 10) + what + ";")
	}
	return state.String(), asleep > 0
}

// header reads "goroutine 12 [chan receive, 2 minutes]:".
func header(block []byte) (id uint64, state string, ok bool) {
	line, _, _ := strings.Cut(string(block), "\n")
	rest, ok := strings.CutPrefix(line, "goroutine ")
	if !ok {
		return 0, "", false
	}
	number, rest, _ := strings.Cut(rest, " ")
	id, err := strconv.ParseUint(number, 10, 64)
	_, rest, open := strings.Cut(rest, "[")
	state, _, closed := strings.Cut(rest, "]")
	state, _, _ = strings.Cut(state, ",")
	return id, state, err == nil && open && closed
}

// goroutineIDs are the numbers of all goroutines but the main one.
func goroutineIDs() map[uint64]bool {
	buf := make([]byte, 1<<20)
	own := map[uint64]bool{}
	for _, block := range bytes.Split(buf[:runtime.Stack(buf, true)], []byte("\n\n")) {
		if id, _, ok := header(block); ok && id != mainGoroutine {
			own[id] = true
		}
	}
	return own
}

package kernel

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"viva/runtime/cell"
	"viva/runtime/kernel/child"
	"viva/runtime/lower"
	"viva/runtime/record"
)

// lowered is the code of a cell as package cell hands it over: go statements
// are calls of sup.Go with their line. The body runs on line 10 by its own
// account.
func lowered(n int, decls, body string, packages ...string) cell.Code {
	u := cell.Unit{Imports: []cell.Import{{Name: "sup", Path: lower.Support}}, Calls: []string{fmt.Sprintf("cell%d()", n)}}
	for _, p := range packages {
		u.Imports = append(u.Imports, cell.Import{Name: p, Path: p})
	}
	u.Decls = fmt.Sprintf("%s\nfunc cell%d() { sup.Line(10)\n%s\n}", decls, n, body)
	return cell.Code{Units: []cell.Unit{u}}
}

// ended is how a cell ended and what it told.
type ended struct {
	Result
	text     string
	warnings []Failure
}

func runLowered(t *testing.T, k *Kernel, code cell.Code) ended {
	t.Helper()
	var e ended
	e.Result = k.Run(t.Context(), code, 30*time.Second, func(ev Event) {
		e.text += ev.Text
		if ev.Warning != nil {
			e.warnings = append(e.warnings, *ev.Warning)
		}
	})
	return e
}

func startLowered(t *testing.T) *Kernel {
	t.Helper()
	return begin(t, program(t, "1"))
}

func TestACellEndsWithItsGoroutines(t *testing.T) {
	t.Parallel()
	k := startLowered(t)
	// Nobody waits for it, but the cell does.
	e := runLowered(t, k, lowered(1, "", "sup.Go(11, func() { time.Sleep(50 * time.Millisecond); fmt.Print(\"late\") })", "time", "fmt"))
	if e.Status != record.OK || e.text != "late" || len(e.warnings) > 0 {
		t.Errorf("%s %+v %q %+v", e.Status, e.Failure, e.text, e.warnings)
	}
	if e.Took >= child.GoroutineGrace {
		t.Errorf("it took %v, although all goroutines had ended", e.Took)
	}
}

func TestAPanicInAGoroutineFailsItsCell(t *testing.T) {
	t.Parallel()
	const decls = "var wg sync.WaitGroup"
	for i, c := range []struct {
		name, body string
		status     record.Status
		message    string
		line       int
	}{
		{"the cell comes to its end", "wg.Add(1)\nsup.Go(12, func() { defer wg.Done(); panic(\"in the dark\") })\nwg.Wait()", record.Failed, "panic in a goroutine: in the dark", 12},
		{"the cell prints on", "sup.Go(12, func() { panic(\"in the dark\") })\ntime.Sleep(300 * time.Millisecond)\nfmt.Print(\"after\")", record.Failed, "panic in a goroutine: in the dark", 12},
		{"the cell waits for ever", "sup.Go(11, func() { panic(fmt.Errorf(\"no %d\", 1)) })\nselect {}", record.Killed, "panic in a goroutine: no 1", 11},
		{"the cell calculates for ever", "sup.Go(11, func() { panic(7) })\nfor {\n}", record.Killed, "panic in a goroutine: 7", 11},
		{"must", "wg.Add(1)\nsup.Go(11, func() { defer wg.Done(); sup.Fail(13, fmt.Errorf(\"no file\")) })\nwg.Wait()", record.Failed, "no file", 13},
		{"a goroutine of a goroutine", "wg.Add(1)\nsup.Go(11, func() { sup.Go(12, func() { defer wg.Done(); panic(\"deep\") }) })\nwg.Wait()", record.Failed, "panic in a goroutine: deep", 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := startLowered(t)
			e := runLowered(t, k, lowered(i, decls, c.body, "sync", "fmt", "time"))
			if e.Status != c.status || e.Failure == nil || e.Failure.Message != c.message || e.Failure.Line != c.line {
				t.Errorf("%s %+v", e.Status, e.Failure)
			}
			// In Go, the program would have ended before.
			if e.text != "" {
				t.Errorf("printed %q after the panic", e.text)
			}
			if e.Took > child.PanicGrace+5*time.Second {
				t.Errorf("it took %v", e.Took)
			}
			if c.status == record.Failed {
				if e := runLowered(t, k, lowered(100+i, "", "fmt.Print(\"next\")", "fmt")); e.Status != record.OK || e.text != "next" {
					t.Errorf("the next cell: %s %+v %q", e.Status, e.Failure, e.text)
				}
			}
		})
	}
}

func TestGoroutinesThatDoNotEndAreReported(t *testing.T) {
	t.Parallel()
	k := startLowered(t)
	// They print until the cell after this one says that they may end.
	code := lowered(1, "var stop atomic.Bool\nfunc chatter() { for !stop.Load() { fmt.Print(\"stale \"); time.Sleep(5 * time.Millisecond) } }",
		"fmt.Print(\"own \")\nsup.Go(12, chatter)\nsup.Go(13, func() { sup.Go(4, chatter) })", "fmt", "time")
	code.Units[0].Imports = append(code.Units[0].Imports, cell.Import{Name: "atomic", Path: "sync/atomic"})
	e := runLowered(t, k, code)
	if e.Status != record.OK || !strings.HasPrefix(e.text, "own ") || e.Took < child.GoroutineGrace {
		t.Errorf("%s %+v %q after %v", e.Status, e.Failure, e.text, e.Took)
	}
	if len(e.warnings) != 1 || e.warnings[0].Message != "2 goroutines still run: started on lines 4, 12" || e.warnings[0].Line != 4 {
		t.Errorf("%+v", e.warnings)
	}

	e = runLowered(t, k, lowered(3, "", "time.Sleep(50 * time.Millisecond)\nfmt.Print(\"next\")\nstop.Store(true)"))
	if e.Status != record.OK || e.text != "next" || e.Took >= child.GoroutineGrace {
		t.Errorf("%s %+v %q after %v", e.Status, e.Failure, e.text, e.Took)
	}
	if len(e.warnings) != 1 || !strings.HasPrefix(e.warnings[0].Message, "what goroutines of cells above printed") {
		t.Errorf("%+v", e.warnings)
	}
	time.Sleep(100 * time.Millisecond)
	if e = runLowered(t, k, lowered(4, "", "fmt.Print(\"clean\")")); e.text != "clean" || len(e.warnings) > 0 {
		t.Errorf("%q %+v", e.text, e.warnings)
	}
}

// One that waits for a cell below is reported, but not waited for.
func TestAGeneratorMayServeTheCellsBelow(t *testing.T) {
	t.Parallel()
	k := startLowered(t)
	e := runLowered(t, k, lowered(1, "var numbers = make(chan int)", "sup.Go(11, func() { for i := 0; i < 3; i++ { numbers <- i }; close(numbers) })"))
	if e.Status != record.OK || len(e.warnings) != 1 || e.warnings[0].Message != "1 goroutine still runs: started on line 11" {
		t.Fatalf("%s %+v %+v", e.Status, e.Failure, e.warnings)
	}
	e = runLowered(t, k, lowered(2, "", "for n := range numbers { fmt.Print(n) }", "fmt"))
	if e.Status != record.OK || e.text != "012" || len(e.warnings) > 0 {
		t.Errorf("%s %+v %q %+v", e.Status, e.Failure, e.text, e.warnings)
	}
}

// A goroutine of a cell above panics while another cell runs or between two.
func TestALatePanicFailsTheCellThatRunsOrTheNext(t *testing.T) {
	t.Parallel()
	k := startLowered(t)
	e := runLowered(t, k, lowered(1, "var begin = make(chan int)", "sup.Go(11, func() { <-begin; for n := 0; n < 100000; n++ { }; panic(\"later\") })"))
	if e.Status != record.OK || len(e.warnings) != 1 {
		t.Fatalf("%s %+v %+v", e.Status, e.Failure, e.warnings)
	}
	e = runLowered(t, k, lowered(2, "", "begin <- 1"))
	if e.Status == record.OK {
		for n := 10; e.Status == record.OK && n < 1000; n++ {
			time.Sleep(20 * time.Millisecond)
			e = runLowered(t, k, lowered(n, "", "sup.Line(10)"))
		}
	}
	if e.Status != record.Failed || e.Failure.Message != "panic in a goroutine: later" || e.Failure.Line != 11 {
		t.Errorf("%s %+v", e.Status, e.Failure)
	}
	if e = runLowered(t, k, lowered(4, "", "fmt.Print(\"on\")", "fmt")); e.Status != record.OK || e.text != "on" {
		t.Errorf("the cell after that: %s %+v", e.Status, e.Failure)
	}
}

func TestADeadlockIsToldAsSuch(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		name, body string
		packages   []string
	}{
		{"nobody sends", "c := make(chan int)\n<-c", nil},
		{"nobody receives", "c := make(chan int)\nc <- 1", nil},
		{"an empty select", "select {}", nil},
		{"a mutex", "var mu sync.Mutex\nmu.Lock()\nmu.Lock()", []string{"sync"}},
		{"two that wait for each other", "a, b := make(chan int), make(chan int)\nsup.Go(12, func() { <-a; b <- 1 })\n<-b\na <- 1", nil},
		{"a group that is never done", "var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()", []string{"sync"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := startLowered(t)
			e := runLowered(t, k, lowered(i, "", c.body, c.packages...))
			if e.Status != record.Killed || e.Failure.Message != child.AsleepMessage || e.Failure.Line != 10 {
				t.Errorf("%s %+v", e.Status, e.Failure)
			}
			if e.Took > 10*time.Second {
				t.Errorf("it took %v", e.Took)
			}
		})
	}
}

// What waits for time, for the end of ctx, or for work in another goroutine is
// no deadlock.
func TestWaitingIsNoDeadlock(t *testing.T) {
	t.Parallel()
	const long = 4 * child.NapTick
	for i, c := range []struct {
		name, body string
		packages   []string
	}{
		{"a timer", fmt.Sprintf("<-time.After(%d)", 2*long), []string{"time"}},
		{"a goroutine that sleeps", fmt.Sprintf("c := make(chan int)\nsup.Go(12, func() { time.Sleep(%d); c <- 1 })\n<-c", 2*long), []string{"time"}},
		{"a goroutine that calculates", "c := make(chan int)\nsup.Go(12, func() { n := 0; for i := 0; i < 20000000; i++ { n += i }; c <- n })\n<-c", nil},
		{"a derived context", fmt.Sprintf("d, cancel := context.WithTimeout(sup.Ctx, %d)\ndefer cancel()\n<-d.Done()", 2*long), []string{"context"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := startLowered(t)
			if e := runLowered(t, k, lowered(i, "", c.body, c.packages...)); e.Status != record.OK {
				t.Errorf("%s %+v", e.Status, e.Failure)
			}
		})
	}
	t.Run("the end of ctx", func(t *testing.T) {
		t.Parallel()
		k := startLowered(t)
		r := k.Run(t.Context(), lowered(1, "", "<-sup.Ctx.Done()"), 2*long, func(Event) {})
		if r.Status != record.TimedOut || !strings.Contains(r.Failure.Hint, "asleep") {
			t.Errorf("%s %+v", r.Status, r.Failure)
		}
	})
}

package kernel

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"viva/runtime/cell"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// program checks and lowers cells. The code of the first begins on line 2.
func program(t *testing.T, cells ...string) *cell.Program {
	t.Helper()
	nb, err := notebook.Parse("n.md", []byte("```go\n"+strings.Join(cells, "\n```\n```go\n")+"\n```\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, diagnostics := cell.Check(nb, nil)
	if p == nil {
		t.Fatal(diagnostics)
	}
	return p
}

func begin(t *testing.T, p *cell.Program) *Kernel {
	t.Helper()
	k, err := Start(t.Context(), Options{Prelude: p.Prelude})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// printed runs a cell and returns what it printed to each stream.
func printed(t *testing.T, k *Kernel, code cell.Code) map[string]string {
	t.Helper()
	got := map[string]string{}
	r := k.Run(t.Context(), code, time.Minute, func(e Event) { got[e.Stream] += e.Text })
	if r.Status != record.OK {
		t.Fatalf("%s: %+v", r.Status, r.Failure)
	}
	return got
}

func TestAKernelThatDiedBetweenRunsSaysSo(t *testing.T) {
	p := program(t, "1", "2")
	k := begin(t, p)
	printed(t, k, p.Cells[0])
	if err := k.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	r := k.Run(t.Context(), p.Cells[1], time.Minute, func(Event) {})
	if r.Status != record.Killed || r.Failure == nil || runtime.GOOS != "windows" && !strings.Contains(r.Failure.Message, "the kernel was ended from outside: signal: killed") {
		t.Errorf("%s: %+v", r.Status, r.Failure)
	}
	again := k.Run(t.Context(), p.Cells[1], time.Minute, func(Event) {})
	if again.Status != record.Killed || again.Failure.Message != "the kernel has ended" {
		t.Errorf("%s: %+v", again.Status, again.Failure)
	}
}

func TestCloseEndsTheProcessAndMayBeRepeated(t *testing.T) {
	p := program(t, "1")
	k := begin(t, p)
	k.Close()
	if k.cmd.ProcessState == nil {
		t.Error("the process was not waited for")
	}
	k.Close()
	if r := k.Run(t.Context(), p.Cells[0], 0, func(Event) {}); r.Status != record.Killed {
		t.Errorf("status %s after Close", r.Status)
	}
}

// A process that ends in whatever way is waited for, or each would stay as a
// zombie until the program ends.
func TestEveryEndIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       record.Status
	}{
		{"crash", "go func() { panic(\"x\") }()\n<-ctx.Done()", record.Killed},
		{"timeout that is not heeded", "for {\n}", record.TimedOut},
		{"crash at the timeout", "<-ctx.Done()\ngo func() { panic(\"x\") }()\nfor {\n}", record.TimedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := program(t, c.code)
			k := begin(t, p)
			timeout := 200 * time.Millisecond
			if c.want == record.Killed {
				timeout = time.Minute
			}
			if r := k.Run(t.Context(), p.Cells[0], timeout, func(Event) {}); r.Status != c.want {
				t.Errorf("%s: %+v", r.Status, r.Failure)
			}
			k.Close()
			if k.cmd.ProcessState == nil {
				t.Error("the process was not waited for")
			}
		})
	}
}

func TestNothingRunsAfterTheContextHasEnded(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if k, err := Start(ended, Options{}); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("Start gave %v, %v", k, err)
	}
	p := program(t, "fmt.Print(\"run\")")
	k := begin(t, p)
	got := ""
	r := k.Run(ended, p.Cells[0], 0, func(e Event) { got += e.Text })
	if r.Status != record.Interrupted || r.Failure.Message != "interrupted" || got != "" {
		t.Errorf("%s %+v, printed %q", r.Status, r.Failure, got)
	}
	if got := printed(t, k, p.Cells[0])["stdout"]; got != "run" {
		t.Errorf("the kernel is of no use afterwards: %q", got)
	}
}

func TestHugeLinesArriveWhole(t *testing.T) {
	const size = 5_000_001
	p := program(t, "huge := strings.Repeat(\"x\", 5000001)", "fmt.Print(huge)", "fmt.Fprint(os.Stdout, huge)", "fmt.Fprint(os.Stderr, huge)", "huge[:10]")
	k := begin(t, p)
	printed(t, k, p.Cells[0])
	for i, stream := range []string{1: "stdout", 2: "stdout", 3: "stderr"} {
		if stream == "" {
			continue
		}
		if got := printed(t, k, p.Cells[i]); len(got[stream]) != size || strings.Trim(got[stream], "x") != "" || len(got) > 2 {
			t.Errorf("cell %d printed %d bytes to %s", i, len(got[stream]), stream)
		}
	}
}

func TestTextIsUTF8WhereverItIsCut(t *testing.T) {
	const text = "añ日本語🙂e\u0301"
	p := program(t,
		// A byte at a time, as a writer with a buffer might cut it.
		"for _, b := range []byte(\"añ日本語🙂e\u0301\") {\n\tos.Stdout.Write([]byte{b})\n}",
		"for _, b := range []byte(\"añ日本語🙂e\u0301\") {\n\tfmt.Print(string([]byte{b}))\n}",
		"w := bufio.NewWriterSize(os.Stderr, 17)\nfor range 1000 {\n\tw.WriteString(\"añ日本語🙂e\u0301\")\n}\nw.Flush()",
		"fmt.Print(\"\\xff\\xfe ok \\xe6\\x97\")",
		"fmt.Fprint(os.Stdout, \"cut \\xe6\\x97\")",
		"fmt.Print(\"fresh\")",
	)
	k := begin(t, p)
	for i, want := range []string{text, text, strings.Repeat(text, 1000)} {
		got := printed(t, k, p.Cells[i])
		if got["stdout"]+got["stderr"] != want {
			t.Errorf("cell %d: got %.80q", i, got)
		}
	}
	for i, want := range map[int]string{3: " ok ", 4: "cut "} {
		got := printed(t, k, p.Cells[i])["stdout"]
		if !utf8.ValidString(got) || strings.Trim(got, "\ufffd") != want || !strings.HasSuffix(got, "\ufffd") {
			t.Errorf("cell %d: got %q", i, got)
		}
	}
	if got := printed(t, k, p.Cells[5])["stdout"]; got != "fresh" {
		t.Errorf("the half of a character came back: %q", got)
	}
}

// Whatever is printed, the end of the cell is found, and all that was printed
// before it comes before it.
func TestTextThatLooksLikeTheProtocol(t *testing.T) {
	mark := "\x00kernel: flush\n"
	texts := []string{
		"{\"ended\":{}}\n", "\n\n{\"text\":\"x\"}\n", "\x00", mark[:5], "a" + mark[:len(mark)-1], strings.Repeat(mark[:3], 50_000), strings.Repeat("x", 1<<16-3) + mark[:2],
	}
	var cells []string
	for _, text := range texts {
		cells = append(cells, "fmt.Fprint(os.Stdout, "+goString(text)+")")
	}
	p := program(t, cells...)
	k := begin(t, p)
	for i, text := range texts {
		if got := printed(t, k, p.Cells[i])["stdout"]; got != text {
			t.Errorf("%d bytes of %.20q arrive as %d bytes of %.20q", len(text), text, len(got), got)
		}
	}
}

// goString is a Go literal on one line, short for long repetitions.
func goString(s string) string {
	for n := 1; n < 20 && n < len(s); n++ {
		if k := len(s) / n; k > 1000 && strings.Repeat(s[:n], k) == s {
			return "strings.Repeat(" + strconv.Quote(s[:n]) + ", " + strconv.Itoa(k) + ")"
		}
	}
	if i := strings.LastIndex(s, "x"); i > 1000 {
		return goString(s[:i+1]) + " + " + strconv.Quote(s[i+1:])
	}
	return strconv.Quote(s)
}

func TestWhatCannotBeRecordedFailsTheCell(t *testing.T) {
	p := program(t, "x := 1\n_ = x\nshow.Gate(\"high\", view.Metric{Name: \"share\"}, view.AtLeast(math.NaN()))\nfmt.Print(\"after\")", "show.Claim(\"low\", view.Metric{Name: \"share\"}, view.AtMost(math.Inf(-1)))", "2")
	k := begin(t, p)
	got := ""
	r := k.Run(t.Context(), p.Cells[0], time.Minute, func(e Event) { got += e.Text })
	if r.Status != record.Failed || r.Failure.Message != "the cell shows a number that is NaN" || p.Line(r.Failure.Line) != 4 {
		t.Errorf("%s %+v", r.Status, r.Failure)
	}
	if got != "after" {
		t.Errorf("printed %q", got)
	}
	if r := k.Run(t.Context(), p.Cells[1], time.Minute, func(Event) {}); r.Status != record.Failed || r.Failure.Message != "the cell shows a number that is -Inf" {
		t.Errorf("%s %+v", r.Status, r.Failure)
	}
	printed(t, k, p.Cells[2])
}

func TestTheKernelRunsInItsFolder(t *testing.T) {
	dir := t.TempDir()
	p := program(t, "fmt.Print(must(os.Getwd()))")
	k, err := Start(t.Context(), Options{Prelude: p.Prelude, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	got := printed(t, k, p.Cells[0])["stdout"]
	a, errA := os.Stat(got)
	b, errB := os.Stat(dir)
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		t.Errorf("it runs in %q, not in %q", got, dir)
	}
}

package engine

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"viva/internal/golden"
	"viva/runtime/record"
)

// Every file of testdata/panics is a notebook of cells that ends in a panic,
// with what Go says of it and where: the message, the cell's line, and the
// call path through the cells' functions, innermost first. With -update these
// are read from the stack trace of the same code built by the Go compiler.
func TestPanicsSayWhatAndWhere(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	files, err := filepath.Glob("testdata/panics/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in testdata/panics: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		cells, archive := readCells(t, file)
		if golden.Updating() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				golden.Write(t, file, withSection(archive, "want", recordPanic(t, cells)))
			})
			continue
		}
		for _, engine := range []string{"yaegi", "go"} {
			t.Run(name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				opt := Options{Timeout: 20 * time.Second}
				if !chooseEngine(&opt, engine) {
					t.Skip("there is one engine")
				}
				want, wantPath := splitPath(section(archive, "want"))
				got, path := splitPath(lastPanic(t, opt, cells))
				if engine == "yaegi" {
					// The interpreter does not say by which index it failed.
					want, got = numbers.ReplaceAllString(want, "$1"), numbers.ReplaceAllString(got, "$1")
				}
				if strings.Contains(want, "stack overflowed") {
					// The path has no end, and the interpreter knows the cell's
					// statement only.
					want, _, _ = strings.Cut(want, "\nat ")
					got, _, _ = strings.Cut(got, "\nat ")
					path = ""
				}
				if engine == "yaegi" && statementLines[name] {
					wantPath, path = lines.ReplaceAllString(wantPath, ""), lines.ReplaceAllString(path, "")
				}
				if strings.HasPrefix(wantPath, "the cell ") && !strings.Contains(wantPath, "\n") {
					wantPath = "" // says no more than the position
				}
				t.Run("message", func(t *testing.T) { golden.Same(t, file, want, got) })
				t.Run("path", func(t *testing.T) { golden.Same(t, file, wantPath, path) })
			})
		}
	}
}

// statementLines names the programs in which a call stands on another line
// than the statement that it belongs to. The interpreter knows the
// statement's.
var statementLines = map[string]bool{"method_path": true}

var lines = regexp.MustCompile(`:\d+`)

var numbers = regexp.MustCompile(`(out of range) \[.*`)

// splitPath separates what was said and where from the call path.
func splitPath(want string) (said, path string) {
	said, path, _ = strings.Cut(want, "\nin ")
	return strings.TrimSpace(said), strings.TrimSpace(path)
}

// chooseEngine sets the engine, or says that it cannot be chosen.
func chooseEngine(opt *Options, engine string) bool {
	f := reflect.ValueOf(opt).Elem().FieldByName("Engine")
	if !f.IsValid() {
		return engine == "yaegi"
	}
	f.SetString(engine)
	return true
}

// lastPanic runs cells and says how the run ended, in the form of want.
func lastPanic(t *testing.T, opt Options, cells []string) string {
	t.Helper()
	r := runCells(t, t.Context(), opt, cells...)
	i := slices.IndexFunc(r.Diagnostics, func(d record.Diagnostic) bool { return d.Severity == "error" })
	if i < 0 {
		return fmt.Sprintf("the run ended %s\n", r.Status)
	}
	d := r.Diagnostics[i]
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nat %s\n", d.Message, place(r, d.Line))
	for _, f := range d.Frames {
		fmt.Fprintf(&b, "in %s %s\n", spoken(f.Func), place(r, f.Line))
	}
	return b.String()
}

// place names a line of a notebook by its cell and the line in it.
func place(r *record.Run, line int) string {
	for _, c := range slices.Backward(r.Cells) {
		if c.Line < line {
			return fmt.Sprintf("cell%d.go:%d", c.Index+1, line-c.Line)
		}
	}
	return fmt.Sprintf("line %d", line)
}

// call is a function in a stack trace, and the place in it.
var call = regexp.MustCompile(`(?m)^main\.(\S+?)(?:\[\.\.\.\])?\([^()]*\)\n\t(?:\S*/)?(cell\d+\.go:\d+)`)

// recordPanic runs the cells as a program and reads its stack trace. A stack
// that overflows is too long for a path.
func recordPanic(t *testing.T, cells []string) string {
	t.Helper()
	source, err := assemble(cells, true)
	if err != nil {
		t.Fatal(err)
	}
	_, trace := nativeProgram(t, source, false)
	calls := call.FindAllStringSubmatch(trace, -1)
	if len(calls) == 0 {
		t.Fatalf("no panic in a cell: %s", trace)
	}
	if strings.Contains(trace, "stack overflow") {
		return fmt.Sprintf("the cell's stack overflowed\nat %s\n", calls[0][2])
	}
	message := ""
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		// Of panics that follow each other, the last is the one that ends the
		// program.
		if m, ok := strings.CutPrefix(line, "panic: "); ok {
			message = "panic: " + m
		}
		if strings.HasPrefix(line, "goroutine ") {
			break
		}
	}
	message, _, _ = strings.Cut(message, " [recovered")
	if text, ok := strings.CutPrefix(message, "panic: must: "); ok {
		message = text
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nat %s\n", message, calls[0][2])
	for _, c := range calls {
		fmt.Fprintf(&b, "in %s %s\n", spoken(c[1]), c[2])
	}
	return b.String()
}

var literal = regexp.MustCompile(`\bfunc(\d|\b)`)

// spoken is a function's name without the compiler's numbering: statements
// are the cell's, and all function literals are called the same.
func spoken(name string) string {
	switch {
	case name == "main":
		return "the cell"
	case literal.MatchString(name), strings.HasPrefix(name, "a function in "):
		return "func literal"
	}
	return name
}

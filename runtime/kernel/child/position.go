package child

import (
	"fmt"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"viva/runtime/record"
)

// Compiled code keeps lines but no columns, so a column travels in the name of
// the file that a line directive gives: "n.mdꞏ5" is column 5 of n.md.
const columnMark = "ꞏ"

// Directive is the comment that gives the code behind it a position in the
// notebook.
func Directive(file string, line, column int) string {
	// Behind a division sign the comment would become another one.
	return fmt.Sprintf(" /*line %s%s%d:%d:%d*/", base(file), columnMark, column, line, column)
}

// base is the name that stands for the notebook in directives: without what
// would end the comment, and without what the compiler takes for a position.
func base(file string) string {
	return strings.NewReplacer("*/", "__", ":", "_", "\n", "_", "\r", "_").Replace(path.Base(file))
}

// place reads a file name with a column. It reports false for other files.
func place(file string) (name string, column int, ok bool) {
	i := strings.LastIndex(file, columnMark)
	if i < 0 {
		return "", 0, false
	}
	column, err := strconv.Atoi(file[i+len(columnMark):])
	if err != nil {
		return "", 0, false
	}
	return file[:i], column, true
}

// Cell and Inlined begin the names of the functions that hold a cell's
// statements and an inline expression.
const (
	Cell    = columnMark + "cell"
	Inlined = columnMark + "inline"
)

var (
	instance = regexp.MustCompile(`\[[^()]*\]`)
	revision = regexp.MustCompile(columnMark + `[0-9]+`)
	literal  = regexp.MustCompile(`(\.(func)?[0-9]+|-range[0-9]+|\.gowrap[0-9]+|\.deferwrap[0-9]+)+$`)
)

// functionName is what the notebook calls a function of the compiled program.
func functionName(name string) string {
	name = strings.TrimPrefix(name, "main.")
	name = instance.ReplaceAllString(name, "")
	outer := literal.ReplaceAllString(name, "")
	if strings.HasPrefix(outer, Cell) || strings.HasPrefix(outer, Inlined) {
		if bare := literal.FindString(name); bare != "" && !strings.HasPrefix(bare, "-range") {
			return "a function in the cell"
		}
		return "the cell"
	}
	outer = revision.ReplaceAllString(outer, "")
	if outer != name && strings.Contains(literal.FindString(name), ".") {
		return "a function in " + outer
	}
	return outer
}

// maxFrames is how many calls of a path are kept.
const maxFrames = 16

// locate fills in where in the notebook the calling goroutine's stack stands.
// It is called while the stack of a panic is still there.
func (f *Failure) locate() {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		fr, more := frames.Next()
		f.frame(fr.Function, fr.File, fr.Line)
		if !more {
			break
		}
	}
	f.tidy()
}

func (f *Failure) frame(function, file string, line int) {
	_, column, ok := place(file)
	if !ok || line <= 0 {
		return
	}
	if len(f.Frames) == 0 && f.Line == 0 {
		f.Line, f.Column = line, column
	}
	if len(f.Frames) < maxFrames {
		f.Frames = append(f.Frames, record.Frame{Func: functionName(function), Line: line})
	}
}

// tidy drops a path that says no more than the position.
func (f *Failure) tidy() {
	if len(f.Frames) == 1 && f.Frames[0].Func == "the cell" {
		f.Frames = nil
	}
}

var traceLine = regexp.MustCompile(`^\t(.+):([0-9]+)( \+0x[0-9a-f]+)?$`)

// Locate fills in where the notebook's code stood when a process died, from
// the first goroutine in what the Go runtime printed.
func (f *Failure) Locate(trace string) {
	_, trace, found := strings.Cut(trace, "\ngoroutine ")
	if !found {
		return
	}
	trace, _, _ = strings.Cut(trace, "\n\n")
	function := ""
	for line := range strings.Lines(trace) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "created by ") {
			break
		}
		m := traceLine.FindStringSubmatch(line)
		if m == nil {
			function = line
			if i := strings.LastIndex(line, "("); i > 0 {
				function = line[:i]
			}
			continue
		}
		if n, err := strconv.Atoi(m[2]); err == nil {
			f.frame(function, m[1], n)
		}
	}
	f.tidy()
}

// Column is the column that the name of a compiled notebook's file holds.
func Column(file string) (column int, ok bool) {
	_, column, ok = place(file)
	return column, ok
}

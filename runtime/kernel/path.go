package kernel

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"viva/runtime/lower"
	"viva/runtime/record"
)

// path is the way that the latest panic has come: the interpreter tells of
// each function that it leaves, innermost first, and where in lowered code it
// was.
var path callPath

type callPath struct {
	mu sync.Mutex
	// functions leads from the name of a lowered function to its source.
	functions map[string]function
	frames    []place
	// now is where lowered code notes its line.
	now *int
}

// function is the text of a lowered function.
type function struct {
	lines []string
	// title is what call paths say of it, "" where they leave it out.
	title string
	// ends is the last line of a function that defers, else 0.
	ends int
	// body says that it is the body of one.
	body bool
}

// place is a function that was left. The interpreter does not say reliably
// where in it; noted is the notebook's line if it is known otherwise.
type place struct {
	function string
	noted    int
}

// longest is how many calls are kept; more come from functions that call
// themselves.
const longest = 256

var (
	declared = regexp.MustCompile(`^func ([^\s(]+)\(`)
	left     = regexp.MustCompile(`: panic: main\.([^.(\s]+)`)
	titled   = regexp.MustCompile(`\{ // (.+)$`)
	noted    = regexp.MustCompile(`^(?:line` + lower.Dot + ` = |cell` + lower.Dot + `\.Line\()(\d+)\)?$`)
	deferrer = regexp.MustCompile(`\.WithDefers\(.* // (\d+)$`)
)

// Write implements io.Writer for what the interpreter says of panics.
func (p *callPath) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := left.FindSubmatch(text); m != nil && len(p.frames) < longest {
		p.frames = append(p.frames, place{function: string(m[1])})
	}
	return len(text), nil
}

// declare remembers the functions of a unit.
func (p *callPath) declare(source string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.functions == nil {
		p.functions = map[string]function{}
	}
	name, f := "", function{}
	for _, text := range strings.Split(source, "\n") {
		if m := declared.FindStringSubmatch(text); m != nil {
			name, f = m[1], function{}
		}
		if name == "" {
			continue
		}
		f.lines = append(f.lines, text)
		if m := titled.FindStringSubmatch(text); m != nil && f.title == "" {
			f.title = m[1]
			f.body = strings.Contains(text, "*cell"+lower.Dot+".Defers) {")
		}
		if m := deferrer.FindStringSubmatch(text); m != nil {
			f.ends, _ = strconv.Atoi(m[1])
		}
		p.functions[name] = f
	}
}

// mark is how far the path reaches.
func (p *callPath) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.frames)
}

// last is the end of the path, nil if it does not reach beyond a mark. Line is
// where the panic began.
func (p *callPath) last(mark, line int) []place {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := len(p.frames) - 1
	if i < mark {
		return nil
	}
	at := p.frames[i]
	switch {
	case at.noted > 0:
	case i == 0:
		at.noted = line
	default:
		at.noted = p.where(at.function, p.frames[i-1].function)
	}
	return []place{at}
}

// where is the line on which a function calls another, 0 if there are several.
func (p *callPath) where(caller, callee string) int {
	calls, all := map[int]bool{}, map[int]bool{}
	line := 0
	for _, text := range p.functions[caller].lines {
		if m := noted.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			all[line] = true
		} else if strings.Contains(text, callee+"(") && !strings.HasPrefix(callee, "lit"+lower.Dot) {
			calls[line] = true
		}
	}
	if len(calls) == 0 {
		calls = all
	}
	if len(calls) != 1 {
		return 0
	}
	for line := range calls {
		return line
	}
	return 0
}

// cut forgets the path from a mark on, but for what is behind a later one, to
// which more is added.
func (p *callPath) cut(mark, later int, more []place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	later = min(later, len(p.frames))
	mark = min(mark, later)
	p.frames = append(append(p.frames[:mark:mark], p.frames[later:]...), more...)
}

// line is the line that was noted last.
func (p *callPath) line() int {
	if p.now == nil {
		return 0
	}
	return *p.now
}

// clear forgets the path.
func (p *callPath) clear() { p.cut(0, longest, nil) }

// calls is the path in the notebook's terms, for a panic on a line.
// Running is the cell's statement.
func (p *callPath) calls(line, running int) []record.Frame {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []record.Frame
	body := false
	for i, at := range p.frames {
		f := p.functions[at.function]
		if f.title == "" {
			body = false
			continue
		}
		where := at.noted
		switch {
		case where > 0:
		case i == 0:
			where = line
		case f.ends > 0 && body:
			body = false // the body's frame is the function's
			continue
		case f.ends > 0:
			where = f.ends // the panic began when the body had returned
		default:
			where = p.where(at.function, p.frames[i-1].function)
			if where == 0 && f.title == "the cell" {
				where = running
			}
		}
		body = f.body
		if len(all) < most {
			all = append(all, record.Frame{Func: f.title, Line: where})
		}
	}
	if len(all) == 1 && all[0].Func == "the cell" {
		return nil // says no more than the position
	}
	return all
}

// most is how many calls a failure names.
const most = 16

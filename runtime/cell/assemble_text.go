package cell

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// patches are edits of a chunk's code that is to be compiled.
type patches struct {
	ch  *chunk
	all []patch
}

// patch replaces the bytes from start to end of the cell's code.
type patch struct {
	start, end int
	// order is closing for text that belongs to what stands before it, opening
	// for text that belongs to what follows, and replacing.
	order int
	text  string
}

const (
	closing = iota
	opening
	replacing
)

func (p *patches) replace(start, end token.Pos, text string) {
	p.all = append(p.all, patch{p.ch.source(start), p.ch.source(end), replacing, text})
}

func (p *patches) before(at token.Pos, text string) {
	p.all = append(p.all, patch{p.ch.source(at), p.ch.source(at), opening, text})
}

func (p *patches) after(at token.Pos, text string) {
	p.all = append(p.all, patch{p.ch.source(at), p.ch.source(at), closing, text})
}

// around encloses an expression. Where several begin or end in one place, the
// one that was enclosed first is the outer one.
func (p *patches) around(x ast.Node, left, right string) {
	p.before(x.Pos(), left)
	p.after(x.End(), right)
}

// erase deletes text but keeps its line breaks.
func (p *patches) erase(start, end token.Pos) {
	from, to := p.ch.source(start), p.ch.source(end)
	p.all = append(p.all, patch{from, to, replacing, strings.Repeat("\n", strings.Count(p.ch.code[from:to], "\n"))})
}

// text returns the code from start to end with its edits made. Edits within
// text that another one replaces are void.
func (p *patches) text(start, end int) string {
	// Of closing texts in one place, the last belongs to the innermost.
	var sorted, others []patch
	for _, e := range p.all {
		if e.order == closing {
			sorted = append(sorted, e)
		} else {
			others = append(others, e)
		}
	}
	slices.Reverse(sorted)
	sorted = append(sorted, others...)
	slices.SortStableFunc(sorted, func(a, b patch) int {
		if a.start != b.start {
			return a.start - b.start
		}
		if a.order != b.order {
			return a.order - b.order
		}
		if a.order == replacing {
			return b.end - a.end
		}
		return 0
	})
	var b strings.Builder
	at := start
	for _, e := range sorted {
		if e.start < at || e.end > end || e.start == end && e.order == opening {
			continue
		}
		b.WriteString(p.ch.code[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(p.ch.code[at:end])
	return b.String()
}

package notebook

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"viva/runtime/record"
)

// Error is everything that is wrong with a notebook's form, in the order of
// its lines.
type Error struct {
	Diagnostics []record.Diagnostic
}

func (e *Error) Error() string {
	var b strings.Builder
	for i, d := range e.Diagnostics {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s", d.File, d.Line, d.Column, d.Message)
	}
	return b.String()
}

// Markdown is the goldmark that reads notebooks: CommonMark, GFM, footnotes,
// definition lists and heading identifiers.
func Markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList, extension.Typographer),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithAttribute()),
	)
}

// Parse reads a notebook. Overrides replace the defaults of parameters by
// name. What is wrong is returned together, as an *Error with positions.
func Parse(file string, source []byte, overrides map[string]string) (*Notebook, error) {
	p := &parse{nb: &Notebook{Path: filepath.ToSlash(file), Source: source}}
	if i := invalidUTF8(source); i >= 0 {
		p.errorAt(i, fmt.Sprintf("not UTF-8: byte 0x%02x", source[i]), "save the file as UTF-8")
		return nil, &Error{p.diagnostics}
	}
	if i := bytes.IndexByte(source, 0); i >= 0 {
		p.errorAt(i, "a NUL byte: this is not a text file", "")
		return nil, &Error{p.diagnostics}
	}
	body := p.frontMatter()
	p.overrides(overrides)

	// The front matter is blanked rather than cut, so that every position in
	// the tree is a position in the file.
	blanked := bytes.Clone(source)
	for i := range blanked[:body] {
		if blanked[i] != '\n' {
			blanked[i] = ' '
		}
	}
	p.nb.Doc = Markdown().Parser().Parse(text.NewReader(blanked))
	p.collect()
	if p.nb.Meta.Title == "" {
		p.nb.Meta.Title = p.firstHeading()
	}
	if p.nb.Meta.Title == "" {
		p.nb.Meta.Title = strings.TrimSuffix(path.Base(p.nb.Path), path.Ext(p.nb.Path))
	}
	if len(p.diagnostics) > 0 {
		return nil, &Error{p.diagnostics}
	}
	return p.nb, nil
}

type parse struct {
	nb          *Notebook
	diagnostics []record.Diagnostic
}

func (p *parse) errorAt(offset int, message, hint string) {
	line, column := Position(p.nb.Source, offset)
	p.errorLine(line, column, message, hint)
}

func (p *parse) errorLine(line, column int, message, hint string) {
	p.diagnostics = append(p.diagnostics, record.Diagnostic{
		Severity: "error", File: p.nb.Path, Line: line, Column: column, Cell: -1, Message: message, Hint: hint,
	})
}

// Position returns the line and column, from 1 and in bytes, of an offset.
func Position(source []byte, offset int) (line, column int) {
	before := source[:offset]
	line = bytes.Count(before, []byte{'\n'}) + 1
	return line, offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// collect finds cells and inline expressions and puts their nodes in place of
// the fences and code spans.
func (p *parse) collect() {
	type swap struct{ old, new ast.Node }
	var swaps []swap
	labels := map[string]int{}
	_ = ast.Walk(p.nb.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			open := p.fenceStart(n)
			if !p.fenceClosed(n, open) {
				p.errorAt(open, "this fence is never closed", "add a line with the same fence where the code ends")
				return ast.WalkContinue, nil
			}
			if string(n.Language(p.nb.Source)) != "go" {
				return ast.WalkContinue, nil
			}
			c := p.cell(n, open)
			if l := c.Options.Label; l != "" {
				if first, ok := labels[l]; ok {
					p.errorLine(c.Line, 1, fmt.Sprintf("label %q is used twice; the first is on line %d", l, first), "give each cell its own label")
				} else {
					labels[l] = c.Line
				}
			}
			c.Index = len(p.nb.Cells)
			p.nb.Cells = append(p.nb.Cells, c)
			node := &CellNode{Cell: c}
			node.SetLines(n.Lines())
			swaps = append(swaps, swap{n, node})
		case *ast.CodeSpan:
			if in := p.inline(n); in != nil {
				in.Index, in.After = len(p.nb.Inlines), len(p.nb.Cells)-1
				p.nb.Inlines = append(p.nb.Inlines, in)
				swaps = append(swaps, swap{n, &InlineNode{Inline: in}})
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, s := range swaps {
		s.old.Parent().ReplaceChild(s.old.Parent(), s.old, s.new)
	}
}

// fenceStart returns the offset of the fence's first character.
func (p *parse) fenceStart(n *ast.FencedCodeBlock) int {
	at := n.Pos()
	if at < 0 && n.Info != nil {
		at = n.Info.Segment.Start
	}
	if at < 0 {
		at = n.Lines().At(0).Start - 1
	}
	start := bytes.LastIndexByte(p.nb.Source[:at], '\n') + 1
	if i := bytes.IndexAny(p.nb.Source[start:], "`~"); i >= 0 {
		return start + i
	}
	return start
}

// fenceClosed reports whether a closing fence follows the block's content;
// CommonMark lets a fence run to the end of the document.
func (p *parse) fenceClosed(n *ast.FencedCodeBlock, open int) bool {
	src := p.nb.Source
	mark, width := src[open], 0
	for open+width < len(src) && src[open+width] == mark {
		width++
	}
	end := open
	if l := n.Lines(); l.Len() > 0 {
		end = l.At(l.Len()-1).Stop - 1
	}
	nl := bytes.IndexByte(src[end:], '\n')
	if nl < 0 {
		return false
	}
	line := src[end+nl+1:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimLeft(line, " \t>")
	line = bytes.TrimRight(line, " \t\r")
	return len(line) >= width && len(bytes.Trim(line, string(mark))) == 0
}

func (p *parse) cell(n *ast.FencedCodeBlock, open int) *Cell {
	line, column := Position(p.nb.Source, open)
	c := &Cell{Line: line, CodeLine: line + 1, Indent: column - 1}
	var code strings.Builder
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		code.Write(segment.Value(p.nb.Source))
	}
	c.Code = strings.ReplaceAll(code.String(), "\r\n", "\n")
	c.Options = p.options(c)
	return c
}

func (p *parse) inline(n *ast.CodeSpan) *Inline {
	var b strings.Builder
	start := -1
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok {
			return nil
		}
		if start < 0 {
			start = t.Segment.Start
		}
		b.Write(t.Segment.Value(p.nb.Source))
	}
	rest, ok := strings.CutPrefix(b.String(), "{go}")
	if !ok {
		return nil
	}
	expr := strings.TrimSpace(strings.ReplaceAll(rest, "\n", " "))
	offset := start + len("{go}") + len(rest) - len(strings.TrimLeft(rest, " \n"))
	if expr == "" {
		p.errorAt(start, "an inline value without an expression", "write `{go} expression`")
		return nil
	}
	line, column := Position(p.nb.Source, offset)
	return &Inline{Expr: expr, Line: line, Column: column}
}

func (p *parse) firstHeading() string {
	for n := p.nb.Doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			var b strings.Builder
			_ = ast.Walk(h, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				if t, ok := n.(*ast.Text); ok && entering {
					b.Write(t.Segment.Value(p.nb.Source))
				}
				return ast.WalkContinue, nil
			})
			return b.String()
		}
	}
	return ""
}

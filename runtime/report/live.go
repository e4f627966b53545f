package report

import (
	"bytes"
	"fmt"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// Page is a report in parts, for a page that is changed in place. The parts are
// the same HTML as in the one that HTML writes.
type Page struct {
	Lang, Title string
	// Head is the header with title, status and verdicts; Contents the table of
	// contents, empty if there is none; Foot the provenance.
	Head, Contents, Foot string
	// Controls are the buttons above the header.
	Controls string
	// Blocks are what stands in the text, in order.
	Blocks []Block
}

// Block is an element of the text. Equal IDs on two pages of a notebook mean
// equal HTML; no two blocks of a page have the same.
type Block struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
}

// Live draws a report in parts.
func Live(nb *notebook.Notebook, run *record.Run, opt Options) (Page, error) {
	if err := matches(nb, run); err != nil {
		return Page{}, err
	}
	p := newPage(nb, run, opt)
	s, err := p.shell()
	if err != nil {
		return Page{}, err
	}
	return s.parts(opt, p.drawn)
}

// LiveFailure draws the page of a notebook that could not be read, as Failure
// does.
func LiveFailure(path string, source []byte, diagnostics []record.Diagnostic, run *record.Run) (Page, error) {
	s, err := failureShell(path, source, diagnostics, run)
	if err != nil {
		return Page{}, err
	}
	return s.parts(Options{}, nil)
}

func (s *shell) parts(opt Options, blocks []Block) (Page, error) {
	page := Page{Lang: opt.lang(), Title: s.Title, Blocks: blocks}
	for _, part := range []struct {
		name string
		to   *string
	}{{"head", &page.Head}, {"contents", &page.Contents}, {"foot", &page.Foot}, {"controls", &page.Controls}} {
		var b bytes.Buffer
		if err := pageAssets().templates.ExecuteTemplate(&b, part.name, s); err != nil {
			return Page{}, fmt.Errorf("report: template %s: %w", part.name, err)
		}
		*part.to = string(bytes.TrimSpace(b.Bytes()))
	}
	return page, nil
}

// Asset is one of the files that every page holds: report.css, theme.js, which
// runs before the page is drawn, or report.js, which runs after.
func Asset(name string) ([]byte, error) {
	b, err := files.ReadFile("assets/" + name)
	if err != nil {
		return nil, fmt.Errorf("report: there is no asset %s: %w", name, err)
	}
	return b, nil
}

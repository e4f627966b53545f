package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

//go:embed templates/*.html assets
var files embed.FS

// page is one report while it is being drawn.
type page struct {
	nb  *notebook.Notebook
	run *record.Run
	opt Options

	slots slots
	// figures and tables count those drawn so far.
	figures, tables int
	verdicts        []verdict
	// names maps a cell's anchor to what a reference to it says: "Figure 3".
	names map[string]string
	ids   map[string]bool
	// blocks counts how often each content hash stands on the page.
	blocks   map[string]int
	contents []*entry
	// drawn are the blocks of the text.
	drawn []Block
}

func newPage(nb *notebook.Notebook, run *record.Run, opt Options) *page {
	p := &page{nb: nb, run: run, opt: opt, names: map[string]string{}, ids: map[string]bool{}, blocks: map[string]int{}}
	sum := sha256.Sum256(nb.Source)
	p.slots.nonce = slotPrefix + hex.EncodeToString(sum[:8]) + "-"
	for _, id := range []string{"report", "contents", "provenance", "verdicts", "problems"} {
		p.ids[id] = true
	}
	for _, c := range nb.Cells {
		p.ids[cellAnchor(c)] = true
	}
	return p
}

// shell is what the page's template is filled with.
type shell struct {
	Lang, Title, Generator string
	CSP                    string
	CSS                    template.CSS
	Early, Late            template.JS
	Status                 badge
	Authors                []string
	Date                   string
	Abstract               template.HTML
	Problems               []diagnostic
	Warnings               []diagnostic
	Verdicts               verdictList
	Contents               []*entry
	HasCode                bool
	Body                   template.HTML
	Provenance             template.HTML
}

// HTML writes one self-contained page.
func HTML(w io.Writer, nb *notebook.Notebook, run *record.Run, opt Options) error {
	if err := matches(nb, run); err != nil {
		return err
	}
	s, err := newPage(nb, run, opt).shell()
	if err != nil {
		return err
	}
	return s.write(w, opt, run)
}

// shell draws everything that the page's template is filled with.
func (p *page) shell() (*shell, error) {
	nb, run := p.nb, p.run
	body, err := p.body()
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", nb.Path, err)
	}
	abstract, err := p.abstract()
	if err != nil {
		return nil, fmt.Errorf("report: %s: the abstract: %w", nb.Path, err)
	}
	provenance, err := p.provenance()
	if err != nil {
		return nil, err
	}
	s := &shell{
		Title: nb.Meta.Title, Authors: nb.Meta.Author, Date: nb.Meta.Date,
		Abstract: abstract, Body: body, Provenance: provenance, HasCode: p.hasCode(),
		Status: runBadge(run), Verdicts: newVerdictList(p.verdicts), Contents: p.contents,
	}
	s.Problems, s.Warnings = p.problems()
	if len(s.Contents) > 0 {
		s.Contents = append(s.Contents, &entry{ID: "provenance", Text: "Provenance"})
	}
	return s, nil
}

// write fills in what is the same on every page, and executes the template
// into memory first, so that an error leaves nothing half-written.
func (s *shell) write(w io.Writer, opt Options, run *record.Run) error {
	a := pageAssets()
	s.Lang, s.CSS, s.Early, s.Late, s.CSP = opt.lang(), a.css, a.early, a.late, a.csp
	if run != nil {
		s.Generator = run.Provenance.Tool
	}
	var b bytes.Buffer
	if err := a.templates.ExecuteTemplate(&b, "page.html", s); err != nil {
		return fmt.Errorf("report: the page's template: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

type assets struct {
	templates   *template.Template
	css         template.CSS
	early, late template.JS
	csp         string
}

var pageAssets = sync.OnceValue(func() assets {
	read := func(name string) string {
		b, err := files.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // embedded: cannot fail in a build that compiled
		}
		return string(b)
	}
	css, early, late := read("report.css"), read("theme.js"), read("report.js")
	return assets{
		templates: template.Must(template.New("").Funcs(template.FuncMap{"join": strings.Join, "source": sourceText}).ParseFS(files, "templates/*.html")),
		css:       template.CSS(css), early: template.JS(early), late: template.JS(late),
		csp: fmt.Sprintf("default-src 'none'; img-src data:; style-src-elem %s; style-src-attr 'unsafe-inline'; script-src %s %s; base-uri 'none'; form-action 'none'",
			hashSource(css), hashSource(early), hashSource(late)),
	}
})

func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// fragment executes one of the named templates.
func fragment(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := pageAssets().templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("report: template %s: %w", name, err)
	}
	return template.HTML(b.String()), nil
}

// block names a block of the page by its content, so that a live page can tell
// which blocks changed; equal blocks are counted.
func (p *page) block(content string) string {
	sum := sha256.Sum256([]byte(content))
	h := hex.EncodeToString(sum[:6])
	p.blocks[h]++
	if n := p.blocks[h]; n > 1 {
		return fmt.Sprintf("%s-%d", h, n)
	}
	return h
}

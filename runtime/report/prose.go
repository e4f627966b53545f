package report

import (
	"bytes"
	"fmt"
	"golang.org/x/net/html"
	"html/template"
	"strings"
	"viva/runtime/highlight"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"viva/runtime/notebook"
)

// slots hold HTML that this package made, while the prose around it passes the
// sanitiser. The name of a slot contains a hash of the notebook, so that prose
// cannot name one.
type slots struct {
	nonce string
	made  []slot
}

const slotPrefix = "slot-"

type slot struct {
	html string
	// text is what a table of contents shows of it.
	text string
}

func (s *slots) put(w util.BufWriter, element string, made slot) {
	fmt.Fprintf(w, `<%s id="%s%d"></%s>`, element, s.nonce, len(s.made), element)
	s.made = append(s.made, made)
}

func (s *slots) find(id string) (slot, bool) {
	rest, ok := strings.CutPrefix(id, s.nonce)
	var i int
	if _, err := fmt.Sscanf(rest, "%d", &i); !ok || err != nil || i >= len(s.made) || fmt.Sprint(i) != rest {
		return slot{}, false
	}
	return s.made[i], true
}

// proseRenderer draws the nodes that goldmark's own renderer does not know or
// that must not pass the sanitiser as they are.
type proseRenderer struct {
	*page
}

func (r *proseRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(notebook.KindCell, r.cellNode)
	reg.Register(notebook.KindInline, r.inlineNode)
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindFencedCodeBlock, r.codeBlock)
	reg.Register(ast.KindCodeBlock, r.codeBlock)
	reg.Register(extast.KindTaskCheckBox, r.taskBox)
}

func (r *proseRenderer) cellNode(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	h, err := r.cell(n.(*notebook.CellNode).Cell)
	if err != nil {
		return ast.WalkStop, err
	}
	if h != "" {
		r.slots.put(w, "div", slot{html: h})
	}
	return ast.WalkContinue, nil
}

func (r *proseRenderer) inlineNode(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		r.slots.put(w, "span", r.inline(n.(*notebook.InlineNode).Inline))
	}
	return ast.WalkContinue, nil
}

func (r *proseRenderer) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.HTMLBlock)
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		raw.Write(segment.Value(source))
	}
	if n.HasClosure() {
		raw.Write(n.ClosureLine.Value(source))
	}
	_, _ = w.WriteString(completeTags(raw.String()))
	return ast.WalkContinue, nil
}

func (r *proseRenderer) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	n := node.(*ast.RawHTML)
	var raw bytes.Buffer
	for i := range n.Segments.Len() {
		segment := n.Segments.At(i)
		raw.Write(segment.Value(source))
	}
	_, _ = w.WriteString(completeTags(raw.String()))
	return ast.WalkSkipChildren, nil
}

func (r *proseRenderer) codeBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code bytes.Buffer
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		code.Write(segment.Value(source))
	}
	language := ""
	if f, ok := n.(*ast.FencedCodeBlock); ok {
		language = string(f.Language(source))
	}
	r.slots.put(w, "div", slot{html: `<pre class="listing" tabindex="0"><code>` +
		highlight.HTML(strings.TrimRight(code.String(), "\n"), language) + `</code></pre>`})
	return ast.WalkSkipChildren, nil
}

func (r *proseRenderer) taskBox(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	if n.(*extast.TaskCheckBox).IsChecked {
		_, _ = w.WriteString(`<span class="done">☑</span> `)
	} else {
		_, _ = w.WriteString(`<span class="task">☐</span> `)
	}
	return ast.WalkContinue, nil
}

// renderer is goldmark's for the notebook's extensions, with the nodes above
// in its own hands. Raw HTML is let through because all of it is sanitised
// after; the sanitiser sees the whole, so that <details> may span cells.
func (p *page) renderer() renderer.Renderer {
	own := &proseRenderer{page: p}
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(own, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(ghtml.NewRenderer(), 1000),
	))
}

// body draws the narrative with its cells.
func (p *page) body() (template.HTML, error) {
	var b bytes.Buffer
	if err := p.renderer().Render(&b, p.nb.Source, p.nb.Doc); err != nil {
		return "", err
	}
	root, err := parseFragment(b.String(), ofMarkdown)
	if err != nil {
		return "", err
	}
	return p.finish(root)
}

// abstract draws the front matter's abstract, which is Markdown without cells.
func (p *page) abstract() (template.HTML, error) {
	if strings.TrimSpace(p.nb.Meta.Abstract) == "" {
		return "", nil
	}
	var b bytes.Buffer
	if err := abstractMarkdown.Convert([]byte(p.nb.Meta.Abstract), &b); err != nil {
		return "", err
	}
	root, err := parseFragment(b.String(), nil)
	if err != nil {
		return "", err
	}
	b.Reset()
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return template.HTML(b.String()), nil
}

// abstractMarkdown drops raw HTML, for which an abstract has no use.
var abstractMarkdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Typographer))

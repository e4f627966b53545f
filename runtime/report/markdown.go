package report

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// Document is a report as Markdown with the files it refers to.
type Document struct {
	Text []byte
	// Files are the pictures by their names relative to the document's
	// folder, such as "NAME_files/figure-1-4f2a90c1.svg".
	Files map[string][]byte
}

// Markdown draws a report as GitHub-flavoured Markdown: the prose as it stands
// in the notebook, with each cell and inline value replaced by what it gave.
func Markdown(nb *notebook.Notebook, run *record.Run, opt Options) (Document, error) {
	if err := matches(nb, run); err != nil {
		return Document{}, err
	}
	m := &markdown{page: newPage(nb, run, opt), files: map[string][]byte{}, folder: opt.name(nb.Path) + "_files"}
	if err := m.splice(); err != nil {
		return Document{}, fmt.Errorf("report: %s: %w", nb.Path, err)
	}
	var b bytes.Buffer
	m.head(&b)
	b.WriteString(strings.Trim(m.body, "\n") + "\n")
	m.foot(&b)
	return Document{Text: b.Bytes(), Files: m.files}, nil
}

// markdown is a Markdown report while it is being written.
type markdown struct {
	*page
	files  map[string][]byte
	folder string
	edits  []edit
	body   string
}

// edit replaces the bytes from start to end of the notebook's source.
type edit struct {
	start, end int
	text       string
}

// splice replaces everything in the source that is not prose.
func (m *markdown) splice() error {
	src := m.nb.Source
	start := bodyStart(m.nb)
	lines := lineStarts(src)
	err := ast.Walk(m.nb.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *notebook.CellNode:
			return ast.WalkContinue, m.cellEdit(n.Cell, lines)
		case *notebook.InlineNode:
			m.inlineEdit(n.Inline, lines)
		case *ast.Image:
			m.pictureEdit(n)
		case *ast.Heading:
			m.headingEdit(n)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err
	}
	if from, to, ok := m.titleHeading(); ok {
		m.edits = append(m.edits, edit{start: from, end: to})
	}
	slices.SortFunc(m.edits, func(a, b edit) int { return a.start - b.start })
	var b strings.Builder
	at := start
	for _, e := range m.edits {
		if e.start < at {
			continue
		}
		b.Write(src[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(src[at:])
	m.body = m.references(strings.ReplaceAll(b.String(), "\r\n", "\n"))
	return nil
}

// bodyStart is the offset of the first byte below the front matter. The parser
// has blanked the front matter in the tree's source but keeps positions.
func bodyStart(nb *notebook.Notebook) int {
	src := nb.Source
	at := 0
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	for first := true; at < len(src); first = false {
		line, _, _ := bytes.Cut(src[at:], []byte{'\n'})
		t := string(bytes.TrimRight(line, " \t\r"))
		if first && t != "---" {
			return at
		}
		at = min(at+len(line)+1, len(src))
		if !first && (t == "---" || t == "...") {
			return at
		}
	}
	return at
}

// lineStarts are the offsets at which the lines begin; line 1 is at index 1.
func lineStarts(src []byte) []int {
	starts := []int{0, 0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return append(starts, len(src))
}

// cellEdit replaces a fence by what its cell gave. The lines keep the prefix
// of the fence, which may stand in a list or a quotation.
func (m *markdown) cellEdit(c *notebook.Cell, lines []int) error {
	text, err := m.cellText(c)
	if err != nil {
		return err
	}
	src := m.nb.Source
	open := lines[c.Line] + c.Indent
	closing := min(c.CodeLine+strings.Count(c.Code, "\n"), len(lines)-2)
	end := lines[closing] + len(bytes.TrimRight(src[lines[closing]:lines[closing+1]], "\r\n"))
	prefix := listMark.ReplaceAllStringFunc(string(src[lines[c.Line]:open]), func(s string) string { return strings.Repeat(" ", len(s)) })
	text = strings.Trim(text, "\n")
	if prefix != "" {
		text = strings.ReplaceAll(text, "\n", "\n"+prefix)
		text = strings.ReplaceAll(text, "\n"+prefix+"\n", "\n"+strings.TrimRight(prefix, " ")+"\n")
	}
	m.edits = append(m.edits, edit{open, end, text})
	return nil
}

var listMark = regexp.MustCompile(`[-+*]|\d+[.)]`)

// inlineEdit replaces a code span by its value.
func (m *markdown) inlineEdit(in *notebook.Inline, lines []int) {
	src := m.nb.Source
	at := lines[in.Line] + in.Column - 1
	mark := bytes.LastIndex(src[:at], []byte("{go}"))
	open := bytes.LastIndexFunc(src[:mark], func(r rune) bool { return r == '`' }) + 1
	start := open
	for start > 0 && src[start-1] == '`' {
		start--
	}
	end := endOfSpan(src, at, open-start)
	m.edits = append(m.edits, edit{start, end, m.inlineText(in)})
}

// endOfSpan is the offset behind the next run of exactly n backticks.
func endOfSpan(src []byte, at, n int) int {
	for at < len(src) {
		if src[at] != '`' {
			at++
			continue
		}
		run := at
		for at < len(src) && src[at] == '`' {
			at++
		}
		if at-run == n {
			return at
		}
	}
	return at
}

func (m *markdown) inlineText(in *notebook.Inline) string {
	result := m.run.Inlines[in.Index]
	if result.Status != record.OK {
		return "⚠ " + codeSpan(in.Expr) + " (" + string(result.Status) + ")"
	}
	return markdownText(result.Text)
}

// codeSpan wraps code in as many backticks as it needs.
func codeSpan(code string) string {
	marks := strings.Repeat("`", longestRun(code, '`')+1)
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
		return marks + " " + code + " " + marks
	}
	return marks + code + marks
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

// pictureEdit copies a picture that the prose names into the report's folder.
// The place of the target in the source is not in the tree, so it is looked
// for behind the picture's text.
func (m *markdown) pictureEdit(n *ast.Image) {
	target := string(n.Destination)
	data, _, problem := m.opt.readPicture(target)
	if problem != "" {
		return
	}
	src := m.nb.Source
	at := n.Pos()
	if at < 0 {
		t, ok := n.FirstChild().(*ast.Text)
		if !ok {
			return
		}
		at = t.Segment.Start
	}
	i := bytes.Index(src[at:], []byte("]("))
	if i < 0 {
		return
	}
	i += at + 2
	j := bytes.Index(src[i:], []byte(target))
	if j < 0 || bytes.IndexByte(src[i:i+j], ')') >= 0 {
		return
	}
	name := path.Join(m.folder, pictureName(target))
	m.files[name] = data
	from, to := i+j, i+j+len(target)
	if src[from-1] == '<' && to < len(src) && src[to] == '>' {
		from, to = from-1, to+1
	}
	m.edits = append(m.edits, edit{from, to, "<" + name + ">"})
}

// pictureName is the name under which a picture of the prose is kept: its path
// without folders, so that pictures of one name in two folders stay apart, and
// apart from the figures.
func pictureName(target string) string {
	if u, err := url.Parse(target); err == nil {
		target = u.Path
	}
	return "picture-" + strings.NewReplacer("../", "", "/", "-", "<", "", ">", "", "\\", "").Replace(path.Clean(target))
}

// headingEdit turns a heading's attributes, which GitHub would show as text,
// into an anchor, and keeps its words for references without a text.
func (m *markdown) headingEdit(h *ast.Heading) {
	id, ok := h.AttributeString("id")
	if !ok || h.Lines().Len() == 0 {
		return
	}
	anchor := fmt.Sprintf("%s", id)
	src := m.nb.Source
	last := h.Lines().At(h.Lines().Len() - 1)
	m.names[anchor] = strings.TrimSpace(string(h.Lines().Value(src)))
	end := last.Stop
	if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
		end += i
	} else {
		end = len(src)
	}
	attributes := bytes.TrimSpace(src[last.Stop:end])
	if !bytes.HasPrefix(attributes, []byte("{")) {
		return
	}
	text := ""
	if bytes.Contains(attributes, []byte("#"+anchor)) {
		text = ` <a id="` + anchor + `"></a>`
	}
	m.edits = append(m.edits, edit{last.Stop, end, text})
}

// titleHeading is the range of a first heading that says what the title says.
func (m *markdown) titleHeading() (from, to int, ok bool) {
	h, isHeading := m.nb.Doc.FirstChild().(*ast.Heading)
	if !isHeading || h.Level != 1 || h.Lines().Len() == 0 {
		return 0, 0, false
	}
	src := m.nb.Source
	segment := h.Lines().At(0)
	if strings.TrimSpace(string(segment.Value(src))) != strings.TrimSpace(m.nb.Meta.Title) {
		return 0, 0, false
	}
	from = bytes.LastIndexByte(src[:segment.Start], '\n') + 1
	to = segment.Stop
	if i := bytes.IndexByte(src[to:], '\n'); i >= 0 {
		to += i
	} else {
		to = len(src)
	}
	if src[from] != '#' { // underlined
		if i := bytes.IndexByte(src[min(to+1, len(src)):], '\n'); i >= 0 {
			to += 1 + i
		} else {
			to = len(src)
		}
	}
	return from, to, true
}

var emptyReference = regexp.MustCompile(`\[\]\(#([^)\s]+)\)`)

// references names the references without a text.
func (m *markdown) references(body string) string {
	return emptyReference.ReplaceAllStringFunc(body, func(s string) string {
		anchor := emptyReference.FindStringSubmatch(s)[1]
		if name := m.names[anchor]; name != "" {
			return "[" + name + "](#" + anchor + ")"
		}
		return s
	})
}

// markdownText escapes text so that Markdown shows it as it is, on one line.
func markdownText(s string) string {
	s = strings.Join(strings.Fields(plainText(s)), " ")
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_[]<>|~&$", r), i == 0 && strings.ContainsRune("#+-=", r) && len(s) > 1 && s[1] == ' ':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func fence(code, language string) string {
	marks := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return marks + language + "\n" + strings.TrimRight(code, "\n") + "\n" + marks + "\n"
}

func quote(text string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n> ") + "\n"
}

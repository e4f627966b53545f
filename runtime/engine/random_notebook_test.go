package engine

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// document is a notebook that can be edited. Editing makes a new one.
type document struct {
	title  string
	params []setting
	seed   string
	// overrides are those of the command.
	overrides map[string]string
	// file is what the data file holds, "" if there is none.
	file   string
	blocks []block
}

type setting struct{ name, value string }

// block is prose, or a cell.
type block struct {
	prose   string
	cell    bool
	options []string
	code    []statement
}

// statement is a piece of Go with the names that it declares and their kinds.
type statement struct {
	text     string
	declares []setting
}

// source is the notebook's text.
func (d document) source() string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\n", d.title)
	if d.seed != "" {
		fmt.Fprintf(&b, "seed: %s\n", d.seed)
	}
	if len(d.params) > 0 {
		b.WriteString("params:\n")
	}
	for _, p := range d.params {
		fmt.Fprintf(&b, "  %s: %s\n", p.name, p.value)
	}
	b.WriteString("---\n")
	for _, part := range d.blocks {
		if !part.cell {
			b.WriteString("\n" + part.prose + "\n")
			continue
		}
		b.WriteString("\n```go\n")
		for _, o := range part.options {
			b.WriteString("//| " + o + "\n")
		}
		for _, s := range part.code {
			b.WriteString(s.text + "\n")
		}
		b.WriteString("```\n")
	}
	return b.String()
}

// clone is a copy of which everything may be changed.
func (d document) clone() document {
	d.params, d.overrides, d.blocks = slices.Clone(d.params), maps.Clone(d.overrides), slices.Clone(d.blocks)
	for i := range d.blocks {
		d.blocks[i].options, d.blocks[i].code = slices.Clone(d.blocks[i].options), slices.Clone(d.blocks[i].code)
	}
	return d
}

// cells are the indices of the blocks that are cells.
func (d document) cells() []int {
	var all []int
	for i, b := range d.blocks {
		if b.cell {
			all = append(all, i)
		}
	}
	return all
}

// scope is what is declared at a place: the kinds of names.
type scope struct {
	names []string
	kinds map[string]string
}

func (s *scope) declare(all []setting) {
	for _, d := range all {
		if s.kinds[d.name] == "" {
			s.names = append(s.names, d.name)
		}
		s.kinds[d.name] = d.value
	}
}

// of are the names of a kind, the newest last.
func (s *scope) of(kind string) []string {
	var all []string
	for _, n := range s.names {
		if s.kinds[n] == kind {
			all = append(all, n)
		}
	}
	return all
}

// scopeAt is the scope in front of a statement of a block.
func (d document) scopeAt(block, code int) *scope {
	s := &scope{kinds: map[string]string{}}
	for i, b := range d.blocks[:min(block+1, len(d.blocks))] {
		if slices.Contains(b.options, "eval: false") {
			continue
		}
		for j, c := range b.code {
			if i == block && j >= code {
				break
			}
			s.declare(c.declares)
		}
	}
	return s
}

// generator draws notebooks and edits.
type generator struct {
	t *rapid.T
	// theme are the kinds that most statements have to do with, so that they
	// have to do with each other.
	theme map[string]bool
}

// kindsOf are the kinds that a form mentions, and whether it declares them.
func kindsOf(form string) map[string]bool {
	kinds := map[string]bool{}
	for _, m := range hole.FindAllStringSubmatch(form, -1) {
		if len(m[3]) > 1 {
			kinds[m[3]] = kinds[m[3]] || m[1] == "+"
		}
	}
	return kinds
}

// drawTheme draws some kinds, and those from which they are made.
func (g *generator) drawTheme() {
	g.theme = map[string]bool{}
	var add func(kind string, depth int)
	add = func(kind string, depth int) {
		if g.theme[kind] || depth > 3 {
			return
		}
		g.theme[kind] = true
		for _, forms := range declaringByKind {
			if kindOf(forms[0]) != kind {
				continue
			}
			for needed, declared := range sorted(kindsOf(pick(*g, forms))) {
				if !declared {
					add(needed, depth+1)
				}
			}
		}
	}
	for range 1 + g.n(4) {
		add(kindOf(pick(*g, declaringByKind)[0]), 0)
	}
}

func sorted(m map[string]bool) func(func(string, bool) bool) {
	return func(yield func(string, bool) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

// form draws one from a list, mostly one of the theme.
func (g generator) form(list []string) string {
	for {
		f := pick(g, list)
		for k := range kindsOf(f) {
			if g.theme[k] {
				return f
			}
		}
		if g.odds(1, 8) {
			return f
		}
	}
}

var indices = func() []int {
	all := make([]int, 1000)
	for i := range all {
		all[i] = i
	}
	return all
}()

// n draws a number below n, each as likely as the others.
func (g generator) n(n int) int { return rapid.SampledFrom(indices[:n]).Draw(g.t, "n") }

func (g generator) odds(of, in int) bool { return g.n(in) < of }

func pick[T any](g generator, list []T) T { return list[g.n(len(list))] }

var (
	hole     = regexp.MustCompile(`«(\+?)(?:(\w):)?([^»]*)»|[@#~§]`)
	words    = []string{"a", "b", "ab", "cab"}
	letters  = strings.Split("abcefghjlmnpquwxyz", "")
	capitals = strings.Split("ABCDEFGH", "")
)

// fill puts names and expressions into a statement of the vocabulary. It fails
// if the scope lacks what it needs.
func (g generator) fill(form string, s *scope, depth int) (statement, bool) {
	out, ok := statement{}, true
	labels := map[string]string{}
	out.text = hole.ReplaceAllStringFunc(form, func(h string) string {
		if !ok {
			return h
		}
		switch h {
		case "#":
			return fmt.Sprint(g.n(10))
		case "~":
			return pick(g, words)
		case "@":
			return g.inner(intExpressions, "1", s, depth)
		case "§":
			return g.inner(changing, "_ = 1", s, depth)
		}
		m := hole.FindStringSubmatch(h)
		label, kind := m[2], m[3]
		if m[1] == "+" {
			n := g.fresh(kind, s)
			for _, other := range labels {
				ok = ok && other != n
			}
			if label != "" {
				labels[label] = n
			}
			out.declares = append(out.declares, setting{n, kind})
			return n
		}
		if n := labels[kind]; n != "" {
			return n
		}
		all := s.of(kind)
		if len(all) == 0 {
			ok = false
			return h
		}
		n := pick(g, all)
		if label != "" {
			labels[label] = n
		}
		return n
	})
	return out, ok
}

// inner is a form of the list, filled, on one line or within another.
func (g generator) inner(list []string, otherwise string, s *scope, depth int) string {
	for range 6 {
		if depth > 2 {
			break
		}
		if st, ok := g.fill(g.form(list), s, depth+1); ok {
			return strings.ReplaceAll(st.text, "\n", "\n\t")
		}
	}
	return otherwise
}

// fresh is a name for what is declared: a new one, or one that hides another.
func (g generator) fresh(kind string, s *scope) string {
	pool := letters
	if strings.HasPrefix(kind, "type ") {
		pool = capitals
	}
	if g.odds(1, 12) {
		return pick(g, pool)
	}
	for i := 0; ; i++ {
		n := pick(g, pool)
		if i > 3 {
			n += fmt.Sprint(i - 3)
		}
		if s.kinds[n] == "" {
			return n
		}
	}
}

// kindOf is the kind of name that a form declares first, "" for none.
func kindOf(form string) string {
	for _, m := range hole.FindAllStringSubmatch(form, -1) {
		if m[1] == "+" {
			return m[3]
		}
	}
	return ""
}

// declaringByKind has the forms by what they declare first.
var declaringByKind = func() [][]string {
	at := map[string]int{}
	var all [][]string
	for _, f := range declaring {
		k := kindOf(f)
		if _, ok := at[k]; !ok {
			at[k] = len(all)
			all = append(all, nil)
		}
		all[at[k]] = append(all[at[k]], f)
	}
	return all
}()

// statement draws one that fits.
func (g generator) statement(s *scope) statement {
	for range 40 {
		var form string
		switch n := g.n(100); {
		case n < 10-min(8, len(s.names)):
			form = pick(g, []string{"«+int» := #", "«+[]int» := []int{#, #, #}", "«+map» := map[string]int{\"~\": #}", "«+*int» := &«int»", "«+func» := func() int {\n\t§\n\treturn @\n}"})
		case n < 40:
			form = g.form(declaring)
		case n < 43:
			form = pick(g, pick(g, declaringByKind))
		case n < 74:
			form = g.form(changing)
		case n < 98:
			form = g.form(telling)
		case n < 99:
			form = pick(g, failing)
		default:
			continue
		}
		if st, ok := g.fill(form, s, 0); ok {
			return st
		}
	}
	return statement{text: "fmt.Println(\"~\")"}
}

// cell draws one for a place, and declares in the scope what it does.
func (g generator) cell(s *scope) block {
	b := block{cell: true, options: g.options()}
	off := slices.Contains(b.options, "eval: false")
	here := &scope{slices.Clone(s.names), maps.Clone(s.kinds)}
	for range 1 + g.n(4) {
		st := g.statement(here)
		here.declare(st.declares)
		b.code = append(b.code, st)
	}
	if g.odds(1, 3) {
		if st, ok := g.fill(g.form(valued), here, 0); ok {
			b.code = append(b.code, st)
		}
	}
	if slices.Contains(b.options, "error: true") && g.odds(2, 3) {
		if st, ok := g.fill(pick(g, failing), here, 0); ok {
			b.code = append(b.code, st)
		}
	}
	if !off {
		*s = *here
	}
	return b
}

func (g generator) options() []string {
	if g.odds(3, 4) {
		return nil
	}
	return []string{g.option()}
}

func (g generator) option() string {
	return pick(g, []string{"label: c" + fmt.Sprint(g.n(20)), "echo: false", "fold: true", "include: false", "eval: false", "error: true", "error: true", "tbl-cap: a table", "fig-cap: a figure", "timeout: 50s", "cache: false"})
}

// prose draws a paragraph or the like.
func (g generator) prose(s *scope) block {
	text := pick(g, []string{"Some words.", "# Heading", "More words,\non two lines.", "* one\n* two", "```python\nx = 1\n```", "A note.[^1]\n\n[^1]: Below.", "| a | b |\n|---|---|\n| 1 | 2 |", "Text *with* `code`.", ""})
	if g.odds(1, 3) {
		if st, ok := g.fill(g.form(valued), s, 0); ok && !strings.ContainsAny(st.text, "\n`") {
			text = "It is `{go} " + st.text + "` here."
		}
	}
	return block{prose: text}
}

// document draws a notebook.
func (g generator) document() document {
	d := document{
		title: "A", seed: fmt.Sprint(g.n(5)), overrides: map[string]string{},
		params: []setting{{"k", fmt.Sprint(g.n(9))}, {"sizes", "[1, 2, 3]"}, {"word", "ab"}, {"data", `""`}},
		file:   g.table(),
	}
	s := &scope{kinds: map[string]string{}}
	for range 3 + g.n(6) {
		if g.odds(1, 3) {
			d.blocks = append(d.blocks, g.prose(s))
		}
		d.blocks = append(d.blocks, g.cell(s))
	}
	for range g.n(8) {
		if b, ok := g.reader(s); ok {
			d.blocks = append(d.blocks, b)
		}
	}
	return d
}

// reader is a cell that tells of one name and of as little else as possible.
func (g generator) reader(s *scope) (block, bool) {
	if len(s.names) == 0 {
		return block{}, false
	}
	name := pick(g, s.names)
	kind := s.kinds[name]
	only := &scope{[]string{name}, map[string]string{name: kind}}
	var forms []string
	for _, f := range telling {
		if _, ok := kindsOf(f)[kind]; ok {
			forms = append(forms, f)
		}
	}
	for range 4 {
		if len(forms) == 0 {
			break
		}
		if st, ok := g.fill(pick(g, forms), only, 0); ok {
			return block{cell: true, code: []statement{st}}, true
		}
	}
	return block{}, false
}

// table draws a data file.
func (g generator) table() string {
	var b strings.Builder
	b.WriteString("id,text,label\n")
	for i := range 2 + g.n(3) {
		fmt.Fprintf(&b, "%d,%s %s,%s\n", i, pick(g, words), pick(g, words), pick(g, words))
	}
	return b.String()
}

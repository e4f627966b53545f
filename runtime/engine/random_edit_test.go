package engine

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"viva/runtime/notebook"
)

// An edit makes a document from another one, or says that it cannot.
type edit struct {
	name   string
	weight int
	make   func(g generator, d document) (document, bool)
}

var edits = []edit{
	{"prose", 10, editProse},
	{"inline", 3, func(g generator, d document) (document, bool) {
		return editBlock(g, d, false, func(b *block, at int) bool { *b = g.prose(d.scopeAt(at, 0)); return true })
	}},
	{"blank", 3, editBlank},
	{"insert cell", 8, func(g generator, d document) (document, bool) {
		at := g.n(len(d.blocks) + 1)
		d.blocks = slices.Insert(d.blocks, at, g.cell(d.scopeAt(at, 0)))
		return d, len(d.cells()) < 18
	}},
	{"insert reader", 5, func(g generator, d document) (document, bool) {
		at := len(d.blocks) - g.n(min(3, len(d.blocks)))
		b, ok := g.reader(d.scopeAt(at, 0))
		if !ok {
			return d, false
		}
		d.blocks = slices.Insert(d.blocks, at, b)
		return d, len(d.cells()) < 18
	}},
	{"delete block", 8, func(g generator, d document) (document, bool) {
		at := g.n(len(d.blocks))
		d.blocks = slices.Delete(d.blocks, at, at+1)
		return d, len(d.cells()) > 2
	}},
	{"duplicate block", 3, func(g generator, d document) (document, bool) {
		from, to := g.n(len(d.blocks)), g.n(len(d.blocks)+1)
		d.blocks = slices.Insert(d.blocks, to, d.blocks[from])
		return d.clone(), len(d.cells()) < 18
	}},
	{"move block", 5, func(g generator, d document) (document, bool) {
		from, to := g.n(len(d.blocks)), g.n(len(d.blocks))
		b := d.blocks[from]
		d.blocks = slices.Insert(slices.Delete(d.blocks, from, from+1), to, b)
		return d, from != to
	}},
	{"swap blocks", 4, func(g generator, d document) (document, bool) {
		a, b := g.n(len(d.blocks)), g.n(len(d.blocks))
		d.blocks[a], d.blocks[b] = d.blocks[b], d.blocks[a]
		return d, a != b
	}},
	{"split cell", 4, func(g generator, d document) (document, bool) {
		at, ok := someCell(g, d, 2)
		if !ok {
			return d, false
		}
		b := d.blocks[at]
		cut := 1 + g.n(len(b.code)-1)
		d.blocks[at].code = b.code[:cut:cut]
		d.blocks = slices.Insert(d.blocks, at+1, block{cell: true, code: slices.Clone(b.code[cut:])})
		return d, true
	}},
	{"merge cells", 4, func(g generator, d document) (document, bool) {
		all := d.cells()
		if len(all) < 3 {
			return d, false
		}
		i := g.n(len(all) - 1)
		a, b := all[i], all[i+1]
		d.blocks[a].code = append(d.blocks[a].code, d.blocks[b].code...)
		d.blocks = slices.Delete(d.blocks, b, b+1)
		return d, true
	}},
	{"replace statement", 10, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			code[i] = g.statement(s)
			return code
		})
	}},
	{"insert statement", 14, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			return slices.Insert(code, i, g.statement(s))
		})
	}},
	{"delete statement", 8, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement { return slices.Delete(code, i, i+1) })
	}},
	{"delete definition", 2, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			if len(code[i].declares) == 0 {
				return nil
			}
			return slices.Delete(code, i, i+1)
		})
	}},
	{"swap statements", 4, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			j := g.n(len(code))
			code[i], code[j] = code[j], code[i]
			return code
		})
	}},
	{"literal", 14, editLiteral},
	{"rename", 4, func(g generator, d document) (document, bool) { return rename(g, d, true) }},
	{"rename definition", 2, func(g generator, d document) (document, bool) { return rename(g, d, false) }},
	{"break", 3, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			st, ok := g.fill(pick(g, wrong), s, 0)
			if !ok {
				return nil
			}
			return slices.Insert(code, i, st)
		})
	}},
	{"fail", 2, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			st, ok := g.fill(pick(g, failing), s, 0)
			if !ok {
				return nil
			}
			return slices.Insert(code, i, st)
		})
	}},
	{"comment", 2, func(g generator, d document) (document, bool) {
		return editCode(g, d, func(code []statement, i int, s *scope) []statement {
			code[i].text = pick(g, []string{"// a word\n", "\n", "/* a word */ ", "//go:noinline\n"}) + code[i].text
			return code
		})
	}},
	{"option", 7, editOption},
	{"parameter", 5, func(g generator, d document) (document, bool) {
		switch g.n(7) {
		case 0:
			i := g.n(len(d.params))
			if d.params[i].name == "data" {
				return d, false
			}
			d.params = slices.Delete(d.params, i, i+1)
		case 1:
			d.params = append(d.params, setting{"p" + fmt.Sprint(g.n(9)), "1"})
		default:
			p := &d.params[g.n(len(d.params))]
			p.value = map[string]string{"k": fmt.Sprint(g.n(9)), "sizes": pick(g, []string{"[1, 2]", "[4, 5, 6]", "[7]"}), "word": pick(g, words), "data": `""`}[p.name]
			if p.value == "" {
				p.value = fmt.Sprint(g.n(9))
			}
		}
		return d, true
	}},
	{"override", 3, func(g generator, d document) (document, bool) {
		name := pick(g, []string{"k", "seed"})
		if g.odds(1, 3) {
			delete(d.overrides, name)
		} else {
			d.overrides[name] = fmt.Sprint(g.n(9))
		}
		return d, true
	}},
	{"seed", 2, func(g generator, d document) (document, bool) { d.seed = fmt.Sprint(g.n(5)); return d, true }},
	{"title", 1, func(g generator, d document) (document, bool) { d.title = pick(g, words); return d, true }},
	{"file", 5, func(g generator, d document) (document, bool) {
		if d.file = g.table(); g.odds(1, 8) {
			d.file = pick(g, []string{"", "id,text\n", "nonsense"})
		}
		return d, true
	}},
}

// edit draws a change of a document.
func (g generator) edit(d document) (string, document) {
	total := 0
	for _, e := range edits {
		total += e.weight
	}
	for {
		n := g.n(total)
		for _, e := range edits {
			if n -= e.weight; n >= 0 {
				continue
			}
			if out, ok := e.make(g, d.clone()); ok {
				return e.name, out
			}
			break
		}
	}
}

func editProse(g generator, d document) (document, bool) {
	if g.odds(1, 3) {
		at := g.n(len(d.blocks) + 1)
		d.blocks = slices.Insert(d.blocks, at, block{prose: "Words " + fmt.Sprint(g.n(100)) + "."})
		return d, true
	}
	return editBlock(g, d, false, func(b *block, _ int) bool {
		b.prose = "Another " + pick(g, words) + ".\n\n" + b.prose
		if len(b.prose) > 200 {
			b.prose = "Short."
		}
		return true
	})
}

func editBlank(g generator, d document) (document, bool) {
	at := g.n(len(d.blocks) + 1)
	d.blocks = slices.Insert(d.blocks, at, block{prose: strings.Repeat("\n", g.n(3))})
	return d, true
}

// editBlock changes a block that is a cell, or one that is none.
func editBlock(g generator, d document, cell bool, change func(*block, int) bool) (document, bool) {
	at := g.n(len(d.blocks))
	return d, d.blocks[at].cell == cell && change(&d.blocks[at], at)
}

func someCell(g generator, d document, least int) (int, bool) {
	at := pick(g, d.cells())
	return at, len(d.blocks[at].code) >= least
}

func editCode(g generator, d document, change func(code []statement, i int, s *scope) []statement) (document, bool) {
	at, ok := someCell(g, d, 1)
	if !ok {
		return d, false
	}
	i := g.n(len(d.blocks[at].code))
	code := change(d.blocks[at].code, i, d.scopeAt(at, i))
	d.blocks[at].code = code
	return d, code != nil
}

var literalText = regexp.MustCompile(`\b\d+\b|"[a-z]+"|[-+*<>]`)

func editLiteral(g generator, d document) (document, bool) {
	return editCode(g, d, func(code []statement, i int, _ *scope) []statement {
		found := literalText.FindAllStringIndex(code[i].text, -1)
		if len(found) == 0 {
			return nil
		}
		at := pick(g, found)
		was := code[i].text[at[0]:at[1]]
		now := ""
		switch {
		case was[0] == '"':
			now = `"` + pick(g, words) + `"`
		case was == "+" || was == "-" || was == "*":
			now = pick(g, []string{"+", "-", "*"})
		case was == "<" || was == ">":
			now = pick(g, []string{"<", ">"})
		default:
			now = fmt.Sprint(g.n(10))
		}
		code[i].text = code[i].text[:at[0]] + now + code[i].text[at[1]:]
		return code
	})
}

// rename gives a name that is declared somewhere another one, everywhere or
// only there.
func rename(g generator, d document, everywhere bool) (document, bool) {
	at, ok := someCell(g, d, 1)
	if !ok {
		return d, false
	}
	st := &d.blocks[at].code[g.n(len(d.blocks[at].code))]
	if len(st.declares) == 0 {
		return d, false
	}
	was := pick(g, st.declares)
	now := g.fresh(was.value, d.scopeAt(len(d.blocks), 0))
	mention := regexp.MustCompile(`\b` + was.name + `\b`)
	change := func(s statement) statement {
		s.text, s.declares = mention.ReplaceAllString(s.text, now), slices.Clone(s.declares)
		for i := range s.declares {
			if s.declares[i].name == was.name {
				s.declares[i].name = now
			}
		}
		return s
	}
	if !everywhere {
		*st = change(*st)
		return d, true
	}
	for _, b := range d.blocks {
		for i := range b.code {
			b.code[i] = change(b.code[i])
		}
	}
	return d, true
}

func editOption(g generator, d document) (document, bool) {
	b := &d.blocks[pick(g, d.cells())]
	if len(b.options) > 0 && g.odds(1, 2) {
		b.options = b.options[1:]
		return d, true
	}
	o := g.option()
	name, _, _ := strings.Cut(o, ":")
	if slices.ContainsFunc(b.options, func(other string) bool { return strings.HasPrefix(other, name+":") }) {
		return d, false
	}
	b.options = append(b.options, o)
	return d, true
}

// version is one state of a notebook in a story, with what led there.
type version struct {
	document
	edit string
	// interrupt is after how many cells a run of it is interrupted before
	// another one is compared; 0 for none.
	interrupt int
}

// story is a notebook and what becomes of it.
type story []version

// story draws one with so many edits. Most of its versions check.
func (g generator) story(n int) story {
	g.drawTheme()
	draw := func(from func() (string, document)) version {
		for try := 0; ; try++ {
			name, d := from()
			if form := formOf(d); form == sound || form == unsound && (try > 10 || g.odds(1, 8)) {
				return version{document: d, edit: name}
			}
		}
	}
	st := story{draw(func() (string, document) { return "new", g.document() })}
	broken := formOf(st[0].document) != sound
	for len(st) <= n {
		last := st[len(st)-1].document
		v := draw(func() (string, document) {
			switch {
			case broken && g.odds(1, 2) || g.odds(1, 20):
				return "undo", st[max(0, len(st)-2-g.n(3))].document
			case g.odds(1, 12):
				first, d := g.edit(last)
				second, d := g.edit(d)
				return first + ", " + second, d
			}
			return g.edit(last)
		})
		if g.odds(1, 25) {
			v.interrupt = 1 + g.n(4)
		}
		broken = formOf(v.document) != sound
		st = append(st, v)
	}
	return st
}

type form int

const (
	malformed form = iota // not read as a notebook
	unsound               // does not check
	sound
)

// formOf reads and checks a document.
func formOf(d document) form {
	nb, err := parse("n.md", d.source(), d.overrides)
	if err != nil {
		return malformed
	}
	for _, x := range Check(context.Background(), nb, Yaegi) {
		if x.Severity == "error" {
			return unsound
		}
	}
	return sound
}

// parse reads a notebook with those of the overrides that it has a use for.
func parse(path, source string, overrides map[string]string) (*notebook.Notebook, error) {
	nb, err := notebook.Parse(path, []byte(source), nil)
	if err != nil {
		return nil, err
	}
	of := map[string]string{}
	for name, value := range overrides {
		if name == "seed" || slices.ContainsFunc(nb.Meta.Params, func(p notebook.Param) bool { return p.Name == name }) {
			of[name] = value
		}
	}
	return notebook.Parse(path, []byte(source), of)
}

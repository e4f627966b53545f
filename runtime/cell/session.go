package cell

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"maps"
	"slices"
	"strings"

	"viva/runtime/lower"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// Session checks a notebook again and again while it is edited. A piece of code
// that is the same as before, and whose names refer to the same things, is
// neither checked nor lowered again, and keeps its place in the interpreter: its
// variables are the ones that they were.
//
// Lines in the units are numbers that Program.Line translates, because code
// moves when something above it is edited. The parameters' types and values and
// the seed must be the same in all versions.
type Session struct {
	importer *symbols.Importer
	pkg      *types.Package
	lowerer  *lower.Lowerer

	must        types.Object
	predeclared []types.Object
	start       []Unit

	// known are the chunks without faults, by their identities.
	known map[string]*checked
	// chunks are the same in the order in which they were first checked.
	chunks []*checked
	// units are what was lowered, in that order.
	units []Unit
	// functions are the direct uses of the notebook's functions and methods.
	functions map[*types.Func]*uses
	// parameters are what those functions do with what they are given.
	parameters map[*types.Func][]access
	// variables are the notebook's variables as code below them sees them, with
	// what identifies them; objects identifies everything else.
	variables, objects map[types.Object]string
	// alias leads from a chunk's own objects to those that code below sees.
	alias map[types.Object]types.Object
	// broken counts the names of code that has errors.
	broken int
}

// NewSession returns a session that has checked nothing yet. Outside is that
// of Check.
func NewSession(outside Outside) *Session {
	s := &Session{
		importer: symbols.NewImporter(), pkg: types.NewPackage("main", "main"), known: map[string]*checked{},
		functions: map[*types.Func]*uses{}, parameters: map[*types.Func][]access{}, variables: map[types.Object]string{}, objects: map[types.Object]string{},
		alias: map[types.Object]types.Object{},
	}
	s.importer.Outside = outside
	s.lowerer = lower.New(s.importer, s.pkg)
	return s
}

// Check checks and lowers a version of the notebook for the interpreter. The
// program is like that of the function Check, but for Native.
func (s *Session) Check(nb *notebook.Notebook) (*Program, []record.Diagnostic) {
	return s.check(nb, false)
}

// Size is how much lowered code the session holds, in bytes. A session whose
// notebook is edited grows.
func (s *Session) Size() int {
	n := 0
	for _, u := range s.units {
		n += len(u.Decls)
	}
	return n
}

// Variables that every notebook has.
const (
	ctxID    = "ctx"
	paramsID = "params"
)

// checked is a chunk that was found to be without fault.
type checked struct {
	id     string
	serial int
	// first is the line of its first item when it was checked, and now in the
	// version that was checked last; cell is the one in which it stands there.
	first, now, cell int
	declared         []declared
	// imports are the names of the notebook's own imports that it uses.
	imports []string
	uses    *uses
	refers  map[string]string
	// above and after are how the code above it, and with it, deals with panics.
	above, after lower.Recovery

	// ch is dropped when it has been lowered to unit.
	ch       *chunk
	unit     Unit
	refusals []lower.Refusal
}

// declared is what a chunk declares for the code below, line lines below its
// first one.
type declared struct {
	object types.Object
	line   int
}

// perChunk is how many lines a chunk may have.
const perChunk = 1 << 20

// Line translates a line of lowered code into the notebook's. Others are as
// they are.
func (p *Program) Line(n int) int {
	if n < perChunk || p.session == nil || n/perChunk > len(p.session.chunks) {
		return n
	}
	return p.session.chunks[n/perChunk-1].now + n%perChunk
}

// Place is where a line of lowered code stands: the identity of the code and
// the lines below its first one. The identity is empty for other lines.
func (p *Program) Place(n int) (id string, below int) {
	if n < perChunk || p.session == nil || n/perChunk > len(p.session.chunks) {
		return "", n
	}
	return p.session.chunks[n/perChunk-1].id, n % perChunk
}

// LineAt is the notebook's line of a Place; 0 if the notebook has no such code.
func (p *Program) LineAt(id string, below int) int {
	if id == "" {
		return below
	}
	if k := p.session.known[id]; k != nil {
		return k.now + below
	}
	return 0
}

// check is Check; with native the compiled notebook is written as well.
func (s *Session) check(nb *notebook.Notebook, native bool) (*Program, []record.Diagnostic) {
	c := s.newChecker(nb)
	c.assembling = native
	c.predeclare()
	program := &Program{Prelude: s.start, session: s}
	inlines := nb.Inlines
	take := func(after int) {
		for len(inlines) > 0 && inlines[0].After == after {
			program.Inlines = append(program.Inlines, c.inline(inlines[0]))
			inlines = inlines[1:]
		}
	}
	take(-1)
	for _, cell := range nb.Cells {
		program.Cells = append(program.Cells, c.cell(cell))
		take(cell.Index)
	}
	c.unusedImports()
	slices.SortStableFunc(c.diagnostics, func(a, b record.Diagnostic) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	if c.failed() {
		return nil, c.diagnostics
	}
	c.finish(program)
	return program, c.diagnostics
}

// failed reports whether there was an error.
func (c *checker) failed() bool {
	return slices.ContainsFunc(c.diagnostics, func(d record.Diagnostic) bool { return d.Severity == "error" })
}

// finish lowers what has not been lowered and completes the program.
func (c *checker) finish(program *Program) {
	for _, code := range program.parts(c.nb) {
		for _, k := range code.chunks {
			c.lower(k)
			code.Units = append(code.Units, k.unit)
			for _, r := range k.refusals {
				c.refuse(k.cell, max(program.Line(r.Line), k.now), r.Column, r.Message, r.Hint)
			}
		}
		if !c.assembling {
			code.Effects = c.combine(code.chunks)
		}
	}
	program.Refused, program.Loaded = c.refused, c.units
	if c.assembling {
		program.Native = c.source()
	}
}

// parts are the program's pieces of code in the order in which they run.
func (p *Program) parts(nb *notebook.Notebook) []*Code {
	var all []*Code
	inline := 0
	take := func(after int) {
		for ; inline < len(nb.Inlines) && nb.Inlines[inline].After == after; inline++ {
			all = append(all, &p.Inlines[inline])
		}
	}
	take(-1)
	for i := range p.Cells {
		all = append(all, &p.Cells[i])
		take(i)
	}
	return all
}

// keep keeps a chunk that was found without fault.
func (c *checker) keep(ch *chunk, id string, refers map[string]string, declared []declared, imports []string) *checked {
	k := &checked{
		id: id, serial: len(c.chunks) + 1, first: ch.first(), now: ch.first(), cell: ch.cell, declared: declared,
		imports: imports, uses: c.effects(ch), refers: refers, above: c.above, after: c.above.With(c.lowered(ch)), ch: ch,
	}
	c.chunks = append(c.chunks, k)
	c.known[id] = k
	return k
}

// lowered is the chunk as the lowerer sees it.
func (c *checker) lowered(ch *chunk) *lower.Chunk {
	l := &lower.Chunk{File: ch.file, Info: ch.info, Whole: ch.whole, Inline: ch.value, Scope: ch.scope, Above: c.above}
	if ch.kind == statement {
		l.Statements, l.Shown = ch.function(), ch.shown()
	}
	return l
}

// again makes what a known chunk declares visible, as checking it would.
func (c *checker) again(k *checked, ch *chunk) {
	k.now, k.cell = ch.first(), ch.cell
	for _, d := range k.declared {
		c.declare(d.object, k.now+d.line)
	}
	for _, name := range k.imports {
		c.imports[name].used = true
	}
}

// lower lowers a chunk for the interpreter if that has not been done.
func (c *checker) lower(k *checked) {
	ch := k.ch
	if ch == nil {
		return
	}
	k.ch = nil
	position := func(pos token.Pos) (line, column int) {
		line, column = ch.position(pos)
		return k.serial*perChunk + line - k.first, column
	}
	l := c.lowered(ch)
	l.Position, l.Above = position, k.above
	k.unit, k.refusals = c.lowerer.Lower(l)
	c.units = append(c.units, k.unit)
}

// combine joins the effects of a cell's chunks.
func (c *checker) combine(chunks []*checked) Effects {
	h := sha256.New()
	all := newUses()
	e := Effects{Refers: map[string]string{}}
	for _, k := range chunks {
		fmt.Fprintln(h, k.id)
		maps.Copy(e.Refers, k.refers)
		for o, use := range k.uses.vars {
			w := all.variable(o)
			w.Declared, w.Written = w.Declared || use.Declared, w.Written || use.Written
			w.Shared, w.Captured = w.Shared || use.Shared, w.Captured || use.Captured
			w.Imported = use.Imported
		}
		maps.Copy(all.params, k.uses.params)
		e.AllParams = e.AllParams || k.uses.allParams
		e.Rand, e.World, e.Timed = e.Rand || k.uses.rand, e.World || k.uses.world, e.Timed || k.uses.timed
	}
	for o, use := range all.vars {
		use.ID = c.variables[o]
		e.Uses = append(e.Uses, *use)
	}
	slices.SortFunc(e.Uses, func(a, b Use) int { return strings.Compare(a.ID, b.ID) })
	e.Params = slices.Sorted(maps.Keys(all.params))
	e.ID = hex.EncodeToString(h.Sum(nil))
	return e
}

// first is the line of the chunk's first item.
func (ch *chunk) first() int {
	line := 0
	for i, p := range ch.parts {
		if l, _ := place(ch.code, p.code, ch.line, ch.indent); i == 0 || l < line {
			line = l
		}
	}
	return line
}

// identify names a parsed chunk by its text and by what each name in it refers
// to. Chunks of the same identity are the same code in every respect but where
// they stand. What the names of the notebook refer to is returned as well.
func (c *checker) identify(ch *chunk) (id string, refers map[string]string) {
	h := sha256.New()
	fmt.Fprintln(h, ch.kind, ch.last, ch.value, c.above)
	first := ch.first()
	for _, p := range ch.parts {
		line, column := place(ch.code, p.code, ch.line, ch.indent)
		text := ch.code[p.code : p.code+p.n]
		fmt.Fprintln(h, line-first, column, len(text))
		io.WriteString(h, text)
	}
	names := map[string]bool{}
	ast.Inspect(ch.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	refers = map[string]string{}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		switch {
		case c.names[n] != nil:
			refers[n] = c.identity(c.names[n].object)
			fmt.Fprintf(h, "%s is %s\n", n, refers[n])
		case c.imports[n] != nil:
			fmt.Fprintf(h, "%s imports %s\n", n, c.imports[n].path)
		}
	}
	id = hex.EncodeToString(h.Sum(nil)[:16])
	for n, base := 2, id; c.ids[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	c.ids[id] = true
	return id, refers
}

// identity identifies an object of the notebook by the code that declares it.
func (c *checker) identity(o types.Object) string {
	if id := c.variables[o]; id != "" {
		if id == paramsID {
			return types.TypeString(o.Type(), nil)
		}
		return id
	}
	return c.objects[o]
}

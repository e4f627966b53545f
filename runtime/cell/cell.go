// Package cell is the front end for the Go in cells: it splits cells into
// statements and declarations, adds the imports they leave out, type-checks
// the whole notebook with go/types before anything runs, and writes the plainer
// Go that the interpreter is given. It runs nothing.
//
// # What a cell means
//
// A cell's statements run from top to bottom. Names declared at its top level
// are visible below, in the cell and in the cells after it; declaring one
// again makes a new variable, function or type that hides the older one, and
// code above keeps the older one. Functions, types and constants that stand
// side by side may refer to each other in any order. Methods stand in the cell
// of their type.
//
// Predeclared are ctx, the context that ends when the cell is interrupted;
// params, a struct of the notebook's parameters; seed, the notebook's seed;
// and must, which gives its first argument or stops the cell with its second.
package cell

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"viva/runtime/lower"
	"viva/runtime/notebook"
	"viva/runtime/record"
	"viva/runtime/symbols"
)

// Program is a notebook that passed the check, ready to run.
type Program struct {
	// Prelude is run before the first cell.
	Prelude []Unit
	// Cells and Inlines are in the order of the notebook's.
	Cells   []Code
	Inlines []Code
	// Refused says what is correct Go but beyond the interpreter. The units
	// are not to be run if there is any.
	Refused []record.Diagnostic
	// Native is the notebook for the compiler; nil if it was checked by a
	// Session.
	Native *Native
	// Loaded are all units that the session has lowered so far, in their order.
	// A kernel must have loaded them, also those that the notebook has no more:
	// what they declare serves others too.
	Loaded []Unit

	session *Session
}

// Code is what runs for one cell or inline expression.
type Code struct {
	Units []Unit
	// Reset has the variables set back to zero first, since the code has run
	// before.
	Reset bool
	// Calls are the functions of the compiled notebook that run it, in order.
	Calls []string `json:"-"`
	// Volatile names what keeps it from being the same in every run.
	Volatile []string
	// Effects are its uses of variables, in a Session.
	Effects Effects `json:"-"`

	chunks []*checked
}

// Loaded is the code without the declarations, for a kernel that has loaded
// them.
func (c Code) Loaded() Code {
	out := Code{Reset: c.Reset, Volatile: c.Volatile}
	for _, u := range c.Units {
		out.Units = append(out.Units, Unit{Imports: u.Imports, Calls: u.Calls, Reset: u.Reset})
	}
	return out
}

// Unit is a piece of Go for the interpreter.
type Unit = lower.Unit

// Import is a package and the name by which code refers to it.
type Import = lower.Import

// dot is a letter that no one types: names that contain it cannot collide
// with those of a notebook.
const dot = lower.Dot

const supportName = "cell" + dot

// Check type-checks a notebook's cells and lowers them, for the interpreter
// and for the compiler. The diagnostics are in the order of the notebook; the
// program is nil if one of them is an error. Cells with eval: false are left
// out: nothing below can depend on them.
//
// Outside finds the packages that are not embedded; nil for none. Its errors
// are reported at the import.
func Check(nb *notebook.Notebook, outside Outside) (*Program, []record.Diagnostic) {
	return NewSession(outside).check(nb, true)
}

// Outside finds the type information of a package that is not embedded.
type Outside = func(path string) (*symbols.Outside, error)

// name is a notebook-level name as the cells below see it.
type name struct {
	object types.Object
	line   int
}

// imported is an import declaration of the notebook's own.
type imported struct {
	path         string
	used         bool
	cell         int
	line, column int
}

// checker checks one version of a notebook.
type checker struct {
	*Session
	nb    *notebook.Notebook
	names map[string]*name
	// emitted gives the name that an object has in the compiled notebook.
	emitted map[types.Object]string
	// counts how often a name was declared, to keep revisions apart.
	counts      map[string]int
	imports     map[string]*imported
	unused      []*imported
	diagnostics []record.Diagnostic
	// refused is what the interpreter cannot run.
	refused []record.Diagnostic
	// missing are the names of imports that failed and were reported.
	missing map[string]bool
	// ids are those of the chunks so far.
	ids map[string]bool
	// above is how the chunks so far deal with panics.
	above lower.Recovery

	// assembling says that the compiled notebook is written too.
	assembling bool
	native     native
	assembled  int
	// whole says that a Go file is checked; dots are its dot imports.
	whole bool
	dots  []string
}

func (s *Session) newChecker(nb *notebook.Notebook) *checker {
	return &checker{
		Session: s, nb: nb, names: map[string]*name{}, emitted: map[types.Object]string{}, counts: map[string]int{},
		imports: map[string]*imported{}, missing: map[string]bool{}, ids: map[string]bool{},
	}
}

func (c *checker) report(cell, line, column int, message, hint string) {
	c.diagnostics = append(c.diagnostics, record.Diagnostic{
		Severity: "error", File: c.nb.Path, Line: line, Column: column, Cell: cell, Message: message, Hint: hint,
	})
}

// refuse reports what the interpreter cannot run.
func (c *checker) refuse(cell, line, column int, message, hint string) {
	c.refused = append(c.refused, record.Diagnostic{
		Severity: "error", File: c.nb.Path, Line: line, Column: column, Cell: cell, Message: message, Hint: hint,
	})
}

// declare makes an object visible to the code below, under a name of its own
// in lowered code.
func (c *checker) declare(o types.Object, line int) {
	c.names[o.Name()] = &name{o, line}
	c.counts[o.Name()]++
	c.emitted[o] = c.revision(o.Name(), c.counts[o.Name()])
}

func (c *checker) revision(name string, n int) string {
	// What hides a predeclared name would hide it from older code too.
	if n == 1 && name != "main" && name != "init" && types.Universe.Lookup(name) == nil {
		return name
	}
	return fmt.Sprintf("%s%s%d", name, dot, n)
}

// predeclare declares ctx, params, seed and must.
func (c *checker) predeclare() {
	var form, values []string
	var fields []*types.Var
	for _, p := range c.nb.Meta.Params {
		typ, text, value := paramType(p)
		fields = append(fields, types.NewField(token.NoPos, c.pkg, p.Name, typ, false))
		form = append(form, p.Name+" "+text)
		values = append(values, p.Name+": "+value)
	}
	if c.must == nil {
		c.prelude(fields, values)
	}
	for _, o := range c.predeclared {
		c.declare(o, 0)
	}
	fmt.Fprintf(&c.native.decls, "var ctx context%s.Context\nvar seed int64 = %d\nvar params = struct{%s}{%s}\n",
		dot, c.nb.Meta.Seed, strings.Join(form, "; "), strings.Join(values, ", "))
}

// prelude makes the predeclared objects and lowers their declarations.
func (c *checker) prelude(fields []*types.Var, values []string) {
	pkg := c.pkg
	contextPackage, err := c.importer.Import("context")
	if err != nil {
		panic(err) // embedded, and tested to be there
	}
	contextType := contextPackage.Scope().Lookup("Context").Type()
	seed := c.nb.Meta.Seed
	predeclared := []lower.Predeclared{
		{Object: types.NewVar(token.NoPos, pkg, "ctx", contextType), Value: func(string) string { return supportName + ".Ctx" }},
		{Object: types.NewVar(token.NoPos, pkg, "seed", types.Typ[types.Int64]), Value: func(string) string { return fmt.Sprint(seed) }},
		{
			Object: types.NewVar(token.NoPos, pkg, "params", types.NewStruct(fields, nil)),
			Value:  func(typ string) string { return typ + "{" + strings.Join(values, ", ") + "}" },
		},
	}
	t := types.NewTypeParam(types.NewTypeName(token.NoPos, pkg, "T", nil), types.Universe.Lookup("any").Type())
	c.must = types.NewFunc(token.NoPos, pkg, "must", types.NewSignatureType(nil, nil, []*types.TypeParam{t},
		types.NewTuple(types.NewParam(token.NoPos, pkg, "v", t), types.NewParam(token.NoPos, pkg, "err", types.Universe.Lookup("error").Type())),
		types.NewTuple(types.NewParam(token.NoPos, pkg, "", t)), false))
	for _, p := range predeclared {
		c.predeclared = append(c.predeclared, p.Object)
		c.variables[p.Object] = p.Object.Name()
	}
	c.predeclared = append(c.predeclared, c.must)
	c.start = []Unit{c.lowerer.Prelude(predeclared, c.must)}
}

// paramType gives a parameter's type, its spelling and its value as Go.
func paramType(p notebook.Param) (types.Type, string, string) {
	scalar, list := strings.CutPrefix(p.Type, "[]")
	basic := map[string]types.BasicKind{"string": types.String, "int": types.Int, "float": types.Float64, "bool": types.Bool}
	typ := types.Type(types.Typ[basic[scalar]])
	if list {
		typ = types.NewSlice(typ)
	}
	text := typ.String()
	value := ""
	switch v := p.Value.(type) {
	case string:
		value = fmt.Sprintf("%q", v)
	case float64:
		value = fmt.Sprintf("float64(%v)", v)
	case int64, bool:
		value = fmt.Sprint(v)
	default:
		value = fmt.Sprintf("%#v", v)
		value = text + value[strings.Index(value, "{"):]
	}
	return typ, text, value
}

// unusedImports reports the imports that no cell uses.
func (c *checker) unusedImports() {
	for _, im := range c.unused {
		if !im.used {
			c.report(im.cell, im.line, im.column, fmt.Sprintf("%q imported and not used", im.path), "delete the import; cells need none for the packages they use")
		}
	}
}

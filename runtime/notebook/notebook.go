// Package notebook reads a notebook: a CommonMark and GFM document with YAML
// front matter whose ```go fences are cells and whose `{go} expr` code spans
// are values. It keeps the position of everything it finds. It knows nothing
// of Go beyond that, and runs nothing.
package notebook

import (
	"time"

	"github.com/yuin/goldmark/ast"
)

// Notebook is a parsed notebook. It is not changed after Parse.
type Notebook struct {
	// Path is the path as given to Parse, with forward slashes.
	Path   string
	Source []byte
	Meta   Meta
	// Doc is the document's syntax tree over Source. Cells and inline
	// expressions are *CellNode and *InlineNode in it.
	Doc     ast.Node
	Cells   []*Cell
	Inlines []*Inline
}

// Meta is the front matter.
type Meta struct {
	// Title is the front matter's, else the first heading's text, else the
	// file's name.
	Title    string
	Author   []string
	Date     string
	Abstract string
	// Params are in the order of the file.
	Params []Param
	Seed   int64
	// Requires are notebooks that must have passed before this one runs, After
	// those that only have to come before it.
	Requires, After []string
	Bibliography    []string
	// Engine is one of Engines, empty where the notebook names none;
	// EngineLine is where it does.
	Engine     string
	EngineLine int
}

// Param is a parameter with its default.
type Param struct {
	Name string
	// Type is "string", "int", "float", "bool", or one of them after "[]".
	Type string
	// Value is a string, int64, float64 or bool, or a slice of one of them.
	Value any
	// Set is true where an override replaced the default.
	Set  bool
	Line int
}

// Cell is a fence of Go.
type Cell struct {
	Index int
	// Line is the line of the opening fence, from 1.
	Line    int
	Options Options
	// Code is the cell's Go with its option lines, as it stands in the file
	// but for the indentation of the fence.
	Code string
	// CodeLine is the line in the file of Code's first line.
	CodeLine int
	// Indent is the number of bytes cut from the start of each line, which is
	// to be added to a column within Code.
	Indent int
}

// Options are the `//| name: value` lines at a cell's top.
type Options struct {
	Label   string
	FigCap  string
	FigAlt  string
	TblCap  string
	Echo    bool          // show the code; default true
	Fold    bool          // show the code folded; default false
	Include bool          // show anything of the cell; default true
	Eval    bool          // run it; default true
	Error   bool          // an error is expected; default false
	Cache   bool          // may be skipped when nothing changed; default true
	Timeout time.Duration // default 0: the run's
}

// Inline is a `{go} expr` code span.
type Inline struct {
	Index int
	// After is the index of the last cell above it, -1 for none.
	After int
	Expr  string
	Line  int
	// Column is that of the expression's first byte, from 1.
	Column int
}

// KindCell and KindInline are the kinds of the nodes below.
var (
	KindCell   = ast.NewNodeKind("GoCell")
	KindInline = ast.NewNodeKind("GoInline")
)

// CellNode stands where a cell stood.
type CellNode struct {
	ast.BaseBlock
	Cell *Cell
}

// Kind implements ast.Node.
func (*CellNode) Kind() ast.NodeKind { return KindCell }

// IsRaw implements ast.Node.
func (*CellNode) IsRaw() bool { return true }

// Dump implements ast.Node.
func (n *CellNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// InlineNode stands where an inline expression stood.
type InlineNode struct {
	ast.BaseInline
	Inline *Inline
}

// Kind implements ast.Node.
func (*InlineNode) Kind() ast.NodeKind { return KindInline }

// Dump implements ast.Node.
func (n *InlineNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

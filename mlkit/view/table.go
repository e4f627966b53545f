package view

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// Table is a rectangle of cells under named columns.
type Table struct {
	// Caption stands above the table. A cell's tbl-cap option overrides it.
	Caption string   `json:"caption,omitempty"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	// Notes stand below the table, each a plain-text line.
	Notes []string `json:"notes,omitempty"`
}

// Column is a column's heading and the way its numbers are printed.
type Column struct {
	Name string `json:"name"`
	// Unit is as in Metric: "", "%", "points", "s", "count" or another unit.
	Unit string `json:"unit,omitempty"`
	// Digits is the number of decimals; 0 means the unit's usual number, and
	// -1 none.
	Digits int `json:"digits,omitempty"`
}

// Cell is one entry. Number is set where the entry is a number, so that a
// report can sort and align it, and a reader of the record can compute with
// it.
type Cell struct {
	Text   string   `json:"text"`
	Number *float64 `json:"number,omitempty"`
	// Tone is "", "good", "warn" or "bad": how the entry should strike the eye.
	// It is never the only sign of what it says.
	Tone string `json:"tone,omitempty"`
	// Link is where the entry leads: a path relative to the notebook, as in its
	// prose, such as "03-classifier.md#test-score", or an address of the web.
	Link string `json:"link,omitempty"`
}

// NewTable returns a table without rows. A column name may carry its unit in
// brackets at the end, "share [%]", which sets Unit.
func NewTable(caption string, columns ...string) *Table {
	t := &Table{Caption: caption}
	for _, name := range columns {
		c := Column{Name: name}
		if n := len(name); n > 2 && name[n-1] == ']' {
			for i := n - 2; i > 0; i-- {
				if name[i] == '[' {
					c.Unit = name[i+1 : n-1]
					for i > 0 && name[i-1] == ' ' {
						i--
					}
					c.Name = name[:i]
					break
				}
			}
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// Copy returns a table that can be changed without changing this one.
func (t *Table) Copy() *Table {
	c := *t
	c.Columns, c.Notes = slices.Clone(t.Columns), slices.Clone(t.Notes)
	c.Rows = make([][]Cell, len(t.Rows))
	for i, row := range t.Rows {
		c.Rows[i] = slices.Clone(row)
		for j, cell := range row {
			if cell.Number != nil {
				n := *cell.Number
				c.Rows[i][j].Number = &n
			}
		}
	}
	return &c
}

// Add appends a row. Numbers are formatted by their column; a Cell is taken
// as it is; nil is an empty cell; anything else is printed as fmt does. It
// returns the table, so that calls can be chained. A row shorter than the
// columns is filled with empty cells; surplus values get columns without a
// name.
func (t *Table) Add(values ...any) *Table {
	for len(t.Columns) < len(values) {
		t.Columns = append(t.Columns, Column{})
	}
	row := make([]Cell, len(t.Columns))
	for i, v := range values {
		row[i] = t.Columns[i].cell(v)
	}
	t.Rows = append(t.Rows, row)
	return t
}

// View implements Viewer.
func (t *Table) View() []Item { return []Item{{Table: t}} }

func (c Column) cell(v any) Cell {
	switch v := v.(type) {
	case nil:
		return Cell{}
	case Cell:
		return v
	case string:
		return Cell{Text: v}
	case bool:
		if v {
			return Cell{Text: "yes"}
		}
		return Cell{Text: "no"}
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.CanInt():
		return c.number(float64(rv.Int()), true)
	case rv.CanUint():
		return c.number(float64(rv.Uint()), true)
	case rv.CanFloat():
		return c.number(rv.Float(), false)
	}
	return Cell{Text: fmt.Sprint(v)}
}

func (c Column) number(x float64, whole bool) Cell {
	unit := c.Unit
	if unit == "" && whole {
		unit = "count"
	}
	if !finite(x) {
		return Cell{Text: FormatUnit(x, unit)}
	}
	text := ""
	switch {
	case c.Digits == 0:
		text = FormatUnit(x, unit)
	case c.Digits < 0:
		text = formatUnit(x, unit, 0)
	default:
		text = formatUnit(x, unit, c.Digits)
	}
	return Cell{Text: text, Number: &x}
}

// FormatUnit prints x as Metric.Unit describes, with the unit's usual number
// of decimals: "%" and "points" one, "count" none, "s" by size, others three.
func FormatUnit(x float64, unit string) string {
	return formatUnit(x, unit, usualDigits(x, unit))
}

func usualDigits(x float64, unit string) int {
	switch unit {
	case "%", "points":
		return 1
	case "count":
		return 0
	case "s":
		switch {
		case x < 0.01:
			return 4
		case x < 1:
			return 2
		}
		return 1
	}
	return 3
}

func formatUnit(x float64, unit string, digits int) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "−∞"
	}
	switch unit {
	case "":
		return decimals(x, digits)
	case "%":
		return decimals(100*x, digits) + " %"
	case "points":
		return decimals(100*x, digits) + " points"
	case "count":
		return decimals(x, digits)
	}
	return decimals(x, digits) + " " + unit
}

// decimals prints x with thousands separated by commas.
func decimals(x float64, digits int) string {
	s := strconv.FormatFloat(x, 'f', digits, 64)
	start := 0
	if s[0] == '-' {
		start = 1
	}
	end := len(s)
	for i := start; i < len(s); i++ {
		if s[i] == '.' {
			end = i
			break
		}
	}
	for i := end - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package notebook

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	"pgregory.net/rapid"
)

const sample = "---\n" + `title: Leaks
author: [Ada, Grace]
date: 2026-11-22
abstract: |
  What leaks.
params:
  data: ""
  folds: 5
  share: 0.2
  quick: false
  sizes: [1, 2.5]
seed: 42
requires: 01-verify.md
---

# First

Value ` + "`{go} 1 + 2`" + ` and ` + "`plain`" + `.

` + "```go" + `
//| label: fig-one
//| fig-cap: "A figure: with a colon"
//| timeout: 90s
//| echo: false
x := 1
` + "```" + `

- in a list

  ` + "```go" + `
  y := x
  ` + "```" + `

` + "```sh\nls\n```\n" + `
Last ` + "`{go} y`" + `.
`

func TestParseFindsWhatANotebookHolds(t *testing.T) {
	nb, err := Parse("a.md", []byte(sample), map[string]string{"folds": "10", "sizes": "3,4"})
	if err != nil {
		t.Fatal(err)
	}
	wantMeta := Meta{
		Title: "Leaks", Author: []string{"Ada", "Grace"}, Date: "2026-11-22", Abstract: "What leaks.", Seed: 42, Requires: []string{"01-verify.md"},
		Params: []Param{
			{Name: "data", Type: "string", Value: "", Line: 8},
			{Name: "folds", Type: "int", Value: int64(10), Set: true, Line: 9},
			{Name: "share", Type: "float", Value: 0.2, Line: 10},
			{Name: "quick", Type: "bool", Value: false, Line: 11},
			{Name: "sizes", Type: "[]float", Value: []float64{3, 4}, Set: true, Line: 12},
		},
	}
	if d := cmp.Diff(wantMeta, nb.Meta); d != "" {
		t.Error(d)
	}
	plain := Options{Echo: true, Include: true, Eval: true, Cache: true}
	first := plain
	first.Label, first.FigCap, first.Timeout, first.Echo = "fig-one", "A figure: with a colon", 90*time.Second, false
	wantCells := []*Cell{
		{Index: 0, Line: 21, CodeLine: 22, Options: first, Code: "//| label: fig-one\n//| fig-cap: \"A figure: with a colon\"\n//| timeout: 90s\n//| echo: false\nx := 1\n"},
		{Index: 1, Line: 31, CodeLine: 32, Options: plain, Code: "y := x\n", Indent: 2},
	}
	if d := cmp.Diff(wantCells, nb.Cells); d != "" {
		t.Error(d)
	}
	wantInlines := []*Inline{
		{Index: 0, After: -1, Expr: "1 + 2", Line: 19, Column: 13},
		{Index: 1, After: 1, Expr: "y", Line: 39, Column: 12},
	}
	if d := cmp.Diff(wantInlines, nb.Inlines); d != "" {
		t.Error(d)
	}
	nodes := 0
	_ = ast.Walk(nb.Doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if k := n.Kind(); entering && (k == KindCell || k == KindInline) {
			nodes++
		}
		return ast.WalkContinue, nil
	})
	if nodes != 4 {
		t.Errorf("the tree holds %d cells and values, want 4", nodes)
	}
}

func TestTitleFallsBackToHeadingThenFile(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"# A *title*\n", "A title"},
		{"prose\n\n## Later\n", "Later"},
		{"prose\n", "my-notes"},
		{"", "my-notes"},
	} {
		nb, err := Parse("dir/my-notes.md", []byte(c.source), nil)
		if err != nil || nb.Meta.Title != c.want {
			t.Errorf("%q: title %q (%v), want %q", c.source, nb.Meta.Title, err, c.want)
		}
	}
}

func TestFormErrorsHavePositionsAndHints(t *testing.T) {
	fence := "```"
	for _, c := range []struct {
		name, source string
		overrides    map[string]string
		want         string
	}{
		{"not UTF-8", "# ok\nca\xfe\n", nil, `a.md:2:3: not UTF-8: byte 0xfe | save the file as UTF-8`},
		{"NUL", "a\x00", nil, `a.md:1:2: a NUL byte: this is not a text file | `},
		{"unclosed fence", "# t\n\n" + fence + "go\nx := 1\n", nil, `a.md:3:1: this fence is never closed | add a line with the same fence where the code ends`},
		{"unclosed empty fence", "text\n\n" + fence + "go", nil, `a.md:3:1: this fence is never closed | add a line with the same fence where the code ends`},
		{"shorter closing fence", "````go\nx\n```\n", nil, `a.md:1:1: this fence is never closed | add a line with the same fence where the code ends`},
		{"unknown option", fence + "go\n//| lable: x\n" + fence + "\n", nil, `a.md:2:1: unknown cell option "lable" | did you mean "label"?`},
		{"bad bool", fence + "go\n//| echo: yes\n" + fence + "\n", nil, `a.md:2:1: cell option echo: "yes" is neither true nor false | `},
		{"bad timeout", fence + "go\n//| timeout: 5\n" + fence + "\n", nil, `a.md:2:1: cell option timeout: "5" is not a duration | write for example 90s, 10m or 2h`},
		{"late option", fence + "go\nx := 1\n//| echo: false\n" + fence + "\n", nil, `a.md:3:1: a cell option below the cell's first line of code | move it to the top of the cell`},
		{"option twice", fence + "go\n//| echo: false\n//| echo: true\n" + fence + "\n", nil, `a.md:3:1: cell option "echo" is given twice | keep one of them`},
		{"label twice", fence + "go\n//| label: a\n" + fence + "\n\n" + fence + "go\n//| label: a\n" + fence + "\n", nil, `a.md:5:1: label "a" is used twice; the first is on line 1 | give each cell its own label`},
		{"open front matter", "---\ntitle: x\n", nil, `a.md:1:1: the front matter is never closed | add a line --- where it ends`},
		{"broken YAML", "---\ntitle: [\n---\n", nil, `a.md:2:1: front matter: did not find expected node content | it must be YAML: name: value, one on a line`},
		{"unknown name", "---\ntitel: x\n---\n", nil, `a.md:2:1: unknown name "titel" in the front matter | did you mean "title"?`},
		{"parameter without default", "---\nparams:\n  data:\n---\n", nil, `a.md:3:8: parameter "data" needs a default: a text, number, true, false, or a list of one of them | for a text that may be empty, write ""`},
		{"parameter name", "---\nparams:\n  min-df: 2\n---\n", nil, `a.md:3:3: parameter "min-df" is not a Go identifier | cells read it as params.min_df; name it so`},
		{"unknown parameter", "---\nparams:\n  folds: 2\n---\n", map[string]string{"fold": "3"}, `a.md:1:1: -p fold=3: this notebook has no parameter "fold" | did you mean "folds"?`},
		{"wrong type", "---\nparams:\n  folds: 2\n---\n", map[string]string{"folds": "many"}, `a.md:3:1: -p folds=many: "many" is not a whole number; the parameter is declared here as int | `},
		{"empty value", "`{go} `\n", nil, "a.md:1:2: an inline value without an expression | write `{go} expression`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("a.md", []byte(c.source), c.overrides)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want a *Error", err)
			}
			var got []string
			for _, d := range e.Diagnostics {
				got = append(got, fmt.Sprintf("%s:%d:%d: %s | %s", d.File, d.Line, d.Column, d.Message, d.Hint))
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}

func TestAllFormErrorsAreReportedTogether(t *testing.T) {
	_, err := Parse("a.md", []byte("---\ntitel: x\n---\n\n```go\n//| ehco: false\n```\n\n```go\n//| fold: 1\n```\n"), nil)
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 3 {
		t.Errorf("%d errors, want 3: %v", n, err)
	}
}

// The code of a cell stands at CodeLine and Indent of the file, whatever is
// around it.
func TestCellPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		n := rapid.IntRange(1, 5).Draw(t, "cells")
		for i := range n {
			b.WriteString(rapid.SampledFrom([]string{"prose\n\n", "# head\n\n", "\n\n", "> quote\n\n", "text `{go} 1` end\n\n"}).Draw(t, "between"))
			width := rapid.IntRange(3, 6).Draw(t, "fence")
			mark := rapid.SampledFrom([]string{"`", "~"}).Draw(t, "mark")
			fmt.Fprintf(&b, "%sgo\nv%d := %d\n%s\n\n", strings.Repeat(mark, width), i, i, strings.Repeat(mark, width))
		}
		source := b.String()
		nb, err := Parse("a.md", []byte(source), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(nb.Cells) != n {
			t.Fatalf("%d cells, want %d", len(nb.Cells), n)
		}
		lines := strings.Split(source, "\n")
		for i, c := range nb.Cells {
			if want := fmt.Sprintf("v%d := %d", i, i); lines[c.CodeLine-1] != want || c.Code != want+"\n" {
				t.Fatalf("cell %d at line %d is %q", i, c.CodeLine, lines[c.CodeLine-1])
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("---\nparams: {a: [1, x]}\n---\n```go\n//| fig-cap: 'a\n```\n")
	f.Add("> ```go\n> x\n> ```\n- ```go\n  y\n  ```\n")
	f.Add("`{go}` `{go}x` ~~~go\n")
	f.Add("\ufeff---\r\ntitle: x\r\n---\r\n```go\r\nx := 1\r\n```\r\n")
	f.Fuzz(func(t *testing.T, source string) {
		nb, err := Parse("a.md", []byte(source), map[string]string{"a": "1"})
		if err == nil {
			lines := strings.Count(source, "\n") + 1
			for _, c := range nb.Cells {
				if c.Line < 1 || c.CodeLine > lines {
					t.Errorf("cell at line %d of %d", c.Line, lines)
				}
			}
			return
		}
		var e *Error
		if !errors.As(err, &e) || len(e.Diagnostics) == 0 {
			t.Fatalf("error %v without diagnostics", err)
		}
		for _, d := range e.Diagnostics {
			if d.Line < 1 || d.Column < 1 || d.Message == "" {
				t.Errorf("diagnostic without a position or message: %+v", d)
			}
		}
	})
}

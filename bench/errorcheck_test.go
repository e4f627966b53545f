package main

import (
	"io"
	"strings"
	"testing"
)

// One of every four of Go's own programs that must not compile, and of those
// that must.
func TestMistakesAreSeenAsByTheCompiler(t *testing.T) {
	root, err := goTests(t.Context())
	if err != nil {
		t.Skip(err)
	}
	s := settings{every: 4, log: io.Discard}
	programs, err := checkMistaken(root, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) < 100 {
		t.Errorf("only %d programs", len(programs))
	}
	for _, p := range programs {
		path := p.path()
		known := knownMistakes[path] != ""
		switch {
		case !p.lines && !known:
			t.Errorf("%s:\n\t%s", path, strings.Join(p.differences, "\n\t"))
		case p.lines && known:
			t.Errorf("%s agrees with its marks; delete it from knownMistakes", path)
		}
	}
	correct, refused, err := acceptance(root, s)
	if err != nil {
		t.Fatal(err)
	}
	if correct.Value < 300 || refused.Value > 0 {
		t.Errorf("of %v correct programs %v are refused", correct.Value, refused.Value)
	}
}

func TestMarksAreCompared(t *testing.T) {
	for _, c := range []struct {
		name, source string
		lines, texts bool
		difference   string
	}{
		{"as marked", "package p\nvar x int = \"\" // ERROR \"cannot use\"\n", true, true, ""},
		{"missed", "package p\nvar x int // ERROR \"cannot use\"\n", false, false, "2: nothing is reported, want cannot use"},
		{"not marked", "package p\nvar x = y\n", false, false, "2: wrongly reported: undefined: y"},
		{"other words", "package p\nvar x = y // ERROR \"not declared\"\n", true, false, "2: texts differ: reported [\"undefined: y\"], want not declared"},
		{"a mark that is off", "package p\nvar x int //// ERROR \"cannot use\"\n", true, true, ""},
		{"one mark of two", "package p\nvar x = y + z // ERROR \"undefined: y\"\n", true, false, "2: texts differ: also reported: undefined: z"},
		{"two marks", "package p\nvar x = y + z // ERROR \"undefined: y\" \"undefined: z\"\n", true, true, ""},
		{"a line in a pattern", "package p\nvar x int\nvar x int // ERROR \"LINE-1: other declaration\"\n", true, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mistaken{folder: ".", name: "p.go"}
			if err := p.compare(c.source); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.differences, "\n"); p.lines != c.lines || p.texts != c.texts || !strings.Contains(got, c.difference) || (got == "") != c.texts {
				t.Errorf("lines %v, texts %v: %s", p.lines, p.texts, got)
			}
		})
	}
}

package main

import (
	"context"
	"fmt"
	"go/build/constraint"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"viva/runtime/cell"
	"viva/runtime/symbols"
)

// errorcheckFolders are the folders of Go's own tests that hold programs to be
// refused, "." for the files at the top.
var errorcheckFolders = []string{".", "ken", "chan", "interface", "syntax", "typeparam", "fixedbugs"}

// mistaken is what the checker said about one program that has mistakes.
type mistaken struct {
	folder, name string
	// lines and texts say whether errors stand on all the marked lines and on
	// no others, and whether every one matches its pattern too.
	lines, texts bool
	// differences tell where not.
	differences []string
}

// path is the program's below the folder of Go's tests, with slashes.
func (p mistaken) path() string { return path.Join(p.folder, p.name) }

// errorcheck gives Go's own programs that must not compile to the checker, and
// compares where and what it reports with the marks in them. They are single
// files that need no flags of the compiler.
func errorcheck(ctx context.Context, s settings) ([]result, error) {
	root, err := goTests(ctx)
	if err != nil {
		return nil, err
	}
	programs, err := checkMistaken(root, s)
	if err != nil {
		return nil, err
	}
	if s.list {
		for _, p := range programs {
			for _, d := range p.differences {
				fmt.Fprintf(s.log, "%s\t%s\t%s\n", p.path(), knownMistakes[p.path()], d)
			}
		}
	}
	correct, refused, err := acceptance(root, s)
	if err != nil {
		return nil, err
	}
	results := append(tallyMistakes(programs, ""), correct, refused)
	for _, folder := range errorcheckFolders {
		if s.folder == "" || folder == s.folder {
			results = append(results, tallyMistakes(programs, folder)...)
		}
	}
	return results, nil
}

// checkMistaken checks the programs with mistakes of the folders.
func checkMistaken(root string, s settings) ([]mistaken, error) {
	var programs []mistaken
	for _, folder := range errorcheckFolders {
		if s.folder != "" && folder != s.folder {
			continue
		}
		names, err := marked(filepath.Join(root, folder), "// errorcheck")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			programs = append(programs, mistaken{folder: folder, name: n})
		}
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("no programs in folder %q: folders are %s", s.folder, strings.Join(errorcheckFolders, ", "))
	}
	programs = sample(programs, s.every)
	for i := range programs {
		p := &programs[i]
		source, err := os.ReadFile(filepath.Join(root, p.folder, p.name))
		if err != nil {
			return nil, err
		}
		if err := p.compare(string(source)); err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// acceptance gives the checker the programs of the same folders that compile,
// and counts them and those in which it finds a mistake.
func acceptance(root string, s settings) (correct, refused result, err error) {
	correct = result{Name: "correct_programs", Unit: "programs"}
	refused = result{Name: "correct_refused", Unit: "programs", Note: "must be 0"}
	for _, folder := range errorcheckFolders {
		if s.folder != "" && folder != s.folder {
			continue
		}
		var names []string
		for _, line := range []string{"// run", "// compile"} {
			some, err := marked(filepath.Join(root, folder), line)
			if err != nil {
				return correct, refused, err
			}
			names = append(names, some...)
		}
		for _, n := range sample(names, s.every) {
			source, err := os.ReadFile(filepath.Join(root, folder, n))
			if err != nil {
				return correct, refused, err
			}
			correct.Value++
			found := cell.CheckSource(n, string(source), importerFor(string(source)))
			if len(found) == 0 {
				continue
			}
			refused.Value++
			if s.list {
				fmt.Fprintf(s.log, "%s\t\t%d: wrongly reported: %s\n", filepath.ToSlash(filepath.Join(folder, n)), found[0].Line, found[0].Message)
			}
		}
	}
	return correct, refused, nil
}

// compare checks a program, and fills in how what is reported agrees with its
// marks.
func (p *mistaken) compare(source string) error {
	marks, err := readMarks(p.name, source)
	if err != nil {
		return fmt.Errorf("%s/%s: %w", p.folder, p.name, err)
	}
	type message struct {
		line    int
		text    string
		claimed bool
	}
	var messages []*message
	p.lines, p.texts = true, true
	differ := func(line int, format string, args ...any) {
		p.differences = append(p.differences, fmt.Sprintf("%d: ", line)+fmt.Sprintf(format, args...))
	}
	for _, d := range cell.CheckSource(p.name, source, importerFor(source)) {
		if filepath.Base(d.File) != p.name {
			continue // a //line directive named another file
		}
		messages = append(messages, &message{line: d.Line, text: d.Message})
	}
	for _, m := range marks {
		anything, fitting := false, false
		var said []string
		for _, e := range messages {
			if e.line != m.line {
				continue
			}
			anything = true
			said = append(said, e.text)
			if m.pattern.MatchString(e.text) {
				e.claimed, fitting = true, true
			}
		}
		switch {
		case !anything:
			p.lines, p.texts = false, false
			differ(m.line, "nothing is reported, want %s", m.pattern)
		case !fitting:
			p.texts = false
			differ(m.line, "texts differ: reported %q, want %s", said, m.pattern)
		}
	}
	for _, e := range messages {
		switch {
		case !slices.ContainsFunc(marks, func(m mark) bool { return m.line == e.line }):
			p.lines, p.texts = false, false
			differ(e.line, "wrongly reported: %s", e.text)
		case !e.claimed:
			p.texts = false
			differ(e.line, "texts differ: also reported: %s", e.text)
		}
	}
	return nil
}

// importerFor gives the packages that a program imports: nil, which stands for
// those of cells, unless it imports others, whose types the toolchain has.
func importerFor(source string) types.Importer {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	known := symbols.Packages()
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil && known[p] == "" && p != "unsafe" {
			return importer.Default()
		}
	}
	return nil
}

// builds reports whether a program is for the machine that the checker checks
// for.
func builds(source string) bool {
	for line := range strings.Lines(source) {
		if !constraint.IsGoBuild(line) {
			continue
		}
		x, err := constraint.Parse(strings.TrimSpace(line))
		return err != nil || x.Eval(func(tag string) bool {
			return tag == "amd64" || tag == "linux" || tag == "unix" || tag == "gc" || tag == "cgo" || strings.HasPrefix(tag, "go1.")
		})
	}
	return true
}

// mark is a comment that says which error a line must have.
type mark struct {
	line    int
	pattern *regexp.Regexp
}

var (
	markAt      = regexp.MustCompile(`// (?:GC_)?ERROR (.*)`)
	markAutoAt  = regexp.MustCompile(`// (?:GC_)?ERRORAUTO (.*)`)
	markPattern = regexp.MustCompile(`"([^"]*)"`)
	markLine    = regexp.MustCompile(`LINE(([+-])(\d+))?`)
)

// readMarks reads a program's marks as cmd/internal/testdir does. Those of
// ERRORAUTO, for code that the compiler makes by itself, are left out: it has
// no line.
func readMarks(name, source string) ([]mark, error) {
	var marks []mark
	for i, text := range strings.Split(source, "\n") {
		if strings.Contains(text, "////") || markAutoAt.MatchString(text) {
			continue
		}
		m := markAt.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		patterns := markPattern.FindAllStringSubmatch(m[1], -1)
		if patterns == nil {
			return nil, fmt.Errorf("line %d: a mark without a pattern: %s", i+1, text)
		}
		for _, p := range patterns {
			expression := markLine.ReplaceAllStringFunc(p[1], func(l string) string {
				delta, _ := strconv.Atoi(strings.TrimPrefix(l, "LINE"))
				return fmt.Sprintf("%s:%d", name, i+1+delta)
			})
			re, err := regexp.Compile(expression)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			marks = append(marks, mark{i + 1, re})
		}
	}
	return marks, nil
}

// tallyMistakes counts the programs of a folder, of all for "".
func tallyMistakes(programs []mistaken, folder string) []result {
	var total, exact, texts, known int
	for _, p := range programs {
		if folder != "" && p.folder != folder {
			continue
		}
		total++
		if p.lines {
			exact++
		} else if knownMistakes[p.path()] != "" {
			known++
		}
		if p.texts {
			texts++
		}
	}
	var results []result
	for _, r := range []struct {
		name string
		n    int
		note string
	}{
		{"programs", total, ""},
		{"exact", exact, "errors on every marked line and on no other"},
		{"texts_matching", texts, "part of exact"},
		{"differing", total - exact, ""},
		{"differing_known", known, "part of differing, listed with the reason"},
	} {
		results = append(results, result{Name: r.name, Value: float64(r.n), Unit: "programs", Folder: folder, Note: r.note})
	}
	return results
}

// marked lists the Go files of a folder that have a line which is exactly that
// and are for the machine that the checker checks for.
func marked(folder, line string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if slices.Contains(strings.Split(string(b), "\n"), line) && builds(string(b)) {
			names = append(names, filepath.Base(f))
		}
	}
	return names, nil
}

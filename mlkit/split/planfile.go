package split

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/internal/atomicfile"
	"viva/mlkit/trace"
)

// A plan's file is a table with tabs between its columns, a row for each
// document, below lines that begin with "# " and tell how it was made:
//
//	# viva split 1
//	# kind: folds
//	# corpus: sample
//	# fingerprint: sha256:…
//	# documents: 360
//	# method: stratified 5-fold
//	# recipe: StratifiedKFold {"K":5,"Shuffle":false,"Seed":0}
//	id	split	text	fold 1	fold 2 …
//	a1	train	0f3c…	train	test …
//
// Columns of nested folds are named "outer: fold 2" and "inner 2: fold 1", where
// 2 is the number of the outer fold that is divided. A field that has a tab, a line break or the like, or begins
// with a quotation mark, is written as a Go string literal.

const planMagic = "# viva split 1"

var planHeaders = []string{"kind", "corpus", "fingerprint", "documents", "method", "recipe"}

var partWords = [...]string{nowhere: "-", training: "train", validation: "validation", test: "test"}

// Save writes the plan to a file, whole or not at all. Folders that are missing
// are made.
func (p *Plan) Save(path string) error {
	if err := atomicfile.Write(path, p.format()); err != nil {
		return fmt.Errorf("split: %w", err)
	}
	return nil
}

// LoadPlan reads a plan that Save wrote. Errors name the file and the line.
func LoadPlan(ctx context.Context, path string) (*Plan, error) {
	content, err := trace.ReadFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("split: reading a plan: %w", err)
	}
	return parsePlan(path, content)
}

func (p *Plan) format() []byte {
	var b bytes.Buffer
	b.WriteString(planMagic + "\n")
	for i, value := range []string{p.kind, p.corpus, p.fingerprint, strconv.Itoa(len(p.entries)), p.method, p.recipe} {
		fmt.Fprintf(&b, "# %s: %s\n", planHeaders[i], field(value))
	}
	b.WriteString("id\tsplit\ttext")
	for _, c := range p.columns {
		name := c.name
		if c.inner > 0 {
			name = fmt.Sprintf("inner %d: %s", c.inner, name)
		} else if p.kind == planNested {
			name = "outer: " + name
		}
		b.WriteString("\t" + field(name))
	}
	b.WriteByte('\n')
	for _, e := range p.entries {
		split := e.split
		if split == "" {
			split = "-"
		}
		b.WriteString(field(e.id) + "\t" + split + "\t" + e.text)
		for _, part := range e.parts {
			b.WriteString("\t" + partWords[part])
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func field(s string) string {
	odd := func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}
	if s == "" || s[0] == '"' || s[0] == '#' || strings.ContainsFunc(s, odd) || strings.TrimSpace(s) != s {
		return strconv.Quote(s)
	}
	return s
}

func unfield(s string) (string, error) {
	if !strings.HasPrefix(s, `"`) {
		return s, nil
	}
	text, err := strconv.Unquote(s)
	if err != nil {
		return "", fmt.Errorf("%s is no string literal", s)
	}
	return text, nil
}

// parsePlan reads what format writes.
func parsePlan(path string, content []byte) (*Plan, error) {
	lines := strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	fail := func(line int, format string, args ...any) error {
		return fmt.Errorf("split: %s:%d: %s", path, line, fmt.Sprintf(format, args...))
	}
	if len(lines) == 0 || lines[0] != planMagic {
		return nil, fail(1, "this is no plan: the first line must be %q", planMagic)
	}
	if len(lines) < len(planHeaders)+2 {
		return nil, fail(len(lines), "the file ends early: write the plan again")
	}
	p := &Plan{}
	documents := ""
	for i, into := range []*string{&p.kind, &p.corpus, &p.fingerprint, &documents, &p.method, &p.recipe} {
		value, ok := strings.CutPrefix(lines[i+1], "# "+planHeaders[i]+": ")
		if !ok {
			return nil, fail(i+2, "expected a line that begins with %q", "# "+planHeaders[i]+": ")
		}
		var err error
		if *into, err = unfield(value); err != nil {
			return nil, fail(i+2, "%v", err)
		}
	}
	if p.kind != planFolds && p.kind != planParts && p.kind != planNested {
		return nil, fail(2, "the kind %q is none of %q, %q and %q", p.kind, planFolds, planParts, planNested)
	}
	at := len(planHeaders) + 1
	if err := p.parseColumns(strings.Split(lines[at], "\t")); err != nil {
		return nil, fail(at+1, "%v", err)
	}
	rows := lines[at+1:]
	if n, err := strconv.Atoi(documents); err != nil || n != len(rows) {
		return nil, fail(5, "%q documents are announced, but there are %d: the file is cut off or was edited", documents, len(rows))
	}
	seen := make(map[[2]string]int, len(rows))
	for i, line := range rows {
		number := at + 2 + i
		e, err := p.parseEntry(line)
		if err != nil {
			return nil, fail(number, "%v", err)
		}
		k := [2]string{e.id, e.split}
		if before, ok := seen[k]; ok {
			return nil, fail(number, "the document %q of the split %q stands in line %d already", e.id, e.split, before)
		}
		seen[k] = number
		p.entries = append(p.entries, e)
	}
	return p, nil
}

func (p *Plan) parseColumns(fields []string) error {
	if len(fields) < 4 || fields[0] != "id" || fields[1] != "split" || fields[2] != "text" {
		return fmt.Errorf("expected the columns id, split, text and one for each fold")
	}
	outer := 0
	for _, f := range fields[3:] {
		name, err := unfield(f)
		if err != nil {
			return err
		}
		c := column{name: name}
		if p.kind == planNested {
			level, rest, _ := strings.Cut(name, ": ")
			switch {
			case level == "outer":
				outer++
				c = column{name: rest}
			case level == fmt.Sprintf("inner %d", outer) && outer > 0:
				c = column{rest, outer}
			default:
				return fmt.Errorf("the column %q: expected \"outer: \" or \"inner %d: \" and the name of a fold", name, max(outer, 1))
			}
		}
		p.columns = append(p.columns, c)
	}
	if p.kind == planParts && len(p.columns) > 1 {
		return fmt.Errorf("%d columns of parts: there must be one", len(p.columns))
	}
	for i, c := range p.columns {
		if p.kind == planNested && c.inner == 0 && (i+1 == len(p.columns) || p.columns[i+1].inner == 0) {
			return fmt.Errorf("the outer fold %q has no inner folds", c.name)
		}
	}
	return nil
}

func (p *Plan) parseEntry(line string) (entry, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 3+len(p.columns) {
		return entry{}, fmt.Errorf("%d columns, want %d", len(fields), 3+len(p.columns))
	}
	id, err := unfield(fields[0])
	if err != nil {
		return entry{}, err
	}
	e := entry{id: id, split: fields[1], text: fields[2]}
	if hash, err := hex.DecodeString(e.text); err != nil || len(hash) != 8 {
		return entry{}, fmt.Errorf("%q is no hash of a text: expected 16 hexadecimal digits", e.text)
	}
	switch e.split {
	case "train", "validation", "test":
	case "-":
		e.split = ""
	default:
		return entry{}, fmt.Errorf("the split %q is none of train, validation, test and -", e.split)
	}
	for i, f := range fields[3:] {
		found := false
		for value, word := range partWords {
			if f == word {
				e.parts, found = append(e.parts, part(value)), true
			}
		}
		if !found || f == "validation" && p.kind != planParts {
			return entry{}, fmt.Errorf("%q in the column %q: expected train, test or -", f, p.columns[i].name)
		}
	}
	return e, nil
}

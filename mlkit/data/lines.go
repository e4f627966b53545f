package data

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"viva/mlkit/trace"
)

// eachLine calls use for every line of a file that is not blank, in UTF-8 and
// without its end.
func (r *reader) eachLine(name, text string, use func(line string, at place) error) error {
	for number := 1; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if number%10000 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			trace.Progress(r.ctx, "reading "+filepath.Base(name), len(r.rows), 0)
		}
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		at := place{name, number}
		line, err := r.line(line, at)
		if err == nil {
			err = use(line, at)
		} else {
			err = r.malformed(at, err)
		}
		if err != nil {
			return err
		}
	}
	trace.Progress(r.ctx, "reading "+filepath.Base(name), len(r.rows), len(r.rows))
	return nil
}

// line returns a line in UTF-8.
func (r *reader) line(line string, at place) (string, error) {
	if len(line) > maxDocument {
		return "", errLongRow
	}
	return r.decode(line, at)
}

// labelledLines reads a document from every line: its label, a TAB, its text.
func (r *reader) labelledLines(name, text string) error {
	return r.eachLine(name, text, func(line string, at place) error {
		label, text, ok := strings.Cut(line, "\t")
		if !ok {
			return r.malformed(at, errors.New("there is no TAB between label and text"))
		}
		return r.add(Document{Label: strings.TrimSpace(label), Text: text}, at)
	})
}

// looksLikeLines reports whether a file begins with lines of label, TAB and
// text: a label is one word, and there is no other TAB.
func looksLikeLines(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	in := io.Reader(f)
	if strings.HasSuffix(strings.ToLower(name), ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return false
		}
	}
	start, err := io.ReadAll(io.LimitReader(in, sniffed))
	if err != nil {
		return false
	}
	text := string(start)
	if len(start) == sniffed {
		text = text[:strings.LastIndexByte(text, '\n')+1]
	}
	found := false
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSuffix(line, "\r"); strings.TrimSpace(line) == "" {
			continue
		}
		label, rest, ok := strings.Cut(line, "\t")
		if !ok || label == "" || len(label) > 100 || strings.ContainsAny(label, " \x00") || strings.Contains(rest, "\t") {
			return false
		}
		found = true
	}
	return found
}

// sniffed is how much of a file is looked at to recognise its format.
const sniffed = 64 << 10

// octis reads corpus.tsv of OCTIS: text, split and, for every row or for none,
// the label.
func (r *reader) octis(name, text string) error {
	width := 0
	return r.eachLine(name, text, func(line string, at place) error {
		if strings.Count(line, "\t") >= maxColumns {
			return r.malformed(at, errColumns)
		}
		fields := strings.Split(line, "\t")
		if width == 0 && (len(fields) == 2 || len(fields) == 3) {
			width = len(fields)
			r.noLabels = width == 2
		}
		if len(fields) != width {
			return r.malformed(at, fmt.Errorf("%d columns where %s are expected: text, split and label", len(fields), map[int]string{0: "2 or 3", 2: "2", 3: "3"}[width]))
		}
		d := Document{Text: fields[0]}
		if err := setSplit(&d, fields[1]); err != nil {
			return r.malformed(at, err)
		}
		if width == 3 {
			d.Label = fields[2]
		}
		return r.add(d, at)
	})
}

// words reads vocabulary.txt, a word on each line.
func (r *reader) words(name string) error {
	raw, err := r.limit.readFile(name, maxDocument)
	if err != nil {
		return err
	}
	return r.eachLine(name, string(raw), func(line string, at place) error {
		r.vocabulary = append(r.vocabulary, line)
		return r.limit.take(at.String(), 2*stringHeader)
	})
}

// stringHeader is what a string takes beside its bytes.
const stringHeader = 16

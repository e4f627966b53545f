package data

import (
	"compress/gzip"
	"errors"
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
	found := false
	for line := range strings.SplitSeq(beginning(name), "\n") {
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

// beginning returns the first lines of a file, by which its format is
// recognised, or "" where it cannot be read.
func beginning(name string) string {
	const most = 64 << 10
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	in := io.Reader(f)
	if strings.HasSuffix(strings.ToLower(name), ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return ""
		}
	}
	start, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return ""
	}
	text := string(start)
	if len(start) == most {
		text = text[:strings.LastIndexByte(text, '\n')+1]
	}
	return text
}

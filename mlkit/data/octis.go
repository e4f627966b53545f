package data

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"viva/mlkit/trace"
)

// looksLikeOctis reports whether the first row of a table has the columns of
// OCTIS: text, split and perhaps a label.
func looksLikeOctis(name string) bool {
	line, _, _ := strings.Cut(beginning(name), "\n")
	fields := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
	return (len(fields) == 2 || len(fields) == 3) && splitWords[strings.ToLower(fields[1])] != ""
}

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

// vocabularyBeside reads vocabulary.txt beside a table, a word on each line, if
// it is there.
func (r *reader) vocabularyBeside(table string) error {
	name := filepath.Join(filepath.Dir(table), "vocabulary.txt")
	trace.Opening(r.ctx, name)
	raw, err := r.limit.readFile(name, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.eachLine(name, string(raw), func(line string, at place) error {
		r.vocabulary = append(r.vocabulary, line)
		return r.limit.take(at.String(), 2*stringHeader)
	})
}

package data

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// agNews reads CSV of class number, title and description (as AG News), or of
// class number and text. The classes are named in classes.txt beside it, the
// first of them being 1. Backslashes stay as they are: in AG News they stand for
// the ends of lines, but not they alone.
func (r *reader) agNews(name string, raw []byte) error {
	classes, err := r.classNames(filepath.Dir(name))
	if err != nil {
		return err
	}
	return r.records(name, csvRecords(raw), func(fields []string, _ place) (d Document, err error) {
		if len(fields) != 2 && len(fields) != 3 {
			return d, fmt.Errorf("%d columns where class, title and description are expected", len(fields))
		}
		n, err := strconv.Atoi(strings.TrimSpace(fields[0]))
		if err != nil || n < 1 || n > len(classes) {
			return d, fmt.Errorf("%q is no number of a class: classes.txt has 1 to %d", shortened(fields[0]), len(classes))
		}
		d.Label, d.Text = classes[n-1], fields[1]
		if len(fields) == 3 {
			d.Title, d.Text = fields[1], fields[1]+"\n"+fields[2]
		}
		return d, nil
	})
}

func (r *reader) classNames(dir string) ([]string, error) {
	name := filepath.Join(dir, "classes.txt")
	raw, err := r.limit.readFile(name, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file beside the table: it names the classes, one on each line: %w", name, err)
	}
	if err != nil {
		return nil, err
	}
	var classes []string
	err = r.eachLine(name, string(raw), func(line string, at place) error {
		classes = append(classes, strings.TrimSpace(line))
		return r.limit.take(at.String(), 2*stringHeader)
	})
	if err == nil && len(classes) == 0 {
		err = fmt.Errorf("%s: there are no names of classes in it, one on each line", name)
	}
	return classes, err
}

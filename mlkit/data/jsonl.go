package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"viva/mlkit/trace"
)

// jsonl reads a JSON object from every line that is not blank.
func (r *reader) jsonl(name string, raw []byte) ([]row, error) {
	type line struct {
		number int
		text   []byte
	}
	var lines []line
	for number := 1; len(raw) > 0; number++ {
		text, rest, _ := bytes.Cut(raw, []byte("\n"))
		if text = bytes.TrimSpace(text); len(text) > 0 {
			lines = append(lines, line{number, text})
		}
		raw = rest
	}
	rows := make([]row, len(lines))
	errs := make([]error, len(lines))
	inParallel(len(lines), func(i int) {
		if r.ctx.Err() != nil {
			errs[i] = r.ctx.Err()
			return
		}
		rows[i].at = place{name, lines[i].number}
		rows[i].doc, errs[i] = r.object(lines[i].text)
	})
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rows[i].at, err)
		}
	}
	trace.Progress(r.ctx, "reading "+filepath.Base(name), len(rows), len(rows))
	return rows, nil
}

// object makes a document of one JSON object.
func (r *reader) object(text []byte) (Document, error) {
	var d Document
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return d, fmt.Errorf("not a JSON object: %w", err)
	}
	header := slices.Sorted(maps.Keys(fields))
	for i := range properties {
		p := &properties[i]
		col := r.findColumn(p, header)
		if col < 0 {
			if p.chosen(r.opt) == "" || p.name == "text" || p.name == "label" {
				if err := r.missing(p, header); err != nil {
					return d, err
				}
			}
			continue
		}
		value, err := scalar(fields[header[col]], p.name == "keyphrases" || p.name == "relations")
		if err == nil {
			err = p.set(&d, value)
		}
		if err != nil {
			return d, fmt.Errorf("the field %q: %w", header[col], err)
		}
	}
	return d, nil
}

// scalar returns a JSON string, number or truth value as text, null as "", and
// a list as it stands if lists are expected.
func scalar(raw json.RawMessage, list bool) (string, error) {
	switch {
	case raw[0] == '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case string(raw) == "null":
		return "", nil
	case raw[0] == '[' && list:
		return string(raw), nil
	case raw[0] == '[' || raw[0] == '{':
		kind := "a list"
		if raw[0] == '{' {
			kind = "an object"
		}
		return "", fmt.Errorf("%s where text is expected", kind)
	}
	return string(raw), nil
}

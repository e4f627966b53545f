package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"viva/mlkit/trace"
)

// jsonl reads a JSON object from every line that is not blank.
func (r *reader) jsonl(name string, raw []byte) error {
	type line struct {
		number int
		text   []byte
	}
	var lines []line
	for number := 1; len(raw) > 0; number++ {
		text, rest, _ := bytes.Cut(raw, []byte("\n"))
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if err := r.limit.take(name, documentCost); err != nil {
				return err
			}
			lines = append(lines, line{number, text})
		}
		raw = rest
	}
	objects := make([]object, len(lines))
	errs := make([]error, len(lines))
	inParallel(len(lines), func(i int) {
		if errs[i] = r.ctx.Err(); errs[i] == nil {
			objects[i], errs[i] = r.object(lines[i].text)
		}
	})
	if err := r.ctx.Err(); err != nil {
		return err
	}
	// A document without a group leaves the field out.
	hasGroup := slices.ContainsFunc(objects, func(o object) bool { return o.hasGroup })
	for i, o := range objects {
		at := place{name, lines[i].number}
		err := errs[i]
		if err == nil {
			if o.undated {
				r.odd(undated, at)
			}
			if !hasGroup {
				o.doc.Group = o.doc.Author
			}
			err = r.put(o.doc, at)
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

// object is a document that was read from JSON.
type object struct {
	doc      Document
	hasGroup bool
	undated  bool
}

// object makes a document of one JSON object.
func (r *reader) object(text []byte) (o object, err error) {
	if err := checkObject(text); err != nil {
		return o, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return o, fmt.Errorf("not a JSON object: %w", err)
	}
	header := slices.Sorted(maps.Keys(fields))
	for i := range properties {
		p := &properties[i]
		col := r.findColumn(p, header)
		if col < 0 {
			if p.chosen(r.opt) == "" || p.name == "text" || p.name == "label" {
				if err := r.missing(p, header); err != nil {
					return o, err
				}
			}
			continue
		}
		value, err := scalar(fields[header[col]], slices.Contains(lists, p.name))
		if err == nil {
			err = p.set(&o.doc, value)
		}
		if errors.Is(err, errNoTime) && r.opt.Time == "" {
			o.undated, err = true, nil
		}
		if err != nil {
			return o, fmt.Errorf("the field %q: %w", header[col], err)
		}
		o.hasGroup = o.hasGroup || p.name == "group"
	}
	return o, nil
}

// checkObject looks at a line before it is read whole: a field takes ten times
// the memory of its text.
func checkObject(text []byte) error {
	switch {
	case len(text) > maxDocument:
		return errLongRow
	case !utf8.Valid(text):
		return errNotUTF8
	case bytes.Count(text, []byte(":")) <= maxColumns:
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for n := 0; dec.More(); n++ {
		if n == maxColumns {
			return errColumns
		}
		var value json.RawMessage
		if _, err := dec.Token(); err != nil {
			return fmt.Errorf("not a JSON object: %w", err)
		}
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("not a JSON object: %w", err)
		}
	}
	return nil
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

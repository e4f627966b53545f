package prepare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"viva/internal/atomicfile"
	"viva/internal/nearest"
)

// written is a recipe as it stands in a file.
type written struct {
	Recipe string        `json:"recipe"`
	Seed   int64         `json:"seed"`
	Steps  []writtenStep `json:"steps"`
}

type writtenStep struct {
	Step    string          `json:"step"`
	Version int             `json:"version"`
	Options json.RawMessage `json:"options"`
}

// Save writes the recipe as JSON, all options spelled out, by the names that
// they have in Go. Rules are code and are not written; see Key.Rule.
func (r Recipe) Save(path string) error {
	b, err := r.MarshalJSON()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(path, b); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return nil
}

// MarshalJSON returns what Save writes. It is an error if the options are wrong.
func (r Recipe) MarshalJSON() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, encoded(r.canonical()), "", "  "); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON returned, as ParseRecipe does.
func (r *Recipe) UnmarshalJSON(content []byte) error {
	read, err := ParseRecipe(content)
	if err == nil {
		*r = read
	}
	return err
}

// LoadRecipe reads a recipe that Save wrote, or a person. Options and versions
// may be left out and have their defaults then. It is an error if something is
// not known, or if a step's version is not this program's, which would take
// another step; errors name the line.
func LoadRecipe(path string) (Recipe, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Recipe{}, fmt.Errorf("prepare: %w", err)
	}
	r, err := ParseRecipe(b)
	if err == nil {
		return r, nil
	}
	var at *lineError
	if errors.As(err, &at) {
		return Recipe{}, fmt.Errorf("prepare: %s:%d: %w", path, at.line, at.err)
	}
	return Recipe{}, fmt.Errorf("prepare: %s: %w", path, err)
}

// lineError is what is wrong in a line of a recipe.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("prepare: line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// ParseRecipe reads what LoadRecipe reads from a file.
func ParseRecipe(content []byte) (Recipe, error) {
	p := parser{content}
	var r Recipe
	seen, err := p.object(0, len(content), func(name string, from, to int) error {
		switch name {
		case "recipe":
			return p.value(from, to, &r.Name)
		case "seed":
			return p.value(from, to, &r.Seed)
		case "steps":
			return p.list(from, to, func(from, to int) error {
				s, err := p.step(from, to)
				r.Stages = append(r.Stages, s)
				return err
			})
		}
		return p.unknown("field", name, from, []string{"recipe", "seed", "steps"})
	})
	if err == nil && !seen["steps"] {
		err = p.errorf(0, `there are no "steps"`)
	}
	if err != nil {
		return Recipe{}, err
	}
	return r, nil
}

// parser reads JSON piece by piece, each given by its place in the content, so
// that every error has a line.
type parser struct{ content []byte }

func (p parser) errorf(at int, format string, args ...any) error {
	at = max(0, min(at, len(p.content)))
	return &lineError{1 + bytes.Count(p.content[:at], []byte("\n")), fmt.Errorf(format, args...)}
}

func (p parser) unknown(what, name string, at int, known []string) error {
	if near := nearest.Name(name, known); near != "" {
		return p.errorf(at, "unknown %s %q: did you mean %q?", what, name, near)
	}
	return p.errorf(at, "unknown %s %q: use %s", what, name, strings.Join(known, ", "))
}

// value decodes a piece.
func (p parser) value(from, to int, v any) error {
	d := json.NewDecoder(bytes.NewReader(p.content[from:to]))
	err := d.Decode(v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return p.errorf(from+int(wrong.Offset), "%s where %s is wanted", wrong.Value, wrong.Type)
	}
	if err != nil {
		return p.syntax(from, err)
	}
	return nil
}

func (p parser) syntax(from int, err error) error {
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		return p.errorf(from+int(wrong.Offset), "this is no JSON: %w", err)
	}
	return p.errorf(len(p.content), "this is no whole recipe: %w", err)
}

// each calls f with the place of every value of an object or a list, which open
// and closing bracket enclose.
func (p parser) each(from, to int, open json.Delim, f func(d *json.Decoder, place func() (int, int, error)) error) error {
	d := json.NewDecoder(bytes.NewReader(p.content[from:to]))
	t, err := d.Token()
	if err != nil {
		return p.syntax(from, err)
	}
	if t != open {
		what := map[json.Delim]string{'{': "an object, {…},", '[': "a list, […],"}
		return p.errorf(from+int(d.InputOffset()), "%v where %s is wanted", t, what[open])
	}
	place := func() (int, int, error) {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return 0, 0, p.syntax(from, err)
		}
		end := from + int(d.InputOffset())
		return end - len(raw), end, nil
	}
	for d.More() {
		if err := f(d, place); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return p.syntax(from, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return p.errorf(from+int(d.InputOffset()), "there is more behind the end")
	}
	return nil
}

// object calls f with the name and the place of every field, and returns the
// names.
func (p parser) object(from, to int, f func(name string, from, to int) error) (map[string]bool, error) {
	seen := map[string]bool{}
	err := p.each(from, to, '{', func(d *json.Decoder, place func() (int, int, error)) error {
		t, err := d.Token()
		if err != nil {
			return p.syntax(from, err)
		}
		name, ok := t.(string)
		if !ok {
			return p.errorf(from+int(d.InputOffset()), "%v where a name is wanted", t)
		}
		a, b, err := place()
		if err != nil {
			return err
		}
		if seen[name] {
			return p.errorf(a, "%q stands here twice", name)
		}
		seen[name] = true
		return f(name, a, b)
	})
	return seen, err
}

func (p parser) list(from, to int, f func(from, to int) error) error {
	return p.each(from, to, '[', func(d *json.Decoder, place func() (int, int, error)) error {
		a, b, err := place()
		if err != nil {
			return err
		}
		return f(a, b)
	})
}

func (p parser) step(from, to int) (Stage, error) {
	var name string
	version, optionsFrom, optionsTo := 0, -1, -1
	_, err := p.object(from, to, func(field string, from, to int) error {
		switch field {
		case "step":
			return p.value(from, to, &name)
		case "version":
			return p.value(from, to, &version)
		case "options":
			optionsFrom, optionsTo = from, to
			return nil
		}
		return p.unknown("field", field, from, []string{"step", "version", "options"})
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range stages {
		if s.kind().name != name {
			names = append(names, s.kind().name)
			continue
		}
		if v := s.kind().version; version != 0 && version != v {
			return nil, p.errorf(from, "the step %q is of version %d, this program takes version %d: look at what changed, then leave the version out", name, version, v)
		}
		v := reflect.New(reflect.TypeOf(s)).Elem()
		if optionsFrom >= 0 {
			if err := p.fields(optionsFrom, optionsTo, "option", v); err != nil {
				return nil, err
			}
		}
		stage := v.Interface().(Stage)
		if _, err := stage.complete(0); err != nil && !waitsForRule(stage) {
			return nil, p.errorf(from, "%s", strings.TrimPrefix(err.Error(), "prepare: "))
		}
		return stage, nil
	}
	return nil, p.unknown("step", name, from, names)
}

// waitsForRule reports whether a stage has a key whose function is still to be
// given.
func waitsForRule(s Stage) bool {
	waits := func(k Key) bool { return k.Field == "" && k.Name != "" }
	switch o := s.(type) {
	case DomainOptions:
		return waits(o.By)
	case GroupOptions:
		for _, k := range o.By {
			if waits(k) {
				return true
			}
		}
	}
	return false
}

// fields decodes an object into a struct, by the names of its fields.
func (p parser) fields(from, to int, what string, v reflect.Value) error {
	var known []string
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("json") != "-" {
			known = append(known, f.Name)
		}
	}
	_, err := p.object(from, to, func(name string, from, to int) error {
		for _, k := range known {
			if k != name {
				continue
			}
			switch f := v.FieldByName(name); f.Interface().(type) {
			case Key:
				return p.fields(from, to, "property of the key", f)
			case []Key:
				if string(p.content[from:to]) == "null" {
					return nil
				}
				return p.list(from, to, func(from, to int) error {
					k := reflect.New(reflect.TypeFor[Key]()).Elem()
					err := p.fields(from, to, "property of the key", k)
					f.Set(reflect.Append(f, k))
					return err
				})
			default:
				return p.value(from, to, f.Addr().Interface())
			}
		}
		return p.unknown(what, name, from, known)
	})
	return err
}

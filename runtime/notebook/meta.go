package notebook

import (
	"bytes"
	"fmt"
	"go/token"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"viva/internal/nearest"
)

var metaNames = []string{
	"title", "author", "date", "abstract", "params", "seed", "requires", "after", "bibliography", "engine",
}

// Engines are what front matter may name as the engine.
var Engines = []string{"auto", "yaegi", "go"}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// frontMatter reads the YAML between the first line `---` and the next, and
// returns the offset at which the document begins.
func (p *parse) frontMatter() int {
	src := p.nb.Source
	start := 0
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		start = len("\ufeff")
	}
	first, _, _ := bytes.Cut(src[start:], []byte{'\n'})
	if string(bytes.TrimRight(first, " \t\r")) != "---" {
		return start
	}
	open := start + len(first) + 1
	at, end := open, -1
	for at < len(src) {
		line, _, _ := bytes.Cut(src[at:], []byte{'\n'})
		if t := string(bytes.TrimRight(line, " \t\r")); t == "---" || t == "..." {
			end = at
			at = min(at+len(line)+1, len(src))
			break
		}
		at += len(line) + 1
	}
	if end < 0 {
		p.errorLine(1, 1, "the front matter is never closed", "add a line --- where it ends")
		return len(src)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src[open:end], &doc); err != nil {
		line, message := 2, strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			n, _ := strconv.Atoi(m[1])
			line, message = n+1, err.Error()[len(m[0]):]
		}
		p.errorLine(line, 1, "front matter: "+message, "it must be YAML: name: value, one on a line")
		return at
	}
	if len(doc.Content) == 0 {
		return at
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		p.nodeError(root, "the front matter is not a list of name: value", "")
		return at
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name := root.Content[i].Value
		if seen[name] {
			p.nodeError(root.Content[i], fmt.Sprintf("%s is given twice in the front matter", name), "keep one of them")
			continue
		}
		seen[name] = true
		p.metaField(root.Content[i], root.Content[i+1])
	}
	return at
}

// nodeError reports at a YAML node; the front matter begins on line 2.
func (p *parse) nodeError(n *yaml.Node, message, hint string) {
	p.errorLine(n.Line+1, n.Column, message, hint)
}

func (p *parse) metaField(key, value *yaml.Node) {
	m := &p.nb.Meta
	switch key.Value {
	case "title":
		m.Title = p.text(key.Value, value)
	case "date":
		m.Date = p.text(key.Value, value)
	case "abstract":
		m.Abstract = p.text(key.Value, value)
	case "author":
		m.Author = p.texts(key.Value, value)
	case "requires":
		m.Requires = p.texts(key.Value, value)
	case "after":
		m.After = p.texts(key.Value, value)
	case "bibliography":
		m.Bibliography = p.texts(key.Value, value)
	case "seed":
		if err := value.Decode(&m.Seed); err != nil || value.Tag != "!!int" {
			p.nodeError(value, fmt.Sprintf("seed: %q is not a whole number", value.Value), "")
		}
	case "engine":
		m.Engine, m.EngineLine = p.text(key.Value, value), value.Line+1
		if !slices.Contains(Engines, m.Engine) {
			p.nodeError(value, fmt.Sprintf("unknown engine %q", m.Engine), "the engines are "+strings.Join(Engines, ", "))
		}
	case "params":
		if value.Kind != yaml.MappingNode {
			p.nodeError(value, "params is not a list of name: default", "")
			return
		}
		for i := 0; i+1 < len(value.Content); i += 2 {
			p.param(value.Content[i], value.Content[i+1])
		}
	default:
		hint := "the names are " + strings.Join(metaNames, ", ")
		if near := nearest.Name(key.Value, metaNames); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		p.nodeError(key, fmt.Sprintf("unknown name %q in the front matter", key.Value), hint)
	}
}

func (p *parse) text(name string, n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		p.nodeError(n, name+" is not a text", "put quotes around it")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func (p *parse) texts(name string, n *yaml.Node) []string {
	if n.Kind != yaml.SequenceNode {
		if s := p.text(name, n); s != "" {
			return []string{s}
		}
		return nil
	}
	var all []string
	for _, c := range n.Content {
		all = append(all, p.text(name, c))
	}
	return all
}

func (p *parse) param(key, value *yaml.Node) {
	name := key.Value
	if !token.IsIdentifier(name) {
		p.nodeError(key, fmt.Sprintf("parameter %q is not a Go identifier", name), "cells read it as params."+goName(name)+"; name it so")
		return
	}
	if slices.ContainsFunc(p.nb.Meta.Params, func(q Param) bool { return q.Name == name }) {
		p.nodeError(key, fmt.Sprintf("parameter %q is declared twice", name), "")
		return
	}
	q := Param{Name: name, Line: key.Line + 1}
	switch value.Kind {
	case yaml.ScalarNode:
		q.Type = scalarType(value)
		if q.Type != "" {
			q.Value, _ = parseScalar(q.Type, value.Value)
		}
	case yaml.SequenceNode:
		items := make([]string, len(value.Content))
		for i, c := range value.Content {
			t := scalarType(c)
			switch {
			case i == 0:
				q.Type = t
			case q.Type == "int" && t == "float", q.Type == "float" && t == "int":
				q.Type = "float"
			case t != q.Type:
				q.Type = ""
			}
			if q.Type == "" {
				break
			}
			items[i] = c.Value
		}
		if q.Type != "" {
			q.Type = "[]" + q.Type
			q.Value, _ = parseList(q.Type, items)
		}
	}
	if q.Value == nil {
		p.nodeError(value, fmt.Sprintf("parameter %q needs a default: a text, number, true, false, or a list of one of them", name), `for a text that may be empty, write ""`)
		return
	}
	p.nb.Meta.Params = append(p.nb.Meta.Params, q)
}

func goName(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r == ' ' {
			return '_'
		}
		return r
	}, s)
}

func scalarType(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	switch n.Tag {
	case "!!str", "!!timestamp":
		return "string"
	case "!!int":
		return "int"
	case "!!float":
		return "float"
	case "!!bool":
		return "bool"
	}
	return ""
}

// parseScalar reads the text of a parameter's value.
func parseScalar(kind, s string) (any, error) {
	switch kind {
	case "string":
		return s, nil
	case "int":
		v, err := strconv.ParseInt(s, 0, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", s)
		}
		return v, nil
	case "float":
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is not a finite number", s)
		}
		return v, nil
	case "bool":
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", s)
	}
	return nil, fmt.Errorf("no such type: %s", kind)
}

func parseList(kind string, items []string) (any, error) {
	var (
		texts  = []string{}
		ints   = []int64{}
		floats = []float64{}
		bools  = []bool{}
	)
	for _, s := range items {
		v, err := parseScalar(kind[2:], strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case int64:
			ints = append(ints, v)
		case float64:
			floats = append(floats, v)
		case bool:
			bools = append(bools, v)
		}
	}
	switch kind {
	case "[]int":
		return ints, nil
	case "[]float":
		return floats, nil
	case "[]bool":
		return bools, nil
	}
	return texts, nil
}

// overrides replaces defaults by values of the command line. A list is given
// with commas between its items. Every notebook has a seed.
func (p *parse) overrides(values map[string]string) {
	var known []string
	for _, q := range p.nb.Meta.Params {
		known = append(known, q.Name)
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 && name == "seed" {
			v, err := strconv.ParseInt(values[name], 0, 64)
			if err != nil {
				p.errorLine(1, 1, fmt.Sprintf("-p seed=%s: %q is not a whole number", values[name], values[name]), "")
				continue
			}
			p.nb.Meta.Seed = v
			continue
		}
		if i < 0 {
			p.errorLine(1, 1, fmt.Sprintf("-p %s=%s: this notebook has no parameter %q", name, values[name], name), unknownParam(name, known))
			continue
		}
		q := &p.nb.Meta.Params[i]
		v, err := any(nil), error(nil)
		if strings.HasPrefix(q.Type, "[]") {
			items := []string{}
			if values[name] != "" {
				items = strings.Split(values[name], ",")
			}
			v, err = parseList(q.Type, items)
		} else {
			v, err = parseScalar(q.Type, values[name])
		}
		if err != nil {
			p.errorLine(q.Line, 1, fmt.Sprintf("-p %s=%s: %v; the parameter is declared here as %s", name, values[name], err, q.Type), "")
			continue
		}
		q.Value, q.Set = v, true
	}
}

func unknownParam(name string, known []string) string {
	if near := nearest.Name(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "its front matter declares none"
	}
	return "its parameters are " + strings.Join(known, ", ")
}

package notebook

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"viva/internal/nearest"
)

var optionNames = []string{
	"label", "fig-cap", "fig-alt", "tbl-cap", "echo", "fold", "include", "eval", "error", "timeout", "cache",
}

var labelForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// options reads the `//| name: value` lines at the top of a cell.
func (p *parse) options(c *Cell) Options {
	o := Options{Echo: true, Include: true, Eval: true, Cache: true}
	top := true
	seen := map[string]bool{}
	for i, line := range strings.Split(c.Code, "\n") {
		at := c.CodeLine + i
		trimmed := strings.TrimSpace(line)
		rest, ok := strings.CutPrefix(trimmed, "//|")
		if !ok {
			top = top && trimmed == ""
			continue
		}
		column := c.Indent + strings.Index(line, "//|") + 1
		if !top {
			p.errorLine(at, column, "a cell option below the cell's first line of code", "move it to the top of the cell")
			continue
		}
		name, value, ok := strings.Cut(rest, ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			p.errorLine(at, column, fmt.Sprintf("%q is not a cell option", trimmed), "write //| name: value")
			continue
		}
		if seen[name] {
			p.errorLine(at, column, fmt.Sprintf("cell option %q is given twice", name), "keep one of them")
			continue
		}
		seen[name] = true
		if message, hint := o.set(name, strings.TrimSpace(value)); message != "" {
			p.errorLine(at, column, message, hint)
		}
	}
	return o
}

// set stores one option, or says what is wrong with it and what to do.
func (o *Options) set(name, value string) (message, hint string) {
	var text string
	if err := yaml.Unmarshal([]byte(value), &text); err != nil {
		return fmt.Sprintf("cell option %s: the value is not a YAML scalar", name), "put quotes around it"
	}
	flags := map[string]*bool{
		"echo": &o.Echo, "fold": &o.Fold, "include": &o.Include, "eval": &o.Eval, "error": &o.Error, "cache": &o.Cache,
	}
	texts := map[string]*string{"fig-cap": &o.FigCap, "fig-alt": &o.FigAlt, "tbl-cap": &o.TblCap}
	switch {
	case flags[name] != nil:
		switch text {
		case "true":
			*flags[name] = true
		case "false":
			*flags[name] = false
		default:
			return fmt.Sprintf("cell option %s: %q is neither true nor false", name, text), ""
		}
	case texts[name] != nil:
		*texts[name] = text
	case name == "label":
		if !labelForm.MatchString(text) {
			return fmt.Sprintf("cell option label: %q is not a label", text), "use letters, digits, - and _, beginning with a letter"
		}
		o.Label = text
	case name == "timeout":
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return fmt.Sprintf("cell option timeout: %q is not a duration", text), "write for example 90s, 10m or 2h"
		}
		o.Timeout = d
	default:
		hint = "the options are " + strings.Join(optionNames, ", ")
		if near := nearest.Name(name, optionNames); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return fmt.Sprintf("unknown cell option %q", name), hint
	}
	return "", ""
}

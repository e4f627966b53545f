package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/runtime/notebook"
	"viva/runtime/record"
)

// job is one notebook on its way to a report.
type job struct {
	path string
	// name is the report's path below the output folder, without its ending.
	name   string
	source []byte
	nb     *notebook.Notebook // nil if it could not be parsed
	errs   []record.Diagnostic
	// requires are the jobs that must have passed before.
	requires []*job
	// after are the jobs that only have to come before.
	after []*job
	// done is closed when outcome is set.
	done    chan struct{}
	outcome outcome
}

// find lists the notebooks that the arguments name, each once, in the order
// given and sorted within a folder.
func find(args []string, exclude string) ([]*job, error) {
	if len(args) == 0 {
		args = []string{"notebooks"}
	}
	var jobs []*job
	add := func(path, name string) error {
		path = filepath.ToSlash(path)
		for _, j := range jobs {
			if j.path == path {
				return nil
			}
			if j.name == name {
				return usagef("%s and %s would both be written to %s.html; render them into different folders with -o", j.path, path, name)
			}
		}
		jobs = append(jobs, &job{path: path, name: name, done: make(chan struct{})})
		return nil
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, missing(arg, err)
		}
		if !info.IsDir() {
			if !isNotebook(arg) {
				return nil, usagef("%s is not a notebook: its name does not end in .md", arg)
			}
			if !info.Mode().IsRegular() {
				return nil, usagef("%s is not a notebook: it is not a regular file", arg)
			}
			if err := add(filepath.Clean(arg), strings.TrimSuffix(filepath.Base(arg), filepath.Ext(arg))); err != nil {
				return nil, err
			}
			continue
		}
		arg = filepath.Clean(arg)
		if isNotebook(arg) {
			return nil, folderNotNotebook(arg)
		}
		if link, err := os.Lstat(arg); err == nil && link.Mode()&fs.ModeSymlink != 0 {
			arg += string(filepath.Separator) // else WalkDir stays outside
		}
		before := len(jobs)
		err = filepath.WalkDir(arg, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			base := e.Name()
			hidden := path != arg && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_"))
			if e.IsDir() {
				if hidden || sameFile(path, exclude) {
					return filepath.SkipDir
				}
				if path != arg && isNotebook(base) {
					return folderNotNotebook(path)
				}
				return nil
			}
			if hidden || !isNotebook(base) || strings.EqualFold(base, "README.md") {
				return nil
			}
			rel, err := filepath.Rel(arg, path)
			if err != nil {
				return err
			}
			return add(path, filepath.ToSlash(strings.TrimSuffix(rel, filepath.Ext(rel))))
		})
		if err != nil {
			return nil, err
		}
		if len(jobs) == before {
			return nil, usagef("%s is a folder without notebooks (*.md)", arg)
		}
	}
	return jobs, nil
}

func folderNotNotebook(path string) error {
	return usagef("%s is a folder, but its name is a notebook's: a notebook is a file; rename the folder", filepath.ToSlash(path))
}

func isNotebook(name string) bool { return strings.EqualFold(filepath.Ext(name), ".md") }

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// missing explains a path that cannot be looked at, with the nearest name in
// its folder.
func missing(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		if path == "notebooks" {
			return usagef("there is no folder notebooks here; name a notebook, or go to the project's folder")
		}
		var names []string
		entries, _ := os.ReadDir(filepath.Dir(path))
		for _, e := range entries {
			if e.Name() == filepath.Base(path) {
				return usagef("%s is a link to a file that does not exist", path)
			}
			names = append(names, e.Name())
		}
		if near := nearest.Name(path, verbs); near != "" {
			return usagef("%s: no such file or verb; did you mean %q?", path, "run "+near)
		}
		if near := nearest.Name(filepath.Base(path), names); near != "" {
			return usagef("%s: no such file; did you mean %s?", path, filepath.Join(filepath.Dir(path), near))
		}
		return usagef("%s: no such file", path)
	}
	return usagef("%s: %v", path, err)
}

// load reads and parses the notebooks with the parameters of the command
// line. Each parameter must be one that at least one of them declares; a
// notebook is given those that it declares.
func load(jobs []*job, params map[string]string) error {
	var declared []string
	for _, j := range jobs {
		var err error
		if j.source, err = os.ReadFile(j.path); err != nil {
			return missing(j.path, err)
		}
		nb, err := notebook.Parse(j.path, j.source, nil)
		if err != nil {
			if err := j.fail(err); err != nil {
				return err
			}
			continue
		}
		own := map[string]string{}
		declared = append(declared, "seed")
		if v, ok := params["seed"]; ok {
			own["seed"] = v
		}
		for _, p := range nb.Meta.Params {
			declared = append(declared, p.Name)
			if v, ok := params[p.Name]; ok {
				own[p.Name] = v
			}
		}
		if j.nb, err = notebook.Parse(j.path, j.source, own); err != nil {
			return usageError{err}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if slices.Contains(declared, name) {
			continue
		}
		if slices.ContainsFunc(jobs, func(j *job) bool { return j.nb == nil }) {
			continue // it may be one of a notebook that could not be read
		}
		slices.Sort(declared)
		known := slices.Compact(declared) // every notebook has a seed
		hint := "; there are " + strings.Join(known, ", ")
		if near := nearest.Name(name, known); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		where := "these notebooks have"
		if len(jobs) == 1 {
			where = jobs[0].path + " has"
		}
		return usagef("-p %s=%s: %s no parameter %q%s", name, params[name], where, name, hint)
	}
	return nil
}

// fail keeps what is wrong with a notebook's form; other errors are returned.
func (j *job) fail(err error) error {
	var e *notebook.Error
	if !errors.As(err, &e) {
		return err
	}
	j.errs = e.Diagnostics
	return nil
}

// printDiagnostics writes what is wrong in the form that editors read.
func printDiagnostics(env environment, diagnostics []record.Diagnostic) {
	sorted := slices.SortedStableFunc(slices.Values(diagnostics), func(a, b record.Diagnostic) int {
		return cmp.Compare(a.Line, b.Line)
	})
	for _, d := range sorted {
		if d.Severity == "warning" {
			d.Message = "warning: " + d.Message
		}
		fmt.Fprintf(env.stderr, "%s:%d:%d: %s\n", d.File, max(d.Line, 1), max(d.Column, 1), d.Message)
		var path []string
		for _, f := range d.Frames {
			path = append(path, f.String())
		}
		if len(path) > 0 {
			fmt.Fprintf(env.stderr, "\tin %s\n", strings.Join(path, ", called from "))
		}
		if d.Hint != "" {
			fmt.Fprintf(env.stderr, "\t%s\n", d.Hint)
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"viva/internal/atomicfile"
	"viva/runtime/record"
	"viva/runtime/report"
)

// write enters the run in the ledger and writes the three files of its report. If
// that fails, the record goes to a temporary file, so that hours of work are not
// lost to a full disk.
func (j *job) write(out string) error {
	r, ledgerErr := j.enter(out)
	err := j.writeFiles(filepath.Join(out, filepath.FromSlash(j.name)), r)
	if err == nil {
		j.outcome.report = filepath.ToSlash(filepath.Join(out, filepath.FromSlash(j.name)+".html"))
		return ledgerErr
	}
	// What kept the report from being written is what matters to the ledger too.
	var b bytes.Buffer
	if jsonErr := report.JSON(&b, r); jsonErr != nil {
		return errors.Join(err, jsonErr)
	}
	saved, saveErr := saveTemporarily(filepath.Base(j.name)+"-*.json", b.Bytes())
	if saveErr != nil {
		return fmt.Errorf("%w; the results could not be saved either: %w", err, saveErr)
	}
	return fmt.Errorf("%w; the results were saved to %s", err, saved)
}

// saveTemporarily writes a file that outlives the program to the system's
// folder for temporary files.
func saveTemporarily(pattern string, content []byte) (name string, err error) {
	f, err := os.CreateTemp("", pattern)
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return "", fmt.Errorf("writing %s: %w", f.Name(), err)
	}
	return f.Name(), nil
}

func (j *job) writeFiles(base string, r *record.Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = j.mistake(p)
		}
	}()
	name := filepath.Base(base)
	opt := report.Options{
		ReadFile: j.picture,
		Name:     name,
		Link:     reportLink,
		Beside:   []string{name + ".md", name + ".json"},
	}
	var page, data bytes.Buffer
	var doc report.Document
	if j.nb == nil {
		if err := report.Failure(&page, j.path, j.source, j.errs, r); err != nil {
			return err
		}
	} else {
		drawn := make(chan error, 1)
		go func() {
			defer func() {
				if p := recover(); p != nil {
					drawn <- j.mistake(p)
				}
			}()
			drawn <- report.HTML(&page, j.nb, r, opt)
		}()
		doc, err = report.Markdown(j.nb, r, opt)
		if err := errors.Join(<-drawn, err); err != nil {
			return err
		}
	}
	if err := report.JSON(&data, r); err != nil {
		return err
	}
	// The pages come last: whoever sees a new page finds its pictures and its
	// record new as well.
	var all []atomicfile.File
	for _, name := range slices.Sorted(maps.Keys(doc.Files)) {
		all = append(all, atomicfile.File{Path: filepath.Join(filepath.Dir(base), filepath.FromSlash(name)), Content: doc.Files[name]})
	}
	all = append(all, atomicfile.File{Path: base + ".json", Content: data.Bytes()})
	if j.nb != nil {
		all = append(all, atomicfile.File{Path: base + ".md", Content: doc.Text})
	}
	all = append(all, atomicfile.File{Path: base + ".html", Content: page.Bytes()})
	if err := atomicfile.WriteAll(all...); err != nil {
		return err
	}
	if j.nb == nil {
		// An earlier one would pass for the report of this notebook.
		if err := os.Remove(base + ".md"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing an old report: %w", err)
		}
	}
	// A certificate vouches for the record that was replaced just now.
	for _, ending := range certificateEndings {
		if err := os.Remove(base + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing an old certificate: %w", err)
		}
	}
	return removeStale(base+"_files", doc.Files)
}

// picture reads a picture that the notebook's prose names.
func (j *job) picture(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(filepath.Dir(j.path), filepath.FromSlash(name)))
}

// reportLink turns a link to another notebook into one to its report.
func reportLink(target string) string {
	file, fragment, _ := strings.Cut(target, "#")
	if !isNotebook(file) || strings.Contains(file, ":") || strings.EqualFold(filepath.Base(file), "README.md") {
		return target // such as a model's card
	}
	file = strings.TrimSuffix(file, filepath.Ext(file)) + ".html"
	if fragment != "" {
		file += "#" + fragment
	}
	return file
}

// removeStale removes the pictures of an earlier report.
func removeStale(dir string, keep map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is none
	}
	for _, e := range entries {
		name := filepath.Base(dir) + "/" + e.Name()
		ours := strings.HasPrefix(e.Name(), "figure-") || strings.HasPrefix(e.Name(), "picture-")
		if _, ok := keep[name]; !ok && ours {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("removing an old picture: %w", err)
			}
		}
	}
	if len(keep) == 0 {
		os.Remove(dir) // succeeds only if nothing else is in it
	}
	return nil
}

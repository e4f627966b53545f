package data

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/trace"
)

// kinds of files, by their names.
const (
	kindArchive = "archive"
	kindTable   = "table"
	kindOther   = ""
)

// format returns the kind of a file and, for a table, its Options.Format.
func (o Options) format(name string) (kind, format string) {
	name = strings.ToLower(name)
	plain := strings.TrimSuffix(name, ".gz")
	switch ext := path.Ext(plain); {
	case ext == ".tgz" || ext == ".tar":
		return kindArchive, ""
	case o.Format != "" && o.Format != "folder":
		return kindTable, o.Format
	case ext == ".jsonl" || ext == ".ndjson":
		return kindTable, "jsonl"
	case ext == ".csv":
		return kindTable, "csv"
	case ext == ".tsv" || ext == ".tab":
		return kindTable, "tsv"
	}
	return kindOther, ""
}

// file reads one table or archive.
func (r *reader) file(name, split string) error {
	kind, format := r.opt.format(filepath.Base(name))
	switch kind {
	case kindArchive:
		files, err := readArchive(name)
		if err != nil {
			return err
		}
		return r.tree(name, split, files)
	case kindTable:
		rows, err := r.table(name, format, split)
		r.rows = append(r.rows, rows...)
		return err
	}
	return fmt.Errorf("%s: %w: a corpus is a .jsonl, .csv, .tsv, .tar.gz file (or set Options.Format) or a folder", name, ErrFormat)
}

// folder reads a folder: the archives in it, else the tables, else the tree.
func (r *reader) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	byKind := map[string][]string{}
	var ignored []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || e.IsDir() {
			continue
		}
		kind, _ := r.opt.format(e.Name())
		byKind[kind] = append(byKind[kind], e.Name())
	}
	var names []string
	if r.opt.Format != "folder" {
		names = byKind[kindTable]
	}
	if len(byKind[kindArchive]) > 0 {
		names = byKind[kindArchive]
	}
	if len(names) == 0 {
		files, err := readTree(dir)
		if err != nil {
			return err
		}
		return r.tree(dir, "", files)
	}
	if slices.ContainsFunc(names, func(n string) bool { return splitOf(n) != "" }) {
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return splitOf(n) == "" })
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			ignored = append(ignored, e.Name())
		}
	}
	if len(ignored) > 0 {
		r.warnf("Not read, because it is not data: %s.", strings.Join(ignored, ", "))
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(splitOrder(splitOf(a)), splitOrder(splitOf(b))) })
	return r.files(dir, names)
}

func splitOrder(split string) int {
	return slices.Index([]string{Train, Validation, Test, ""}, split)
}

// files reads several files of a folder at once and joins them in order.
func (r *reader) files(dir string, names []string) error {
	parts := make([]*reader, len(names))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		parts[i] = &reader{ctx: r.ctx, opt: r.opt}
		g.Go(func() error { return parts[i].file(filepath.Join(dir, name), splitOf(name)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, p := range parts {
		r.rows = append(r.rows, p.rows...)
		r.fromFolder = r.fromFolder || p.fromFolder
		r.latin1 += p.latin1
		r.warnings = append(r.warnings, p.warnings...)
	}
	return nil
}

// treeFile is a file of a folder or an archive; its path has slashes. A folder
// has a path that ends with one.
type treeFile struct {
	path string
	text string
}

// tree makes documents of files whose folders are their labels.
func (r *reader) tree(root, split string, files []treeFile) error {
	r.fromFolder = true
	files = slices.DeleteFunc(files, func(f treeFile) bool { return isHidden(f.path) })
	if top := commonTop(files); top != "" {
		split = cmp.Or(splitOf(top), split)
		for i := range files {
			files[i].path = strings.TrimPrefix(files[i].path, top+"/")
		}
	}
	hasSplits := topNamesSplits(files)
	documents := map[string]int{}
	var loose, binary []string
	for i, f := range files {
		if i%1000 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			trace.Progress(r.ctx, "reading "+filepath.Base(root), i, len(files))
		}
		rest, fileSplit := f.path, split
		if hasSplits {
			var top string
			top, rest, _ = strings.Cut(f.path, "/")
			fileSplit = splitOf(top)
		}
		label, name, inFolder := strings.Cut(rest, "/")
		if rest == "" {
			continue
		}
		if inFolder && !r.opt.Unlabelled {
			documents[label] += 0
		}
		if strings.HasSuffix(f.path, "/") {
			continue
		}
		switch {
		case r.opt.Unlabelled:
			label = ""
		case !inFolder || name == "":
			loose = append(loose, f.path)
			continue
		}
		at := place{file: path.Join(filepath.ToSlash(root), f.path)}
		text, err := r.decode(f.text, at)
		if err != nil {
			return err
		}
		if strings.ContainsRune(text, 0) {
			binary = append(binary, f.path)
			continue
		}
		documents[label]++
		r.rows = append(r.rows, row{Document{ID: strings.TrimSuffix(rest, ".gz"), Text: text, Label: label, Split: fileSplit}, at})
	}
	trace.Progress(r.ctx, "reading "+filepath.Base(root), len(files), len(files))
	for _, label := range slices.Sorted(maps.Keys(documents)) {
		if documents[label] == 0 {
			return fmt.Errorf("%s: the class %q is empty: its folder has no documents; remove it or fill it", root, label)
		}
	}
	if len(r.rows) == 0 {
		if len(loose) > 0 {
			return fmt.Errorf("%s: %w: there is no table, no archive and no sub-folder for each label; its files (%s) have no label; set Options.Format for tables with other names, or Options.Unlabelled", root, ErrFormat, some(loose))
		}
		return fmt.Errorf("%s: %w", root, ErrEmpty)
	}
	if len(loose) > 0 {
		r.warnf("Not read, because it is in no label's folder: %s.", some(loose))
	}
	if len(binary) > 0 {
		r.warnf("Not read, because it is not text: %s.", some(binary))
	}
	return nil
}

func some(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func isHidden(p string) bool {
	return slices.ContainsFunc(strings.Split(p, "/"), func(s string) bool { return strings.HasPrefix(s, ".") })
}

// commonTop returns the folder that holds everything, if below it there are
// still folders.
func commonTop(files []treeFile) string {
	if len(files) == 0 {
		return ""
	}
	top, _, _ := strings.Cut(files[0].path, "/")
	for _, f := range files {
		rest, ok := strings.CutPrefix(f.path, top+"/")
		if !ok || rest != "" && !strings.Contains(rest, "/") {
			return ""
		}
	}
	return top
}

func topNamesSplits(files []treeFile) bool {
	found := false
	for _, f := range files {
		top, _, ok := strings.Cut(f.path, "/")
		if !ok {
			continue
		}
		if splitOf(top) == "" {
			return false
		}
		found = true
	}
	return found
}

// decode returns a document's text as UTF-8.
func (r *reader) decode(text string, at place) (string, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	switch {
	case r.opt.Encoding == "latin1":
		return fromLatin1(text), nil
	case utf8.ValidString(text):
		return text, nil
	case r.opt.Encoding == "utf-8":
		return "", fmt.Errorf("%s: not valid UTF-8: convert it or set Options.Encoding to \"latin1\"", at)
	}
	r.latin1++
	return fromLatin1(text), nil
}

func fromLatin1(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

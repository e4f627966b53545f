package data

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/trace"
)

func splitOrder(split string) int {
	return slices.Index([]string{Train, Validation, Test, ""}, split)
}

// files reads several files of a folder at once and joins them in order.
func (r *reader) files(dir string, names []string) error {
	parts := make([]*reader, len(names))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		parts[i] = r.part()
		g.Go(func() error { return parts[i].file(filepath.Join(dir, name), splitOf(name)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, p := range parts {
		r.join(p)
	}
	return nil
}

// labelFolders makes documents of files whose folders are their labels.
func (r *reader) labelFolders(root, split string, files []treeFile) error {
	r.fromFolder = true
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
		if f.isFolder() {
			continue
		}
		if !inFolder || name == "" {
			if !r.opt.Unlabelled {
				loose = append(loose, f.path)
				continue
			}
			label = ""
		}
		at := place{file: path.Join(filepath.ToSlash(root), f.path)}
		text, err := r.decode(f.text, at)
		if err != nil {
			if err := r.malformed(at, err); err != nil {
				return err
			}
			documents[label]++
			continue
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
	if len(r.rows) == 0 && r.leftOut == 0 {
		if len(loose) > 0 {
			return fmt.Errorf("%s: %w: there is no table, no archive and no sub-folder for each label; its files (%s) have no label; unpack tables of an archive, set Options.Format for tables with other names, or Options.Unlabelled", root, ErrFormat, some(loose))
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

// eachFile calls use for the files of a tree whose names end with ext, with a
// document that has its ID (the path without the extension, and without what all
// paths begin with) and its split.
func (r *reader) eachFile(root, split string, files []treeFile, ext string, use func(f treeFile, d Document, at place) error) error {
	prefix := ""
	if top := commonTop(files); top != "" {
		split = cmp.Or(splitOf(top), split)
		prefix = top + "/"
	}
	below := make([]treeFile, len(files))
	for i, f := range files {
		below[i].path = strings.TrimPrefix(f.path, prefix)
	}
	hasSplits := topNamesSplits(below)
	for i, f := range files {
		if i%1000 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			trace.Progress(r.ctx, "reading "+filepath.Base(root), i, len(files))
		}
		at := place{file: path.Join(filepath.ToSlash(root), f.path)}
		f.path = strings.TrimSuffix(f.path, ".gz")
		id, ok := strings.CutSuffix(strings.TrimSuffix(below[i].path, ".gz"), ext)
		if !ok {
			continue
		}
		d := Document{ID: id, Split: split}
		if hasSplits {
			var top string
			top, d.ID, _ = strings.Cut(id, "/")
			d.Split = splitOf(top)
		}
		if err := use(f, d, at); err != nil {
			return err
		}
	}
	trace.Progress(r.ctx, "reading "+filepath.Base(root), len(files), len(files))
	return nil
}

// contents returns the texts of files by their paths without .gz.
func contents(files []treeFile) map[string]string {
	texts := make(map[string]string, len(files))
	for _, f := range files {
		texts[strings.TrimSuffix(f.path, ".gz")] = f.text
	}
	return texts
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
		return "", errNotUTF8
	case r.opt.Encoding == "replace":
		r.odd(replaced, at)
		return strings.ToValidUTF8(text, "\ufffd"), nil
	}
	if at.line > 0 {
		r.odd(rowAsLatin1, at)
	} else {
		r.odd(asLatin1, at)
	}
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

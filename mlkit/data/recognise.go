package data

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// kinds of files, by their names.
const (
	kindArchive = "archive"
	kindTable   = "table"
	kindOther   = ""
)

// treeFormats are the formats whose documents are files of their own; those of
// all others are rows.
var treeFormats = []string{"folder", "usenet", "inspec", "keys", "semeval2010-t5", "brat", "scienceie"}

// format returns the kind of a file by its name and, for a table, its format.
func (o Options) format(name string) (kind, format string) {
	name = strings.ToLower(name)
	plain := strings.TrimSuffix(name, ".gz")
	switch ext := path.Ext(plain); {
	case ext == ".tgz" || ext == ".tar" || name == plain && ext == ".zip":
		return kindArchive, ""
	case o.Format != "" && !slices.Contains(treeFormats, o.Format):
		return kindTable, o.Format
	case ext == ".jsonl" || ext == ".ndjson":
		return kindTable, "jsonl"
	case ext == ".csv":
		return kindTable, "csv"
	case ext == ".tsv" || ext == ".tab":
		return kindTable, "tsv"
	case ext == ".sgm" || ext == ".sgml":
		return kindTable, "reuters"
	case plain == "train_file.txt" || plain == "test_file_full.txt":
		return kindTable, "semeval2010-t8"
	}
	return kindOther, ""
}

// file reads one table or archive.
func (r *reader) file(name, split string) error {
	kind, format := r.opt.format(filepath.Base(name))
	switch kind {
	case kindArchive:
		files, err := r.limit.readArchive(name)
		if err != nil {
			return err
		}
		return r.tree(name, split, files)
	case kindTable:
		if r.opt.Format == "" {
			format = besideOf(name, format)
		}
		if err := r.table(name, format, split); err != nil {
			return err
		}
		if format == "octis" {
			return r.vocabularyBeside(name)
		}
		return nil
	}
	if r.opt.Format == "" && looksLikeLines(name) {
		return r.table(name, "lines", split)
	}
	return fmt.Errorf("%s: %w: a corpus is a .jsonl, .csv, .tsv, .tar.gz or .zip file (or set Options.Format) or a folder", name, ErrFormat)
}

// besideOf returns the format of a table that is known by the files beside it.
func besideOf(name, format string) string {
	beside := func(other string) bool {
		info, err := os.Stat(filepath.Join(filepath.Dir(name), other))
		return err == nil && info.Mode().IsRegular()
	}
	switch {
	case format == "tsv" && isCorpus(filepath.Base(name)) && (beside("vocabulary.txt") || beside("metadata.json")):
		return "octis"
	case format == "csv" && beside("classes.txt"):
		return "ag_news"
	}
	return format
}

func isCorpus(base string) bool {
	return strings.EqualFold(strings.TrimSuffix(base, ".gz"), "corpus.tsv")
}

func (r *reader) vocabularyBeside(name string) error {
	err := r.words(filepath.Join(filepath.Dir(name), "vocabulary.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// folder reads a folder: the archives in it, else the tables, else the tree.
func (r *reader) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var tables, archives, others []string
	hasFolders := false
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() {
			hasFolders = true
			continue
		}
		switch kind, _ := r.opt.format(e.Name()); kind {
		case kindArchive:
			archives = append(archives, e.Name())
		case kindTable:
			tables = append(tables, e.Name())
		default:
			others = append(others, e.Name())
		}
	}
	if r.opt.Format == "semeval2010-t5" || r.opt.Format == "" && isSemEval5(dir) {
		return r.semEval5(dir, entries)
	}
	var companions []string
	names := tables
	switch {
	case len(archives) > 0:
		names = archives
	case slices.Contains(treeFormats, r.opt.Format):
		names = nil
	case len(tables) > 0:
		names, companions = r.chooseTables(dir, tables)
	case !hasFolders && r.opt.Format == "" && !r.opt.Unlabelled:
		names = chooseLines(dir, others)
	}
	if len(names) == 0 {
		files, err := r.limit.readTree(dir)
		if err != nil {
			return err
		}
		return r.tree(dir, "", files)
	}
	if slices.ContainsFunc(names, func(n string) bool { return splitOf(n) != "" }) {
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return splitOf(n) == "" })
	}
	var ignored []string
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) && !slices.Contains(companions, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			ignored = append(ignored, e.Name())
		}
	}
	if len(ignored) > 0 {
		r.warnf("Not read, because it is not data: %s.", strings.Join(ignored, ", "))
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(splitOrder(splitOf(a)), splitOrder(splitOf(b))) })
	return r.files(dir, names)
}

// chooseTables returns the tables of a folder that are the corpus, and what is
// read with them. Where some tables are in the format of a data set, others
// beside them are not.
func (r *reader) chooseTables(dir string, tables []string) (names, companions []string) {
	formatOf := func(name string) string {
		_, format := r.opt.format(name)
		if r.opt.Format == "" {
			format = besideOf(filepath.Join(dir, name), format)
		}
		return format
	}
	for _, set := range []struct {
		format, companion string
		named             func(string) bool
	}{
		{"semeval2010-t8", "", func(n string) bool { _, f := Options{}.format(n); return f == "semeval2010-t8" }},
		{"reuters", "", func(n string) bool { _, f := Options{}.format(n); return f == "reuters" }},
		{"octis", "vocabulary.txt", isCorpus},
		{"ag_news", "classes.txt", func(n string) bool { _, f := Options{}.format(n); return f == "csv" }},
	} {
		var found []string
		for _, n := range tables {
			if formatOf(n) == set.format && set.named(n) {
				found = append(found, n)
			}
		}
		if len(found) > 0 {
			return found, []string{set.companion}
		}
	}
	return tables, nil
}

// chooseLines returns the .txt files of a folder whose lines are labelled
// texts: those named after splits, if there are any.
func chooseLines(dir string, names []string) []string {
	var found []string
	hasSplits := slices.ContainsFunc(names, func(n string) bool { return splitOf(n) != "" })
	for _, n := range names {
		if hasSplits && splitOf(n) == "" {
			continue
		}
		if path.Ext(strings.TrimSuffix(strings.ToLower(n), ".gz")) != ".txt" || !looksLikeLines(filepath.Join(dir, n)) {
			return nil
		}
		found = append(found, n)
	}
	return found
}

// tree makes documents of the files of a folder or an archive, in the format
// that their names tell.
func (r *reader) tree(root, split string, files []treeFile) error {
	format := r.opt.Format
	if format == "" {
		format = treeFormat(files)
	}
	read := r.labelFolders
	switch format {
	case "inspec":
		read = r.inspec
	case "semeval2010-t5":
		return fmt.Errorf("%s: %w: SemEval-2010 Task 5 is a folder with %s and the folder references", root, ErrFormat, semEval5Archive)
	case "keys":
		read = r.keyFiles
	case "brat", "scienceie":
		read = r.brat
	}
	if err := read(root, split, files); err != nil {
		return err
	}
	if len(r.rows) == 0 && r.leftOut == 0 {
		return fmt.Errorf("%s: there are no files in it as the format %q has them: %w", root, format, ErrEmpty)
	}
	return nil
}

// treeFormat recognises the format of files that belong together by name.
func treeFormat(files []treeFile) string {
	has := make(map[string]bool, len(files))
	for _, f := range files {
		has[strings.TrimSuffix(f.path, ".gz")] = true
	}
	for p := range has {
		switch stem, ext := strings.TrimSuffix(p, path.Ext(p)), path.Ext(p); ext {
		case ".abstr":
			if has[stem+".uncontr"] || has[stem+".contr"] {
				return "inspec"
			}
		case ".ann":
			if has[stem+".txt"] {
				return "brat"
			}
		case ".key":
			if dir, name := path.Split(stem); path.Base(dir) == "keys" && has[path.Join(path.Dir(path.Clean(dir)), "docsutf8", name+".txt")] {
				return "keys"
			}
		}
	}
	return "folder"
}

package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"viva/mlkit/trace"
)

// Errors that Open and New wrap, for errors.Is. A file that does not exist is
// fs.ErrNotExist.
var (
	ErrEmpty       = errors.New("there are no documents in it")
	ErrDuplicateID = errors.New("an ID must be unique within its split")
	ErrFormat      = errors.New("the format is not known")
)

// Options say how a corpus is read. The zero value recognises everything from
// names and headings.
type Options struct {
	// Format is "jsonl", "csv", "tsv" or "folder" (an archive is a folder);
	// "" goes by the file's name.
	Format string
	// Columns names the columns of CSV and TSV files that have no header row,
	// in order, by the names below; "" or any other name skips a column.
	// Example: {"label", "text"}.
	Columns []string
	// ID, Text, Title, Label, Group, Domain, Split, Keyphrases and Relations
	// are the names of the columns or JSON fields that hold these properties.
	// "" looks for the usual names, whatever their case; see the list at Open.
	ID, Text, Title, Label, Group, Domain, Split, Keyphrases, Relations string
	// Unlabelled permits a table without labels and a folder whose files have
	// no sub-folder for their label.
	Unlabelled bool
	// SkipEmpty leaves out documents without text and warns; by default an
	// empty text in a table is an error.
	SkipEmpty bool
	// Headers is "keep" (the default, "") or "strip": the text of a message is
	// then its body alone. Thread and title are taken from the headers first.
	Headers string
	// Encoding is "utf-8", where anything else is an error, or "latin1". ""
	// is "utf-8" for tables; in folders it reads a file that is not UTF-8 as
	// Latin-1 and warns.
	Encoding string
}

func (o Options) check() error {
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"Format", o.Format, []string{"", "jsonl", "csv", "tsv", "folder"}},
		{"Headers", o.Headers, []string{"", "keep", "strip"}},
		{"Encoding", o.Encoding, []string{"", "utf-8", "latin1"}},
	} {
		if !slices.Contains(f.allowed, f.value) {
			return fmt.Errorf("data: unknown Options.%s %q: use one of %s", f.name, f.value, strings.Join(f.allowed[1:], ", "))
		}
	}
	return nil
}

// Open reads a corpus. The path is one of
//
//   - "" or "sample": the sample corpus that is built in
//   - a .jsonl or .ndjson file: a JSON object on every line
//   - a .csv or .tsv file with a header row (or Options.Columns). TSV has no
//     quotes; CSV has those of RFC 4180
//   - a folder with a sub-folder for each label, whose files are the documents
//   - a folder with the sub-folders train, validation, test (or names that
//     hold one of these words, also valid, val, dev, training, testing), and in
//     each a sub-folder for each label
//   - a .tar, .tar.gz or .tgz file of such a folder
//   - a folder with several of these files. If it has archives, only they are
//     data, else the tables; if some of their names hold the word of a split,
//     only those. What else lies there is left out with a warning
//   - the name of a public data set, such as "20newsgroups", where there is no
//     file or folder of that name; package dataset finds its files and compares
//     them with their checksums, and says how to get them where they are not
//     on this machine. Its registry says in which format they are
//
// Tables may be compressed (.gz), documents in folders too. Files whose names
// begin with a dot never count.
//
// Columns and JSON fields are known by these names: id (doc_id, docid, key),
// text (body, content, document, abstract), title (headline), label (class,
// category, target), group (group_id, article, source, author), domain
// (subject, topic), split (subset, partition), keyphrases (keywords, keys),
// relations. Keyphrases are a list, in tables separated by ";". Relations are
// read from JSON alone, as Document writes them.
//
// A document in a folder has the ID label/file; if that is in two splits,
// all IDs are split/label/file. In a table without IDs it is file:row.
//
// Messages, known by their headers From and Subject, get the subject as title
// and the thread (the subject without "Re:", in lower case) as group, or their
// ID where the subject is empty. If there are no domains and every label has
// several parts with dots between them, as newsgroups do, the first part is the
// domain.
//
// Open reports the corpus and its fingerprint to package trace. Errors name
// the file and the row.
func Open(ctx context.Context, path string, opt Options) (*Corpus, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, opt: opt}
	name := "sample"
	if path == "" || path == "sample" {
		path = ""
		rows, err := readSample()
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		r.rows = rows
	} else {
		name = filepath.Base(filepath.Clean(path))
		trace.Opening(ctx, path)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return openNamed(ctx, path, opt)
		}
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if info.IsDir() {
			err = r.folder(path)
		} else {
			err = r.file(path, splitOf(name))
		}
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		r.hides(path)
	}
	c, err := r.corpus(name, path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	trace.Read(ctx, c.Source())
	return c, nil
}

// place is where a document was found. Line 0 means the whole file.
type place struct {
	file string
	line int
}

func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

type row struct {
	doc Document
	at  place
}

// reader gathers documents from one or several files.
type reader struct {
	ctx  context.Context
	opt  Options
	rows []row
	// fromFolder says that IDs and labels come from names of files.
	fromFolder bool
	latin1     int
	warnings   []string
}

func (r *reader) warnf(format string, args ...any) {
	r.warnings = append(r.warnings, fmt.Sprintf(format, args...))
}

// amount says how many there are of something, with its verb.
func amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// corpus checks what was read and completes it.
func (r *reader) corpus(name, path string) (*Corpus, error) {
	if len(r.rows) == 0 {
		return nil, fmt.Errorf("%s: %w", cmp.Or(path, name), ErrEmpty)
	}
	r.messages()
	if err := r.empty(cmp.Or(path, name)); err != nil {
		return nil, err
	}
	if err := r.labels(); err != nil {
		return nil, err
	}
	if err := r.ids(); err != nil {
		return nil, err
	}
	r.domains()
	if r.latin1 > 0 {
		r.warnf("%s not UTF-8 and read as Latin-1.", amount(r.latin1, "file was", "files were"))
	}
	docs := make([]Document, len(r.rows))
	for i := range docs {
		docs[i] = r.rows[i].doc
	}
	return newCorpus(name, path, docs, r.warnings), nil
}

// messages marks messages and takes thread and title from their headers.
func (r *reader) messages() {
	is := make([]bool, len(r.rows))
	inParallel(len(is), func(i int) { is[i] = isMessage(r.rows[i].doc.Text) })
	n := 0
	for _, m := range is {
		if m {
			n++
		}
	}
	if float64(n) < messageShare*float64(len(is)) {
		return
	}
	inParallel(len(is), func(i int) {
		d := &r.rows[i].doc
		if !is[i] {
			d.Group = cmp.Or(d.Group, d.ID)
			return
		}
		headers, body := cutHeaders(d.Text)
		subject := header(headers, "Subject")
		d.Title = cmp.Or(d.Title, subject)
		d.Group = cmp.Or(d.Group, thread(subject), d.ID)
		d.Message = true
		if r.opt.Headers == "strip" {
			d.Text, d.Message = body, false
		}
	})
	if n < len(is) {
		r.warnf("%s no message headers.", amount(len(is)-n, "document has", "documents have"))
	}
}

// empty deals with documents that have no text.
func (r *reader) empty(path string) error {
	var kept []row
	n := 0
	for _, row := range r.rows {
		if strings.TrimSpace(row.doc.Text) == "" {
			n++
			if r.opt.SkipEmpty {
				continue
			}
			if !r.fromFolder {
				return fmt.Errorf("%s: the text is empty: remove the row or set Options.SkipEmpty", row.at)
			}
		}
		kept = append(kept, row)
	}
	switch {
	case n == len(r.rows):
		return fmt.Errorf("%s: none of its %d documents has text: %w", path, n, ErrEmpty)
	case n > 0 && r.opt.SkipEmpty:
		r.warnf("%s left out, having no text.", amount(n, "document was", "documents were"))
	case n > 0:
		r.warnf("%s no text.", amount(n, "document has", "documents have"))
	}
	r.rows = kept
	return nil
}

// labels makes sure that every document has a class.
func (r *reader) labels() error {
	if r.opt.Unlabelled {
		return nil
	}
	for _, row := range r.rows {
		if row.doc.Label == "" {
			return fmt.Errorf("%s: the label is empty: every document needs a class, or set Options.Unlabelled", row.at)
		}
	}
	return nil
}

// ids makes IDs unique within their split, where they are names of files, and
// otherwise makes sure that they are.
func (r *reader) ids() error {
	type key struct{ split, id string }
	anywhere := make(map[string]string, len(r.rows))
	repeated := 0
	for _, row := range r.rows {
		if s, ok := anywhere[row.doc.ID]; ok && s != row.doc.Split {
			repeated++
		}
		anywhere[row.doc.ID] = row.doc.Split
	}
	if r.fromFolder && repeated > 0 {
		for i := range r.rows {
			d := &r.rows[i].doc
			if d.Split != "" {
				d.ID = d.Split + "/" + d.ID
			}
		}
		r.warnf("%s in more than one split: the IDs carry the split.", amount(repeated, "name of a file is", "names of files are"))
	}
	seen := make(map[key]place, len(r.rows))
	for _, row := range r.rows {
		k := key{row.doc.Split, row.doc.ID}
		if at, ok := seen[k]; ok {
			return fmt.Errorf("%s: the ID %q was used before, at %s: %w", row.at, row.doc.ID, at, ErrDuplicateID)
		}
		seen[k] = row.at
	}
	return nil
}

// domains gives documents the first part of their label as domain, if no
// domain is known and all labels have the form of newsgroup names.
func (r *reader) domains() {
	for i := range r.rows {
		d := &r.rows[i].doc
		first, rest, _ := strings.Cut(d.Label, ".")
		if d.Domain != "" || first == "" || rest == "" || strings.ContainsAny(d.Label, " \t") {
			return
		}
	}
	for i := range r.rows {
		d := &r.rows[i].doc
		d.Domain, _, _ = strings.Cut(d.Label, ".")
	}
}

// splitWords are the words in names of files and folders that tell a split.
var splitWords = map[string]string{
	"train": Train, "training": Train,
	"validation": Validation, "valid": Validation, "val": Validation, "dev": Validation, "development": Validation,
	"test": Test, "testing": Test,
}

// splitOf returns the split that a name tells: the one that its words name, or
// "" if they name none or several.
func splitOf(name string) string {
	split := ""
	for _, word := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if s := splitWords[word]; s != "" {
			if split != "" && s != split {
				return ""
			}
			split = s
		}
	}
	return split
}

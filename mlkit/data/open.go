package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// Open reads a corpus. The path is one of
//
//   - "" or "sample": the sample corpus that is built in
//   - a file in one of the formats below, or an archive of such files (.tar,
//     .tar.gz, .tgz, .zip)
//   - a folder with several of these files, or unpacked. If it has archives,
//     only they are data, else the tables; if some of their names hold the word
//     of a split (train, validation, test, or valid, val, dev, training,
//     testing), only those. What else lies there is left out with a warning
//
// The formats, by their names in Options.Format. All but "ag_news" for files
// with other names are recognised:
//
//   - "jsonl": a JSON object on every line (.jsonl, .ndjson)
//   - "csv", "tsv": a table with a header row, or Options.Columns. TSV has no
//     quotes; CSV has those of RFC 4180
//   - "lines": label, TAB, text on every line
//   - "folder": a folder for each label, whose files are the documents. Around
//     them may be a folder for each split
//   - "usenet": the same, of messages with headers, as 20 Newsgroups has them
//   - "reuters": the SGML files of Reuters-21578. Text is title and body. Labels
//     has all topics, Label the topic of stories with exactly one. Domain is
//     the first of the story's places, Group the catchword of the wire (such as
//     BAHIA-COCOA-REVIEW) that a story's later versions share, or the ID.
//     Options.Scheme chooses the split
//   - "ag_news": CSV of class number, title and description, with the names of
//     the classes in classes.txt. Text is title and description
//   - "octis": corpus.tsv of text, split and label, with vocabulary.txt, which
//     Corpus.Vocabulary returns
//   - "inspec": .abstr, .uncontr and .contr files. Text is title and abstract,
//     with lines joined; Options.Gold chooses the keyphrases
//   - "keys": docsutf8/NAME.txt with keys/NAME.key, a phrase on each line
//   - "semeval2010-t5": SemEval2010.zip with the folder references, whose
//     documents tell the split and the keyphrases; Options.Gold chooses them.
//     Phrases of the training papers are words, those of the test papers
//     Porter stems (Document.Stemmed), because others were never published.
//     Spellings of one phrase are in Document.Alternatives. A paper that is
//     missing in the archive is read from NAME.lvl-1.xml.gz
//   - "brat": .txt with .ann, the stand-off annotation of brat: entities,
//     relations of two arguments, and lines with "*", which relate every two of
//     their arguments. Keyphrases are the distinct texts of the entities
//   - "scienceie": the same, where files are named after articles of
//     ScienceDirect. Group is the article, Domain its journal's ISSN
//   - "semeval2010-t8": TRAIN_FILE.TXT and TEST_FILE_FULL.TXT. Text is the
//     sentence without quotes and tags, Label the official label, such as
//     Cause-Effect(e2,e1). The entities have the types e1 and e2, in this
//     order. The relation's type is Cause-Effect, its head the first of the
//     label's arguments; "Other" has the head e1
//
// Files may be compressed (.gz). Files whose names begin with a dot never count.
//
// Columns and JSON fields are known by these names: id (doc_id, docid, key),
// text (body, content, document, abstract), title (headline), label (class,
// category, target), labels, group (group_id, article, source), domain
// (subject, topic), split (subset, partition), author, time (date, timestamp),
// keyphrases (keywords, keys), entities, relations. A table without a group has
// its authors as groups. Labels and keyphrases are a list, in tables separated by
// ";". Times are RFC 3339, a date, or seconds since 1970; one that cannot be
// read is an error if Options.Time names the column, else counted in a warning.
// Entities and relations are JSON, as Document writes them.
//
// A document of a folder has the ID label/file, or the file's name without its
// extension where a document has several files; if that is in two splits, all
// IDs are split/ID. Where every document is a line without an ID, it is
// file:row.
//
// Messages, known by their headers From and Subject, get the subject as title,
// the thread (the subject without "Re:", in lower case) as group, or their ID
// where the subject is empty, the address in From as author, and the time of
// Date. If there are no domains and every label has several parts with dots
// between them, as newsgroups do, the first part is the domain.
//
// A small file never takes much memory: a corpus is bounded by
// Options.MaxBytes, a document by 32 MiB, a row by 10,000 columns, a document's
// entities and relations by 100,000, and what a compressed file expands to by
// 200 times its size (or 64 MiB). Beyond, the error is ErrTooLarge.
//
// Open reports the corpus and its fingerprint to package trace. Errors name
// the file and the row.
func Open(ctx context.Context, path string, opt Options) (*Corpus, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, opt: opt, limit: newBudget(opt.MaxBytes)}
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
			return nil, fmt.Errorf("data: there is no file or folder %s: give the path of a JSONL, CSV or TSV file, of an archive or of a folder, or \"sample\": %w", path, fs.ErrNotExist)
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
	ctx   context.Context
	opt   Options
	limit *budget
	rows  []row
	// fromFolder says that IDs and labels come from names of files.
	fromFolder bool
	// noLabels says that documents need no class, mayBeEmpty that an empty
	// text is no mistake of a table.
	noLabels   bool
	mayBeEmpty bool
	vocabulary []string
	found      [oddities]finding
	skipped    []Skipped
	leftOut    int
	warnings   []string
}

// part returns a reader of a part of the corpus, to be joined.
func (r *reader) part() *reader { return &reader{ctx: r.ctx, opt: r.opt, limit: r.limit} }

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
		if len(r.skipped) > 0 {
			s := r.skipped[0]
			return nil, fmt.Errorf("%s: all of it is malformed (%d rows or documents; the first, %s: %s): %w", cmp.Or(path, name), r.leftOut, place{s.File, s.Row}, s.Reason, ErrEmpty)
		}
		return nil, fmt.Errorf("%s: %w", cmp.Or(path, name), ErrEmpty)
	}
	if err := r.messages(cmp.Or(path, name)); err != nil {
		return nil, err
	}
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
	r.report(cmp.Or(path, name))
	docs := make([]Document, len(r.rows))
	for i := range docs {
		docs[i] = r.rows[i].doc
	}
	c := newCorpus(name, path, docs, r.warnings)
	c.vocabulary, c.skipped = r.vocabulary, r.skipped
	return c, nil
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
			if !r.fromFolder && !r.mayBeEmpty {
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
	if r.opt.Unlabelled || r.noLabels {
		return nil
	}
	return r.keep(func(row row) error {
		if row.doc.Label == "" && len(row.doc.Labels) == 0 {
			return errors.New("the label is empty: every document needs a class, or set Options.Unlabelled")
		}
		return nil
	})
}

// keep leaves out the documents that have something wrong with them.
func (r *reader) keep(wrong func(row) error) error {
	kept := r.rows[:0]
	for _, row := range r.rows {
		if reason := wrong(row); reason == nil {
			kept = append(kept, row)
		} else if err := r.malformed(row.at, reason); err != nil {
			return err
		}
	}
	r.rows = kept
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
	return r.keep(func(row row) error {
		k := key{row.doc.Split, row.doc.ID}
		if at, ok := seen[k]; ok {
			return fmt.Errorf("the ID %q was used before, at %s: %w", row.doc.ID, at, ErrDuplicateID)
		}
		seen[k] = row.at
		return nil
	})
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

package data

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Skipped is a row or document that was left out because it could not be read.
type Skipped struct {
	File string
	// Row is its line, counted from 1; 0 means the whole file.
	Row    int
	Reason string
}

// Skipped returns what Options.SkipMalformed left out, in order: the first
// 10,000 of them. How many there were is among the warnings.
func (c *Corpus) Skipped() []Skipped { return slices.Clone(c.skipped) }

// malformed deals with a row or document that cannot be read: it is an error,
// or left out.
func (r *reader) malformed(at place, reason error) error {
	if errors.Is(reason, ErrTooLarge) {
		return fmt.Errorf("%s: %w", at, reason)
	}
	if !r.opt.SkipMalformed {
		return fmt.Errorf("%s: %w; correct it, or set Options.SkipMalformed to leave it out", at, reason)
	}
	r.leftOut++
	if len(r.skipped) < maxSkipped {
		r.skipped = append(r.skipped, Skipped{at.file, at.line, reason.Error()})
	}
	return nil
}

// oddity is something about documents that their reader must know of.
type oddity int

const (
	asLatin1 oddity = iota
	replaced
	undated
	misplaced
	fragmented
	unread
	keyless
	paperless
	unlisted
	oddities
)

// oddityWords say it of one document and of several.
var oddityWords = [oddities][2]string{
	asLatin1:   {"file was not UTF-8 and read as Latin-1", "files were not UTF-8 and read as Latin-1"},
	replaced:   {"file was not UTF-8 and has U+FFFD in the place of what could not be read", "files were not UTF-8 and have U+FFFD in the place of what could not be read"},
	undated:    {"date could not be read, and its document has no time", "dates could not be read, and their documents have no time"},
	misplaced:  {"entity has another text in its annotation than at its place in the document; the document's is taken", "entities have another text in their annotation than at their place in the document; the document's is taken"},
	fragmented: {"entity has gaps and covers the text between its first and its last piece", "entities have gaps and cover the text between their first and their last piece"},
	unread:     {"annotation is neither an entity nor a relation, and was not read", "annotations are neither entities nor relations, and were not read"},
	keyless:    {"document has no file of keyphrases", "documents have no file of keyphrases"},
	paperless:  {"file of keyphrases has no document", "files of keyphrases have no document"},
	unlisted:   {"document is in no reference, and was left out", "documents are in no reference, and were left out"},
}

// finding counts an oddity and keeps the first places of it.
type finding struct {
	n     int
	first []string
}

const maxNamed = 5

func (f *finding) add(n int, names ...string) {
	f.n += n
	f.first = append(f.first, names[:min(len(names), maxNamed-len(f.first))]...)
}

func (r *reader) odd(what oddity, at place) { r.found[what].add(1, at.String()) }

// join takes over what another reader read.
func (r *reader) join(p *reader) {
	r.rows = append(r.rows, p.rows...)
	r.fromFolder = r.fromFolder || p.fromFolder
	r.noLabels = r.noLabels || p.noLabels
	r.mayBeEmpty = r.mayBeEmpty || p.mayBeEmpty
	r.vocabulary = append(r.vocabulary, p.vocabulary...)
	r.leftOut += p.leftOut
	r.skipped = append(r.skipped, p.skipped[:min(len(p.skipped), maxSkipped-len(r.skipped))]...)
	for i := range p.found {
		r.found[i].add(p.found[i].n, p.found[i].first...)
	}
	r.warnings = append(r.warnings, p.warnings...)
}

// report turns what was counted into warnings. Places are told below path, the
// corpus.
func (r *reader) report(path string) {
	below := filepath.ToSlash(filepath.Clean(path)) + "/"
	for i, f := range r.found {
		if f.n == 0 {
			continue
		}
		for j := range f.first {
			f.first[j] = strings.TrimPrefix(filepath.ToSlash(f.first[j]), below)
		}
		names := some(f.first)
		if more := f.n - len(f.first); more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		r.warnf("%s: %s.", amount(f.n, oddityWords[i][0], oddityWords[i][1]), names)
	}
	if r.leftOut > 0 {
		names := make([]string, 0, maxNamed)
		for _, s := range r.skipped[:min(len(r.skipped), maxNamed)] {
			names = append(names, fmt.Sprintf("%s: %s", strings.TrimPrefix(filepath.ToSlash(place{s.File, s.Row}.String()), below), s.Reason))
		}
		text := fmt.Sprintf("%s malformed and left out", amount(r.leftOut, "row or document was", "rows or documents were"))
		for i, n := range names {
			text += []string{": ", "; "}[min(i, 1)] + n
		}
		if more := r.leftOut - len(names); more > 0 {
			text += fmt.Sprintf("; and %d more", more)
		}
		r.warnf("%s.", text)
	}
}

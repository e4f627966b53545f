package data

import (
	"fmt"
	"slices"
	"strings"
)

// Options say how a corpus is read. The zero value recognises everything from
// names, headings and content.
type Options struct {
	// Format is one of the formats listed at Open; "" recognises it.
	Format string
	// Columns names the columns of CSV and TSV files that have no header row,
	// in order, by the names below; "" or any other name skips a column.
	// Example: {"label", "text"}.
	Columns []string
	// ID, Text, Title, Label, Labels, Group, Domain, Split, Author, Time,
	// Keyphrases, Entities and Relations are the names of the columns or JSON
	// fields that hold these properties. "" looks for the usual names, whatever
	// their case; see the list at Open. "-" leaves the property empty.
	ID, Text, Title, Label, Labels, Group, Domain, Split, Author, Time, Keyphrases, Entities, Relations string
	// Unlabelled permits a table without labels and a folder whose files have
	// no sub-folder for their label. Labels that are there are read all the same.
	Unlabelled bool
	// SkipEmpty leaves out documents without text and warns; by default an
	// empty text in a table is an error.
	SkipEmpty bool
	// SkipMalformed leaves out rows, annotations and documents that cannot be
	// read, lists them in Corpus.Skipped and warns; by default the first one is
	// an error.
	SkipMalformed bool
	// Remove names the parts of messages that are cut off: "headers",
	// "footers", "quotes"; see Parts for what they are. Thread, author, time
	// and title are taken from the headers first.
	Remove []string
	// Gold chooses the keyphrases where a data set has several sets of them.
	// Inspec: "uncontrolled" (the default, any phrase), "controlled" (of a
	// thesaurus) or "both". SemEval-2010 Task 5: "combined" (the default),
	// "author" or "reader".
	Gold string
	// Scheme chooses the split where a data set has several. Reuters-21578:
	// "modapte" (the default) or "modlewis".
	Scheme string
	// Encoding is "utf-8", where anything else is an error, "latin1", or
	// "replace", which puts U+FFFD in the place of what is not UTF-8. "" is
	// "utf-8" for CSV, TSV and JSONL; elsewhere it reads a file (or, where
	// each line is a document, a line) that is not UTF-8 as Latin-1. What was
	// read other than as UTF-8 is counted in a warning.
	Encoding string
	// MaxBytes bounds the size of a corpus: the bytes of all files after
	// decompression, and 512 more for each document. 0 means 2 GiB. The
	// memory needed while reading is up to four times as much.
	MaxBytes int64
}

// formats are the values of Options.Format.
var formats = []string{
	"jsonl", "csv", "tsv", "lines", "folder", "usenet", "reuters", "ag_news", "octis",
	"inspec", "keys", "semeval2010-t5", "brat", "scienceie", "semeval2010-t8",
}

func (o Options) check() error {
	for _, f := range []struct {
		name, value string
		allowed     []string
	}{
		{"Format", o.Format, formats},
		{"Gold", o.Gold, []string{"uncontrolled", "controlled", "both", "combined", "author", "reader"}},
		{"Scheme", o.Scheme, []string{"modapte", "modlewis"}},
		{"Encoding", o.Encoding, []string{"utf-8", "latin1", "replace"}},
	} {
		if f.value != "" && !slices.Contains(f.allowed, f.value) {
			return fmt.Errorf("data: unknown Options.%s %q: use one of %s", f.name, f.value, strings.Join(f.allowed, ", "))
		}
	}
	for _, part := range o.Remove {
		if !slices.Contains(messageParts, part) {
			return fmt.Errorf("data: unknown part %q in Options.Remove: use some of %s", part, strings.Join(messageParts, ", "))
		}
	}
	if o.MaxBytes < 0 {
		return fmt.Errorf("data: Options.MaxBytes is %d: give a number of bytes, or 0 for 2 GiB", o.MaxBytes)
	}
	return nil
}

// gold returns Options.Gold, or the first of the values that a format has.
func (o Options) gold(allowed ...string) (string, error) {
	if o.Gold == "" {
		return allowed[0], nil
	}
	if !slices.Contains(allowed, o.Gold) {
		return "", fmt.Errorf("Options.Gold is %q: this data set has %s", o.Gold, strings.Join(allowed, ", "))
	}
	return o.Gold, nil
}

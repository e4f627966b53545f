// Package report draws a notebook and the record of its run: as one
// self-contained HTML page, as GitHub-flavoured Markdown with its pictures
// beside it, and as JSON. It computes nothing and runs nothing; what is not in
// the notebook or the record is not in a report. It writes to what it is
// given and never to a file: names and atomic replacement are the caller's.
//
// The same notebook and record give the same bytes.
//
// # Trust
//
// A report may be opened by an examiner who did not write the notebook.
// Printed text is escaped. HTML from prose and cells passes an allow-list, and
// so does the SVG of figures. The page's content security policy forbids every
// request and every script but its own two.
package report

import (
	"fmt"
	"path"
	"strings"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// Options say how a report is drawn. The zero value draws a complete one, but
// for pictures that the prose names, which need ReadFile.
type Options struct {
	// ReadFile reads a picture that the prose names. The name is the one in
	// the notebook, relative to the notebook's folder, with forward slashes.
	// With nil, or where it fails, the page says in the picture's place that
	// it is missing.
	ReadFile func(name string) ([]byte, error)
	// Name is the base name of the report's files, without an extension. The
	// zero value is the notebook's.
	Name string
	// Link rewrites the target of a relative link in the prose, for example
	// from another notebook to its report. Nil leaves targets as they are.
	Link func(target string) string
	// Beside lists the names of other forms of the same report that stand in
	// the same folder; the page links to them.
	Beside []string
	// Lang is the language of the page as a BCP 47 tag. The zero value is "en".
	Lang string
}

func (o Options) lang() string {
	if o.Lang == "" {
		return "en"
	}
	return o.Lang
}

func (o Options) name(notebookPath string) string {
	if o.Name != "" {
		return o.Name
	}
	base := path.Base(notebookPath)
	return strings.TrimSuffix(base, path.Ext(base))
}

// target is where a link in a table of a page leads, "" if it may lead nowhere:
// what a data set wrote into a table is not to be trusted.
func (o Options) target(address string) string {
	switch {
	case !link(address):
		return ""
	case o.Link != nil && isRelative(address):
		return o.Link(address)
	}
	return address
}

// matches refuses a record that belongs to another notebook, since it would
// put results under the wrong code.
func matches(nb *notebook.Notebook, run *record.Run) error {
	if len(run.Cells) != len(nb.Cells) || len(run.Inlines) != len(nb.Inlines) {
		return fmt.Errorf("report: the record of %s has %d cells and %d inline values, but %s has %d and %d: they are not of one run",
			run.Notebook, len(run.Cells), len(run.Inlines), nb.Path, len(nb.Cells), len(nb.Inlines))
	}
	return nil
}

package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"viva/mlkit/dataset"
)

// terms are what one must know to use a public data set.
type terms struct{ licence, citation, address string }

// Licence returns what the source of a data set that was opened by its name says
// about its use; "" for other data.
func (c *Corpus) Licence() string { return c.terms.licence }

// Citation returns how a data set that was opened by its name is cited; "" for
// other data.
func (c *Corpus) Citation() string { return c.terms.citation }

// mayBeName reports whether a path can be meant as the name of a data set: names
// have neither folders nor endings.
func mayBeName(path string) bool { return path != "" && !strings.ContainsAny(path, `./\: `) }

// openNamed opens what is no file and no folder: the data set that has the name.
func openNamed(ctx context.Context, name string, opt Options) (*Corpus, error) {
	if !mayBeName(name) {
		return nil, fmt.Errorf("data: there is no file or folder %s: give the path of a JSONL, CSV or TSV file, of an archive or of a folder, \"sample\", or the name of a data set: %w", name, fs.ErrNotExist)
	}
	folder, err := dataset.Locate(ctx, name, dataset.Options{})
	if errors.Is(err, dataset.ErrUnknown) {
		return nil, fmt.Errorf("data: there is no file or folder %s, and %w: %w", name, err, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	set, err := dataset.Lookup(name, dataset.Options{})
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	opt.Format = cmp.Or(opt.Format, set.Format)
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("%w (to read the data set %s)", err, set.Name)
	}
	r := newReader(ctx, opt)
	if err := r.folder(folder); err != nil {
		return nil, fmt.Errorf("data: %s: %w", set.Name, err)
	}
	if strangers := set.Strangers(folder); len(strangers) > 0 {
		r.warnf("Files beside the data set's own, which nobody verified: %s.", some(strangers))
	}
	c, err := r.corpus(set.Name, folder)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	// Where a machine has its files is no part of the corpus.
	c.path = set.Name
	for i, f := range c.skipped {
		if rel, err := filepath.Rel(folder, f.File); err == nil {
			c.skipped[i].File = filepath.ToSlash(rel)
		}
	}
	c.terms = terms{set.Licence, set.Citation, set.Page}
	return c.opened(ctx), nil
}

// hides warns if a file or folder that is read has the name of a data set.
func (r *reader) hides(path string) {
	if !mayBeName(path) {
		return
	}
	if set, err := dataset.Lookup(path, dataset.Options{}); err == nil {
		r.warnf("There is a data set %s, too; what was read is the file or folder of that name.", set.Name)
	}
}

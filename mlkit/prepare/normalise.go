package prepare

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/data"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// NormaliseOptions say how texts are written alike. The zero value repairs the
// encoding, composes characters (NFKC), removes control characters and keeps of
// white space single spaces, line breaks and single blank lines.
type NormaliseOptions struct {
	// Form is the Unicode normalisation form: "NFKC" (the default, ""), "NFC",
	// or "none".
	Form string
	// Space is "lines" (the default, ""), which keeps line breaks and single
	// blank lines, "single", which leaves single spaces only, or "keep".
	Space string
	// KeepControls keeps control characters, zero-width characters and soft
	// hyphens.
	KeepControls bool
	// Lower turns capital letters into small ones.
	Lower bool
	// Markup removes HTML's tags and comments and decodes its entities, also
	// those that were encoded twice, so that "&lt;b&gt;" is a tag too.
	Markup bool
}

func (o NormaliseOptions) filled() (NormaliseOptions, error) {
	if err := choose("NormaliseOptions.Form", &o.Form, "NFKC", "NFC", "none"); err != nil {
		return o, err
	}
	return o, choose("NormaliseOptions.Space", &o.Space, "lines", "single", "keep")
}

// choose fills in the first choice for "", and refuses what is none of them.
func choose(option string, value *string, choices ...string) error {
	if *value == "" {
		*value = choices[0]
	}
	if !slices.Contains(choices, *value) {
		return fmt.Errorf("prepare: unknown %s %q: use %s or %s", option, *value, strings.Join(choices[:len(choices)-1], ", "), choices[len(choices)-1])
	}
	return nil
}

// Normalise writes texts, titles and keyphrases alike. Bytes that are no UTF-8
// are read as Windows-1252. Entities and relations keep to their places, which
// move with the text; one of which nothing is left goes. Of a message the
// headers stay headers, a field to a line: they are not lower-cased and have no
// mark-up. Doing it again changes nothing.
func Normalise(ctx context.Context, c *data.Corpus, opt NormaliseOptions) (*Step, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	type outcome struct {
		doc    data.Document
		places []int
		gone   int
	}
	n := newNormaliser(opt)
	docs := make([]outcome, c.Len())
	err = eachRow(ctx, c.Len(), "normalising texts", func(row int) {
		o := &docs[row]
		o.doc, o.places, o.gone = n.document(c.At(row))
	})
	if err != nil {
		return nil, err
	}
	s := &Step{Name: "normalise", Why: "The same words must be the same letters, wherever the text comes from, or a model learns the source.", Before: c.Len(), before: c}
	row, gone := 0, 0
	documents, places := make([]int, len(n.names)), make([]int, len(n.names))
	after, err := c.Map(func(old data.Document) data.Document {
		o := docs[row]
		var what []string
		for i, k := range o.places {
			if k > 0 {
				documents[i]++
				places[i] += k
				what = append(what, fmt.Sprintf("%s (%d)", n.names[i], k))
			}
		}
		gone += o.gone
		if what != nil {
			s.Changed = append(s.Changed, Removal{row, old.ID, old.Label, "written alike", strings.Join(what, ", ")})
		}
		row++
		return o.doc
	})
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	s.Corpus, s.After = after, after.Len()
	if gone > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d entities or relations went, because nothing is left of their text.", gone))
	}
	s.details = append(s.details, func() *view.Table {
		t := view.NewTable("What was written alike", "operation", "documents", "places")
		for i, name := range n.names {
			if places[i] > 0 {
				t.Add(name, documents[i], places[i])
			}
		}
		return t
	})
	return s, nil
}

// normaliser has the passes of the options.
type normaliser struct {
	names                []string
	header, body, phrase []pass
}

func newNormaliser(opt NormaliseOptions) *normaliser {
	n := &normaliser{header: opt.passes(true), body: opt.passes(false)}
	if opt.Space != "keep" {
		opt.Space = "single"
	}
	n.phrase = opt.passes(false)
	for _, p := range slices.Concat(n.body, n.header) {
		if !slices.Contains(n.names, p.name) {
			n.names = append(n.names, p.name)
		}
	}
	return n
}

// rounds bounds how often the passes are repeated until they change nothing.
// One pass can make work for an earlier one: an entity can stand for an accent.
const rounds = 32

// text returns the text after the passes, and the edits of each. It adds to
// places how many were changed, by name.
func (n *normaliser) text(in string, passes []pass, places []int) (string, [][]edit) {
	var all [][]edit
	for range rounds {
		changed := false
		for _, p := range passes {
			e := editor{in: in}
			p.run(&e)
			if len(e.edits) == 0 {
				continue
			}
			in = e.text()
			all = append(all, e.edits)
			places[slices.Index(n.names, p.name)] += len(e.edits)
			changed = true
		}
		if !changed {
			break
		}
	}
	return in, all
}

// document returns the normalised document, the changes by operation, and the
// number of entities and relations that are gone.
func (n *normaliser) document(d data.Document) (data.Document, []int, int) {
	places := make([]int, len(n.names))
	d.Title, _ = n.text(d.Title, n.phrase, places)
	phrases := d.Keyphrases[:0]
	for _, k := range d.Keyphrases {
		if k, _ = n.text(k, n.phrase, places); k != "" {
			phrases = append(phrases, k)
		}
	}
	d.Keyphrases = phrases
	if !d.Message {
		text, edits := n.text(d.Text, n.body, places)
		d, gone := rewritten(d, text, edits)
		return d, places, gone
	}
	body := d.Body()
	cut := len(d.Text) - len(body)
	end := len(strings.TrimRight(d.Text[:cut], "\r\n"))
	head, headEdits := n.text(d.Text[:end], n.header, places)
	body, bodyEdits := n.text(body, n.body, places)
	gap := ""
	switch {
	case body != "" && head != "":
		gap = "\n\n"
	case body != "":
		gap = "\n"
	}
	// The body's edits come first, each pass on the whole text, so that the
	// places in the headers are still the old ones; then the headers', and at
	// the end the gap between both.
	passes := append(shifted(bodyEdits, cut), headEdits...)
	if d.Text[end:cut] != gap {
		passes = append(passes, []edit{{len(head), len(head) + cut - end, len(head), len(head) + len(gap)}})
		places[slices.Index(n.names, "white space")]++
	}
	d, gone := rewritten(d, head+gap+body, passes)
	return d, places, gone
}

func shifted(passes [][]edit, by int) [][]edit {
	out := make([][]edit, len(passes))
	for i, edits := range passes {
		for _, e := range edits {
			out[i] = append(out[i], edit{e.from + by, e.to + by, e.at + by, e.end + by})
		}
	}
	return out
}

// eachRow calls f for 0 to n-1 on all processors and tells progress. The calls
// must not depend on each other.
func eachRow(ctx context.Context, n int, label string, f func(row int)) error {
	const block = 256
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	var done atomic.Int64
	for from := 0; from < n; from += block {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			to := min(from+block, n)
			for row := from; row < to; row++ {
				f(row)
			}
			trace.Progress(ctx, label, int(done.Add(int64(to-from))), n)
			return nil
		})
	}
	return group.Wait()
}

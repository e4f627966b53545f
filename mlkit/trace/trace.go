// Package trace is how long work tells the outside what it is doing: progress,
// log lines, the data it read, the files it wrote, and what was evaluated on test
// documents travel through the context. It decides nothing about how they are shown
// or kept.
package trace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"viva/internal/signature"
)

// Source is a data set that was read.
type Source struct {
	// Name is what people call it: the base name of its path, the name under
	// which a public data set is known, or "sample".
	Name string `json:"name"`
	// Path is the path as given, or the name of a public data set, wherever its
	// files are; empty for embedded data.
	Path string `json:"path,omitempty"`
	// Fingerprint is the content's hash, as "sha256:" and 64 hex digits.
	Fingerprint string `json:"fingerprint"`
	Documents   int    `json:"documents"`
	// Licence, Citation and Address (the page of its source) are what the
	// registry of package dataset says of a data set that was opened by its
	// name; empty for other data.
	Licence  string `json:"licence,omitempty"`
	Citation string `json:"citation,omitempty"`
	Address  string `json:"address,omitempty"`
}

// Evaluation says that a model has labelled test documents: each look at them
// makes them a little less of a test. Fingerprints are "sha256:" and 64 hex
// digits, or several of these joined by plus signs.
type Evaluation struct {
	// Data is the name of the corpus that the documents are from, and Source the
	// fingerprint of the corpus that was read, empty where it is not known.
	Data   string `json:"data"`
	Source string `json:"source,omitempty"`
	// Test is the fingerprint of the texts of the test split, whatever their
	// order and their other properties, and Documents their number.
	Test      string `json:"test"`
	Documents int    `json:"documents"`
	// Model is the fingerprint of the model.
	Model string `json:"model"`
	// Measure says what was measured, such as "accuracy 91.2 %"; empty for
	// predictions whose use is not known.
	Measure string `json:"measure,omitempty"`
}

// LeakCheck says that a corpus was checked for leaks.
type LeakCheck struct {
	// Corpus is the fingerprint of the corpus that was checked, and Source that of
	// the corpus that was read and from which it was made; empty where that is not
	// known, as for a corpus that was made from documents.
	Corpus string `json:"corpus"`
	Source string `json:"source,omitempty"`
	// Passed says that no check of severity error found anything.
	Passed bool `json:"passed"`
}

// Tracer receives what work tells. Where Progress or Log is nil, it is dropped.
// The functions may be called from several goroutines at once.
type Tracer struct {
	// Progress is told that done of total units of the labelled work are done.
	// Total 0 means that the total is not known.
	Progress func(label string, done, total int)
	Log      func(line string)
	Source   func(Source)
	// File is told the path of a file or folder that is about to be read,
	// whether or not it is there; or what Variable returns.
	File func(path string)
	// Content is told what ReadFile found: the hash of a file's content, or Unread.
	Content func(path, found string)
	// Left is told the path of a file or folder that work has written or found
	// written, and its signature; "" if it could not be written.
	Left func(path, signature string)
	// Memo is told of work whose result can be kept, when it is done and kept:
	// hit says that it was at hand and the work was not done.
	Memo func(operation string, hit bool)
	// Evaluation is told of models that label test documents, Checked of
	// corpora that are checked for leaks.
	Evaluation func(Evaluation)
	Checked    func(LeakCheck)
}

type key struct{}

// level is a tracer in a context, and what was there before it.
type level struct {
	Tracer
	outer *level
}

// With returns a context whose work reports to t. What was read, written and
// evaluated, and work that was kept, is told to the tracers that ctx has as well:
// it is a fact, whoever listens.
func With(ctx context.Context, t Tracer) context.Context {
	outer, _ := ctx.Value(key{}).(*level)
	return context.WithValue(ctx, key{}, &level{t, outer})
}

// From returns the tracer of a context, without those that it had before; its
// fields are nil where there is none.
func From(ctx context.Context) Tracer {
	if l, _ := ctx.Value(key{}).(*level); l != nil {
		return l.Tracer
	}
	return Tracer{}
}

// tell has f tell all tracers of a context, the last first.
func tell(ctx context.Context, f func(Tracer)) {
	for l, _ := ctx.Value(key{}).(*level); l != nil; l = l.outer {
		f(l.Tracer)
	}
}

// Progress tells that done of total units of the labelled work are done.
func Progress(ctx context.Context, label string, done, total int) {
	if f := From(ctx).Progress; f != nil {
		f(label, done, total)
	}
}

// Logf adds a line to the training log.
func Logf(ctx context.Context, format string, args ...any) {
	if f := From(ctx).Log; f != nil {
		f(fmt.Sprintf(format, args...))
	}
}

// Read tells that a data set was read.
func Read(ctx context.Context, s Source) {
	tell(ctx, func(t Tracer) {
		if t.Source != nil {
			t.Source(s)
		}
	})
}

// Evaluated tells that a model has labelled test documents.
func Evaluated(ctx context.Context, e Evaluation) {
	tell(ctx, func(t Tracer) {
		if t.Evaluation != nil {
			t.Evaluation(e)
		}
	})
}

// Checked tells that a corpus was checked for leaks.
func Checked(ctx context.Context, c LeakCheck) {
	tell(ctx, func(t Tracer) {
		if t.Checked != nil {
			t.Checked(c)
		}
	})
}

// Opening tells that a file or folder is about to be read.
func Opening(ctx context.Context, path string) {
	tell(ctx, func(t Tracer) {
		if t.File != nil {
			t.File(path)
		}
	})
}

// Unread is what is told of a file that could not be read.
const Unread = "unread"

// ReadFile reads a file that is no data set, such as a division of documents, and
// tells what it found, so that work that rests on the file is known to.
func ReadFile(ctx context.Context, path string) ([]byte, error) {
	Opening(ctx, path)
	b, err := os.ReadFile(path)
	found := Unread
	if err == nil {
		sum := sha256.Sum256(b)
		found = hex.EncodeToString(sum[:])
	}
	tell(ctx, func(t Tracer) {
		if t.Content != nil {
			t.Content(path, found)
		}
	})
	return b, err
}

// Left tells that work has written a file or folder, or found it written, so that
// the same work would leave it alone as long as it is as it is now. With an error
// it tells that the work could not be done, so that it has to be tried again.
// Nobody else may write there until Left returns.
func Left(ctx context.Context, path string, err error) {
	sum := ""
	if err == nil {
		sum, _, err = signature.Of(path)
	}
	if err != nil {
		sum = ""
	}
	tell(ctx, func(t Tracer) {
		if t.Left != nil {
			t.Left(path, sum)
		}
	})
}

// Variable returns the path under which Opening is told that a variable of the
// environment is about to be read. No file has such a name.
func Variable(name string) string { return "the variable $" + name }

// Memo tells whether the result of work was at hand.
func Memo(ctx context.Context, operation string, hit bool) {
	tell(ctx, func(t Tracer) {
		if t.Memo != nil {
			t.Memo(operation, hit)
		}
	})
}

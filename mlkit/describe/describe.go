// Package describe tells what a corpus is like, in numbers, tables and plots:
// classes, domains and their cross table, lengths, vocabulary, splits, groups,
// times, keyphrases, entities and relations, and characters. Corpus does all of
// it in one call; each part can be shown on its own.
//
// It judges nothing: whether the data leaks is for package leak to say, what is
// to be repaired for package prepare. Copies of documents are not looked for.
package describe

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"viva/mlkit/data"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Options says what is described. The zero value describes whole texts.
type Options struct {
	// Bodies describes what people wrote: messages without their headers.
	Bodies bool
	// Seed orders the documents for the growth of the vocabulary.
	Seed int64
}

// Summary is what a corpus is like. Parts of which the corpus has nothing are
// nil: without labels there are no Classes. Shown, they say so.
type Summary struct {
	Corpus      string
	Fingerprint string
	Documents   int
	// Empty is the number of documents without a word.
	Empty      int
	Classes    *Distribution
	Domains    *Distribution
	Cross      *Cross
	Splits     *Splits
	Lengths    *Lengths
	Vocabulary *Vocabulary
	Groups     *Groups
	Times      *Times
	Keyphrases *Keyphrases
	Entities   *Types
	Relations  *Types
	Characters *Characters
	// Warnings are what a reader should look at.
	Warnings []string
}

// Corpus describes a corpus. The result does not depend on the number of
// processors.
func Corpus(ctx context.Context, c *data.Corpus, opt Options) (*Summary, error) {
	if c.Len() == 0 {
		return nil, fmt.Errorf("describe: %s has no documents", c.Name())
	}
	docs := c.Documents()
	texts := c.Texts()
	if opt.Bodies {
		texts = c.Bodies()
	}
	s := &Summary{Corpus: c.Name(), Fingerprint: c.Fingerprint(), Documents: len(docs)}
	const steps = 4
	trace.Progress(ctx, "describing", 0, steps)
	terms, err := countTerms(ctx, texts)
	if err != nil {
		return nil, err
	}
	s.Vocabulary = vocabularyOf(terms, c.Splits(), opt.Seed)
	trace.Progress(ctx, "describing", 1, steps)
	if s.Characters, err = charactersOf(ctx, c.IDs(), texts, terms); err != nil {
		return nil, err
	}
	trace.Progress(ctx, "describing", 2, steps)
	if s.Lengths, err = lengthsOf(ctx, texts, c.Labels()); err != nil {
		return nil, err
	}
	for _, n := range s.Lengths.words {
		if n == 0 {
			s.Empty++
		}
	}
	trace.Progress(ctx, "describing", 3, steps)
	if s.Keyphrases, err = keyphrasesOf(ctx, docs); err != nil {
		return nil, err
	}
	s.Classes = distributionOf("class", "classes", c.Labels(), c.Splits())
	s.Domains = distributionOf("domain", "domains", c.Domains(), c.Splits())
	s.Cross = crossOf(c)
	s.Splits = splitsOf(c)
	s.Groups = groupsOf(docs)
	s.Times = timesOf(docs)
	s.Entities, s.Relations = entitiesOf(docs), relationsOf(docs)
	s.warn()
	trace.Progress(ctx, "describing", steps, steps)
	return s, ctx.Err()
}

func (s *Summary) warn() {
	warnf := func(format string, args ...any) { s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...)) }
	if s.Empty > 0 {
		warnf("%s no words", counted(s.Empty, "document has", "documents have"))
	}
	for _, d := range []*Distribution{s.Classes, s.Domains} {
		if d == nil {
			continue
		}
		if d.Missing > 0 {
			warnf("%s no %s", counted(d.Missing, "document has", "documents have"), d.What)
		}
		var rare []string
		for i, n := range d.Counts {
			if n < fewDocuments {
				rare = append(rare, fmt.Sprintf("%q (%d)", d.Names[i], n))
			}
		}
		if len(rare) > 0 {
			warnf("%s fewer than %d documents: %s", counted(len(rare), d.What+" has", d.Plural+" have"), fewDocuments, first(rare, 10))
		}
	}
	if s.Splits != nil {
		s.Warnings = append(s.Warnings, s.Splits.warnings()...)
	}
	if c := s.Characters; c.Replacement > 0 {
		warnf("%s the replacement character U+FFFD: bytes were lost when the text was decoded (%s)", counted(c.ReplacementDocuments, "document has", "documents have"), first(c.Examples, 3))
	}
}

// fewDocuments is the size below which a class is too small for five folds
// with more than one document each.
const fewDocuments = 10

// Table returns the corpus in a few lines.
func (s *Summary) Table() *view.Table {
	t := view.NewTable("The corpus "+s.Corpus, "property", "value")
	t.Add("documents", s.Documents)
	if s.Empty > 0 {
		t.Add("documents without words", s.Empty)
	}
	for _, d := range []*Distribution{s.Classes, s.Domains} {
		if d != nil {
			t.Add(d.Plural, len(d.Names))
		}
	}
	if s.Groups != nil {
		t.Add("groups", s.Groups.Groups)
	}
	if s.Splits != nil {
		for i, name := range s.Splits.Names {
			t.Add("in "+name, s.Splits.Documents[i])
		}
	}
	t.Add("words", s.Lengths.Total)
	median := s.Lengths.All.Median
	t.Add("median length", view.Cell{Text: view.FormatUnit(median, "count") + " words", Number: &median})
	t.Add("different words", s.Vocabulary.Types)
	if s.Times != nil {
		t.Add("time", s.Times.span())
	}
	if s.Keyphrases != nil {
		t.Add("keyphrases", s.Keyphrases.All.Phrases)
	}
	for _, x := range []*Types{s.Entities, s.Relations} {
		if x != nil {
			t.Add(x.What, x.Total)
		}
	}
	t.Add("fingerprint", s.Fingerprint)
	return t
}

// View implements view.Viewer: the corpus in a few lines, the warnings, and
// every part.
func (s *Summary) View() []view.Item {
	items := s.Table().View()
	for _, w := range s.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	if s.Classes != nil {
		items = append(items, s.Classes.View()...)
	}
	if s.Domains != nil {
		items = append(items, s.Domains.View()...)
	}
	if s.Cross != nil {
		items = append(items, s.Cross.View()...)
	}
	if s.Splits != nil {
		items = append(items, s.Splits.View()...)
	}
	items = append(items, s.Lengths.View()...)
	items = append(items, s.Vocabulary.View()...)
	if s.Groups != nil {
		items = append(items, s.Groups.View()...)
	}
	if s.Times != nil {
		items = append(items, s.Times.View()...)
	}
	if s.Keyphrases != nil {
		items = append(items, s.Keyphrases.View()...)
	}
	for _, x := range []*Types{s.Entities, s.Relations} {
		if x != nil {
			items = append(items, x.View()...)
		}
	}
	return append(items, s.Characters.View()...)
}

// absent is what a part looks like of which the corpus has nothing.
func absent(what string) []view.Item {
	return view.Note{Text: "The corpus has no " + what + "."}.View()
}

// figure returns a picture as an item, or a note that says why there is none.
func figure(f view.Figure, err error) []view.Item {
	if err != nil {
		return view.Note{Level: "warning", Text: err.Error()}.View()
	}
	return f.View()
}

// inParallel calls f for 0 to n-1 on all processors, until the context ends.
// The calls must not depend on each other.
func inParallel(ctx context.Context, n int, f func(i int)) error {
	const chunk = 64
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= n {
					return
				}
				for i := from; i < min(from+chunk, n); i++ {
					f(i)
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// Quantiles describes numbers: the extremes, quantiles (between neighbours in
// proportion, numpy's default) and the mean.
type Quantiles struct {
	Count                                           int
	Min, Low, Lower, Median, Upper, High, Max, Mean float64
}

// quantilesOf computes the quantiles at 5, 25, 50, 75 and 95 %.
func quantilesOf(values []float64) Quantiles {
	if len(values) == 0 {
		return Quantiles{}
	}
	v := slices.Sorted(slices.Values(values))
	at := func(p float64) float64 {
		x := p * float64(len(v)-1)
		i := int(x)
		if i+1 >= len(v) {
			return v[len(v)-1]
		}
		return v[i] + (x-float64(i))*(v[i+1]-v[i])
	}
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return Quantiles{len(v), v[0], at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), v[len(v)-1], sum / float64(len(v))}
}

// quantileTable returns a table of quantiles without rows.
func quantileTable(caption, what string) *view.Table {
	return view.NewTable(caption, what, "documents", "least [count]", "25 % [count]", "median [count]", "75 % [count]", "95 % [count]", "most [count]")
}

func (q Quantiles) row(name string) []any {
	return []any{name, q.Count, q.Min, q.Lower, q.Median, q.Upper, q.High, q.Max}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return view.FormatUnit(float64(n), "count") + " " + many
}

// first joins the first names of a list.
func first(names []string, most int) string {
	text := ""
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			text += ", "
		}
		text += name
	}
	if rest := len(names) - most; rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}

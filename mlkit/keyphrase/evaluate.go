package keyphrase

import (
	"context"
	"errors"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// The cut-offs at which extraction is measured. Own is the extractor's own
// number of phrases.
const (
	At5  = "5"
	At10 = "10"
	Own  = "own number"
)

var cutoffs = []string{At5, At10, Own}

// Extractor is a model or a method that ranks the phrases of a document.
type Extractor interface {
	// Name is what reports call it.
	Name() string
	// Extract returns the n best phrases of a document, the best first; n = 0
	// lets the extractor choose the number.
	Extract(ctx context.Context, doc data.Document, n int) (Phrases, error)
}

// Scores are precision, recall and F1, in 0..1.
type Scores struct{ Precision, Recall, F1 float64 }

// Measure is how well phrases agree at one cut-off.
type Measure struct {
	// Cutoff is At5, At10 or Own.
	Cutoff string
	// Macro has precision and recall averaged over documents, and the F1 of these
	// averages, as the literature on Inspec reports it. Micro counts phrases over
	// all documents, as the scorer of SemEval-2010 Task 5 does. MeanF1 averages
	// the F1 of each document.
	Macro, Micro Scores
	MeanF1       float64
	// Partial is as Macro, where a phrase counts that shares the stem of a content
	// word with one of the other side.
	Partial Scores
	// Extracted is the mean number of phrases.
	Extracted float64
	// DocumentF1 is the F1 of each document, in the order of Evaluation.IDs.
	DocumentF1 []float64
}

// Evaluation is how well an extractor agrees with an indexer.
type Evaluation struct {
	// Extractor and Corpus are their names; Documents are those with keyphrases,
	// and Phrases those that the indexer gave, without repetitions.
	Extractor, Corpus  string
	Documents, Phrases int
	IDs                []string
	Measures           []Measure
	Confusion          *Confusion
	Warnings           []string
}

// Evaluate extracts phrases from every document of the corpus that has
// keyphrases and compares them with these. Phrases agree if the Porter stems
// (1980) of all their words do; of phrases with the same stems the first counts.
func Evaluate(ctx context.Context, x Extractor, c *data.Corpus) (*Evaluation, error) {
	if x == nil || c == nil {
		return nil, errors.New("keyphrase: Evaluate needs an extractor and a corpus")
	}
	docs := c.Documents()
	outcomes := make([]*outcome, len(docs))
	err := parallel(ctx, len(docs), func(ctx context.Context, i int) error {
		phrases := goldOf(docs[i])
		if len(phrases) == 0 {
			return nil
		}
		o, err := compare(ctx, x, docs[i], phrases)
		if err != nil {
			return fmt.Errorf("keyphrase: document %s: %w", docs[i].ID, err)
		}
		outcomes[i] = o
		return nil
	})
	if err != nil {
		return nil, err
	}
	return summarise(x.Name(), c.Name(), outcomes)
}

// outcome is what was extracted from one document, and what an indexer gave. Its
// fields are exported for package gob.
type outcome struct {
	ID       string
	Ranked   Phrases
	Own      int
	Phrases  [][]string
	Mistakes confused
}

// ranker is an extractor that ranks and chooses a number at once.
type ranker interface {
	ranking(ctx context.Context, doc data.Document, n int) (ranked Phrases, own int, err error)
}

// rankedDepth is how far down the ranking is looked for phrases that were missed.
const rankedDepth = 100

func compare(ctx context.Context, x Extractor, doc data.Document, phrases [][]string) (*outcome, error) {
	// The keyphrases are taken away, so that no extractor can look at them.
	bare := doc
	bare.Keyphrases, bare.Alternatives, bare.Stemmed, bare.Entities, bare.Relations = nil, nil, false, nil, nil
	o := &outcome{ID: doc.ID, Phrases: phrases}
	if r, ok := x.(ranker); ok {
		var err error
		if o.Ranked, o.Own, err = r.ranking(ctx, bare, rankedDepth); err != nil {
			return nil, err
		}
	} else {
		var err error
		if o.Ranked, err = x.Extract(ctx, bare, rankedDepth); err != nil {
			return nil, err
		}
		own, err := x.Extract(ctx, bare, 0)
		if err != nil {
			return nil, err
		}
		o.Own = len(own)
	}
	o.Mistakes = confuse(doc, o.Ranked, phrases)
	return o, nil
}

func (o *outcome) top(cutoff string) []string {
	n := o.Own
	switch cutoff {
	case At5:
		n = 5
	case At10:
		n = 10
	}
	keys := make([]string, min(n, len(o.Ranked)))
	for i := range keys {
		keys[i] = o.Ranked[i].Key
	}
	return keys
}

func summarise(name, corpus string, outcomes []*outcome) (*Evaluation, error) {
	e := &Evaluation{Extractor: name, Corpus: corpus}
	var used []*outcome
	for _, o := range outcomes {
		if o != nil {
			used = append(used, o)
			e.IDs = append(e.IDs, o.ID)
			e.Phrases += len(o.Phrases)
		}
	}
	if e.Documents = len(used); e.Documents == 0 {
		return nil, fmt.Errorf("keyphrase: no document of %s has keyphrases: there is nothing to compare with", corpus)
	}
	if left := len(outcomes) - len(used); left > 0 {
		e.Warnings = append(e.Warnings, fmt.Sprintf("%d of %d documents have no keyphrases and are left out.", left, len(outcomes)))
	}
	for _, cutoff := range cutoffs {
		e.Measures = append(e.Measures, measure(cutoff, used))
	}
	e.Confusion = confusion(used)
	return e, nil
}

func measure(cutoff string, outcomes []*outcome) Measure {
	m := Measure{Cutoff: cutoff}
	n := float64(len(outcomes))
	hits, extracted, wanted := 0, 0, 0
	for _, o := range outcomes {
		keys := o.top(cutoff)
		hit := matchExact(keys, o.Phrases).hits
		s := scores(hit, len(keys), hit, len(o.Phrases))
		m.Macro.Precision += s.Precision / n
		m.Macro.Recall += s.Recall / n
		m.MeanF1 += s.F1 / n
		m.DocumentF1 = append(m.DocumentF1, s.F1)
		right, found := matchPartial(keys, o.Phrases)
		p := scores(right, len(keys), found, len(o.Phrases))
		m.Partial.Precision += p.Precision / n
		m.Partial.Recall += p.Recall / n
		hits, extracted, wanted = hits+hit, extracted+len(keys), wanted+len(o.Phrases)
	}
	m.Macro.F1 = f1(m.Macro.Precision, m.Macro.Recall)
	m.Partial.F1 = f1(m.Partial.Precision, m.Partial.Recall)
	m.Micro = scores(hits, extracted, hits, wanted)
	m.Extracted = float64(extracted) / n
	return m
}

// scores are those of right of extracted phrases, and found of wanted ones.
func scores(right, extracted, found, wanted int) Scores {
	var s Scores
	if extracted > 0 {
		s.Precision = float64(right) / float64(extracted)
	}
	if wanted > 0 {
		s.Recall = float64(found) / float64(wanted)
	}
	s.F1 = f1(s.Precision, s.Recall)
	return s
}

func f1(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// At returns the measure at a cut-off: At5, At10 or Own.
func (e *Evaluation) At(cutoff string) (Measure, error) {
	for _, m := range e.Measures {
		if m.Cutoff == cutoff {
			m.DocumentF1 = append([]float64(nil), m.DocumentF1...)
			return m, nil
		}
	}
	return Measure{}, fmt.Errorf("keyphrase: no cut-off %q: there are %q, %q and %q", cutoff, At5, At10, Own)
}

// F1 returns the F1 at a cut-off of precision and recall averaged over documents.
func (e *Evaluation) F1(cutoff string) (view.Metric, error) {
	m, err := e.At(cutoff)
	if err != nil {
		return view.Metric{}, err
	}
	return view.Metric{
		Name: fmt.Sprintf("F1 at %s, %s", cutoff, e.Corpus), Value: m.Macro.F1, Unit: "%",
		Detail: fmt.Sprintf("%d documents, exact match of stems; precision %s, recall %s", e.Documents, view.FormatUnit(m.Macro.Precision, "%"), view.FormatUnit(m.Macro.Recall, "%")),
	}, nil
}

// Table returns a row for each cut-off.
func (e *Evaluation) Table() *view.Table {
	t := view.NewTable(fmt.Sprintf("%s on %s", e.Extractor, e.Corpus), "phrases", "precision [%]", "recall [%]", "F1 [%]",
		"micro precision [%]", "micro recall [%]", "micro F1 [%]", "mean F1 of documents [%]", "partial precision [%]", "partial recall [%]", "partial F1 [%]", "phrases a document")
	for _, m := range e.Measures {
		t.Add(m.Cutoff, m.Macro.Precision, m.Macro.Recall, m.Macro.F1, m.Micro.Precision, m.Micro.Recall, m.Micro.F1, m.MeanF1,
			m.Partial.Precision, m.Partial.Recall, m.Partial.F1, m.Extracted)
	}
	t.Notes = append(t.Notes,
		fmt.Sprintf("%d documents with %d keyphrases. A phrase is right if the Porter stems of all its words are those of a keyphrase.", e.Documents, e.Phrases),
		"Precision and recall are averaged over documents, and F1 is that of the averages; micro counts phrases over all documents.",
		"Partial: the phrase shares the stem of a content word with one of the other side. It is not comparable with published scores.")
	return t
}

// View implements view.Viewer: the table, the confusion and the warnings.
func (e *Evaluation) View() []view.Item {
	items := append(e.Table().View(), e.Confusion.View()...)
	return append(items, warn(e.Warnings)...)
}

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

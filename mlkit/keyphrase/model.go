package keyphrase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/memo"
	"viva/mlkit/view"
)

// Collection is a corpus that a model was trained on.
type Collection struct {
	Name, Fingerprint  string
	Documents, Phrases int
	// Words are the lengths of its documents in words: the 5 % quantile, the median
	// and the 95 % quantile.
	Words [3]int
}

// Model is a trained extractor. It does not change, and may be used by several
// goroutines.
type Model struct {
	// Options are those it was trained with.
	Options Options
	// Collections are what it was trained on.
	Collections []Collection
	// Threshold is the probability from which a phrase belongs to the model's own
	// number of phrases, chosen on training documents that the ranker had not seen.
	Threshold float64
	// Training is how well the ranker does on the documents it was trained on, of
	// which the models of words and boundaries that it rests on had not seen the
	// one in question. DocumentF1 is left out.
	Training []Measure
	Warnings []string

	fitted *fitted
	// redundancy is that of the options, which cells may change.
	redundancy float64
}

// Train learns from the documents of the corpora that have keyphrases. Several
// corpora are learned from together; see Options.Balance for how much each of
// them counts. The result does not depend on the number of processors.
func Train(ctx context.Context, corpora []*data.Corpus, opt Options) (*Model, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	examples, collections, warnings, err := gather(ctx, corpora)
	if err != nil {
		return nil, err
	}
	key := memo.NewKey("keyphrase training", 1).Options(opt)
	for _, c := range corpora {
		key.Text(c.Name()).Text(c.Fingerprint())
	}
	f, err := memo.Do(ctx, key, func(ctx context.Context) (*fitted, error) { return fit(ctx, examples, nil, opt) })
	if err != nil {
		return nil, err
	}
	return newModel(opt, collections, warnings, f), nil
}

func newModel(opt Options, collections []Collection, warnings []string, f *fitted) *Model {
	return &Model{Options: opt, Collections: collections, Threshold: f.threshold, Training: slices.Clone(f.training), Warnings: warnings, fitted: f, redundancy: opt.redundancy()}
}

// gather prepares the documents that have keyphrases.
func gather(ctx context.Context, corpora []*data.Corpus) ([]*example, []Collection, []string, error) {
	if len(corpora) == 0 {
		return nil, nil, nil, errors.New("keyphrase: no corpus to learn from")
	}
	var examples []*example
	var collections []Collection
	var warnings []string
	for i, c := range corpora {
		if c == nil || c.Len() == 0 {
			return nil, nil, nil, fmt.Errorf("keyphrase: corpus %d has no documents", i+1)
		}
		docs := c.Documents()
		all := make([]*example, len(docs))
		err := parallel(ctx, len(docs), func(_ context.Context, j int) error {
			if len(docs[j].Keyphrases) > 0 {
				all[j] = newExample(docs[j], fmt.Sprintf("%d %s", i, c.Name()))
				all[j].origin = origin{i, j}
			}
			return nil
		})
		if err != nil {
			return nil, nil, nil, err
		}
		all = slices.DeleteFunc(all, func(e *example) bool { return e == nil || len(e.doc.candidates) == 0 })
		if len(all) == 0 {
			return nil, nil, nil, fmt.Errorf("keyphrase: no document of %s has keyphrases: there is nothing to learn from", c.Name())
		}
		if left := len(docs) - len(all); left > 0 {
			warnings = append(warnings, fmt.Sprintf("%s: %d of %d documents have no keyphrases, or no words, and are left out.", c.Name(), left, len(docs)))
		}
		collections = append(collections, describe(c, all))
		examples = append(examples, all...)
	}
	return examples, collections, warnings, nil
}

func describe(c *data.Corpus, examples []*example) Collection {
	d := Collection{Name: c.Name(), Fingerprint: c.Fingerprint(), Documents: len(examples)}
	words := make([]int, len(examples))
	for i, e := range examples {
		d.Phrases += len(e.phrases)
		words[i] = len(e.doc.words)
	}
	slices.Sort(words)
	n := len(words)
	d.Words = [3]int{words[n*5/100], words[n/2], words[min(n-1, n*95/100)]}
	return d
}

// Name implements Extractor.
func (m *Model) Name() string { return "model" }

// scored is a candidate with what it was ranked by.
type scored struct {
	at       int
	decision float64
}

// rank orders the candidates of a document, and says how many are extracted if
// the number is left to the model.
func (m *Model) rank(d *document) (ranked []scored, rows [][]float64, own int, err error) {
	f := m.fitted
	rows = d.features(f.learnedOf(d))
	decisions := make([]float64, len(rows))
	for i, row := range rows {
		if decisions[i], err = f.ranker.Decision(row); err != nil {
			return nil, nil, 0, err
		}
	}
	plain := decisions
	foreign := f.foreign(d)
	if foreign > 0 {
		// What TF-IDF adds is for the order; it is no probability.
		plain = slices.Clone(decisions)
		blend(rows, decisions, foreign)
		repeated(d, decisions, m.redundancy)
	}
	repeated(d, plain, m.redundancy)
	own = f.own(ordered(plain))
	if foreign > 0 && len(decisions) > 0 {
		usual := f.training[slices.Index(cutoffs, Own)].Extracted
		own = int(math.Round((1-foreign)*float64(own) + foreign*usual))
	}
	return ordered(decisions), rows, min(own, len(decisions)), nil
}

// own counts the ranked candidates from the threshold on, at least one.
func (f *fitted) own(ranked []scored) int {
	n := 0
	for n < len(ranked) && (n == 0 || probability(ranked[n].decision) >= f.threshold) {
		n++
	}
	return n
}

func ordered(decisions []float64) []scored {
	list := make([]scored, len(decisions))
	for i, x := range decisions {
		list[i] = scored{i, x}
	}
	slices.SortFunc(list, func(a, b scored) int { return cmp.Or(cmp.Compare(b.decision, a.decision), a.at-b.at) })
	return list
}

// reasonsShown is how many reasons a phrase has.
const reasonsShown = 3

// Extract implements Extractor: the n most probable keyphrases of a document, of
// which text, title and whether it is a message are looked at. n = 0 leaves the
// number to the model: all phrases with a probability of at least Threshold, and
// at least one; in documents of a length that was not learned from, the more so
// the usual number in training.
func (m *Model) Extract(ctx context.Context, doc data.Document, n int) (Phrases, error) {
	switch {
	case m == nil || m.fitted == nil:
		return nil, errors.New("keyphrase: the model is not trained: make one with Train, or read one")
	case n < 0:
		return nil, fmt.Errorf("keyphrase: %d phrases are wanted: give at least 1, or 0 for the model's own number", n)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := prepare(doc)
	ranked, rows, own, err := m.rank(d)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		n = own
	}
	phrases := phrasesOf(d, ranked[:min(n, len(ranked))])
	for i := range phrases {
		if phrases[i].Reasons, err = m.reasons(rows[ranked[i].at]); err != nil {
			return nil, err
		}
	}
	return phrases, nil
}

func phrasesOf(d *document, ranked []scored) Phrases {
	phrases := make(Phrases, len(ranked))
	for i, s := range ranked {
		c := &d.candidates[s.at]
		phrases[i] = Phrase{Text: d.surface(c), Key: d.key(c), Score: probability(s.decision)}
	}
	return phrases
}

// ranking implements ranker.
func (m *Model) ranking(ctx context.Context, doc data.Document, n int) (Phrases, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	d := prepare(doc)
	ranked, _, own, err := m.rank(d)
	if err != nil {
		return nil, 0, err
	}
	return phrasesOf(d, ranked[:min(max(n, own), len(ranked))]), own, nil
}

func probability(decision float64) float64 { return 1 / (1 + math.Exp(-decision)) }

// reasons are the features that moved a candidate's score most.
func (m *Model) reasons(row []float64) ([]Reason, error) {
	effects, err := m.fitted.ranker.Contributions(row)
	if err != nil {
		return nil, err
	}
	all := make([]Reason, len(featureNames))
	for j, name := range featureNames {
		all[j] = Reason{Property: name, Value: row[j], Effect: effects[j]}
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(math.Abs(b.Effect), math.Abs(a.Effect)) })
	return slices.Clone(all[:reasonsShown]), nil
}

// Importance returns how much the ranker rests on each feature: its share of
// what all splits gained in training, the greatest first.
func (m *Model) Importance() *view.Table {
	t := view.NewTable("What the ranking rests on", "property", "share [%]")
	if m.fitted == nil {
		return t
	}
	gain := m.fitted.ranker.Gain()
	order := make([]int, len(gain))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gain[b], gain[a]) })
	for _, j := range order[:min(20, len(order))] {
		t.Add(featureNames[j], gain[j])
	}
	return t
}

// Trust says in a sentence for what documents the model was trained.
func (m *Model) Trust() string {
	if len(m.Collections) == 0 {
		return "The model is not trained."
	}
	var names []string
	low, high := math.MaxInt, 0
	for _, c := range m.Collections {
		names = append(names, fmt.Sprintf("%s (%d documents of about %d words)", c.Name, c.Documents, c.Words[1]))
		low, high = min(low, c.Words[0]), max(high, c.Words[2])
	}
	return fmt.Sprintf("Trained on %s. It may be trusted on documents of their kind and language, of %d to %d words; on others, measure it first.", strings.Join(names, ", "), low, high)
}

// Table returns a row for each collection that the model was trained on.
func (m *Model) Table() *view.Table {
	t := view.NewTable("Keyphrase extractor", "trained on", "documents", "keyphrases", "median words", "fingerprint")
	for _, c := range m.Collections {
		t.Add(c.Name, c.Documents, c.Phrases, c.Words[1], c.Fingerprint)
	}
	t.Notes = append(t.Notes, m.Trust(), fmt.Sprintf("Its own number of phrases: those with a probability of at least %.3f.", m.Threshold))
	return t
}

// View implements view.Viewer.
func (m *Model) View() []view.Item {
	items := append(m.Table().View(), m.Importance().View()...)
	return append(items, warn(m.Warnings)...)
}

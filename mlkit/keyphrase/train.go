package keyphrase

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/boost"
	"viva/mlkit/split"
	"viva/mlkit/trace"
)

// parallel calls f for 0..n-1, as many at a time as there are processors.
func parallel(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return f(ctx, i)
		})
	}
	return group.Wait()
}

// fitted is what training learns.
type fitted struct {
	boundary *boundary
	wording  *wording
	lexicon  *lexicon
	ranker   *boost.Model
	// threshold is Model.Threshold, words the usual lengths of documents.
	threshold float64
	words     []float64
	training  []Measure
}

// learnedOf is what was learned about a document that was not learned from.
func (f *fitted) learnedOf(d *document) *learned {
	l := &learned{documents: f.lexicon.documents, boundaries: f.boundary.all(contexts(d, len(d.words))), wording: f.wording.all(d)}
	l.stems, l.candidates = f.lexicon.lookup(d)
	return l
}

// table has the features of candidates of training documents, by column.
type table struct {
	columns  [][]float64
	positive []bool
	weights  []float64
}

// fit learns from examples.
func fit(ctx context.Context, examples []*example, opt Options) (*fitted, error) {
	f, rows, err := crossFit(ctx, examples, opt)
	if err != nil {
		return nil, err
	}
	weights := collectionWeights(examples, opt.Balance)
	if f.threshold, err = ownThreshold(ctx, examples, rows, weights, opt); err != nil {
		return nil, err
	}
	trace.Logf(ctx, "a phrase is one of the model's own number from a probability of %.3f", f.threshold)
	t := newTable(examples, rows, weights, nil)
	if f.ranker, err = boost.Fit(ctx, t.columns, t.positive, t.weights, opt.boost()); err != nil {
		return nil, fmt.Errorf("keyphrase: %w", err)
	}
	f.words = lengths(examples)
	if f.training, err = f.resubstitute(ctx, examples, rows, opt); err != nil {
		return nil, err
	}
	return f, nil
}

// crossFit learns all but the ranking from examples, and returns the features of
// their candidates. For each part of the examples what is said of words comes
// from the other parts: so the ranker sees training documents as it will see
// others, and no document sees its own keyphrases.
func crossFit(ctx context.Context, examples []*example, opt Options) (*fitted, [][][]float64, error) {
	if len(examples) < opt.Folds {
		return nil, nil, fmt.Errorf("keyphrase: %d documents with keyphrases: at least as many are needed as there are folds, %d", len(examples), opt.Folds)
	}
	// Terms are numbered anew: documents are shared by trainings that run at the
	// same time.
	x := &index{map[string]int32{}}
	numbered := make([]terms, len(examples))
	for i, e := range examples {
		numbered[i] = x.terms(e.doc)
	}
	full := &lexicon{entry: make([]entry, len(x.number))}
	for i, e := range examples {
		full.count(e, numbered[i], 1)
	}
	words := make([]boundaryExample, len(examples))
	phrases := make([][]wordingExample, len(examples))
	err := parallel(ctx, len(examples), func(_ context.Context, i int) error {
		e := examples[i]
		words[i] = boundaryExample{contexts: contexts(e.doc, boundaryWords), marks: marks(e.doc, e.gold)}
		phrases[i] = wordingExamples(e, rand.New(rand.NewPCG(uint64(opt.Seed), uint64(i))))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	folds, err := groupFolds(examples, opt.Folds, opt.Seed)
	if err != nil {
		return nil, nil, err
	}
	boundaries := make([]*boundary, len(folds)+1)
	wordings := make([]*wording, len(folds)+1)
	err = parallel(ctx, len(boundaries), func(ctx context.Context, k int) error {
		from, described := words, phrases
		if k < len(folds) {
			from, described = nil, nil
			for _, i := range folds[k].Train {
				from, described = append(from, words[i]), append(described, phrases[i])
			}
		}
		var err error
		if boundaries[k], err = fitBoundary(ctx, from, opt.Seed); err != nil {
			return err
		}
		wordings[k], err = fitWording(ctx, described, opt.Seed)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	rows := make([][][]float64, len(examples))
	for k, fold := range folds {
		part := &lexicon{documents: full.documents, entry: slices.Clone(full.entry)}
		for _, i := range fold.Test {
			part.count(examples[i], numbered[i], -1)
		}
		err := parallel(ctx, len(fold.Test), func(_ context.Context, t int) error {
			i := fold.Test[t]
			d := examples[i].doc
			l := &learned{documents: part.documents, boundaries: boundaries[k].all(contexts(d, len(d.words))), wording: wordings[k].all(d)}
			l.stems, l.candidates = part.entries(numbered[i])
			rows[i] = d.features(l)
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	full.prune(x.number)
	return &fitted{boundary: boundaries[len(folds)], wording: wordings[len(folds)], lexicon: full}, rows, nil
}

// resubstitute measures the ranker on the rows that it was fitted to.
func (f *fitted) resubstitute(ctx context.Context, examples []*example, rows [][][]float64, opt Options) ([]Measure, error) {
	outcomes := make([]*outcome, len(examples))
	err := parallel(ctx, len(examples), func(_ context.Context, i int) error {
		decisions := make([]float64, len(rows[i]))
		for j, row := range rows[i] {
			var err error
			if decisions[j], err = f.ranker.Decision(row); err != nil {
				return err
			}
		}
		repeated(examples[i].doc, decisions, opt.redundancy())
		ranked := ordered(decisions)
		outcomes[i] = &outcome{Ranked: phrasesOf(examples[i].doc, ranked[:min(max(rankedDepth, f.own(ranked)), len(ranked))]), Own: f.own(ranked), Phrases: examples[i].phrases}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []Measure
	for _, cutoff := range cutoffs {
		m := measure(cutoff, outcomes)
		m.DocumentF1 = nil
		all = append(all, m)
	}
	return all, nil
}

// lengths are the usual lengths of documents in words, ascending: the quantiles of
// each collection from 1 % to 99 %.
func lengths(examples []*example) []float64 {
	words := map[string][]int{}
	for _, e := range examples {
		words[e.collection] = append(words[e.collection], len(e.doc.words))
	}
	var all []float64
	for _, list := range words {
		slices.Sort(list)
		for _, percent := range []int{1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99} {
			all = append(all, float64(list[(len(list)-1)*percent/100]))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ownThreshold finds the probability from which phrases are extracted if the
// number is left to the model: that with the greatest F1 (of precision and recall
// averaged over documents; the mean over collections) on documents that the
// ranker has not seen. Rankers are fitted to each half of the documents for it.
func ownThreshold(ctx context.Context, examples []*example, rows [][][]float64, weights []float64, opt Options) (float64, error) {
	halves, err := groupFolds(examples, 2, opt.Seed+1)
	if err != nil {
		return 0, err
	}
	decisions := make([][]float64, len(examples))
	for _, fold := range halves {
		t := newTable(examples, rows, weights, fold.Train)
		ranker, err := boost.Fit(ctx, t.columns, t.positive, t.weights, opt.boost())
		if err != nil {
			return 0, err
		}
		err = parallel(ctx, len(fold.Test), func(_ context.Context, k int) error {
			i := fold.Test[k]
			decisions[i] = make([]float64, len(rows[i]))
			for j, row := range rows[i] {
				var err error
				if decisions[i][j], err = ranker.Decision(row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	best, most := 0.5, -1.0
	for step := 1; step < 20; step++ {
		threshold := float64(step) / 40
		if x := meanF1(examples, decisions, threshold); x > most {
			best, most = threshold, x
		}
	}
	return best, nil
}

// meanF1 is the F1 of what has at least a probability, the mean over collections.
func meanF1(examples []*example, decisions [][]float64, threshold float64) float64 {
	type total struct{ precision, recall, documents float64 }
	totals := map[string]total{}
	for i, e := range examples {
		extracted, right := 0, 0
		for j, x := range decisions[i] {
			if probability(x) >= threshold {
				extracted++
				right += boolToInt(e.gold[j])
			}
		}
		s := scores(right, extracted, min(right, len(e.phrases)), len(e.phrases))
		t := totals[e.collection]
		totals[e.collection] = total{t.precision + s.Precision, t.recall + s.Recall, t.documents + 1}
	}
	// Sums in a fixed order, for the last bits.
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(totals)) {
		t := totals[name]
		sum += f1(t.precision/t.documents, t.recall/t.documents)
	}
	return sum / float64(len(totals))
}

// groupFolds divides examples so that groups stay whole.
func groupFolds(examples []*example, k int, seed int64) ([]split.Fold, error) {
	groups := make([]string, len(examples))
	for i, e := range examples {
		groups[i] = e.group
	}
	folds, err := split.GroupKFold(groups, split.Options{K: k, Shuffle: true, Seed: seed})
	if err != nil {
		return nil, fmt.Errorf("keyphrase: %w", err)
	}
	return folds.Folds, nil
}

// collectionWeights gives the documents of a collection one weight, so that a
// collection counts by its number of documents to the power of 1 - balance. The
// mean weight is 1.
func collectionWeights(examples []*example, balance float64) []float64 {
	size := map[string]float64{}
	for _, e := range examples {
		size[e.collection]++
	}
	weights := make([]float64, len(examples))
	sum := 0.0
	for i, e := range examples {
		weights[i] = math.Pow(size[e.collection], -balance)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] *= float64(len(weights)) / sum
	}
	return weights
}

// newTable makes a table of the candidates of some documents, nil for all.
func newTable(examples []*example, rows [][][]float64, weights []float64, which []int) *table {
	if which == nil {
		which = make([]int, len(examples))
		for i := range which {
			which[i] = i
		}
	}
	t := &table{columns: make([][]float64, len(featureNames))}
	n := 0
	for _, i := range which {
		n += len(rows[i])
	}
	for j := range t.columns {
		t.columns[j] = make([]float64, 0, n)
	}
	for _, i := range which {
		e := examples[i]
		for k, row := range rows[i] {
			for j, x := range row {
				t.columns[j] = append(t.columns[j], x)
			}
			t.positive = append(t.positive, e.gold[k])
			t.weights = append(t.weights, weights[i])
		}
	}
	return t
}

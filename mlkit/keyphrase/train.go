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
	// losses are the ranker's while it grew.
	losses []boost.Loss
}

// lossesShown is about how often the losses are measured while a ranker grows.
const lossesShown = 20

// learnedOf is what was learned about a document that was not learned from.
func (f *fitted) learnedOf(d *document) *learned {
	l := &learned{documents: f.lexicon.documents, boundaries: f.boundary.all(contexts(d, len(d.words))), wording: f.wording.all(d)}
	l.stems, l.candidates = f.lexicon.lookup(d)
	return l
}

// fit learns from examples. Watched are documents that nothing is learned from,
// whose losses are followed while the ranker grows; nil for none.
func fit(ctx context.Context, examples, watched []*example, opt Options) (*fitted, error) {
	f, rows, err := crossFit(ctx, examples, opt)
	if err != nil {
		return nil, err
	}
	learn := len(examples)
	seen, err := f.featuresOf(ctx, watched)
	if err != nil {
		return nil, err
	}
	t := newTable(slices.Concat(examples, watched), slices.Concat(rows, seen), collectionWeights(examples, opt.Balance))
	halves, err := groupFolds(examples, 2, opt.Seed+1)
	if err != nil {
		return nil, err
	}
	parts := []boost.Part{{Learn: t.rows(0, learn), Watch: t.rows(learn, learn+len(watched)), Every: max(1, opt.Trees/lossesShown)}}
	for _, half := range halves {
		parts = append(parts, boost.Part{Learn: t.rowsOf(half.Train), Watch: t.rowsOf(half.Test)})
	}
	fits, err := boost.FitParts(ctx, t.columns, t.positive, t.weights, parts, opt.boost())
	if err != nil {
		return nil, fmt.Errorf("keyphrase: %w", err)
	}
	f.ranker, f.losses = fits[0].Model, fits[0].Losses
	trace.Logf(ctx, "%s", lossLine(f.losses, len(watched) > 0))
	decisions := make([][]float64, learn)
	for k, half := range halves {
		for _, i := range half.Test {
			decisions[i] = t.of(i, fits[1+k].Decisions)
		}
	}
	f.threshold = ownThreshold(examples, decisions)
	trace.Logf(ctx, "a phrase is one of the model's own number from a probability of %.3f", f.threshold)
	f.words = lengths(examples)
	for i := range decisions {
		decisions[i] = t.of(i, fits[0].Decisions)
	}
	if f.training, err = f.resubstitute(ctx, examples, decisions, opt); err != nil {
		return nil, err
	}
	return f, nil
}

// lossLine tells the losses at the beginning, at each quarter and at the end.
func lossLine(losses []boost.Loss, watched bool) string {
	line := "loss of a candidate"
	next := 0
	for k, l := range losses {
		if l.Trees < next && k+1 < len(losses) {
			continue
		}
		next = l.Trees + max(1, losses[len(losses)-1].Trees/4)
		line += fmt.Sprintf("; after %d trees %.4f in training", l.Trees, l.Learn)
		if watched {
			line += fmt.Sprintf(", %.4f in validation", l.Watch)
		}
	}
	return line
}

// featuresOf returns the features of documents that were not learned from.
func (f *fitted) featuresOf(ctx context.Context, examples []*example) ([][][]float64, error) {
	rows := make([][][]float64, len(examples))
	err := parallel(ctx, len(examples), func(_ context.Context, i int) error {
		d := examples[i].doc
		rows[i] = d.features(f.learnedOf(d))
		return nil
	})
	return rows, err
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
		words[i] = newBoundaryExample(e)
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
	wordNumbers, phraseNumbers := numberBoundary(words), numberWording(phrases)
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
		if boundaries[k], err = fitBoundary(ctx, from, wordNumbers, opt.Seed); err != nil {
			return err
		}
		wordings[k], err = fitWording(ctx, described, phraseNumbers, opt.Seed)
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

// resubstitute measures the ranker by its decisions about the rows that it was
// fitted to.
func (f *fitted) resubstitute(ctx context.Context, examples []*example, decisions [][]float64, opt Options) ([]Measure, error) {
	outcomes := make([]*outcome, len(examples))
	err := parallel(ctx, len(examples), func(_ context.Context, i int) error {
		repeated(examples[i].doc, decisions[i], opt.redundancy())
		ranked := ordered(decisions[i])
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
// ranker has not seen. Decisions are those of rankers that were fitted to the
// other half of the documents.
func ownThreshold(examples []*example, decisions [][]float64) float64 {
	best, most := 0.5, -1.0
	for step := 1; step < 20; step++ {
		threshold := float64(step) / 40
		if x := meanF1(examples, decisions, threshold); x > most {
			best, most = threshold, x
		}
	}
	return best
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

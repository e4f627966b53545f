package classify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/metric"
	"viva/mlkit/sparse"
	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/trace"
)

// search tries options on folds of one set of documents.
type search struct {
	grid    Grid
	options []Options
	labels  []string
	data    [sha256.Size]byte
	counts  *library
}

func newSearch(ctx context.Context, texts, labels []string, g Grid) (*search, error) {
	options, err := g.options()
	if err != nil {
		return nil, err
	}
	return &search{grid: g, options: options, labels: labels, data: memo.Digest(texts, labels), counts: &library{ctx: ctx, texts: texts}}, nil
}

// library counts each kind of term once, when it is first asked for.
type library struct {
	ctx   context.Context
	texts []string
	mu    sync.Mutex
	kinds map[string]func() (*text.Counts, error)
}

func (l *library) count(opt text.Options) (*text.Counts, error) {
	var parts []*text.Counts
	for _, block := range opt.Blocks() {
		terms := block.Terms()
		l.mu.Lock()
		key := fmt.Sprintf("%#v", terms)
		count, ok := l.kinds[key]
		if !ok {
			count = sync.OnceValues(func() (*text.Counts, error) { return text.Count(l.ctx, l.texts, terms) })
			if l.kinds == nil {
				l.kinds = map[string]func() (*text.Counts, error){}
			}
			l.kinds[key] = count
		}
		l.mu.Unlock()
		c, err := count()
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	return text.Join(opt, parts)
}

// countsOf returns a function that counts what the options mean.
func (s *search) countsOf(opt Options) func() (*text.Counts, error) {
	return func() (*text.Counts, error) { return s.counts.count(opt.Text) }
}

// tried is what a fold gave for the options of one kind of terms, in the form
// in which it is kept.
type tried struct {
	Features int
	Scores   []float64
	Warnings []string
}

// find tries all options on all folds and chooses. Rows of the folds are those
// of all documents.
func (s *search) find(ctx context.Context, folds *split.Folds) (*Found, error) {
	f := &Found{Rule: s.grid.Rule, Score: s.grid.Score, Method: folds.Method, Warnings: slices.Clone(folds.Warnings)}
	kinds := s.kinds()
	results := make([][]tried, len(kinds)) // by kind, then fold
	for i := range results {
		results[i] = make([]tried, len(folds.Folds))
	}
	total := len(kinds) * len(folds.Folds)
	var done atomic.Int64
	trace.Progress(ctx, "search", 0, total)
	group, runCtx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, kind := range kinds {
		for j, fold := range folds.Folds {
			group.Go(func() error {
				var err error
				if results[i][j], err = s.try(runCtx, kind, fold); err != nil {
					return fmt.Errorf("classify: search on fold %d of %d: %w", j+1, len(folds.Folds), err)
				}
				trace.Progress(ctx, "search", int(done.Add(1)), total)
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	f.Points = make([]Point, len(s.options))
	for i, kind := range kinds {
		features := 0
		for j, r := range results[i] {
			features += r.Features
			for n, at := range kind {
				f.Points[at].Scores = append(f.Points[at].Scores, r.Scores[n])
			}
			for _, w := range r.Warnings {
				f.Warnings = append(f.Warnings, fmt.Sprintf("fold %d: %s", j+1, w))
			}
		}
		for _, at := range kind {
			f.Points[at].Options, f.Points[at].Features = s.options[at], features/len(folds.Folds)
		}
	}
	f.choose()
	chosen := f.Points[f.Chosen]
	trace.Logf(ctx, "search: %d options on %d folds (%s); by the rule %q: %s, %s %.4f", len(f.Points), len(folds.Folds), folds.Method, f.Rule, chosen.Options, f.Score, chosen.Mean)
	return f, nil
}

// kinds returns the places of options with the same terms and weighting.
func (s *search) kinds() [][]int {
	var kinds [][]int
	at := map[string]int{}
	for i, o := range s.options {
		key := fmt.Sprintf("%#v", o.Text)
		k, ok := at[key]
		if !ok {
			k = len(kinds)
			at[key] = k
			kinds = append(kinds, nil)
		}
		kinds[k] = append(kinds[k], i)
	}
	return kinds
}

// try scores options that have their terms in common on one fold.
func (s *search) try(ctx context.Context, kind []int, fold split.Fold) (tried, error) {
	key := memo.NewKey("search", 1).Text(string(s.data[:])).Ints(fold.Train).Ints(fold.Test).Text(s.grid.Score)
	for _, at := range kind {
		key.Options(s.options[at])
	}
	return memo.Do(ctx, key, func(ctx context.Context) (tried, error) {
		counts, err := s.counts.count(s.options[kind[0]].Text)
		if err != nil {
			return tried{}, err
		}
		tfidf, err := counts.FitClasses(fold.Train, s.labels)
		if err != nil {
			return tried{}, err
		}
		b := bench{labels: pick(s.labels, fold.Train), truth: pick(s.labels, fold.Test), score: s.grid.Score, scores: map[string]scaled{}}
		if b.x, err = tfidf.Transform(counts, fold.Train); err != nil {
			return tried{}, err
		}
		if b.held, err = tfidf.Transform(counts, fold.Test); err != nil {
			return tried{}, err
		}
		if b.words, err = wordColumns(b.x, tfidf.WordFeatures()); err != nil {
			return tried{}, err
		}
		if b.heldWords, err = wordColumns(b.held, tfidf.WordFeatures()); err != nil {
			return tried{}, err
		}
		options := make([]Options, len(kind))
		for i, at := range kind {
			options[i] = s.options[at]
		}
		scores, err := b.run(ctx, options)
		return tried{tfidf.Features(), scores, b.warnings}, err
	})
}

// bench is where models are fitted to one fold's training rows and judged on
// its test rows.
type bench struct {
	x, held *sparse.Matrix
	// words and heldWords are what naive Bayes sees of them in a blend.
	words, heldWords *sparse.Matrix
	labels, truth    []string
	score            string
	// scores are what the models said of the test rows. A blend is made from
	// those of its parts, so no part is fitted twice.
	scores   map[string]scaled
	warnings []string
}

// scaled are a model's scores for the test rows, and its spread on the training
// rows.
type scaled struct {
	classes []string
	rows    [][]float64
	spread  float64
}

func (b *bench) run(ctx context.Context, options []Options) ([]float64, error) {
	if err := b.paths(ctx, options); err != nil {
		return nil, err
	}
	results := make([]float64, len(options))
	for i, o := range options {
		var s scaled
		var err error
		switch o.Model {
		case "svm", "logistic":
			s = b.scores[o.part(o.Model)]
		case "blend":
			if s, err = b.blend(ctx, o); err != nil {
				return nil, err
			}
		default:
			if s, err = b.bayes(ctx, o, b.x, b.held); err != nil {
				return nil, err
			}
		}
		if results[i], err = b.judge(s); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// part names a model that is fitted, among those of one bench.
func (o Options) part(model string) string {
	switch model {
	case "svm", "logistic":
		return fmt.Sprintf("%s %s %g", model, o.ClassWeight, o.C)
	}
	return fmt.Sprintf("%s %g", model, o.Alpha)
}

// paths fits all support vector machines and logistic regressions, each path
// from the smallest C to the largest.
func (b *bench) paths(ctx context.Context, options []Options) error {
	for _, model := range []string{"svm", "logistic"} {
		for _, weight := range []string{"", "balanced"} {
			var path []Options
			for _, o := range options {
				if (o.Model == model || o.Model == "blend" && model == "svm") && o.ClassWeight == weight {
					path = append(path, o)
				}
			}
			slices.SortStableFunc(path, func(o, p Options) int { return cmp.Compare(o.C, p.C) })
			path = slices.CompactFunc(path, func(o, p Options) bool { return o.C == p.C })
			if err := b.path(ctx, model, path); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) path(ctx context.Context, model string, path []Options) error {
	if len(path) == 0 {
		return nil
	}
	var c []float64
	for _, o := range path {
		c = append(c, o.C)
	}
	var models []*linear.Model
	var err error
	if model == "svm" {
		models, err = path[0].svm().Path(ctx, b.x, b.labels, c)
	} else {
		models, err = path[0].logistic().Path(ctx, b.x, b.labels, c)
	}
	if err != nil {
		return err
	}
	for i, m := range models {
		if err := b.keep(path[i].part(model), m, b.x, b.held); err != nil {
			return err
		}
	}
	return nil
}

// keep notes what a model says of the test rows.
func (b *bench) keep(name string, m *linear.Model, x, held *sparse.Matrix) error {
	rows, err := m.Decision(held)
	if err != nil {
		return err
	}
	spread, err := m.Spread(x)
	if err != nil {
		return err
	}
	b.scores[name] = scaled{m.Classes(), rows, spread}
	b.warnings = append(b.warnings, m.Warnings...)
	return nil
}

func (b *bench) bayes(ctx context.Context, o Options, x, held *sparse.Matrix) (scaled, error) {
	model := "complement"
	if o.Model == "multinomial" {
		model = o.Model
	}
	name := fmt.Sprintf("%s on %d features", o.part(model), x.Cols())
	if s, ok := b.scores[name]; ok {
		return s, nil
	}
	m, err := o.bayes().Fit(ctx, x, b.labels)
	if err != nil {
		return scaled{}, err
	}
	err = b.keep(name, m, x, held)
	return b.scores[name], err
}

// blend adds up scores as linear.Blend adds up weights.
func (b *bench) blend(ctx context.Context, o Options) (scaled, error) {
	bayes, err := b.bayes(ctx, o, b.words, b.heldWords)
	if err != nil {
		return scaled{}, err
	}
	svm := b.scores[o.part("svm")]
	sum := scaled{classes: svm.classes, rows: make([][]float64, len(svm.rows))}
	for i := range sum.rows {
		sum.rows[i] = make([]float64, len(svm.classes))
		for _, part := range []struct {
			scaled
			share float64
		}{{svm, 1 - o.Share}, {bayes, o.Share}} {
			if part.spread == 0 {
				continue
			}
			level := mean(part.rows[i])
			for k, v := range part.rows[i] {
				sum.rows[i][k] += part.share * (v - level) / part.spread
			}
		}
	}
	return sum, nil
}

// judge returns the score of the predictions that scores mean.
func (b *bench) judge(s scaled) (float64, error) {
	predicted := make([]string, len(s.rows))
	for i, row := range s.rows {
		best := 0
		for k, v := range row {
			if v > row[best] {
				best = k
			}
		}
		predicted[i] = s.classes[best]
	}
	r, err := metric.Classify(b.truth, predicted)
	if err != nil {
		return 0, err
	}
	if b.score == "macro-f1" {
		return r.Macro.F1, nil
	}
	return r.Accuracy().Value, nil
}

package keyphrase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/memo"
	"viva/mlkit/split"
	"viva/mlkit/trace"
	"viva/mlkit/validate"
	"viva/mlkit/view"
)

// CrossValidation is how well an extractor does on documents that it was not
// trained on, fold by fold.
type CrossValidation struct {
	Options Options
	// Method is how the folds were made.
	Method string
	Folds  []Fold
	// Corpora are the out-of-fold results of each corpus, and All those of all
	// together, with the confusion.
	Corpora []*Evaluation
	All     *Evaluation
	// Warnings are those of reading, dividing and comparing.
	Warnings []string
}

// Fold is the result of one fold.
type Fold struct {
	TrainDocuments, Documents int
	// Train measures the ranker on its own training documents, see Model.Training,
	// and Validation the extractor on the others: one measure for each cut-off.
	Train, Validation []Measure
	// Losses are those of the ranker while it grew.
	Losses []Loss
}

// Loss is the mean logistic loss of a candidate, in nats, after a number of trees:
// of the training documents, by their weights, and of the validation documents.
type Loss struct {
	Trees             int
	Train, Validation float64
}

// CrossValidate divides the documents of all corpora into folds that hold groups
// together (GroupKFold, stratified by corpus; a document without a group is one
// of its own), trains on all but one and extracts from that one. Everything that
// is learned is learned anew in each fold, document frequencies too. Folds are
// kept one by one, so that work that was interrupted goes on.
func CrossValidate(ctx context.Context, corpora []*data.Corpus, folds split.Options, opt Options) (*CrossValidation, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := newFolding(ctx, corpora, opt)
	if err != nil {
		return nil, err
	}
	divided, err := split.StratifiedGroupKFold(f.collections(), f.groups(), folds)
	if err != nil {
		return nil, fmt.Errorf("keyphrase: %w", err)
	}
	cv := &CrossValidation{Options: opt, Method: divided.Method, Warnings: slices.Concat(f.warnings, divided.Warnings)}
	byCorpus := make([][]*outcome, len(corpora))
	var all []*outcome
	for i, fold := range divided.Folds {
		k, err := f.run(ctx, fold)
		if err != nil {
			return nil, fmt.Errorf("keyphrase: fold %d of %d: %w", i+1, len(divided.Folds), err)
		}
		r := Fold{TrainDocuments: len(fold.Train), Documents: len(fold.Test), Train: k.Training, Losses: k.Losses}
		outcomes := make([]*outcome, len(k.Outcomes))
		for j := range outcomes {
			outcomes[j] = &k.Outcomes[j]
			c := f.origin[fold.Test[j]].corpus
			byCorpus[c] = append(byCorpus[c], outcomes[j])
		}
		for _, cutoff := range cutoffs {
			r.Validation = append(r.Validation, measure(cutoff, outcomes))
		}
		all = append(all, outcomes...)
		cv.Folds = append(cv.Folds, r)
		trace.Logf(ctx, "fold %d of %d: %d training documents; F1 at 10 %s in training, %s in validation", i+1, len(divided.Folds), r.TrainDocuments,
			view.FormatUnit(r.Train[1].Macro.F1, "%"), view.FormatUnit(r.Validation[1].Macro.F1, "%"))
		trace.Progress(ctx, "cross-validation", i+1, len(divided.Folds))
	}
	for i, c := range corpora {
		e, err := summarise("model", c.Name(), byCorpus[i])
		if err != nil {
			return nil, err
		}
		cv.Corpora = append(cv.Corpora, e)
	}
	if cv.All, err = summarise("model", "all corpora", all); err != nil {
		return nil, err
	}
	return cv, nil
}

// origin is where an example comes from.
type origin struct{ corpus, row int }

// folding runs folds of one set of documents.
type folding struct {
	corpora  []*data.Corpus
	opt      Options
	examples []*example
	origin   []origin
	warnings []string
}

func newFolding(ctx context.Context, corpora []*data.Corpus, opt Options) (*folding, error) {
	f := &folding{corpora: corpora, opt: opt}
	var err error
	if f.examples, _, f.warnings, err = gather(ctx, corpora); err != nil {
		return nil, err
	}
	for _, e := range f.examples {
		f.origin = append(f.origin, e.origin)
	}
	return f, nil
}

func (f *folding) collections() []string {
	names := make([]string, len(f.examples))
	for i, e := range f.examples {
		names[i] = e.collection
	}
	return names
}

func (f *folding) groups() []string {
	names := make([]string, len(f.examples))
	for i, e := range f.examples {
		names[i] = e.group
	}
	return names
}

// kept is what a fold gave, in the form in which it is kept.
type kept struct {
	Training []Measure
	Losses   []Loss
	Outcomes []outcome
}

func (f *folding) run(ctx context.Context, fold split.Fold) (kept, error) {
	key := memo.NewKey("keyphrase fold", 2).Options(f.opt).Ints(fold.Train).Ints(fold.Test)
	for _, c := range f.corpora {
		key.Text(c.Name()).Text(c.Fingerprint())
	}
	return memo.Do(ctx, key, func(ctx context.Context) (kept, error) {
		train := make([]*example, len(fold.Train))
		for i, j := range fold.Train {
			train[i] = f.examples[j]
		}
		watched := make([]*example, len(fold.Test))
		for i, j := range fold.Test {
			watched[i] = f.examples[j]
		}
		learned, err := fit(ctx, train, watched, f.opt)
		if err != nil {
			return kept{}, err
		}
		m := newModel(f.opt, nil, nil, learned)
		k := kept{Training: m.Training, Outcomes: make([]outcome, len(fold.Test))}
		for _, l := range learned.losses {
			k.Losses = append(k.Losses, Loss{l.Trees, l.Learn, l.Watch})
		}
		err = parallel(ctx, len(fold.Test), func(ctx context.Context, i int) error {
			e := f.examples[fold.Test[i]]
			o, err := compare(ctx, m, f.corpora[e.origin.corpus].At(e.origin.row), e.phrases)
			if err != nil {
				return err
			}
			k.Outcomes[i] = *o
			return nil
		})
		return k, err
	})
}

// Scores returns a measure over folds, for package validate's judgement:
// "precision", "recall" or "F1" (of averages over documents) at a cut-off.
func (cv *CrossValidation) Scores(measure, cutoff string) (*validate.Scores, error) {
	pick, ok := map[string]func(Scores) float64{
		"precision": func(s Scores) float64 { return s.Precision }, "recall": func(s Scores) float64 { return s.Recall },
		"F1": func(s Scores) float64 { return s.F1 },
	}[measure]
	if !ok {
		return nil, fmt.Errorf(`keyphrase: no measure %q: there are "precision", "recall" and "F1"`, measure)
	}
	at := slices.Index(cutoffs, cutoff)
	if at < 0 {
		return nil, fmt.Errorf("keyphrase: no cut-off %q: there are %q, %q and %q", cutoff, At5, At10, Own)
	}
	var train, validation []float64
	opt := validate.Options{Method: cv.Method}
	for _, f := range cv.Folds {
		train, validation = append(train, pick(f.Train[at].Macro)), append(validation, pick(f.Validation[at].Macro))
		opt.TrainDocuments, opt.Documents = append(opt.TrainDocuments, f.TrainDocuments), append(opt.Documents, f.Documents)
	}
	return validate.New(fmt.Sprintf("%s at %s", measure, cutoff), train, validation, opt)
}

// CurveFigure draws the losses of the training and of the validation documents
// while the ranker grew, the mean over folds with a band of one standard
// deviation. If the second rises while the first falls, there are too many trees.
func (cv *CrossValidation) CurveFigure() (view.Figure, error) {
	if len(cv.Folds) == 0 {
		return view.Figure{}, errors.New("keyphrase: there are no folds to draw")
	}
	var trees []int
	var train, trainSD, validation, validationSD []float64
	for k, l := range cv.Folds[0].Losses {
		// Before the first tree both are those of a guess, far above the rest.
		if l.Trees == 0 {
			continue
		}
		var t, v []float64
		for _, f := range cv.Folds {
			t, v = append(t, f.Losses[k].Train), append(v, f.Losses[k].Validation)
		}
		trees = append(trees, l.Trees)
		m, sd := stat.MeanStdDev(t, nil)
		train, trainSD = append(train, m), append(trainSD, sd)
		m, sd = stat.MeanStdDev(v, nil)
		validation, validationSD = append(validation, m), append(validationSD, sd)
	}
	return chart.LearningCurve(trees, train, trainSD, validation, validationSD, chart.LearningCurveOptions{
		XLabel: "trees", YLabel: "loss of a candidate", Train: "training", Validation: "validation",
	})
}

// Table returns a row for each fold and cut-off.
func (cv *CrossValidation) Table() *view.Table {
	t := view.NewTable("Keyphrases, cross-validation: "+cv.Method, "fold", "documents", "phrases", "precision [%]", "recall [%]", "F1 [%]", "training F1 [%]", "gap [points]")
	for i, f := range cv.Folds {
		for j, m := range f.Validation {
			gap := f.Train[j].Macro.F1 - m.Macro.F1
			tone := map[string]string{"ok": "good", "warning": "warn", "overfitting": "bad"}[validate.GapVerdict(gap)]
			t.Add(i+1, f.Documents, m.Cutoff, m.Macro.Precision, m.Macro.Recall, m.Macro.F1, f.Train[j].Macro.F1,
				view.Cell{Text: view.FormatUnit(gap, "points"), Number: &gap, Tone: tone})
		}
	}
	t.Notes = append(t.Notes, "Exact match of Porter stems; precision and recall averaged over documents.",
		"Training: the ranker on the documents that it was fitted to, as it saw them: with models of words and boundaries from other documents.")
	return t
}

// View implements view.Viewer: the folds, the corpora, the confusion and the
// warnings.
func (cv *CrossValidation) View() []view.Item {
	items := cv.Table().View()
	for _, e := range cv.Corpora {
		items = append(items, e.Table().View()...)
	}
	items = append(items, cv.All.Confusion.View()...)
	return append(items, warn(cv.Warnings)...)
}

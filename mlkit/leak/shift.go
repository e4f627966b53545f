package leak

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"viva/internal/own"
	"viva/mlkit/data"
	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/metric"
	"viva/mlkit/text"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

const (
	// shiftLimit is the AUC that the lower end of the interval must not exceed.
	shiftLimit = 0.55
	// shiftSample is how many documents of a split are looked at.
	shiftSample = 2000
)

// ShiftedSplits wants held-out documents to be drawn as the training documents
// were.
//
// A classifier (TF-IDF of words, sublinear, and a linear support vector
// machine) is trained to tell the documents of a held-out split from training
// documents, in five folds that keep groups whole. Its AUC is the mean over the
// folds; the interval adds up the folds' variances, over groups. Splits are
// told apart if the whole interval lies above 0.55. Of messages the bodies are
// read, without headers. At most 2,000 documents of each split are looked at,
// drawn with a fixed seed.
var ShiftedSplits = Rule{
	Name:      "shifted splits",
	Condition: "a classifier cannot tell held-out documents from training documents",
	Counts:    "held-out splits that a classifier tells from the training split",
	Why:       "The test then asks about other texts than were learned from. That may be meant (later texts, other sources), but then the score is one for that shift, and cross-validation on training documents does not predict it.",
	Severity:  Warning,
	Repair:    "Find out from the words what differs. If it is how the data was collected, split anew at random by group (prepare.Split); if it is meant, say so beside the score.",
	run:       shiftedSplits,
}

// shift is how well one split is told from the training split. It is kept
// through package memo.
type shift struct {
	Documents [2]int // training and held out
	AUC       float64
	// SE is the standard error of the AUC.
	SE    float64
	Words []shiftedWord
}

// shiftedWord is a word that one side uses more. Shares are those of its
// documents, in 0..1.
type shiftedWord struct {
	Word           string
	HeldOut        bool
	Training, Held float64
}

func shiftedSplits(ctx context.Context, in *input) (Finding, error) {
	f := Finding{}
	if !in.corpus.HasSplit() {
		return Finding{Skipped: noSplits}, nil
	}
	t := view.NewTable("Words that tell held-out documents from training documents", "split", "more often in", "word", "training documents with it [%]", "held-out documents with it [%]")
	looked := 0
	for _, split := range in.corpus.SplitNames() {
		if split == data.Train {
			continue
		}
		train, held := in.corpus.Indices(data.Train), in.corpus.Indices(split)
		if len(train) < enough || len(held) < enough {
			continue
		}
		looked++
		form := "bodies"
		if in.opt.WholeText {
			form = "whole texts"
		}
		key := memo.NewKey("shift of "+split, 1).Text(in.report.Fingerprint).Text(form)
		s, err := memo.Do(ctx, key, func(ctx context.Context) (shift, error) { return in.shift(ctx, train, held) })
		if err != nil {
			return Finding{}, err
		}
		m := view.Metric{Name: "AUC of telling " + split + " from " + data.Train, Value: s.AUC, Detail: fmt.Sprintf("on %s and %s documents; 0.5 is what chance gives", whole(s.Documents[0]), whole(s.Documents[1]))}
		half := distuv.UnitNormal.Quantile(0.975) * s.SE
		m.Interval = &view.Interval{Low: max(0, s.AUC-half), High: min(1, s.AUC+half), Level: 0.95, Method: "DeLong, over groups and folds"}
		f.Measures = append(f.Measures, m)
		if f.Detail != "" {
			f.Detail += "; "
		}
		f.Detail += fmt.Sprintf("%s: AUC %.2f (%.2f to %.2f)", split, s.AUC, m.Interval.Low, m.Interval.High)
		if m.Interval.Low <= shiftLimit {
			continue
		}
		f.Count++
		for _, w := range s.Words {
			side := data.Train
			if w.HeldOut {
				side = split
			}
			t.Add(split, side, w.Word, w.Training, w.Held)
		}
	}
	if looked == 0 {
		return Finding{Skipped: "there are fewer than 20 documents to learn from, or fewer than 20 that are held out"}, nil
	}
	if f.Count > 0 {
		f.Evidence = t
	}
	return f, nil
}

// sample draws at most n of the rows, in order.
func sample(rows []int, n int, seed uint64) []int {
	if len(rows) <= n {
		return rows
	}
	rng := rand.New(rand.NewPCG(seed, 0x7368696674))
	drawn := make([]int, 0, n)
	for _, i := range rng.Perm(len(rows))[:n] {
		drawn = append(drawn, rows[i])
	}
	slices.Sort(drawn)
	return drawn
}

// shift trains and judges the classifier that tells held-out rows from training
// rows.
func (in *input) shift(ctx context.Context, train, held []int) (shift, error) {
	train, held = sample(train, shiftSample, 1), sample(held, shiftSample, 2)
	rows := slices.Concat(train, held)
	s := shift{Documents: [2]int{len(train), len(held)}}
	texts, labels := make([]string, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		texts[i] = in.docs[row].Body()
		if in.opt.WholeText {
			texts[i] = in.docs[row].Text
		}
		labels[i] = "training"
		if i >= len(train) {
			labels[i] = "held out"
		}
	}
	counts, err := text.Count(ctx, texts, text.Options{MinDF: 2, MaxFeatures: 20_000, Sublinear: true})
	if err != nil {
		return s, err
	}
	// That splits are of different sizes must not tell them apart.
	svm := linear.SVM{ClassWeight: "balanced", Seed: 1}
	folds, err := in.foldsOf(rows, labels)
	if err != nil {
		return s, err
	}
	groups := in.groupsOf(rows)
	var areas, variances float64
	judged := 0
	for i, fold := range folds {
		trace.Progress(ctx, "telling splits apart", i, len(folds)+1)
		words, err := counts.Fit(fold.Train)
		if err != nil {
			continue // no word is in two documents
		}
		x, err := words.Transform(counts, fold.Train)
		if err != nil {
			return s, err
		}
		model, err := svm.Fit(ctx, x, pick(labels, fold.Train))
		if ctx.Err() != nil {
			return s, err
		}
		if err != nil {
			continue // the fold has documents of one split only
		}
		if x, err = words.Transform(counts, fold.Test); err != nil {
			return s, err
		}
		scores, err := decide(model.Decision(x))
		if err != nil {
			return s, err
		}
		positive := make([]bool, len(fold.Test))
		for k, row := range fold.Test {
			positive[k] = labels[row] == model.Classes()[1]
		}
		roc, err := metric.NewROC(positive, scores, metric.ROCOptions{Groups: pick(groups, fold.Test)})
		if err != nil {
			continue // one split has no documents in the fold
		}
		auc := roc.AUC()
		if auc.Interval == nil {
			continue
		}
		// An interval that was cut at 1 is taken from its other end.
		se := max(auc.Interval.High-auc.Value, auc.Value-auc.Interval.Low) / distuv.UnitNormal.Quantile(0.975)
		areas, variances = areas+auc.Value, variances+se*se
		judged++
	}
	if judged == 0 {
		// Nothing to go by in the texts: nothing tells them apart.
		s.AUC, s.SE = 0.5, 0.5
		return s, nil
	}
	s.AUC, s.SE = areas/float64(judged), math.Sqrt(variances)/float64(judged)
	s.Words, err = tellingWords(ctx, counts, labels, svm)
	return s, err
}

// decide returns the score of the second of two classes. A linear model of two
// classes may give one score or two.
func decide(decision [][]float64, err error) ([]float64, error) {
	scores := make([]float64, len(decision))
	for i, d := range decision {
		scores[i] = d[len(d)-1]
	}
	return scores, err
}

func pick(values []string, rows []int) []string {
	picked := make([]string, len(rows))
	for i, r := range rows {
		picked[i] = values[r]
	}
	return picked
}

// tellingWords returns the words with the largest weights for either side,
// five each.
func tellingWords(ctx context.Context, counts *text.Counts, labels []string, svm linear.SVM) ([]shiftedWord, error) {
	words, err := counts.Fit(nil)
	if err != nil {
		return nil, nil // no word is in two documents
	}
	x, err := words.Transform(counts, nil)
	if err != nil {
		return nil, err
	}
	model, err := svm.Fit(ctx, x, labels)
	if err != nil {
		return nil, err
	}
	having := [2][]int{make([]int, words.Features()), make([]int, words.Features())}
	size := [2]int{}
	for i := range labels {
		side := 0
		if labels[i] == "held out" {
			side = 1
		}
		size[side]++
		columns, _ := x.Own(own.Permit{}, i)
		for _, c := range columns {
			having[side][c]++
		}
	}
	var all []shiftedWord
	for _, class := range []string{"held out", "training"} {
		features, err := model.TopFeatures(class, 5)
		if err != nil {
			return nil, err
		}
		for _, f := range features {
			all = append(all, shiftedWord{
				Word: words.Term(f.Feature), HeldOut: class == "held out",
				Training: float64(having[0][f.Feature]) / float64(size[0]), Held: float64(having[1][f.Feature]) / float64(size[1]),
			})
		}
	}
	slices.SortStableFunc(all, func(a, b shiftedWord) int {
		return -cmp.Compare(math.Abs(a.Held-a.Training), math.Abs(b.Held-b.Training))
	})
	return all, nil
}

package classify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"viva/mlkit/split"
	"viva/mlkit/text"
	"viva/mlkit/view"
)

// Grid says which options are tried. Empty lists stand for the value that Base
// has. Every combination is tried, but for fields that a model has no use for: C
// is for "svm", "logistic" and "blend", Alpha for naive Bayes and "blend",
// Share for "blend".
//
// Lists go from simple to rich: of options that do equally well, and by the rule
// "one standard error" of those that do nearly as well as the best, the first is
// chosen. Strong regularisation, a small C and a large Alpha, is simple.
type Grid struct {
	// Base holds what is not varied.
	Base Options
	// Texts are kinds of terms and their weighting. What they count alike is
	// counted once.
	Texts  []text.Options
	Models []string
	C      []float64
	Alpha  []float64
	Share  []float64
	// ClassWeights are values of Options.ClassWeight.
	ClassWeights []string
	// Rule is "best" (the zero value means it), which takes the options with the
	// highest mean score over folds, or "one standard error", which takes the
	// first whose mean is within a standard error of that, the best one's
	// (Breiman et al., "Classification and regression trees", 1984).
	Rule string
	// Score is "accuracy" (the zero value means it) or "macro-f1".
	Score string
	// K is the number of folds; 0 means 5. Seed determines them.
	K    int
	Seed int64
}

func (g Grid) check() (Grid, error) {
	if g.Rule == "" {
		g.Rule = "best"
	}
	if g.Rule != "best" && g.Rule != "one standard error" {
		return g, fmt.Errorf(`classify: rule %q: it must be "best" or "one standard error"`, g.Rule)
	}
	if g.Score == "" {
		g.Score = "accuracy"
	}
	if g.Score != "accuracy" && g.Score != "macro-f1" {
		return g, fmt.Errorf(`classify: score %q: it must be "accuracy" or "macro-f1"`, g.Score)
	}
	g.Base = g.Base.clone()
	if len(g.Texts) == 0 {
		g.Texts = []text.Options{g.Base.Text}
	}
	if len(g.Models) == 0 {
		g.Models = []string{g.Base.Model}
	}
	if len(g.ClassWeights) == 0 {
		g.ClassWeights = []string{g.Base.ClassWeight}
	}
	for _, list := range []struct {
		values *[]float64
		base   float64
		or     float64
	}{{&g.C, g.Base.C, 1}, {&g.Alpha, g.Base.Alpha, 0.1}, {&g.Share, g.Base.Share, 0.5}} {
		if len(*list.values) == 0 {
			*list.values = []float64{list.base}
		}
		*list.values = slices.Clone(*list.values)
		for i, v := range *list.values {
			if v == 0 {
				(*list.values)[i] = list.or
			}
		}
	}
	return g, nil
}

// options returns all combinations, and first the baseline: complement naive
// Bayes on the first kind of terms.
func (g Grid) options() ([]Options, error) {
	base := g.Base
	base.Text = g.Texts[0]
	all := []Options{Baseline(base)}
	for _, t := range g.Texts {
		for _, model := range g.Models {
			for _, weight := range g.ClassWeights {
				for _, o := range g.numbers(model) {
					o.Text, o.ClassWeight = t, weight
					if model == "complement" || model == "multinomial" {
						o.ClassWeight, o.ClassWeights = "", nil
					}
					o, err := o.full()
					if err != nil {
						return nil, err
					}
					all = append(all, o.clone())
				}
			}
		}
	}
	for i := range all {
		var err error
		if all[i], err = all[i].full(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// numbers returns the combinations of C, Alpha and Share that a model has use
// for, those of stronger regularisation first.
func (g Grid) numbers(model string) []Options {
	c, alpha, share := slices.Sorted(slices.Values(g.C)), slices.Sorted(slices.Values(g.Alpha)), g.Share
	slices.Reverse(alpha)
	none := []float64{0}
	switch model {
	case "complement", "multinomial":
		c, share = none, none
	case "", "svm", "logistic":
		alpha, share = none, none
	}
	var all []Options
	for _, c := range c {
		for _, a := range alpha {
			for _, s := range share {
				o := g.Base
				o.Model, o.C, o.Alpha, o.Share = model, c, a, s
				all = append(all, o)
			}
		}
	}
	return all
}

// Found is what a search gave.
type Found struct {
	// Points are all options tried; the first is the baseline.
	Points []Point
	// Chosen is the place in Points of what the rule chose, Best that of the
	// highest mean.
	Chosen, Best int
	// Rule, Score and Method say how: the rule, the score, and how the folds
	// were made.
	Rule, Score, Method string
	// Options are those chosen, and Model is trained with them on all texts.
	Options  Options
	Model    *Model
	Warnings []string
}

// Point is one choice of options; scores are in 0..1.
type Point struct {
	Options Options
	// Scores are those on the test part of each fold, Mean their mean, SE the
	// standard error of that, and Features the mean number of terms.
	Scores   []float64
	Mean, SE float64
	Features int
}

// Search tries the options of a grid by cross-validation on the given texts and
// trains with those that the rule chooses. Folds are stratified, and where there
// are groups (nil: none), no group is in two folds: give it training documents
// only, and the choice has not seen the test. The score of the chosen options
// is a little too good, since they were chosen by it; NestedCrossValidate
// measures without that.
func Search(ctx context.Context, texts, labels, groups []string, grid Grid) (*Found, error) {
	if err := check(texts, labels); err != nil {
		return nil, err
	}
	g, err := grid.check()
	if err != nil {
		return nil, err
	}
	folds, err := innerFolds(labels, groups, g)
	if err != nil {
		return nil, err
	}
	s, err := newSearch(ctx, texts, labels, g)
	if err != nil {
		return nil, err
	}
	f, err := s.find(ctx, folds)
	if err != nil {
		return nil, err
	}
	if f.Model, err = trainAll(ctx, texts, labels, f.Options, s.countsOf(f.Options)); err != nil {
		return nil, err
	}
	return f, nil
}

func innerFolds(labels, groups []string, g Grid) (*split.Folds, error) {
	o := split.Options{K: g.K, Shuffle: true, Seed: g.Seed}
	if groups == nil {
		return split.StratifiedKFold(labels, o)
	}
	return split.StratifiedGroupKFold(labels, groups, o)
}

// choose fills in means, and what the rule chooses.
func (f *Found) choose() {
	for i := range f.Points {
		p := &f.Points[i]
		p.Mean = mean(p.Scores)
		p.SE = deviation(p.Scores) / math.Sqrt(float64(len(p.Scores)))
		if p.Mean > f.Points[f.Best].Mean {
			f.Best = i
		}
	}
	f.Chosen = f.Best
	if f.Rule == "one standard error" {
		best := f.Points[f.Best]
		f.Chosen = slices.IndexFunc(f.Points, func(p Point) bool { return p.Mean >= best.Mean-best.SE })
	}
	f.Options = f.Points[f.Chosen].Options.clone()
}

// Table returns a row for each point, the best first.
func (f *Found) Table() *view.Table {
	t := view.NewTable(fmt.Sprintf("Options tried: %s, %s", f.Score, f.Method), "model", "terms", "number of terms", "mean [%]", "standard error [points]", "")
	order := make([]int, len(f.Points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.Points[b].Mean, f.Points[a].Mean) })
	for _, i := range order {
		p := f.Points[i]
		var remark any
		switch {
		case i == f.Chosen:
			remark = view.Cell{Text: "chosen", Tone: "good"}
		case i == f.Best:
			remark = "best"
		case i == 0:
			remark = "baseline"
		}
		t.Add(p.Options.model(), p.Options.Text.String(), p.Features, p.Mean, p.SE, remark)
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Rule: %s. Options were chosen on these folds, so the chosen ones' mean is a little too good.", f.Rule))
	return t
}

// View implements view.Viewer: the table and the warnings.
func (f *Found) View() []view.Item { return append(f.Table().View(), warn(f.Warnings)...) }

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/relation"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

// start is the beginning that docs/mlkit.md recommends for texts of any kind. What
// it is worth is measured here on kinds of data that differ in length, classes and
// size, beside a search made for each: by cross-validation on training documents.
var start = classify.Options{Model: "blend", Text: text.Options{MaxN: 2, Sublinear: true, Also: []text.Options{characters}}}

// around are the choices that the start has to stand beside.
var around = classify.Grid{
	Texts:  []text.Options{{}, {MaxN: 2, Sublinear: true}, start.Text},
	Models: []string{"complement", "svm", "blend"},
	C:      []float64{0.3, 1, 3},
	Share:  []float64{0.3, 0.5, 0.7},
	K:      5,
}

// collection is a set of labelled texts; groups is nil where there are none.
type collection struct {
	name                  string
	texts, labels, groups []string
}

// measureDefaults compares defaults with what a search finds for each collection.
func measureDefaults(ctx context.Context, s settings) ([]result, error) {
	collections, err := differentTexts(ctx, s)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, c := range collections {
		fmt.Fprintf(s.log, "%s: %s\n", c.name, c.about())
		grid := around
		if len(c.texts) > manyTexts {
			// One choice for each model: a search would take an hour.
			grid.Texts, grid.C, grid.Share, grid.K = []text.Options{{}, start.Text}, nil, nil, 2
		}
		began := time.Now()
		found, err := classify.Search(ctx, c.texts, c.labels, c.groups, grid)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		baseline, best := found.Points[0], found.Points[found.Best]
		note := fmt.Sprintf("%s; %s; best of %d choices %.4f: %s; %.0f s", c.about(), found.Method, len(found.Points), best.Mean, best.Options, time.Since(began).Seconds())
		for _, d := range []struct {
			name string
			opt  classify.Options
		}{{"zero", classify.Options{}}, {"start", start}} {
			p, err := pointOf(found, d.opt)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			r := result{Name: c.name + "_" + d.name + "_accuracy", Value: p.Mean, Note: note}
			results = append(results, r.against("complement naive Bayes", baseline.Mean, false))
		}
	}
	more, err := relationDefaults(ctx, s)
	return append(results, more...), err
}

// manyTexts is from where on a search would take too long.
const manyTexts = 100_000

// pointOf is what a search measured of options, which say their defaults in words.
func pointOf(found *classify.Found, opt classify.Options) (classify.Point, error) {
	for _, p := range found.Points {
		if p.Options.String() == opt.String() {
			return p, nil
		}
	}
	return classify.Point{}, fmt.Errorf("%s is not among the choices", opt)
}

func (c collection) about() string {
	words, classes := 0, map[string]bool{}
	for i, t := range c.texts {
		words += len(strings.Fields(t))
		classes[c.labels[i]] = true
	}
	return fmt.Sprintf("%d texts of %.0f words on average, %d classes", len(c.texts), float64(words)/float64(len(c.texts)), len(classes))
}

// differentTexts are training documents of all kinds that there are: titles and
// long posts, two classes and about fifty, 500 texts and 500,000.
func differentTexts(ctx context.Context, s settings) ([]collection, error) {
	folder := filepath.Join(s.data, "classification")
	open := func(name, path string, opt data.Options, groups bool) (collection, error) {
		c, err := data.Open(ctx, path, opt)
		if err != nil {
			return collection{}, err
		}
		if c.HasSplit() {
			c = c.InSplit(data.Train)
		}
		of := map[string]int{}
		for _, d := range c.Documents() {
			if len(d.Labels) < 2 {
				of[d.Label]++
			}
		}
		// A class must be in every one of five folds.
		c = c.Filter(func(d data.Document) bool { return d.Label != "" && len(d.Labels) < 2 && of[d.Label] >= 5 })
		out := collection{name: name, texts: c.Texts(), labels: c.Labels()}
		if groups {
			out.groups = c.Groups()
		}
		return out, nil
	}
	r8, err := open("r8", filepath.Join(folder, "r8", "train.txt.gz"), data.Options{Format: "tsv", Columns: []string{"label", "text"}}, false)
	if err != nil {
		return nil, err
	}
	posts, err := open("posts", newsgroupsPath(s, "train"), data.Options{Encoding: "latin1", Remove: []string{"headers", "footers", "quotes"}}, true)
	if err != nil {
		return nil, err
	}
	titles, err := open("titles", filepath.Join(s.data, "topics", "m10"), data.Options{}, false)
	if err != nil {
		return nil, err
	}
	reuters, err := open("reuters", filepath.Join(folder, "reuters21578"), data.Options{}, false)
	if err != nil {
		return nil, err
	}
	two := r8.where("r8_two_classes", func(i int) bool { return r8.labels[i] == "earn" || r8.labels[i] == "acq" })
	few := posts.where("posts_500", func(i int) bool { return i%(len(posts.texts)/500) == 0 })
	return []collection{titles, two, r8, reuters, few, posts, posts.pieces("pieces", 4)}, nil
}

func (c collection) where(name string, keep func(i int) bool) collection {
	out := collection{name: name}
	for i := range c.texts {
		if !keep(i) {
			continue
		}
		out.texts, out.labels = append(out.texts, c.texts[i]), append(out.labels, c.labels[i])
		if c.groups != nil {
			out.groups = append(out.groups, c.groups[i])
		}
	}
	return out
}

// pieces cuts the texts into as many texts of n words as there are whole ones; those
// of a discussion stay in one group.
func (c collection) pieces(name string, n int) collection {
	out := collection{name: name}
	for i, t := range c.texts {
		for words := range slices.Chunk(strings.Fields(t), n) {
			if len(words) == n {
				out.texts, out.labels, out.groups = append(out.texts, strings.Join(words, " ")), append(out.labels, c.labels[i]), append(out.groups, c.groups[i])
			}
		}
	}
	return out
}

// relationDefaults does the same for the extractor of relations, on the training
// sentences of SemEval-2010 Task 8: all, 500 of them, and those of two relations.
func relationDefaults(ctx context.Context, s settings) ([]result, error) {
	corpus, err := data.Open(ctx, filepath.Join(s.data, "relation", "semeval2010-t8"), data.Options{})
	if err != nil {
		return nil, err
	}
	all, err := relation.Read(corpus.InSplit(data.Train))
	if err != nil {
		return nil, err
	}
	var results []result
	for _, part := range []struct {
		name string
		keep func(i int) bool
	}{
		{"relations", func(int) bool { return true }},
		{"relations_500", func(i int) bool { return i%(len(all.Labels)/500) == 0 }},
		{"relations_two_types", func(i int) bool {
			base := relation.Base(all.Labels[i])
			return base == "Cause-Effect" || base == "Component-Whole"
		}},
	} {
		var examples []relation.Example
		var labels, types []string
		for i, l := range all.Labels {
			if part.keep(i) {
				examples, labels, types = append(examples, all.Examples[i]), append(labels, l), append(types, relation.Base(l))
			}
		}
		folds, err := split.StratifiedKFold(types, split.Options{K: 5, Shuffle: true})
		if err != nil {
			return nil, err
		}
		macro := map[float64]float64{}
		best := 0.0
		for _, c := range []float64{0.5, 1, relation.DefaultC, 4} {
			cv, err := relation.CrossValidate(ctx, examples, labels, folds, relation.Options{C: c})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", part.name, err)
			}
			if macro[c] = cv.Report.MacroF1; best == 0 || macro[c] > macro[best] {
				best = c
			}
		}
		results = append(results, result{
			Name: part.name + "_default_f1", Value: macro[relation.DefaultC],
			Note: fmt.Sprintf("%d sentences, macro F1 in 5 folds; best of 4 choices %.4f: C = %g", len(labels), macro[best], best),
		})
	}
	return results, nil
}

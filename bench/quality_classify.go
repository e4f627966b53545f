package main

import (
	"context"
	"fmt"
	"path/filepath"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/text"
)

// classifyGrid is tried on the training part of every data set, whatever it is:
// nothing in it was chosen for one of them. It goes from words to words with
// characters, to what a text begins with and to weights by class, and from one model
// to the vote of two.
var classifyGrid = classify.Grid{
	Texts: []text.Options{
		{MaxN: 2, Sublinear: true},
		{MaxN: 2, Sublinear: true, Also: []text.Options{characters}},
		{MaxN: 2, Sublinear: true, Also: []text.Options{characters, {MaxN: 2, Sublinear: true, MinDF: 2, Lead: 50}}},
		{MaxN: 2, Sublinear: true, ByClass: true, Also: []text.Options{byClass(characters)}},
	},
	Models: []string{"complement", "svm", "blend"},
	C:      []float64{1, 3},
	Alpha:  []float64{0.3, 0.1, 0.03},
	Share:  []float64{0.1, 0.3, 0.5, 0.7},
	K:      5,
}

var characters = text.Options{Analyzer: "char_wb", MinN: 3, MaxN: 5, Sublinear: true, MinDF: 3}

func byClass(o text.Options) text.Options {
	o.ByClass = true
	return o
}

// classifyQuality measures accuracy on official test parts. Terms, model and
// strengths are chosen by cross-validation on the training part only, with no
// discussion thread in two folds where there are threads, and the model is then
// trained on all of it. The test part is looked at once.
func classifyQuality(ctx context.Context, s settings) ([]result, error) {
	groups := filepath.Join(s.data, "classification", "20newsgroups")
	r8 := filepath.Join(s.data, "classification", "r8")
	posts := data.Options{Encoding: "latin1"}
	stripped := data.Options{Encoding: "latin1", Remove: []string{"headers", "footers", "quotes"}}
	table := data.Options{Format: "tsv", Columns: []string{"label", "text"}}
	var results []result
	for _, task := range []struct {
		name, train, test string
		options           data.Options
		threads           bool
		note              string
	}{
		{"20ng_accuracy", filepath.Join(groups, "20news-bydate-train.tar.gz"), filepath.Join(groups, "20news-bydate-test.tar.gz"), posts, true,
			"scikit-learn LinearSVC: words 0.861, words and characters 0.870"},
		{"20ng_stripped_accuracy", filepath.Join(groups, "20news-bydate-train.tar.gz"), filepath.Join(groups, "20news-bydate-test.tar.gz"), stripped, true,
			"scikit-learn LinearSVC on words 0.712, ComplementNB on words 1-2 0.734"},
		{"r8_accuracy", filepath.Join(r8, "train.txt.gz"), filepath.Join(r8, "test.txt.gz"), table, false,
			"scikit-learn LinearSVC 0.974; Text GCN 0.971 (Yao, Mao, Luo 2019)"},
	} {
		train, err := data.Open(ctx, task.train, task.options)
		if err != nil {
			return nil, err
		}
		test, err := data.Open(ctx, task.test, task.options)
		if err != nil {
			return nil, err
		}
		texts, testTexts := train.Texts(), test.Texts()
		var threads []string
		if task.threads {
			threads = train.Groups()
		}
		found, err := classify.Search(ctx, texts, train.Labels(), threads, classifyGrid)
		if err != nil {
			return nil, err
		}
		predicted, err := found.Model.Predict(ctx, testTexts)
		if err != nil {
			return nil, err
		}
		report, err := metric.Classify(test.Labels(), predicted)
		if err != nil {
			return nil, err
		}
		chosen := found.Points[found.Chosen]
		fmt.Fprintf(s.log, "%s: chosen by %s on the training part (%.4f there, baseline %.4f): %s\n", task.name, found.Method, chosen.Mean, found.Points[0].Mean, chosen.Options)
		results = append(results, result{Name: task.name, Value: report.Accuracy().Value, Note: task.note + "; chosen on the training part: " + chosen.Options.String()})
	}
	return results, nil
}

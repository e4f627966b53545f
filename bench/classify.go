package main

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"time"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/split"
	"viva/mlkit/text"
)

//go:embed peers/classify_20ng.py
var classifyPeer string

// classify20ng measures stratified, shuffled 5-fold cross-validation of
// TF-IDF (sublinear, terms of at least 2 documents) with a linear SVM on the
// training posts of 20 Newsgroups (bydate, headers kept), from texts in memory
// to the scores of the folds; and the accuracy on its test posts.
func classify20ng(ctx context.Context, s settings) ([]result, error) {
	folder := filepath.Join(s.data, "classification", "20newsgroups")
	trainPath := filepath.Join(folder, "20news-bydate-train.tar.gz")
	testPath := filepath.Join(folder, "20news-bydate-test.tar.gz")
	options := data.Options{Encoding: "latin1"}
	train, err := data.Open(ctx, trainPath, options)
	if err != nil {
		return nil, err
	}
	test, err := data.Open(ctx, testPath, options)
	if err != nil {
		return nil, err
	}
	texts, labels := train.Texts(), train.Labels()
	folds, err := split.StratifiedKFold(labels, split.Options{K: 5, Shuffle: true})
	if err != nil {
		return nil, err
	}
	opt := classify.Options{Text: text.Options{Sublinear: true, MinDF: 2}}

	var cv *classify.CrossValidation
	var seconds, peerSeconds []float64
	var peer map[string]float64
	for run := range s.runs {
		begin := time.Now()
		if cv, err = classify.CrossValidate(ctx, texts, labels, folds, opt); err != nil {
			return nil, err
		}
		seconds = append(seconds, time.Since(begin).Seconds())
		fmt.Fprintf(s.log, "run %d: cross-validation in %.2f s\n", run+1, seconds[run])
		if s.peers {
			if peer, err = runPeer(ctx, classifyPeer, trainPath, testPath); err != nil {
				return nil, err
			}
			peerSeconds = append(peerSeconds, peer["cv5_seconds"])
			fmt.Fprintf(s.log, "run %d: scikit-learn in %.2f s\n", run+1, peerSeconds[run])
		}
	}
	model, err := classify.Train(ctx, texts, labels, opt)
	if err != nil {
		return nil, err
	}
	predicted, err := model.Predict(ctx, test.Texts())
	if err != nil {
		return nil, err
	}
	report, err := metric.Classify(test.Labels(), predicted)
	if err != nil {
		return nil, err
	}
	results := []result{
		{Name: "cv5_seconds", Value: median(seconds), Unit: "s"},
		{Name: "cv5_accuracy", Value: cv.Accuracy().Value},
		{Name: "test_accuracy", Value: report.Accuracy().Value},
		{Name: "peak_mib", Value: peakMiB(), Unit: "MiB"},
	}
	if s.peers {
		peer["cv5_seconds"] = median(peerSeconds)
		for i, r := range results {
			results[i] = r.against("scikit-learn", peer[r.Name], r.Unit != "")
		}
	}
	return results, nil
}

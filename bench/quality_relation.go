package main

import (
	"context"
	"path/filepath"

	"viva/mlkit/data"
	"viva/mlkit/relation"
	"viva/mlkit/wordvec"
)

// relationQuality measures the official macro F1 on the test sentences of
// SemEval-2010 Task 8 with the defaults of package relation: with word vectors from
// unlabelled news and posts, and from the training sentences alone. Nothing was
// chosen by the test sentences, see docs/mlkit.md. The result does not depend on the
// seed beyond the tolerance of the fitting.
func relationQuality(ctx context.Context, s settings) ([]result, error) {
	corpus, err := data.Open(ctx, filepath.Join(s.data, "relation", "semeval2010-t8"), data.Options{})
	if err != nil {
		return nil, err
	}
	learn, err := relation.Read(corpus.InSplit(data.Train))
	if err != nil {
		return nil, err
	}
	held, err := relation.Read(corpus.InSplit(data.Test))
	if err != nil {
		return nil, err
	}
	texts, err := unlabelled(ctx, s)
	if err != nil {
		return nil, err
	}
	vectors, err := wordvec.Learn(ctx, append(texts, corpus.InSplit(data.Train).Texts()...), wordvec.Options{})
	if err != nil {
		return nil, err
	}
	results := []result{
		{Name: "semeval2010_t8_f1", Note: "word vectors from 20 Newsgroups, Reuters-21578, AG News; challenge: best 0.822, with WordNet and other resources"},
		{Name: "semeval2010_t8_f1_sentences_only", Note: "the training sentences alone; one-page linear SVM 0.786"},
	}
	for i, opt := range []relation.Options{{Vectors: vectors}, {}} {
		m, err := relation.Train(ctx, learn.Examples, learn.Labels, opt)
		if err != nil {
			return nil, err
		}
		predictions, err := m.Predict(ctx, held.Examples)
		if err != nil {
			return nil, err
		}
		labels := make([]string, len(predictions))
		for k, p := range predictions {
			labels[k] = p.Label
		}
		report, err := relation.Score(held.Labels, labels)
		if err != nil {
			return nil, err
		}
		results[i].Value = report.MacroF1
	}
	return results, nil
}

// unlabelled returns the texts of other public sets, without their labels.
func unlabelled(ctx context.Context, s settings) ([]string, error) {
	var texts []string
	for _, from := range []struct {
		path    string
		options data.Options
	}{
		{"20newsgroups/20news-bydate-train.tar.gz", data.Options{Encoding: "latin1", Remove: []string{"headers", "quotes", "footers"}}},
		{"reuters21578", data.Options{}},
		{"ag_news-test", data.Options{}},
	} {
		c, err := data.Open(ctx, filepath.Join(s.data, "classification", filepath.FromSlash(from.path)), from.options)
		if err != nil {
			return nil, err
		}
		for _, d := range c.Documents() {
			if d.Title != "" {
				texts = append(texts, d.Title)
			}
			texts = append(texts, d.Text)
		}
	}
	return texts, nil
}

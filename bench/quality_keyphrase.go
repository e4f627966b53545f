package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
)

// keyphraseSets are the collections that the extractor is trained on together.
var keyphraseSets = []struct {
	name, folder, published string
}{
	{"inspec", "inspec", "uncontrolled; published TfIdf 0.365, Kea 0.345, MultipartiteRank 0.305; one-page trial 0.476"},
	{"semeval2010", "semeval2010-t5", "combined; published Kea 0.195, TfIdf 0.177"},
	{"scienceie", "scienceie2017", "distinct entities; 5 of the 100 test paragraphs are in the training part too"},
}

// keyphraseSeeds is how many seeds the mean is of.
const keyphraseSeeds = 3

// keyphraseQuality measures F1 at ten phrases (precision and recall averaged over
// documents, exact match of Porter stems) on the official test splits, with the
// defaults of package keyphrase trained on the training and validation splits of
// all three collections together; and the same for collections that are left out
// of training, beside unsupervised methods. Nothing was chosen by the test
// documents, see docs/mlkit.md.
func keyphraseQuality(ctx context.Context, s settings) ([]result, error) {
	var train, test []*data.Corpus
	for _, set := range keyphraseSets {
		c, err := data.Open(ctx, filepath.Join(s.data, "keyphrase", set.folder), data.Options{})
		if err != nil {
			return nil, err
		}
		train = append(train, c.Filter(func(d data.Document) bool { return d.Split != data.Test }))
		test = append(test, c.InSplit(data.Test))
	}
	at := []struct{ suffix, cutoff string }{{"f1_5", keyphrase.At5}, {"f1_10", keyphrase.At10}, {"f1_own", keyphrase.Own}}
	var results []result
	for _, set := range keyphraseSets {
		for _, a := range at {
			results = append(results, result{Name: set.name + "_" + a.suffix})
			if a.cutoff == keyphrase.At10 {
				results[len(results)-1].Note = set.published
			}
		}
	}
	var seconds []float64
	paper := 0.0
	for seed := range keyphraseSeeds {
		begin := time.Now()
		model, err := keyphrase.Train(ctx, train, keyphrase.Options{Seed: int64(seed)})
		if err != nil {
			return nil, err
		}
		seconds = append(seconds, time.Since(begin).Seconds())
		fmt.Fprintf(s.log, "seed %d: trained in %.1f s\n", seed, seconds[seed])
		for i, set := range keyphraseSets {
			e, err := keyphrase.Evaluate(ctx, model, test[i])
			if err != nil {
				return nil, err
			}
			for j, a := range at {
				m, err := e.At(a.cutoff)
				if err != nil {
					return nil, err
				}
				results[len(at)*i+j].Value += m.Macro.F1 / keyphraseSeeds
				fmt.Fprintf(s.log, "seed %d: %s, F1 at %s: %.4f\n", seed, set.name, a.cutoff, m.Macro.F1)
			}
		}
		begin = time.Now()
		const papers = 10
		for i := range papers {
			if _, err := model.Extract(ctx, test[1].At(i), 10); err != nil {
				return nil, err
			}
		}
		paper += time.Since(begin).Seconds() / papers / keyphraseSeeds
	}
	results = append(results,
		result{Name: "keyphrase_train_seconds", Value: median(seconds), Unit: "s", Note: "on the training parts of all three collections"},
		result{Name: "keyphrase_paper_seconds", Value: paper, Unit: "s", Note: "extraction from a paper of 8,000 words"})
	transfer, err := keyphrase.LeaveOneOut(ctx, train, test, keyphrase.Options{})
	if err != nil {
		return nil, err
	}
	for i, row := range transfer.Rows {
		name := keyphraseSets[i].name
		results = append(results,
			result{Name: name + "_transfer_f1_10", Value: row.Left, Note: fmt.Sprintf("trained on the other two; best unsupervised here: %s, %.4f", row.Best().Name, row.Best().F1)},
			result{Name: name + "_single_f1_10", Value: row.Single, Note: fmt.Sprintf("trained on its own training part only; together %.4f", row.Together)})
		for _, m := range row.Methods {
			results = append(results, result{Name: name + "_" + strings.ToLower(strings.NewReplacer(" ", "_", "-", "").Replace(m.Name)) + "_f1_10", Value: m.F1})
		}
	}
	return results, nil
}

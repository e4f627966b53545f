package main

import (
	"context"
	"fmt"

	"viva/mlkit/coherence"
	"viva/mlkit/topic"
)

// quality is a task of the benchmark "quality": how well mlkit's defaults do on
// the official splits of a public data set.
type quality struct {
	// task says what is measured, for the log.
	task string
	run  func(ctx context.Context, s settings) ([]result, error)
}

var qualities = []quality{
	{"topics of 20 Newsgroups", topicQuality},
	{"classification of 20 Newsgroups and R8", classifyQuality},
	{"relations of SemEval-2010 Task 8", relationQuality},
	{"keyphrases of Inspec, SemEval-2010 Task 5 and ScienceIE", keyphraseQuality},
}

// measureQuality runs all tasks.
func measureQuality(ctx context.Context, s settings) ([]result, error) {
	var all []result
	for _, q := range qualities {
		fmt.Fprintf(s.log, "%s\n", q.task)
		results, err := q.run(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.task, err)
		}
		all = append(all, results...)
	}
	return all, nil
}

// qualitySeeds is how many seeds the mean is of, where something is random.
const qualitySeeds = 3

// topicQuality measures the coherence of 20 topics of the training posts of 20
// Newsgroups without headers, footers and quotes: the mean of 3 seeds, with the
// defaults of topic.LDA; docs/mlkit.md says how these compare with others on three
// corpora. Coherence is of training documents, as gensim's.
func topicQuality(ctx context.Context, s settings) ([]result, error) {
	docs, err := newsgroupWords(ctx, s)
	if err != nil {
		return nil, err
	}
	bags, err := newsgroupBags(docs)
	if err != nil {
		return nil, err
	}
	reference, err := coherence.NewReference(docs)
	if err != nil {
		return nil, err
	}
	lines := []struct {
		suffix    string
		words     int
		measure   string
		reference string
	}{
		{"c_v", 10, "c_v", "10 top words; gensim 4.2 LdaMulticore 0.576, LdaModel 0.539"},
		{"c_npmi", 10, "c_npmi", "10 top words; gensim 4.2 LdaMulticore 0.034, LdaModel -0.016"},
		{"c_v_top20", 20, "c_v", "20 top words; gensim 4.2 LdaMulticore 0.533 to 0.586, LdaModel 0.526"},
		{"c_npmi_top20", 20, "c_npmi", "20 top words; gensim 4.2 LdaMulticore 0.021 to 0.055, LdaModel -0.038"},
	}
	values := make([]float64, len(lines))
	diversity := 0.0
	var model *topic.Model
	for seed := range qualitySeeds {
		if model, err = (topic.LDA{Topics: newsgroupTopics, Seed: int64(seed)}).Fit(ctx, bags); err != nil {
			return nil, err
		}
		for i, line := range lines {
			score, err := reference.Score(ctx, model.TopWords(line.words), coherence.Options{Measure: line.measure, TopWords: line.words})
			if err != nil {
				return nil, err
			}
			values[i] += score.Mean / qualitySeeds
		}
		d, err := coherence.Diversity(model.TopWords(10), 10)
		if err != nil {
			return nil, err
		}
		diversity += d / qualitySeeds
	}
	var peer map[string]float64
	if s.peers {
		if peer, err = runTopicsPeer(ctx, s, model.TopWords(20), "multicore"); err != nil {
			return nil, err
		}
	}
	var results []result
	for i, line := range lines {
		r := result{Name: "20ng_" + line.suffix, Value: values[i], Note: line.reference}
		if s.peers {
			best, name := peer["multicore_"+line.suffix], "gensim LdaMulticore"
			if other := peer["lda_"+line.suffix]; other > best {
				best, name = other, "gensim LdaModel"
			}
			// A ratio of values around zero would say nothing.
			r.Peer, r.PeerValue = name, best
		}
		results = append(results, r)
	}
	return append(results, result{Name: "20ng_topic_diversity", Value: diversity, Note: "share of different words among 10 top words of 20 topics"}), nil
}

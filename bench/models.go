package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"viva/mlkit/coherence"
	"viva/mlkit/topic"
)

//go:embed peers/topics_20ng.py
var topicsPeer string

// modelBenchmarks are the parts of the benchmark "models", each with a peer.
var modelBenchmarks = []func(ctx context.Context, s settings) ([]result, error){
	classify20ng, timeTopics,
}

// timeModels runs all of them.
func timeModels(ctx context.Context, s settings) ([]result, error) {
	var all []result
	for _, run := range modelBenchmarks {
		results, err := run(ctx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

// newsgroupTopics is the number of topics on 20 Newsgroups, here and of the peer.
const newsgroupTopics = 20

// timeTopics measures LDA on the training posts of 20 Newsgroups without headers,
// footers and quotes, from bags of words to the model, and c_v of its topics, from
// lists of words to the value, against gensim's LdaModel and CoherenceModel.
func timeTopics(ctx context.Context, s settings) ([]result, error) {
	docs, err := newsgroupWords(ctx, s)
	if err != nil {
		return nil, err
	}
	bags, err := newsgroupBags(docs)
	if err != nil {
		return nil, err
	}
	resetPeak()
	var seconds, cvSeconds, peerSeconds, peerCVSeconds []float64
	var peer map[string]float64
	var score *coherence.Score
	var top [][]string
	memory := 0.0
	for run := range s.runs {
		begin := time.Now()
		model, err := topic.LDA{Topics: newsgroupTopics}.Fit(ctx, bags)
		if err != nil {
			return nil, err
		}
		seconds = append(seconds, time.Since(begin).Seconds())
		top = model.TopWords(10)
		begin = time.Now()
		reference, err := coherence.NewReference(docs)
		if err != nil {
			return nil, err
		}
		if score, err = reference.Score(ctx, top, coherence.Options{}); err != nil {
			return nil, err
		}
		cvSeconds = append(cvSeconds, time.Since(begin).Seconds())
		memory = peakMiB()
		fmt.Fprintf(s.log, "run %d: LDA in %.2f s, c_v %.4f in %.3f s\n", run+1, seconds[run], score.Mean, cvSeconds[run])
		if s.peers {
			if peer, err = runTopicsPeer(ctx, s, model.TopWords(20)); err != nil {
				return nil, err
			}
			peerSeconds = append(peerSeconds, peer["lda_seconds"])
			peerCVSeconds = append(peerCVSeconds, peer["c_v_seconds"])
			fmt.Fprintf(s.log, "run %d: gensim's LdaModel in %.2f s, c_v %.4f in %.2f s\n", run+1, peerSeconds[run], peer["c_v"], peerCVSeconds[run])
		}
	}
	ldaGrowth, cvGrowth, err := topicGrowth(ctx, docs, bags.Terms(), top)
	if err != nil {
		return nil, err
	}
	lda := result{Name: "lda_seconds", Value: median(seconds), Unit: "s"}
	cv := result{Name: "c_v_seconds", Value: median(cvSeconds), Unit: "s"}
	quality := result{Name: "lda_c_v", Value: score.Mean, Note: "10 top words, seed 0"}
	peak := result{Name: "lda_peak_mib", Value: memory, Unit: "MiB", Note: "posts, bags, model and coherence"}
	results := []result{
		lda, cv, quality, peak,
		{Name: "lda_growth_exponent", Value: ldaGrowth, Note: "time by number of documents"},
		{Name: "c_v_growth_exponent", Value: cvGrowth, Note: "time by number of documents"},
	}
	if s.peers {
		results[0] = lda.against("gensim LdaModel", median(peerSeconds), true)
		results[1] = cv.against("gensim CoherenceModel", median(peerCVSeconds), true)
		results[2] = quality.against("gensim LdaModel", peer["lda_c_v"], false)
		results[3] = peak.against("gensim", peer["peak_mib"], true)
		difference := result{Name: "c_v_difference", Value: math.Abs(score.Mean - peer["c_v"]), Note: "from gensim's c_v of the same topics and texts"}
		results = append(results, difference)
	}
	return results, nil
}

// runTopicsPeer runs gensim, which also measures the coherence of the given topics.
func runTopicsPeer(ctx context.Context, s settings, topics [][]string, more ...string) (map[string]float64, error) {
	content, err := json.Marshal(topics)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "bench-topics")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "topics.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return nil, err
	}
	return runPeer(ctx, topicsPeer, append([]string{newsgroupsPath(s, "train"), path}, more...)...)
}

// topicGrowth returns the exponents of the times of LDA and of c_v in the number of
// documents, from every eighth of them to all. The vocabulary is that of all, so
// that a document has as many terms among few as among many.
func topicGrowth(ctx context.Context, docs [][]string, terms []string, topics [][]string) (lda, cv float64, err error) {
	known := map[string]bool{}
	for _, w := range terms {
		known[w] = true
	}
	var sizes, ldaSeconds, cvSeconds []float64
	for _, step := range []int{8, 4, 2, 1} {
		var part, whole [][]string
		for d := 0; d < len(docs); d += step {
			whole = append(whole, docs[d])
			part = append(part, slices.DeleteFunc(slices.Clone(docs[d]), func(w string) bool { return !known[w] }))
		}
		bags, err := topic.FromTokens(part, topic.Words{MinDF: 1, MaxDF: 1})
		if err != nil {
			return 0, 0, err
		}
		fit, err := fastest(func() error {
			_, err := topic.LDA{Topics: newsgroupTopics, Iterations: 20}.Fit(ctx, bags)
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		score, err := fastest(func() error {
			reference, err := coherence.NewReference(whole)
			if err == nil {
				_, err = reference.Score(ctx, topics, coherence.Options{})
			}
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		sizes, ldaSeconds, cvSeconds = append(sizes, float64(len(part))), append(ldaSeconds, fit), append(cvSeconds, score)
	}
	return exponent(sizes, ldaSeconds), exponent(sizes, cvSeconds), nil
}

// fastest is the least of three times that f takes, in seconds.
func fastest(f func() error) (float64, error) {
	best := math.Inf(1)
	for range 3 {
		begin := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		best = min(best, time.Since(begin).Seconds())
	}
	return best, nil
}

// exponent is the slope of the line through the logarithms, by least squares: 1
// for what grows in proportion.
func exponent(x, y []float64) float64 {
	n, sx, sy, sxx, sxy := float64(len(x)), 0.0, 0.0, 0.0, 0.0
	for i := range x {
		a, b := math.Log(x[i]), math.Log(y[i])
		sx, sy, sxx, sxy = sx+a, sy+b, sxx+a*a, sxy+a*b
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

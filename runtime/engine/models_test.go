package engine

import (
	"fmt"
	"strings"
	"testing"

	"viva/runtime/record"
)

// training trains a small model of every kind for two seeds and shows the hash of
// the file that each would be saved as.
var training = []string{`corpus := must(data.Open(ctx, "", data.Options{})).InSplit(data.Train)
rows := make([]int, 150)
for i := range rows {
	rows[i] = i
}
corpus = corpus.Select(rows)
seeds := []int64{0, seed}
func written(name string, s int64, content []byte, err error) {
	fmt.Printf("%s, seed %d: %x\n", name, s, sha256.Sum256(must(content, err)))
}`,
	`weights := map[string]float64{}
for i, label := range corpus.Labels() {
	weights[label] = 1 + float64(i%9)/10
}
for _, s := range seeds {
	for _, kind := range []string{"svm", "logistic", "blend"} {
		opt := classify.Options{Model: kind, Seed: s, ClassWeights: weights, Text: text.Options{MaxN: 2, Also: []text.Options{{Analyzer: "char_wb", MinN: 2, MaxN: 3}}}}
		m := must(classify.Train(ctx, corpus.Texts(), corpus.Labels(), opt))
		content, err := m.MarshalBinary()
		written("classifier "+kind, s, content, err)
	}
}`,
	`for _, s := range seeds {
	m := must(keyphrase.Train(ctx, []*data.Corpus{corpus.Select(rows[:60])}, keyphrase.Options{Trees: 10, Folds: 2, Seed: s}))
	content, err := m.MarshalBinary()
	written("keyphrases", s, content, err)
}`,
	`bags := must(topic.Count(ctx, corpus.Texts(), topic.Words{MinDF: 3}))
for _, s := range seeds {
	m := must(topic.LDA{Topics: 4, Iterations: 20, Seed: s}.Fit(ctx, bags))
	content, err := m.MarshalBinary()
	written("topics by LDA", s, content, err)
}
content, err := must(topic.NMF{Topics: 4}.Fit(ctx, bags)).MarshalBinary()
written("topics by NMF", 0, content, err)`,
	`set := must(relation.Read(corpus))
vectors := must(wordvec.Learn(ctx, corpus.Texts(), wordvec.Options{Dimensions: 8, Seed: seed}))
for _, s := range seeds {
	m := must(relation.Train(ctx, set.Examples, set.Labels, relation.Options{Seed: s, Vectors: vectors}))
	content, err := m.MarshalBinary()
	written("relations", s, content, err)
}`,
}

// Every kind of model is the same to the last byte of its file in both engines, on
// one processor and on two.
func TestModelsAreTheSameInBothEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	first := ""
	for _, processors := range []int{1, 2} {
		t.Setenv("GOMAXPROCS", fmt.Sprint(processors))
		for _, engine := range []string{Yaegi, Go} {
			if engine == Go {
				needToolchain(t)
			}
			r := runCells(t, t.Context(), Options{Engine: engine}, training...)
			got := printed(r)
			if r.Status != record.OK || r.Engine != engine {
				t.Fatalf("%s %s: %s", r.Engine, r.Status, text(r))
			}
			if first == "" {
				first = got
				if n := strings.Count(got, "seed "); n != 13 {
					t.Fatalf("%d models were trained, want 13: %s", n, got)
				}
			}
			if got != first {
				t.Errorf("%s on %d processors gives\n%s\nand %s on one\n%s", engine, processors, got, Yaegi, first)
			}
		}
	}
}

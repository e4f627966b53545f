package pipeline_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/model"
	"viva/mlkit/pipeline"
	"viva/mlkit/trace"
)

func load(t *testing.T, names []string, opt model.Options) *pipeline.Pipeline {
	t.Helper()
	p, err := pipeline.Load(t.Context(), names, opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(t *testing.T, p *pipeline.Pipeline, c *data.Corpus, opt pipeline.RunOptions) *pipeline.Result {
	t.Helper()
	r, err := pipeline.Run(t.Context(), p, c, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// passed says which of the four gates are.
func passed(r *pipeline.Result) string {
	s := ""
	for _, g := range r.Gates() {
		s += map[bool]string{true: "+", false: "-"}[g.Passed]
	}
	return s
}

func TestAHundredDocumentsGoThroughAllModels(t *testing.T) {
	opt := folder(t)
	names := saveAll(t, opt)
	p := load(t, names, opt)
	c := models(t).corpus
	r := run(t, p, c, pipeline.RunOptions{Seed: 3})
	if passed(r) != "++++" || len(r.Rows) != 100 || r.Through != 100 || len(r.Failures) != 0 {
		t.Fatalf("gates %s: %+v", passed(r), r)
	}
	for k, m := range r.Models {
		if m.Name != names[k] || !m.Loaded || m.Predicted+m.Unread != 100 || m.Mean <= 0 || m.Median > m.Longest || m.Mean > m.Longest || m.Version == "" {
			t.Errorf("%+v", m)
		}
	}
	if !slices.IsSorted(r.Rows) || len(slices.Compact(slices.Clone(r.Rows))) != 100 {
		t.Errorf("rows %v", r.Rows)
	}
	// What it says of a document is what the pipeline says of it among others.
	var docs []pipeline.Input
	for _, e := range r.Examples {
		docs = append(docs, e.Input)
	}
	all, err := p.Predict(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range r.Examples {
		for k, o := range e.Outputs {
			if !reflect.DeepEqual(o, all[k][i]) {
				t.Errorf("%s, %s: %v, among others %v", e.Input.ID, names[k], o, all[k][i])
			}
		}
	}
	again := run(t, p, c, pipeline.RunOptions{Seed: 3})
	if !reflect.DeepEqual(r.Examples, again.Examples) || !slices.Equal(r.Rows, again.Rows) {
		t.Error("the same seed gives other documents")
	}
	if other := run(t, p, c, pipeline.RunOptions{Seed: 4}); slices.Equal(r.Rows, other.Rows) {
		t.Error("another seed gives the same documents")
	}
	b, err := json.Marshal(r.View())
	if err != nil || !strings.Contains(string(b), "Sample predictions") {
		t.Errorf("%s, %v", b, err)
	}
}

func TestASampleHasTheSharesOfTheClasses(t *testing.T) {
	opt := folder(t)
	m := models(t)
	save(t, "phrases", pipeline.Relations, m.relations, opt)
	p := load(t, []string{"phrases"}, opt)
	rapid.Check(t, func(rt *rapid.T) {
		labels := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "a", "a", "b", "c", ""}), 1, 40).Draw(rt, "labels")
		n := rapid.IntRange(1, 45).Draw(rt, "documents")
		docs := make([]data.Document, len(labels))
		count := map[string]int{}
		for i, l := range labels {
			docs[i] = data.Document{Text: "-", Label: l}
			count[l]++
		}
		c, err := data.New("drawn", docs)
		if err != nil {
			rt.Fatal(err)
		}
		r := run(t, p, c, pipeline.RunOptions{Documents: n, Seed: rapid.Int64().Draw(rt, "seed")})
		if len(r.Rows) != min(n, len(docs)) || (len(r.Warnings) > 0) != (n > len(docs)) {
			rt.Fatalf("%d of %d documents, wanted %d, warnings %q", len(r.Rows), len(docs), n, r.Warnings)
		}
		for l, all := range count {
			got := 0
			for _, row := range r.Rows {
				if labels[row] == l {
					got++
				}
			}
			share := float64(len(r.Rows)) * float64(all) / float64(len(docs))
			if float64(got) <= share-1 || float64(got) >= share+1 {
				rt.Errorf("%d documents of %q, its share is %v", got, l, share)
			}
		}
		// No document has a text to read, so nothing has been tested.
		if passed(r) != "+++-" {
			rt.Errorf("gates %s", passed(r))
		}
	})
}

func TestAModelThatDoesNotLoadFailsTheGates(t *testing.T) {
	opt := folder(t)
	names := saveAll(t, opt)
	s, err := model.Load("topics", opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(s.Folder, "weights.bin"), 100); err != nil {
		t.Fatal(err)
	}
	r := run(t, load(t, append(names, "gone"), opt), models(t).corpus, pipeline.RunOptions{Documents: 7})
	if passed(r) != "--++" || r.Through != 0 || len(r.Failures) != 2 || r.Errors() != 0 {
		t.Errorf("gates %s, %d through, failures %v", passed(r), r.Through, r.Failures)
	}
	for i, m := range r.Models {
		if m.Loaded && m.Predicted != 7 && m.Predicted+m.Unread != 7 || m.Loaded != (i < 3) {
			t.Errorf("%+v", m)
		}
	}
	if b, err := json.Marshal(r.View()); err != nil || !strings.Contains(string(b), "damaged") || !strings.Contains(string(b), "there is no such model") {
		t.Errorf("%s, %v", b, err)
	}
}

func TestKeyphrasesOfTheExtractorAreWhatRelationsAreLookedForBetween(t *testing.T) {
	opt := folder(t)
	p := load(t, saveAll(t, opt), opt)
	d := models(t).corpus.InSplit(data.Test).At(0)
	d.Entities = nil
	all, err := p.Predict(t.Context(), []pipeline.Input{pipeline.InputOf(d), {Text: "The <e1>fire</e1> 7 caused the <e2>damage</e2>."}})
	if err != nil {
		t.Fatal(err)
	}
	phrases := map[string]bool{}
	for _, k := range all[2][0].Keyphrases {
		phrases[strings.ToLower(k.Text)] = true
	}
	for _, r := range all[0][0].Relations {
		for _, text := range []string{r.Head.Text, r.Tail.Text} {
			if !phrases[strings.ToLower(strings.Join(strings.Fields(text), " "))] {
				t.Errorf("%q is none of the keyphrases %v", text, phrases)
			}
		}
	}
	// However few phrases the extractor finds, something is left to pair.
	short, err := p.Predict(t.Context(), []pipeline.Input{{Text: "The damage was caused by the fire."}})
	if err != nil || short[0][0].Pairs == 0 {
		t.Errorf("%v: %v", short, err)
	}
	if o := all[0][1]; o.Pairs != 1 || len(o.Relations) != 1 {
		t.Errorf("what is marked counts: %+v", o)
	}
}

func TestTestDocumentsCountAsEvaluations(t *testing.T) {
	opt := folder(t)
	m := models(t)
	save(t, "classes", pipeline.Classifier, m.classifier, opt)
	p := load(t, []string{"classes"}, opt)
	// A corpus of this test's own, so that its test split is the smallest.
	var docs []data.Document
	for i := range 20 {
		docs = append(docs, data.Document{Text: fmt.Sprintf("the planet number %d", i), Split: []string{data.Train, data.Test}[i%2]})
	}
	c, err := data.New("own", docs)
	if err != nil {
		t.Fatal(err)
	}
	var seen []trace.Evaluation
	ctx := trace.With(t.Context(), trace.Tracer{Evaluation: func(e trace.Evaluation) { seen = append(seen, e) }})
	if _, err := pipeline.Run(ctx, p, c, pipeline.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 10 || seen[0].Model != m.classifier.Fingerprint() || seen[0].Documents != 10 || seen[9] != seen[0] {
		t.Errorf("%d evaluations: %+v", len(seen), seen)
	}
}

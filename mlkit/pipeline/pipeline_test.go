package pipeline_test

import (
	"bytes"
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/calibrate"
	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
	"viva/mlkit/model"
	"viva/mlkit/pipeline"
	"viva/mlkit/relation"
	"viva/mlkit/split"
	"viva/mlkit/topic"
)

// trained are small models of every kind, of the sample corpus.
type trained struct {
	corpus     *data.Corpus
	classifier *classify.Model // without probabilities
	calibrated *classify.Model
	extractor  *keyphrase.Model
	topics     *topic.Model
	relations  *relation.Model
}

var train = sync.OnceValues(func() (*trained, error) {
	ctx := context.Background()
	c, err := data.Open(ctx, "", data.Options{})
	if err != nil {
		return nil, err
	}
	t := &trained{corpus: c}
	learn := c.InSplit(data.Train)
	if t.classifier, err = classify.Train(ctx, learn.Texts(), learn.Labels(), classify.Options{}); err != nil {
		return nil, err
	}
	folds, err := split.StratifiedKFold(learn.Labels(), split.Options{K: 3})
	if err != nil {
		return nil, err
	}
	calibrated, err := classify.Calibrate(ctx, learn.Texts(), learn.Labels(), folds, classify.Options{}, calibrate.Sigmoid)
	if err != nil {
		return nil, err
	}
	t.calibrated = calibrated.Model
	rows := make([]int, 60)
	for i := range rows {
		rows[i] = i
	}
	if t.extractor, err = keyphrase.Train(ctx, []*data.Corpus{learn.Select(rows)}, keyphrase.Options{Trees: 20, Folds: 3, Seed: 1}); err != nil {
		return nil, err
	}
	bags, err := topic.Count(ctx, learn.Texts(), topic.Words{MinDF: 2})
	if err != nil {
		return nil, err
	}
	if t.topics, err = (topic.LDA{Topics: 5, Iterations: 20, Seed: 1}).Fit(ctx, bags); err != nil {
		return nil, err
	}
	var examples []relation.Example
	var labels []string
	for i := range 40 {
		for _, form := range []struct{ text, label string }{
			{"The <e1>fire</e1> %d caused the <e2>damage</e2>.", "Cause-Effect(e1,e2)"},
			{"The <e1>damage</e1> %d was caused by the <e2>fire</e2>.", "Cause-Effect(e2,e1)"},
			{"The <e1>house</e1> %d has a <e2>roof</e2>.", "Whole-Part(e1,e2)"},
			{"The <e1>sun</e1> %d is a synonym of <e2>star</e2>.", "Synonym"},
			{"The <e1>fire</e1> %d stood near a <e2>house</e2>.", relation.Other},
		} {
			e, err := relation.Parse(fmt.Sprintf(form.text, i))
			if err != nil {
				return nil, err
			}
			examples, labels = append(examples, e), append(labels, form.label)
		}
	}
	t.relations, err = relation.Train(ctx, examples, labels, relation.Options{})
	return t, err
})

func models(t *testing.T) *trained {
	t.Helper()
	m, err := train()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func folder(t *testing.T) model.Options {
	dir := t.TempDir()
	return model.Options{Folder: filepath.Join(dir, "models"), Changelog: filepath.Join(dir, "CHANGELOG.md")}
}

func save(t *testing.T, name, kind string, m encoding.BinaryMarshaler, opt model.Options) *model.Saved {
	t.Helper()
	s, err := model.Save(t.Context(), model.Entry{Name: name, Kind: kind, Model: m}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// saveAll saves a model of every kind and returns their names.
func saveAll(t *testing.T, opt model.Options) []string {
	m := models(t)
	save(t, "relations", pipeline.Relations, m.relations, opt)
	save(t, "classes", pipeline.Classifier, m.classifier, opt)
	save(t, "phrases", pipeline.Keyphrases, m.extractor, opt)
	save(t, "topics", pipeline.Topics, m.topics, opt)
	return []string{"relations", "classes", "phrases", "topics"}
}

// open saves a model and reads it again.
func open(t *testing.T, kind string, m encoding.BinaryMarshaler, opt pipeline.Options) pipeline.Predictor {
	t.Helper()
	at := folder(t)
	save(t, "model", kind, m, at)
	s, err := model.Load("model", at)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Open(s, opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func predict(t *testing.T, p pipeline.Predictor, inputs ...pipeline.Input) []pipeline.Output {
	t.Helper()
	list, err := p.Predict(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(inputs) {
		t.Fatalf("%d outputs for %d inputs", len(list), len(inputs))
	}
	return list
}

func inputs(c *data.Corpus) []pipeline.Input {
	list := make([]pipeline.Input, c.Len())
	for i := range list {
		list[i] = pipeline.InputOf(c.At(i))
	}
	return list
}

func TestAClassifierThatWasSavedPredictsWhatItPredictedBefore(t *testing.T) {
	m := models(t)
	held := m.corpus.InSplit(data.Test)
	for name, c := range map[string]*classify.Model{"margins": m.classifier, "probabilities": m.calibrated} {
		got := predict(t, open(t, pipeline.Classifier, c, pipeline.Options{}), inputs(held)...)
		labels, err := c.Predict(t.Context(), held.Texts())
		if err != nil {
			t.Fatal(err)
		}
		explained, err := c.Explain(t.Context(), held.Texts(), nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range got {
			want := explained.Predictions[i]
			if o.Label != labels[i] || o.Margin != want.Margin || o.Probability != want.Probability || o.ID != held.At(i).ID {
				t.Errorf("%s, %s: %+v; the model says %s, margin %v, probability %v", name, held.At(i).ID, o, labels[i], want.Margin, want.Probability)
			}
			if has := o.Probability >= 0; has != (name == "probabilities") {
				t.Errorf("%s: the probability is %v", name, o.Probability)
			}
		}
	}
}

func TestAnExtractorThatWasSavedFindsTheSamePhrases(t *testing.T) {
	m := models(t)
	held := m.corpus.InSplit(data.Test)
	for _, most := range []int{0, 1, 7} {
		got := predict(t, open(t, pipeline.Keyphrases, m.extractor, pipeline.Options{Most: most}), inputs(held)...)
		for i, o := range got {
			phrases, err := m.extractor.Extract(t.Context(), held.At(i), most)
			if err != nil {
				t.Fatal(err)
			}
			var want []pipeline.Keyphrase
			for _, p := range phrases {
				want = append(want, pipeline.Keyphrase{Text: p.Text, Score: p.Score})
			}
			if diff := cmp.Diff(want, o.Keyphrases); diff != "" || o.Reason != "" {
				t.Errorf("%s, most %d, reason %q (-model +pipeline):\n%s", o.ID, most, o.Reason, diff)
			}
		}
	}
}

func TestATopicModelThatWasSavedInfersTheSameMixtures(t *testing.T) {
	m := models(t)
	held := m.corpus.InSplit(data.Test)
	mixtures, err := m.topics.Infer(t.Context(), held.Texts())
	if err != nil {
		t.Fatal(err)
	}
	words := m.topics.TopWords(10)
	for _, most := range []int{0, 2} {
		for i, o := range predict(t, open(t, pipeline.Topics, m.topics, pipeline.Options{Most: most}), inputs(held)...) {
			if !reflect.DeepEqual(o.Mixture, mixtures[i]) {
				t.Fatalf("%s: mixture %v, the model says %v", o.ID, o.Mixture, mixtures[i])
			}
			if most > 0 && len(o.Topics) != most || len(o.Topics) == 0 {
				t.Errorf("%s: %d topics, want %d", o.ID, len(o.Topics), most)
			}
			for k, topic := range o.Topics {
				if topic.Share != mixtures[i][topic.Number-1] || !reflect.DeepEqual(topic.Words, words[topic.Number-1]) || k > 0 && topic.Share > o.Topics[k-1].Share {
					t.Errorf("%s: topic %+v of %v", o.ID, topic, o.Mixture)
				}
				if most == 0 && k > 0 && topic.Share < 0.05 {
					t.Errorf("%s: topic %d is given for a share of %v", o.ID, topic.Number, topic.Share)
				}
			}
		}
	}
}

func TestRelationsHaveATypeADirectionAHeadAndATail(t *testing.T) {
	p := open(t, pipeline.Relations, models(t).relations, pipeline.Options{})
	for _, test := range []struct{ marked, kind, direction, head, tail string }{
		{"The <e1>fire</e1> 7 caused the <e2>damage</e2>.", "Cause-Effect", "(e1,e2)", "fire", "damage"},
		{"The <e1>damage</e1> 7 was caused by the <e2>fire</e2>.", "Cause-Effect", "(e2,e1)", "fire", "damage"},
		{"The <e1>sun</e1> 7 is a synonym of <e2>star</e2>.", "Synonym", "", "sun", "star"},
		{"The <e1>fire</e1> 7 stood near a <e2>house</e2>.", "", "", "", ""},
	} {
		e, err := relation.Parse(test.marked)
		if err != nil {
			t.Fatal(err)
		}
		entities := []data.Entity{{Span: e.E2}, {Span: e.E1}}
		// Tags and entities, in whatever order, mark the same pair.
		list := predict(t, p, pipeline.Input{Text: test.marked}, pipeline.Input{Text: e.Text, Entities: entities})
		if diff := cmp.Diff(list[0], list[1], cmp.AllowUnexported(pipeline.Output{})); diff != "" {
			t.Errorf("%s: (-tags +entities):\n%s", test.marked, diff)
		}
		o := list[1]
		if o.Pairs != 1 {
			t.Errorf("%s: %d pairs", test.marked, o.Pairs)
		}
		if test.kind == "" {
			if len(o.Relations) != 0 {
				t.Errorf("%s: %+v", test.marked, o.Relations)
			}
			continue
		}
		own, err := models(t).relations.Predict(t.Context(), []relation.Example{e})
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Relations) != 1 {
			t.Errorf("%s: relations %+v", test.marked, o.Relations)
			continue
		}
		r := o.Relations[0]
		if r.Type != test.kind || r.Direction != test.direction || r.Head.Text != test.head || r.Tail.Text != test.tail || r.Type+r.Direction != own[0].Label || r.Margin != own[0].Margin {
			t.Errorf("%s: %+v; the model says %+v", test.marked, r, own[0])
		}
		if e.Text[r.Head.Start:r.Head.End] != test.head || e.Text[r.Tail.Start:r.Tail.End] != test.tail {
			t.Errorf("%s: the spans %+v are not of %q", test.marked, r, e.Text)
		}
	}
}

func TestRelationsAreLookedForBetweenKeyphrasesWhereNothingIsMarked(t *testing.T) {
	text := "The damage was caused by the fire. Nothing was said of music."
	p := open(t, pipeline.Relations, models(t).relations, pipeline.Options{})
	o := predict(t, p, pipeline.Input{Text: text})[0]
	stop := strings.Index(text, ".")
	found := false
	for _, r := range o.Relations {
		found = found || r.Head.Text == "fire" && r.Tail.Text == "damage" && r.Direction == "(e2,e1)"
		if (r.Head.Start < stop) != (r.Tail.Start < stop) {
			t.Errorf("a relation across sentences: %+v", r)
		}
	}
	if !found || o.Pairs < len(o.Relations) {
		t.Errorf("%v of %d pairs", o, o.Pairs)
	}
	// Three marked entities: those within a sentence make pairs.
	var entities []data.Entity
	for _, w := range []string{"fire", "damage", "music"} {
		at := strings.Index(text, w)
		entities = append(entities, data.Entity{Span: data.Span{Start: at, End: at + len(w)}})
	}
	if o := predict(t, p, pipeline.Input{Text: text, Entities: entities})[0]; o.Pairs != 1 || len(o.Relations) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestWhatAModelCannotReadHasAReason(t *testing.T) {
	m := models(t)
	for kind, x := range map[string]encoding.BinaryMarshaler{pipeline.Classifier: m.classifier, pipeline.Keyphrases: m.extractor, pipeline.Topics: m.topics, pipeline.Relations: m.relations} {
		p := open(t, kind, x, pipeline.Options{})
		good := pipeline.Input{ID: "good", Text: "The <e1>fire</e1> 7 caused the <e2>damage</e2> in the solar system."}
		alone := predict(t, p, good)[0]
		if alone.Reason != "" {
			t.Fatalf("%s: %s", kind, alone.Reason)
		}
		list := predict(t, p, pipeline.Input{ID: "empty"}, good, pipeline.Input{ID: "blank", Text: " \n\t"}, pipeline.Input{ID: "signs", Text: "— ?! —"})
		for i, o := range list {
			if unread := o.Reason != ""; unread == (i == 1) {
				t.Errorf("%s: document %s has the reason %q", kind, o.ID, o.Reason)
			}
		}
		if !reflect.DeepEqual(list[1], alone) {
			t.Errorf("%s: beside others %+v, alone %+v", kind, list[1], alone)
		}
		if len(predict(t, p)) != 0 {
			t.Errorf("%s: outputs for nothing", kind)
		}
	}
	p := open(t, pipeline.Relations, m.relations, pipeline.Options{})
	for text, in := range map[string]pipeline.Input{
		"count bytes": {Text: "fire", Entities: []data.Entity{{Span: data.Span{Start: 2, End: 9}}}},
		"stands":      {Text: "a fire", Entities: []data.Entity{{Span: data.Span{Text: "fire", Start: 1, End: 5}}}},
		"overlap":     {Text: "a fire", Entities: []data.Entity{{Span: data.Span{Start: 0, End: 5}}, {Span: data.Span{Start: 2, End: 6}}}},
		"no two":      {Text: "a fire", Entities: []data.Entity{{Span: data.Span{Start: 2, End: 6}}}},
		"<e2>":        {Text: "a <e1>fire</e1>"},
	} {
		if o := predict(t, p, in)[0]; !strings.Contains(o.Reason, text) {
			t.Errorf("reason %q, want one with %q", o.Reason, text)
		}
	}
}

func TestOutputsAreCleanJSON(t *testing.T) {
	span := data.Span{Text: "fire", Start: 4, End: 8}
	for want, o := range map[string]pipeline.Output{
		`{"id":"a","label":"x","margin":0}`:                                                   {ID: "a", Kind: pipeline.Classifier, Label: "x", Probability: -1},
		`{"label":"x","probability":0,"margin":1.5}`:                                          {Kind: pipeline.Classifier, Label: "x", Margin: 1.5},
		`{"keyphrases":[]}`:                                                                   {Kind: pipeline.Keyphrases},
		`{"keyphrases":[{"text":"p","score":0.5}]}`:                                           {Kind: pipeline.Keyphrases, Keyphrases: []pipeline.Keyphrase{{Text: "p", Score: 0.5}}},
		`{"topics":[{"topic":1,"share":1,"words":["w"]}],"mixture":[1]}`:                      {Kind: pipeline.Topics, Topics: []pipeline.Topic{{Number: 1, Share: 1, Words: []string{"w"}}}, Mixture: []float64{1}},
		`{"relations":[],"pairs":3}`:                                                          {Kind: pipeline.Relations, Pairs: 3},
		`{"id":"b","reason":"there is no text"}`:                                              {ID: "b", Kind: pipeline.Relations, Reason: "there is no text", Probability: -1},
		`{"relations":[{"type":"T","head":` + s + `,"tail":` + s + `,"margin":0}],"pairs":1}`: {Kind: pipeline.Relations, Pairs: 1, Relations: []pipeline.Relation{{Type: "T", Head: span, Tail: span}}},
	} {
		b, err := json.Marshal(o)
		if err != nil || string(b) != want {
			t.Errorf("%s, %v, want %s", b, err, want)
		}
	}
}

const s = `{"text":"fire","start":4,"end":8}`

func TestDamagedAndForeignModelsAreErrors(t *testing.T) {
	opt := folder(t)
	for i, name := range saveAll(t, opt) {
		saved, err := model.Load(name, opt)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(saved.Folder, "weights.bin")
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, b := range map[string][]byte{
			"cut off": whole[:len(whole)/2], "empty": nil, "other": []byte("PK\x03\x04"),
			"a bit": flipped(whole, len(whole)-100-i),
		} {
			if err := os.WriteFile(path, b, 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := pipeline.Open(saved, pipeline.Options{}); err == nil || !strings.Contains(err.Error(), "weights.bin") {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			p, err := pipeline.Load(t.Context(), []string{name}, opt)
			if err != nil || p.Err() == nil || len(p.Failures()) != 1 {
				t.Errorf("%s, %s: %v, %v", name, what, err, p.Err())
			}
			if _, err := p.Predict(t.Context(), []pipeline.Input{{Text: "a"}}); err == nil {
				t.Errorf("%s, %s: a pipeline without its model predicts", name, what)
			}
		}
	}
	// The record says one kind, and the weights are of another method.
	s := save(t, "mixed", pipeline.Topics, models(t).classifier, opt)
	if _, err := pipeline.Open(s, pipeline.Options{}); err == nil {
		t.Error("a classifier was read as a topic model")
	}
	s = save(t, "strange", "oracle", models(t).classifier, opt)
	if _, err := pipeline.Open(s, pipeline.Options{}); err == nil || !strings.Contains(err.Error(), `"oracle"`) || !strings.Contains(err.Error(), "classifier, keyphrases, topics, relations") {
		t.Errorf("%v", err)
	}
	if _, err := pipeline.Open(s, pipeline.Options{Most: -1}); err == nil {
		t.Error("fewer than no phrases")
	}
	if _, err := pipeline.Load(t.Context(), nil, opt); err == nil {
		t.Error("a pipeline without models")
	}
	if _, err := pipeline.Load(t.Context(), []string{"mixed", "mixed"}, opt); err == nil {
		t.Error("a model twice")
	}
	p, err := pipeline.Load(t.Context(), []string{"phrase"}, opt)
	if err != nil || !errors.Is(p.Err(), model.ErrMissing) || !strings.Contains(p.Err().Error(), "did you mean phrases?") {
		t.Errorf("%v, %v", err, p.Err())
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func TestModelsPredictAtOnce(t *testing.T) {
	opt := folder(t)
	p, err := pipeline.Load(t.Context(), saveAll(t, opt), opt)
	if err != nil || p.Err() != nil {
		t.Fatal(err, p.Err())
	}
	docs := inputs(models(t).corpus.InSplit(data.Test))[:8]
	want, err := p.Predict(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := p.Predict(t.Context(), docs)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("other outputs, %v", err)
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Predict(ctx, docs); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

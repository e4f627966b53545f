package data_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/data"
	"viva/mlkit/trace"
)

// evaluations are those that f reports.
func evaluations(f func(ctx context.Context)) (all []trace.Evaluation) {
	f(trace.With(context.Background(), trace.Tracer{Evaluation: func(e trace.Evaluation) { all = append(all, e) }}))
	return all
}

// splitCorpus has five documents of each split, with texts that no other test
// has.
func splitCorpus(t *testing.T, mark string) *data.Corpus {
	t.Helper()
	var docs []data.Document
	for i := range 5 {
		for _, split := range []string{data.Train, data.Test} {
			docs = append(docs, data.Document{Text: fmt.Sprintf("From: x\nSubject: y\n\n%s %s %d", mark, split, i), Split: split, Label: "a", Message: true})
		}
	}
	c, err := data.New(mark, docs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextsOfTestDocumentsAreKnown(t *testing.T) {
	c := splitCorpus(t, "known")
	test, train := c.InSplit(data.Test), c.InSplit(data.Train)
	model := func() string { return "sha256:model" }
	whole := evaluations(func(ctx context.Context) { data.Evaluating(ctx, test.Texts(), model, "accuracy 1") })
	if len(whole) != 1 || whole[0].Documents != 5 || whole[0].Data != "known" || whole[0].Model != "sha256:model" || whole[0].Measure != "accuracy 1" {
		t.Fatalf("test texts are reported as %+v", whole)
	}
	reversed := test.Select([]int{4, 3, 2, 1, 0})
	for name, texts := range map[string][]string{
		"a part":        test.Texts()[1:3],
		"another order": reversed.Texts(),
		"one twice":     {test.Texts()[0], test.Texts()[0]},
		"bodies":        test.Bodies(),
		"one class":     test.Filter(func(d data.Document) bool { return d.Label == "a" }).Texts(),
	} {
		got := evaluations(func(ctx context.Context) { data.Evaluating(ctx, texts, model, "accuracy 1") })
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("%s (-whole +got):\n%s", name, diff)
		}
	}
	for name, texts := range map[string][]string{
		"nothing":              nil,
		"training documents":   train.Texts(),
		"all documents":        c.Texts(),
		"what nobody has read": {"what nobody has read"},
		"a test text changed":  {test.Texts()[0] + "!"},
	} {
		if got := evaluations(func(ctx context.Context) { data.Evaluating(ctx, texts, model, "") }); len(got) > 0 {
			t.Errorf("%s is reported as %+v", name, got)
		}
	}
}

// Properties other than the texts do not make another test split, another
// division does.
func TestTestSplitsAreKnownByTheirTexts(t *testing.T) {
	c := splitCorpus(t, "renamed")
	model := func() string { return "m" }
	of := func(c *data.Corpus) trace.Evaluation {
		all := evaluations(func(ctx context.Context) { data.Evaluating(ctx, c.InSplit(data.Test).Texts(), model, "") })
		if len(all) != 1 {
			t.Fatalf("%d evaluations", len(all))
		}
		return all[0]
	}
	before := of(c)
	grouped, err := c.Map(func(d data.Document) data.Document { d.Group, d.ID = "g", "new "+d.ID; return d })
	if err != nil {
		t.Fatal(err)
	}
	if after := of(grouped); after.Test != before.Test {
		t.Errorf("the same texts are the test %s and %s", before.Test, after.Test)
	}
	splits := c.Splits()
	splits[0] = data.Test
	larger, err := c.WithSplits(splits)
	if err != nil {
		t.Fatal(err)
	}
	if after := of(larger); after.Test == before.Test || after.Documents != 6 {
		t.Errorf("a larger test split is reported as %+v", after)
	}
}

func TestOriginsAreWhatWasRead(t *testing.T) {
	var read []trace.Source
	ctx := trace.With(context.Background(), trace.Tracer{Source: func(s trace.Source) { read = append(read, s) }})
	c, err := data.Open(ctx, "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := c.Map(func(d data.Document) data.Document { d.Text += "."; return d })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*data.Corpus{c, changed, changed.InSplit(data.Test), changed.Filter(func(data.Document) bool { return true })} {
		if c.Origin() != read[0].Fingerprint {
			t.Errorf("the origin is %q, what was read is %q", c.Origin(), read[0].Fingerprint)
		}
	}
	if o := splitCorpus(t, "made").Origin(); o != "" {
		t.Errorf("documents that were not read have the origin %q", o)
	}
}

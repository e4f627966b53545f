package classify_test

import (
	"context"
	"strings"
	"testing"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/trace"
)

func TestEvaluatingOnTestDocumentsIsReported(t *testing.T) {
	var told []trace.Evaluation
	ctx := trace.With(context.Background(), trace.Tracer{Evaluation: func(e trace.Evaluation) { told = append(told, e) }})
	c, err := data.Open(ctx, "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	train, test := c.InSplit(data.Train), c.InSplit(data.Test)
	m, err := classify.Train(ctx, train.Texts(), train.Labels(), classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Evaluate(ctx, train); err != nil || len(told) > 0 {
		t.Fatalf("training documents: %v, %+v", err, told)
	}
	predicted, err := m.Predict(ctx, test.Texts())
	if err != nil {
		t.Fatal(err)
	}
	want, err := metric.Classify(test.Labels(), predicted)
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Evaluate(ctx, test)
	if err != nil || report.Correct != want.Correct {
		t.Fatalf("%+v, %v; want %d correct", report, err, want.Correct)
	}
	whole, err := m.Evaluate(ctx, c)
	if err != nil || whole.Documents != c.Len() {
		t.Fatalf("%+v, %v", whole, err)
	}
	if len(told) != 3 {
		t.Fatalf("%d evaluations told, want those of Predict, Evaluate and Evaluate: %+v", len(told), told)
	}
	for i, e := range told {
		if e.Model != m.Fingerprint() || e.Documents != test.Len() || e.Source != c.Fingerprint() || e.Test != told[0].Test {
			t.Errorf("evaluation %d is %+v", i, e)
		}
	}
	if told[0].Measure != "" || told[1].Measure != "accuracy "+want.Accuracy().Text() || told[2].Measure != told[1].Measure {
		t.Errorf("measures %q, %q, %q", told[0].Measure, told[1].Measure, told[2].Measure)
	}
	unlabelled, err := data.New("no labels", []data.Document{{Text: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Evaluate(ctx, unlabelled); err == nil || !strings.Contains(err.Error(), "no label") {
		t.Errorf("documents without labels: %v", err)
	}
}

package leak_test

import (
	"context"
	"strings"
	"testing"

	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/trace"
)

func TestReuseIsJudgedByModels(t *testing.T) {
	few := leak.TestReuse("posts", 400, 12, leak.ReuseLimit, 2)
	if !few.Passed() || few.Detail != "the 400 test documents of posts have been evaluated on in 12 runs, by 5 different models, 2 of them in earlier runs only" {
		t.Errorf("%d models: %d, %q", leak.ReuseLimit, few.Count, few.Detail)
	}
	many := leak.TestReuse("posts", 400, 1, 50, 0)
	// sqrt(2 ln 50) / (2 sqrt 400) is 0.0699.
	if many.Count != 50 || !strings.HasSuffix(many.Detail, "by up to about 7.0 points by luck alone") || many.Rule.Severity != leak.Warning {
		t.Errorf("50 models: %d, %q", many.Count, many.Detail)
	}
}

func TestChecksAreTold(t *testing.T) {
	var told []trace.LeakCheck
	ctx := trace.With(context.Background(), trace.Tracer{Checked: func(c trace.LeakCheck) { told = append(told, c) }})
	c, err := data.Open(ctx, "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	train := c.InSplit(data.Train)
	for _, c := range []*data.Corpus{c, train} {
		if _, err := leak.Check(ctx, c, leak.Options{Skip: []string{"shifted splits"}}); err != nil {
			t.Fatal(err)
		}
	}
	want := []trace.LeakCheck{{Corpus: c.Fingerprint(), Source: c.Fingerprint()}, {Corpus: train.Fingerprint(), Source: c.Fingerprint(), Passed: true}}
	if len(told) != 2 || told[0] != want[0] || told[1] != want[1] {
		t.Errorf("told %+v, want %+v", told, want)
	}
}

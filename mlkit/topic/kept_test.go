package topic_test

import (
	"reflect"
	"testing"

	"viva/mlkit/memo/memotest"
	"viva/mlkit/topic"
)

func TestKeptModelsAreThoseFitted(t *testing.T) {
	b := bags(t, planted(3, 60, 15, []float64{0.3, 0.3}))
	var s memotest.Shelf
	say := func(keep bool) []any {
		ctx := t.Context()
		if keep {
			ctx = s.In(ctx)
		}
		l, err := topic.LDA{Topics: 2, Iterations: 10}.Fit(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		n, err := topic.NMF{Topics: 2}.Fit(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		return []any{l.Fingerprint(), l.View(), l.Mixtures(), n.Fingerprint(), n.View()}
	}
	fitted := say(false)
	for range 2 {
		if !reflect.DeepEqual(fitted, say(true)) {
			t.Error("what is kept is not what was fitted")
		}
	}
	if s.Computed != 2 || s.Kept != 2 {
		t.Errorf("%d computed, %d kept", s.Computed, s.Kept)
	}
	if _, err := (topic.LDA{Topics: 2, Iterations: 10, Seed: 1}).Fit(s.In(t.Context()), b); err != nil {
		t.Fatal(err)
	}
	// Tuning fits what is not there yet: of four models one is.
	if _, err := topic.Tune(s.In(t.Context()), b, topic.TuneOptions{Topics: []int{2, 3}, Seeds: 2, Model: topic.LDA{Iterations: 10, Seed: 1}}); err != nil {
		t.Fatal(err)
	}
	if s.Computed != 6 {
		t.Errorf("%d models were fitted, want 6", s.Computed)
	}
}

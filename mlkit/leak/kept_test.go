package leak_test

import (
	"reflect"
	"testing"

	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/memo/memotest"
)

func TestKeptCopiesAreThoseFound(t *testing.T) {
	corpus, err := data.Open(t.Context(), "", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var s memotest.Shelf
	say := func(keep bool) []any {
		ctx := t.Context()
		if keep {
			ctx = s.In(ctx)
		}
		copies, err := leak.Find(ctx, corpus, leak.Options{})
		if err != nil {
			t.Fatal(err)
		}
		report, err := leak.Check(ctx, corpus, leak.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return []any{copies.Pairs(), copies.Redundant(), copies.Conflicts(), report.Pairs, report.Counts, report.Warnings, report.View()}
	}
	found := say(false)
	for range 2 {
		if !reflect.DeepEqual(found, say(true)) {
			t.Error("what is kept is not what was found")
		}
	}
	// The copies, looked for twice, and how two splits differ from training.
	if s.Computed != 3 || s.Kept != 5 {
		t.Errorf("%d computed, %d kept", s.Computed, s.Kept)
	}
	if _, err := leak.Find(s.In(t.Context()), corpus.Select([]int{0, 1, 2}), leak.Options{}); err != nil {
		t.Fatal(err)
	}
	if s.Computed != 4 {
		t.Error("what was found in another corpus was taken")
	}
}

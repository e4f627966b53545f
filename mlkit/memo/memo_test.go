package memo_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"viva/mlkit/memo"
	"viva/mlkit/memo/memotest"
	"viva/mlkit/trace"
)

// told is what a tracer hears.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (h *told) context(ctx context.Context) context.Context {
	say := func(format string, args ...any) {
		h.mu.Lock()
		h.lines = append(h.lines, fmt.Sprintf(format, args...))
		h.mu.Unlock()
	}
	return trace.With(ctx, trace.Tracer{
		Log:      func(l string) { say("log %s", l) },
		Progress: func(l string, done, total int) { say("progress %s %d of %d", l, done, total) },
		Source:   func(s trace.Source) { say("source %s", s.Path) },
		Memo:     func(op string, hit bool) { say("memo %s %t", op, hit) },

		Evaluation: func(e trace.Evaluation) { say("evaluation %+v", e) },
		Checked:    func(c trace.LeakCheck) { say("checked %+v", c) },
	})
}

type part struct{ N int }

type result struct {
	Name    string
	Values  []float64
	Nested  [][]int
	Pointer *part
}

func TestDoGivesWhatWasComputed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int().Draw(rt, "n")
		want := result{
			Name:   rapid.String().Draw(rt, "name"),
			Values: rapid.SliceOfN(rapid.Float64(), 1, 9).Draw(rt, "values"),
			Nested: rapid.SliceOfN(rapid.SliceOfN(rapid.Int(), 1, 3), 1, 3).Draw(rt, "nested"), Pointer: &part{n},
		}
		want.Values = append(want.Values, math.Inf(1), math.Copysign(0, -1), math.SmallestNonzeroFloat64)
		ctx := memo.With(t.Context(), &memotest.Shelf{}, "program")
		computed := 0
		var heard [2]told
		for i := range 2 {
			got, err := memo.Do(heard[i].context(ctx), memo.NewKey("op", 1).Text("x"), func(ctx context.Context) (result, error) {
				computed++
				trace.Evaluated(ctx, trace.Evaluation{Test: "t", Model: "m"})
				trace.Checked(ctx, trace.LeakCheck{Corpus: "c", Passed: true})
				trace.Logf(ctx, "a line")
				trace.Progress(ctx, "parts", 2, 2)
				return want, nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Errorf("call %d (-want +got):\n%s", i, diff)
			}
			if math.Signbit(want.Values[len(want.Values)-2]) != math.Signbit(got.Values[len(got.Values)-2]) {
				rt.Error("the sign of zero is lost")
			}
		}
		if computed != 1 {
			rt.Errorf("computed %d times", computed)
		}
		events := []string{"evaluation {Data: Source: Test:t Documents:0 Model:m Measure:}", "checked {Corpus:c Source: Passed:true}"}
		if diff := cmp.Diff(append(slices.Clone(events), "log a line", "progress parts 2 of 2", "memo op false"), heard[0].lines); diff != "" {
			rt.Errorf("first call (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(append(slices.Clone(events), "log a line", "progress parts 2 of 2", "memo op true"), heard[1].lines); diff != "" {
			rt.Errorf("second call (-want +got):\n%s", diff)
		}
	})
}

// Keys differ wherever what they are made of differs, also in where one part
// ends and the next begins.
func TestKeysDiffer(t *testing.T) {
	keys := map[string]func(k *memo.Key){
		"nothing":      func(k *memo.Key) {},
		"text":         func(k *memo.Key) { k.Text("ab") },
		"two texts":    func(k *memo.Key) { k.Text("a").Text("b") },
		"list":         func(k *memo.Key) { k.Texts([]string{"a", "b"}) },
		"list of one":  func(k *memo.Key) { k.Texts([]string{"ab"}) },
		"empty list":   func(k *memo.Key) { k.Texts(nil) },
		"empty text":   func(k *memo.Key) { k.Text("") },
		"numbers":      func(k *memo.Key) { k.Ints([]int{1, 2}) },
		"no numbers":   func(k *memo.Key) { k.Ints([]int{}) },
		"nil numbers":  func(k *memo.Key) { k.Ints(nil) },
		"zero":         func(k *memo.Key) { k.Float(0) },
		"minus zero":   func(k *memo.Key) { k.Float(math.Copysign(0, -1)) },
		"options":      func(k *memo.Key) { k.Options(struct{ A, B int }{1, 0}) },
		"more options": func(k *memo.Key) { k.Options(struct{ A, B int }{0, 1}) },
	}
	ctx := memo.With(t.Context(), &memotest.Shelf{}, "program")
	for name, add := range keys {
		for _, operation := range []string{"op", "other"} {
			for _, version := range []int{1, 2} {
				want := fmt.Sprint(name, operation, version)
				key := memo.NewKey(operation, version)
				add(key)
				got, err := memo.Do(ctx, key, func(context.Context) (string, error) { return want, nil })
				if err != nil || got != want {
					t.Errorf("%s gave what was kept for %s (%v)", want, got, err)
				}
			}
		}
	}
}

func TestProgramsShareNothing(t *testing.T) {
	s := &memotest.Shelf{}
	for _, program := range []string{"one", "two"} {
		got, err := memo.Do(memo.With(t.Context(), s, program), memo.NewKey("op", 1), func(context.Context) (string, error) { return program, nil })
		if err != nil || got != program {
			t.Errorf("program %s was given %s (%v)", program, got, err)
		}
	}
}

func TestFailuresAndInterruptionsAreNotKept(t *testing.T) {
	s := &memotest.Shelf{}
	ctx, cancel := context.WithCancel(memo.With(t.Context(), s, "program"))
	failure := errors.New("no")
	if _, err := memo.Do(ctx, memo.NewKey("op", 1), func(context.Context) (int, error) { return 0, failure }); !errors.Is(err, failure) {
		t.Errorf("the error is %v", err)
	}
	// Work that heeds the end of its context may return half of its result.
	if _, err := memo.Do(ctx, memo.NewKey("op", 1), func(context.Context) (int, error) { cancel(); return 1, nil }); err != nil {
		t.Error(err)
	}
	if len(s.Entries) > 0 {
		t.Errorf("%d results are kept", len(s.Entries))
	}
}

func TestDamagedEntriesAreComputedAgain(t *testing.T) {
	s := &memotest.Shelf{}
	ctx := memo.With(t.Context(), s, "program")
	do := func() result {
		t.Helper()
		got, err := memo.Do(ctx, memo.NewKey("op", 1), func(context.Context) (result, error) { return result{Name: "right"}, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	do()
	for id, whole := range s.Entries {
		for cut := range whole {
			s.Entries[id] = whole[:cut]
			if got := do(); got.Name != "right" {
				t.Fatalf("from %d of %d bytes came %q", cut, len(whole), got.Name)
			}
		}
	}
}

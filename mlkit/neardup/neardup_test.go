package neardup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"viva/mlkit/trace"
)

func mustFind(t rapid.TB, texts []string, opt Options) *Result {
	t.Helper()
	r, err := Find(context.Background(), texts, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// compareAll is what the package documents, done by comparing every two texts.
func compareAll(texts []string, threshold float64, words int) *Result {
	r := &Result{Method: Exact, Recall: 1}
	normal := make([]string, len(texts))
	sets := make([]map[string]bool, len(texts))
	for b, text := range texts {
		texts[b] = strings.TrimSpace(text)
		normal[b] = Normalise(text)
		first := func(same func(a int) bool) int {
			for a := range b {
				if same(a) {
					return a
				}
			}
			return b
		}
		exact := first(func(a int) bool { return texts[a] == texts[b] })
		normalised := first(func(a int) bool { return normal[a] == normal[b] })
		if normal[b] == "" {
			normalised = exact
		}
		if texts[b] == "" {
			exact, normalised = -1, -1
		}
		r.Exact, r.Normalised = append(r.Exact, exact), append(r.Normalised, normalised)
		if normalised != b {
			continue
		}
		sets[b] = map[string]bool{}
		w := strings.Fields(normal[b])
		for i := 0; i+words <= len(w); i++ {
			sets[b][strings.Join(w[i:i+words], " ")] = true
		}
		for a := range b {
			both := 0
			for g := range sets[a] {
				if sets[b][g] {
					both++
				}
			}
			j := float64(both) / float64(len(sets[a])+len(sets[b])-both)
			if both > 0 && j >= threshold-1e-12 {
				r.Near = append(r.Near, Pair{a, b, j})
			}
		}
	}
	return r
}

var sameAsCompared = cmp.Options{cmpopts.EquateApprox(0, 1e-12), cmpopts.EquateEmpty()}

func TestFindsWhatComparingAllFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "B", "c", "...", " "}), 0, 14).Draw(t, "words"), " ")
		})
		texts := rapid.SliceOfN(text, 0, 14).Draw(t, "texts")
		opt := Options{
			Threshold:   rapid.SampledFrom([]float64{0.01, 0.3, 0.5, 0.8, 1}).Draw(t, "threshold"),
			Words:       rapid.IntRange(1, 3).Draw(t, "words"),
			MemoryBytes: rapid.SampledFrom([]int64{1, 200, 1 << 30}).Draw(t, "memory"),
		}
		got := mustFind(t, texts, opt)
		if diff := cmp.Diff(compareAll(texts, opt.Threshold, opt.Words), got, sameAsCompared); diff != "" {
			t.Fatalf("(-compared +found):\n%s", diff)
		}
	})
}

// made returns texts of sentences from a small stock, so that many share some,
// with copies in which words were changed.
func made(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 0))
	stock := make([]string, 200)
	for i := range stock {
		var w []string
		for range 5 + r.IntN(20) {
			w = append(w, fmt.Sprintf("w%d", r.IntN(300)))
		}
		stock[i] = strings.Join(w, " ") + "."
	}
	texts := make([]string, n)
	for i := range texts {
		if i > 10 && r.IntN(4) == 0 {
			w := strings.Fields(texts[r.IntN(i)])
			for range r.IntN(4) {
				w[r.IntN(len(w))] = fmt.Sprintf("W%d", r.IntN(300))
			}
			texts[i] = strings.Join(w, "  ")
			continue
		}
		var s []string
		for range 2 + r.IntN(6) {
			s = append(s, stock[r.IntN(len(stock))])
		}
		texts[i] = strings.Join(s, " ")
	}
	return texts
}

func TestMemoryAndWorkersDoNotMatter(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	texts := made(700, 1)
	want := compareAll(texts, 0.5, 5)
	if len(want.Near) < 50 {
		t.Fatalf("only %d near copies: there is nothing to find", len(want.Near))
	}
	for _, memory := range []int64{1, 10_000, 300_000, 1 << 30} {
		for _, workers := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(workers)
			folder := temporary(t)
			var log []string
			ctx := trace.With(t.Context(), trace.Tracer{Log: func(line string) { log = append(log, line) }})
			got, err := Find(ctx, texts, Options{Threshold: 0.5, MemoryBytes: memory})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, sameAsCompared); diff != "" {
				t.Fatalf("%d bytes, %d workers (-compared +found):\n%s", memory, workers, diff)
			}
			if spilled := len(log) > 0; spilled != (memory < 1<<30) {
				t.Errorf("%d bytes, %d workers: went to a file: %v", memory, workers, spilled)
			}
			empty(t, folder)
		}
	}
}

// temporary is the folder for temporary files.
func temporary(t *testing.T) string {
	folder := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, folder)
	}
	return folder
}

func empty(t *testing.T, folder string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 0 {
		t.Errorf("%s is left behind", files[0].Name())
	}
}

func TestFailuresLeaveNoFile(t *testing.T) {
	folder := temporary(t)
	texts := made(800, 2)
	broken := errors.New("the disk is gone")
	for _, method := range []string{Exact, MinHash} {
		for _, good := range []int64{0, 500, 1100, 1500} {
			calls := make(chan struct{}, good)
			_, err := Stream(t.Context(), len(texts), func(row int) (string, error) {
				select {
				case calls <- struct{}{}:
					return texts[row], nil
				default:
					return "", broken
				}
			}, Options{Threshold: 0.5, Method: method, MemoryBytes: 1})
			if !errors.Is(err, broken) {
				t.Errorf("%s: after %d texts: error %v", method, good, err)
			}
		}
		ctx, cancel := context.WithCancel(trace.With(t.Context(), trace.Tracer{}))
		ctx = trace.With(ctx, trace.Tracer{Progress: func(label string, done, total int) {
			if label == "comparing texts" {
				cancel()
			}
		}})
		if _, err := Find(ctx, texts, Options{Method: method, MemoryBytes: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: an ended context gave the error %v", method, err)
		}
		cancel()
	}
	empty(t, folder)

	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, folder+"/nowhere")
	}
	if _, err := Find(t.Context(), texts, Options{MemoryBytes: 1}); err == nil || !strings.Contains(err.Error(), "MemoryBytes") {
		t.Errorf("without a folder for temporary files: error %v", err)
	}
}

func TestMinHashFindsWhatItPromises(t *testing.T) {
	texts := made(1500, 3)
	for _, threshold := range []float64{0.5, 0.8} {
		all := mustFind(t, texts, Options{Threshold: threshold, Method: Exact})
		for _, recall := range []float64{0.7, 0.99} {
			got := mustFind(t, texts, Options{Threshold: threshold, Method: MinHash, Recall: recall})
			if got.Method != MinHash || got.Recall < recall {
				t.Errorf("method %s with recall %v, want %v", got.Method, got.Recall, recall)
			}
			if r := bandRecall(threshold, got.Bands, got.Rows); r != got.Recall {
				t.Errorf("%d bands of %d have recall %v, not %v", got.Bands, got.Rows, r, got.Recall)
			}
			known := map[Pair]bool{}
			expected, variance := 0.0, 0.0
			for _, p := range all.Near {
				known[p] = true
				find := bandRecall(p.Jaccard, got.Bands, got.Rows)
				expected += find
				variance += find * (1 - find)
			}
			for _, p := range got.Near {
				if !known[p] {
					t.Errorf("%+v is no pair", p)
				}
			}
			// Pairs are not independent of each other: four deviations, and one in a
			// hundred.
			if n := float64(len(got.Near)); math.Abs(n-expected) > 4*math.Sqrt(variance)+expected/100 {
				t.Errorf("threshold %v, %d×%d: %v of %d pairs found, expected are %.1f", threshold, got.Bands, got.Rows, n, len(all.Near), expected)
			}
			if diff := cmp.Diff([][]int{all.Exact, all.Normalised}, [][]int{got.Exact, got.Normalised}); diff != "" {
				t.Errorf("copies differ (-exact +minhash):\n%s", diff)
			}
			again := mustFind(t, texts, Options{Threshold: threshold, Method: MinHash, Recall: recall, MemoryBytes: 1})
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("with less memory (-more +less):\n%s", diff)
			}
		}
	}
}

func TestBands(t *testing.T) {
	for _, tc := range []struct {
		threshold, recall float64
		bands, rows       int
	}{
		{0.8, 0.995, 18, 6}, {0.8, 0.99, 16, 6}, {0.5, 0.99, 35, 3}, {0.1, 0.99, 44, 1}, {1, 0.99, 1, 128}, {0.01, 0.99, 459, 1},
	} {
		if b, r := bands(tc.threshold, tc.recall); b != tc.bands || r != tc.rows {
			t.Errorf("threshold %v, recall %v: %d bands of %d, want %d of %d", tc.threshold, tc.recall, b, r, tc.bands, tc.rows)
		}
	}
}

// With the base 0 only the last word of an n-gram counts.
func TestEqualHashesDeceiveNobody(t *testing.T) {
	var forward, backward []string
	for i := range 40 {
		forward = append(forward, fmt.Sprintf("w%d", i))
		backward = append([]string{forward[i]}, backward...)
	}
	texts := []string{strings.Join(forward, " "), strings.Join(backward, " "), "x " + strings.Join(forward, " ")}
	text := func(row int) (string, error) { return texts[row], nil }
	for _, method := range []string{Exact, MinHash} {
		opt, err := Options{Method: method, Threshold: 0.6}.Filled()
		if err != nil {
			t.Fatal(err)
		}
		r, err := find(t.Context(), len(texts), text, opt, func(int) uint64 { return 0 })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Pair{{0, 2, 36.0 / 37}}, r.Near); diff != "" {
			t.Errorf("%s: pairs of different texts with equal hashes (-want +got):\n%s", method, diff)
		}
		texts[1] += " " + texts[0]
		attempts := 0
		r, err = find(t.Context(), len(texts), text, opt, func(attempt int) uint64 {
			attempts++
			return uint64(attempt) // 0, then 1, with which the order of words does not count
		})
		if err != nil || attempts < 2 || len(r.Near) != 1 {
			t.Errorf("%s: equal hashes in one text: %d attempts, pairs %v, error %v", method, attempts, r, err)
		}
		texts[1] = strings.Join(backward, " ")
	}
}

func TestMethodIsChosenBySize(t *testing.T) {
	text := strings.Repeat("some words ", 10)
	r := mustFind(t, []string{text, text + "and more"}, Options{})
	if r.Method != Exact || r.Recall != 1 {
		t.Errorf("two texts are compared by %s with recall %v", r.Method, r.Recall)
	}
	huge := &search{texts: 100_000_000, text: func(row int) (string, error) { return strings.Repeat(text, 10), nil }}
	if err := huge.measure(); err != nil || huge.words <= exactWords {
		t.Errorf("%d words are estimated, error %v", huge.words, err)
	}
}

func TestBadOptions(t *testing.T) {
	for _, opt := range []Options{
		{Threshold: 1.5}, {Threshold: -1}, {Threshold: math.NaN()}, {Words: -1}, {Method: "fast"}, {Recall: 1}, {Recall: -0.5}, {MemoryBytes: -1},
	} {
		if _, err := Find(t.Context(), nil, opt); err == nil || !strings.HasPrefix(err.Error(), "neardup: Options.") {
			t.Errorf("%+v: error %v", opt, err)
		}
	}
	if r, err := Find(t.Context(), nil, Options{}); err != nil || len(r.Exact) != 0 || len(r.Clusters()) != 0 {
		t.Errorf("no texts: %v, error %v", r, err)
	}
}

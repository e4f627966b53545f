package topic_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"viva/mlkit/topic"
)

// recorded is what scikit-learn said; testdata/recorded.py made it.
type recorded struct {
	Docs  [][]string
	Cases []struct {
		Topics, MaxIter, Iterations int
		Tol, Residual               float64
		Top                         [][]string
	}
}

func readRecorded(t testing.TB) recorded {
	t.Helper()
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var rec recorded
	if err := json.Unmarshal(content, &rec); err != nil {
		t.Fatal(err)
	}
	return rec
}

func bags(t testing.TB, docs [][]string) *topic.Bags {
	t.Helper()
	b, err := topic.FromTokens(docs, topic.Words{MinDF: 1, MaxDF: 1})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNMFIsScikitLearns(t *testing.T) {
	rec := readRecorded(t)
	b := bags(t, rec.Docs)
	for _, c := range rec.Cases {
		t.Run(fmt.Sprintf("%d topics to %g", c.Topics, c.Tol), func(t *testing.T) {
			m, err := topic.NMF{Topics: c.Topics, Tol: c.Tol, MaxIter: c.MaxIter}.Fit(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			curve := m.Curve()
			if got := curve[len(curve)-1]; math.Abs(got-c.Residual) > 1e-6 {
				t.Errorf("residual %.9f after %d iterations, want %.9f after %d", got, len(curve), c.Residual, c.Iterations)
			}
			top := m.TopWords(5)
			slices.SortFunc(top, slices.Compare[[]string])
			if diff := cmp.Diff(c.Top, top); diff != "" {
				t.Errorf("top words (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNMFFallsAndDoesNotDependOnWorkers(t *testing.T) {
	docs := readRecorded(t).Docs
	var written [][]byte
	for _, n := range []int{1, 2} {
		was := runtime.GOMAXPROCS(n)
		m, err := topic.NMF{Topics: 4}.Fit(t.Context(), bags(t, docs))
		runtime.GOMAXPROCS(was)
		if err != nil {
			t.Fatal(err)
		}
		curve := m.Curve()
		for i := 1; i < len(curve); i++ {
			if curve[i] > curve[i-1]+1e-12 {
				t.Fatalf("the residual rose from %v to %v", curve[i-1], curve[i])
			}
		}
		content, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, content)
	}
	if string(written[0]) != string(written[1]) {
		t.Error("1 and 2 workers give different models")
	}
}

// What a document was found to be made of when the model was fitted is found
// again when it comes as a new one.
func TestNMFInfersWhatItFound(t *testing.T) {
	rec := readRecorded(t)
	m, err := topic.NMF{Topics: 5, Tol: 1e-8, MaxIter: 5000}.Fit(t.Context(), bags(t, rec.Docs))
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.InferTokens(t.Context(), rec.Docs)
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range m.Mixtures() {
		for k := range want {
			if math.Abs(got[d][k]-want[k]) > 1e-3 {
				t.Errorf("document %d: %.4f, want %.4f", d, got[d], want)
				break
			}
		}
	}
}

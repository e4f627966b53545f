package coherence_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/coherence"
)

// recorded is what gensim said; testdata/recorded.py made it.
type recorded struct {
	Docs   [][]string
	Topics [][]string
	Cases  []struct {
		Measure          string
		TopWords, Window int
		Topics           []float64
		Mean             float64
	}
}

func reference(t testing.TB, docs [][]string) *coherence.Reference {
	t.Helper()
	r, err := coherence.NewReference(docs)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCoherenceIsGensims(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var rec recorded
	if err := json.Unmarshal(content, &rec); err != nil {
		t.Fatal(err)
	}
	r := reference(t, rec.Docs)
	for _, c := range rec.Cases {
		t.Run(fmt.Sprintf("%s of %d words, window %d", c.Measure, c.TopWords, c.Window), func(t *testing.T) {
			s, err := r.Score(t.Context(), rec.Topics, coherence.Options{Measure: c.Measure, TopWords: c.TopWords, Window: c.Window})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.Topics {
				if math.Abs(s.Topics[i]-want) > 1e-9 {
					t.Errorf("topic %d has %.12f, want %.12f", i+1, s.Topics[i], want)
				}
			}
			if math.Abs(s.Mean-c.Mean) > 1e-9 {
				t.Errorf("mean %.12f, want %.12f", s.Mean, c.Mean)
			}
			if len(s.Warnings) > 0 {
				t.Errorf("warnings %q", s.Warnings)
			}
		})
	}
}

// Worked by hand: windows of 2 tokens over "a b c" and "a c" are ab, bc, ac.
func TestDefinitionsByHand(t *testing.T) {
	r := reference(t, [][]string{strings.Fields("a b c"), {}, strings.Fields("a c")})
	topics := [][]string{{"a", "b"}}
	pmi := math.Log((1.0/3 + 1e-12) / (2.0 / 3 * 2.0 / 3))
	npmi := pmi / -math.Log(1.0/3+1e-12)
	for _, c := range []struct {
		measure string
		window  int
		want    float64
	}{
		{"c_uci", 2, pmi},
		{"c_npmi", 2, npmi},
		// a is in 2 of 3 documents, b in 1 with it.
		{"u_mass", 0, math.Log((1.0/3 + 1e-12) / (2.0 / 3))},
	} {
		s, err := r.Score(t.Context(), topics, coherence.Options{Measure: c.measure, Window: c.window})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.Mean-c.want) > 1e-12 {
			t.Errorf("%s is %v, want %v", c.measure, s.Mean, c.want)
		}
	}
}

// A word that leaves the window while it is still in it is lost to gensim, and
// found by exact windows: "a x a" and "x a x" both hold a and x.
func TestExactWindows(t *testing.T) {
	r := reference(t, [][]string{strings.Fields("a x a x"), strings.Fields("b b")})
	topics := [][]string{{"a", "x"}}
	for _, c := range []struct {
		exact bool
		both  float64
	}{{false, 1}, {true, 2}} {
		s, err := r.Score(t.Context(), topics, coherence.Options{Measure: "c_uci", Window: 3, ExactWindows: c.exact})
		if err != nil {
			t.Fatal(err)
		}
		// In the second window gensim misses a: it is in 1, x in 2 of 3 windows.
		a := c.both
		if want := math.Log((c.both/3 + 1e-12) / (a / 3 * 2 / 3)); math.Abs(s.Mean-want) > 1e-12 {
			t.Errorf("exact %t: %v, want %v", c.exact, s.Mean, want)
		}
	}
}

var letters = strings.Fields("a b c d e f g")

// drawDocs draws documents that have at least one token.
func drawDocs(t *rapid.T) [][]string {
	docs := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 30), 1, 12).Draw(t, "docs")
	return append(docs, []string{"a"})
}

// Windows counted one by one, as the definition says, give what runs give.
func TestExactWindowsAreTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs, window := drawDocs(t), rapid.IntRange(1, 12).Draw(t, "window")
		all, a, b, both := 0.0, 0.0, 0.0, 0.0
		for _, doc := range docs {
			if len(doc) == 0 {
				continue
			}
			for s := 0; s == 0 || s+window <= len(doc); s++ {
				w := doc[s:min(s+window, len(doc))]
				hasA, hasB := slices.Contains(w, "a"), slices.Contains(w, "b")
				all++
				if hasA {
					a++
				}
				if hasB {
					b++
				}
				if hasA && hasB {
					both++
				}
			}
		}
		r, err := coherence.NewReference(docs)
		if err != nil {
			t.Fatal(err)
		}
		s, err := r.Score(t.Context(), [][]string{{"a", "b"}}, coherence.Options{Measure: "c_uci", Window: window, ExactWindows: true})
		if err != nil {
			t.Fatal(err)
		}
		want := 0.0
		if a > 0 && b > 0 {
			want = math.Log((both/all + 1e-12) / (a / all * b / all))
		}
		if float64(s.VirtualDocuments) != all || math.Abs(s.Mean-want) > 1e-9 {
			t.Errorf("%v of %d windows, want %v of %v", s.Mean, s.VirtualDocuments, want, all)
		}
	})
}

func TestCoherenceIsBoundedAndBlindToOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := drawDocs(t)
		r, err := coherence.NewReference(docs)
		if err != nil {
			t.Fatal(err)
		}
		words := rapid.Permutation(letters).Draw(t, "words")[:rapid.IntRange(2, 5).Draw(t, "n")]
		back := slices.Clone(words)
		slices.Reverse(back)
		for _, measure := range []string{"c_v", "c_npmi", "c_uci"} {
			for _, exact := range []bool{false, true} {
				s, err := r.Score(t.Context(), [][]string{words, back}, coherence.Options{Measure: measure, Window: 5, ExactWindows: exact})
				if err != nil {
					t.Fatal(err)
				}
				if math.IsNaN(s.Mean) || math.Abs(s.Topics[0]-s.Topics[1]) > 1e-9 {
					t.Errorf("%s: %v of %v, and %v of their reverse", measure, s.Topics[0], words, s.Topics[1])
				}
				// p(v,w) = p(v) = p(w) = 1 leaves ε as all there is to divide.
				if measure != "c_uci" && math.Abs(s.Mean) > 1+1e-3 {
					t.Errorf("%s is %v", measure, s.Mean)
				}
			}
		}
	})
}

func TestSameScoreForAnyNumberOfWorkers(t *testing.T) {
	var docs [][]string
	for i := range 2000 {
		docs = append(docs, []string{letters[i%7], letters[i*i%7], letters[(i/3)%7]})
	}
	r := reference(t, docs)
	var scores []float64
	for _, n := range []int{1, 2, 5} {
		was := runtime.GOMAXPROCS(n)
		s, err := r.Score(t.Context(), [][]string{letters}, coherence.Options{})
		runtime.GOMAXPROCS(was)
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, s.Mean)
	}
	if scores[0] != scores[1] || scores[0] != scores[2] {
		t.Errorf("scores %v with 1, 2 and 5 workers", scores)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	if _, err := coherence.NewReference([][]string{{}, {}}); err == nil || !strings.Contains(err.Error(), "none of 2 documents has a token") {
		t.Errorf("error %v", err)
	}
	r := reference(t, [][]string{{"a", "b"}})
	for _, c := range []struct {
		topics [][]string
		opt    coherence.Options
		want   string
	}{
		{nil, coherence.Options{}, "no topics"},
		{[][]string{{"a"}}, coherence.Options{}, "topic 1 has 1 words"},
		{[][]string{{"a", "b"}, {"a", "b", "a"}}, coherence.Options{}, `topic 2 has the word "a" twice`},
		{[][]string{{"a", "b"}}, coherence.Options{Measure: "c_w2v"}, `measure "c_w2v"`},
		{[][]string{{"a", "b"}}, coherence.Options{TopWords: 1}, "1 top words"},
		{[][]string{{"a", "b"}}, coherence.Options{Measure: "u_mass", Window: 3}, "window of 3 tokens for u_mass"},
	} {
		if _, err := r.Score(t.Context(), c.topics, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %+v: error %v, want %q in it", c.topics, c.opt, err, c.want)
		}
	}
	s, err := r.Score(t.Context(), [][]string{{"a", "zebra"}}, coherence.Options{})
	if err != nil || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "zebra") {
		t.Errorf("score %+v, error %v: want a warning of the word that is not there", s, err)
	}
}

func TestDiversity(t *testing.T) {
	for _, c := range []struct {
		topics [][]string
		n      int
		want   float64
	}{
		{[][]string{{"a", "b"}, {"c", "d"}}, 0, 1},
		{[][]string{{"a", "b"}, {"a", "b"}}, 0, 0.5},
		{[][]string{{"a", "b"}, {"a", "c"}}, 1, 0.5},
		{[][]string{{"a", "b"}, {"b"}}, 2, 2.0 / 3},
	} {
		if got, err := coherence.Diversity(c.topics, c.n); err != nil || got != c.want {
			t.Errorf("diversity of %v is %v, %v, want %v", c.topics, got, err, c.want)
		}
	}
	if _, err := coherence.Diversity([][]string{{}}, 0); err == nil {
		t.Error("no words have a diversity")
	}
}

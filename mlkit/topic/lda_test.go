package topic_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/topic"
)

// planted draws documents from an LDA model: topic k speaks of the words "k0" to
// "k9", document d of topics drawn from a Dirichlet distribution with the given
// parameters.
func planted(seed uint64, documents, length int, alpha []float64) [][]string {
	rng := rand.New(rand.NewPCG(seed, 0))
	docs := make([][]string, documents)
	for d := range docs {
		mixture := make([]float64, len(alpha))
		all := 0.0
		for k, a := range alpha {
			mixture[k] = gamma(rng, a)
			all += mixture[k]
		}
		for range length {
			u, k := rng.Float64()*all, 0
			for k < len(alpha)-1 && u >= mixture[k] {
				u -= mixture[k]
				k++
			}
			docs[d] = append(docs[d], fmt.Sprintf("%c%d", 'a'+k, rng.IntN(10)))
		}
	}
	return docs
}

// gamma draws from a gamma distribution (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return gamma(rng, a+1) * math.Pow(rng.Float64(), 1/a)
	}
	d := a - 1.0/3
	for {
		x := rng.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func fit(t testing.TB, b *topic.Bags, o topic.LDA) *topic.Model {
	t.Helper()
	m, err := o.Fit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The topics that documents were drawn from are found, with the parameters of the
// prior that mixtures were drawn from.
func TestLDAFindsWhatWasPlanted(t *testing.T) {
	want := []float64{0.8, 0.2, 0.2, 0.1}
	m := fit(t, bags(t, planted(1, 1500, 40, want)), topic.LDA{Topics: 4, Iterations: 100, Seed: 3})
	alpha := m.Alpha()
	for k := range m.Topics() {
		words := m.TopWords(10)[k]
		letter := words[0][0]
		for _, w := range words {
			if w[0] != letter {
				t.Fatalf("topic %d mixes %v", k+1, words)
			}
		}
		if a := want[letter-'a']; math.Abs(math.Log(alpha[k]/a)) > 0.3 {
			t.Errorf("alpha of topic %c is %.3f, drawn with %.3f", letter, alpha[k], a)
		}
	}
	curve := m.Curve()
	// ln 10 words in a topic is what is left when the topic is known.
	if last := curve[len(curve)-1]; last < curve[0]+0.4 || last > -math.Log(10) {
		t.Errorf("log-likelihood from %.3f to %.3f per token", curve[0], last)
	}
	if len(m.Warnings) > 0 {
		t.Errorf("warnings %q", m.Warnings)
	}
}

func TestSameModelForAnyNumberOfWorkers(t *testing.T) {
	docs := planted(2, 300, 20, []float64{0.3, 0.3, 0.3})
	seen := map[string]int64{}
	for _, seed := range []int64{0, 9, -1} {
		o := topic.LDA{Topics: 5, Iterations: 30, Seed: seed}
		write := func(workers int) string {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			content, err := fit(t, bags(t, docs), o).MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			return string(content)
		}
		one := write(1)
		for _, n := range []int{1, 2, 5} {
			if write(n) != one {
				t.Errorf("seed %d: %d workers give another model than one", seed, n)
			}
		}
		if other, ok := seen[one]; ok {
			t.Errorf("the seeds %d and %d give the same model", other, seed)
		}
		seen[one] = seed
	}
}

func near(x, want float64) bool { return math.Abs(x-want) < 1e-9 }

func total(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// Whatever the documents: topics and mixtures are distributions, and documents
// without terms have none.
func TestModelsAreDistributions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d e f")), 0, 12), 2, 15).Draw(t, "docs")
		docs = append(docs, []string{"a", "b"}, nil)
		b, err := topic.FromTokens(docs, topic.Words{MinDF: 1, MaxDF: 1})
		if err != nil {
			t.Fatal(err)
		}
		k := rapid.IntRange(2, 6).Draw(t, "topics")
		models := []interface {
			check(*rapid.T) *topic.Model
		}{
			lda{b, topic.LDA{Topics: k, Iterations: rapid.IntRange(1, 25).Draw(t, "iterations"), Seed: rapid.Int64().Draw(t, "seed")}},
		}
		if k <= min(b.Documents(), len(b.Terms())) {
			models = append(models, nmf{b, topic.NMF{Topics: k}})
		}
		for _, f := range models {
			m := f.check(t)
			if !near(total(m.Sizes()), 1) {
				t.Errorf("%s: sizes %v", m.Method(), m.Sizes())
			}
			for topic := range k {
				p, err := m.Distribution(topic)
				if err != nil {
					t.Fatal(err)
				}
				if s := total(p); !near(s, 1) && !(m.Method() == "NMF" && s == 0) {
					t.Errorf("%s: topic %d has the sum %v", m.Method(), topic, s)
				}
			}
			inferred, err := m.InferTokens(t.Context(), docs)
			if err != nil {
				t.Fatal(err)
			}
			for d, doc := range docs {
				for _, mixture := range [][]float64{m.Mixtures()[d], inferred[d]} {
					s := total(mixture)
					if len(doc) == 0 && s != 0 || len(doc) > 0 && !near(s, 1) && !(m.Method() == "NMF" && s == 0) {
						t.Errorf("%s: mixture of %v is %v", m.Method(), doc, mixture)
					}
				}
				if main := m.Main()[d]; (main < 0) != (total(m.Mixtures()[d]) == 0) {
					t.Errorf("%s: main topic of %v is %d", m.Method(), doc, main)
				}
			}
		}
	})
}

type lda struct {
	b *topic.Bags
	o topic.LDA
}

func (f lda) check(t *rapid.T) *topic.Model {
	m, err := f.o.Fit(t.Context(), f.b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type nmf struct {
	b *topic.Bags
	o topic.NMF
}

func (f nmf) check(t *rapid.T) *topic.Model {
	m, err := f.o.Fit(t.Context(), f.b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A new document on one subject is found to be on it, and one on two to be on
// both in their shares.
func TestInference(t *testing.T) {
	m := fit(t, bags(t, planted(4, 600, 30, []float64{0.2, 0.2, 0.2})), topic.LDA{Topics: 3, Iterations: 100, Seed: 1})
	place := map[byte]int{}
	for k, words := range m.TopWords(1) {
		place[words[0][0]] = k
	}
	mixtures, err := m.InferTokens(t.Context(), [][]string{
		strings.Fields(strings.Repeat("a0 a1 a2 a3 a4 ", 10)),
		strings.Fields(strings.Repeat("b0 b1 b2 c3 unknown ", 15)),
		{"unknown"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if share := mixtures[0][place['a']]; share < 0.97 {
		t.Errorf("a document on one subject has it to %.3f: %v", share, mixtures[0])
	}
	if b, c := mixtures[1][place['b']], mixtures[1][place['c']]; math.Abs(b-0.75) > 0.03 || math.Abs(c-0.25) > 0.03 {
		t.Errorf("a document on two subjects, 3 to 1, has %.3f and %.3f", b, c)
	}
	if total(mixtures[2]) != 0 {
		t.Errorf("a document without terms has the mixture %v", mixtures[2])
	}
}

// Perplexity is that of its definition, computed here from what the model says;
// it is about ten for ten equally likely words of known topics.
func TestPerplexity(t *testing.T) {
	m := fit(t, bags(t, planted(5, 800, 40, []float64{0.05, 0.05, 0.05})), topic.LDA{Topics: 3, Iterations: 100, Seed: 1})
	held := planted(6, 50, 41, []float64{0.05, 0.05, 0.05})
	got, err := m.Perplexity(t.Context(), bags(t, held))
	if err != nil {
		t.Fatal(err)
	}
	terms := m.Terms()
	sum, n := 0.0, 0
	for _, doc := range held {
		var seen []string
		for i, w := range doc {
			if i%2 == 0 {
				seen = append(seen, w)
			}
		}
		mixture, err := m.InferTokens(t.Context(), [][]string{seen})
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range doc {
			if i%2 == 0 {
				continue
			}
			p := 0.0
			for k, share := range mixture[0] {
				row, err := m.Distribution(k)
				if err != nil {
					t.Fatal(err)
				}
				p += share * row[slices.Index(terms, w)]
			}
			sum += math.Log(p)
			n++
		}
	}
	if want := math.Exp(-sum / float64(n)); math.Abs(got-want) > 1e-9*want {
		t.Errorf("perplexity %v, want %v", got, want)
	}
	if got < 10 || got > 13 {
		t.Errorf("perplexity %v, want somewhat more than 10", got)
	}
}

func TestTooFewSweepsAreWarnedOf(t *testing.T) {
	docs := planted(7, 400, 30, slices.Repeat([]float64{0.1}, 20))
	m := fit(t, bags(t, docs), topic.LDA{Topics: 20, Iterations: 10})
	if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], "still rising after 10 sweeps") {
		t.Errorf("warnings %q", m.Warnings)
	}
}

func TestMistakesOfModelsAreNamed(t *testing.T) {
	b := bags(t, [][]string{{"a", "b"}, {"a"}})
	for _, c := range []struct {
		fit interface {
			String() string
		}
		want string
	}{
		{topic.LDA{Topics: 1}, "1 topics"},
		{topic.LDA{Iterations: 3, Samples: 4}, "3 iterations, of which 4 samples"},
		{topic.LDA{Alpha: -1}, "alpha -1"},
		{topic.LDA{Beta: math.NaN()}, "beta NaN"},
		{topic.NMF{Topics: 3}, "3 topics of 2 documents with 2 terms"},
		{topic.NMF{Tol: -1}, "Tol -1"},
	} {
		var err error
		switch o := c.fit.(type) {
		case topic.LDA:
			_, err = o.Fit(t.Context(), b)
		case topic.NMF:
			_, err = o.Fit(t.Context(), b)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q in it", c.fit, err, c.want)
		}
	}
	m := fit(t, b, topic.LDA{Topics: 2, Iterations: 2})
	if _, err := m.TopTerms(2, 5); err == nil || !strings.Contains(err.Error(), "topic 2 of 2") {
		t.Errorf("error %v", err)
	}
	if _, err := m.Mixture(2); err == nil || !strings.Contains(err.Error(), "row 2 of 2") {
		t.Errorf("error %v", err)
	}
	n, err := topic.NMF{Topics: 2}.Fit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Perplexity(t.Context(), b); err == nil || !strings.Contains(err.Error(), "no perplexity") {
		t.Errorf("error %v", err)
	}
}

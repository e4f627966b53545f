package topic

import (
	"math"
	"strings"
	"testing"
)

// What a hash cannot tell, a model that was written wrong, is refused too.
func TestModelsThatDoNotFitTogetherAreRefused(t *testing.T) {
	good := func() written {
		return written{Method: "LDA", Terms: []string{"a", "b"}, Topics: 1, Weights: []float64{0.5, 0.5}, Mixtures: []float64{1}, Sizes: []float64{1}, Alpha: []float64{1}, Curve: []float64{0}}
	}
	if err := good().check(); err != nil {
		t.Fatalf("a good model is refused: %v", err)
	}
	for _, c := range []struct {
		spoil func(*written)
		want  string
	}{
		{func(w *written) { w.Method = "LSI" }, "method"},
		{func(w *written) { w.Topics = 0 }, "0 topics"},
		{func(w *written) { w.Weights = w.Weights[:1] }, "1 weights"},
		{func(w *written) { w.Sizes = nil }, "0 sizes"},
		{func(w *written) { w.Alpha = nil }, "0 parameters"},
		{func(w *written) { w.Method = "NMF" }, "0 scales"},
		{func(w *written) { w.Terms = []string{"b", "a"} }, "not in order"},
		{func(w *written) { w.Mixtures[0] = math.NaN() }, "weight NaN"},
		{func(w *written) { w.Words.MaxDF = 7 }, "MaxDF 7"},
	} {
		w := good()
		c.spoil(&w)
		if err := w.check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q in it", err, c.want)
		}
	}
}

// The smallest number of topics within one standard error of the best is chosen.
func TestRuleOfChoice(t *testing.T) {
	for _, c := range []struct {
		values       map[int][]float64
		chosen, best int
	}{
		{map[int][]float64{5: {0.4, 0.4}, 10: {0.58, 0.58}, 20: {0.55, 0.65}, 40: {0.5, 0.5}}, 10, 20},
		{map[int][]float64{5: {0.4, 0.4}, 10: {0.5, 0.5}, 20: {0.6, 0.6}}, 20, 20},
		{map[int][]float64{5: {0.6}}, 5, 5},
	} {
		var tuned Tuned
		for _, k := range []int{5, 10, 20, 40} {
			if v := c.values[k]; v != nil {
				p := TunedPoint{Topics: k, Values: v}
				p.spread()
				tuned.Points = append(tuned.Points, p)
			}
		}
		tuned.choose()
		if tuned.Chosen != c.chosen || tuned.Best != c.best {
			t.Errorf("%v: chosen %d, best %d, want %d and %d", c.values, tuned.Chosen, tuned.Best, c.chosen, c.best)
		}
	}
	// Three values with mean 2 and SD 1: t(0.975, 2) = 4.302653.
	p := TunedPoint{Values: []float64{1, 2, 3}}
	p.spread()
	if half := 4.302653 / math.Sqrt(3); math.Abs(p.High-2-half) > 1e-5 || math.Abs(2-p.Low-half) > 1e-5 {
		t.Errorf("interval %v to %v, want 2 ± %v", p.Low, p.High, half)
	}
}

// Points in a plane come back at the same distances.
func TestPlaneKeepsDistances(t *testing.T) {
	points := [][2]float64{{0, 0}, {3, 0}, {0, 4}, {-1, 2}, {5, 5}}
	distance := func(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
	d := make([][]float64, len(points))
	for i, p := range points {
		for _, q := range points {
			d[i] = append(d[i], distance(p, q))
		}
	}
	at := plane(d)
	for i := range d {
		for j := range d {
			if math.Abs(distance(at[i], at[j])-d[i][j]) > 1e-9 {
				t.Errorf("points %d and %d are %v apart, want %v", i, j, distance(at[i], at[j]), d[i][j])
			}
		}
	}
}

func TestDivergence(t *testing.T) {
	for _, c := range []struct {
		p, q []float64
		want float64
	}{
		{[]float64{1, 0}, []float64{0, 1}, 1},
		{[]float64{0.3, 0.7}, []float64{0.3, 0.7}, 0},
		// scipy.spatial.distance.jensenshannon([.5, .5], [1, 0], 2) ** 2
		{[]float64{0.5, 0.5}, []float64{1, 0}, 0.31127812445913283},
	} {
		if got := divergence(c.p, c.q); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("divergence of %v and %v is %v, want %v", c.p, c.q, got, c.want)
		}
	}
}

// The counts that the sampler keeps are those of its tokens' topics, after every
// sweep.
func TestSamplerCountsAreItsTokens(t *testing.T) {
	b, err := FromTokens([][]string{{"a", "b", "a", "c"}, {"c", "b"}, {}, {"a", "a", "a"}}, Words{MinDF: 1, MaxDF: 1})
	if err != nil {
		t.Fatal(err)
	}
	o, err := LDA{Topics: 3, Seed: 5}.check(b.total)
	if err != nil {
		t.Fatal(err)
	}
	s := newSampler(b, o)
	for sweep := range 20 {
		s.sweep(sweep, sweep >= 10)
		counts := make([]int32, len(s.counts))
		for i, w := range s.words {
			counts[int(w)*s.topicsN+int(s.topic[i])]++
		}
		for i := range counts {
			if counts[i] != s.counts[i] {
				t.Fatalf("sweep %d: counts %v, want %v", sweep, s.counts, counts)
			}
		}
	}
	for d, n := range []float32{4, 2, 0, 3} {
		all := float32(0)
		for _, v := range s.docSums[d*3 : (d+1)*3] {
			all += v
		}
		if all != 10*n {
			t.Errorf("document %d: %v tokens in 10 samples, want %v", d, all, 10*n)
		}
	}
}

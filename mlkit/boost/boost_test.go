package boost_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/boost"
)

// generator is the one of testdata/hist_gradient_boosting.py.
type generator uint64

func (g *generator) draw() float64 {
	*g = *g*6364136223846793005 + 1442695040888963407
	return float64(uint64(*g)>>11) / (1 << 53)
}

const half, features = 4000, 6

func sample() (columns [][]float64, positive []bool) {
	g := generator(1)
	columns = make([][]float64, features)
	for j := range columns {
		columns[j] = make([]float64, 2*half)
	}
	for i := range 2 * half {
		for j := range columns {
			columns[j][i] = g.draw()
		}
	}
	for i := range 2 * half {
		x := func(j int) float64 { return columns[j][i] }
		s := 3*math.Sin(6*x(0)) - 2*x(3)*x(4)
		if x(1) > 0.6 {
			s += 4 * x(2)
		}
		positive = append(positive, g.draw() < 1/(1+math.Exp(-s)))
	}
	return columns, positive
}

func part(columns [][]float64, from, to int) [][]float64 {
	all := make([][]float64, len(columns))
	for j, c := range columns {
		all[j] = c[from:to]
	}
	return all
}

func row(columns [][]float64, i int) []float64 {
	r := make([]float64, len(columns))
	for j, c := range columns {
		r[j] = c[i]
	}
	return r
}

func fit(t *testing.T, columns [][]float64, positive []bool, weights []float64, opt boost.Options) *boost.Model {
	t.Helper()
	m, err := boost.Fit(t.Context(), columns, positive, weights, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decisions(t *testing.T, m *boost.Model, columns [][]float64) []float64 {
	t.Helper()
	var all []float64
	for i := range columns[0] {
		d, err := m.Decision(row(columns, i))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func logLoss(decisions []float64, positive []bool) float64 {
	sum := 0.0
	for i, d := range decisions {
		if !positive[i] {
			d = -d
		}
		sum += math.Log1p(math.Exp(-d))
	}
	return sum / float64(len(decisions))
}

// auc is the probability that a positive row is ranked above another.
func auc(decisions []float64, positive []bool) float64 {
	order := make([]int, len(decisions))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if decisions[a] < decisions[b] {
			return -1
		}
		return 1
	})
	ranks, n := 0.0, 0.0
	for r, i := range order {
		if positive[i] {
			ranks += float64(r + 1)
			n++
		}
	}
	return (ranks - n*(n+1)/2) / (n * (float64(len(order)) - n))
}

// The trees are not scikit-learn's one by one, since bins are cut in another way;
// what they know of rows that they have not seen is as much.
func TestAgainstScikitLearn(t *testing.T) {
	raw, err := os.ReadFile("testdata/hist_gradient_boosting.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Positive int
		LogLoss  float64 `json:"log_loss"`
		AUC      float64
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	columns, positive := sample()
	n := 0
	for _, p := range positive {
		if p {
			n++
		}
	}
	if n != want.Positive {
		t.Fatalf("%d positive rows, want %d: the data is not the same", n, want.Positive)
	}
	m := fit(t, part(columns, 0, half), positive[:half], nil, boost.Options{Trees: 60, Leaves: 15})
	d := decisions(t, m, part(columns, half, 2*half))
	if got := logLoss(d, positive[half:]); math.Abs(got-want.LogLoss) > 0.01 {
		t.Errorf("log loss %.4f, scikit-learn's %.4f", got, want.LogLoss)
	}
	if got := auc(d, positive[half:]); math.Abs(got-want.AUC) > 0.005 {
		t.Errorf("area under the curve %.4f, scikit-learn's %.4f", got, want.AUC)
	}
	gain := m.Gain()
	if gain[5] > 0.1 || gain[0] < 0.3 {
		t.Errorf("gains %.3f: the first feature says most, the last nothing", gain)
	}
}

func TestTheSameForAnyNumberOfProcessors(t *testing.T) {
	columns, positive := sample()
	opt := boost.Options{Trees: 12, Sample: 0.6, Features: 0.7, Seed: 5}
	var models [][]byte
	for _, n := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(n)
		b, err := fit(t, columns, positive, nil, opt).MarshalBinary()
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, b)
	}
	if !bytes.Equal(models[0], models[1]) || !bytes.Equal(models[0], models[2]) {
		t.Error("the model depends on the number of processors")
	}
	opt.Seed = 6
	if b, _ := fit(t, columns, positive, nil, opt).MarshalBinary(); bytes.Equal(b, models[0]) {
		t.Error("the seed changes nothing")
	}
}

// A row of weight 3 counts as much as three of weight 1.
func TestWeightsAreRepetitions(t *testing.T) {
	columns, positive := sample()
	columns, positive = part(columns, 0, 500), positive[:500]
	repeated := make([][]float64, features)
	var labels []bool
	weights := make([]float64, 500)
	for i := range 500 {
		times := 1 + i%3
		weights[i] = float64(times)
		for range times {
			for j := range columns {
				repeated[j] = append(repeated[j], math.Round(20*columns[j][i]))
			}
			labels = append(labels, positive[i])
		}
	}
	rounded := make([][]float64, features)
	for j := range columns {
		for _, x := range columns[j] {
			rounded[j] = append(rounded[j], math.Round(20*x))
		}
	}
	opt := boost.Options{Trees: 15, Leaves: 8}
	a := decisions(t, fit(t, rounded, positive, weights, opt), rounded)
	b := decisions(t, fit(t, repeated, labels, nil, opt), rounded)
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			t.Fatalf("row %d: %v with a weight, %v repeated", i, a[i], b[i])
		}
	}
}

// The decision is what the features contributed, and more trees fit better.
func TestDecisions(t *testing.T) {
	columns, positive := sample()
	columns, positive = part(columns, 0, 1000), positive[:1000]
	last := math.Inf(1)
	for _, trees := range []int{1, 10, 50} {
		m := fit(t, columns, positive, nil, boost.Options{Trees: trees, MinLeaf: 5})
		if m.Trees() != trees || m.Features() != features {
			t.Errorf("%d trees of %d features", m.Trees(), m.Features())
		}
		d := decisions(t, m, columns)
		if loss := logLoss(d, positive); loss >= last {
			t.Errorf("%d trees: a loss of %.4f after one of %.4f", trees, loss, last)
		} else {
			last = loss
		}
		for i := range 50 {
			c, err := m.Contributions(row(columns, i))
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, x := range c {
				sum += x
			}
			if math.Abs(sum-d[i]) > 1e-9 {
				t.Fatalf("contributions sum to %v, the decision is %v", sum, d[i])
			}
		}
	}
}

// Whatever the values are, a constant feature decides nothing, and a feature
// that is the answer decides all.
func TestAnyValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(60, 200).Draw(t, "rows")
		wild := rapid.SliceOfN(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), n, n).Draw(t, "values")
		positive := make([]bool, n)
		answer, constant := make([]float64, n), make([]float64, n)
		for i := range positive {
			positive[i] = i%3 == 0
			constant[i] = 7
			if positive[i] {
				answer[i] = 1e300
			}
		}
		m, err := boost.Fit(t.Context(), [][]float64{constant, answer, wild}, positive, nil, boost.Options{Trees: 30, MinLeaf: 1})
		if err != nil {
			t.Fatal(err)
		}
		if m.Gain()[0] != 0 {
			t.Errorf("a constant gained %v", m.Gain()[0])
		}
		for i := range positive {
			d, err := m.Decision([]float64{7, answer[i], wild[i]})
			if err != nil || (d > 0) != positive[i] {
				t.Fatalf("row %d: %v, %v", i, d, err)
			}
		}
	})
}

func TestMistakes(t *testing.T) {
	x, y := [][]float64{{1, 2, 3, 4}}, []bool{true, false, true, false}
	for name, f := range map[string]func() error{
		"no features": func() error { _, err := boost.Fit(t.Context(), nil, y, nil, boost.Options{}); return err },
		"no rows":     func() error { _, err := boost.Fit(t.Context(), [][]float64{{}}, nil, nil, boost.Options{}); return err },
		"lengths":     func() error { _, err := boost.Fit(t.Context(), [][]float64{{1}}, y, nil, boost.Options{}); return err },
		"not a number": func() error {
			_, err := boost.Fit(t.Context(), [][]float64{{1, 2, 3, math.NaN()}}, y, nil, boost.Options{})
			return err
		},
		"one class": func() error { _, err := boost.Fit(t.Context(), x, make([]bool, 4), nil, boost.Options{}); return err },
		"weights": func() error {
			_, err := boost.Fit(t.Context(), x, y, []float64{1, 1, 1, -1}, boost.Options{})
			return err
		},
		"no weight": func() error {
			_, err := boost.Fit(t.Context(), x, y, []float64{0, 1, 0, 1}, boost.Options{})
			return err
		},
		"leaves": func() error { _, err := boost.Fit(t.Context(), x, y, nil, boost.Options{Leaves: 1}); return err },
		"rate":   func() error { _, err := boost.Fit(t.Context(), x, y, nil, boost.Options{LearningRate: 2}); return err },
		"sample": func() error { _, err := boost.Fit(t.Context(), x, y, nil, boost.Options{Sample: -1}); return err },
		"a row": func() error {
			_, err := fit(t, x, y, nil, boost.Options{Trees: 1}).Decision([]float64{1, 2})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWrittenModelsAreTheSame(t *testing.T) {
	columns, positive := sample()
	m := fit(t, columns, positive, nil, boost.Options{Trees: 5})
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read boost.Model
	if err := read.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(decisions(t, m, columns), decisions(t, &read, columns)) {
		t.Error("the model that was read decides otherwise")
	}
}

// A damaged model is an error, or one that ends for every row.
func FuzzUnmarshal(f *testing.F) {
	columns, positive := sample()
	m, err := boost.Fit(f.Context(), part(columns, 0, 300), positive[:300], nil, boost.Options{Trees: 2, Leaves: 4})
	if err != nil {
		f.Fatal(err)
	}
	b, err := m.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m boost.Model
		if m.UnmarshalBinary(b) == nil {
			if _, err := m.Decision(make([]float64, m.Features())); err != nil {
				t.Fatal(err)
			}
		}
	})
}

package boost_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/boost"
)

func written(t *testing.T, m *boost.Model) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The model of a part is that of a table of its rows alone, and what became of
// rows in training is what the model says of them: whether their leaves are found
// among up to 64 or by walking.
func TestPartsAreTheirRowsAlone(t *testing.T) {
	columns, positive := sample()
	columns, positive = part(columns, 0, 3000), positive[:3000]
	weights := make([]float64, len(positive))
	for i := range weights {
		weights[i] = float64(1 + i/1000)
	}
	var parts []boost.Part
	for k := range 3 {
		var p boost.Part
		for i := range positive {
			if i/7%3 == k {
				p.Watch = append(p.Watch, i)
			} else {
				p.Learn = append(p.Learn, i)
			}
		}
		parts = append(parts, p)
	}
	parts[1].Watch = parts[1].Watch[:10]
	for _, leaves := range []int{15, 64, 100} {
		opt := boost.Options{Trees: 8, Leaves: leaves, MinLeaf: 3, Sample: 0.7, Features: 0.7, Seed: 3}
		fits, err := boost.FitParts(t.Context(), columns, positive, weights, parts, opt)
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range parts {
			alone := make([][]float64, len(columns))
			var answers []bool
			var counts []float64
			for _, i := range p.Learn {
				for j := range columns {
					alone[j] = append(alone[j], columns[j][i])
				}
				answers, counts = append(answers, positive[i]), append(counts, weights[i])
			}
			if want := fit(t, alone, answers, counts, opt); !bytes.Equal(written(t, want), written(t, fits[k].Model)) {
				t.Errorf("%d leaves: the model of part %d is not that of its rows alone", leaves, k)
			}
			all := decisions(t, fits[k].Model, columns)
			for i, d := range fits[k].Decisions {
				want := all[i]
				if !slices.Contains(p.Learn, i) && !slices.Contains(p.Watch, i) {
					want = 0
				}
				if d != want {
					t.Fatalf("%d leaves: part %d followed row %d to %v, the model says %v", leaves, k, i, d, all[i])
				}
			}
		}
	}
}

func TestLosses(t *testing.T) {
	columns, positive := sample()
	columns, positive = part(columns, 0, 2600), positive[:2600]
	weights := make([]float64, len(positive))
	p := boost.Part{Every: 10}
	for i := range positive {
		weights[i] = 1
		if i < 1300 {
			p.Learn = append(p.Learn, i)
			// Weights that change and stay make no difference to a mean.
			weights[i] = float64(1 + i/1100)
		} else {
			p.Watch = append(p.Watch, i)
		}
	}
	fits, err := boost.FitParts(t.Context(), columns, positive, weights, []boost.Part{p, {}}, boost.Options{Trees: 25, LearningRate: 0.3})
	if err != nil {
		t.Fatal(err)
	}
	if fits[1].Losses != nil {
		t.Errorf("losses that nobody asked for: %v", fits[1].Losses)
	}
	losses := fits[0].Losses
	var at []int
	for k, l := range losses {
		at = append(at, l.Trees)
		if k > 0 && l.Learn >= losses[k-1].Learn {
			t.Errorf("the loss of what is learned from does not fall: %v", losses)
		}
	}
	if !slices.Equal(at, []int{0, 10, 20, 25}) {
		t.Errorf("losses after %v trees", at)
	}
	last := losses[len(losses)-1]
	d := fits[0].Decisions
	if want := logLoss(d[1300:], positive[1300:]); math.Abs(last.Watch-want) > 1e-12 {
		t.Errorf("a loss of %v on the rows that were watched, want %v", last.Watch, want)
	}
	sum, total := 0.0, 0.0
	for i := range 1300 {
		sum += weights[i] * logLoss(d[i:i+1], positive[i:i+1])
		total += weights[i]
	}
	if math.Abs(last.Learn-sum/total) > 1e-12 {
		t.Errorf("a loss of %v on the rows that were learned from, want %v", last.Learn, sum/total)
	}
	if last.Watch <= last.Learn {
		t.Errorf("rows that were only watched are known better: %v", last)
	}
}

// Whatever the values are, a row that is watched is in the bin that the model's
// thresholds give it.
func TestAnyValuesAreFollowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(40, 150).Draw(t, "rows")
		value := rapid.OneOf(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), rapid.Float64Range(-1, 1), rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) * math.Copysign(0.5, float64(i)) }))
		column := rapid.SliceOfN(value, n, n).Draw(t, "values")
		positive := make([]bool, n)
		var p boost.Part
		for i := range positive {
			positive[i] = i%3 == 0 || column[i] > 0.4
			if i < 3 || rapid.Bool().Draw(t, "learn") {
				p.Learn = append(p.Learn, i)
			} else {
				p.Watch = append(p.Watch, i)
			}
		}
		positive[1] = false
		fits, err := boost.FitParts(t.Context(), [][]float64{column}, positive, nil, []boost.Part{p}, boost.Options{Trees: 5, MinLeaf: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range fits[0].Decisions {
			if want, err := fits[0].Model.Decision([]float64{column[i]}); err != nil || d != want {
				t.Fatalf("row %d of value %v was followed to %v, the model says %v, %v", i, column[i], d, want, err)
			}
		}
	})
}

func TestMistakenParts(t *testing.T) {
	x, y := [][]float64{{1, 2, 3, 4}}, []bool{true, false, true, false}
	for name, p := range map[string]boost.Part{
		"no such row":      {Learn: []int{0, 1, 4}},
		"a row before":     {Learn: []int{0, 1}, Watch: []int{-1}},
		"twice":            {Learn: []int{0, 1, 0}},
		"learned, watched": {Watch: []int{2}},
		"no rows":          {Learn: []int{}},
		"one class":        {Learn: []int{0, 2}},
		"never":            {Every: -1},
	} {
		if _, err := boost.FitParts(t.Context(), x, y, nil, []boost.Part{{}, p}, boost.Options{Trees: 1}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	columns, positive := sample()
	for b.Loop() {
		if _, err := boost.Fit(b.Context(), columns, positive, nil, boost.Options{Leaves: 15, Sample: 0.5}); err != nil {
			b.Fatal(err)
		}
	}
}

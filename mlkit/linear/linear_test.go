package linear_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/linear"
	"viva/mlkit/sparse"
)

type fitter interface {
	Fit(ctx context.Context, x *sparse.Matrix, labels []string) (*linear.Model, error)
}

// fitters has the zero values of all methods.
var fitters = map[string]fitter{
	"svm":                     linear.SVM{},
	"hinge":                   linear.SVM{Loss: "hinge"},
	"logistic":                linear.Logistic{},
	"complement naive Bayes":  linear.Bayes{},
	"multinomial naive Bayes": linear.Bayes{Kind: "multinomial"},
}

// problem makes rows in which the first features give the class away, one for
// each class, and the others are noise.
func problem(classes, n int, seed uint64) (rows [][]float64, labels []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		row := make([]float64, classes+5)
		row[i%classes] = 1
		for f := classes; f < len(row); f++ {
			row[f] = rng.Float64() / 2
		}
		rows = append(rows, row)
		labels = append(labels, fmt.Sprintf("class %02d", i%classes))
	}
	return rows, labels
}

func TestSeparableClassesAreLearned(t *testing.T) {
	for name, f := range fitters {
		for _, classes := range []int{2, 3, 8, 9, 17} {
			t.Run(fmt.Sprintf("%s with %d classes", name, classes), func(t *testing.T) {
				rows, labels := problem(classes, 20*classes, 1)
				m, err := f.Fit(t.Context(), matrix(t, rows), labels)
				if err != nil {
					t.Fatal(err)
				}
				predicted, err := m.Predict(matrix(t, rows))
				if err != nil {
					t.Fatal(err)
				}
				for i := range labels {
					if predicted[i] != labels[i] {
						t.Fatalf("row %d is taken for %s, is %s", i, predicted[i], labels[i])
					}
				}
				if strings.HasPrefix(name, "multinomial") {
					return // its weights are logarithms of shares, none above 0
				}
				for k, class := range m.Classes() {
					top, err := m.TopFeatures(class, 1)
					if err != nil {
						t.Fatal(err)
					}
					if len(top) != 1 || top[0].Feature != k {
						t.Errorf("%s: the heaviest feature is %v, want %d", class, top, k)
					}
				}
			})
		}
	}
}

// Gradients of the objective vanish at the optimum, so nudging any weight must
// not lower it. This checks the result against the documented formula.
func TestSVMMinimisesItsObjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 4).Draw(t, "classes")
		rows, labels := problem(classes, rapid.IntRange(8, 40).Draw(t, "rows"), rapid.Uint64().Draw(t, "seed"))
		for i := range labels { // make some of them wrong
			if rapid.IntRange(0, 5).Draw(t, "wrong") == 0 {
				labels[i] = labels[(i+1)%len(labels)]
			}
		}
		c := rapid.SampledFrom([]float64{0.1, 1, 10}).Draw(t, "C")
		loss := rapid.SampledFrom([]string{"squared hinge", "hinge"}).Draw(t, "loss")
		x, err := sparse.FromDense(rows)
		if err != nil {
			t.Fatal(err)
		}
		m, err := linear.SVM{C: c, Loss: loss, Tol: 1e-8, MaxIter: 100_000}.Fit(context.Background(), x, labels)
		if err != nil {
			if strings.Contains(err.Error(), "two classes") {
				t.Skip()
			}
			t.Fatal(err)
		}
		class := m.Classes()[len(m.Classes())-1]
		w := make([]float64, x.Cols()+1)
		for f := range x.Cols() {
			w[f], _ = m.Weight(class, f)
		}
		w[x.Cols()], _ = m.Intercept(class)
		objective := func() float64 {
			sum := 0.0
			for _, v := range w {
				sum += v * v / 2
			}
			for i, row := range rows {
				score, y := w[x.Cols()], -1.0
				if labels[i] == class {
					y = 1
				}
				for f, v := range row {
					score += w[f] * float64(float32(v))
				}
				z := math.Max(0, 1-y*score)
				if loss == "squared hinge" {
					z *= z
				}
				sum += c * z
			}
			return sum
		}
		best := objective()
		for f := range w {
			for _, nudge := range []float64{-0.01, 0.01} {
				w[f] += nudge
				if got := objective(); got < best-1e-6 {
					t.Fatalf("weight %d changed by %v lowers the objective from %v to %v", f, nudge, best, got)
				}
				w[f] -= nudge
			}
		}
	})
}

func TestResultDoesNotDependOnWorkers(t *testing.T) {
	rows, labels := problem(11, 150, 5)
	for i := range labels {
		if i%7 == 0 {
			labels[i] = labels[(i+3)%len(labels)]
		}
	}
	for name, f := range fitters {
		fingerprint := func(workers int) string {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			m, err := f.Fit(t.Context(), matrix(t, rows), labels)
			if err != nil {
				t.Fatal(err)
			}
			return m.Fingerprint()
		}
		one := fingerprint(1)
		if fingerprint(2) != one || fingerprint(5) != one {
			t.Errorf("%s: the model depends on the number of workers", name)
		}
	}
}

// Rows without any entry, and features of very different size, are unusual but
// legal.
func TestUnusualRowsConverge(t *testing.T) {
	rows := [][]float64{{0, 0}, {1000, 0}, {0, 0.001}, {0, 0}, {900, 1}, {1, 800}}
	labels := strings.Fields("a b a a b c")
	for name, f := range fitters {
		m, err := f.Fit(t.Context(), matrix(t, rows), labels)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		scores, err := m.Decision(matrix(t, rows))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range scores {
			for _, s := range row {
				if math.IsNaN(s) || math.IsInf(s, 0) {
					t.Fatalf("%s: scores %v", name, scores)
				}
			}
		}
	}
}

func TestStoppingEarlyIsAWarning(t *testing.T) {
	rows, labels := problem(4, 100, 1)
	for i := range labels {
		labels[i] = labels[(i*i)%len(labels)]
	}
	for name, f := range map[string]fitter{"svm": linear.SVM{MaxIter: 1}, "logistic": linear.Logistic{MaxIter: 1}} {
		m, err := f.Fit(t.Context(), matrix(t, rows), labels)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], "did not converge") {
			t.Errorf("%s: warnings %q", name, m.Warnings)
		}
	}
}

func TestFittingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rows, labels := problem(3, 30, 1)
	for name, f := range fitters {
		if _, err := f.Fit(ctx, matrix(t, rows), labels); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want Canceled", name, err)
		}
	}
}

func TestBadInputIsExplained(t *testing.T) {
	x := matrix(t, [][]float64{{1, 0}, {0, 1}, {1, 1}})
	abc := strings.Fields("a b c")
	fit := func(f fitter, labels ...string) func() error {
		return func() error { _, err := f.Fit(t.Context(), x, labels); return err }
	}
	fitted, err := linear.SVM{}.Fit(t.Context(), x, abc)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"labels missing", fit(linear.SVM{}, "a"), "3 rows for 1 labels"},
		{"one class", fit(linear.SVM{}, "a", "a", "a"), `all 3 rows are of class "a"`},
		{"empty label", fit(linear.Logistic{}, "a", "", "b"), "row 1 (counted from 0) has no label"},
		{"negative C", fit(linear.SVM{C: -1}, abc...), "C -1"},
		{"unknown loss", fit(linear.SVM{Loss: "square"}, abc...), `loss "square"`},
		{"unknown class weight", fit(linear.Logistic{ClassWeight: "auto"}, abc...), `class weight "auto"`},
		{"no weight of a class", fit(linear.SVM{ClassWeights: map[string]float64{"a": 0}}, abc...), `class weight 0 for "a"`},
		{"both class weights", fit(linear.Logistic{ClassWeight: "balanced", ClassWeights: map[string]float64{"a": 2}}, abc...), "give one of them"},
		{"no smoothing", fit(linear.Bayes{Alpha: -1}, abc...), "Alpha -1"},
		{"unknown Bayes", fit(linear.Bayes{Kind: "gaussian"}, abc...), `kind "gaussian"`},
		{"negative values", func() error {
			_, err := linear.Bayes{}.Fit(t.Context(), matrix(t, [][]float64{{1, 0}, {0, -1}, {1, 1}}), abc)
			return err
		}, "row 1, feature 1 is -1"},
		{"path of nothing", func() error { _, err := linear.SVM{}.Path(t.Context(), x, abc, nil); return err }, "at least one"},
		{"path to 0", func() error { _, err := linear.Logistic{}.Path(t.Context(), x, abc, []float64{1, 0}); return err }, "C = 0"},
		{"other features", func() error { _, err := fitted.Predict(matrix(t, [][]float64{{1}})); return err }, "have 1 features, the model was fitted on 2"},
		{"probabilities of an SVM", func() error { _, err := fitted.Probabilities(x); return err }, "has no probabilities"},
		{"unknown class", func() error { _, err := fitted.Weight("d", 0); return err }, `no class "d"`},
		{"unknown feature", func() error { _, err := fitted.Weight("a", 2); return err }, "feature 2 of 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// A model on a path is the model of its C alone, up to the tolerance.
func TestPathLeadsToTheSameOptima(t *testing.T) {
	rows, labels := problem(5, 120, 3)
	for i := range labels {
		if i%6 == 0 {
			labels[i] = labels[(i+2)%len(labels)]
		}
	}
	x, c := matrix(t, rows), []float64{0.1, 1, 5}
	fit := func(name string, c float64) (*linear.Model, error) {
		if name == "svm" {
			return linear.SVM{C: c, Tol: 1e-8}.Fit(t.Context(), x, labels)
		}
		return linear.Logistic{C: c, Tol: 1e-8}.Fit(t.Context(), x, labels)
	}
	paths := map[string][]*linear.Model{}
	var err error
	if paths["svm"], err = (linear.SVM{Tol: 1e-8}).Path(t.Context(), x, labels, c); err != nil {
		t.Fatal(err)
	}
	if paths["logistic"], err = (linear.Logistic{Tol: 1e-8}).Path(t.Context(), x, labels, c); err != nil {
		t.Fatal(err)
	}
	for name, path := range paths {
		for i, m := range path {
			alone, err := fit(name, c[i])
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.Decision(x)
			if err != nil {
				t.Fatal(err)
			}
			want, err := alone.Decision(x)
			if err != nil {
				t.Fatal(err)
			}
			if m.Method != alone.Method {
				t.Errorf("%s: %q on the path, %q alone", name, m.Method, alone.Method)
			}
			compare(t, m.Method, got, want, 1e-3)
		}
	}
}

// Given weights count as copies of a class's documents do.
func TestClassWeightsCountDocuments(t *testing.T) {
	rows, labels := problem(3, 60, 9)
	labels[4], labels[9], labels[14] = labels[5], labels[10], labels[15]
	twice, twiceLabels := append([][]float64(nil), rows...), append([]string(nil), labels...)
	for i, l := range labels {
		if l == "class 01" {
			twice, twiceLabels = append(twice, rows[i]), append(twiceLabels, l)
		}
	}
	weights := map[string]float64{"class 01": 2}
	weighted, err := linear.Logistic{Tol: 1e-8, ClassWeights: weights}.Fit(t.Context(), matrix(t, rows), labels)
	if err != nil {
		t.Fatal(err)
	}
	repeated, err := linear.Logistic{Tol: 1e-8}.Fit(t.Context(), matrix(t, twice), twiceLabels)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := weighted.Decision(matrix(t, rows))
	want, _ := repeated.Decision(matrix(t, rows))
	compare(t, "decision", got, want, 1e-3)
	m, err := linear.SVM{ClassWeights: map[string]float64{"none such": 2}}.Fit(t.Context(), matrix(t, rows), labels)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0], `"none such"`) {
		t.Errorf("warnings %q, want one of the class that does not exist", m.Warnings)
	}
}

// Whatever the bytes are, reading them ends with a model or an error.
func FuzzReadingModels(f *testing.F) {
	x := matrix(f, [][]float64{{1, 0}, {0, 1}, {1, 1}})
	for _, labels := range []string{"a b c", "a b b"} {
		m, err := linear.SVM{}.Fit(f.Context(), x, strings.Fields(labels))
		if err != nil {
			f.Fatal(err)
		}
		b, err := m.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-5])
		f.Add(b[8:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m linear.Model
		if m.UnmarshalBinary(b) != nil {
			return
		}
		features := make([]float64, m.Features())
		if _, err := m.Decision(matrix(t, [][]float64{features})); err != nil {
			t.Fatal(err)
		}
	})
}

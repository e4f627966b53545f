package linear_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"viva/mlkit/linear"
	"viva/mlkit/sparse"
)

// recorded is what scikit-learn said of some rows; testdata/recorded.py made
// it, with tolerances that leave the optimum itself.
type recorded struct {
	Kind    string
	Options struct {
		C                 float64
		Loss, ClassWeight string
		Alpha             float64
		Norm              bool
	}
	X             [][]float64
	Labels        []string
	New           [][]float64
	Decision      json.RawMessage // a number for each row with two classes, else a list
	Predicted     []string
	Probabilities [][]float64
	Objective     float64
}

func (c recorded) decision(t *testing.T) [][]float64 {
	t.Helper()
	var rows [][]float64
	if json.Unmarshal(c.Decision, &rows) == nil {
		return rows
	}
	var second []float64
	if err := json.Unmarshal(c.Decision, &second); err != nil {
		t.Fatal(err)
	}
	rows = nil
	for _, d := range second {
		rows = append(rows, []float64{-d, d})
	}
	return rows
}

func matrix(t testing.TB, rows [][]float64) *sparse.Matrix {
	t.Helper()
	m, err := sparse.FromDense(rows)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (c recorded) fit(t *testing.T, tol float64) *linear.Model {
	t.Helper()
	var m *linear.Model
	var err error
	switch c.Kind {
	case "svm":
		m, err = linear.SVM{C: c.Options.C, Loss: c.Options.Loss, ClassWeight: c.Options.ClassWeight, Tol: tol, MaxIter: 20_000}.Fit(t.Context(), matrix(t, c.X), c.Labels)
	case "logistic":
		m, err = linear.Logistic{C: c.Options.C, ClassWeight: c.Options.ClassWeight, Tol: tol, MaxIter: 20_000}.Fit(t.Context(), matrix(t, c.X), c.Labels)
	default:
		m, err = linear.Bayes{Kind: c.Kind, Alpha: c.Options.Alpha, Norm: c.Options.Norm}.Fit(t.Context(), matrix(t, c.X), c.Labels)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings) > 0 {
		t.Errorf("warnings %q", m.Warnings)
	}
	return m
}

func TestModelsAreScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s %+v", i, c.Kind, c.Options), func(t *testing.T) {
			for _, tight := range []struct{ tol, allowed, objective float64 }{{0, 0.2, 1e-3}, {1e-8, 2e-3, 1e-6}} {
				m := c.fit(t, tight.tol)
				decision, err := m.Decision(matrix(t, c.New))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, "decision", decision, c.decision(t), tight.allowed)
				if c.Objective > 0 {
					if got := c.objective(t, m); math.Abs(got/c.Objective-1) > tight.objective {
						t.Errorf("Tol %g: the objective is %.9g, at scikit-learn's optimum %.9g", tight.tol, got, c.Objective)
					}
				}
				predicted, err := m.Predict(matrix(t, c.New))
				if err != nil {
					t.Fatal(err)
				}
				if tight.tol > 0 && !slices.Equal(predicted, c.Predicted) {
					t.Errorf("predicted %q, want %q", predicted, c.Predicted)
				}
				if c.Probabilities != nil {
					p, err := m.Probabilities(matrix(t, c.New))
					if err != nil {
						t.Fatal(err)
					}
					compare(t, "probabilities", p, c.Probabilities, tight.allowed)
				}
			}
		})
	}
}

// objective computes by its definition what is minimised.
func (c recorded) objective(t *testing.T, m *linear.Model) float64 {
	t.Helper()
	scores, err := m.Decision(matrix(t, c.X))
	if err != nil {
		t.Fatal(err)
	}
	strength := c.Options.C
	if strength == 0 {
		strength = 1
	}
	classes, weight := m.Classes(), map[string]float64{}
	for _, l := range c.Labels {
		weight[l]++
	}
	for l, n := range weight {
		weight[l] = 1
		if c.Options.ClassWeight == "balanced" {
			weight[l] = float64(len(c.Labels)) / float64(len(classes)) / n
		}
	}
	total := 0.0
	for k, class := range classes {
		if len(classes) == 2 && k == 0 {
			continue // the same problem as the second class's
		}
		for f := range m.Features() {
			w, err := m.Weight(class, f)
			if err != nil {
				t.Fatal(err)
			}
			total += w * w / 2
		}
		if c.Kind == "logistic" {
			continue
		}
		b, err := m.Intercept(class)
		if err != nil {
			t.Fatal(err)
		}
		total += b * b / 2
		for i, l := range c.Labels {
			y, w := -1.0, 1.0
			if len(classes) == 2 {
				w = weight[l]
			}
			if l == class {
				y, w = 1, weight[l]
			}
			loss := max(0, 1-y*scores[i][k])
			if c.Options.Loss != "hinge" {
				loss *= loss
			}
			total += strength * w * loss
		}
	}
	if c.Kind == "logistic" {
		probabilities, err := m.Probabilities(matrix(t, c.X))
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range c.Labels {
			total -= strength * weight[l] * math.Log(probabilities[i][slices.Index(classes, l)])
		}
	}
	return total
}

func compare(t *testing.T, what string, got, want [][]float64, allowed float64) {
	t.Helper()
	worst := 0.0
	for i := range want {
		if len(got[i]) != len(want[i]) {
			t.Fatalf("%s has %d columns, want %d", what, len(got[i]), len(want[i]))
		}
		for k := range want[i] {
			worst = math.Max(worst, math.Abs(got[i][k]-want[i][k]))
		}
	}
	if worst > allowed {
		t.Errorf("%s is off by up to %.2g, allowed %.2g", what, worst, allowed)
	}
}

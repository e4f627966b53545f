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
	}
	X             [][]float64
	Labels        []string
	New           [][]float64
	Decision      json.RawMessage // a number for each row with two classes, else a list
	Predicted     []string
	Probabilities [][]float64
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
	if c.Kind == "svm" {
		m, err = linear.SVM{C: c.Options.C, Loss: c.Options.Loss, ClassWeight: c.Options.ClassWeight, Tol: tol, MaxIter: 1_000_000}.Fit(t.Context(), matrix(t, c.X), c.Labels)
	} else {
		m, err = linear.Logistic{C: c.Options.C, ClassWeight: c.Options.ClassWeight, Tol: tol}.Fit(t.Context(), matrix(t, c.X), c.Labels)
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
			for _, tight := range []struct{ tol, allowed float64 }{{0, 1e-3}, {1e-6, 1e-5}} {
				m := c.fit(t, tight.tol)
				decision, err := m.Decision(matrix(t, c.New))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, "decision", decision, c.decision(t), tight.allowed)
				predicted, err := m.Predict(matrix(t, c.New))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(predicted, c.Predicted) {
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

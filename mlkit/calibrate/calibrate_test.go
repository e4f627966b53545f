package calibrate_test

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/calibrate"
)

// recorded is what scikit-learn said; testdata/recorded.py made it.
type recorded struct {
	Classes, Truth               []string
	Scores, Sigmoid, Temperature [][]float64
}

func readRecorded(t testing.TB) []recorded {
	t.Helper()
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestProbabilitiesAreScikitLearns(t *testing.T) {
	for _, c := range readRecorded(t) {
		for method, want := range map[string][][]float64{calibrate.Sigmoid: c.Sigmoid, calibrate.Temperature: c.Temperature} {
			m, err := calibrate.Fit(method, c.Classes, c.Scores, c.Truth)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.Probabilities(c.Scores)
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i := range want {
				for k := range want[i] {
					worst = max(worst, math.Abs(got[i][k]-want[i][k]))
				}
			}
			// scikit-learn's search for the sigmoid stops at a gradient of 1e-5.
			if worst > 2e-5 {
				t.Errorf("%s with %d classes: probabilities are off by up to %.2g", method, len(c.Classes), worst)
			}
		}
	}
}

// Rows are distributions; temperature leaves the order of the classes; and what
// was written says the same.
func TestProbabilitiesAreDistributions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := strings.Fields("a b c d")[:rapid.IntRange(2, 4).Draw(t, "classes")]
		n := rapid.IntRange(1, 30).Draw(t, "documents")
		size := rapid.SampledFrom([]float64{1e-3, 1, 1e4}).Draw(t, "size")
		scores, truth := make([][]float64, n), make([]string, n)
		for i := range scores {
			for range classes {
				scores[i] = append(scores[i], size*rapid.Float64Range(-1, 1).Draw(t, "score"))
			}
			truth[i] = rapid.SampledFrom(classes).Draw(t, "truth")
		}
		method := rapid.SampledFrom([]string{calibrate.Temperature, calibrate.Sigmoid}).Draw(t, "method")
		m, err := calibrate.Fit(method, classes, scores, truth)
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Probabilities(scores)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range p {
			sum := 0.0
			for k, v := range row {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("probability %v", v)
				}
				sum += v
				if method == calibrate.Temperature && scores[i][k] > scores[i][0] && v < row[0] {
					t.Fatalf("scores %v give %v: their order changed", scores[i], row)
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("row %d sums to %v", i, sum)
			}
		}
		b, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read calibrate.Map
		if err := read.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if again, err := read.Probabilities(scores); err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("the map that was read says something else: %v", err)
		}
	})
}

func TestBadInputIsExplained(t *testing.T) {
	ab := []string{"a", "b"}
	fit := func(method string, classes []string, scores [][]float64, truth ...string) error {
		_, err := calibrate.Fit(method, classes, scores, truth)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{fit("isotonic", ab, [][]float64{{0, 1}}, "a"), `method "isotonic"`},
		{fit("", ab, [][]float64{{0, 1}}), "1 documents for 0 labels"},
		{fit("", []string{"b", "a"}, [][]float64{{0, 1}}, "a"), "ascending"},
		{fit("", ab, [][]float64{{0, 1, 2}}, "a"), "row 0 has 3 scores for 2 classes"},
		{fit("", ab, [][]float64{{0, math.NaN()}}, "a"), `score NaN for class "b"`},
		{fit("", ab, [][]float64{{0, 1}}, "c"), `the label "c"`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", c.err, c.want)
		}
	}
}

// Whatever the bytes are, reading them ends with a map or an error.
func FuzzReadingMaps(f *testing.F) {
	c := readRecorded(f)[1]
	for _, method := range []string{calibrate.Temperature, calibrate.Sigmoid} {
		m, err := calibrate.Fit(method, c.Classes, c.Scores, c.Truth)
		if err != nil {
			f.Fatal(err)
		}
		b, err := m.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-3])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m calibrate.Map
		if m.UnmarshalBinary(b) != nil {
			return
		}
		if _, err := m.Probabilities([][]float64{make([]float64, len(m.Classes()))}); err != nil {
			t.Fatal(err)
		}
		m.View()
	})
}

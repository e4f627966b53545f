package text_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"viva/mlkit/text"
)

// recorded is what scikit-learn said; testdata/recorded.py made it.
type recorded struct {
	Texts  []string
	New    []string
	Tokens [][]string
	Cases  []struct {
		Options text.Options
		Terms   []string
		Fitted  [][]float64
		New     [][]float64
	}
}

func readRecorded(t *testing.T) recorded {
	t.Helper()
	content, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTokensAreScikitLearns(t *testing.T) {
	r := readRecorded(t)
	for i, text1 := range r.Texts {
		if got := text.Tokens(text1); !slices.Equal(got, r.Tokens[i]) {
			t.Errorf("tokens of %q:\n got %q\nwant %q", text1, got, r.Tokens[i])
		}
	}
}

func TestTFIDFIsScikitLearns(t *testing.T) {
	r := readRecorded(t)
	for _, c := range r.Cases {
		t.Run(c.Options.String(), func(t *testing.T) {
			v, fitted, err := text.Vectorizer{Options: c.Options}.FitTransform(t.Context(), r.Texts)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Terms(), c.Terms) {
				t.Fatalf("terms\n got %q\nwant %q", v.Terms(), c.Terms)
			}
			same(t, "training texts", fitted.Dense(), c.Fitted)
			weights, err := v.TransformTexts(t.Context(), r.New)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "new texts", weights.Dense(), c.New)
		})
	}
}

func same(t *testing.T, what string, got, want [][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range want {
		for j := range want[i] {
			if math.Abs(got[i][j]-want[i][j]) > 1e-9 {
				t.Errorf("%s: row %d, column %d: %v, want %v", what, i, j, got[i][j], want[i][j])
			}
		}
	}
}

package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"viva/internal/publicdata"
	"viva/mlkit/coherence"
)

func TestExponent(t *testing.T) {
	for _, want := range []float64{0, 1, 1.5} {
		var x, y []float64
		for _, n := range []float64{100, 200, 400, 900} {
			x, y = append(x, n), append(y, 3*math.Pow(n, want))
		}
		if got := exponent(x, y); math.Abs(got-want) > 1e-9 {
			t.Errorf("exponent %v, want %v", got, want)
		}
	}
}

// What sklearn.datasets._twenty_newsgroups leaves of these posts:
// strip_newsgroup_footer(strip_newsgroup_quoting(strip_newsgroup_header(post))).
func TestPostsAreStrippedAsScikitLearnDoes(t *testing.T) {
	for _, c := range []struct{ post, want string }{
		{"From: a\nSubject: b\n\nIn article <1> c writes:\n> old\nnew\n", "new\n"},
		{"From: a\n\nhello\nworld\n\n-- \nJohn\n", "hello\nworld\n"},
		{"From: a\n\nfirst\n\nlast\n", "first"},
		{"no blank line", ""},
		{"From: a\r\n\r\none\r\n---\r\nsig", "one"},
	} {
		if got := stripPost(c.post); got != c.want {
			t.Errorf("%q: %q, want %q", c.post, got, c.want)
		}
	}
}

// gensim said what is recorded of the same topics and documents: 11,265 posts with
// up to thousands of words. The recorded file says how.
func TestCoherenceOnRealDocuments(t *testing.T) {
	path := publicdata.Path(t, "classification/20newsgroups")
	docs, err := newsgroupWords(t.Context(), settings{data: filepath.Dir(filepath.Dir(path))})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("testdata/topics_20ng.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Topics [][]string
		CV     []float64 `json:"c_v"`
		CNPMI  []float64 `json:"c_npmi"`
		CUCI   []float64 `json:"c_uci"`
		UMass  []float64 `json:"u_mass"`
	}
	if err := json.Unmarshal(content, &recorded); err != nil {
		t.Fatal(err)
	}
	reference, err := coherence.NewReference(docs)
	if err != nil {
		t.Fatal(err)
	}
	for measure, want := range map[string][]float64{"c_v": recorded.CV, "c_npmi": recorded.CNPMI, "c_uci": recorded.CUCI, "u_mass": recorded.UMass} {
		score, err := reference.Score(t.Context(), recorded.Topics, coherence.Options{Measure: measure})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(score.Topics[i]-want[i]) > 1e-9 {
				t.Errorf("%s of topic %d is %.12f, want %.12f", measure, i+1, score.Topics[i], want[i])
			}
		}
	}
}

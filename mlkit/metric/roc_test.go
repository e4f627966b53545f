package metric_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/metric"
)

// testdata/roc.py recorded what scikit-learn says.
func TestCurvesAreScikitLearns(t *testing.T) {
	content, err := os.ReadFile("testdata/roc.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Positive                     []bool
		Scores, FPR, TPR, Thresholds []float64
		AUC                          float64
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("case %d with %d documents", i, len(c.Scores)), func(t *testing.T) {
			r, err := metric.NewROC(c.Positive, c.Scores, metric.ROCOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.AUC().Value; math.Abs(got-c.AUC) > 1e-12 {
				t.Errorf("AUC is %v, want %v", got, c.AUC)
			}
			for _, list := range []struct {
				name      string
				got, want []float64
			}{{"false positive rates", r.FPR, c.FPR}, {"true positive rates", r.TPR, c.TPR}, {"thresholds", r.Thresholds[1:], c.Thresholds}} {
				if len(list.got) != len(list.want) {
					t.Fatalf("%d %s, want %d", len(list.got), list.name, len(list.want))
				}
				for k := range list.got {
					if math.Abs(list.got[k]-list.want[k]) > 1e-12 {
						t.Errorf("%s: number %d is %v, want %v", list.name, k, list.got[k], list.want[k])
					}
				}
			}
		})
	}
}

func ranked(t *rapid.T) (positive []bool, scores []float64) {
	n := rapid.IntRange(4, 30).Draw(t, "documents")
	for i := range n {
		positive = append(positive, i < 2 || i > 3 && rapid.Bool().Draw(t, "positive"))
		scores = append(scores, float64(rapid.IntRange(0, 9).Draw(t, "score")))
	}
	return positive, scores
}

// The area is the share of pairs that are ranked right, and the variance that
// of the definition, summed over pairs.
func TestAreaCountsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positive, scores := ranked(t)
		pair := func(i, j int) float64 {
			switch {
			case scores[i] > scores[j]:
				return 1
			case scores[i] == scores[j]:
				return 0.5
			}
			return 0
		}
		var p, n []int
		for i := range positive {
			if positive[i] {
				p = append(p, i)
			} else {
				n = append(n, i)
			}
		}
		area := 0.0
		v10, v01 := make([]float64, len(p)), make([]float64, len(n))
		for a, i := range p {
			for b, j := range n {
				area += pair(i, j) / float64(len(p)*len(n))
				v10[a] += pair(i, j) / float64(len(n))
				v01[b] += pair(i, j) / float64(len(p))
			}
		}
		spread := func(v []float64) (s float64) {
			for _, x := range v {
				s += (x - area) * (x - area)
			}
			return s / float64(len(v)-1) / float64(len(v))
		}
		half := 1.959963984540054 * math.Sqrt(spread(v10)+spread(v01))
		r, err := metric.NewROC(positive, scores, metric.ROCOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := r.AUC()
		if math.Abs(got.Value-area) > 1e-12 {
			t.Fatalf("AUC is %v, want %v", got.Value, area)
		}
		if low, high := max(0, area-half), min(1, area+half); math.Abs(got.Interval.Low-low) > 1e-9 || math.Abs(got.Interval.High-high) > 1e-9 {
			t.Fatalf("interval is %v to %v, want %v to %v", got.Interval.Low, got.Interval.High, low, high)
		}
		// Groups of one document each are no groups.
		groups := make([]string, len(scores))
		for i := range groups {
			groups[i] = fmt.Sprint("g", i)
		}
		single, err := metric.NewROC(positive, scores, metric.ROCOptions{Groups: groups})
		if err != nil {
			t.Fatal(err)
		}
		if s := single.AUC().Interval; math.Abs(s.Low-got.Interval.Low) > 1e-9 || math.Abs(s.High-got.Interval.High) > 1e-9 {
			t.Fatalf("groups of one document have the interval %+v, documents %+v", s, got.Interval)
		}
	})
}

// Twenty documents of one group that say the same count once: intervals over
// groups cover the truth, those over documents do not.
func TestGroupsWidenTheInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const truth = 0.5
	rounds, covered, careless := 300, 0, 0
	for range rounds {
		var positive []bool
		var scores []float64
		var groups []string
		for g := range 40 {
			common := rng.NormFloat64()
			for range 20 {
				positive, scores = append(positive, g%2 == 0), append(scores, common+0.1*rng.NormFloat64())
				groups = append(groups, fmt.Sprint(g))
			}
		}
		for _, c := range []struct {
			groups []string
			count  *int
		}{{groups, &covered}, {nil, &careless}} {
			r, err := metric.NewROC(positive, scores, metric.ROCOptions{Groups: c.groups})
			if err != nil {
				t.Fatal(err)
			}
			if i := r.AUC().Interval; i.Low <= truth && truth <= i.High {
				*c.count++
			}
		}
	}
	if share := float64(covered) / float64(rounds); share < 0.9 || share > 0.98 {
		t.Errorf("intervals over groups cover the truth in %.0f %% of draws, want about 95", 100*share)
	}
	if careless > rounds/2 {
		t.Errorf("intervals over documents cover the truth in %d of %d draws: the draws are no test", careless, rounds)
	}
}

func TestCurvesNeedBothKinds(t *testing.T) {
	for _, tc := range []struct {
		positive []bool
		scores   []float64
		opt      metric.ROCOptions
		want     string
	}{
		{nil, nil, metric.ROCOptions{}, "0 positives and 0 negatives"},
		{[]bool{true}, []float64{1}, metric.ROCOptions{}, "1 positives and 0 negatives"},
		{[]bool{true}, nil, metric.ROCOptions{}, "1 labels for 0 scores"},
		{[]bool{true, false}, []float64{1, math.NaN()}, metric.ROCOptions{}, "row 1"},
		{[]bool{true, false}, []float64{1, 0}, metric.ROCOptions{Groups: []string{"a"}}, "1 groups for 2 scores"},
		{[]bool{true, false}, []float64{1, 0}, metric.ROCOptions{Level: 2}, "Level is 2"},
	} {
		if _, err := metric.NewROC(tc.positive, tc.scores, tc.opt); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, %v: error %v, want one with %q", tc.positive, tc.scores, err, tc.want)
		}
	}
	r, err := metric.NewROC([]bool{true, false}, []float64{1, 0}, metric.ROCOptions{})
	if err != nil || r.AUC().Interval != nil || len(r.Warnings) != 1 {
		t.Errorf("two documents: %+v, %v", r, err)
	}
}

package metric_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/metric"
)

func TestQuotientsWithoutDenominatorAreWarnings(t *testing.T) {
	r, err := metric.Classify([]string{"a", "a", "b"}, []string{"a", "c", "a"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`precision of "b" is taken as 0`, `recall of "c" is taken as 0`}
	if len(r.Warnings) != len(want) {
		t.Fatalf("warnings %q", r.Warnings)
	}
	for i, w := range want {
		if !strings.Contains(r.Warnings[i], w) {
			t.Errorf("warning %q, want one with %q", r.Warnings[i], w)
		}
	}
}

func TestScoresKeepTheirBounds(t *testing.T) {
	label := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "documents")
		truth := rapid.SliceOfN(label, n, n).Draw(t, "truth")
		predicted := rapid.SliceOfN(label, n, n).Draw(t, "predicted")
		r, err := metric.Classify(truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		accuracy := r.Accuracy()
		if i := accuracy.Interval; i.Low < 0 || i.Low > accuracy.Value || i.High < accuracy.Value || i.High > 1 {
			t.Fatalf("accuracy %v outside its interval %v to %v", accuracy.Value, i.Low, i.High)
		}
		documents := 0
		for _, c := range r.Classes {
			documents += c.Support
			if lowest := r.LowestF1().Value; c.F1 < lowest {
				t.Fatalf("F1 of %s is %v, below the lowest %v", c.Label, c.F1, lowest)
			}
			if c.F1 > math.Max(c.Precision, c.Recall)+1e-12 || c.F1 < math.Min(c.Precision, c.Recall)-1e-12 {
				t.Fatalf("F1 of %s is %v, outside precision %v and recall %v", c.Label, c.F1, c.Precision, c.Recall)
			}
		}
		if documents != n {
			t.Fatalf("%d documents, want %d", documents, n)
		}
		b, err := metric.Bootstrap{Resamples: 50, Seed: 1, Score: "macro-f1"}.Interval(truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		if b.Low < 0 || b.Low > b.High || b.High > 1 {
			t.Fatalf("bootstrap interval %v to %v", b.Low, b.High)
		}
	})
}

func TestWorstConfusionsComeFirst(t *testing.T) {
	r, err := metric.Classify(strings.Fields("a a a a b b c c"), strings.Fields("a b b c b a c c"))
	if err != nil {
		t.Fatal(err)
	}
	want := []metric.Pair{{"a", "b", 2, 0.5}, {"a", "c", 1, 0.25}}
	if got := r.Confusion().Worst(2); !reflect.DeepEqual(got, want) {
		t.Errorf("worst %v, want %v", got, want)
	}
	if got := r.Confusion().Worst(100); len(got) != 3 {
		t.Errorf("%d mistakes, want 3", len(got))
	}
}

// The intervals of Newcombe, "Two-sided confidence intervals for the single
// proportion" (1998), table I, method 3.
func TestWilsonIntervalIsThePublishedOne(t *testing.T) {
	for _, c := range []struct {
		successes, n int
		low, high    float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		i, err := metric.Wilson(c.successes, c.n, 0)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(i.Low-c.low) > 5e-5 || math.Abs(i.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.successes, c.n, i.Low, i.High, c.low, c.high)
		}
	}
}

// For many independent documents the bootstrap must agree with theory: the
// standard error of a share is sqrt(p(1-p)/n). Documents that come in groups of
// equal fate count as one each.
func TestBootstrapAgreesWithTheory(t *testing.T) {
	const n, groupSize = 1000, 10
	truth, predicted, groups := make([]string, n), make([]string, n), make([]string, n)
	for i := range truth {
		truth[i], predicted[i] = "a", "a"
		groups[i] = fmt.Sprint(i / groupSize)
		if (i/groupSize)%5 == 0 {
			predicted[i] = "b"
		}
	}
	for _, c := range []struct {
		name   string
		groups []string
		units  float64
	}{{"documents", nil, n}, {"groups", groups, n / groupSize}} {
		i, err := metric.Bootstrap{Groups: c.groups, Seed: 3}.Interval(truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		half := 1.96 * math.Sqrt(0.8*0.2/c.units)
		if got := (i.High - i.Low) / 2; math.Abs(got-half) > 0.1*half {
			t.Errorf("%s: half width %v, want about %v", c.name, got, half)
		}
		again, err := metric.Bootstrap{Groups: c.groups, Seed: 3}.Interval(truth, predicted)
		if err != nil || again != i {
			t.Errorf("%s: the same seed gives %v, then %v (%v)", c.name, i, again, err)
		}
		// The general form agrees with the one that counts pairs.
		general, err := metric.Bootstrap{Groups: c.groups, Seed: 3}.Statistic(n, func(rows []int) float64 {
			right := 0
			for _, r := range rows {
				if truth[r] == predicted[r] {
					right++
				}
			}
			return float64(right) / float64(len(rows))
		})
		if err != nil || general != i {
			t.Errorf("%s: the statistic's interval is %v, want %v (%v)", c.name, general, i, err)
		}
	}
}

func TestBadInputIsExplained(t *testing.T) {
	ab := []string{"a", "b"}
	for _, c := range []struct {
		name string
		do   func() error
		want string
	}{
		{"lengths differ", func() error { _, err := metric.Classify(ab, ab[:1]); return err }, "2 true labels for 1 predicted"},
		{"nothing", func() error { _, err := metric.Classify(nil, nil); return err }, "no documents"},
		{"unknown score", func() error { _, err := metric.Bootstrap{Score: "auc"}.Interval(ab, ab); return err }, `score "auc"`},
		{"groups missing", func() error { _, err := metric.Bootstrap{Groups: ab[:1]}.Interval(ab, ab); return err }, "1 groups for 2"},
		{"level", func() error { _, err := metric.Bootstrap{Level: 95}.Interval(ab, ab); return err }, "level 95"},
		{"more successes than trials", func() error { _, err := metric.Wilson(3, 2, 0); return err }, "3 of 2"},
		{"unknown class", func() error {
			r, err := metric.Classify(ab, ab)
			if err == nil {
				_, err = r.Class("c")
			}
			return err
		}, `no class "c"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

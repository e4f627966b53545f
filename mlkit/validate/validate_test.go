package validate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"viva/mlkit/data"
	"viva/mlkit/validate"
	"viva/mlkit/view"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func scores(t *testing.T, train, validation []float64, opt validate.Options) *validate.Scores {
	t.Helper()
	s, err := validate.New("accuracy", train, validation, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The figures are scipy's:
//
//	d = after - before; k = 5; r = 20/80
//	t = d.mean() / (d.std(ddof=1) * sqrt(1/k + r)); 2 * stats.t.cdf(-abs(t), k-1)
//	after.mean() ± stats.t.ppf(.975, k-1) * after.std(ddof=1) * sqrt(1/k + r)
//	stats.binomtest(min(gained, lost), gained+lost, .5).pvalue
func TestRecordedFigures(t *testing.T) {
	opt := validate.Options{Documents: []int{20, 20, 20, 20, 20}, TrainDocuments: []int{80, 80, 80, 80, 80}}
	before := scores(t, nil, []float64{.81, .79, .84, .80, .78}, opt)
	after := scores(t, nil, []float64{.83, .82, .85, .80, .81}, opt)
	m := after.Mean()
	near(t, "the lower end", m.Interval.Low, 0.7861741741785001)
	near(t, "the upper end", m.Interval.High, 0.8578258258214996)
	c, err := validate.Folds(before, after)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p over folds", c.P, 0.10870095132492365)
	if c.Verdict() != "no difference" {
		t.Errorf("the verdict is %s", c.Verdict())
	}
	for _, x := range []struct {
		gained, lost int
		p            float64
		verdict      string
	}{{10, 3, 0.09228515625, "no difference"}, {0, 0, 1, "no difference"}, {1, 7, 0.0703125, "no difference"}, {40, 12, 0.0001275387838557407, "better"}, {12, 40, 0.0001275387838557407, "worse"}} {
		var truth, was, is []string
		add := func(n int, b, a string) {
			for range n {
				truth, was, is = append(truth, "right"), append(was, b), append(is, a)
			}
		}
		add(x.gained, "wrong", "right")
		add(x.lost, "right", "wrong")
		add(30, "right", "right")
		c, err := validate.Predictions(truth, was, is)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("p of %d against %d", x.gained, x.lost), c.P, x.p)
		if c.Verdict() != x.verdict {
			t.Errorf("%d against %d: %s, want %s", x.gained, x.lost, c.Verdict(), x.verdict)
		}
	}
}

func TestTheGapRule(t *testing.T) {
	for gap, want := range map[float64]string{0: "ok", 0.099: "ok", 0.101: "warning", 0.149: "warning", 0.151: "overfitting"} {
		s := scores(t, []float64{0.8 + gap, 0.8 + gap}, []float64{0.8, 0.8}, validate.Options{})
		if got := validate.GapVerdict(s.Gap().Value); got != want || s.GapClaim().Met != (want != "overfitting") {
			t.Errorf("a gap of %v is %s (claim met: %t), want %s", gap, got, s.GapClaim().Met, want)
		}
	}
}

// Between models that differ by chance alone, a difference is found about as
// rarely as promised; one that is there is found.
func TestPermutationTestHoldsItsLevel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(20, 60).Draw(rt, "n")
		before, after, better := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			before[i] = rapid.Float64Range(0, 1).Draw(rt, "score")
			after[i] = before[i]
			better[i] = before[i] + 0.1 + 0.01*float64(i%3)
		}
		same, err := validate.Documents("F1", "%", before, after, nil, 1)
		if err != nil {
			rt.Fatal(err)
		}
		if same.P < 0.99 || same.Verdict() != "no difference" {
			rt.Errorf("equal models: p = %v", same.P)
		}
		c, err := validate.Documents("F1", "%", before, better, nil, 1)
		if err != nil {
			rt.Fatal(err)
		}
		again, _ := validate.Documents("F1", "%", before, better, nil, 1)
		if c.Verdict() != "better" || c.P != again.P || *c.Difference.Interval != *again.Difference.Interval {
			rt.Errorf("a better model: p = %v, %s; again %v", c.P, c.Verdict(), again.P)
		}
		if i := c.Difference.Interval; i.Low > c.Difference.Value || i.High < c.Difference.Value {
			rt.Errorf("the interval %v does not hold %v", i, c.Difference.Value)
		}
	})
}

// Documents of one group stand or fall together, so a group counts once.
func TestGroupsCountOnce(t *testing.T) {
	var before, after []float64
	var groups []string
	for g := range 4 {
		for range 25 {
			before, after, groups = append(before, 0.5), append(after, 0.6), append(groups, fmt.Sprint(g))
		}
	}
	alone, err := validate.Documents("F1", "%", before, after, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := validate.Documents("F1", "%", before, after, groups, 1)
	if err != nil {
		t.Fatal(err)
	}
	// Of 16 ways to set four signs two are as extreme.
	if alone.P > 0.001 || math.Abs(whole.P-2.0/16) > 0.02 {
		t.Errorf("p is %v for documents and %v for groups", alone.P, whole.P)
	}
}

func TestMistakes(t *testing.T) {
	for name, f := range map[string]func() error{
		"no folds": func() error { _, err := validate.New("F1", nil, nil, validate.Options{}); return err },
		"no name":  func() error { _, err := validate.New("", nil, []float64{1}, validate.Options{}); return err },
		"unequal": func() error {
			_, err := validate.New("F1", []float64{1}, []float64{1, 1}, validate.Options{})
			return err
		},
		"not a number": func() error { _, err := validate.New("F1", nil, []float64{math.NaN()}, validate.Options{}); return err },
		"other folds": func() error {
			_, err := validate.Folds(scores(t, nil, []float64{1, 1}, validate.Options{}), scores(t, nil, []float64{1, 1, 1}, validate.Options{}))
			return err
		},
		"no documents":   func() error { _, err := validate.Documents("F1", "%", nil, nil, nil, 1); return err },
		"no predictions": func() error { _, err := validate.Predictions([]string{"a"}, []string{"a"}, nil); return err },
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "validate: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestScoresTooGoodAreSearchedForACause(t *testing.T) {
	docs := []data.Document{
		{Text: "one two three four five six seven", Label: "a", Split: data.Train}, {Text: "one two three four five six seven", Label: "a", Split: data.Test},
		{Text: "eight nine ten eleven twelve", Label: "b", Split: data.Train}, {Text: "thirteen fourteen fifteen sixteen", Label: "b", Split: data.Test},
	}
	c, err := data.New("leaky", docs)
	if err != nil {
		t.Fatal(err)
	}
	suspect := func(value float64) *validate.Suspicion {
		s, err := validate.Suspect(t.Context(), view.Metric{Name: "accuracy", Value: value, Unit: "%"}, 0.95, "two people agree on 95 %", c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := suspect(0.9); s.Suspicious || len(s.Causes) > 0 {
		t.Errorf("90 %% is suspicious: %+v", s)
	}
	s := suspect(0.99)
	if !s.Suspicious || len(s.Causes) == 0 || s.Causes[0].Check != "exact copies" {
		t.Errorf("99 %%: %+v", s)
	}
	if text := s.View()[0].Note.Text; !strings.Contains(text, "99.0 % is too good to be true") {
		t.Error(text)
	}
}

func TestTheViewHasEveryFold(t *testing.T) {
	s := scores(t, []float64{0.9, 0.95}, []float64{0.85, 0.8}, validate.Options{Documents: []int{10, 10}, TrainDocuments: []int{40, 40}, Method: "stratified, k=2"})
	table := s.Table()
	if len(table.Rows) != 4 || len(table.Rows[0]) != len(table.Columns) || len(table.Rows[3]) != len(table.Columns) {
		t.Errorf("%d rows of %d cells for %d columns", len(table.Rows), len(table.Rows[0]), len(table.Columns))
	}
	if _, err := s.Figure(); err != nil {
		t.Error(err)
	}
}

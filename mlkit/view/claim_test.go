package view_test

import (
	"testing"

	"viva/mlkit/view"
)

func TestAClaimIsJudgedOnItsInterval(t *testing.T) {
	bound := view.Between(0.85, 0.92)
	for _, c := range []struct {
		name      string
		value     float64
		interval  *view.Interval
		met, open bool
	}{
		{"a value within", 0.88, nil, true, false},
		{"a value below", 0.84, nil, false, false},
		{"an interval within", 0.88, &view.Interval{Low: 0.86, High: 0.91}, true, false},
		{"an interval that reaches below", 0.88, &view.Interval{Low: 0.84, High: 0.91}, false, true},
		{"an interval that reaches above", 0.88, &view.Interval{Low: 0.86, High: 0.93}, false, true},
		{"a value below whose interval reaches in", 0.84, &view.Interval{Low: 0.82, High: 0.86}, false, false},
	} {
		got := view.NewClaim("c", view.Metric{Name: "accuracy", Value: c.value, Interval: c.interval}, bound)
		if got.Met != c.met || got.Open() != c.open {
			t.Errorf("%s: met %t, open %t", c.name, got.Met, got.Open())
		}
	}
}

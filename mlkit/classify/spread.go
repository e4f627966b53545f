package classify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/view"
)

func mean(x []float64) float64 { return stat.Mean(x, nil) }

// deviation returns the sample standard deviation; 0 for fewer than two values.
func deviation(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}

// overFolds returns the mean of a share over folds with Student's 95 %
// interval. The interval takes folds as independent, which they are not quite,
// since they share training documents: it is somewhat too narrow.
func overFolds(name string, x []float64) view.Metric {
	m := view.Metric{Name: name, Value: mean(x), Unit: "%", Detail: fmt.Sprintf("%d folds, standard deviation %s", len(x), view.FormatUnit(deviation(x), "points"))}
	if n := float64(len(x)); n > 1 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975)
		half := t * deviation(x) / math.Sqrt(n)
		m.Interval = &view.Interval{Low: m.Value - half, High: m.Value + half, Level: 0.95, Method: "Student's t over folds"}
	}
	return m
}

// Package validate judges what training measured, for models of every kind: a
// score over folds with its interval, the gap between training and validation,
// two models compared on the same folds or documents, and scores that are too
// good to be true.
//
// It computes no scores (package metric does) and trains nothing.
package validate

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/chart"
	"viva/mlkit/classify"
	"viva/mlkit/view"
)

// The rule for the gap between training and validation, as shares, is that of
// package classify for models of every kind.
const (
	GapWarning = classify.GapWarning
	GapLimit   = classify.GapLimit
)

// Options say what scores are and what they rest on.
type Options struct {
	// Unit is that of the scores, as in view.Metric; "" means "%", a share in
	// 0..1. "plain" means a number without a unit.
	Unit string
	// Method says how the folds were made.
	Method string
	// TrainDocuments and Documents are the sizes of the folds' training and
	// validation parts; without them, folds of one size are assumed.
	TrainDocuments, Documents []int
	// Repeated says that folds overlap in their validation parts, as those of
	// repeated cross-validation do.
	Repeated bool
}

// Scores are one measure over folds.
type Scores struct {
	// Measure is the name of the measure, for example "F1".
	Measure string
	// Train, empty if it was not measured, and Validation are the scores by fold.
	Train, Validation []float64
	Options           Options
	Warnings          []string
}

// New returns the scores of a measure over folds. Train may be nil; else both
// have an element for each fold. Scores that are not finite are errors.
func New(measure string, train, validation []float64, opt Options) (*Scores, error) {
	switch {
	case measure == "":
		return nil, fmt.Errorf("validate: the measure needs a name")
	case len(validation) == 0:
		return nil, fmt.Errorf("validate: %s: there are no folds", measure)
	case train != nil && len(train) != len(validation):
		return nil, fmt.Errorf("validate: %s: %d training scores for %d folds", measure, len(train), len(validation))
	case opt.Documents != nil && len(opt.Documents) != len(validation) || opt.TrainDocuments != nil && len(opt.TrainDocuments) != len(validation):
		return nil, fmt.Errorf("validate: %s: sizes of %d training and %d validation parts for %d folds", measure, len(opt.TrainDocuments), len(opt.Documents), len(validation))
	}
	for i, list := range [][]float64{train, validation} {
		for fold, x := range list {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("validate: %s: the %s score of fold %d is %v", measure, []string{"training", "validation"}[i], fold+1, x)
			}
		}
	}
	opt.Documents, opt.TrainDocuments = slices.Clone(opt.Documents), slices.Clone(opt.TrainDocuments)
	s := &Scores{Measure: measure, Train: slices.Clone(train), Validation: slices.Clone(validation), Options: opt}
	if len(validation) == 1 {
		s.Warnings = append(s.Warnings, "One fold tells nothing about how much the score varies.")
	}
	return s, nil
}

func (s *Scores) unit() string {
	switch s.Options.Unit {
	case "":
		return "%"
	case "plain":
		return ""
	}
	return s.Options.Unit
}

// differenceUnit is the unit of the difference of two scores.
func (s *Scores) differenceUnit() string {
	if s.unit() == "%" {
		return "points"
	}
	return s.unit()
}

// Ratio is how many validation documents there are for each training document,
// on average over the folds.
func (s *Scores) Ratio() float64 {
	o := s.Options
	if o.Documents != nil && o.TrainDocuments != nil {
		sum := 0.0
		for i, n := range o.Documents {
			sum += float64(n) / float64(max(o.TrainDocuments[i], 1))
		}
		return sum / float64(len(o.Documents))
	}
	return 1 / float64(max(len(s.Validation)-1, 1))
}

// Mean returns the mean validation score with its 95 % interval: Student's t
// over folds with the variance of Nadeau and Bengio (2003), s²(1/k + r), where r
// is the Ratio. Folds share training documents, so that the usual interval, with
// s²/k, is too narrow. The interval is cut at the ends of the unit.
func (s *Scores) Mean() view.Metric {
	m := view.Metric{
		Name: s.Measure + ", cross-validation", Value: stat.Mean(s.Validation, nil), Unit: s.unit(),
		Detail: fmt.Sprintf("%d folds, standard deviation %s", len(s.Validation), view.FormatUnit(s.SD(), s.differenceUnit())),
	}
	if low, high, ok := corrected(s.Validation, s.Ratio()); ok {
		if s.unit() == "%" {
			low, high = max(low, 0), min(high, 1)
		}
		m.Interval = &view.Interval{Low: low, High: high, Level: 0.95, Method: "Student's t over folds, variance of Nadeau and Bengio"}
	}
	return m
}

// corrected is the interval of the mean of values over folds.
func corrected(x []float64, ratio float64) (low, high float64, ok bool) {
	k := float64(len(x))
	if k < 2 {
		return 0, 0, false
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile(0.975)
	half := t * stat.StdDev(x, nil) * math.Sqrt(1/k+ratio)
	mean := stat.Mean(x, nil)
	return mean - half, mean + half, true
}

// SD returns the sample standard deviation of the validation scores; 0 for one
// fold.
func (s *Scores) SD() float64 { return deviation(s.Validation) }

func deviation(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}

// Gap returns by how much the mean training score is above the mean validation
// score; NaN if training was not measured.
func (s *Scores) Gap() view.Metric {
	m := view.Metric{Name: s.Measure + ", train–validation gap", Value: math.NaN(), Unit: s.differenceUnit(), Detail: "training was not measured"}
	if len(s.Train) == 0 {
		return m
	}
	train, validation := stat.Mean(s.Train, nil), stat.Mean(s.Validation, nil)
	m.Value = train - validation
	m.Detail = fmt.Sprintf("%s in training, %s in validation; %s", view.FormatUnit(train, s.unit()), view.FormatUnit(validation, s.unit()), GapVerdict(m.Value))
	return m
}

// GapVerdict says in a word what a gap, in shares, means: "ok", "warning" (above
// 10 points) or "overfitting" (above 15 points).
func GapVerdict(gap float64) string { return classify.GapVerdict(gap) }

// GapClaim claims that the model does not overfit: a gap of at most 15 points.
func (s *Scores) GapClaim() view.Claim {
	return view.NewClaim("the "+s.Measure+" in training is at most 15 points above that in validation", s.Gap(), view.AtMost(GapLimit))
}

// Table returns a row for each fold, and their mean and standard deviation.
func (s *Scores) Table() *view.Table {
	suffix := ""
	if s.unit() == "%" {
		suffix = " [%]"
	}
	columns := []string{"fold"}
	if s.Options.TrainDocuments != nil {
		columns = append(columns, "training documents")
	}
	if s.Options.Documents != nil {
		columns = append(columns, "validation documents")
	}
	if s.Train != nil {
		columns = append(columns, "training "+s.Measure+suffix)
	}
	columns = append(columns, "validation "+s.Measure+suffix)
	if s.Train != nil {
		gap := "gap"
		if s.differenceUnit() == "points" {
			gap = "gap [points]"
		}
		columns = append(columns, gap)
	}
	caption := s.Measure + " over folds"
	if s.Options.Method != "" {
		caption += ": " + s.Options.Method
	}
	t := view.NewTable(caption, columns...)
	row := func(name any, sizes bool, fold int, train, validation float64, judged bool) {
		cells := []any{name}
		for _, list := range [][]int{s.Options.TrainDocuments, s.Options.Documents} {
			switch {
			case list != nil && sizes:
				cells = append(cells, list[fold])
			case list != nil:
				cells = append(cells, nil)
			}
		}
		if s.Train != nil {
			cells = append(cells, train)
		}
		cells = append(cells, validation)
		if s.Train != nil {
			g := train - validation
			c := view.Cell{Text: view.FormatUnit(g, s.differenceUnit()), Number: &g}
			if judged && s.differenceUnit() == "points" {
				c.Tone = map[string]string{"ok": "good", "warning": "warn", "overfitting": "bad"}[GapVerdict(g)]
			}
			cells = append(cells, c)
		}
		t.Add(cells...)
	}
	gaps := make([]float64, len(s.Train))
	for i, v := range s.Validation {
		train := 0.0
		if s.Train != nil {
			train = s.Train[i]
			gaps[i] = train - v
		}
		row(i+1, true, i, train, v, true)
	}
	mean := 0.0
	if s.Train != nil {
		mean = stat.Mean(s.Train, nil)
	}
	row("mean", false, 0, mean, stat.Mean(s.Validation, nil), true)
	if len(s.Validation) > 1 {
		cells := []any{"standard deviation"}
		for _, list := range [][]int{s.Options.TrainDocuments, s.Options.Documents} {
			if list != nil {
				cells = append(cells, nil)
			}
		}
		if s.Train != nil {
			cells = append(cells, deviation(s.Train))
		}
		cells = append(cells, deviation(s.Validation))
		if s.Train != nil {
			d := deviation(gaps)
			cells = append(cells, view.Cell{Text: view.FormatUnit(d, s.differenceUnit()), Number: &d})
		}
		t.Add(cells...)
	}
	return t
}

// Figure draws the training and validation scores of every fold.
func (s *Scores) Figure() (view.Figure, error) {
	labels := make([]string, len(s.Validation))
	for i := range labels {
		labels[i] = fmt.Sprint(i + 1)
	}
	series := []chart.Series{{Name: "validation", Y: slices.Clone(s.Validation)}}
	if s.Train != nil {
		series = append([]chart.Series{{Name: "training", Y: slices.Clone(s.Train)}}, series...)
	}
	return chart.Bars(labels, series, chart.BarOptions{XLabel: "fold", YLabel: s.Measure, Unit: s.unit()})
}

// View implements view.Viewer: the table of folds, the mean, the gap and the
// warnings.
func (s *Scores) View() []view.Item {
	items := append(s.Table().View(), s.Mean().View()...)
	if s.Train != nil {
		items = append(items, s.Gap().View()...)
	}
	for _, w := range s.Warnings {
		items = append(items, view.Note{Level: "warning", Text: w}.View()...)
	}
	return items
}

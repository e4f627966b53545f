package validate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"viva/mlkit/view"
)

// significance is the probability below which a difference is not put down to
// chance.
const significance = 0.05

// Comparison is two models, measured on the same folds or documents.
type Comparison struct {
	Measure string
	// Before and After are the mean scores.
	Before, After float64
	Unit          string
	// Difference is After − Before, with its 95 % interval where the method gives
	// one.
	Difference view.Metric
	// P is the two-sided probability of such a difference, or a larger one,
	// between models that are equally good.
	P float64
	// Method is the test.
	Method string
	// Cases is the number of folds or documents.
	Cases int
}

// Folds compares the scores of two models over the same folds by the corrected
// resampled t-test of Nadeau and Bengio (2003).
func Folds(before, after *Scores) (*Comparison, error) {
	if before.Measure != after.Measure || before.unit() != after.unit() {
		return nil, fmt.Errorf("validate: %s and %s cannot be compared", before.Measure, after.Measure)
	}
	if len(before.Validation) != len(after.Validation) || len(before.Validation) < 2 {
		return nil, fmt.Errorf("validate: %d folds before and %d after: two models are compared on the same folds, of which there must be two at least", len(before.Validation), len(after.Validation))
	}
	if !slices.Equal(before.Options.Documents, after.Options.Documents) {
		return nil, fmt.Errorf("validate: the folds of the two models have different sizes: compare them on the same folds")
	}
	d := make([]float64, len(before.Validation))
	for i := range d {
		d[i] = after.Validation[i] - before.Validation[i]
	}
	k, ratio := float64(len(d)), after.Ratio()
	c := &Comparison{
		Measure: after.Measure, Before: stat.Mean(before.Validation, nil), After: stat.Mean(after.Validation, nil), Unit: after.unit(),
		Method: fmt.Sprintf("corrected resampled t-test over %d folds", len(d)), Cases: len(d),
	}
	mean, spread := stat.Mean(d, nil), stat.StdDev(d, nil)*math.Sqrt(1/k+ratio)
	switch {
	case spread > 0:
		c.P = 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.CDF(-math.Abs(mean/spread))
	case mean == 0:
		c.P = 1
	}
	low, high, _ := corrected(d, ratio)
	c.Difference = view.Metric{
		Name: after.Measure + ", difference", Value: mean, Unit: after.differenceUnit(),
		Interval: &view.Interval{Low: low, High: high, Level: 0.95, Method: "Student's t over folds, variance of Nadeau and Bengio"},
		Detail:   fmt.Sprintf("p = %.3g, %s", c.P, c.Method),
	}
	return c, nil
}

// draws is the number of random sign changes and of bootstrap samples.
const draws = 10_000

// Documents compares two models by their scores on the same documents, for
// example the F1 of the keyphrases of each: the paired permutation test with
// 10,000 random sign changes (Noreen 1989), and the percentile bootstrap of the
// mean difference. Unit is that of the scores; groups, where given, are the
// documents' and are drawn and changed as a whole.
func Documents(measure, unit string, before, after []float64, groups []string, seed int64) (*Comparison, error) {
	n := len(after)
	switch {
	case n == 0 || len(before) != n:
		return nil, fmt.Errorf("validate: %s: %d documents before and %d after: two models are compared on the same documents", measure, len(before), n)
	case groups != nil && len(groups) != n:
		return nil, fmt.Errorf("validate: %s: %d groups for %d documents", measure, len(groups), n)
	}
	total, size := sumByGroup(before, after, groups)
	c := &Comparison{
		Measure: measure, Before: stat.Mean(before, nil), After: stat.Mean(after, nil), Unit: unit,
		Method: fmt.Sprintf("paired permutation test over %d documents", n), Cases: n,
	}
	if groups != nil {
		c.Method += fmt.Sprintf(" in %d groups", len(total))
	}
	observed := 0.0
	for _, x := range total {
		observed += x
	}
	random := rand.New(rand.NewPCG(uint64(seed), 0x5eed))
	extreme := 0
	// Sums of the same numbers in another order differ in their last bits.
	least := math.Abs(observed) * (1 - 1e-12)
	for range draws {
		sum := 0.0
		for _, x := range total {
			if random.Uint64()&1 == 0 {
				sum += x
			} else {
				sum -= x
			}
		}
		if math.Abs(sum) >= least {
			extreme++
		}
	}
	c.P = float64(extreme+1) / float64(draws+1)
	means := make([]float64, draws)
	for i := range means {
		sum, documents := 0.0, 0
		for range total {
			j := random.IntN(len(total))
			sum += total[j]
			documents += size[j]
		}
		means[i] = sum / float64(documents)
	}
	slices.Sort(means)
	if unit == "%" {
		unit = "points"
	}
	c.Difference = view.Metric{
		Name: measure + ", difference", Value: observed / float64(n), Unit: unit,
		Interval: &view.Interval{Low: stat.Quantile(0.025, stat.LinInterp, means, nil), High: stat.Quantile(0.975, stat.LinInterp, means, nil), Level: 0.95, Method: fmt.Sprintf("bootstrap, %d resamples", draws)},
		Detail:   fmt.Sprintf("p = %.3g, %s", c.P, c.Method),
	}
	return c, nil
}

// sumByGroup sums the differences of each group, in the order in which groups
// first occur; without groups every document is its own.
func sumByGroup(before, after []float64, groups []string) (total []float64, size []int) {
	at := map[string]int{}
	for i := range after {
		j := len(total)
		if groups != nil && groups[i] != "" {
			if known, ok := at[groups[i]]; ok {
				j = known
			}
			at[groups[i]] = j
		}
		if j == len(total) {
			total, size = append(total, 0), append(size, 0)
		}
		total[j] += after[i] - before[i]
		size[j]++
	}
	return total, size
}

// Predictions compares two classifiers by their predictions for the same
// documents: the exact test of McNemar (1947), which asks of the documents that
// only one of them got right whether each of the two was right equally often.
func Predictions(truth, before, after []string) (*Comparison, error) {
	n := len(truth)
	if n == 0 || len(before) != n || len(after) != n {
		return nil, fmt.Errorf("validate: %d labels, %d predictions before and %d after: give one of each for every document", n, len(before), len(after))
	}
	was, is, gained, lost := 0, 0, 0, 0
	for i, label := range truth {
		b, a := before[i] == label, after[i] == label
		switch {
		case a && b:
			was++
			is++
		case a:
			is++
			gained++
		case b:
			was++
			lost++
		}
	}
	c := &Comparison{
		Measure: "accuracy", Before: float64(was) / float64(n), After: float64(is) / float64(n), Unit: "%",
		P: mcnemar(gained, lost), Cases: n,
		Method: fmt.Sprintf("exact McNemar test: %d documents are right now that were wrong, %d wrong that were right", gained, lost),
	}
	// The Wald interval of the difference of paired shares.
	d := float64(gained-lost) / float64(n)
	half := distuv.UnitNormal.Quantile(0.975) * math.Sqrt(max(0, float64(gained+lost)/float64(n)-d*d)/float64(n))
	c.Difference = view.Metric{
		Name: "accuracy, difference", Value: d, Unit: "points",
		Interval: &view.Interval{Low: d - half, High: d + half, Level: 0.95, Method: "Wald, paired"},
		Detail:   fmt.Sprintf("p = %.3g, %s", c.P, c.Method),
	}
	return c, nil
}

// mcnemar is the two-sided binomial probability of so uneven a division.
func mcnemar(gained, lost int) float64 {
	n, k := gained+lost, min(gained, lost)
	if n == 0 {
		return 1
	}
	p := 2 * distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(k))
	return min(p, 1)
}

// Verdict says in a word what the comparison shows: "better", "worse" or "no
// difference", the latter where the difference may well be chance (p of at least
// 0.05).
func (c *Comparison) Verdict() string {
	switch {
	case c.P >= significance || c.Difference.Value == 0:
		return "no difference"
	case c.Difference.Value > 0:
		return "better"
	}
	return "worse"
}

// Table returns one row: both scores, their difference and the verdict.
func (c *Comparison) Table() *view.Table {
	t := view.NewTable("Against the model before", "measure", "before", "now", "difference", "95 % interval", "p", "verdict")
	tone := map[string]string{"better": "good", "worse": "bad"}[c.Verdict()]
	d := c.Difference
	t.Add(c.Measure, view.FormatUnit(c.Before, c.Unit), view.FormatUnit(c.After, c.Unit), d.Text(),
		d.RangeText(), fmt.Sprintf("%.3g", c.P), view.Cell{Text: c.Verdict(), Tone: tone})
	t.Notes = append(t.Notes, c.Method)
	return t
}

// View implements view.Viewer.
func (c *Comparison) View() []view.Item { return c.Table().View() }

package metric

import (
	"fmt"
	"math"

	"viva/mlkit/view"
)

// Reliability says how far predicted probabilities mean what they say: of all
// documents whose class was predicted with 80 %, 80 % should be of it.
type Reliability struct {
	Documents int
	// Bins divide the documents by confidence, the probability of the most
	// probable class, into ranges of equal width; empty ones are left out.
	Bins []Bin
	// ECE is the expected calibration error: the mean distance of confidence
	// and accuracy in a bin, weighted by its documents (Guo et al. 2017), in
	// 0..1. MCE is the largest of these distances.
	ECE, MCE float64
	// Brier is the Brier score (1950): the mean over documents of the sum over
	// classes of the squared distance between probability and truth, in 0..2.
	// With two classes it is twice scikit-learn's brier_score_loss.
	Brier float64
	// LogLoss is the mean of −ln of the probability of the true class, which is
	// taken to be at least 1e-15.
	LogLoss float64
}

// Bin is a range of confidence; shares are in 0..1.
type Bin struct {
	Low, High float64
	Documents int
	// Confidence is the mean confidence, Accuracy the share predicted right, and
	// Interval Wilson's 95 % interval of that.
	Confidence, Accuracy float64
	Interval             view.Interval
}

// Calibration compares predicted probabilities, a row for each document with
// one for each class in the order of classes, with the true classes. Rows must
// sum to 1. bins is the number of bins; 0 means 10.
func Calibration(truth, classes []string, probabilities [][]float64, bins int) (*Reliability, error) {
	if bins == 0 {
		bins = 10
	}
	if bins < 1 {
		return nil, fmt.Errorf("metric: %d bins: there must be at least 1", bins)
	}
	if len(truth) != len(probabilities) || len(truth) == 0 {
		return nil, fmt.Errorf("metric: %d rows of probabilities for %d labels", len(probabilities), len(truth))
	}
	number := make(map[string]int, len(classes))
	for k, c := range classes {
		number[c] = k
	}
	r := &Reliability{Documents: len(truth)}
	all := make([]Bin, bins)
	correct := make([]int, bins)
	for i, row := range probabilities {
		own, ok := number[truth[i]]
		if !ok {
			// A class that the classifier does not know has probability 0.
			own = -1
		}
		if err := checkProbabilities(i, row, len(classes)); err != nil {
			return nil, err
		}
		best, p := 0, 0.0
		for k, v := range row {
			if v > row[best] {
				best = k
			}
			if k == own {
				p, v = v, v-1
			}
			r.Brier += v * v
		}
		if own < 0 {
			r.Brier++
		}
		r.LogLoss -= math.Log(max(p, 1e-15))
		b := min(int(row[best]*float64(bins)), bins-1)
		all[b].Documents++
		all[b].Confidence += row[best]
		if best == own {
			correct[b]++
		}
	}
	n := float64(len(truth))
	r.Brier /= n
	r.LogLoss /= n
	for b, bin := range all {
		if bin.Documents == 0 {
			continue
		}
		bin.Low, bin.High = float64(b)/float64(bins), float64(b+1)/float64(bins)
		bin.Confidence /= float64(bin.Documents)
		bin.Accuracy = float64(correct[b]) / float64(bin.Documents)
		bin.Interval = wilson(correct[b], bin.Documents, 0.95)
		gap := math.Abs(bin.Confidence - bin.Accuracy)
		r.ECE += gap * float64(bin.Documents) / n
		r.MCE = max(r.MCE, gap)
		r.Bins = append(r.Bins, bin)
	}
	return r, nil
}

func checkProbabilities(row int, p []float64, classes int) error {
	if len(p) != classes {
		return fmt.Errorf("metric: row %d has %d probabilities for %d classes", row, len(p), classes)
	}
	sum := 0.0
	for _, v := range p {
		if !(v >= 0) || v > 1+1e-9 {
			return fmt.Errorf("metric: row %d has the probability %v: it must be in 0..1", row, v)
		}
		sum += v
	}
	if math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("metric: the probabilities of row %d sum to %v, not 1: are they scores?", row, sum)
	}
	return nil
}

// Table returns a row for each bin.
func (r *Reliability) Table() *view.Table {
	t := view.NewTable("Reliability of probabilities", "confidence", "documents", "mean confidence [%]", "accuracy [%]", "95 % interval", "distance [points]")
	for _, b := range r.Bins {
		t.Add(fmt.Sprintf("%.0f–%.0f %%", 100*b.Low, 100*b.High), b.Documents, b.Confidence, b.Accuracy,
			fmt.Sprintf("%s to %s", view.FormatUnit(b.Interval.Low, "%"), view.FormatUnit(b.Interval.High, "%")), b.Accuracy-b.Confidence)
	}
	return t
}

// Metrics returns the expected calibration error, the Brier score and the log
// loss.
func (r *Reliability) Metrics() []view.Metric {
	detail := fmt.Sprintf("%s documents", view.FormatUnit(float64(r.Documents), "count"))
	return []view.Metric{
		{Name: "expected calibration error", Value: r.ECE, Unit: "points", Detail: detail},
		{Name: "Brier score", Value: r.Brier, Detail: detail + ", 0 is best, 2 is worst"},
		{Name: "log loss", Value: r.LogLoss, Detail: detail},
	}
}

// View implements view.Viewer: the table of bins and the metrics.
func (r *Reliability) View() []view.Item {
	items := r.Table().View()
	for _, m := range r.Metrics() {
		items = append(items, m.View()...)
	}
	return items
}

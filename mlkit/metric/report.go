// Package metric measures how well predicted labels agree with true ones:
// accuracy, precision, recall, F1, confusion, and how far each may be off.
// Definitions are those of scikit-learn 1.2. It draws nothing.
package metric

import (
	"fmt"
	"slices"

	"viva/mlkit/view"
)

// Report compares predicted with true labels, class by class.
type Report struct {
	// Documents is the number of documents, Correct how many were predicted
	// right.
	Documents int
	Correct   int
	// Classes are in ascending order of labels; a label counts if it occurs in
	// the truth or in the predictions.
	Classes []Class
	// Macro is the mean over classes; Micro counts all documents together;
	// Weighted is the mean over classes weighted by their support.
	Macro    Average
	Micro    Average
	Weighted Average
	// Warnings tells where a quotient has no denominator and is taken as 0.
	Warnings []string

	confusion [][]int
}

// Class holds the figures of one class; shares are in 0..1.
type Class struct {
	Label string
	// Precision is the share of documents predicted to be of this class that
	// are; Recall the share of documents of this class that were predicted to
	// be; F1 their harmonic mean, 2TP / (2TP + FP + FN).
	Precision float64
	Recall    float64
	F1        float64
	// Support is the number of documents of this class, Predicted the number
	// predicted to be, Correct the number of both.
	Support   int
	Predicted int
	Correct   int
}

// Average holds averaged figures, in 0..1.
type Average struct {
	Precision float64
	Recall    float64
	F1        float64
}

// Classify compares predicted with true labels, document by document. A
// quotient without a denominator (the precision of a class that was never
// predicted, the recall of one that never occurs) is 0, with a warning.
func Classify(truth, predicted []string) (*Report, error) {
	if len(truth) != len(predicted) {
		return nil, fmt.Errorf("metric: %d true labels for %d predicted ones", len(truth), len(predicted))
	}
	if len(truth) == 0 {
		return nil, fmt.Errorf("metric: no documents to measure")
	}
	labels := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(truth), predicted...))))
	number := make(map[string]int, len(labels))
	for i, l := range labels {
		number[l] = i
	}
	counts := square(len(labels))
	for i := range truth {
		counts[number[truth[i]]][number[predicted[i]]]++
	}
	return fromCounts(labels, counts), nil
}

func square(n int) [][]int {
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = make([]int, n)
	}
	return rows
}

// fromCounts computes the figures from counts[true][predicted].
func fromCounts(labels []string, counts [][]int) *Report {
	r := &Report{confusion: counts, Classes: make([]Class, len(labels))}
	for i, label := range labels {
		c := Class{Label: label, Correct: counts[i][i]}
		for j := range labels {
			c.Support += counts[i][j]
			c.Predicted += counts[j][i]
		}
		r.Documents += c.Support
		r.Correct += c.Correct
		c.Precision = quotient(c.Correct, c.Predicted)
		c.Recall = quotient(c.Correct, c.Support)
		c.F1 = quotient(2*c.Correct, c.Support+c.Predicted)
		if c.Predicted == 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("precision of %q is taken as 0: it was never predicted", label))
		}
		if c.Support == 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("recall of %q is taken as 0: no document is of this class", label))
		}
		r.Classes[i] = c
	}
	for _, c := range r.Classes {
		r.Macro = r.Macro.plus(c, 1/float64(len(labels)))
		r.Weighted = r.Weighted.plus(c, quotient(c.Support, r.Documents))
	}
	// Every wrong document is a false positive of one class and a false
	// negative of another, so the three micro averages are the accuracy.
	micro := quotient(r.Correct, r.Documents)
	r.Micro = Average{micro, micro, micro}
	return r
}

func (a Average) plus(c Class, weight float64) Average {
	return Average{a.Precision + weight*c.Precision, a.Recall + weight*c.Recall, a.F1 + weight*c.F1}
}

func quotient(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Accuracy returns the share of documents predicted right, with Wilson's 95 %
// interval, which takes documents as independent of each other.
func (r *Report) Accuracy() view.Metric {
	interval := wilson(r.Correct, r.Documents, 0.95)
	return view.Metric{
		Name: "accuracy", Value: quotient(r.Correct, r.Documents), Unit: "%", Interval: &interval,
		Detail: fmt.Sprintf("%s of %s documents", whole(r.Correct), whole(r.Documents)),
	}
}

// MacroF1 returns the mean of the F1 of the classes.
func (r *Report) MacroF1() view.Metric {
	return view.Metric{Name: "macro F1", Value: r.Macro.F1, Unit: "%", Detail: fmt.Sprintf("%d classes", len(r.Classes))}
}

// WeightedF1 returns the mean of the F1 of the classes, weighted by support.
func (r *Report) WeightedF1() view.Metric {
	return view.Metric{Name: "weighted F1", Value: r.Weighted.F1, Unit: "%", Detail: fmt.Sprintf("%d classes", len(r.Classes))}
}

// LowestF1 returns the F1 of the class with the lowest, named in the detail.
func (r *Report) LowestF1() view.Metric {
	least := slices.MinFunc(r.Classes, func(a, b Class) int {
		switch {
		case a.F1 < b.F1:
			return -1
		case a.F1 > b.F1:
			return 1
		}
		return 0
	})
	return view.Metric{Name: "lowest F1 of a class", Value: least.F1, Unit: "%", Detail: fmt.Sprintf("class %s, %s documents", least.Label, whole(least.Support))}
}

func whole(n int) string { return view.FormatUnit(float64(n), "count") }

// Class returns the figures of a class.
func (r *Report) Class(label string) (Class, error) {
	for _, c := range r.Classes {
		if c.Label == label {
			return c, nil
		}
	}
	return Class{}, fmt.Errorf("metric: no class %q: there are %q", label, r.Labels())
}

// Labels returns the labels of the classes in ascending order.
func (r *Report) Labels() []string {
	labels := make([]string, len(r.Classes))
	for i, c := range r.Classes {
		labels[i] = c.Label
	}
	return labels
}

// Table returns precision, recall and F1 of each class and their averages.
func (r *Report) Table() *view.Table {
	t := view.NewTable("Precision, recall and F1", "class", "precision [%]", "recall [%]", "F1 [%]", "documents")
	for _, c := range r.Classes {
		t.Add(c.Label, c.Precision, c.Recall, c.F1, c.Support)
	}
	for _, a := range []struct {
		name string
		Average
	}{{"macro average", r.Macro}, {"micro average", r.Micro}, {"weighted average", r.Weighted}} {
		t.Add(a.name, a.Precision, a.Recall, a.F1, r.Documents)
	}
	return t
}

// View implements view.Viewer: accuracy, the table of classes, and the
// warnings.
func (r *Report) View() []view.Item {
	items := append(r.Accuracy().View(), r.Table().View()...)
	for _, w := range r.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

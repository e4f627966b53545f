package relation

import (
	"cmp"
	"fmt"
	"slices"

	"viva/mlkit/view"
)

// Report is how well labels were predicted, as the scorer of SemEval-2010 Task 8
// judges it: (9+1)-way, taking directionality into account.
type Report struct {
	// Relations are those of the truth but Other, in the order of the alphabet.
	Relations []Relation
	// Other is the same for Other; it does not count in the averages.
	Other Relation
	// MacroF1 is the mean F1 of the Relations: the task's official score.
	MacroPrecision, MacroRecall, MacroF1 float64
	MicroPrecision, MicroRecall, MicroF1 float64
	// Accuracy counts every label, Other and skipped examples included.
	Accuracy float64
	Examples int
	// Skipped are examples without a prediction; they count as missed.
	Skipped int
	// Turned are examples of the right relation in the wrong direction.
	Turned int
}

// Relation is how well one relation was found, in both directions together.
type Relation struct {
	Name string
	// Predicted with whichever direction, Actual in the truth, and Correct with the
	// right direction.
	Correct, Predicted, Actual int
	Precision, Recall, F1      float64
}

func (r *Relation) measure() {
	r.Precision, r.Recall = share(r.Correct, r.Predicted), share(r.Correct, r.Actual)
	r.F1 = harmonic(r.Precision, r.Recall)
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func harmonic(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

// Score compares predicted labels with the truth. An empty prediction means that
// the example was skipped. A prediction counts as correct only if its direction is
// right too; precision is by all predictions of the relation, whatever their
// direction. Averages are over the relations that the truth has, without Other;
// predictions of relations that it does not have count as misses only. It is an error if the lengths differ, nothing is given, or a true label is empty.
func Score(truth, predicted []string) (*Report, error) {
	if len(truth) == 0 || len(truth) != len(predicted) {
		return nil, fmt.Errorf("relation: %d labels and %d predictions: give one of each for every example", len(truth), len(predicted))
	}
	found := map[string]*Relation{}
	at := func(label string) *Relation {
		name := Base(label)
		if found[name] == nil {
			found[name] = &Relation{Name: name}
		}
		return found[name]
	}
	r := &Report{Examples: len(truth)}
	correct := 0
	for i, label := range truth {
		if label == "" {
			return nil, fmt.Errorf("relation: the example in row %d (counted from 0) has no label", i)
		}
		at(label).Actual++
		switch p := predicted[i]; {
		case p == "":
			r.Skipped++
			continue
		case p == label:
			correct++
			at(p).Correct++
		case Base(p) == Base(label):
			r.Turned++
		}
		at(predicted[i]).Predicted++
	}
	r.Accuracy = share(correct, len(truth))
	var all Relation
	r.Other.Name = Other
	for _, f := range found {
		f.measure()
		if f.Name == Other {
			r.Other = *f
			continue
		}
		if f.Actual == 0 {
			continue
		}
		all.Correct += f.Correct
		all.Predicted += f.Predicted
		all.Actual += f.Actual
		r.Relations = append(r.Relations, *f)
	}
	slices.SortFunc(r.Relations, func(a, b Relation) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range r.Relations {
		n := float64(len(r.Relations))
		r.MacroPrecision += f.Precision / n
		r.MacroRecall += f.Recall / n
		r.MacroF1 += f.F1 / n
	}
	all.measure()
	r.MicroPrecision, r.MicroRecall, r.MicroF1 = all.Precision, all.Recall, all.F1
	return r, nil
}

// F1 returns the official score.
func (r *Report) F1() view.Metric {
	return view.Metric{Name: "macro F1, official", Value: r.MacroF1, Unit: "%", Detail: fmt.Sprintf("%d relations with direction, %d examples", len(r.Relations), r.Examples)}
}

// Table returns a row for each relation, for Other, and for the averages.
func (r *Report) Table() *view.Table {
	t := view.NewTable("Relations, with their direction", "relation", "examples", "predicted", "correct", "precision [%]", "recall [%]", "F1 [%]")
	rows := slices.Clone(r.Relations)
	if r.Other.Actual > 0 || r.Other.Predicted > 0 {
		rows = append(rows, r.Other)
	}
	for _, f := range rows {
		t.Add(f.Name, f.Actual, f.Predicted, f.Correct, f.Precision, f.Recall, f.F1)
	}
	t.Add("macro average without Other", nil, nil, nil, r.MacroPrecision, r.MacroRecall, r.MacroF1)
	t.Add("micro average without Other", nil, nil, nil, r.MicroPrecision, r.MicroRecall, r.MicroF1)
	t.Notes = append(t.Notes, fmt.Sprintf("As the scorer of SemEval-2010 Task 8 counts. Of the right relation in the wrong direction: %d.", r.Turned))
	return t
}

// View implements view.Viewer.
func (r *Report) View() []view.Item { return append(r.Table().View(), r.F1().View()...) }

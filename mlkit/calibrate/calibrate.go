// Package calibrate turns a classifier's scores into probabilities that mean
// what they say. A map is fitted on scores for documents that the classifier was
// not trained on (out-of-fold scores): on training documents every classifier is
// too sure. The package does not classify, and it does not measure how good
// probabilities are; that is package metric's.
package calibrate

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"slices"

	"viva/internal/stablegob"
	"viva/mlkit/view"
)

// Methods that Fit knows.
const (
	// Temperature divides all scores by one number, before the softmax (Guo et
	// al., "On calibration of modern neural networks", 2017). It never changes
	// which class is the most probable one.
	Temperature = "temperature"
	// Sigmoid fits 1 / (1 + exp(A s + B)) for each class against the rest, then
	// scales the classes to sum 1: Platt, "Probabilistic outputs for support
	// vector machines" (1999), as scikit-learn's CalibratedClassifierCV.
	Sigmoid = "sigmoid"
)

// Map turns scores into probabilities.
type Map struct {
	// Method is Temperature or Sigmoid.
	Method string
	// Documents is how many it was fitted on.
	Documents int
	// Warnings tells what is doubtful about it.
	Warnings []string

	classes []string
	// slope and offset are A and B of each class; for Temperature, slope[0] is
	// 1/T. With two classes Sigmoid has one pair, for the second.
	slope, offset []float64
}

// Fit fits a map to scores, a row for each document with a score for each
// class, and the documents' true classes. classes are in ascending order, as
// linear.Model.Classes gives them. The method is Temperature ("" means it) or
// Sigmoid.
func Fit(method string, classes []string, scores [][]float64, truth []string) (*Map, error) {
	if method == "" {
		method = Temperature
	}
	if method != Temperature && method != Sigmoid {
		return nil, fmt.Errorf("calibrate: method %q: it must be %q or %q", method, Temperature, Sigmoid)
	}
	if len(scores) != len(truth) || len(truth) == 0 {
		return nil, fmt.Errorf("calibrate: scores of %d documents for %d labels", len(scores), len(truth))
	}
	if len(classes) < 2 || !slices.IsSorted(classes) {
		return nil, fmt.Errorf("calibrate: classes %q: there must be two or more, in ascending order", classes)
	}
	class := make([]int, len(truth))
	counts := make([]int, len(classes))
	for i, label := range truth {
		k, ok := slices.BinarySearch(classes, label)
		if !ok {
			return nil, fmt.Errorf("calibrate: row %d (counted from 0) has the label %q, which is none of the classes", i, label)
		}
		class[i] = k
		counts[k]++
	}
	m := &Map{Method: method, Documents: len(truth), classes: slices.Clone(classes)}
	if err := m.checkScores(scores); err != nil {
		return nil, err
	}
	for k, n := range counts {
		if n < 10 {
			m.Warnings = append(m.Warnings, fmt.Sprintf("class %q has only %d documents to calibrate on", classes[k], n))
		}
	}
	if method == Temperature {
		m.slope, m.offset = []float64{temperature(scores, class)}, []float64{0}
		return m, nil
	}
	for k := range classes {
		if len(classes) == 2 && k == 0 {
			continue
		}
		column := make([]float64, len(scores))
		positive := make([]bool, len(scores))
		for i := range scores {
			column[i], positive[i] = scores[i][k], class[i] == k
		}
		a, b := sigmoid(column, positive)
		m.slope, m.offset = append(m.slope, a), append(m.offset, b)
	}
	return m, nil
}

func (m *Map) checkScores(scores [][]float64) error {
	for i, row := range scores {
		if len(row) != len(m.classes) {
			return fmt.Errorf("calibrate: row %d has %d scores for %d classes", i, len(row), len(m.classes))
		}
		for k, s := range row {
			if math.IsNaN(s) || math.IsInf(s, 0) {
				return fmt.Errorf("calibrate: row %d has the score %v for class %q", i, s, m.classes[k])
			}
		}
	}
	return nil
}

// Probabilities returns for each row of scores the probability of each class.
func (m *Map) Probabilities(scores [][]float64) ([][]float64, error) {
	if err := m.checkScores(scores); err != nil {
		return nil, err
	}
	rows := make([][]float64, len(scores))
	for i, row := range scores {
		rows[i] = m.row(row)
	}
	return rows, nil
}

func (m *Map) row(scores []float64) []float64 {
	p := make([]float64, len(scores))
	if m.Method == Temperature {
		softmax(p, scores, m.slope[0])
		return p
	}
	if len(p) == 2 {
		p[1] = 1 / (1 + math.Exp(m.slope[0]*scores[1]+m.offset[0]))
		p[0] = 1 - p[1]
		return p
	}
	sum := 0.0
	for k, s := range scores {
		p[k] = 1 / (1 + math.Exp(m.slope[k]*s+m.offset[k]))
		sum += p[k]
	}
	for k := range p {
		if sum == 0 {
			p[k] = 1 / float64(len(p))
		} else {
			p[k] /= sum
		}
	}
	return p
}

// Classes returns the labels in ascending order.
func (m *Map) Classes() []string { return slices.Clone(m.classes) }

// Parameters returns the slope and the offset of each class's sigmoid; for
// Temperature one slope, 1/T, and the offset 0.
func (m *Map) Parameters() (slope, offset []float64) {
	return slices.Clone(m.slope), slices.Clone(m.offset)
}

// View implements view.Viewer: what was fitted, and the warnings.
func (m *Map) View() []view.Item {
	t := view.NewTable("Calibration by "+m.Method, "documents", "classes", "smallest slope", "largest slope")
	items := t.Add(m.Documents, len(m.classes), slices.Min(m.slope), slices.Max(m.slope)).View()
	for _, w := range m.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

// written is a Map in the form in which it is written.
type written struct {
	Method        string
	Documents     int
	Warnings      []string
	Classes       []string
	Slope, Offset []float64
}

// form begins everything that is written here.
const form = "viva calibration 1\n"

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Map) MarshalBinary() ([]byte, error) {
	b, err := stablegob.Encode(written{m.Method, m.Documents, m.Warnings, m.classes, m.slope, m.offset})
	return append([]byte(form), b...), err
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Map only. It is an error if the bytes are
// not a map, are damaged, or have the form of another version.
func (m *Map) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(form))
	if !ok {
		return fmt.Errorf("calibrate: not a calibration of this version: it begins with %.24q, want %q", b, form)
	}
	var w written
	if err := gob.NewDecoder(bytes.NewReader(rest)).Decode(&w); err != nil {
		return fmt.Errorf("calibrate: not a calibration: %w", err)
	}
	want := map[string]int{Temperature: 1, Sigmoid: len(w.Classes)}[w.Method]
	if w.Method == Sigmoid && want == 2 {
		want = 1
	}
	if want == 0 || len(w.Classes) < 2 || !slices.IsSorted(w.Classes) || len(w.Slope) != want || len(w.Offset) != want {
		return fmt.Errorf("calibrate: not a calibration: method %q, %d classes, %d slopes, %d offsets", w.Method, len(w.Classes), len(w.Slope), len(w.Offset))
	}
	*m = Map{Method: w.Method, Documents: w.Documents, Warnings: w.Warnings, classes: w.Classes, slope: w.Slope, offset: w.Offset}
	return nil
}

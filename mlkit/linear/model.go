// Package linear holds linear classifiers for sparse rows with labels: support
// vector machines, one class against the rest, multinomial logistic regression,
// and naive Bayes. What they minimise is what scikit-learn's LinearSVC,
// LogisticRegression, ComplementNB and MultinomialNB do, so that the optimum,
// and up to the tolerance the result, is the same. The package sees numbers,
// not texts: package classify joins it to package text.
package linear

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sort"

	"viva/internal/own"
	"viva/internal/pieces"
	"viva/mlkit/sparse"
	"viva/mlkit/view"
)

// Model is a fitted classifier: for each class the weights of the features and
// an intercept.
type Model struct {
	// Method is how it was fitted, for example "linear SVM, C = 1".
	Method string
	// Iterations is the largest number of passes over the rows that a class
	// needed.
	Iterations int
	// Warnings tells, for example, that fitting stopped before it converged.
	Warnings []string

	classes       []string
	features      int
	probabilistic bool
	// weights[f*width+k] is the weight of feature f for output k; there is one
	// output for each class, or a single one, for the second class, where
	// there are two classes.
	weights    []float64
	intercepts []float64
	width      int
}

// Classes returns the labels in ascending order.
func (m *Model) Classes() []string { return slices.Clone(m.classes) }

// Features returns the number of features.
func (m *Model) Features() int { return m.features }

// Decision returns for each row of x a score for each class, in the order of
// Classes: the signed distance to the class's boundary, times the length of
// the weights. With two classes the first score is the negative of the second.
func (m *Model) Decision(x *sparse.Matrix) ([][]float64, error) {
	if x.Cols() != m.features {
		return nil, fmt.Errorf("linear: the rows have %d features, the model was fitted on %d", x.Cols(), m.features)
	}
	scores := make([][]float64, x.Rows())
	flat := make([]float64, x.Rows()*len(m.classes))
	pieces.Each(x.Rows(), 64, func(_, from, to int) {
		for i := from; i < to; i++ {
			row := flat[i*len(m.classes) : (i+1)*len(m.classes) : (i+1)*len(m.classes)]
			m.score(x, i, row)
			scores[i] = row
		}
	})
	return scores, nil
}

// score writes the scores of a row; scores has an element for each class.
func (m *Model) score(x *sparse.Matrix, row int, scores []float64) {
	columns, values := x.Own(own.Permit{}, row)
	if m.width == 1 {
		s := m.intercepts[0]
		for k, c := range columns {
			s += values[k] * m.weights[c]
		}
		scores[0], scores[1] = -s, s
		return
	}
	copy(scores, m.intercepts)
	for k, c := range columns {
		v := values[k]
		w := m.weights[int(c)*m.width : (int(c)+1)*m.width]
		w = w[:len(scores)]
		for j := range scores {
			scores[j] += v * w[j]
		}
	}
}

// Predict returns the class with the highest score for each row of x; of equal
// ones the first.
func (m *Model) Predict(x *sparse.Matrix) ([]string, error) {
	if x.Cols() != m.features {
		return nil, fmt.Errorf("linear: the rows have %d features, the model was fitted on %d", x.Cols(), m.features)
	}
	predicted := make([]string, x.Rows())
	pieces.Each(x.Rows(), 64, func(_, from, to int) {
		scores := make([]float64, len(m.classes))
		for i := from; i < to; i++ {
			m.score(x, i, scores)
			best := 0
			for k, s := range scores {
				if s > scores[best] {
					best = k
				}
			}
			predicted[i] = m.classes[best]
		}
	})
	return predicted, nil
}

// Probabilities returns for each row of x the probability of each class, in
// the order of Classes. It is an error for a support vector machine, which has
// none. Those of naive Bayes are far too sure of themselves.
func (m *Model) Probabilities(x *sparse.Matrix) ([][]float64, error) {
	if !m.probabilistic {
		return nil, fmt.Errorf("linear: a %s has no probabilities: use Decision, calibrate it, or fit a logistic regression", m.Method)
	}
	scores, err := m.Decision(x)
	if err != nil {
		return nil, err
	}
	for _, row := range scores {
		if m.width == 1 {
			p := 1 / (1 + math.Exp(-row[1]))
			row[0], row[1] = 1-p, p
			continue
		}
		softmax(row)
	}
	return scores, nil
}

// softmax replaces scores by exp(score), scaled to sum 1.
func softmax(scores []float64) {
	most := slices.Max(scores)
	sum := 0.0
	for k, s := range scores {
		scores[k] = math.Exp(s - most)
		sum += scores[k]
	}
	for k := range scores {
		scores[k] /= sum
	}
}

// Weight returns the weight of a feature for a class. With two classes the
// weight for the first is the negative of that for the second.
func (m *Model) Weight(class string, feature int) (float64, error) {
	k, err := m.class(class)
	if err != nil {
		return 0, err
	}
	if feature < 0 || feature >= m.features {
		return 0, fmt.Errorf("linear: feature %d of %d", feature, m.features)
	}
	return m.weight(k, feature), nil
}

// Intercept returns the intercept of a class.
func (m *Model) Intercept(class string) (float64, error) {
	k, err := m.class(class)
	if err != nil {
		return 0, err
	}
	return m.intercept(k), nil
}

func (m *Model) intercept(k int) float64 {
	if m.width == 1 {
		return float64(2*k-1) * m.intercepts[0]
	}
	return m.intercepts[k]
}

func (m *Model) weight(k, feature int) float64 {
	if m.width == 1 {
		return float64(2*k-1) * m.weights[feature]
	}
	return m.weights[feature*m.width+k]
}

func (m *Model) class(label string) (int, error) {
	k, ok := slices.BinarySearch(m.classes, label)
	if !ok {
		return 0, fmt.Errorf("linear: no class %q: the model knows %q", label, m.classes)
	}
	return k, nil
}

// Feature is a feature's number and its weight for a class.
type Feature struct {
	Feature int
	Weight  float64
}

// TopFeatures returns the n features that speak most for a class, the heaviest
// first; features of weight 0 or less are left out.
func (m *Model) TopFeatures(class string, n int) ([]Feature, error) {
	k, err := m.class(class)
	if err != nil {
		return nil, err
	}
	var top []Feature
	for f := range m.features {
		if w := m.weight(k, f); w > 0 {
			top = append(top, Feature{f, w})
		}
	}
	sort.SliceStable(top, func(i, j int) bool { return top[i].Weight > top[j].Weight })
	return top[:max(0, min(n, len(top)))], nil
}

// Contributions returns what each entry of a row of x adds to the score of a
// class beyond what it adds to that of another, in the order of the row's
// columns. With the intercepts' difference they add up to the difference of the
// two scores.
func (m *Model) Contributions(x *sparse.Matrix, row int, class, other string) ([]Feature, error) {
	k, err := m.class(class)
	if err != nil {
		return nil, err
	}
	o, err := m.class(other)
	if err != nil {
		return nil, err
	}
	if x.Cols() != m.features || row < 0 || row >= x.Rows() {
		return nil, fmt.Errorf("linear: row %d of %d with %d features, the model was fitted on %d", row, x.Rows(), x.Cols(), m.features)
	}
	columns, values := x.Own(own.Permit{}, row)
	parts := make([]Feature, len(columns))
	for i, c := range columns {
		parts[i] = Feature{int(c), values[i] * (m.weight(k, int(c)) - m.weight(o, int(c)))}
	}
	return parts, nil
}

// Fingerprint returns the hash of classes, weights and intercepts, as
// "sha256:" and 64 hex digits.
func (m *Model) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %t\n", m.classes, m.features, m.probabilistic)
	buf := make([]byte, 0, 8*4096)
	for _, values := range [][]float64{m.intercepts, m.weights} {
		for part := range slices.Chunk(values, 4096) {
			buf = buf[:0]
			for _, v := range part {
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
			}
			h.Write(buf)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// View implements view.Viewer: what the model is, and the warnings.
func (m *Model) View() []view.Item {
	t := view.NewTable(m.Method, "classes", "features", "iterations")
	items := t.Add(len(m.classes), m.features, m.Iterations).View()
	for _, w := range m.Warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

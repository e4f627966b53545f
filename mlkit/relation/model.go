package relation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"viva/mlkit/linear"
	"viva/mlkit/memo"
	"viva/mlkit/view"
	"viva/mlkit/wordvec"
)

// Options say how a model is trained. The zero value is what cross-validation on
// the training sentences of SemEval-2010 Task 8 found good.
type Options struct {
	// C is the weight of errors against large weights; 0 means DefaultC. Less of it
	// narrows the gap between training and validation.
	C float64
	// MinCount is in how many training examples a feature must be; 0 means 1.
	MinCount int
	// Tol and MaxIter end the fitting; 0 means 0.01 for Tol, and linear.SVM's default
	// for MaxIter.
	Tol     float64
	MaxIter int
	// ClassWeight "balanced" makes errors count in inverse proportion to the size of
	// the class; "" makes all count the same.
	ClassWeight string
	// Vectors, if given, are vectors of words, learned from unlabelled text: what the
	// model has seen of "box" then counts for "crate" too. They become a part of the
	// model.
	Vectors *wordvec.Vectors
	// Seed determines the order in which examples are visited. The optimum does not
	// depend on it.
	Seed int64
}

// addTo adds the options to a key: vectors by their content, not by their address.
func (o Options) addTo(k *memo.Key) *memo.Key {
	vectors := ""
	if o.Vectors != nil {
		vectors = o.Vectors.Fingerprint()
	}
	o.Vectors = nil
	return k.Options(o).Text(vectors)
}

// DefaultC is the C of the zero Options.
const DefaultC = 2

func (o Options) filled() (Options, error) {
	if o.C == 0 {
		o.C = DefaultC
	}
	if o.MinCount == 0 {
		o.MinCount = 1
	}
	if o.Tol == 0 {
		o.Tol = 0.01
	}
	switch {
	case !(o.C > 0) || math.IsInf(o.C, 0):
		return o, fmt.Errorf("relation: C %v: it must be a positive number", o.C)
	case !(o.Tol > 0) || math.IsInf(o.Tol, 0):
		return o, fmt.Errorf("relation: Tol %v: it must be a positive number", o.Tol)
	case o.MinCount < 1 || o.MaxIter < 0:
		return o, fmt.Errorf("relation: MinCount %d, MaxIter %d: neither may be negative", o.MinCount, o.MaxIter)
	}
	return o, nil
}

// String describes the options in words.
func (o Options) String() string {
	f, err := o.filled()
	if err != nil {
		return err.Error()
	}
	s := fmt.Sprintf("linear SVM over both readings, C = %g", f.C)
	if f.MinCount > 1 {
		s += fmt.Sprintf(", features of at least %d examples", f.MinCount)
	}
	if f.Vectors != nil {
		s += fmt.Sprintf(", vectors of %d words", f.Vectors.Words())
	}
	if f.ClassWeight != "" {
		s += ", class weight " + f.ClassWeight
	}
	return s
}

// Model is a trained extractor.
type Model struct {
	Options  Options
	Warnings []string

	// columns hold the column of every feature that was kept.
	columns map[string]int32
	linear  *linear.Model
	// outputs are the labels in the order of the alphabet.
	outputs []output
}

// output is a label and where its score is found: in the column class of the
// machine, times share for either reading of an example.
type output struct {
	label string
	class int
	share [2]float64
}

// The classes of the machine are what a reading of an example may be: in one with a
// direction, the relation holds from the reading's first entity to its second; in
// one without, there is nothing to be told from the direction.
const (
	directedClass   = ">"
	undirectedClass = "="
	// reversedClass is that of a reading whose relation holds the other way.
	reversedClass = "<"
)

// classesOf returns the classes of the two readings of an example.
func classesOf(label string) [2]string {
	if base, ok := strings.CutSuffix(label, forward); ok {
		return [2]string{directedClass + base, reversedClass}
	}
	if base, ok := strings.CutSuffix(label, backward); ok {
		return [2]string{reversedClass, directedClass + base}
	}
	return [2]string{undirectedClass + label, undirectedClass + label}
}

// outputsOf returns the labels that can be read from the machine's classes: both
// directions of a relation, even if only one occurred in training.
func outputsOf(classes []string) []output {
	var list []output
	for k, c := range classes {
		if base, ok := strings.CutPrefix(c, directedClass); ok {
			list = append(list, output{base + forward, k, [2]float64{1, 0}}, output{base + backward, k, [2]float64{0, 1}})
		} else if label, ok := strings.CutPrefix(c, undirectedClass); ok {
			list = append(list, output{label, k, [2]float64{0.5, 0.5}})
		}
	}
	slices.SortFunc(list, func(a, b output) int { return strings.Compare(a.label, b.label) })
	return list
}

// Train trains a model on examples and their labels, as Set has them. A label that
// ends with (e1,e2) or (e2,e1) is a relation with a direction; others, such as
// Other, have none. There must be two labels at least. What is learned is kept from
// run to run.
func Train(ctx context.Context, examples []Example, labels []string, opt Options) (*Model, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	if err := check(examples, labels); err != nil {
		return nil, err
	}
	sum := digest(examples, labels)
	key := opt.addTo(memo.NewKey("relation extractor", featuresVersion).Text(string(sum[:])))
	return memo.Do(ctx, key, func(ctx context.Context) (*Model, error) {
		a, err := analyse(ctx, examples, opt.Vectors)
		if err != nil {
			return nil, err
		}
		m, _, err := a.train(ctx, allRows(len(examples)), labels, opt)
		return m, err
	})
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// digest hashes examples and labels, for the keys of what is kept.
func digest(examples []Example, labels []string) [32]byte {
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = fmt.Sprintf("%d %d %d %d %s", e.E1.Start, e.E1.End, e.E2.Start, e.E2.End, e.Text)
	}
	return memo.Digest(texts, labels)
}

func check(examples []Example, labels []string) error {
	switch {
	case len(examples) == 0:
		return errors.New("relation: there are no examples")
	case len(examples) != len(labels):
		return fmt.Errorf("relation: %d examples and %d labels: give one of each", len(examples), len(labels))
	}
	for i, l := range labels {
		if Base(l) == "" {
			return fmt.Errorf("relation: the example in row %d (counted from 0) has no label: give it one or leave it out", i)
		}
	}
	return checkExamples(examples)
}

func checkExamples(examples []Example) error {
	for i, e := range examples {
		if _, err := New(e.Text, e.E1, e.E2); err != nil {
			return fmt.Errorf("the example in row %d (counted from 0): %w", i, err)
		}
		if e.E2.Start < e.E1.Start {
			return fmt.Errorf("relation: the example in row %d (counted from 0): E2 stands before E1: make examples with New", i)
		}
	}
	return nil
}

// Labels returns the labels that the model can give, in the order of the alphabet:
// those of the training examples, and the other direction of each that has one.
func (m *Model) Labels() []string {
	labels := make([]string, len(m.outputs))
	for i, o := range m.outputs {
		labels[i] = o.label
	}
	return labels
}

// Features returns the number of features, each dimension of the vectors included.
func (m *Model) Features() int { return m.linear.Features() }

// dimensions are those of the word vectors, 0 without.
func (m *Model) dimensions() int {
	if m.Options.Vectors == nil {
		return 0
	}
	return m.Options.Vectors.Dimensions()
}

// View implements view.Viewer: what the model is, and the warnings.
func (m *Model) View() []view.Item {
	t := view.NewTable("Relation extractor: "+m.Options.String(), "labels", "features", "passes")
	return append(t.Add(len(m.outputs), m.Features(), m.linear.Iterations).View(), warn(m.Warnings)...)
}

// Package split divides documents into folds and into training, validation
// and test parts: at random, by class, by group, by both, or by time; once,
// repeatedly, or in two levels. Its definitions are those of scikit-learn 1.2.
//
// Methods see row numbers, labels, groups and times, never texts; whether a
// division leaks is for package leak to say. A Plan keeps a division by the IDs
// of the documents, so that it can be used again.
//
// A class that is missing in a part is an error or a warning, whatever the
// method. Methods that are not given labels cannot see classes;
// Folds.WithLabels looks for them.
package split

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"viva/mlkit/view"
)

// Options says how many folds to make, and whether to shuffle. The zero value
// makes five folds without shuffling.
type Options struct {
	// K is the number of folds, at least 2; 0 means 5.
	K int
	// Shuffle assigns documents to folds at random instead of in their order.
	Shuffle bool
	// Seed determines the shuffling: the same seed, the same folds.
	Seed int64
}

func (o Options) folds() (int, error) {
	if o.K == 0 {
		return 5, nil
	}
	if o.K < 2 {
		return 0, fmt.Errorf("split: %d folds: at least 2 are needed", o.K)
	}
	return o.K, nil
}

// random returns the generator of a seed. A second word tells the uses of one
// seed apart.
func random(seed int64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0x73706c6974))
}

// Fold is one division: row numbers of the documents to train on and of those
// to test on, both ascending.
type Fold struct {
	// Name tells the fold from the others, for example "fold 2" or the name of
	// the group that is left out. Empty means its number.
	Name  string
	Train []int
	Test  []int
}

// Folds is what a method of cross-validation yields. With the methods named
// KFold every document is tested exactly once; the others say how often.
type Folds struct {
	// Method is how the folds were made, for example "stratified 5-fold".
	Method string
	// Recipe is the function that made the folds, with its options as JSON.
	Recipe string
	// Documents is the number of documents that were divided.
	Documents int
	Folds     []Fold
	// Imbalance says how evenly classes are spread over the test parts; nil
	// where labels are not known.
	Imbalance *Imbalance
	// Warnings tells what a reader must know, for example that a class has
	// fewer documents than there are folds.
	Warnings []string
}

// New returns folds that were made elsewhere. It is an error if a row does not
// exist, occurs twice in a part, or is both trained and tested on in one fold.
func New(method string, documents int, folds []Fold) (*Folds, error) {
	if len(folds) == 0 {
		return nil, fmt.Errorf("split: %s: no folds", method)
	}
	f := &Folds{Method: method, Recipe: "New", Documents: documents}
	for i, fold := range folds {
		if len(fold.Train) == 0 || len(fold.Test) == 0 {
			return nil, fmt.Errorf("split: %s: fold %d has %d documents to train and %d to test on; both need some", method, i+1, len(fold.Train), len(fold.Test))
		}
		seen := make([]string, documents)
		for n, rows := range [][]int{fold.Train, fold.Test} {
			part := []string{"training", "test"}[n]
			for _, r := range rows {
				if r < 0 || r >= documents {
					return nil, fmt.Errorf("split: %s: fold %d: row %d of %d documents", method, i+1, r, documents)
				}
				if seen[r] == part {
					return nil, fmt.Errorf("split: %s: fold %d: row %d is twice in the %s part", method, i+1, r, part)
				}
				if seen[r] != "" {
					return nil, fmt.Errorf("split: %s: fold %d: row %d is both trained and tested on", method, i+1, r)
				}
				seen[r] = part
			}
		}
		f.Folds = append(f.Folds, Fold{Name: fold.Name, Train: slices.Sorted(slices.Values(fold.Train)), Test: slices.Sorted(slices.Values(fold.Test))})
	}
	return f, nil
}

// fromAssignment returns the folds in which document i is tested in fold
// of[i].
func fromAssignment(method string, k int, of []int) *Folds {
	f := &Folds{Method: method, Documents: len(of), Folds: make([]Fold, k)}
	sizes := make([]int, k)
	for _, fold := range of {
		sizes[fold]++
	}
	for i := range f.Folds {
		f.Folds[i] = Fold{Train: make([]int, 0, len(of)-sizes[i]), Test: make([]int, 0, sizes[i])}
	}
	for row, fold := range of {
		for i := range f.Folds {
			if i == fold {
				f.Folds[i].Test = append(f.Folds[i].Test, row)
			} else {
				f.Folds[i].Train = append(f.Folds[i].Train, row)
			}
		}
	}
	return f
}

// name returns what fold i is called.
func (f *Folds) name(i int) string {
	if f.Folds[i].Name != "" {
		return f.Folds[i].Name
	}
	return fmt.Sprintf("fold %d", i+1)
}

// clone returns folds that share no memory with f.
func (f *Folds) clone() *Folds {
	c := *f
	c.Folds = make([]Fold, len(f.Folds))
	for i, fold := range f.Folds {
		c.Folds[i] = Fold{Name: fold.Name, Train: slices.Clone(fold.Train), Test: slices.Clone(fold.Test)}
	}
	c.Imbalance = f.Imbalance.clone()
	c.Warnings = slices.Clone(f.Warnings)
	return &c
}

// recipe writes the call of a function.
func recipe(function string, options any) string {
	text, err := json.Marshal(options)
	if err != nil {
		return function // options are plain numbers
	}
	return function + " " + string(text)
}

// View implements view.Viewer: the sizes of the folds, how far the shares of
// the classes are from even, and the warnings.
func (f *Folds) View() []view.Item {
	columns := []string{"fold", "train", "test", "test share [%]"}
	if f.Imbalance != nil {
		columns = append(columns, "deviation [points]", "of class")
	}
	t := view.NewTable("Folds: "+f.Method, columns...)
	for i, fold := range f.Folds {
		row := []any{f.Folds[i].Name, len(fold.Train), len(fold.Test), float64(len(fold.Test)) / float64(len(fold.Train)+len(fold.Test))}
		if fold.Name == "" {
			row[0] = i + 1
		}
		if f.Imbalance != nil {
			worst := f.Imbalance.worst(i)
			row = append(row, worst.Points, worst.Class)
		}
		t.Add(row...)
	}
	if f.Imbalance != nil {
		t.Notes = append(t.Notes, "Train and test are numbers of documents. Deviation: the share of the class that deviates most among the fold's test documents minus its share among all documents. "+f.Imbalance.Largest.String())
	}
	return append(t.View(), warn(f.Warnings)...)
}

func warn(warnings []string) []view.Item {
	var items []view.Item
	for _, w := range warnings {
		items = append(items, view.Item{Note: &view.Note{Level: "warning", Text: w}})
	}
	return items
}

// encode numbers the distinct values in ascending order and returns each
// document's number, the values, and how often each occurs. what names the
// values in errors.
func encode(what string, values []string) (codes []int, names []string, counts []int, err error) {
	for i, v := range values {
		if v == "" {
			return nil, nil, nil, fmt.Errorf("split: the document in row %d (counted from 0) has no %s: give it one or leave it out", i, what)
		}
	}
	names = slices.Compact(slices.Sorted(slices.Values(values)))
	number := make(map[string]int, len(names))
	for i, n := range names {
		number[n] = i
	}
	codes = make([]int, len(values))
	counts = make([]int, len(names))
	for i, v := range values {
		codes[i] = number[v]
		counts[codes[i]]++
	}
	return codes, names, counts, nil
}

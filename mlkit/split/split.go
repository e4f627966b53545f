// Package split divides documents into folds and into training, validation
// and test parts: at random, by class, by group, or by both. Its definitions
// are those of scikit-learn 1.2. It sees row numbers, labels and groups, never
// texts; whether a division leaks is for package leak to say.
package split

import (
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
	Train []int
	Test  []int
}

// Folds is what a method of cross-validation yields. Every document is tested
// exactly once, unless the folds were made with New.
type Folds struct {
	// Method is how the folds were made, for example "stratified 5-fold".
	Method string
	// Documents is the number of documents that were divided.
	Documents int
	Folds     []Fold
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
	f := &Folds{Method: method, Documents: documents}
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
		f.Folds = append(f.Folds, Fold{Train: slices.Sorted(slices.Values(fold.Train)), Test: slices.Sorted(slices.Values(fold.Test))})
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

// View implements view.Viewer: the sizes of the folds, and the warnings.
func (f *Folds) View() []view.Item {
	t := view.NewTable("Folds: "+f.Method, "fold", "training documents", "test documents", "test share [%]")
	for i, fold := range f.Folds {
		total := len(fold.Train) + len(fold.Test)
		t.Add(i+1, len(fold.Train), len(fold.Test), float64(len(fold.Test))/float64(total))
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

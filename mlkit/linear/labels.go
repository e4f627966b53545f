package linear

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"viva/mlkit/sparse"
)

// encode checks rows and labels against each other, and returns the classes in
// ascending order, the class of each row and the number of rows of each class.
func encode(x *sparse.Matrix, labels []string) (classes []string, class []int, counts []int, err error) {
	if x.Rows() != len(labels) {
		return nil, nil, nil, fmt.Errorf("linear: %d rows for %d labels", x.Rows(), len(labels))
	}
	for i, l := range labels {
		if l == "" {
			return nil, nil, nil, fmt.Errorf("linear: row %d (counted from 0) has no label", i)
		}
	}
	classes = slices.Compact(slices.Sorted(slices.Values(labels)))
	switch {
	case len(classes) == 0:
		return nil, nil, nil, fmt.Errorf("linear: no rows to fit on")
	case len(classes) == 1:
		return nil, nil, nil, fmt.Errorf("linear: all %d rows are of class %q: at least two classes are needed to tell them apart", len(labels), classes[0])
	case x.Cols() == 0:
		return nil, nil, nil, fmt.Errorf("linear: the rows have no features")
	}
	number := make(map[string]int, len(classes))
	for k, c := range classes {
		number[c] = k
	}
	class = make([]int, len(labels))
	counts = make([]int, len(classes))
	for i, l := range labels {
		class[i] = number[l]
		counts[class[i]]++
	}
	return classes, class, counts, nil
}

// classWeights returns the factor that each class's errors count with, and
// warnings.
func classWeights(mode string, given map[string]float64, classes []string, counts []int) ([]float64, []string, error) {
	if mode != "" && mode != "balanced" {
		return nil, nil, fmt.Errorf(`linear: class weight %q: it must be "" or "balanced"`, mode)
	}
	if mode != "" && given != nil {
		return nil, nil, fmt.Errorf("linear: class weight %q and weights for %d classes: give one of them", mode, len(given))
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	weights := make([]float64, len(counts))
	for k, n := range counts {
		weights[k] = 1
		if mode == "balanced" {
			weights[k] = float64(total) / (float64(len(counts)) * float64(n))
		}
	}
	var warnings []string
	for _, class := range slices.Sorted(maps.Keys(given)) {
		w := given[class]
		if !(w > 0) || math.IsInf(w, 0) {
			return nil, nil, fmt.Errorf("linear: class weight %v for %q: it must be above 0", w, class)
		}
		k, ok := slices.BinarySearch(classes, class)
		if !ok {
			warnings = append(warnings, fmt.Sprintf("class weight for %q, of which there is no document", class))
			continue
		}
		weights[k] = w
	}
	return weights, warnings, nil
}

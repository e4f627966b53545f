package split

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"viva/mlkit/view"
)

// Shares says how large the validation and test parts are to be. The zero
// value gives 15 % to each and the remaining 70 % to training.
type Shares struct {
	// Validation and Test are shares of all documents, in 0..1; 0 means 0.15.
	// Together they must be less than 1.
	Validation float64
	Test       float64
	// Seed determines the random order in which documents are assigned.
	Seed int64
}

// Holdout is a division into three parts: ascending row numbers.
type Holdout struct {
	Train      []int
	Validation []int
	Test       []int
	// Method is how it was made, for example "stratified, grouped".
	Method   string
	Warnings []string
}

var partNames = []string{"train", "validation", "test"}

// TrainValidationTest divides n documents at random into training, validation
// and test parts. With labels, which may be nil, each class is spread over the
// parts in proportion; with groups, which may be nil, no group is in two
// parts. Groups are taken from the largest to the smallest; each goes to the
// part that lacks its classes most (the divisor method of Webster, so that
// shares of single documents are rounded without bias).
//
// A class that is missing in a part is a warning, as are parts that miss their
// share by more than 5 points because groups are large. A part without
// documents is an error.
func TrainValidationTest(n int, labels, groups []string, shares Shares) (*Holdout, error) {
	want, err := shares.parts()
	if err != nil {
		return nil, err
	}
	method := "random"
	classes, names, counts := make([]int, n), []string{""}, []int{n}
	if labels != nil {
		if len(labels) != n {
			return nil, fmt.Errorf("split: %d labels for %d documents", len(labels), n)
		}
		if classes, names, counts, err = encode("label", labels); err != nil {
			return nil, err
		}
		for c, count := range counts {
			if count == 1 {
				return nil, fmt.Errorf("split: label %q occurs once: it cannot be in training and in test; add documents of this class or leave it out", names[c])
			}
		}
		method = "stratified"
	}
	units := make([][]int, 0, n)
	if groups == nil {
		for i := range n {
			units = append(units, []int{i})
		}
	} else {
		if len(groups) != n {
			return nil, fmt.Errorf("split: %d groups for %d documents", len(groups), n)
		}
		codes, groupNames, _, err := encode("group", groups)
		if err != nil {
			return nil, err
		}
		units = make([][]int, len(groupNames))
		for i, g := range codes {
			units[g] = append(units[g], i)
		}
		method += ", grouped"
	}
	if len(units) < len(want) {
		return nil, fmt.Errorf("split: %d documents or groups for 3 parts: every part needs at least one", len(units))
	}
	random(shares.Seed).Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	sort.SliceStable(units, func(i, j int) bool { return len(units[i]) > len(units[j]) })

	have := make([][]float64, len(want))
	for p := range have {
		have[p] = make([]float64, len(counts))
	}
	parts := make([][]int, len(want))
	for _, unit := range units {
		p := neediest(unit, classes, counts, have, want)
		for _, row := range unit {
			have[p][classes[row]]++
		}
		parts[p] = append(parts[p], unit...)
	}
	h := &Holdout{Method: method}
	for p, rows := range parts {
		if len(rows) == 0 {
			return nil, fmt.Errorf("split: the %s part stays empty: %d documents in %d units are too few for a share of %s", partNames[p], n, len(units), view.FormatUnit(want[p], "%"))
		}
		slices.Sort(rows)
		if got := float64(len(rows)) / float64(n); got < want[p]-0.05 || got > want[p]+0.05 {
			h.warnf("the %s part has %s of the documents instead of %s: groups cannot be cut", partNames[p], view.FormatUnit(got, "%"), view.FormatUnit(want[p], "%"))
		}
		for c, name := range names {
			if have[p][c] == 0 {
				h.warnf("label %q has no document in the %s part", name, partNames[p])
			}
		}
	}
	h.Train, h.Validation, h.Test = parts[0], parts[1], parts[2]
	return h, nil
}

// neediest returns the part for which the squared deviation of class counts
// from their target, relative to the target, falls most when the unit joins.
func neediest(unit, classes, counts []int, have [][]float64, want []float64) int {
	members := map[int]float64{}
	for _, row := range unit {
		members[classes[row]]++
	}
	present := slices.Sorted(maps.Keys(members))
	best, least := 0, 0.0
	for p := range have {
		change := 0.0
		for _, c := range present {
			m := members[c]
			change += m * (2*have[p][c] + m) / (want[p] * float64(counts[c]))
		}
		if p == 0 || change < least {
			best, least = p, change
		}
	}
	return best
}

func (s Shares) parts() ([]float64, error) {
	validation, test := s.Validation, s.Test
	if validation == 0 {
		validation = 0.15
	}
	if test == 0 {
		test = 0.15
	}
	if validation < 0 || test < 0 || validation+test >= 1 {
		return nil, fmt.Errorf("split: shares of %v for validation and %v for test: both must be above 0 and together below 1", validation, test)
	}
	return []float64{1 - validation - test, validation, test}, nil
}

func (h *Holdout) warnf(format string, args ...any) {
	h.Warnings = append(h.Warnings, fmt.Sprintf(format, args...))
}

// Splits returns the part of every document, in the order of the rows:
// "train", "validation" or "test".
func (h *Holdout) Splits() []string {
	names := make([]string, len(h.Train)+len(h.Validation)+len(h.Test))
	for p, rows := range [][]int{h.Train, h.Validation, h.Test} {
		for _, r := range rows {
			names[r] = partNames[p]
		}
	}
	return names
}

// View implements view.Viewer: the sizes of the parts, and the warnings.
func (h *Holdout) View() []view.Item {
	t := view.NewTable("Parts: "+h.Method, "part", "documents", "share [%]")
	total := len(h.Train) + len(h.Validation) + len(h.Test)
	for p, rows := range [][]int{h.Train, h.Validation, h.Test} {
		t.Add(partNames[p], len(rows), float64(len(rows))/float64(total))
	}
	return append(t.View(), warn(h.Warnings)...)
}

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
	Method string
	// Recipe is the function that made it, with its options as JSON.
	Recipe string
	// Documents is the number of documents, those in no part included.
	Documents int
	// Imbalance says how evenly classes are spread over the parts; nil where
	// labels are not known.
	Imbalance *Imbalance
	Warnings  []string
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
	classes, counts := make([]int, n), []int{n}
	if labels != nil {
		if len(labels) != n {
			return nil, fmt.Errorf("split: %d labels for %d documents", len(labels), n)
		}
		var names []string
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
	h := &Holdout{Method: method, Recipe: recipe("TrainValidationTest", shares.resolved(want)), Documents: n}
	for p, rows := range parts {
		if len(rows) == 0 {
			return nil, fmt.Errorf("split: the %s part stays empty: %d documents in %d units are too few for a share of %s", partNames[p], n, len(units), view.FormatUnit(want[p], "%"))
		}
		slices.Sort(rows)
	}
	h.Train, h.Validation, h.Test = parts[0], parts[1], parts[2]
	h.compare(want, "groups cannot be cut")
	h.state(labels)
	return h, nil
}

// compare warns of parts that miss their share by more than 5 points.
func (h *Holdout) compare(want []float64, because string) {
	for p, rows := range h.parts() {
		if got := float64(len(rows)) / float64(h.Documents); got < want[p]-0.05 || got > want[p]+0.05 {
			h.warnf("the %s part has %s of the documents instead of %s: %s", partNames[p], view.FormatUnit(got, "%"), view.FormatUnit(want[p], "%"), because)
		}
	}
}

// state measures the imbalance of the parts that have documents, and warns of
// each class that is missing in one. Labels may be nil.
func (h *Holdout) state(labels []string) {
	if labels == nil {
		return
	}
	var names []string
	var all []int
	var parts [][]int
	for p, rows := range h.parts() {
		if len(rows) > 0 {
			names, parts, all = append(names, partNames[p]), append(parts, rows), append(all, rows...)
		}
	}
	if h.Imbalance = imbalance(labels, all, names, parts); h.Imbalance == nil {
		return
	}
	for i, m := range h.Imbalance.Missing {
		if i == mostClasses {
			h.warnf("%d more classes are missing in parts: Imbalance.Missing lists them", len(h.Imbalance.Missing)-i)
			break
		}
		h.warnf("label %q has no document in the %s part", m.Class, m.Part)
	}
}

// parts returns the rows of training, validation and test.
func (h *Holdout) parts() [][]int { return [][]int{h.Train, h.Validation, h.Test} }

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

// resolved returns the shares that zero values stand for.
func (s Shares) resolved(want []float64) Shares {
	s.Validation, s.Test = want[1], want[2]
	return s
}

func (h *Holdout) warnf(format string, args ...any) {
	h.Warnings = append(h.Warnings, fmt.Sprintf(format, args...))
}

// Splits returns the part of every document, in the order of the rows:
// "train", "validation" or "test", and "" for documents in no part.
func (h *Holdout) Splits() []string {
	names := make([]string, max(h.Documents, len(h.Train)+len(h.Validation)+len(h.Test)))
	for p, rows := range h.parts() {
		for _, r := range rows {
			names[r] = partNames[p]
		}
	}
	return names
}

// FromSplits returns the parts that documents are in already: their splits,
// "train", "validation", "test" or "", by row. Labels may be nil; with them,
// the imbalance is stated, and a class that is missing in a part is a warning.
// It is an error if there are no documents in training, or none in either of
// the other two.
func FromSplits(splits, labels []string) (*Holdout, error) {
	if labels != nil && len(labels) != len(splits) {
		return nil, fmt.Errorf("split: %d labels for %d splits", len(labels), len(splits))
	}
	h := &Holdout{Method: "as given", Recipe: "FromSplits", Documents: len(splits)}
	for row, s := range splits {
		switch s {
		case "train":
			h.Train = append(h.Train, row)
		case "validation":
			h.Validation = append(h.Validation, row)
		case "test":
			h.Test = append(h.Test, row)
		case "":
		default:
			return nil, fmt.Errorf("split: row %d (counted from 0) is in the split %q: use train, validation, test or none", row, s)
		}
	}
	if len(h.Train) == 0 || len(h.Validation)+len(h.Test) == 0 {
		return nil, fmt.Errorf("split: %d documents in training, %d in validation and %d in test: some are needed to train on and some to test on", len(h.Train), len(h.Validation), len(h.Test))
	}
	h.state(labels)
	return h, nil
}

// Fold returns the division as a single fold, for what works on folds. The
// part to test on is "validation", with training documents to train on, or
// "test", with those of training and validation.
func (h *Holdout) Fold(part string) (*Folds, error) {
	fold := Fold{Name: part, Train: h.Train, Test: h.Validation}
	switch part {
	case "validation":
	case "test":
		fold.Train, fold.Test = slices.Concat(h.Train, h.Validation), h.Test
	default:
		return nil, fmt.Errorf("split: the part %q to test on: it must be validation or test", part)
	}
	f, err := New(h.Method+", tested on "+part, len(h.Splits()), []Fold{fold})
	if err != nil {
		return nil, err
	}
	f.Recipe = h.Recipe
	return f, nil
}

// View implements view.Viewer: the sizes of the parts, how far the shares of
// the classes are from even, and the warnings.
func (h *Holdout) View() []view.Item {
	columns := []string{"part", "documents", "share [%]"}
	if h.Imbalance != nil {
		columns = append(columns, "deviation [points]", "of class")
	}
	t := view.NewTable("Parts: "+h.Method, columns...)
	total, part := len(h.Train)+len(h.Validation)+len(h.Test), 0
	for p, rows := range h.parts() {
		row := []any{partNames[p], len(rows), float64(len(rows)) / float64(total)}
		if h.Imbalance != nil && len(rows) > 0 {
			worst := h.Imbalance.worst(part)
			row = append(row, worst.Points, worst.Class)
			part++
		}
		t.Add(row...)
	}
	if rest := h.Documents - total; rest > 0 {
		t.Notes = append(t.Notes, plural(rest, "document")+" in no part.")
	}
	if h.Imbalance != nil {
		t.Notes = append(t.Notes, "Deviation: the share of the class that deviates most among the part's documents minus its share among all. "+h.Imbalance.Largest.String())
	}
	return append(t.View(), warn(h.Warnings)...)
}

package leak

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"viva/mlkit/data"
	"viva/mlkit/memo"
	"viva/mlkit/neardup"
)

// maxPairs bounds the list of pairs: a thousand equal documents make half a
// million of them.
const maxPairs = 100_000

// Copies are the documents of a corpus that are copies of each other, in
// whatever split.
type Copies struct {
	corpus *data.Corpus
	found  neardup.Result
	// members holds the rows of every normalised class, by its first row.
	members map[int][]int
	// clusters holds the rows of every cluster, clusterOf the cluster of every
	// row or -1.
	clusters  [][]int
	clusterOf []int
}

// Find finds all copies within the corpus. Its errors are those of bad
// options, of a context that has ended, and of a temporary file that cannot be
// written.
func Find(ctx context.Context, c *data.Corpus, opt Options) (*Copies, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	search := neardup.Options{Threshold: opt.Threshold, Words: opt.Words, Method: opt.Method, Recall: opt.Recall, MemoryBytes: opt.MemoryBytes}
	// What is found does not depend on the memory.
	kept := search
	kept.MemoryBytes = 0
	key := memo.NewKey("near duplicates", 2).Text(c.Fingerprint()).Options(opt.WholeText).Options(kept)
	found, err := memo.Do(ctx, key, func(ctx context.Context) (neardup.Result, error) {
		texts := c.Bodies()
		if opt.WholeText {
			texts = c.Texts()
		}
		r, err := neardup.Find(ctx, texts, search)
		if err != nil {
			return neardup.Result{}, err
		}
		return *r, nil
	})
	if err != nil {
		return nil, fmt.Errorf("leak: %w", err)
	}
	f := &Copies{corpus: c, found: found, members: map[int][]int{}, clusters: found.Clusters(), clusterOf: make([]int, c.Len())}
	for row, class := range found.Normalised {
		if class >= 0 {
			f.members[class] = append(f.members[class], row)
		}
		f.clusterOf[row] = -1
	}
	for i, rows := range f.clusters {
		for _, row := range rows {
			f.clusterOf[row] = i
		}
	}
	return f, nil
}

// Method says how near copies were found, neardup.Exact or neardup.MinHash.
func (f *Copies) Method() string { return f.found.Method }

// Recall is the probability with which a pair that just reaches the threshold
// was found; more similar pairs have a higher one. It is 1 if the method is
// neardup.Exact.
func (f *Copies) Recall() float64 { return f.found.Recall }

// foundBy says in words how near copies were found.
func foundBy(method string, recall float64) string {
	if method == neardup.Exact {
		return "All near copies were looked for (exact method)."
	}
	return fmt.Sprintf("Near copies were looked for by MinHash: those that are listed are verified, and a pair that just reaches the threshold is found with a probability of %.3f.", recall)
}

// bit is a split's place in a set of splits, in the order of train,
// validation, test; 0 for no split.
func bit(split string) uint8 {
	return 1 << slices.Index([]string{data.Train, data.Validation, data.Test, ""}, split) & 7
}

// reach returns for every row the splits in which it has a copy of each kind,
// each kind counting the ones before it. Its own split counts only if another
// document there is a copy.
func (f *Copies) reach() (exact, normalised, near []uint8) {
	splits := f.corpus.Splits()
	n := len(splits)
	exactIn, normalIn := make([]uint8, n), make([]uint8, n)
	for row, split := range splits {
		if f.found.Exact[row] >= 0 {
			exactIn[f.found.Exact[row]] |= bit(split)
		}
		if f.found.Normalised[row] >= 0 {
			normalIn[f.found.Normalised[row]] |= bit(split)
		}
	}
	nearIn := slices.Clone(normalIn)
	for _, p := range f.found.Near {
		nearIn[p.A] |= normalIn[p.B]
		nearIn[p.B] |= normalIn[p.A]
	}
	exact, normalised, near = make([]uint8, n), make([]uint8, n), make([]uint8, n)
	for row := range splits {
		if class := f.found.Exact[row]; class >= 0 {
			exact[row] = exactIn[class]
		}
		if class := f.found.Normalised[row]; class >= 0 {
			normalised[row], near[row] = normalIn[class], nearIn[class]
		}
	}
	return exact, normalised, near
}

// counts returns the numbers of leaked documents for every two splits that
// the corpus has.
func (f *Copies) counts() []Count {
	exact, normalised, near := f.reach()
	splits := f.corpus.Splits()
	var out []Count
	names := f.corpus.SplitNames()
	for j, to := range names {
		for _, from := range names[:j] {
			c := Count{From: from, To: to}
			for row, s := range splits {
				if s == to {
					c.Exact += hit(exact[row] & bit(from))
					c.Normalised += hit(normalised[row] & bit(from))
					c.Near += hit(near[row] & bit(from))
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// leaked returns the numbers of documents that have a copy in an earlier
// split.
func (f *Copies) leaked() (exact, normalised, near int) {
	e, n, r := f.reach()
	for row, s := range f.corpus.Splits() {
		if earlier := bit(s) - 1; bit(s) != 0 {
			exact += hit(e[row] & earlier)
			normalised += hit(n[row] & earlier)
			near += hit(r[row] & earlier)
		}
	}
	return exact, normalised, near
}

func hit(set uint8) int {
	if set != 0 {
		return 1
	}
	return 0
}

// Pairs returns all pairs of copies, within splits and across, at most 100,000.
func (f *Copies) Pairs() []Pair {
	pairs, _ := f.pairs(func(a, b data.Document) bool { return true })
	return pairs
}

// pairs returns the pairs of copies that are wanted, and whether the list was
// cut.
func (f *Copies) pairs(want func(a, b data.Document) bool) (pairs []Pair, cut bool) {
	docs := f.corpus.Documents()
	add := func(a, b int, kind string, jaccard float64) bool {
		x, y := docs[a], docs[b]
		if !want(x, y) {
			return true
		}
		if len(pairs) == maxPairs {
			cut = true
			return false
		}
		if bx, by := bit(x.Split), bit(y.Split); bx > by || bx == by && a > b {
			a, b, x, y = b, a, y, x
		}
		pairs = append(pairs, Pair{a, b, x.Split, x.ID, y.Split, y.ID, x.Label, y.Label, kind, jaccard, x.Label == y.Label})
		return true
	}
	defer func() {
		slices.SortFunc(pairs, func(p, q Pair) int { return cmp.Or(cmp.Compare(p.RowA, q.RowA), cmp.Compare(p.RowB, q.RowB)) })
	}()
	for first := range docs {
		rows := f.members[first]
		for j, b := range rows {
			for _, a := range rows[:j] {
				kind := Normalised
				if f.found.Exact[a] == f.found.Exact[b] {
					kind = Exact
				}
				if !add(a, b, kind, 1) {
					return pairs, cut
				}
			}
		}
	}
	for _, p := range f.found.Near {
		for _, a := range f.members[p.A] {
			for _, b := range f.members[p.B] {
				if !add(a, b, Near, p.Jaccard) {
					return pairs, cut
				}
			}
		}
	}
	return pairs, cut
}

// Redundant is a document that can go because a copy of it stays.
type Redundant struct {
	Row int
	// Kept is the row of the copy that stays.
	Kept    int
	Kind    string
	Jaccard float64
	// SameLabel says whether both have the same class.
	SameLabel bool
}

// Redundant returns the documents to leave out so that no two copies remain,
// by row. Of copies the one in the earliest row stays.
func (f *Copies) Redundant() []Redundant {
	labels := f.corpus.Labels()
	neighbours := map[int][]neardup.Pair{}
	for _, p := range f.found.Near {
		neighbours[p.B] = append(neighbours[p.B], p)
	}
	gone := map[int]Redundant{}
	for row, first := range f.found.Normalised {
		switch {
		case first < 0:
			continue
		case first != row:
			kind := Normalised
			if f.found.Exact[row] == f.found.Exact[first] {
				kind = Exact
			}
			kept, jaccard := first, 1.0
			if r, ok := gone[first]; ok {
				kept, kind, jaccard = r.Kept, Near, r.Jaccard
			}
			gone[row] = Redundant{row, kept, kind, jaccard, labels[row] == labels[kept]}
			continue
		}
		for _, p := range neighbours[row] {
			if _, ok := gone[p.A]; !ok {
				gone[row] = Redundant{row, p.A, Near, p.Jaccard, labels[row] == labels[p.A]}
				break
			}
		}
	}
	out := make([]Redundant, 0, len(gone))
	for row := range f.found.Normalised {
		if r, ok := gone[row]; ok {
			out = append(out, r)
		}
	}
	return out
}

// Conflicts returns the rows of documents that have a copy with another
// label.
func (f *Copies) Conflicts() []int {
	labels := f.corpus.Labels()
	classLabels := make(map[int]map[string]bool, len(f.members))
	for class, rows := range f.members {
		classLabels[class] = map[string]bool{}
		for _, r := range rows {
			classLabels[class][labels[r]] = true
		}
	}
	seen := make(map[int]map[string]bool, len(f.members))
	see := func(class int, labels map[string]bool) {
		if seen[class] == nil {
			seen[class] = map[string]bool{}
		}
		for l := range labels {
			seen[class][l] = true
		}
	}
	for class := range f.members {
		see(class, classLabels[class])
	}
	for _, p := range f.found.Near {
		see(p.A, classLabels[p.B])
		see(p.B, classLabels[p.A])
	}
	var rows []int
	for row, class := range f.found.Normalised {
		if class < 0 {
			continue
		}
		others := len(seen[class])
		if seen[class][labels[row]] {
			others--
		}
		if others > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

package leak

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/memo"
)

// maxPairs bounds the list of pairs: a thousand equal documents make half a
// million of them.
const maxPairs = 100_000

// Copies are the documents of a corpus that are copies of each other, in
// whatever split.
type Copies struct {
	corpus *data.Corpus
	// exact and normalised hold for every row the first row with the same
	// text; -1 where the text is empty.
	exact, normalised []int
	// members holds the rows of every normalised class, by its first row.
	members map[int][]int
	// near holds near copies between first rows of normalised classes.
	near []nearPair
	// clusters holds the rows of every cluster, clusterOf the cluster of every
	// row or -1.
	clusters  [][]int
	clusterOf []int
}

// Find finds all copies within the corpus. Its errors are those of bad
// options and of a context that has ended.
func Find(ctx context.Context, c *data.Corpus, opt Options) (*Copies, error) {
	opt, err := opt.filled()
	if err != nil {
		return nil, err
	}
	key := memo.NewKey("near duplicates", 1).Text(c.Fingerprint()).Options(opt)
	kept, err := memo.Do(ctx, key, func(ctx context.Context) (found, error) { return find(ctx, c, opt) })
	if err != nil {
		return nil, err
	}
	f := &Copies{corpus: c, exact: kept.Exact, normalised: kept.Normalised, members: map[int][]int{}}
	for row, class := range f.normalised {
		if class >= 0 {
			f.members[class] = append(f.members[class], row)
		}
	}
	for _, p := range kept.Near {
		f.near = append(f.near, nearPair{a: p.A, b: p.B, jaccard: p.Jaccard})
	}
	f.connect()
	return f, nil
}

// found is what makes Copies, in the form in which it is kept.
type found struct {
	Exact, Normalised []int
	Near              []foundPair
}

type foundPair struct {
	A, B    int
	Jaccard float64
}

func find(ctx context.Context, c *data.Corpus, opt Options) (found, error) {
	texts := c.Bodies()
	if opt.WholeText {
		texts = c.Texts()
	}
	normal := make([]string, len(texts))
	err := eachOf(ctx, len(texts), "normalising texts", func(i int) {
		texts[i] = strings.TrimSpace(texts[i])
		normal[i] = Normalise(texts[i])
	})
	if err != nil {
		return found{}, err
	}
	f := found{Exact: firstWith(texts), Normalised: firstWith(normal)}
	var first []int
	for row, class := range f.Normalised {
		if class < 0 {
			// A text of signs alone has nothing but its exact copies.
			class = f.Exact[row]
			f.Normalised[row] = class
		}
		if class == row {
			first = append(first, row)
		}
	}
	sets := make([][]uint64, len(first))
	err = eachOf(ctx, len(first), "", func(i int) { sets[i] = shingles(normal[first[i]], opt.Words) })
	if err != nil {
		return found{}, err
	}
	near, err := join(ctx, sets, opt.Threshold)
	if err != nil {
		return found{}, err
	}
	for _, p := range near {
		f.Near = append(f.Near, foundPair{first[p.a], first[p.b], p.jaccard})
	}
	return f, nil
}

// firstWith returns for every text the first row that has the same one, -1 for
// empty ones.
func firstWith(texts []string) []int {
	rows := make(map[string]int, len(texts))
	out := make([]int, len(texts))
	for i, t := range texts {
		first, ok := rows[t]
		switch {
		case t == "":
			first = -1
		case !ok:
			first = i
			rows[t] = i
		}
		out[i] = first
	}
	return out
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
		if f.exact[row] >= 0 {
			exactIn[f.exact[row]] |= bit(split)
		}
		if f.normalised[row] >= 0 {
			normalIn[f.normalised[row]] |= bit(split)
		}
	}
	nearIn := slices.Clone(normalIn)
	for _, p := range f.near {
		nearIn[p.a] |= normalIn[p.b]
		nearIn[p.b] |= normalIn[p.a]
	}
	exact, normalised, near = make([]uint8, n), make([]uint8, n), make([]uint8, n)
	for row := range splits {
		if class := f.exact[row]; class >= 0 {
			exact[row] = exactIn[class]
		}
		if class := f.normalised[row]; class >= 0 {
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
				if f.exact[a] == f.exact[b] {
					kind = Exact
				}
				if !add(a, b, kind, 1) {
					return pairs, cut
				}
			}
		}
	}
	for _, p := range f.near {
		for _, a := range f.members[p.a] {
			for _, b := range f.members[p.b] {
				if !add(a, b, Near, p.jaccard) {
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
	neighbours := map[int][]nearPair{}
	for _, p := range f.near {
		neighbours[p.b] = append(neighbours[p.b], p)
	}
	gone := map[int]Redundant{}
	for row, first := range f.normalised {
		switch {
		case first < 0:
			continue
		case first != row:
			kind := Normalised
			if f.exact[row] == f.exact[first] {
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
			if _, ok := gone[p.a]; !ok {
				gone[row] = Redundant{row, p.a, Near, p.jaccard, labels[row] == labels[p.a]}
				break
			}
		}
	}
	out := make([]Redundant, 0, len(gone))
	for row := range f.normalised {
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
	for _, p := range f.near {
		see(p.a, classLabels[p.b])
		see(p.b, classLabels[p.a])
	}
	var rows []int
	for row, class := range f.normalised {
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

package wordvec

import (
	"cmp"
	"math"
	"slices"
)

// reading are the texts as numbers of words.
type reading struct {
	// words are those that get a vector, the most frequent first.
	words []string
	// text has the number of each word in words, -1 for others, and stop between
	// texts.
	text   []int32
	tokens int
}

const (
	rare = -1
	stop = -2
)

// read numbers the words of texts.
func read(texts []string, opt Options) *reading {
	numbers := map[string]int32{}
	var names []string
	var counts []int
	var raw []int32
	t := &reading{}
	for _, text := range texts {
		tokens(text, func(word []byte) {
			n, ok := numbers[string(word)]
			if !ok {
				n = int32(len(names))
				names = append(names, string(word))
				numbers[names[n]] = n
				counts = append(counts, 0)
			}
			counts[n]++
			raw = append(raw, n)
			t.tokens++
		})
		raw = append(raw, stop)
	}
	order := make([]int, 0, len(names))
	for i, n := range counts {
		if n >= opt.MinCount {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(counts[j], counts[i]), cmp.Compare(names[i], names[j]))
	})
	order = order[:min(len(order), opt.MaxWords)]
	place := make([]int32, len(names))
	for i := range place {
		place[i] = rare
	}
	for to, i := range order {
		place[i] = int32(to)
		t.words = append(t.words, names[i])
	}
	for i, n := range raw {
		if n >= 0 {
			raw[i] = place[n]
		}
	}
	t.text = raw
	return t
}

// sides are where a neighbour stands: one and two places before and after.
var sides = [4]int{-2, -1, 1, 2}

// eachNeighbour calls f with every word that has a vector and every neighbour of
// it that counts, as the number of a context: four for each word below limit.
func (t *reading) eachNeighbour(limit int, f func(word, context int32)) {
	for i, w := range t.text {
		if w < 0 {
			continue
		}
		for side, offset := range sides {
			j := i + offset
			if j < 0 || j >= len(t.text) || offset == -2 && t.text[i-1] == stop || offset == 2 && t.text[i+1] == stop {
				continue
			}
			if n := t.text[j]; n >= 0 && int(n) < limit {
				f(w, n*int32(len(sides))+int32(side))
			}
		}
	}
}

// matrix is sparse, by rows.
type matrix struct {
	rows, cols int
	start      []int
	columns    []int32
	values     []float64
}

// association returns the positive pointwise mutual information of words and the
// contexts that the most frequent words are.
func (t *reading) association(contexts int) *matrix {
	contexts = min(contexts, len(t.words))
	total := make([]int, len(t.words)+1)
	t.eachNeighbour(contexts, func(w, _ int32) { total[w+1]++ })
	for i := range t.words {
		total[i+1] += total[i]
	}
	all := make([]int32, total[len(t.words)])
	next := slices.Clone(total[:len(t.words)])
	t.eachNeighbour(contexts, func(w, c int32) {
		all[next[w]] = c
		next[w]++
	})
	width := contexts * len(sides)
	share := make([]float64, width)
	for _, c := range all {
		share[c]++
	}
	sum := 0.0
	for i, n := range share {
		share[i] = math.Pow(n, 0.75)
		sum += share[i]
	}
	m := &matrix{rows: len(t.words), cols: width, start: make([]int, 1, len(t.words)+1)}
	for i := range t.words {
		row := all[total[i]:total[i+1]]
		slices.Sort(row)
		for from := 0; from < len(row); {
			to := from + 1
			for to < len(row) && row[to] == row[from] {
				to++
			}
			if x := math.Log(float64(to-from) / float64(len(row)) * sum / share[row[from]]); x > 0 {
				m.columns = append(m.columns, row[from])
				m.values = append(m.values, x)
			}
			from = to
		}
		m.start = append(m.start, len(m.columns))
	}
	return m
}

func (m *matrix) transposed() *matrix {
	t := &matrix{rows: m.cols, cols: m.rows, start: make([]int, m.cols+1), columns: make([]int32, len(m.columns)), values: make([]float64, len(m.values))}
	for _, c := range m.columns {
		t.start[c+1]++
	}
	for i := range m.cols {
		t.start[i+1] += t.start[i]
	}
	next := slices.Clone(t.start[:m.cols])
	for r := range m.rows {
		for k := m.start[r]; k < m.start[r+1]; k++ {
			c := m.columns[k]
			t.columns[next[c]], t.values[next[c]] = int32(r), m.values[k]
			next[c]++
		}
	}
	return t
}

package keyphrase

// table has the features of candidates of documents, by column: what a ranker is
// fitted to.
type table struct {
	columns  [][]float64
	positive []bool
	weights  []float64
	// first is the first row of each document, and behind the last one the number
	// of rows.
	first []int
}

// newTable makes a table of the candidates of documents. Those that have no weight
// of their own, behind the others, have the weight 1.
func newTable(examples []*example, rows [][][]float64, weights []float64) *table {
	t := &table{columns: make([][]float64, len(featureNames)), first: make([]int, 1, len(examples)+1)}
	n := 0
	for i := range examples {
		n += len(rows[i])
		t.first = append(t.first, n)
	}
	memory := make([]float64, n*len(t.columns))
	for j := range t.columns {
		t.columns[j] = memory[j*n : (j+1)*n : (j+1)*n]
	}
	t.positive, t.weights = make([]bool, 0, n), make([]float64, 0, n)
	for i, e := range examples {
		w := 1.0
		if i < len(weights) {
			w = weights[i]
		}
		for j := range t.columns {
			column := t.of(i, t.columns[j])
			for k, row := range rows[i] {
				column[k] = row[j]
			}
		}
		t.positive = append(t.positive, e.gold...)
		for range rows[i] {
			t.weights = append(t.weights, w)
		}
	}
	return t
}

// rows are those of the documents from one on to another, which is not among them.
func (t *table) rows(from, to int) []int {
	all := make([]int, 0, t.first[to]-t.first[from])
	for i := t.first[from]; i < t.first[to]; i++ {
		all = append(all, i)
	}
	return all
}

// rowsOf are those of some documents.
func (t *table) rowsOf(documents []int) []int {
	var all []int
	for _, i := range documents {
		all = append(all, t.rows(i, i+1)...)
	}
	return all
}

// of returns a document's part of what there is of each row.
func (t *table) of(document int, values []float64) []float64 {
	return values[t.first[document]:t.first[document+1]:t.first[document+1]]
}

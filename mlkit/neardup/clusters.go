package neardup

// Clusters returns the rows that hang together by copies of any kind: the
// components, of at least two rows, of the graph whose edges are all pairs of
// copies. Rows are in order, clusters by their first rows.
func (r *Result) Clusters() [][]int {
	parent := make([]int, len(r.Normalised))
	for row, class := range r.Normalised {
		parent[row] = row
		if class >= 0 {
			parent[row] = class
		}
	}
	root := func(row int) int {
		for parent[row] != row {
			parent[row] = parent[parent[row]]
			row = parent[row]
		}
		return row
	}
	for _, p := range r.Near {
		a, b := root(p.A), root(p.B)
		parent[max(a, b)] = min(a, b)
	}
	size := make([]int, len(parent))
	for row := range parent {
		size[root(row)]++
	}
	var clusters [][]int
	// at is the cluster of every root; roots come before their rows.
	at := make([]int, len(parent))
	for row := range parent {
		first := root(row)
		if size[first] == 1 {
			continue
		}
		if first == row {
			at[row] = len(clusters)
			clusters = append(clusters, make([]int, 0, size[row]))
		}
		clusters[at[first]] = append(clusters[at[first]], row)
	}
	return clusters
}
